"""Whether the site can do its work: each check has a name, and gives it when it fails."""

import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.core import migrate
from app.core.clock import day_of
from app.core.db import Database
from app.core.scanner import Scanner
from app.models import Base
from app.models.rounds import CalendarYear

AHEAD = timedelta(days=60)
"""How far ahead the working-day calendar must be loaded: longer than any notice."""
VERSION_TABLE = "alembic_version"


def failures(database: Database, folder: Path, now: datetime) -> list[str]:
    """The names of what is wrong: `database`, `tables`, `migrations`, `calendar_2027`, `folder`."""
    return [*_of_database(database, now), *_of_folder(folder)]


def _of_database(database: Database, now: datetime) -> list[str]:
    try:
        with database.reading() as session:
            connection = session.connection()
            found = set(inspect(connection).get_table_names())
            if set(Base.metadata.tables) - found:
                return ["tables"]
            if VERSION_TABLE in found and not migrate.is_current(connection):
                return ["migrations"]
            return _of_calendar(session, now)
    except SQLAlchemyError:
        return ["database"]


def _of_calendar(session: Session, now: datetime) -> list[str]:
    return _missing_years(session, {day_of(now).year})


def warnings(database: Database, now: datetime) -> list[str]:
    """What will be wrong soon: the next year's calendar is not loaded. The site still does all it can do.

    It is published in the last weeks of a year, so its absence must not take the site out of service."""
    try:
        with database.reading() as session:
            return _missing_years(session, {day_of(now + AHEAD).year} - {day_of(now).year})
    except SQLAlchemyError:
        return []


def _missing_years(session: Session, needed: set[int]) -> list[str]:
    loaded = set(session.scalars(select(CalendarYear.year)))
    return [f"calendar_{year}" for year in sorted(needed - loaded)]


def _of_folder(folder: Path) -> list[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".probe-", dir=folder)
        try:
            os.write(descriptor, b"probe")
        finally:
            os.close(descriptor)
            Path(name).unlink()
    except OSError:
        return ["folder"]
    return []


def scanner(asked: Scanner) -> str:
    """Whether there is a malware scanner, and whether it answers: `none`, `up` or `down`."""
    if not asked.is_configured:
        return "none"
    return "up" if asked.is_up() else "down"
