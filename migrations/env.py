"""Runs migrations on SQLite and on PostgreSQL from the same files.

`app.core.migrate` hands over the database's address; `alembic` called by hand takes it from the environment.
All pending migrations run in one transaction, on SQLite too: a failed one leaves nothing behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from alembic import context
from sqlalchemy import JSON, DefaultClause, False_, Text, True_, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

import app.models  # noqa: F401 - every table must be known before models and database are compared
from app.core.db import make_engine
from app.models.base import Base
from config import Config

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from sqlalchemy import Connection

# Any number that nothing else in the product locks: two processes that start at once migrate in turn.
MIGRATION_LOCK = 7_202_611


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write what autogenerate gets wrong on two databases; `False` leaves the rest to alembic."""
    if kind == "server_default" and isinstance(item, DefaultClause):
        # Seen from SQLite these become 0 and 1, which PostgreSQL refuses for a boolean.
        if isinstance(item.arg, False_):
            return "sa.false()"
        if isinstance(item.arg, True_):
            return "sa.true()"
    if kind == "type":
        return render_type(item, autogen)
    return False


def render_type(item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Name column types without importing the application, whose code moves on while migrations stay."""
    if isinstance(item, TypeDecorator):
        return render_type(item.impl_instance, autogen) or f"sa.{item.impl_instance!r}"
    if isinstance(item, JSON) and "postgresql" in item._variant_mapping:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def is_same_type(
    _context: Any, _inspected: Any, _metadata: Any, inspected_type: Any, metadata_type: Any
) -> bool | None:
    """Tell alembic where a difference is none: `False` means equal, `None` lets it compare."""
    stored = metadata_type.impl_instance if isinstance(metadata_type, TypeDecorator) else metadata_type
    if isinstance(stored, JSON) and isinstance(inspected_type, JSON | JSONB):
        return False
    if isinstance(stored, Text) and isinstance(inspected_type, Text):
        return False
    return None


def run(connection: Connection) -> None:
    """Bring the database behind `connection` to the revision asked for."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # Batch mode replaces a table by a copy. The switch works only outside a transaction: past SQLAlchemy.
        raw = connection.connection.dbapi_connection
        assert raw is not None  # noqa: S101 - a connection that was just made has one
        raw.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=is_sqlite,
        render_item=render_item,
        compare_type=is_same_type,
        transactional_ddl=True,
        user_module_prefix="sa.",
    )
    with context.begin_transaction():
        if not is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        context.run_migrations()
        if is_sqlite:
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if orphans:
                raise RuntimeError(f"The migration leaves rows without their parents: {orphans[:5]}")


def main() -> None:
    """Connect as a writer and run."""
    url = context.config.attributes.get("url") or Config.from_environ().DATABASE_URL
    engine = make_engine(url).execution_options(unit="write")
    try:
        with engine.connect() as connection:
            run(connection)
    finally:
        engine.dispose()


main()
