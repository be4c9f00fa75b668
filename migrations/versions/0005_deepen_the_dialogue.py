"""Deepen the dialogue: shared answers, visits with places, signed intents, and what a correction decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this migration."""
    op.add_column(
        "demand_edition", sa.Column("departure_reason", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("demand_edition", sa.Column("restricted", JSON, nullable=True))
    with op.batch_alter_table("question") as table:
        table.add_column(sa.Column("follows_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("answered_with_id", sa.Uuid(), nullable=True))
        table.add_column(
            sa.Column("is_correction_due", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("corrected_edition", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_question_follows_id"), "question", ["follows_id"], ["id"])
        table.create_foreign_key(
            op.f("fk_question_answered_with_id"), "question", ["answered_with_id"], ["id"]
        )
    with op.batch_alter_table("site_visit") as table:
        for name in ("ends_at", "signup_until_at", "cancelled_at", "minutes_at"):
            table.add_column(sa.Column(name, MOMENT, nullable=True))
        table.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
        for name in ("cancel_reason", "minutes"):
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("visit_signup") as table:
        table.add_column(sa.Column("people", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("pass_number", sa.String(length=12), nullable=False, server_default=""))
    with op.batch_alter_table("intent") as table:
        for name in ("declined_at", "withdrawn_at", "owner_signed_at", "bidder_signed_at"):
            table.add_column(sa.Column(name, MOMENT, nullable=True))
        table.add_column(sa.Column("decline_reason", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("agreement", JSON, nullable=True))
        table.add_column(sa.Column("agreement_digest", sa.String(length=64), nullable=True))
        for side in ("owner", "bidder"):
            column = f"{side}_signed_by_id"
            table.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            table.create_foreign_key(op.f(f"fk_intent_{column}"), "user", [column], ["id"])


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("intent") as table:
        for side in ("bidder", "owner"):
            table.drop_constraint(op.f(f"fk_intent_{side}_signed_by_id"), type_="foreignkey")
            table.drop_column(f"{side}_signed_by_id")
        for name in (
            "agreement_digest",
            "agreement",
            "decline_reason",
            "bidder_signed_at",
            "owner_signed_at",
            "withdrawn_at",
            "declined_at",
        ):
            table.drop_column(name)
    with op.batch_alter_table("visit_signup") as table:
        table.drop_column("pass_number")
        table.drop_column("people")
    with op.batch_alter_table("site_visit") as table:
        for name in (
            "minutes",
            "cancel_reason",
            "capacity",
            "minutes_at",
            "cancelled_at",
            "signup_until_at",
            "ends_at",
        ):
            table.drop_column(name)
    with op.batch_alter_table("question") as table:
        table.drop_constraint(op.f("fk_question_answered_with_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_question_follows_id"), type_="foreignkey")
        for name in ("corrected_edition", "is_correction_due", "answered_with_id", "follows_id"):
            table.drop_column(name)
    op.drop_column("demand_edition", "restricted")
    op.drop_column("demand_edition", "departure_reason")
