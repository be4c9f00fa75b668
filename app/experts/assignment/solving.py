"""The best panels: a linear program that prices every pair left out, then whole seats over the pairs that count.

Only the pairs that look best are used at first. The prices of the relaxed program tell which of the others could do
better; those join until none is left, so its optimum bounds what any panels at all could reach. No clock limits the
search: the same inputs give the same panels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.experts.assignment import program as rules
from app.experts.assignment.pairs import SCALE, Pairs
from app.experts.assignment.program import UNIT_OF_WORTH, Program, Row, build, elastic

if TYPE_CHECKING:
    from app.experts.assignment.pairs import Flags
    from app.experts.assignment.program import Floats

PER_DEMAND, PER_LOAD = 22, 1
MOST_ROUNDS, JOINING = 12, 8
GAP, NODES = 1e-5, 5000
TOLERANCE = 1e-7
# Below any worth, and its negative still fits.
NEVER = -(2**60)
NEEDS = (rules.SIZE, rules.OUTSIDE, rules.FINANCE, rules.FIELD, rules.FLOOR)
SHORTAGE, SHORT = 20.0, 1e-4
HALVINGS = 6
# The parts of the way to the highest thinkable worst match that are tried, highest first.
LIFTS = (1.0, 0.95, 0.85, 0.7, 0.5, 0.25)


@dataclass(frozen=True)
class Solution:
    """Panels as a matrix of pairs, with the worth of the purpose and a bound that no panels can pass, in units of full
    match; how many columns it took, and the worst-served demand's mean match in thousandths before and after."""

    taken: "Flags"
    worth: float
    bound: float
    columns: int
    worst_before: float
    worst: float


@dataclass(frozen=True)
class _Relaxed:
    """The relaxed program: its value, and the price of each row (by how much one more in it would change the cost)."""

    cost: float
    prices: "Floats"
    values: "Floats"


def solve(pairs: Pairs, lifts: Sequence[float] = LIFTS) -> Solution | None:
    """The best panels, the worst-served demand lifted within what the rules give; None when there are no panels."""
    widened = _widened(pairs, pruned(pairs))
    if widened is None:
        return None
    program, best, bound = widened
    if best is None:
        best = whole(program)
    if best is None and len(program.demand) < pairs.may.sum():
        program = build(pairs, pairs.may)
        best = whole(program)
    if best is None:
        return None
    taken = program.taken(best)
    before = worst_match(pairs, taken)
    lifted = _lifted(program, worth_of(pairs, taken), before, lifts)
    taken = taken if lifted is None else lifted
    return Solution(
        taken, worth_of(pairs, taken), bound, len(program.demand), before, worst_match(pairs, taken)
    )


def worth_of(pairs: Pairs, taken: "Flags") -> float:
    """The worth of some panels in units of full match."""
    return exact_worth(pairs, taken) / UNIT_OF_WORTH


def exact_worth(pairs: Pairs, taken: "Flags") -> int:
    """The worth of some panels, with the costs of load and repetition, in millionths; the seed's lot is part of it."""
    seats = taken.sum(axis=0).tolist()
    steps: int = sum(
        count * expert.load + count * (count - 1) // 2
        for count, expert in zip(seats, pairs.inputs.experts, strict=True)
    )
    again = 0
    for places in rules.demands_of_bidders(pairs.inputs).values():
        again += int((taken[places].sum(axis=0) - 1).clip(min=0).sum())
    prices = pairs.inputs.rules
    return int(pairs.worth[taken].sum()) - SCALE * (steps * prices.load_price + again * prices.repeat_price)


def worst_match(pairs: Pairs, taken: "Flags") -> float:
    """The mean match of the panel that has the lowest, in thousandths."""
    totals = (pairs.match * taken).sum(axis=1).tolist()
    return min((totals[place] / size for place, size in _panel_sizes(pairs)), default=0.0)


def _panel_sizes(pairs: Pairs) -> list[tuple[int, int]]:
    """The place and size of each panel, reserve lists left out."""
    sizes = [each.size for each in pairs.inputs.demands]
    return [(place, sizes[place]) for place, root in enumerate(pairs.roots) if place == root and sizes[place]]


