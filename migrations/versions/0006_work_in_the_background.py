"""Work in the background: jobs, the sheets that jobs check and write, and the day that a credit list bears."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "job",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.Column("fault", sa.String(length=80), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_id", sa.Uuid(), nullable=True),
        sa.Column("leased_until_at", MOMENT, nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_job_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_job_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_asked_by_id"), "job", ["asked_by_id"])
    op.create_index("ix_job_finished_at_due_at", "job", ["finished_at", "due_at"])
    op.create_table(
        "sheet_import",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("list_code", sa.String(length=40), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_name", sa.String(length=120), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("check_job_id", sa.Uuid(), nullable=True),
        sa.Column("write_job_id", sa.Uuid(), nullable=True),
        sa.Column("refusal", JSON, nullable=True),
        sa.Column("report", JSON, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("written_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_sheet_import_author_id")),
        sa.ForeignKeyConstraint(["check_job_id"], ["job.id"], name=op.f("fk_sheet_import_check_job_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_sheet_import_organisation_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_sheet_import_round_id")),
        sa.ForeignKeyConstraint(["write_job_id"], ["job.id"], name=op.f("fk_sheet_import_write_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_import")),
    )
    op.create_index(op.f("ix_sheet_import_author_id"), "sheet_import", ["author_id"])
    op.create_index(op.f("ix_sheet_import_round_id"), "sheet_import", ["round_id"])
    op.add_column("credit_listing", sa.Column("listed_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("credit_listing", "listed_on")
    op.drop_table("sheet_import")
    op.drop_table("job")
