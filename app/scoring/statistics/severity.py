"""Means adjusted for the experts' severity: a switch, off by default, behind a gate that says why it stays shut.

An adjusted mean never decides. Z-scores per expert are not offered at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.core.errors import Refusal
from app.core.i18n import _l
from app.core.numbers import mean_hundredths
from app.scoring.statistics.reml import Effect, Fit
from app.scoring.statistics.table import ScoreTable

FEWEST_SCORES = 8
CLEAR = 0.01


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the gate must know beside the scores.

    `groups` are the bids that are ranked against one another (all of them when empty); `rubrics` is how many different
    score sheets were used."""

    is_on: bool = False
    has_seen_others: bool = False
    rubrics: int = 1
    groups: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A bid's plain mean and its mean without the experts' estimated severity, in hundredths, with the place by each
    within its group; equal means share a place."""

    bid: str
    mean: int
    adjusted: int
    rank: int
    adjusted_rank: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why nothing is adjusted, or the adjusted means, the pairs whose order they turn round (first by plain mean) and
    the experts' severity: below 0 is strict. By name it is for the supervisor only."""

    refusals: tuple[Refusal, ...]
    bids: tuple[Adjusted, ...] = ()
    flips: tuple[tuple[str, str], ...] = ()
    experts: tuple[Effect, ...] = ()


def adjust(table: ScoreTable, fit: Fit | None, chance: float | None, conditions: Conditions) -> Adjustment:
    """The adjusted means, if the gate lets them through. `fit` is None where the model could not be fitted; `chance`
    is the p value of the test that experts do not differ."""
    refusals = gate(table, chance, conditions)
    if refusals or fit is None:
        return Adjustment(tuple(refusals))
    severity = {effect.key: effect.value for effect in fit.experts}
    plain = {bid: mean_hundredths(list(scores.values())) for bid, scores in table.of_bid.items()}
    changed = {
        bid: round(sum(score - severity[expert] for expert, score in scores.items()) / len(scores))
        for bid, scores in table.of_bid.items()
    }
    bids: list[Adjusted] = []
    flips: list[tuple[str, str]] = []
    for group in _groups(table, conditions):
        bids += [
            Adjusted(bid, plain[bid], changed[bid], _rank(bid, group, plain), _rank(bid, group, changed))
            for bid in group
        ]
        flips += _flips(group, plain, changed)
    return Adjustment((), tuple(bids), tuple(flips), fit.experts)


def gate(table: ScoreTable, chance: float | None, conditions: Conditions) -> list[Refusal]:
    """Every reason against an adjustment; none when it may be shown. While it is switched off, that alone."""
    if not conditions.is_on:
        return [Refusal("severity_off", _l("The round does not adjust scores for severity."))]
    return [*_about_scores(table, conditions), *_about_design(table, chance, conditions)]


def _about_scores(table: ScoreTable, conditions: Conditions) -> Iterable[Refusal]:
    fewest = min((len(scores) for scores in table.of_expert.values()), default=0)
    if fewest < FEWEST_SCORES:
        wording = _l(
            "Some expert gave only %(fewest)s scores: at least %(needed)s are needed to tell severity from chance.",
            fewest=fewest,
            needed=FEWEST_SCORES,
        )
        yield Refusal("severity_few_scores", wording)
    if any(len(scores) == 1 for scores in table.of_expert.values()):
        wording = _l("Some expert scored one bid only: severity and the bid cannot be told apart.")
        yield Refusal("severity_single_bid", wording)
    if conditions.has_seen_others:
        wording = _l("Experts saw each other's scores, so their scores are not independent.")
        yield Refusal("severity_seen", wording)
    if conditions.rubrics > 1:
        wording = _l("Different score sheets were used, so the scores do not measure the same.")
        yield Refusal("severity_rubrics", wording)


def _about_design(table: ScoreTable, chance: float | None, conditions: Conditions) -> Iterable[Refusal]:
    if not table.is_connected:
        wording = _l("The bids fall into parts that share no expert: they cannot be compared by severity.")
        yield Refusal("severity_unconnected", wording)
    if all(_has_same_experts(table, group) for group in _groups(table, conditions)):
        wording = _l("The same experts scored all bids that are compared: adjusting cannot change the order.")
        yield Refusal("severity_complete", wording)
    if chance is None or chance >= CLEAR:
        wording = _l("The scores do not show clearly that the experts differ in severity.")
        yield Refusal("severity_unclear", wording)


def _groups(table: ScoreTable, conditions: Conditions) -> Sequence[Sequence[str]]:
    return [sorted(group) for group in conditions.groups] or [table.bids]


def _has_same_experts(table: ScoreTable, group: Iterable[str]) -> bool:
    return len({frozenset(table.of_bid[bid]) for bid in group}) <= 1


def _rank(bid: str, group: Iterable[str], means: Mapping[str, int]) -> int:
    return 1 + sum(means[other] > means[bid] for other in group)


def _flips(
    group: Iterable[str], plain: Mapping[str, int], changed: Mapping[str, int]
) -> Iterable[tuple[str, str]]:
    for one, other in combinations(group, 2):
        ahead, behind = (one, other) if plain[one] > plain[other] else (other, one)
        if plain[ahead] > plain[behind] and changed[ahead] < changed[behind]:
            yield ahead, behind
