"""The working-day calendar: loading a year's table of holidays, and reading the whole of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, grants
from app.core.clock import day_of
from app.core.errors import NotPermitted, NotSeen
from app.core.i18n import Lazy, _l
from app.core.workdays import CalendarYear as Table
from app.core.workdays import WorkCalendar, read_calendar_file
from app.models.accounts import Organisation
from app.models.rounds import CalendarDay, CalendarYear
from app.workflow import record

SEEDS = Path(__file__).resolve().parents[2] / "seed" / "calendar"
# The State Council publishes the next year's table in the autumn; from this month on its absence is a warning.
PUBLISHED_IN_MONTH = 11


@dataclass(frozen=True, slots=True)
class Holiday:
    """A run of days off under one name."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class YearOverview:
    """A loaded year as a page shows it."""

    year: CalendarYear
    holidays: list[Holiday]
    makeup: list[CalendarDay]


def load_year(session: Session, calendar_year: Table, *, by: Actor, now: datetime) -> CalendarYear:
    """Put a year's table into the calendar, in place of an earlier one for the same year.

    Deadlines that are stored already do not move."""
    if not by.is_system and not grants(by, Permission.CALENDAR_KEEP):
        raise NotPermitted()
    year = session.get(CalendarYear, calendar_year.year, with_for_update=True)
    if year is None:
        year = CalendarYear(year=calendar_year.year)
        session.add(year)
    year.source = f"{calendar_year.title} {calendar_year.document_number}"[:200]
    year.loaded_at = now
    session.flush()
    session.execute(delete(CalendarDay).where(CalendarDay.year == calendar_year.year))
    days = [(day, False) for day in calendar_year.off] + [(day, True) for day in calendar_year.makeup]
    session.add_all(
        CalendarDay(
            day=day,
            year=calendar_year.year,
            is_workday=is_workday,
            name=calendar_year.names.get(day, "")[:40],
        )
        for day, is_workday in sorted(days)
    )
    session.flush()
    # A year is no thing with a page of its own: the act is written down with the organisation that keeps the calendar.
    keeper = session.get(Organisation, by.organisation_id) if by.organisation_id else None
    if keeper is not None:
        data = {"year": calendar_year.year, "document": calendar_year.document_number, "days": len(days)}
        record(session, keeper, "load_calendar", by=by, now=now, data=data)
    return year


def load_seed(session: Session, year: int, *, by: Actor, now: datetime) -> CalendarYear:
    """Load a year from the tables that come with the product. Raises NotSeen when there is none."""
    path = seeds().get(year)
    if path is None:
        raise NotSeen()
    return load_year(session, read_calendar_file(path), by=by, now=now)


def seeds() -> dict[int, Path]:
    """The tables that come with the product, by year."""
    return {int(path.stem): path for path in sorted(SEEDS.glob("*.json")) if path.stem.isdecimal()}


def work_calendar(session: Session) -> WorkCalendar:
    """The loaded years as one calendar, to count working days over."""
    days = session.execute(select(CalendarDay.day, CalendarDay.is_workday)).all()
    return WorkCalendar(
        years=frozenset(session.scalars(select(CalendarYear.year))),
        off=frozenset(row[0] for row in days if not row[1]),
        makeup=frozenset(row[0] for row in days if row[1]),
    )


def overview(session: Session) -> list[YearOverview]:
    """Every loaded year with its holidays and make-up days, latest first."""
    years = session.scalars(select(CalendarYear).order_by(CalendarYear.year.desc())).all()
    days: dict[int, list[CalendarDay]] = {}
    for day in session.scalars(select(CalendarDay).order_by(CalendarDay.day)):
        days.setdefault(day.year, []).append(day)
    return [
        YearOverview(
            year,
            _runs([each for each in days.get(year.year, []) if not each.is_workday]),
            [each for each in days.get(year.year, []) if each.is_workday],
        )
        for year in years
    ]


def warnings(session: Session, now: datetime) -> list[tuple[str, Lazy]]:
    """What is wrong with the calendar, as kind and sentence: this year missing, or next year's table overdue."""
    loaded = set(session.scalars(select(CalendarYear.year)))
    today = day_of(now)
    found: list[tuple[str, Lazy]] = []
    if today.year not in loaded:
        found.append(
            (
                "danger",
                _l(
                    "The calendar of %(year)s is not loaded: no deadline in working days can be set.",
                    year=today.year,
                ),
            )
        )
    if today.year + 1 not in loaded:
        is_late = today.month >= PUBLISHED_IN_MONTH
        found.append(
            (
                "warning" if is_late else "info",
                _l(
                    "The calendar of %(year)s is not loaded yet. Its table is usually published in November; until then"
                    " no deadline may reach into that year.",
                    year=today.year + 1,
                ),
            )
        )
    return found


def _runs(days: list[CalendarDay]) -> list[Holiday]:
    runs: list[Holiday] = []
    for day in days:
        last = runs[-1] if runs else None
        if last is not None and last.name == day.name and last.last + timedelta(days=1) == day.day:
            runs[-1] = Holiday(last.name, last.first, day.day)
        else:
            runs.append(Holiday(day.name, day.day, day.day))
    return runs
