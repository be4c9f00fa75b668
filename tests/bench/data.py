"""The databases a benchmark runs on: made once for each schema and size, kept, and copied for each run."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg

from app.core import migrate
from app.models import Base
from config import database_url
from tests.bench import growing

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "bench"
PREFIX = "jiebang_bench_"
BIDDER = "bidder@example.com"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """A database to run on, the folder of the files it names, and the moment at which it was made."""

    kind: str
    url: str
    folder: Path
    moment: datetime
    size: int


def key() -> str:
    """Changes with the tables, the demonstration, and how it is made to grow."""
    known = hashlib.sha256()
    sources = (
        *(ROOT / "migrations/versions").glob("*.py"),
        *(ROOT / "seed/demo").glob("*"),
        Path(growing.__file__),
    )
    for path in sorted(path for path in sources if path.is_file()):
        known.update(path.read_bytes())
    return known.hexdigest()[:12]


def grown(size: int, say: Say) -> Path:
    """The folder of a SQLite site with `size` demands, from the shelf or made now."""
    folder = KEPT / "data" / f"{key()}-{size}"
    if (folder / "jiebang.sqlite3").exists():
        return folder
    play = _played(say)
    say(f"growing it to {size:,} demands")
    fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
    fresh.mkdir(parents=True)
    shutil.copyfile(play / "jiebang.sqlite3", fresh / "jiebang.sqlite3")
    (fresh / "files").symlink_to(play / "files")
    with sqlite3.connect(fresh / "jiebang.sqlite3") as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("PRAGMA cache_size=-400000")
        unit = db.execute(
            "SELECT m.organisation_id FROM membership m JOIN user u ON u.id = m.user_id WHERE u.email = ?",
            (BIDDER,),
        ).fetchone()[0]
        growing.Growth(db, unit).grow(size)
    db.close()
    fresh.rename(folder)
    return folder


@contextmanager
def sqlite_copy(size: int, folder: Path, say: Say) -> Iterator[Prepared]:
    """A copy in `folder`, which the run may write to."""
    source = grown(size, say)
    target = folder / "jiebang.sqlite3"
    subprocess.run(["cp", "--reflink=auto", source / "jiebang.sqlite3", target], check=True)
    if not (folder / "files").exists():
        (folder / "files").symlink_to(source / "files")
    try:
        yield Prepared("sqlite", f"sqlite:///{target}", folder, _moment(source), size)
    finally:
        target.unlink()


@contextmanager
def postgres_copy(server: str, size: int, folder: Path, say: Say) -> Iterator[Prepared]:
    """A copy on the server, dropped at the end; the original stays there for the next run."""
    source = grown(size, say)
    original, copy = f"{PREFIX}{key()}_{size}", f"{PREFIX}run_{os.getpid()}"
    if not (folder / "files").exists():
        (folder / "files").symlink_to(source / "files")
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as control:
        if not _has(control, original):
            say("carrying it over to PostgreSQL")
            _carry(source / "jiebang.sqlite3", control, original)
        control.execute(f"CREATE DATABASE {copy} TEMPLATE {original}")
        try:
            yield Prepared("postgresql", _address(control, copy), folder, _moment(source), size)
        finally:
            control.execute(f"DROP DATABASE {copy} WITH (FORCE)")


def _played(say: Say) -> Path:
    """The folder of the demonstration as `make run` would make it."""
    folder = KEPT / "data" / f"{key()}-play"
    if not (folder / "jiebang.sqlite3").exists():
        say("playing the demonstration, which takes a minute or two")
        fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
        fresh.mkdir(parents=True)
        environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "prepare-demo"]
        subprocess.run(
            command,
            cwd=ROOT,
            env=environ | {"VAR_DIR": str(fresh), "DEMO": "1"},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with sqlite3.connect(fresh / "jiebang.sqlite3") as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        fresh.rename(folder)
    return folder


def _moment(folder: Path) -> datetime:
    with sqlite3.connect(f"file:{folder / 'jiebang.sqlite3'}?mode=ro", uri=True) as db:
        newest = db.execute("SELECT max(at) FROM event").fetchone()[0]
    db.close()
    return datetime.fromisoformat(newest).replace(tzinfo=UTC)


def _has(control: psycopg.Connection, name: str) -> bool:
    return control.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def _carry(source: Path, control: psycopg.Connection, name: str) -> None:
    """Copy every row. PostgreSQL reads SQLite's texts of moments, identifiers and documents as they are."""
    building = f"{name}_new"
    control.execute(f"DROP DATABASE IF EXISTS {building}")
    control.execute(f"CREATE DATABASE {building}")
    migrate.upgrade(_address(control, building))
    address = _address(control, building).replace("+psycopg", "")
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as rows, psycopg.connect(address) as target:
        target.execute("SET TimeZone = 'UTC'")
        for table in Base.metadata.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            with target.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
                for row in rows.execute(f'SELECT {names} FROM "{table.name}"'):
                    copy.write_row(row)
        target.execute("SELECT setval(pg_get_serial_sequence('event', 'seq'), (SELECT max(seq) FROM event))")
        target.commit()
        target.autocommit = True
        target.execute("VACUUM ANALYZE")
    rows.close()
    control.execute(f"ALTER DATABASE {building} RENAME TO {name}")


def _address(control: psycopg.Connection, name: str) -> str:
    at = control.info
    who = f"{quote(at.user)}:{quote(at.password)}"
    return database_url(f"postgresql://{who}@/{name}?host={at.host}&port={at.port}")
