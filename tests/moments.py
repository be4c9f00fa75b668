"""The clock that tests move by hand."""

from datetime import date, datetime, timedelta

from app.core.clock import SHANGHAI, day_of

# A Monday with working days around it: no holiday within four weeks before and two after.
START = datetime(2026, 3, 16, 9, 0, tzinfo=SHANGHAI)


class Clock:
    """Stands still until a test moves it. Called, it gives the moment, as the application's clock does."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return day_of(self.now)

    def advance(self, **amount: float) -> datetime:
        """Move on by so many `days`, `hours`, `minutes`, `seconds` (the words of timedelta)."""
        self.now += timedelta(**amount)
        return self.now

    def set(self, moment: datetime) -> datetime:
        """Jump to a moment, forwards or backwards."""
        assert moment.tzinfo is not None, "a moment needs a time zone"
        self.now = moment
        return self.now
