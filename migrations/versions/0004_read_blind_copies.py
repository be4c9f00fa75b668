"""Keep the texts of a blind copy beside its file, so that it can be searched for names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("bid_file", sa.Column("passages", json, nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("bid_file", "passages")
