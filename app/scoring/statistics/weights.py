"""How much the choice of winners hangs on the weights of the criteria. The maximum of a criterion is its weight.

Reweighing multiplies what every bid got for a criterion by the same factor. All is whole numbers and fractions."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

from app.core.chance import generator
from app.scoring.statistics.ranks import DRAWS

STEPS = 1000
# The exact volume takes two to the power of as many terms.
MOST_EXACT = 12

Marks = Mapping[str, Mapping[str, int]]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """How far one weight may move while the others keep their proportions and all their sum: `low` and `high` in
    hundredths of points, both still safe. `below` and `above` are (winner, rival) who change places beyond; None where
    nobody ever does."""

    criterion: str
    weight: int
    low: int
    high: int
    below: Pair | None
    above: Pair | None


@dataclass(frozen=True, slots=True)
class Kept:
    """The share of weightings, each weight anywhere within `percent` of its own, that keep the winners.

    Exact, or the share of `draws` with the seed; `error` is then its standard error. `safe` is the largest number of
    thousandths by which all weights may move at once, each in its worst direction, without a change."""

    percent: int
    share: Fraction
    is_exact: bool
    draws: int
    safe: int

    @property
    def error(self) -> float:
        """The standard error of the share; 0 when it is exact."""
        return 0.0 if self.is_exact else math.sqrt(self.share * (1 - self.share) / self.draws)


def moves(marks: Marks, maxima: Mapping[str, int], winners: Iterable[str]) -> tuple[Move, ...] | None:
    """The range of each weight over which the winners stay. None when they are not ahead by the given marks, as can
    be when totals are trimmed means, or the chair's vote placed them.

    `marks` holds hundredths by bid and criterion, `maxima` those of the criteria. A tie counts as staying."""
    pairs = _pairs(marks, maxima, winners)
    if any(sum(ahead.values()) < 0 for ahead in pairs.values()):
        return None
    return tuple(_move(pairs, maxima, criterion) for criterion in sorted(maxima))


def kept(
    marks: Marks,
    maxima: Mapping[str, int],
    winners: Iterable[str],
    *,
    percent: int,
    seed: str,
    draws: int = DRAWS,
) -> Kept:
    """How many of all weightings within `percent` of the published one keep the winners.

    Exact when no pair, or only one, can change places; else by seeded draws of whole thousandths."""
    if not 0 < percent <= 100 or draws < 1:
        raise ValueError("a weight moves by 1 to 100 percent, in at least one draw")
    pairs = _pairs(marks, maxima, winners)
    margins = [(sum(ahead.values()), sum(map(abs, ahead.values()))) for ahead in pairs.values()]
    safe = min((margin * 1000 // reach for margin, reach in margins if reach), default=1000)
    open_ = [
        list(ahead.values())
        for ahead, (margin, reach) in zip(pairs.values(), margins, strict=True)
        if 100 * margin < percent * reach
    ]
    if not open_:
        return Kept(percent, Fraction(1), True, 0, safe)
    terms = [term for term in open_[0] if term]
    if len(open_) == 1 and len(terms) <= MOST_EXACT:
        return Kept(percent, _half_space(terms, percent), True, 0, safe)
    return Kept(percent, _sampled(open_, percent, seed, draws), False, draws, safe)


def _pairs(marks: Marks, maxima: Mapping[str, int], winners: Iterable[str]) -> dict[Pair, dict[str, int]]:
    """For each winner and each rival, by how many hundredths the winner is ahead in each criterion."""
    ahead = sorted(set(winners))
    unknown = set(ahead) - set(marks)
    if unknown or any(value <= 0 for value in maxima.values()):
        raise ValueError(f"winners have marks, criteria have a maximum: {sorted(unknown)}")
    rivals = sorted(set(marks) - set(ahead))
    return {
        (winner, rival): {key: marks[winner][key] - marks[rival][key] for key in sorted(maxima)}
        for winner, rival in product(ahead, rivals)
    }


def _move(pairs: Mapping[Pair, Mapping[str, int]], maxima: Mapping[str, int], criterion: str) -> Move:
    weight, total = maxima[criterion], sum(maxima.values())
    low, high = Fraction(0), Fraction(total)
    below: Pair | None = None
    above: Pair | None = None
    for pair, ahead in pairs.items():
        if weight == total:
            continue
        # The lead is a straight line over the weight: own part for each hundredth, and what the others keep.
        own = Fraction(ahead[criterion], weight)
        others = Fraction(sum(ahead.values()) - ahead[criterion], total - weight)
        if own == others:
            continue
        turn = -others * total / (own - others)
        if own > others and turn > low:
            low, below = turn, pair
        elif own < others and turn < high:
            high, above = turn, pair
    return Move(criterion, weight, math.ceil(low), math.floor(high), below, above)


def _half_space(terms: list[int], percent: int) -> Fraction:
    """The share of the cube -1..1 in which sum(terms) + percent/100 * sum(term * u) >= 0: the volume of a cube cut
    by a plane, as the alternating sum over its corners."""
    sides = [Fraction(abs(term) * percent, 100) for term in terms]
    height = (sum(sides) - sum(terms)) / 2
    volume = Fraction(0)
    for size in range(len(sides) + 1):
        for corner in combinations(sides, size):
            over = height - sum(corner)
            if over > 0:
                volume += (-1) ** size * over ** len(sides)
    return 1 - volume / (math.factorial(len(sides)) * math.prod(sides))


def _sampled(pairs: list[list[int]], percent: int, seed: str, draws: int) -> Fraction:
    import numpy as np

    ahead = np.array(pairs, dtype=np.int64)
    shifts = generator(seed).integers(-STEPS, STEPS, size=(ahead.shape[1], draws), endpoint=True)
    leads = 100 * STEPS * ahead.sum(axis=1)[:, None] + percent * (ahead @ shifts)
    return Fraction(int((leads >= 0).all(axis=0).sum()), draws)
