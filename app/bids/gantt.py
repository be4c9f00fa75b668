"""The plan of work as a chart: where each milestone's bar begins and ends, in units of the drawing."""

from dataclasses import dataclass

from app.bids.content import Content

LEFT, WIDTH, ROW, TOP = 40, 720, 30, 26
LONGEST = 120
"""Months that are drawn at most."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One milestone: its number and name, its months, and its place in the drawing."""

    no: int
    name: str
    first: int
    last: int
    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A month on the axis."""

    month: int
    x: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars, the months of the axis, and the size of the drawing."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    width: int
    height: int


def chart(content: Content) -> Chart | None:
    """The chart of the milestones whose months are known; None when there are none."""
    rows = [row for row in content["milestones"] if _is_drawable(row)]
    if not rows:
        return None
    months = max(content["duration_months"] or 0, *(row["end_month"] for row in rows))
    months = int(min(max(months, 1), LONGEST))

    def x(month: int) -> int:
        return LEFT + WIDTH * (month - 1) // months

    bars = tuple(
        Bar(
            row["no"],
            row["name"],
            row["start_month"],
            row["end_month"],
            x(row["start_month"]),
            TOP + ROW * index,
            x(row["end_month"] + 1) - x(row["start_month"]),
        )
        for index, row in enumerate(rows)
    )
    step = max(1, -(-months // 12))
    ticks = tuple(Tick(month, x(month)) for month in range(1, months + 1, step))
    return Chart(bars, ticks, LEFT + WIDTH + 8, TOP + ROW * len(bars) + 8)


def _is_drawable(row: Content) -> bool:
    first, last = row["start_month"], row["end_month"]
    return first is not None and last is not None and 1 <= first <= last <= LONGEST
