"""Every pair of demand and expert as matrices: who may sit where, and what it is worth.

Worth is in millionths of match. The seed adds less than a thousandth to each pair: that decides among equals."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.core.chance import generator
from app.experts.assignment.inputs import Inputs, PanelDemand

if TYPE_CHECKING:
    from numpy import bool_, int64
    from numpy.typing import NDArray

    Flags = NDArray[bool_]
    Numbers = NDArray[int64]

SCALE = 1000
# Rules that keep a pair out and that somebody could lift, by the word of the feasibility report.
ROTATION = "rotation"
EXCLUSION = "exclusion"


@dataclass(frozen=True)
class Pairs:
    """Rows are demands, columns experts, in the order of the inputs. `kept_out` holds the pairs that only a rotation or
    an exclusion forbids, by that rule's word."""

    inputs: Inputs
    may: "Flags"
    worth: "Numbers"
    match: "Numbers"
    in_field: "Flags"
    kept_out: "dict[str, Flags]"
    # Of each row, the row of the panel it belongs to: itself, or the panel that a reserve list stands behind.
    roots: tuple[int, ...]


def pairs_of(inputs: Inputs, seed: str) -> Pairs:
    """The matrices of a round under a seed."""
    import numpy as np

    shape = len(inputs.demands), len(inputs.experts)
    place = {expert.id: column for column, expert in enumerate(inputs.experts)}
    match, judged = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    in_field, excluded, conflict = (np.zeros(shape, dtype=bool) for _ in range(3))
    for row, demand in enumerate(inputs.demands):
        _spread(match, row, demand.match, place)
        _spread(judged, row, demand.judged, place)
        _spread(in_field, row, dict.fromkeys(demand.in_field, True), place)
        _spread(excluded, row, dict.fromkeys(demand.exclusions, True), place)
        _spread(conflict, row, dict.fromkeys(demand.conflicts, True), place)
    rules = inputs.rules
    is_open = np.array([expert.room > 0 for expert in inputs.experts], dtype=bool)[None, :] & ~conflict
    rotated = (judged > 0) & ~_pinned(inputs, place, shape) if rules.rotates else np.zeros(shape, dtype=bool)
    lot = generator(seed).integers(0, SCALE, size=shape)
    return Pairs(
        inputs=inputs,
        may=is_open & ~excluded & ~rotated,
        worth=SCALE * (match - rules.repeat_price * judged) + lot,
        match=match,
        in_field=in_field,
        roots=tuple(range(shape[0])),
        kept_out={ROTATION: is_open & ~excluded & rotated, EXCLUSION: is_open & excluded & ~rotated},
    )


def with_reserves(pairs: Pairs) -> Pairs:
    """The same round with a second row for each demand: its reserve list, worth a quarter of seats."""
    import numpy as np

    inputs, count = pairs.inputs, len(pairs.inputs.demands)
    lists = tuple(replace(each, size=each.reserves, pins={}) for each in inputs.demands)
    return Pairs(
        inputs=Inputs(inputs.experts, (*inputs.demands, *lists), inputs.rules),
        may=np.vstack([pairs.may, pairs.may]),
        worth=np.vstack([pairs.worth, pairs.worth // 4]),
        match=np.vstack([pairs.match, pairs.match]),
        in_field=np.vstack([pairs.in_field, pairs.in_field]),
        kept_out={word: np.vstack([flags, flags]) for word, flags in pairs.kept_out.items()},
        roots=(*range(count), *range(count)),
    )


def _spread(matrix: Any, row: int, values: Any, place: dict[str, int]) -> None:
    for key, value in values.items():
        matrix[row, place[key]] = value


def _pinned(inputs: Inputs, place: dict[str, int], shape: tuple[int, int]) -> "Flags":
    """A pin is the organizer's word against the rotation, given with its reason."""
    import numpy as np

    found = np.zeros(shape, dtype=bool)
    for row, demand in enumerate(inputs.demands):
        _spread(found, row, dict.fromkeys(demand.pins, True), place)
    return found


def pins_of(demand: PanelDemand, place: dict[str, int]) -> list[int]:
    """The columns of the experts whom the organizer set."""
    return sorted(place[key] for key in demand.pins)
