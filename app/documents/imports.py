"""Sheets coming in: uploaded once, checked by a job that writes nothing, and written by another, all or nothing.

What a sheet holds is the business of its `Importer`, which a stage registers. The sheet that is written is the one that
was checked (its hash is compared), by somebody who may still do it, after the same checks have passed once more. They
run before the write transaction opens, so that the one writer of SQLite is held up for no longer than the inserts take.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app import jobs
from app.access import Actor, Permission
from app.access.loading import load_actor
from app.core.digests import sha256_hex
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.files import Upload
from app.core.i18n import _l
from app.core.refused_files import FileRefused
from app.documents.columns import Column, Fault
from app.documents.reading import Book, Table, open_book
from app.documents.wording import SheetRefused
from app.jobs import Tools, Work
from app.models.jobs import Job, SheetImport
from app.models.procedure_codes import SheetKind
from app.models.rounds import Round
from app.workflow import record

CHECK, WRITE = "documents.check_sheet", "documents.write_sheet"
MAX_KEPT_FAULTS = 1_000
Progress = Callable[[int, int | None, str], None]

STEPS = {
    "reading": _l("Reading the sheet"),
    "checking": _l("Checking the rows"),
    "preparing": _l("Preparing the rows"),
    "writing": _l("Writing the rows"),
}
"""What a job is at, by the step it reports."""


@dataclass
class Checked:
    """What a check found. `plan` is what the importer's `write` needs; nothing is written while there are faults.

    `notes` are remarks that do not stand against writing, such as an indicator without a number."""

    rows: int
    faults: list[Fault]
    notes: list[Fault] = field(default_factory=list)
    plan: Any = None


@dataclass(frozen=True, slots=True)
class Task:
    """A sheet under check: for whom, by whom, when."""

    session: Session
    sheet: SheetImport
    book: Book
    by: Actor
    now: datetime
    progress: Progress


@dataclass(frozen=True, slots=True)
class Importer:
    """How one kind of sheet is checked and written.

    `may(session, sheet, actor)` raises NotPermitted or RuleBroken. `prepare` makes of a checked plan what is written,
    as far as no transaction is needed. `write(session, sheet, prepared, by, now)` compares once more with what
    others may have written, raises RuleBroken for that, and returns how many rows it wrote."""

    kind: SheetKind
    permission: Permission
    may: Callable[[Session, SheetImport, Actor, datetime], None]
    # The tables of the file with their columns, as they are checked and marked.
    tables: Callable[[Book, SheetImport], Sequence[tuple[Table, Sequence[Column]]]]
    check: Callable[[Task], Checked]
    write: Callable[[Session, SheetImport, Any, Actor, datetime], int]
    # The endpoint of the page one uploads this kind of sheet on, and of the page where what was written is seen.
    upload_endpoint: str
    done_endpoint: str
    prepare: Callable[[Task, Any], Any] = lambda _task, plan: plan


_IMPORTERS: dict[SheetKind, Importer] = {}


def register_importer(importer: Importer) -> None:
    """Say how sheets of this kind are taken in."""
    _IMPORTERS[importer.kind] = importer


def importer_of(kind: SheetKind) -> Importer:
    """How sheets of this kind are taken in."""
    return _IMPORTERS[kind]


def upload_sheet(
    session: Session,
    kind: SheetKind,
    upload: Upload,
    *,
    by: Actor,
    now: datetime,
    round_: Round | None = None,
    list_code: str | None = None,
    listed_on: date | None = None,
) -> SheetImport:
    """Keep an uploaded sheet and ask for its check."""
    if by.user_id is None or by.organisation_id is None:
        raise NotPermitted()
    sheet = SheetImport(
        id=uuid4(),
        kind=kind,
        round=round_,
        list_code=list_code,
        listed_on=listed_on,
        name=upload.filename,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        storage_name=upload.storage_name,
        author_id=by.user_id,
        organisation_id=by.organisation_id,
        created_at=now,
    )
    importer_of(kind).may(session, sheet, by, now)
    session.add(sheet)
    session.flush()
    record(session, sheet, "upload", by=by, now=now, data={"sha256": sheet.sha256})
    ask_check(session, sheet, by=by, now=now)
    return sheet


def ask_check(session: Session, sheet: SheetImport, *, by: Actor, now: datetime) -> Job:
    """Ask for the check of a sheet that is not written yet; a second one replaces the report of the first."""
    _check_idle(sheet)
    job = jobs.enqueue(session, CHECK, {"sheet": str(sheet.id)}, by=by, now=now)
    sheet.check_job_id, sheet.write_job_id = job.id, None
    sheet.report, sheet.refusal, sheet.checked_at = None, None, None
    session.flush()
    return job


def ask_write(session: Session, sheet: SheetImport, *, by: Actor, now: datetime) -> Job:
    """Ask for all rows of a checked sheet to be written. Raises RuleBroken while its report has faults."""
    importer_of(sheet.kind).may(session, sheet, by, now)
    _check_idle(sheet)
    if not sheet.is_clean:
        raise RuleBroken(Refusal("sheet_not_clean", _l("Mend the faults and upload the sheet again.")))
    job = jobs.enqueue(session, WRITE, {"sheet": str(sheet.id)}, by=by, now=now)
    sheet.write_job_id = job.id
    session.flush()
    return job


def check_sheet(work: Work) -> None:
    """The job that checks a sheet and writes nothing but its report."""
    refusal, report = _checked_report(work)
    faults = report["fault_count"] if report else 0
    with work.finishing({"faults": faults, "refused": refusal["code"] if refusal else None}) as session:
        sheet = session.get_one(SheetImport, UUID(work.payload["sheet"]))
        sheet.refusal, sheet.report, sheet.checked_at = refusal, report, work.now()


def write_sheet(work: Work) -> None:
    """The job that checks a sheet again and writes all of its rows in one transaction, or none."""
    with work.tools.database.reading() as session:
        task = _task(session, work, "preparing")
        checked = importer_of(task.sheet.kind).check(task)
        if checked.faults:
            raise RuleBroken(
                Refusal("sheet_moved_on", _l("Something has changed since the check: check again."))
            )
        prepared, by = importer_of(task.sheet.kind).prepare(task, checked.plan), task.by
    work.progress(0, None, "writing")
    result: dict[str, Any] = {}
    with work.finishing(result) as session:
        sheet = session.get_one(SheetImport, UUID(work.payload["sheet"]))
        importer = importer_of(sheet.kind)
        importer.may(session, sheet, by, work.now())
        result["written"] = importer.write(session, sheet, prepared, by, work.now())
        sheet.written_at = work.now()
        data = {"rows": result["written"], "sha256": sheet.sha256}
        record(session, sheet, "write", by=by, now=work.now(), data=data)


def opened(tools: Tools, sheet: SheetImport) -> Book:
    """The stored file of a sheet. Raises SheetRefused when it is not the one that was uploaded."""
    path = tools.files.path(sheet.storage_name)
    if sha256_hex(path.read_bytes()) != sheet.sha256:
        raise SheetRefused("sheet_changed")
    return open_book(path, sheet.name)


def register_jobs() -> None:
    """Let workers check and write sheets."""
    jobs.register(CHECK, check_sheet)
    jobs.register(WRITE, write_sheet)


def _checked_report(work: Work) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    try:
        with work.tools.database.reading() as session:
            task = _task(session, work, "checking")
            importer = importer_of(task.sheet.kind)
            importer.may(session, task.sheet, task.by, task.now)
            return None, _report(importer.check(task))
    except (SheetRefused, FileRefused) as refused:
        details = refused.details if isinstance(refused, SheetRefused) else {}
        return {"code": refused.code, "details": details}, None


def _task(session: Session, work: Work, step: str) -> Task:
    work.progress(0, None, "reading")
    sheet = session.get_one(SheetImport, UUID(work.payload["sheet"]))
    taken = work.taken
    found = load_actor(session, taken.asked_by_id, taken.organisation_id) if taken.asked_by_id else None
    if found is None or found[0].organisation_id != sheet.organisation_id:
        raise NotPermitted()
    book = opened(work.tools, sheet)

    def progress(done: int, total: int | None, _step: str = "") -> None:
        work.progress(done, total, step)

    return Task(session, sheet, book, found[0], work.now(), progress)


def _report(checked: Checked) -> dict[str, Any]:
    return {
        "rows": checked.rows,
        "fault_count": len(checked.faults),
        "faults": [asdict(each) for each in checked.faults[:MAX_KEPT_FAULTS]],
        "note_count": len(checked.notes),
        "notes": [asdict(each) for each in checked.notes[:MAX_KEPT_FAULTS]],
    }


def _check_idle(sheet: SheetImport) -> None:
    running = [job for job in (sheet.check_job, sheet.write_job) if job is not None and not job.is_finished]
    if sheet.written_at is not None or running:
        raise RuleBroken(Refusal("sheet_busy", _l("This sheet is being worked on, or was written already.")))
