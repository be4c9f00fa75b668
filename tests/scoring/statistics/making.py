"""Tables of scores for the tests of the statistics."""

import random

from app.scoring.statistics.table import ScoreTable

# Shrout and Fleiss (1979), table 2: six targets, four judges.
SHROUT_FLEISS = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))


def table(rows: tuple[tuple[int | None, ...], ...]) -> ScoreTable:
    """A table from rows of bids; None is a missing cell."""
    return ScoreTable(
        {
            (f"b{row:02}", f"e{column:02}"): value
            for row, values in enumerate(rows)
            for column, value in enumerate(values)
            if value is not None
        }
    )


def simulated(
    seed: int, bids: int, experts: int, *, bid: float, expert: float, noise: float, missing: float = 0.0
) -> ScoreTable:
    """Scores around 7,000 hundredths with these standard deviations; a share of the cells is missing."""
    drawn = random.Random(seed)
    levels = [drawn.gauss(0, bid) for _ in range(bids)]
    severity = [drawn.gauss(0, expert) for _ in range(experts)]
    return ScoreTable(
        {
            (f"b{row:02}", f"e{column:02}"): round(
                7000 + levels[row] + severity[column] + drawn.gauss(0, noise)
            )
            for row in range(bids)
            for column in range(experts)
            if drawn.random() >= missing
        }
    )
