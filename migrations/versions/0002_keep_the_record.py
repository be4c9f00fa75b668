"""Keep the record: what was written down or sealed is never changed, on SQLite by triggers.

On PostgreSQL the database role of the site gets no right to update or delete these rows (docs/deployment.md).
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Rows that are only ever added.
APPENDED = ("event", "opening_record", "demand_edition", "contract_edition")

SEALED = """
CREATE TRIGGER bid_version_stays_sealed BEFORE UPDATE ON bid_version
WHEN OLD.sealed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a sealed version never changes'); END
"""


def upgrade() -> None:
    """Apply this migration."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in APPENDED:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} never change'); END"
            )
    op.execute(SEALED)


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("DROP TRIGGER bid_version_stays_sealed")
    for table in APPENDED:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{verb}")
