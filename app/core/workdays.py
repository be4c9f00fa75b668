"""Working days of the mainland: weekdays, less the published holidays, plus the published make-up weekends.

The State Council's General Office publishes each year's table in the autumn before it. A day in a year whose
table is not loaded has no answer here: it raises, because a guessed deadline is worse than none.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _l

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class UnknownCalendarYear(RuleBroken, ValueError):
    """A day was asked about whose year's holiday table is not loaded. `year` names it."""

    def __init__(self, year: int) -> None:
        self.year = year
        wording = _l(
            "The working-day calendar of %(year)s is not loaded yet. Ask the platform operator to load it.",
            year=year,
        )
        super().__init__(Refusal("calendar_year_unknown", wording))


class CalendarFileError(ValueError):
    """A holiday table file that contradicts itself; the text names the file and the fault."""


class NoticeStartRule(StrEnum):
    """From which day the days of a public notice count. Both rules are in use; a round chooses one."""

    SAME_DAY = "same_day"
    NEXT_WORKING_DAY = "next_working_day"


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year's published table: days off (weekends inside a holiday too), make-up days, its source."""

    year: int
    title: str
    document_number: str
    issued_on: date
    off: frozenset[date]
    makeup: frozenset[date]
    names: Mapping[date, str]


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The loaded years, and the counting of working days over them."""

    years: frozenset[int]
    off: frozenset[date]
    makeup: frozenset[date]

    @classmethod
    def from_years(cls, loaded: Iterable[CalendarYear]) -> "WorkCalendar":
        """A calendar over several years' tables."""
        tables = list(loaded)
        return cls(
            years=frozenset(table.year for table in tables),
            off=frozenset(day for table in tables for day in table.off),
            makeup=frozenset(day for table in tables for day in table.makeup),
        )

    @property
    def last_year(self) -> int | None:
        """The last year loaded, for the warning that the next one is still missing."""
        return max(self.years, default=None)

    def is_workday(self, day: date) -> bool:
        """Whether offices are open on the day. Raises UnknownCalendarYear."""
        if day.year not in self.years:
            raise UnknownCalendarYear(day.year)
        if day in self.makeup:
            return True
        return day.weekday() < SATURDAY and day not in self.off

    def add_workdays(self, day: date, count: int) -> date:
        """The `count`-th working day after the day, or before it if negative.

        With 0 it is the day itself, or the next working day when the day is none. Raises UnknownCalendarYear.
        """
        if count == 0:
            return day if self.is_workday(day) else self.add_workdays(day, 1)
        step = ONE_DAY if count > 0 else -ONE_DAY
        left = abs(count)
        self.is_workday(day)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def notice_window(self, document_day: date, days: int, rule: NoticeStartRule) -> tuple[date, date]:
        """First and last day, both inclusive, of a notice that stands for so many working days.

        `same_day` counts from the document's own day (from the next working day if it is none),
        `next_working_day` from the first working day after it. Raises UnknownCalendarYear, and
        ValueError for less than one day.
        """
        if days < 1:
            raise ValueError("a notice stands for one working day at least")
        offset = 0 if rule is NoticeStartRule.SAME_DAY else 1
        first = self.add_workdays(document_day, offset)
        return first, first if days == 1 else self.add_workdays(first, days - 1)

    def workdays_between(self, first: date, last: date) -> int:
        """How many working days lie from the first day to the last, both inclusive; 0 if out of order."""
        return sum(self.is_workday(day) for day in days_from(first, last))


def days_from(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last, both inclusive."""
    while first <= last:
        yield first
        first += ONE_DAY


def read_calendar_file(path: Path) -> CalendarYear:
    """One year's table from a file of `seed/calendar/`. Raises CalendarFileError for a faulty one."""
    return read_calendar(path.read_bytes(), path.name)


def read_calendar(content: bytes, name: str) -> CalendarYear:
    """One year's table from the bytes of such a file. Raises CalendarFileError naming the file and the fault."""
    try:
        return _parse(json.loads(content.decode("utf-8")))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as fault:
        raise CalendarFileError(f"{name}: {fault!r}") from fault


def _parse(content: Mapping[str, Any]) -> CalendarYear:
    names: dict[date, str] = {}
    for holiday in content["holidays"]:
        first, last = date.fromisoformat(holiday["first"]), date.fromisoformat(holiday["last"])
        if last < first:
            raise ValueError(f"{holiday['name']} ends before it begins")
        for day in days_from(first, last):
            if day in names:
                raise ValueError(f"{day} is listed twice")
            names[day] = str(holiday["name"])
    makeup = frozenset(date.fromisoformat(day) for day in content["makeup"])
    year = int(content["year"])
    _check(year, frozenset(names), makeup)
    return CalendarYear(
        year=year,
        title=str(content["title"]),
        document_number=str(content["document_number"]),
        issued_on=date.fromisoformat(content["issued_on"]),
        off=frozenset(names),
        makeup=makeup,
        names=names,
    )


def _check(year: int, off: frozenset[date], makeup: frozenset[date]) -> None:
    if not off:
        raise ValueError("no holiday is listed")
    for day in off | makeup:
        if day.year != year:
            raise ValueError(f"{day} is not in {year}")
    for day in makeup:
        if day in off:
            raise ValueError(f"{day} is both off and made up")
        if day.weekday() < SATURDAY:
            raise ValueError(f"{day} is no weekend day to make up on")
