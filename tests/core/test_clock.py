"""Days of Shanghai and moments of UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock

DAYS = st.dates(date(1992, 1, 1), date(2200, 12, 30))


def test_utcnow_is_aware_and_in_utc() -> None:
    before = clock.utcnow()
    assert before.tzinfo is UTC
    assert before <= clock.utcnow()


def test_local_shows_the_clocks_of_shanghai() -> None:
    moment = clock.local(datetime(2026, 2, 12, 16, 0, tzinfo=UTC))
    assert (moment.isoformat(), moment.tzinfo) == ("2026-02-13T00:00:00+08:00", clock.SHANGHAI)


def test_local_refuses_a_moment_without_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.local(datetime(2026, 2, 12))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 2, 12, 15, 59, 59, 999999, tzinfo=UTC), date(2026, 2, 12)),
        (datetime(2026, 2, 12, 16, tzinfo=UTC), date(2026, 2, 13)),
        (datetime(2025, 12, 31, 16, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_day_of_turns_at_midnight_in_shanghai(moment: datetime, day: date) -> None:
    assert clock.day_of(moment) == day


@given(DAYS)
def test_a_day_runs_from_its_start_to_its_end(day: date) -> None:
    start, end = clock.start_of_day(day), clock.end_of_day(day)
    assert start.tzinfo is UTC and end.tzinfo is UTC
    assert end - start == timedelta(days=1)
    assert clock.day_of(start) == day
    assert clock.day_of(end - timedelta(microseconds=1)) == day
    assert clock.day_of(end) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -13, date(2025, 2, 28)),
        (date(2026, 6, 5), 0, date(2026, 6, 5)),
    ],
)
def test_add_months_stops_at_the_end_of_a_shorter_month(day: date, months: int, expected: date) -> None:
    assert clock.add_months(day, months) == expected
