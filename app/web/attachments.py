"""Files that hang on things: taken in after inspection, given out only through the reader of the thing they hang on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.access import Actor
from app.core import rendering
from app.core.errors import NotSeen, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import Lazy, _l
from app.core.inspection import DOCUMENTS
from app.core.refused_files import FileRefused
from app.models.files import ScanState, StoredFile
from app.models.procedure_codes import Visibility
from app.models.records import Attachment
from app.web import staging, storage
from app.web.access import public, writes_on_get
from app.web.context import actor, db, files, now
from app.web.previews import PICTURES, PREVIEWED, guarded, send_page, viewer
from app.workflow import record

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_FILES_OF_SLOT = 30
MAX_BYTES_OF_SLOT = 200 * 1024 * 1024
blueprint = Blueprint("files", __name__, url_prefix="/files")

Reader = Callable[[Session, Actor, Attachment], bool]
_READERS: dict[str, Reader] = {}


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as a list shows it."""

    name: str
    size: int
    url: str | None
    sha256: str
    slot_label: Lazy | str = ""
    view_url: str | None = None
    scan: ScanState = ScanState.NOT_SCANNED


def register_reader(thing_type: str, reader: Reader) -> None:
    """Say who may read the files of a kind of thing: `reader(session, actor, attachment)`. Without one nobody may."""
    _READERS[thing_type] = reader


def take_in(upload: FileStorage, *, field: str) -> dict[str, Any]:
    """The columns (name, media_type, size, sha256, storage_name) of an upload for the row that will name it.

    Raises RuleBroken naming the field and the reason; nothing is kept then."""
    try:
        received = (
            upload
            if isinstance(upload, staging.ReceivedFile)
            else staging.receive(upload, purpose=field, limit=MAX_FILE_BYTES, types=DOCUMENTS)
        )
        return staging.claim(db(), received, now=now())
    except RuleBroken as error:
        raise RuleBroken([Refusal(each.code, each.wording, field) for each in error.refusals]) from error


def attach(
    session: Session,
    thing: Any,
    uploads: Iterable[FileStorage],
    slot: str,
    *,
    by: Actor,
    now: datetime,
    visibility: Visibility = Visibility.INTERNAL,
) -> list[Attachment]:
    """Hang the uploaded files on the thing. Empty file inputs are passed over.

    What a camera wrote into a picture (place, device, time) is taken out of one that everybody may see."""
    kept = [each for each in uploads if each.filename]
    rows = []
    for upload in kept:
        columns = take_in(upload, field=slot)
        if visibility is Visibility.PUBLIC and columns["media_type"] in PICTURES:
            columns |= _without_metadata(session, columns, field=slot, by=by, now=now)
        row = Attachment(
            thing_type=type(thing).__tablename__,
            thing_id=thing.id,
            slot=slot,
            visibility=visibility,
            author_id=by.user_id,
            created_at=now,
            **columns,
        )
        session.add(row)
        rows.append(row)
    if rows:
        _check_slot(session, rows[0])
        data = {"slot": slot, "sha256": [row.sha256 for row in rows]}
        record(session, thing, "attach_files", by=by, now=now, data=data)
    return rows


def _check_slot(session: Session, row: Attachment) -> None:
    """Refuses more files, or more bytes, than a slot of one thing may hold."""
    session.flush()
    held = select(func.count(), func.sum(Attachment.size)).where(
        Attachment.thing_type == row.thing_type,
        Attachment.thing_id == row.thing_id,
        Attachment.slot == row.slot,
        Attachment.removed_at.is_(None),
    )
    count, size = session.execute(held).one()
    if count > MAX_FILES_OF_SLOT:
        wording = _l("At most %(n)s files can be kept here. Remove some first.", n=MAX_FILES_OF_SLOT)
        raise RuleBroken(Refusal("too_many_files", wording, row.slot))
    if size > MAX_BYTES_OF_SLOT:
        megabytes = MAX_BYTES_OF_SLOT // 2**20
        wording = _l("The files here may have %(size)s MB together. Remove some first.", size=megabytes)
        raise RuleBroken(Refusal("slot_bytes", wording, row.slot))


def _without_metadata(
    session: Session, columns: dict[str, Any], *, field: str, by: Actor, now: datetime
) -> dict[str, Any]:
    """The columns of a stored copy of the picture that holds nothing but the picture."""
    store = files()
    try:
        bare = rendering.bare_picture(store.path(columns["storage_name"]), columns["media_type"])
    except rendering.NotRendered as fault:
        wording = staging.named_reason(columns["name"], FileRefused("file_damaged"))
        raise RuleBroken(Refusal("file_damaged", wording, field)) from fault
    saved = store.save(bare, limit=MAX_BYTES_OF_SLOT)
    scan = storage.scans_of(session, [columns["storage_name"]])[columns["storage_name"]]
    session.add(
        StoredFile(
            name=saved.storage_name,
            size=saved.size,
            organisation_id=by.organisation_id,
            created_at=now,
            scan=scan,
            scan_at=None if scan is ScanState.NOT_SCANNED else now,
        )
    )
    return {"storage_name": saved.storage_name, "sha256": saved.sha256, "size": saved.size}


