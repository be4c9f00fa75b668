"""The database's shape: bring it to a revision, take it back, compare it with the models, write the next."""

from __future__ import annotations

import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

ROOT = Path(__file__).resolve().parents[2]


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every migration up to `revision`; does nothing on a database that is there already."""
    command.upgrade(_settings(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take migrations back to `revision` ("base" for all, "-1" for the last one)."""
    command.downgrade(_settings(url), revision)


def check(url: str) -> None:
    """Compare the models with the tables.

    Raises:
        alembic.util.exc.CommandError: they differ (the message says how), or migrations are pending.
    """
    command.check(_settings(url))


def revision(url: str, message: str) -> None:
    """Write the next migration: what the models have and the database at `url` has not."""
    script_folder = ScriptDirectory.from_config(_settings(url))
    number = sum(1 for _ in script_folder.walk_revisions()) + 1
    command.revision(_settings(url), message, autogenerate=True, rev_id=f"{number:04d}")


def is_current(connection: Connection) -> bool:
    """Tell whether the database behind `connection` is at the newest revision, as a readiness check asks."""
    newest = ScriptDirectory.from_config(_settings("")).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(newest)


def _settings(url: str) -> Config:
    settings = Config(ROOT / "alembic.ini", stdout=io.StringIO())
    # Handed over beside the file, not through it: a password may hold characters that the file's format eats.
    settings.attributes["url"] = url
    return settings
