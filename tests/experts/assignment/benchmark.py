"""The draw over made-up rounds: seconds, and how far from the best.

Run `python -m tests.experts.assignment.benchmark`, with sizes such as 50x20 for some of them only.

The gap is to the bound that the relaxed program proves over every pair, none pruned. Beside it the same round is drawn
without what a panel must have and without rotation: then a minimum-cost flow by OR-Tools, which shares no code with the
draw, gives the exact optimum over every pair, with at most one of a unit and convex load."""

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.experts.assignment import solving
from app.experts.assignment.checking import Panel, faults
from app.experts.assignment.drawing import draw
from app.experts.assignment.inputs import Inputs, RoundRules
from app.experts.assignment.pairs import SCALE, Pairs, pairs_of
from tests.experts.assignment.making import made_up

SIZES = ((50, 20), (500, 150), (2000, 600))
UNITS = 1e6


@dataclass(frozen=True)
class Figures:
    """One size: wall and processor seconds of the best panels alone and of the whole draw (worst-served lifted, reserve
    lists, check), the shares by which the best panels miss the bound and, in the freer round, the exact optimum (whose
    worth and seconds stand beside), and the price of the lift."""

    demands: int
    experts: int
    seconds: float
    processor: float
    whole_seconds: float
    whole_processor: float
    columns: int
    gap: float
    exact_gap: float
    exact_seconds: float
    lift_price: float
    worst_before: float
    worst: float


def measure(demands: int, experts: int, seed: str = "benchmark") -> Figures:
    """Draw one made-up round and compare. Fails when any rule is broken."""
    inputs = made_up(demands, experts)
    began, used = time.perf_counter(), _processor()
    pairs = pairs_of(inputs, seed)
    best = solving.solve(pairs, lifts=())
    seconds, processor = time.perf_counter() - began, _processor() - used
    assert best is not None
    began, used = time.perf_counter(), _processor()
    found = draw(inputs, seed)
    whole_seconds, whole_processor = time.perf_counter() - began, _processor() - used
    _check(inputs, found.panels)
    rules = RoundRules(
        outside_percent=0, needs_finance=False, needs_field=False, rotates=False, repeat_price=0
    )
    freer = pairs_of(made_up(demands, experts, rules=rules), seed)
    free = solving.solve(freer, lifts=())
    assert free is not None
    began = time.perf_counter()
    exact = exact_by_flow(freer)
    return Figures(
        demands,
        experts,
        seconds,
        processor,
        whole_seconds,
        whole_processor,
        best.columns,
        1 - best.worth / best.bound,
        1 - free.worth / exact,
        time.perf_counter() - began,
        1 - found.worth / UNITS / best.worth,
        best.worst,
        found.worst,
    )


def exact_by_flow(pairs: Pairs) -> float:
    """The worth of the best seats over every pair, by a minimum-cost flow demand - unit - expert - load."""
    import numpy as np
    from ortools.graph.python import min_cost_flow

    inputs = pairs.inputs
    units = {unit: place for place, unit in enumerate(sorted({each.unit for each in inputs.experts}))}
    of_expert = np.array([units[each.unit] for each in inputs.experts])
    demands, experts = len(inputs.demands), len(inputs.experts)
    first_unit, first_expert = demands, demands + demands * len(units)
    sink = first_expert + experts
    graph = min_cost_flow.SimpleMinCostFlow()
    rows, columns = np.nonzero(pairs.may)
    doors = np.unique(rows * len(units) + of_expert[columns])
    ones = np.ones(len(doors), dtype=np.int64)
    graph.add_arcs_with_capacity_and_unit_cost(doors // len(units), first_unit + doors, ones, 0 * ones)
    graph.add_arcs_with_capacity_and_unit_cost(
        first_unit + rows * len(units) + of_expert[columns],
        first_expert + columns,
        np.ones(len(rows), dtype=np.int64),
        -pairs.worth[rows, columns],
    )
    for place, expert in enumerate(inputs.experts):
        for step in range(min(expert.room, demands)):
            cost = inputs.rules.load_price * SCALE * (expert.load + step)
            graph.add_arc_with_capacity_and_unit_cost(first_expert + place, sink, 1, cost)
    for place, demand in enumerate(inputs.demands):
        graph.set_node_supply(place, demand.size)
    graph.set_node_supply(sink, -sum(each.size for each in inputs.demands))
    assert graph.solve() == graph.OPTIMAL
    return -graph.optimal_cost() / UNITS


def figures(sizes: Sequence[tuple[int, int]] = SIZES) -> Iterator[Figures]:
    """One size after the other."""
    for demands, experts in sizes:
        yield measure(demands, experts)


def _check(inputs: Inputs, panels: dict[str, Panel]) -> None:
    wrong = faults(inputs, panels)
    assert not wrong, wrong[:3]


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(arguments: Sequence[str]) -> None:
    wanted = [each for each in SIZES if not arguments or f"{each[0]}x{each[1]}" in arguments]
    for each in figures(wanted):
        print(f"draw {each.demands} x {each.experts} ({each.columns} pairs used)")
        print(f"  best panels  {each.seconds:.1f} s, processor {each.processor:.1f} s")
        print(f"  whole draw   {each.whole_seconds:.1f} s, processor {each.whole_processor:.1f} s")
        print(f"  below bound  {100 * each.gap:.4f} %")
        print(
            f"  below exact  {100 * each.exact_gap:.4f} % in the freer round (flow: {each.exact_seconds:.1f} s)"
        )
        print(
            f"  worst match  {each.worst_before:.0f} -> {each.worst:.0f} at {100 * each.lift_price:.2f} %",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