def attachments_of(session: Session, thing: Any, *slots: str) -> list[Attachment]:
    """The files of the thing that this actor may read, oldest first."""
    query = select(Attachment).where(
        Attachment.thing_type == type(thing).__tablename__,
        Attachment.thing_id == thing.id,
        Attachment.removed_at.is_(None),
    )
    if slots:
        query = query.where(Attachment.slot.in_(slots))
    rows = session.scalars(query.order_by(Attachment.created_at, Attachment.id))
    return [row for row in rows if _may_read(session, row)]


def listed(rows: Iterable[Attachment], labels: dict[str, Lazy] | None = None) -> list[Listed]:
    """Files for the `file_list` macro; one query."""
    named, held = labels or {}, list(rows)
    scans = storage.scans_of(db(), [row.storage_name for row in held])
    return [
        list_one(
            row,
            scans[row.storage_name],
            url=url_for("files.download", attachment_id=row.id),
            view_url=url_for("files.view", attachment_id=row.id),
            is_own=row.author_id is not None and row.author_id == actor().user_id,
            slot_label=named.get(row.slot, ""),
        )
        for row in held
    ]


def list_one(
    row: Any, scan: ScanState, *, url: str, view_url: str, is_own: bool, slot_label: Lazy | str = ""
) -> Listed:
    """A file row (Attachment, BidFile) as a list shows it: one that is shut has no addresses."""
    is_shut = storage.is_closed(scan, is_own=is_own)
    return Listed(
        name=row.name,
        size=row.size,
        url=None if is_shut else url,
        sha256=row.sha256,
        slot_label=slot_label,
        view_url=view_url if row.media_type in PREVIEWED and not is_shut else None,
        scan=scan,
    )


@blueprint.get("/<uuid:attachment_id>")
@public
@writes_on_get
def download(attachment_id: UUID) -> ResponseReturnValue:
    """A file, if the actor may read the thing it hangs on. A reading of what is not public is recorded."""
    return send(_opened(attachment_id, is_read=True))


@blueprint.get("/<uuid:attachment_id>/view")
@public
def view(attachment_id: UUID) -> ResponseReturnValue:
    """A page that shows a picture or one page of a PDF."""
    row = _opened(attachment_id, is_read=False)
    return viewer(
        row,
        page_url=lambda number: url_for("files.page", attachment_id=row.id, number=number),
        view_url=lambda number: url_for("files.view", attachment_id=row.id, page=number),
        download_url=url_for("files.download", attachment_id=row.id),
    )


@blueprint.get("/<uuid:attachment_id>/pages/<int:number>.png")
@public
@writes_on_get
def page(attachment_id: UUID, number: int) -> ResponseReturnValue:
    """One page as a picture, for whoever may download the file; recorded in the same way."""
    return send_page(_opened(attachment_id, is_read=True, number=number), number)


def send(row: Any) -> ResponseReturnValue:
    """A stored file as a download that no browser will run: attachment, its own type, nosniff, never cached."""
    answer = send_file(
        files().path(row.storage_name),
        mimetype=row.media_type,
        as_attachment=True,
        download_name=row.name,
        conditional=False,
    )
    return guarded(answer)


def check_open(row: Any, *, is_own: bool) -> None:
    """Refuses a file that the malware scanner has not cleared; its uploader still reads one that only waits."""
    scan = storage.scans_of(db(), [row.storage_name])[row.storage_name]
    if storage.is_closed(scan, is_own=is_own):
        raise StateMovedOn(SHUT[scan])


SHUT = {
    ScanState.PENDING: _l("This file has not been scanned for malware yet. Try again in a few minutes."),
    ScanState.INFECTED: _l("The malware scanner found something in this file. It is kept closed."),
}


def _opened(attachment_id: UUID, *, is_read: bool, number: int | None = None) -> Attachment:
    row = db().get(Attachment, attachment_id)
    if row is None or row.removed_at is not None or not _may_read(db(), row):
        raise NotSeen()
    check_open(row, is_own=row.author_id is not None and row.author_id == actor().user_id)
    if is_read and row.visibility is not Visibility.PUBLIC:
        data = {"sha256": row.sha256} | ({} if number is None else {"page": number})
        record(db(), row, "read_file", by=actor(), now=now(), data=data)
    return row


def _may_read(session: Session, row: Attachment) -> bool:
    reader = _READERS.get(row.thing_type)
    return reader is not None and reader(session, actor(), row)
