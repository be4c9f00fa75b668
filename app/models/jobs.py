"""Background work (jobs), and the uploaded sheets whose rows such work checks and writes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import Organisation, User
from app.models.base import Base, Identified
from app.models.procedure_codes import SheetKind
from app.models.rounds import Round
from app.models.states import JobState
from app.models.types import Code


class Job(Identified, Base):
    """A piece of background work, written in the transaction of the act that wants it.

    `payload` and `result` hold codes, numbers and ids, no wording and nothing personal. `total` is None until the work
    has counted what it has to do. Its state follows from its moments: nobody assigns it."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_finished_at_due_at", "finished_at", "due_at"),)

    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The step at hand, a code that the kind of work gives words to; how much of it is done.
    step: Mapped[str] = mapped_column(String(40), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    result: Mapped[dict[str, Any] | None]
    # Why the last attempt ended: a code of a refusal or the name of an exception.
    fault: Mapped[str | None] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    # Whoever knows the present lease is the one at work; a later lease makes an earlier one void.
    lease_id: Mapped[UUID | None]
    leased_until_at: Mapped[datetime | None]
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def state(self) -> JobState:
        """Queued, running, done or failed."""
        if self.finished_at is not None:
            return JobState.FAILED if self.fault else JobState.DONE
        return JobState.RUNNING if self.lease_id is not None else JobState.QUEUED

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.finished_at is not None

    @property
    def percent(self) -> int | None:
        """How far the step at hand is, 0 to 100; None until it is known how much there is to do."""
        if self.is_finished:
            return 100
        return None if not self.total else min(self.done * 100 // self.total, 100)


class SheetImport(Identified, Base):
    """An uploaded sheet: checked by one job, and written by another after its owner has seen the report.

    `report`: {rows, faults, fault_count, notes, note_count, written}; a fault has sheet, row, column, id, value, code
    and details. Values are what was typed, so they may be personal: only who uploaded the sheet reads them."""

    __tablename__ = "sheet_import"

    kind: Mapped[SheetKind] = mapped_column(Code(SheetKind))
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("round.id"), index=True)
    # Of a credit list: which one, and the day it is dated.
    list_code: Mapped[str | None] = mapped_column(String(40))
    listed_on: Mapped[date | None]
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage_name: Mapped[str] = mapped_column(String(120))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    check_job_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id"))
    write_job_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id"))
    # Why the sheet could not be read as one: a code and what fills its sentence.
    refusal: Mapped[dict[str, Any] | None]
    report: Mapped[dict[str, Any] | None] = mapped_column(info={"personal": True})
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    written_at: Mapped[datetime | None]

    round: Mapped[Round | None] = relationship()
    author: Mapped[User] = relationship()
    organisation: Mapped[Organisation] = relationship()
    check_job: Mapped[Job | None] = relationship(foreign_keys=[check_job_id])
    write_job: Mapped[Job | None] = relationship(foreign_keys=[write_job_id])

    @property
    def organiser_id(self) -> UUID | None:
        """The organisation that runs the round, where there is one."""
        return self.round.organiser_id if self.round is not None else None

    @property
    def fault_count(self) -> int:
        """How many cells the check objects to."""
        return int((self.report or {}).get("fault_count", 0))

    @property
    def is_clean(self) -> bool:
        """Whether the check has read every row and found nothing against any."""
        return self.report is not None and self.refusal is None and self.fault_count == 0
