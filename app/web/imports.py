"""The pages of an uploaded sheet, whatever it holds: its check under way, its report, the marked copy, the writing."""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.access import Actor
from app.core.errors import Refusal, RuleBroken
from app.core.files import FileStore, Upload, safe_filename
from app.core.i18n import Lazy, _, _l
from app.core.inspection import kind_of
from app.core.refused_files import REASONS, FileRefused
from app.documents import imports
from app.documents.columns import Fault
from app.documents.wording import REFUSED, fault_wording, refusal_wording
from app.documents.writing import writing
from app.models.jobs import Job, SheetImport
from app.models.procedure_codes import SheetKind
from app.models.rounds import Round
from app.web.access import signed_in, writes
from app.web.context import actor, db, files, job_tools, now
from app.web.loading import load

MAX_SHEET_BYTES = 10 * 1024 * 1024
SHEET_TYPES = ("xlsx", "csv")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_FAULTS = 200
FAILED: dict[str, Lazy] = {
    "worker_died": _l("The work was interrupted several times. Check the sheet again."),
    "sheet_moved_on": _l("Something has changed since the check. Check the sheet again."),
    "collection_closed": _l("This round does not collect demands now."),
    "round_not_open": _l("This round takes no demands."),
    "NotPermitted": _l("Your role does not permit this action."),
}

blueprint = Blueprint("imports", __name__, url_prefix="/imports")


def visible_to(who: Actor) -> Select[SheetImport]:
    """The sheets that the actor has uploaded: what was typed in them is nobody else's to read."""
    return select(SheetImport).where(
        SheetImport.author_id == who.user_id, SheetImport.organisation_id == who.organisation_id
    )


def latest(session: Session, who: Actor, *kinds: SheetKind) -> list[SheetImport]:
    """The last ten sheets of these kinds that the actor has uploaded."""
    query = visible_to(who).where(SheetImport.kind.in_(kinds))
    return list(session.scalars(query.order_by(SheetImport.created_at.desc(), SheetImport.id).limit(10)))


def take_sheet(
    upload: Any,
    kind: SheetKind,
    *,
    round_: Round | None = None,
    list_code: str | None = None,
    listed_on: date | None = None,
) -> SheetImport:
    """Keep the uploaded sheet and ask for its check. Raises RuleBroken beside `file`; nothing is kept then."""
    if not isinstance(upload, FileStorage):
        raise RuleBroken(Refusal("file_empty", REASONS["file_empty"], "file"))
    try:
        kept = kept_file(files(), cast(BinaryIO, upload.stream), upload.filename or "")
    except FileRefused as error:
        raise RuleBroken(Refusal(error.code, error.wording, "file")) from error
    return imports.upload_sheet(
        db(), kind, kept, by=actor(), now=now(), round_=round_, list_code=list_code, listed_on=listed_on
    )


@blueprint.get("/<uuid:sheet_import_id>")
@signed_in
def show(sheet_import_id: UUID) -> ResponseReturnValue:
    """How far the check or the writing is, and the report."""
    sheet = load(db(), visible_to(actor()), sheet_import_id)
    report = sheet.report or {}
    job = sheet.write_job or sheet.check_job
    return render_template(
        "imports/show.html",
        sheet=sheet,
        job=job,
        step=imports.STEPS.get(job.step) if job is not None else None,
        importer=imports.importer_of(sheet.kind),
        faults=[_told(each) for each in report.get("faults", [])[:SHOWN_FAULTS]],
        notes=[_told(each) for each in report.get("notes", [])[:SHOWN_FAULTS]],
        report=report,
        refusal=refusal_of(sheet),
        failure=failure_of(job),
    )


@blueprint.post("/<uuid:sheet_import_id>/check")
@signed_in
@writes
def check(sheet_import_id: UUID) -> ResponseReturnValue:
    """Check the sheet once more: units or demands may have changed since."""
    sheet = load(db(), visible_to(actor()), sheet_import_id, lock=True)
    imports.ask_check(db(), sheet, by=actor(), now=now())
    return redirect(url_for("imports.show", sheet_import_id=sheet.id))


