"""Select in the open: the dictionary of the fairness check, letters, collective decisions, and who vets a round's demands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

# Frozen when they are written; on PostgreSQL the database role gets no right to change them.
FROZEN = ("recommendation_letter", "letter_line", "demand_selection")
TRIGGERS = {
    f"{table}_no_{verb.lower()}": f"BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'rows of {table} never change'); END"
    for table in FROZEN
    for verb in ("UPDATE", "DELETE")
}


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "fairness_term",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("term", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user.id"], name=op.f("fk_fairness_term_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fairness_term")),
        sa.UniqueConstraint("kind", "term", "is_shipped", name=op.f("uq_fairness_term_kind_term_is_shipped")),
    )
    op.create_table(
        "recommendation_letter",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("issued_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["user.id"], name=op.f("fk_recommendation_letter_issued_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_recommendation_letter_organisation_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_recommendation_letter_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_letter")),
        sa.UniqueConstraint("number", name=op.f("uq_recommendation_letter_number")),
        sa.UniqueConstraint(
            "round_id",
            "organisation_id",
            "serial",
            name=op.f("uq_recommendation_letter_round_id_organisation_id_serial"),
        ),
    )
    for column in ("organisation_id", "round_id"):
        op.create_index(op.f(f"ix_recommendation_letter_{column}"), "recommendation_letter", [column])
    op.create_table(
        "letter_line",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_letter_line_demand_id")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["recommendation_letter.id"], name=op.f("fk_letter_line_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_line")),
        sa.UniqueConstraint("letter_id", "demand_id", name=op.f("uq_letter_line_letter_id_demand_id")),
    )
    for column in ("demand_id", "letter_id"):
        op.create_index(op.f(f"ix_letter_line_{column}"), "letter_line", [column])
    op.create_table(
        "demand_selection",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("participants", JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user.id"], name=op.f("fk_demand_selection_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_demand_selection_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_selection")),
        sa.UniqueConstraint("round_id", "serial", name=op.f("uq_demand_selection_round_id_serial")),
    )
    op.create_index(op.f("ix_demand_selection_round_id"), "demand_selection", ["round_id"])
    op.add_column("round", sa.Column("recommend_quota", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "round", sa.Column("demand_vetting", sa.String(length=40), nullable=False, server_default="officers")
    )
    op.add_column(
        "round", sa.Column("has_selection_notice", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    if op.get_bind().dialect.name == "sqlite":
        for name, rule in TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {rule}")


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
    for name in ("has_selection_notice", "demand_vetting", "recommend_quota"):
        op.drop_column("round", name)
    for table in ("demand_selection", "letter_line", "recommendation_letter", "fairness_term"):
        op.drop_table(table)
