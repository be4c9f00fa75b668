"""Databases for tests: a copied SQLite file for each test, one PostgreSQL database for each test process."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from runpy import run_path
from urllib.parse import quote

import psycopg
from sqlalchemy import event, text

from app.core.db import Database
from app.models import Base
from config import database_url

# The migrations that freeze rows by triggers on SQLite.
KEEPING = [
    Path(__file__).resolve().parents[1] / "migrations" / "versions" / name
    for name in ("0002_keep_the_record.py", "0007_select_in_the_open.py")
]
PREFIX = "jiebang_test_"
LOCAL_SERVERS = ("postgresql:///test", "postgresql:///postgres")


def find_server() -> str | None:
    """The address of a PostgreSQL server that lets us make databases: TEST_DATABASE_URL, else one on this machine."""
    given = os.environ.get("TEST_DATABASE_URL")
    for address in (given,) if given else LOCAL_SERVERS:
        with suppress(psycopg.Error), psycopg.connect(_plain(address), connect_timeout=3) as connection:
            may = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            if may and may[0]:
                return address
    return None


@contextmanager
def postgres_database(server: str) -> Iterator[Database]:
    """A database with all tables on the server; it is dropped at the end."""
    name = f"{PREFIX}{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        _drop_left_over(connection)
        connection.execute(f"CREATE DATABASE {name}")
        at = connection.info
        who = f"{quote(at.user)}:{quote(at.password)}"
        database = Database(database_url(f"postgresql://{who}@/{name}?host={at.host}&port={at.port}"))
        event.listen(database.engine, "connect", _hurry_postgres)
        try:
            Base.metadata.create_all(database.engine)
            yield database
        finally:
            database.dispose()
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def empty_postgres(database: Database) -> None:
    """Take every row out. Deleting the few rows of a test is much quicker than truncating sixty tables."""
    deletes = [f'DELETE FROM "{table.name}"' for table in reversed(Base.metadata.sorted_tables)]
    with database.engine.begin() as connection:
        connection.execute(text("; ".join(deletes)))


def make_sqlite(path: Path) -> Database:
    """A SQLite file with all tables, and the triggers that keep the record."""
    database = open_sqlite(path)
    Base.metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        rules = [rule for path in KEEPING for rule in run_path(str(path))["TRIGGERS"].items()]
        for name, rule in rules:
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {rule}")
    return database


def copy_sqlite(source: Path, target: Path) -> Database:
    """A database on a copy of a prepared file, whose write-ahead log must be folded in."""
    shutil.copyfile(source, target)
    return open_sqlite(target)


def open_sqlite(path: Path) -> Database:
    """A database with the house settings, less the wait for the disk."""
    database = Database(f"sqlite:///{path}")
    event.listen(database.engine, "connect", _hurry_sqlite)
    return database


def fold_sqlite(database: Database) -> None:
    """Bring everything into the one file and close it."""
    with database.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()


def _hurry_sqlite(dbapi: object, _record: object) -> None:
    dbapi.execute("PRAGMA synchronous=OFF")


def _hurry_postgres(dbapi: object, _record: object) -> None:
    with dbapi.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    dbapi.commit()


def _drop_left_over(connection: psycopg.Connection) -> None:
    """Drop databases of test runs that were killed. One in use is not dropped: the server refuses."""
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{PREFIX}%",)
    ).fetchall()
    for (name,) in rows:
        number = name.rpartition("_")[2]
        if number.isdecimal() and not Path(f"/proc/{number}").exists():
            with suppress(psycopg.Error):
                connection.execute(f"DROP DATABASE IF EXISTS {name}")


def _plain(address: str) -> str:
    return address.replace("+psycopg", "")