@blueprint.post("/<uuid:sheet_import_id>/write")
@signed_in
@writes
def write(sheet_import_id: UUID) -> ResponseReturnValue:
    """Write all rows of a sheet without faults."""
    sheet = load(db(), visible_to(actor()), sheet_import_id, lock=True)
    try:
        imports.ask_write(db(), sheet, by=actor(), now=now())
    except RuleBroken as error:
        flash(error.wording, "danger")
    return redirect(url_for("imports.show", sheet_import_id=sheet.id))


@blueprint.get("/<uuid:sheet_import_id>/marked")
@signed_in
def marked(sheet_import_id: UUID) -> ResponseReturnValue:
    """The sheet as it was uploaded, with every faulty cell coloured and told; mend it and upload it again."""
    sheet = load(db(), visible_to(actor()), sheet_import_id)
    if sheet.report is None:
        flash(_("There is no report yet."), "info")
        return redirect(url_for("imports.show", sheet_import_id=sheet.id))
    return send_sheet(_marked_file(sheet), f"{sheet.name.rpartition('.')[0]}（标注）.xlsx")


def send_sheet(file: Any, name: str) -> ResponseReturnValue:
    """A spreadsheet as a download that is never cached."""
    file.seek(0)
    answer = send_file(file, mimetype=XLSX, as_attachment=True, download_name=safe_filename(name))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def sheet_file() -> io.BytesIO:
    """A file for a sheet in the making; the largest there is stays below a few megabytes."""
    return io.BytesIO()


def kept_file(store: FileStore, stream: BinaryIO, name: str) -> Upload:
    """Store a spreadsheet after inspection. Raises FileRefused; nothing is kept then."""
    kind = kind_of(name)
    if kind not in SHEET_TYPES:
        raise FileRefused("file_kind", kinds=", ".join(SHEET_TYPES))
    if kind == "csv":
        saved = store.save(stream, limit=MAX_SHEET_BYTES)
        return Upload(saved.storage_name, saved.sha256, saved.size, "text/csv", safe_filename(name))
    return store.take_in(stream, name, limit=MAX_SHEET_BYTES, allowed=("xlsx",))


def _marked_file(sheet: SheetImport) -> Any:
    said: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for each in map(_told, (sheet.report or {}).get("faults", [])):
        said[each["sheet"], each["row"]][each["id"]] = str(each["wording"])
    book = imports.opened(job_tools(current_app), sheet)
    file = sheet_file()
    with writing(file) as copy:
        for table, columns in imports.importer_of(sheet.kind).tables(book, sheet):
            copy.marked(table.sheet, columns, _marked_rows(table, columns, said))
    return file


def _marked_rows(
    table: Any, columns: Any, said: Mapping[tuple[str, int], dict[str, str]]
) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    known = {column.id for column in columns}
    for row in table.rows:
        faults = said.get((table.sheet, row.number), {})
        # A field of a form stands in a row of its own, whose second column holds what was typed.
        yield row.cells, {each if each in known else columns[1].id: text for each, text in faults.items()}


def _told(fault: dict[str, Any]) -> dict[str, Any]:
    return fault | {"wording": fault_wording(fault["code"], fault["details"])}


def refusal_of(sheet: SheetImport) -> Lazy | None:
    """Why the sheet could not be read, in words; None when it could."""
    if sheet.refusal is None:
        return None
    code = sheet.refusal["code"]
    return refusal_wording(code, sheet.refusal["details"]) if code in REFUSED else REASONS[code]


def failure_of(job: Job | None) -> Lazy | None:
    """Why the work failed, in words; None while it has not."""
    if job is None or not (job.is_finished and job.fault):
        return None
    return FAILED.get(job.fault, _l("The work failed. Try again; if it fails again, tell the operator."))


def fault_line(fault: Fault) -> str:
    """A fault in one line, for a terminal."""
    place = f"{fault.sheet} {fault.column}{fault.row}"
    return f"{place} {fault.name}: {fault.value!r} {fault_wording(fault.code, fault.details)}"
