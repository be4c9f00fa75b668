"""How uncertain the ranking is: bids drawn again and again as the fitted model knows them, and ranked each time.

The draws take the estimated variances as given, so they say a little less than the whole uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.chance import generator
from app.scoring.statistics.reml import Fit

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Array = NDArray[float64]

DRAWS = 4000
# What is drawn from is rounded to this many decimals (of hundredths of points), far below what a fit can tell: so the
# last bits, in which machines differ, decide nothing.
DECIMALS = 2


@dataclass(frozen=True, slots=True)
class RankDraws:
    """A bid's place over all draws: median, ends of the interval that holds nine in ten, and how many draws of
    `draws` put it among the winners and at or above the line (None: there is no line)."""

    bid: str
    median: int
    low: int
    high: int
    wins: int
    passes: int | None
    draws: int

    @property
    def win_share(self) -> float:
        """The probability to be among the winners."""
        return self.wins / self.draws

    @property
    def pass_share(self) -> float | None:
        """The probability to reach the line."""
        return None if self.passes is None else self.passes / self.draws


def draw_ranks(
    fit: Fit, *, places: int, line: int | None, seed: str, draws: int = DRAWS
) -> tuple[RankDraws, ...]:
    """Rank the bids over seeded draws. `places` is how many win, `line` the pass line in hundredths.

    Bids that the scores cannot tell apart (no variance between bids) take their places by lot in each draw."""
    import numpy as np

    if places < 1 or draws < 1:
        raise ValueError("at least one place and one draw")
    random = generator(seed)
    levels, root = fit.levels.round(DECIMALS), _root(fit.covariance.round(DECIMALS))
    normal = random.standard_normal((len(levels), draws))
    values = np.repeat(levels[:, None], draws, axis=1)
    for column in range(len(levels)):
        # Column by column, not as a matrix product: the order of the additions is then the same everywhere.
        values += root[:, column, None] * normal[column]
    order = np.lexsort((random.random(values.shape), -values), axis=0)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, len(levels) + 1)[:, None].repeat(draws, axis=1), axis=0)
    passes: Sequence[int | None] = [None] * len(levels)
    if line is not None:
        passes = (values >= line).sum(axis=1).tolist()
    return tuple(
        _summary(effect.key, sorted(row), places, passed)
        for effect, row, passed in zip(fit.bids, ranks.tolist(), passes, strict=True)
    )


def _summary(bid: str, ranks: Sequence[int], places: int, passes: int | None) -> RankDraws:
    count = len(ranks)
    return RankDraws(
        bid=bid,
        median=ranks[(count - 1) // 2],
        low=ranks[count // 20],
        high=ranks[-(count // 20) - 1],
        wins=sum(rank <= places for rank in ranks),
        passes=passes,
        draws=count,
    )


def _root(covariance: "Array") -> "Array":
    """The lower Cholesky factor, in a fixed order of operations; a direction without variance stays 0."""
    import numpy as np

    size = len(covariance)
    root = np.zeros((size, size))
    for column in range(size):
        rest = covariance[:, column].copy()
        for before in range(column):
            rest -= root[:, before] * root[column, before]
        if rest[column] > 1e-9 * covariance[column, column]:
            root[column:, column] = rest[column:] / np.sqrt(rest[column])
    return root
