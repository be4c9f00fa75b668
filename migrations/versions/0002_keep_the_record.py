"""Keep the record: what was written down or sealed is never changed, on SQLite by triggers.

On PostgreSQL the database role of the site gets no right to update or delete these rows.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Rows that are only ever added.
APPENDED = ("event", "opening_record", "demand_edition", "contract_edition")

TRIGGERS = {
    f"{table}_no_{verb.lower()}": f"BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'rows of {table} never change'); END"
    for table in APPENDED
    for verb in ("UPDATE", "DELETE")
}
TRIGGERS["bid_version_stays_sealed"] = (
    "BEFORE UPDATE ON bid_version WHEN OLD.sealed_at IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'a sealed version never changes'); END"
)


def upgrade() -> None:
    """Apply this migration."""
    if op.get_bind().dialect.name == "sqlite":
        for name, rule in TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {rule}")


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
