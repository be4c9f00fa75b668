"""Scores far from what the rest of the panel gave the same bid. They are shown, they are never changed."""

from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from app.scoring.statistics.table import ScoreTable

PERCENT = 20
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Outlier:
    """A score with the median of its bid, in hundredths; the median may lie half way between two."""

    bid: str
    expert: str
    score: int
    median: Fraction

    @property
    def distance(self) -> Fraction:
        """How far above (or, negative, below) the median, in hundredths."""
        return self.score - self.median


def outliers(table: ScoreTable, maximum: int, percent: int = PERCENT) -> tuple[Outlier, ...]:
    """The scores further from their bid's median than `percent` of the range from 0 to `maximum` (hundredths).

    Two scores have no middle to be far from: a bid with fewer than three has no outliers."""
    found = []
    for bid, scores in table.of_bid.items():
        middle = median(Fraction(score) for score in scores.values())
        for expert, score in scores.items():
            if len(scores) >= FEWEST and abs(score - middle) * 100 > maximum * percent:
                found.append(Outlier(bid, expert, score, middle))
    return tuple(found)