def pruned(pairs: Pairs, per_demand: int = PER_DEMAND) -> "Flags":
    """The best pairs of each demand, the best of each expert, and of each demand some of every kind it must have."""
    import numpy as np

    worth = np.where(pairs.may, pairs.worth, NEVER)
    used = _top(worth, per_demand)
    for kind in _kinds(pairs):
        used |= _top(np.where(kind, worth, NEVER), 3)
    most = max((each.room for each in pairs.inputs.experts), default=0)
    used |= _top(worth.T, min(PER_LOAD * most, per_demand * 3)).T
    place = {each.id: column for column, each in enumerate(pairs.inputs.experts)}
    for row, demand in enumerate(pairs.inputs.demands):
        used[row, [place[key] for key in sorted(demand.pins)]] = True
    found: Flags = used & pairs.may
    return found


def _kinds(pairs: Pairs) -> list["Flags"]:
    import numpy as np

    pool = pairs.inputs.experts
    outside = np.array([each.is_outside for each in pool], dtype=bool)
    finance = np.array([each.is_finance for each in pool], dtype=bool)
    shape = pairs.may.shape
    return [np.broadcast_to(outside, shape), np.broadcast_to(finance, shape), pairs.in_field]


def _top(values: Any, count: int) -> "Flags":
    """The highest `count` of each row."""
    import numpy as np

    found = np.zeros(values.shape, dtype=bool)
    if not values.size:
        return found
    order = np.argsort(-values, axis=1, kind="stable")[:, :count]
    np.put_along_axis(found, order, True, axis=1)
    return found


def _widened(pairs: Pairs, used: "Flags") -> "tuple[Program, Floats | None, float] | None":
    """The program over the pairs that count, its solution if the relaxed one has whole seats already, and the bound.
    None when all pairs together cannot fill the panels.

    What is missing while pairs are still to join is allowed at a price that no panel is worth."""
    import numpy as np

    for rounds_left in reversed(range(MOST_ROUNDS)):
        program = build(pairs, used)
        loose, gives = elastic(program, NEEDS, SHORTAGE)
        relaxed = relax(loose)
        if relaxed is None:
            return None
        gain = np.where(pairs.may & ~used, _gains(program, relaxed.prices), 0.0)
        missing = float(gain[gain > TOLERANCE].sum())
        is_short = sum(relaxed.values[column] for column in gives) > SHORT
        if is_short and not missing:
            return None
        if not rounds_left or (not is_short and missing <= GAP * abs(relaxed.cost)):
            found = None if is_short else _if_whole(program, relaxed.values)
            return program, found, missing - relaxed.cost
        used = used | (_top(gain, JOINING) & (gain > TOLERANCE))
    return None


def _if_whole(program: Program, values: "Floats") -> "Floats | None":
    seats = values[: len(program.demand)]
    return values if abs(seats - seats.round()).max(initial=0) < TOLERANCE else None


