"""Why there are no panels: for each rule, by how much it alone would have to give, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.errors import Refusal
from app.core.i18n import Lazy, _l
from app.experts.assignment import pairs as pairing
from app.experts.assignment import program as rules
from app.experts.assignment.pairs import Pairs
from app.experts.assignment.program import Program, Row, build, elastic
from app.experts.assignment.solving import pruned, whole

if TYPE_CHECKING:
    from app.experts.assignment.pairs import Flags

# All pairs are looked at up to this number, beyond it the best of each demand and expert.
MOST_PAIRS, PER_DEMAND = 40_000, 60
SHOWN = 5
WORDING: dict[str, Lazy] = {
    rules.SIZE: _l("the size of the panel"),
    rules.OUTSIDE: _l("the share from outside the organizing unit"),
    rules.FINANCE: _l("a financial or management expert"),
    rules.FIELD: _l("an expert of the demand's field"),
    rules.UNIT: _l("at most one of a unit"),
    rules.REGION: _l("the most from one region"),
    rules.CEILING: _l("the most seats of an expert"),
    rules.FLOOR: _l("the fewest seats of an expert"),
    rules.ROTATION: _l("not the same bidder again"),
    pairing.EXCLUSION: _l("the exclusions by the organizer"),
}


@dataclass(frozen=True, slots=True)
class Give:
    """A rule that would let all others be met if it gave by `amount` (seats, members or pairs), and which demands and
    experts that concerns, by id."""

    rule: str
    amount: int
    demands: tuple[str, ...]
    experts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What binds. `alone` holds each rule that is enough by itself; where none is, `together` the least that several
    give. `full` are the experts who then have no room left; `is_exact` unless only the best pairs were looked at."""

    alone: tuple[Give, ...]
    together: tuple[Give, ...]
    full: tuple[str, ...]
    is_exact: bool

    @property
    def refusals(self) -> list[Refusal]:
        """The report in sentences, one a rule."""
        found = [_refusal(give, is_alone=True) for give in self.alone]
        found += [_refusal(give, is_alone=False) for give in self.together]
        return found or [Refusal("draw_pins", _l("The experts that were set stand against each other."))]


def report(pairs: Pairs) -> Report | None:
    """What stands against the panels of a round; None when nothing does."""
    used = pairs.may if pairs.may.sum() <= MOST_PAIRS else pruned(pairs, PER_DEMAND)
    is_exact = bool((used == pairs.may).all())
    alone, full = [], set()
    for word in WORDING:
        found = _least(pairs, used, [word])
        if found is not None:
            gives, busy = found
            if not gives:
                return None
            alone += gives
            full |= busy
    if alone:
        return Report(tuple(alone), (), tuple(sorted(full)), is_exact)
    gives, busy = _least(pairs, used, WORDING) or ([], set())
    return Report((), tuple(gives), tuple(sorted(busy)), is_exact)


def _least(pairs: Pairs, used: "Flags", words: Iterable[str]) -> tuple[list[Give], set[str]] | None:
    """The least that rules of these words must give, and who is full then; None when that is not enough."""
    allowed = used
    lifted = [each for each in words if each in pairs.kept_out]
    for each in lifted:
        allowed = allowed | pairs.kept_out[each]
    program = build(pairs, allowed)
    broken = {each: pairs.kept_out[each][program.demand, program.expert] for each in lifted}
    program.cost = [0.0] * len(program.cost)
    for flags in broken.values():
        for column in flags.nonzero()[0].tolist():
            program.cost[column] = 1.0
    loose, gives = elastic(program, words, 1.0)
    values = whole(loose)
    if values is None:
        return None
    found: dict[str, tuple[int, set[str], set[str]]] = {}
    for column, row in gives.items():
        _count(found, row.rule, round(values[column]), *_where(program, row))
    for word, flags in broken.items():
        for column in flags.nonzero()[0].tolist():
            demand = pairs.inputs.demands[program.demand[column]].id
            expert = pairs.inputs.experts[program.expert[column]].id
            _count(found, word, round(values[column]), {demand}, {expert})
    given = [Give(word, each[0], *map(tuple, map(sorted, each[1:]))) for word, each in sorted(found.items())]
    seats = program.taken(values).sum(axis=0).tolist()
    pool = pairs.inputs.experts
    return given, {each.id for each, count in zip(pool, seats, strict=True) if count and count >= each.room}


def _count(
    found: dict[str, tuple[int, set[str], set[str]]],
    word: str,
    amount: int,
    demands: set[str],
    experts: set[str],
) -> None:
    if amount:
        before = found.get(word, (0, set(), set()))
        found[word] = before[0] + amount, before[1] | demands, before[2] | experts


def _where(program: Program, row: Row) -> tuple[set[str], set[str]]:
    """The demands and experts that a row is about."""
    demands, experts = program.inputs.demands, program.inputs.experts
    if row.rule in (rules.CEILING, rules.FLOOR):
        return set(), {experts[int(row.key[0])].id}
    if row.rule == rules.ROTATION:
        places = {
            demands[program.demand[column]].id for column in row.columns if column < len(program.demand)
        }
        return places, {experts[int(row.key[1])].id}
    return {demands[int(row.key[0])].id}, set()


def _refusal(give: Give, *, is_alone: bool) -> Refusal:
    names = [*give.demands, *give.experts]
    parts = {
        "amount": give.amount,
        "rule": WORDING[give.rule],
        "where": ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else ""),
    }
    alone = _l(
        "No panels fulfil every rule. They would if this one gave by %(amount)s: %(rule)s. It concerns %(where)s.",
        **parts,
    )
    together = _l(
        "No single rule is enough. Among the least that several must give: %(rule)s, by %(amount)s. It concerns"
        " %(where)s.",
        **parts,
    )
    return Refusal(f"draw_{give.rule}", alone if is_alone else together)
