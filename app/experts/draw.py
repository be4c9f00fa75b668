"""The draw of a panel: pure, seeded, the same on every machine. Rules are hard: what cannot be met is said.

Candidates are put into an order by SHA-256 over the seed and their identifiers, those whose fields match first. Seats
are filled from the top of that order, passing over a candidate only when no panel within the rules could hold them."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from app.core.digests import digest
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import Lazy, _l
from app.models.procedure_codes import ExpertKind

VERSION = 1
LOAD = "load"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the draw knows of an expert. `unit` tells units apart; `reasons` (codes) keep the expert out."""

    id: str
    unit: str
    kind: str
    is_outside: bool
    is_field_match: bool
    is_newcomer: bool = True
    load: int = 0
    max_load: int = 1
    reasons: tuple[str, ...] = ()

    @property
    def excluded(self) -> tuple[str, ...]:
        """Why the expert cannot be drawn, by code; empty for those who can."""
        return (*self.reasons, *([LOAD] if self.load >= self.max_load else []))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a panel must satisfy. `outside_percent` is the share from outside the organizing unit, rounded up."""

    size: int
    reserves: int
    outside_percent: int
    needs_finance: bool = True
    needs_field: bool = True
    needs_newcomer: bool = False

    @property
    def outside(self) -> int:
        """How many members must come from outside."""
        return -(-self.size * self.outside_percent // 100)


@dataclass(frozen=True, slots=True)
class Result:
    """A drawn panel: identifiers in the order of the draw, and what is needed to draw it again."""

    seats: tuple[str, ...]
    reserves: tuple[str, ...]
    excluded: tuple[tuple[str, tuple[str, ...]], ...]
    inputs_digest: str


@dataclass(frozen=True, slots=True)
class _Needs:
    seats: int
    outside: int
    finance: int
    match: int
    newcomer: int

    def after(self, candidate: Candidate) -> "_Needs":
        return _Needs(
            self.seats - 1,
            max(0, self.outside - candidate.is_outside),
            max(0, self.finance - (candidate.kind == ExpertKind.FINANCE.value)),
            max(0, self.match - candidate.is_field_match),
            max(0, self.newcomer - candidate.is_newcomer),
        )

    @property
    def is_met(self) -> bool:
        return not (self.outside or self.finance or self.match or self.newcomer)


def draw(candidates: Iterable[Candidate], rules: Rules, seed: str, *, seated: Sequence[str] = ()) -> Result:
    """Draw the seats that are free beside those already `seated`, and the reserves.

    Raises RuleBroken naming every rule that binds when no panel fulfils them all."""
    known = sorted(candidates, key=lambda each: each.id)
    if len({each.id for each in known}) != len(known):
        raise ValueError("a candidate is listed twice")
    sitting = [each for each in known if each.id in set(seated)]
    excluded = tuple((each.id, each.excluded) for each in known if each.excluded and each not in sitting)
    free = [each for each in known if not each.excluded and each not in sitting]
    needs = _needs(rules, sitting)
    pool = _other_units(free, sitting)
    _check(pool, needs, rules, kept_out=len(excluded))
    chosen: list[Candidate] = []
    for candidate in _in_order(pool, seed):
        if needs.seats == 0:
            break
        rest = _other_units(pool, [*chosen, candidate])
        if any(each.unit == candidate.unit for each in chosen) or not _feasible(rest, needs.after(candidate)):
            continue
        chosen.append(candidate)
        needs = needs.after(candidate)
    reserves = _reserves(pool, [*sitting, *chosen], rules, seed, taken=chosen)
    return Result(
        seats=tuple(each.id for each in chosen),
        reserves=tuple(each.id for each in reserves),
        excluded=excluded,
        inputs_digest=inputs_digest(known, rules, seated),
    )


def fits(rules: Rules, sitting: Sequence[Candidate], candidate: Candidate) -> bool:
    """Whether the candidate may join those who sit, so that the seats still free can yet meet every rule."""
    if any(each.unit == candidate.unit for each in sitting):
        return False
    needs = _needs(rules, [*sitting, candidate])
    return needs.seats >= 0 and max(needs.outside, needs.finance, needs.match, needs.newcomer) <= needs.seats


def inputs_digest(candidates: Iterable[Candidate], rules: Rules, seated: Sequence[str] = ()) -> str:
    """The SHA-256 of all that the draw decides on but the seed."""
    rows = [as_row(each) for each in sorted(candidates, key=lambda each: each.id)]
    return digest({"version": VERSION, "rules": asdict(rules), "candidates": rows, "seated": sorted(seated)})


def as_row(candidate: Candidate) -> dict[str, Any]:
    """A candidate as the record keeps it."""
    row = asdict(candidate)
    row["reasons"] = list(candidate.reasons)
    return row


def from_row(row: Mapping[str, Any]) -> Candidate:
    """A candidate from the record."""
    return replace(Candidate(**row), reasons=tuple(row["reasons"]))


def _in_order(candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    def place(candidate: Candidate) -> tuple[bool, str]:
        mixed = hashlib.sha256(f"{seed}:{candidate.id}".encode()).hexdigest()
        return not candidate.is_field_match, mixed

    return sorted(candidates, key=place)


def _other_units(candidates: Iterable[Candidate], taken: Iterable[Candidate]) -> list[Candidate]:
    units = {each.unit for each in taken}
    return [each for each in candidates if each.unit not in units]


def _needs(rules: Rules, sitting: Iterable[Candidate]) -> _Needs:
    needs = _Needs(
        rules.size, rules.outside, int(rules.needs_finance), int(rules.needs_field), int(rules.needs_newcomer)
    )
    for each in sitting:
        needs = needs.after(each)
    return needs


def _feasible(candidates: Sequence[Candidate], needs: _Needs) -> bool:
    """Whether the free seats can be filled with people of different units so that every need is met. Exact."""
    if needs.seats < 0:
        return False
    units: dict[str, set[_Kind]] = {}
    for each in candidates:
        units.setdefault(each.unit, set()).add(_kind(each))
    # Units that offer the same kinds of people are alike; more of them than seats are never needed.
    groups = Counter(frozenset(kinds) for kinds in units.values())
    reached = {needs}
    for kinds, count in sorted(groups.items(), key=lambda item: sorted(item[0])):
        for _unit in range(min(count, needs.seats)):
            reached |= {state.after(_SAMPLES[kind]) for state in reached if state.seats for kind in kinds}
    return any(state.seats == 0 and state.is_met for state in reached)


_Kind = tuple[bool, bool, bool, bool]


def _kind(candidate: Candidate) -> _Kind:
    is_finance = candidate.kind == ExpertKind.FINANCE.value
    return candidate.is_outside, is_finance, candidate.is_field_match, candidate.is_newcomer


_SAMPLES: dict[_Kind, Candidate] = {
    (outside, finance, match, newcomer): Candidate(
        "", "", ExpertKind.FINANCE.value if finance else "", outside, match, newcomer
    )
    for outside in (False, True)
    for finance in (False, True)
    for match in (False, True)
    for newcomer in (False, True)
}


def _reserves(
    pool: Sequence[Candidate],
    panel: Sequence[Candidate],
    rules: Rules,
    seed: str,
    *,
    taken: Sequence[Candidate],
) -> list[Candidate]:
    """The next in order, of units that nobody sits for; a finance expert first when the panel has but one."""
    order = _in_order(_other_units(pool, taken), seed)
    is_finance = ExpertKind.FINANCE.value
    if rules.needs_finance and sum(each.kind == is_finance for each in panel) < 2:
        order.sort(key=lambda each: each.kind != is_finance)
        order = order[:1] + _in_order(order[1:], seed)
    found: list[Candidate] = []
    for each in order:
        if len(found) < rules.reserves and all(each.unit != other.unit for other in found):
            found.append(each)
    return found


@dataclass(frozen=True, slots=True)
class _Shortage:
    code: str
    wording: Lazy
    relaxed: _Needs = field(repr=False)


def _check(pool: Sequence[Candidate], needs: _Needs, rules: Rules, *, kept_out: int) -> None:
    units = len({each.unit for each in pool})
    wanted = needs.seats + rules.reserves
    if units < wanted:
        wording = _l(
            "%(wanted)s experts of different units are needed for seats and reserves, but only %(units)s units have"
            " an expert who is free: %(short)s are missing. %(out)s experts are kept out by a conflict, their load or"
            " their state.",
            wanted=wanted,
            units=units,
            short=wanted - units,
            out=kept_out,
        )
        raise RuleBroken([Refusal("draw_units", wording), *_shortages(pool, needs)])
    if not _feasible(pool, needs):
        raise RuleBroken(_shortages(pool, needs) or _together(pool, needs))


def _shortages(pool: Sequence[Candidate], needs: _Needs) -> list[Refusal]:
    """The rules that cannot be met even alone."""
    outside = len({each.unit for each in pool if each.is_outside})
    found = []
    if outside < needs.outside:
        wording = _l(
            "%(wanted)s members must come from outside the organizing unit, but only %(there)s such units are free.",
            wanted=needs.outside,
            there=outside,
        )
        found.append(Refusal("draw_outside", wording))
    if needs.finance and not any(each.kind == ExpertKind.FINANCE.value for each in pool):
        found.append(Refusal("draw_finance", _l("No financial or management expert is free.")))
    if needs.match and not any(each.is_field_match for each in pool):
        found.append(Refusal("draw_field", _l("No expert of the demand's field is free.")))
    if needs.newcomer and not any(each.is_newcomer for each in pool):
        found.append(Refusal("draw_newcomer", _l("Everyone who is free sat on the panel that selected.")))
    return found


def _together(pool: Sequence[Candidate], needs: _Needs) -> list[Refusal]:
    """The rules that cannot be met together: each of them, if it were dropped, would let the others be met."""
    one_by_one = [
        _Shortage(
            "draw_outside", _l("the share from outside the organizing unit"), replace(needs, outside=0)
        ),
        _Shortage("draw_finance", _l("a financial or management expert"), replace(needs, finance=0)),
        _Shortage("draw_field", _l("an expert of the demand's field"), replace(needs, match=0)),
        _Shortage("draw_newcomer", _l("a member who did not select"), replace(needs, newcomer=0)),
    ]
    binding = [each for each in one_by_one if each.relaxed != needs and _feasible(pool, each.relaxed)]
    return [
        Refusal(
            each.code,
            _l(
                "With one expert of each unit, this rule cannot be met beside the others: %(rule)s.",
                rule=each.wording,
            ),
        )
        for each in binding or [each for each in one_by_one if each.relaxed != needs]
    ]
