"""Engines and sessions for SQLite and PostgreSQL, with the transaction mode chosen by us and never by the driver.

Python's sqlite3 opens transactions late and loses updates under load, so its own handling is switched off: a write unit
begins with BEGIN IMMEDIATE (one writer, others wait), a read unit cannot write at all. PostgreSQL gets a read-only
transaction for reads; write units lock the rows they decide on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, Connection, Engine, Text, create_engine, event
from sqlalchemy.orm import Session, defer
from sqlalchemy.orm.interfaces import ORMOption

SQLITE_BUSY_MS = 10_000


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///...` or `postgresql+psycopg://...` with the house settings."""
    if url.startswith("sqlite"):
        engine = create_engine(url)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10)


def _prepare_sqlite(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_BUSY_MS}",
        "mmap_size=268435456",
    ):
        dbapi.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("unit")
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if mode == 'read' else 'OFF'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if mode == "write" else "BEGIN")


class Database:
    """One engine and the two kinds of session made from it."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._readers = self.engine.execution_options(unit="read", postgresql_readonly=True)
        self._writers = self.engine.execution_options(unit="write")

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.engine.dialect.name == "sqlite"

    def reader(self) -> Session:
        """A session that cannot write."""
        return Session(self._readers, autoflush=False)

    def writer(self) -> Session:
        """A session for one unit of work; the caller commits once."""
        return Session(self._writers)

    @contextmanager
    def unit(self) -> Iterator[Session]:
        """A write unit that commits at its end and rolls back on any error."""
        session = self.writer()
        try:
            yield session
            session.commit()
        finally:
            session.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read unit."""
        session = self.reader()
        try:
            yield session
        finally:
            session.close()

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def without_texts(model: type[Any], *kept: str) -> tuple[ORMOption, ...]:
    """For lists of a wide table: leave its long texts and documents unread, but for the columns `kept`."""
    long = (column.name for column in model.__table__.columns if isinstance(column.type, Text | JSON))
    return tuple(defer(getattr(model, name)) for name in long if name not in kept)
