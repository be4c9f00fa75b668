"""The working-day calendar of the years in which tests play."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.core.workdays import read_calendar_file
from app.models.rounds import CalendarDay, CalendarYear

FOLDER = Path(__file__).resolve().parents[2] / "seed" / "calendar"
YEARS = (2025, 2026)


def load_calendar(session: Session, years: tuple[int, ...] = YEARS) -> None:
    """Load the years' holidays and make-up days from the published tables."""
    for year in years:
        table = read_calendar_file(FOLDER / f"{year}.json")
        source = f"{table.title} {table.document_number}"
        session.add(CalendarYear(year=year, source=source, loaded_at=datetime(year - 1, 12, 1, tzinfo=UTC)))
        session.flush()
        days = [(day, False) for day in table.off] + [(day, True) for day in table.makeup]
        session.add_all(
            CalendarDay(day=day, year=year, is_workday=is_workday, name=table.names.get(day, ""))
            for day, is_workday in days
        )
