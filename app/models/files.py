"""The file store: whose each file is, what the malware scanner said, and uploads that no form has taken yet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.i18n import _l
from app.models.base import Base, Coded, Identified
from app.models.types import Code


class ScanState(Coded):
    """What is known about malware in a file."""

    NOT_SCANNED = "not_scanned", _l("not scanned for malware")
    PENDING = "pending", _l("scan for malware still to come")
    CLEAN = "clean", _l("scanned for malware")
    INFECTED = "infected", _l("malware found")


class StoredFile(Base):
    """A file in the store. Rows that name it (attachments, bid files, staged uploads) never change for a scan's sake.

    `size` is in bytes and counts towards what the organisation may keep."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_scan", "scan", "scan_at"),)

    # In the register, not a claim on the file: `storage_name` elsewhere is.
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_at: Mapped[datetime]
    scan: Mapped[ScanState] = mapped_column(Code(ScanState), default=ScanState.NOT_SCANNED)
    scan_at: Mapped[datetime | None]
    finding: Mapped[str | None] = mapped_column(String(120))


class StagedUpload(Identified, Base):
    """A file received for a form that has not been saved with it yet. Only its holder reads or uses it.

    `holder` is `user:<id>` or `visitor:<random>`; `purpose` names the form, its field and the things in its address.
    While `received` is below `size` the file is arriving in chunks and lies in the store as a part."""

    __tablename__ = "staged_upload"
    __table_args__ = (
        Index("ix_staged_upload_holder", "holder", "purpose"),
        CheckConstraint("received <= size", name="received_within_size"),
        CheckConstraint("(media_type IS NULL) = (completed_at IS NULL)", name="complete_is_inspected"),
    )

    holder: Mapped[str] = mapped_column(String(60))
    purpose: Mapped[str] = mapped_column(String(300))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str | None] = mapped_column(String(64))
    media_type: Mapped[str | None] = mapped_column(String(120))
    storage_name: Mapped[str] = mapped_column(String(120), unique=True)
    scan: Mapped[ScanState] = mapped_column(Code(ScanState), default=ScanState.NOT_SCANNED)
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
