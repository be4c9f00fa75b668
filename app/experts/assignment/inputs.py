"""What the draw over a round decides on. Whole numbers and texts only, so that its digest is the same everywhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from app.core.digests import digest
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _l

VERSION = 1


@dataclass(frozen=True, slots=True)
class PoolExpert:
    """An expert of the pool. `load` is the seats held already, `ceiling` the most there may be, both of the year;
    `floor` the seats this round owes the expert. `reasons` (codes) keep the expert out of every panel."""

    id: str
    unit: str
    region: str
    is_finance: bool
    is_outside: bool
    ceiling: int
    load: int = 0
    floor: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def room(self) -> int:
        """How many seats the expert may still take."""
        return 0 if self.reasons else max(0, self.ceiling - self.load)


@dataclass(frozen=True, slots=True)
class PanelDemand:
    """A demand that needs a panel. Everything about single experts is by their id, and what is not there is nothing.

    `match` is the expertise score in thousandths, `in_field` who works in the demand's field, `conflicts` why someone
    may not sit, `judged` how often someone sat for one of its bidders within the round's years; `pins` and `exclusions`
    are the organizer's, each with its written reason."""

    id: str
    size: int
    reserves: int
    match: Mapping[str, int]
    in_field: frozenset[str]
    bidders: frozenset[str] = frozenset()
    conflicts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    judged: Mapping[str, int] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)
    exclusions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundRules:
    """The rules of all panels and the prices of the purpose, the latter in thousandths of match.

    The k-th seat of an expert in the year costs `load_price * (k - 1)`, each further seat for a bidder whom the expert
    judged before, or judges in this round too, `repeat_price`. `rotates` forbids the latter. `cap_percent` makes the
    draw random: no pair of demand and expert is more likely than that. Within `give_percent` of the best, the
    worst-served demand is lifted."""

    outside_percent: int = 67
    needs_finance: bool = True
    needs_field: bool = True
    region_cap: int | None = None
    rotates: bool = True
    load_price: int = 5
    repeat_price: int = 200
    give_percent: int = 2
    cap_percent: int | None = None

    def outside_of(self, demand: PanelDemand) -> int:
        """How many members of the demand's panel come from outside the organizing unit, rounded up."""
        return -(-demand.size * self.outside_percent // 100)


@dataclass(frozen=True)
class Inputs:
    """A round's pool, demands and rules. Made by `of`, which puts all into the order of their ids."""

    experts: tuple[PoolExpert, ...]
    demands: tuple[PanelDemand, ...]
    rules: RoundRules

    @classmethod
    def of(cls, experts: Iterable[PoolExpert], demands: Iterable[PanelDemand], rules: RoundRules) -> "Inputs":
        """Raises RuleBroken for even sizes and pins that contradict a rule, ValueError for ids that are wrong."""
        made = cls(
            tuple(sorted(experts, key=lambda each: each.id)),
            tuple(sorted(demands, key=lambda each: each.id)),
            rules,
        )
        _check_ids(made)
        refusals = [*_even_sizes(made), *_wrong_pins(made)]
        if refusals:
            raise RuleBroken(refusals)
        return made

    @property
    def digest(self) -> str:
        """The SHA-256 of all that the draw decides on but the seed."""
        return digest(as_row(self))


def as_row(inputs: Inputs) -> dict[str, Any]:
    """The inputs as the record keeps them."""
    return {
        "version": VERSION,
        "rules": _row(inputs.rules),
        "experts": [_row(each) for each in inputs.experts],
        "demands": [_row(each) for each in inputs.demands],
    }


def from_row(row: Mapping[str, Any]) -> Inputs:
    """The inputs from the record."""
    experts = [PoolExpert(**(each | {"reasons": tuple(each["reasons"])})) for each in row["experts"]]
    demands = [
        PanelDemand(
            **each
            | {"in_field": frozenset(each["in_field"]), "bidders": frozenset(each["bidders"])}
            | {"conflicts": {key: tuple(codes) for key, codes in each["conflicts"].items()}}
        )
        for each in row["demands"]
    ]
    return Inputs.of(experts, demands, RoundRules(**row["rules"]))


def _row(thing: PoolExpert | PanelDemand | RoundRules) -> dict[str, Any]:
    row = {each.name: getattr(thing, each.name) for each in fields(thing)}
    return {key: _plain(value) for key, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value)}
    return list(value) if isinstance(value, tuple) else value


def _check_ids(inputs: Inputs) -> None:
    known = {each.id for each in inputs.experts}
    if not inputs.demands:
        raise ValueError("a round without demands needs no draw")
    if len(known) != len(inputs.experts):
        raise ValueError("an expert is listed twice")
    if len({each.id for each in inputs.demands}) != len(inputs.demands):
        raise ValueError("a demand is listed twice")
    for demand in inputs.demands:
        named = {*demand.match, *demand.in_field, *demand.conflicts, *demand.judged, *demand.pins}
        if not named | set(demand.exclusions) <= known:
            raise ValueError(f"{demand.id} names an expert who is not in the pool")
        if demand.size < 1 or demand.reserves < 0:
            raise ValueError(f"{demand.id} needs a panel of at least one")


def _even_sizes(inputs: Inputs) -> Iterable[Refusal]:
    for demand in inputs.demands:
        if demand.size % 2 == 0:
            wording = _l(
                "A panel has an odd number of members; for %(demand)s %(size)s are wanted.",
                demand=demand.id,
                size=demand.size,
            )
            yield Refusal("draw_even_size", wording)


def _wrong_pins(inputs: Inputs) -> Iterable[Refusal]:
    """Pins that a conflict, an exclusion or the expert's state forbids, and pins or exclusions without a reason."""
    pool = {each.id: each for each in inputs.experts}
    for demand in inputs.demands:
        for key, reason in sorted({**demand.exclusions, **demand.pins}.items()):
            if not reason.strip():
                wording = _l(
                    "Say why %(expert)s is set or left out for %(demand)s.", expert=key, demand=demand.id
                )
                yield Refusal("draw_reason_missing", wording)
        for key in sorted(demand.pins):
            if key in demand.conflicts or key in demand.exclusions or not pool[key].room:
                wording = _l(
                    "%(expert)s cannot be set for %(demand)s: a conflict, an exclusion, the load or the state of the"
                    " expert stands against it.",
                    expert=key,
                    demand=demand.id,
                )
                yield Refusal("draw_wrong_pin", wording)
