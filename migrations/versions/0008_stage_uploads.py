"""Stage uploads until their form is saved, and keep a register of the file store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "stored_file",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scan", sa.String(length=40), nullable=False),
        sa.Column("scan_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finding", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stored_file_organisation_id")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stored_file")),
    )
    op.create_index(op.f("ix_stored_file_organisation_id"), "stored_file", ["organisation_id"])
    op.create_index("ix_stored_file_scan", "stored_file", ["scan", "scan_at"])
    op.create_table(
        "staged_upload",
        sa.Column("holder", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("media_type", sa.String(length=120), nullable=True),
        sa.Column("storage_name", sa.String(length=120), nullable=False),
        sa.Column("scan", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("received <= size", name=op.f("ck_staged_upload_received_within_size")),
        sa.CheckConstraint(
            "(media_type IS NULL) = (completed_at IS NULL)",
            name=op.f("ck_staged_upload_complete_is_inspected"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_staged_upload_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_upload")),
        sa.UniqueConstraint("storage_name", name=op.f("uq_staged_upload_storage_name")),
    )
    op.create_index(op.f("ix_staged_upload_expires_at"), "staged_upload", ["expires_at"])
    op.create_index("ix_staged_upload_holder", "staged_upload", ["holder", "purpose"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("staged_upload")
    op.drop_table("stored_file")
