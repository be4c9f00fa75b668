"""Files that hang on things: taken in after inspection, given out only through the reader of the thing they hang on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import Blueprint, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.access import Actor
from app.core.errors import NotSeen, Refusal, RuleBroken
from app.core.i18n import Lazy, _l
from app.core.refused_files import FileRefused
from app.models.procedure_codes import Visibility
from app.models.records import Attachment
from app.web.access import public, writes_on_get
from app.web.context import actor, db, files, now
from app.workflow import record

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_FILES = 10

blueprint = Blueprint("files", __name__, url_prefix="/files")

Reader = Callable[[Session, Actor, Attachment], bool]
_READERS: dict[str, Reader] = {}


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as a list shows it."""

    name: str
    size: int
    url: str
    sha256: str
    slot_label: Lazy | str = ""


def register_reader(thing_type: str, reader: Reader) -> None:
    """Say who may read the files of a kind of thing: `reader(session, actor, attachment)`. Without one nobody may."""
    _READERS[thing_type] = reader


def take_in(upload: FileStorage, *, field: str) -> dict[str, Any]:
    """Store an uploaded file and return its columns (name, media_type, size, sha256, storage_name).

    Raises RuleBroken naming the field and the reason; nothing is kept then."""
    try:
        saved = files().take_in(cast(BinaryIO, upload.stream), upload.filename or "", limit=MAX_FILE_BYTES)
    except FileRefused as error:
        raise RuleBroken(Refusal(error.code, error.wording, field)) from error
    return {
        "name": saved.filename,
        "media_type": saved.media_type,
        "size": saved.size,
        "sha256": saved.sha256,
        "storage_name": saved.storage_name,
    }


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
    """Hang the uploaded files on the thing. Empty file inputs are passed over."""
    kept = [each for each in uploads if each.filename]
    if len(kept) > MAX_FILES:
        raise RuleBroken(Refusal("too_many_files", _l("At most %(n)s files at a time.", n=MAX_FILES), slot))
    rows = []
    for upload in kept:
        row = Attachment(
            thing_type=type(thing).__tablename__,
            thing_id=thing.id,
            slot=slot,
            visibility=visibility,
            author_id=by.user_id,
            created_at=now,
            **take_in(upload, field=slot),
        )
        session.add(row)
        rows.append(row)
    if rows:
        data = {"slot": slot, "sha256": [row.sha256 for row in rows]}
        record(session, thing, "attach_files", by=by, now=now, data=data)
    return rows


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
    """Files for the `file_list` macro."""
    named = labels or {}
    return [
        Listed(
            row.name,
            row.size,
            url_for("files.download", attachment_id=row.id),
            row.sha256,
            named.get(row.slot, ""),
        )
        for row in rows
    ]


@blueprint.get("/<uuid:attachment_id>")
@public
@writes_on_get
def download(attachment_id: UUID) -> ResponseReturnValue:
    """A file, if the actor may read the thing it hangs on. A reading of what is not public is recorded."""
    row = db().get(Attachment, attachment_id)
    if row is None or row.removed_at is not None or not _may_read(db(), row):
        raise NotSeen()
    if row.visibility is not Visibility.PUBLIC:
        record(db(), row, "read_file", by=actor(), now=now(), data={"sha256": row.sha256})
    return send(row)


def send(row: Any) -> ResponseReturnValue:
    """A stored file as a download that no browser will run: attachment, its own type, nosniff, never cached."""
    answer = send_file(
        files().path(row.storage_name),
        mimetype=row.media_type,
        as_attachment=True,
        download_name=row.name,
        conditional=False,
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _may_read(session: Session, row: Attachment) -> bool:
    reader = _READERS.get(row.thing_type)
    return reader is not None and reader(session, actor(), row)