def relax(program: Program) -> _Relaxed | None:
    """The program with parts of seats allowed; None when even that has no panels."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    matrix = program.matrix()
    low, high = (np.array([getattr(row, end) for row in program.rows]) for end in ("low", "high"))
    equal = low == high
    above, below = ~np.isfinite(high), ~equal & np.isfinite(high)
    done = linprog(
        program.cost,
        A_ub=vstack([matrix[below], -matrix[above]]),
        b_ub=np.concatenate([high[below], -low[above]]),
        A_eq=matrix[equal],
        b_eq=low[equal],
        bounds=np.column_stack([program.low, program.high]),
        method="highs-ds",
    )
    if done.status == 2:
        return None
    if done.status:
        raise RuntimeError(f"the solver stopped: {done.message}")
    prices = np.zeros(len(program.rows))
    prices[equal] = done.eqlin.marginals
    prices[below] += done.ineqlin.marginals[: below.sum()]
    prices[above] -= done.ineqlin.marginals[below.sum() :]
    return _Relaxed(float(done.fun), prices, done.x)


def _gains(program: Program, prices: "Floats") -> "Floats":
    """By how much each pair would better the relaxed program, for each whole seat; below 0 it would not."""
    import numpy as np

    pairs, pool = program.pairs, program.inputs.experts
    gain = pairs.worth / UNIT_OF_WORTH
    flags = {
        rules.SIZE: np.ones(len(pool)),
        rules.OUTSIDE: np.array([each.is_outside for each in pool], dtype=float),
        rules.FINANCE: np.array([each.is_finance for each in pool], dtype=float),
    }
    units, regions = _members([each.unit for each in pool]), _members([each.region for each in pool])
    lists = _members(pairs.roots)
    of_bidder = rules.demands_of_bidders(program.inputs)
    for row, price in zip(program.rows, prices.tolist(), strict=True):
        if not price:
            continue
        first, *rest = row.key
        if row.rule in flags:
            gain[first] += price * flags[row.rule]
        elif row.rule == rules.FIELD:
            gain[first] += price * pairs.in_field[first]
        elif row.rule == rules.REGION:
            gain[first, regions[rest[0]]] += price
        elif row.rule == rules.UNIT:
            gain[np.ix_(lists[first], units[rest[0]])] += price
        elif row.rule == rules.ROTATION:
            gain[of_bidder[first], rest[0]] += price
        elif row.rule == rules.FLOOR:
            gain[: len(lists), first] += price
        else:
            gain[:, first] += price
    return gain


def _members(groups: Sequence[Any]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    for place, group in enumerate(groups):
        found.setdefault(group, []).append(place)
    return found


def whole(program: Program) -> "Floats | None":
    """The best whole seats; None when there are none."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    if not program.cost:
        return None
    whole = np.zeros(len(program.cost))
    whole[: len(program.demand)] = 1
    ends = [[getattr(row, end) for row in program.rows] for end in ("low", "high")]
    done = milp(
        program.cost,
        integrality=whole,
        bounds=Bounds(program.low, program.high),
        constraints=LinearConstraint(program.matrix(), *ends),
        options={"mip_rel_gap": GAP, "node_limit": NODES},
    )
    found: Floats | None = done.x
    return found


def _lifted(program: Program, best: float, worst: float, lifts: Sequence[float]) -> "Flags | None":
    """Panels whose worst-served demand stands higher, at a worth within what the rules give; None without any."""
    allowed = best - abs(best) * program.inputs.rules.give_percent / 100
    highest = _highest_worst(program, worst, allowed) if lifts else worst
    # Less than one thousandth is no lift.
    if highest < worst + 1:
        return None
    for part in lifts:
        level = worst + part * (highest - worst)
        trial = replace(program, rows=[*program.rows, *_level_rows(program, level - 1e-6)])
        values = whole(trial)
        if values is not None:
            taken = program.taken(values)
            if worth_of(program.pairs, taken) >= allowed:
                return taken
    return None


def _highest_worst(program: Program, worst: float, allowed: float) -> float:
    """About the highest level that the relaxed program can give every demand, in thousandths: found by halving, for a
    row that holds the whole purpose would make the program slow."""
    low, level = worst, _best_alone(program.pairs)
    high = level
    for _halving in range(HALVINGS):
        if high < low + 1:
            break
        relaxed = relax(replace(program, rows=[*program.rows, *_level_rows(program, level)]))
        if relaxed is not None and -relaxed.cost >= allowed:
            low = level
        else:
            high = level
        level = (low + high) / 2
    return low


def _best_alone(pairs: Pairs) -> float:
    """The mean match of the demand that has the lowest even if it could choose first, in thousandths."""
    import numpy as np

    ordered = -np.sort(-np.where(pairs.may, pairs.match, 0), axis=1)
    return min((float(ordered[row, :size].sum()) / size for row, size in _panel_sizes(pairs)), default=0.0)


def _level_rows(program: Program, level: float) -> list[Row]:
    import numpy as np

    match = (program.pairs.match[program.demand, program.expert] / SCALE).tolist()
    starts = np.searchsorted(program.demand, np.arange(len(program.inputs.demands) + 1)).tolist()
    found = []
    for place, size in _panel_sizes(program.pairs):
        columns = range(starts[place], starts[place + 1])
        low = size * level / SCALE
        found.append(Row("level", (place,), columns, low, float("inf"), match[columns.start : columns.stop]))
    return found
