"""Keep unsaved text beside the record, and a day by which a demand is to be finished."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "unsaved_text",
        sa.Column("thing_type", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_unsaved_text_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsaved_text")),
        sa.UniqueConstraint(
            "thing_type",
            "thing_id",
            "part",
            "user_id",
            name=op.f("uq_unsaved_text_thing_type_thing_id_part_user_id"),
        ),
    )
    op.create_index(op.f("ix_unsaved_text_saved_at"), "unsaved_text", ["saved_at"])
    op.create_index(op.f("ix_unsaved_text_user_id"), "unsaved_text", ["user_id"])
    op.add_column("demand", sa.Column("finish_by", sa.Date(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("demand", "finish_by")
    op.drop_table("unsaved_text")
