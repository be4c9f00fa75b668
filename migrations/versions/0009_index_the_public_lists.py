"""Index the public lists in their order, so that neither a page nor the number of rows reads the wide tables."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_demand_listed": ("demand", ["closes_at", "id", "state", "hold_since_at", "published_at"]),
    "ix_notice_listed": ("notice", ["published_at", "id", "state", "ends_at"]),
    "ix_notice_document_on": ("notice", ["document_on"]),
}


def upgrade() -> None:
    """Apply this migration."""
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Take it back."""
    for name, (table, _columns) in INDEXES.items():
        op.drop_index(name, table)
