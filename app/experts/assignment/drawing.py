"""The draw of all panels of a round, its record, and the record run again."""

import importlib.metadata
import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.digests import canonical_json, digest
from app.experts.assignment.checking import Panel, faults
from app.experts.assignment.inputs import VERSION, Inputs, as_row, from_row
from app.experts.assignment.pairs import pairs_of
from app.experts.assignment.program import UNIT_OF_WORTH
from app.experts.assignment.solving import exact_worth, worst_match
from app.experts.assignment.stages import reserve, seat

LIBRARIES = ("numpy", "scipy")


@dataclass(frozen=True, slots=True)
class Draw:
    """A round's panels by demand. `worth` in millionths of full match; `bound` what no panels can pass, in units of
    full match; `worst` the lowest mean match of a panel in thousandths; `columns` how many pairs the search needed."""

    panels: Mapping[str, Panel]
    worth: int
    bound: float
    worst: float
    columns: int
    lists: int
    taken: int
    most: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """A record run again. The same panels come of the same inputs, seed and versions; `libraries` names those that
    differ here from the record's, as (then, now)."""

    is_same: bool
    has_same_inputs: bool
    libraries: Mapping[str, tuple[str, str]]
    panels: Mapping[str, Panel]


def draw(inputs: Inputs, seed: str) -> Draw:
    """Draw the panels and reserve lists of a round. Raises RuleBroken naming the rules that cannot be met."""
    pairs = pairs_of(inputs, seed)
    found = seat(pairs, seed)
    seats, reserves = reserve(pairs, found.solution.taken, may_move=found.lists == 1)
    keys = [each.id for each in inputs.experts]
    panels = {
        demand.id: Panel(
            seats=tuple(keys[each] for each in seats[row].nonzero()[0].tolist()),
            reserves=tuple(keys[each] for each in reserves[row]),
        )
        for row, demand in enumerate(inputs.demands)
    }
    wrong = faults(inputs, panels)
    if wrong:
        raise RuntimeError(f"the draw broke a rule: {wrong[:3]}")
    return Draw(
        panels=panels,
        worth=exact_worth(pairs, seats),
        bound=found.solution.bound,
        worst=worst_match(pairs, seats),
        columns=found.solution.columns,
        lists=found.lists,
        taken=found.taken,
        most=found.most,
    )


def as_record(inputs: Inputs, seed: str, found: Draw) -> dict[str, Any]:
    """All that is needed to draw again and to compare."""
    result = _result(found)
    return {
        "version": VERSION,
        "seed": seed,
        "inputs": as_row(inputs),
        "inputs_digest": inputs.digest,
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "machine": platform.machine(),
        # How good the result is known to be. The last digit may differ between machines, so it is not compared.
        "search": {"bound": math.ceil(found.bound * UNIT_OF_WORTH), "pairs": found.columns},
        "result": result,
        "result_digest": digest(result),
    }


def verify(record: Mapping[str, Any]) -> Verdict:
    """Draw again from a record and compare the results byte for byte."""
    inputs = from_row(record["inputs"])
    found = draw(inputs, record["seed"])
    has_same_inputs = inputs.digest == record["inputs_digest"]
    result = canonical_json(_result(found))
    is_intact = digest(record["result"]) == record["result_digest"]
    here = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return Verdict(
        is_same=has_same_inputs and is_intact and result == canonical_json(record["result"]),
        has_same_inputs=has_same_inputs,
        libraries={
            name: (then, here.get(name, ""))
            for name, then in record["libraries"].items()
            if then != here.get(name)
        },
        panels=found.panels,
    )


def _result(found: Draw) -> dict[str, Any]:
    return {
        "panels": {
            key: {"seats": list(panel.seats), "reserves": list(panel.reserves)}
            for key, panel in found.panels.items()
        },
        "worth": found.worth,
        "lists": found.lists,
        "taken": found.taken,
    }
