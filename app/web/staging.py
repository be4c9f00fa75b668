"""Uploads survive whatever goes wrong with the form they came with.

A file is stored, inspected and scanned when its form is read, before anything is decided. If the form is then saved, a
row of the thing names the file; if not, for whatever reason, it is staged: its holder finds it in the same form again.
"""

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO, cast
from uuid import UUID, uuid4

from flask import Flask, Response, current_app, g, request, session
from sqlalchemy import CursorResult, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.core.errors import Refusal, RuleBroken
from app.core.files import safe_filename
from app.core.i18n import Lazy, _l
from app.core.refused_files import FileRefused
from app.core.scanner import Scanner
from app.models.files import ScanState, StagedUpload, StoredFile
from app.web.context import actor, close_db, database, db, files, now
from app.web.storage import check_room

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=2)
VISITOR_KEY = "uploads"
DROP = "drop_upload"
"""The name of the button that takes a staged upload out of a form; its value is the upload's id."""


@dataclass(eq=False)
class ReceivedFile(FileStorage):
    """An upload that lies in the store, inspected and scanned. Forms and views use it like any other upload."""

    id: UUID
    purpose: str
    columns: dict[str, Any]
    scan: ScanState
    is_fresh: bool
    finding: str = ""
    is_claimed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """The content is opened only when somebody reads it."""
        super().__init__(filename=self.columns["name"], content_type=self.columns["media_type"])

    @property
    def stream(self) -> IO[bytes]:
        """The stored content, closed with the request."""
        if "opened_files" not in g:
            g.opened_files = {}
        if self.id not in g.opened_files:
            g.opened_files[self.id] = files().open(self.columns["storage_name"])
        return cast(IO[bytes], g.opened_files[self.id])

    @stream.setter
    def stream(self, _given: Any) -> None:
        """The base class brings an empty one."""


def init_staging(app: Flask) -> None:
    """Stage what a request received and no thing has taken."""
    app.after_request(_stage_leftovers)
    app.teardown_request(_close_files)


def scanner() -> Scanner:
    """The malware scanner of this site."""
    return Scanner(current_app.config["CLAMD_ADDRESS"], seconds=current_app.config["CLAMD_SECONDS"])


def scanned(path: Path) -> tuple[ScanState, str]:
    """What the scanner says of a file. Raises FileRefused when it found something."""
    asked = scanner()
    if not asked.is_configured:
        return ScanState.NOT_SCANNED, ""
    verdict = asked.scan(path)
    if verdict.code == "infected":
        raise FileRefused("file_infected", finding=verdict.detail)
    return ScanState.of(verdict.code), verdict.detail


def holder(*, make: bool = False) -> str:
    """Who holds the uploads of this request: the person, or this browser of a visitor. Empty when nobody does."""
    if (user_id := actor().user_id) is not None:
        return f"user:{user_id}"
    if make and VISITOR_KEY not in session:
        session[VISITOR_KEY] = secrets.token_hex(16)
    return f"visitor:{session[VISITOR_KEY]}" if VISITOR_KEY in session else ""


def purpose_of(form: type, name: str) -> str:
    """What an upload is for: the form, the field, and the things that the address names."""
    things = sorted(str(each) for each in (request.view_args or {}).values() if isinstance(each, UUID))
    return "/".join([f"{form.__module__.removeprefix('app.')}.{form.__qualname__}", name, *things])[:300]


def receive(upload: FileStorage, *, purpose: str, limit: int, types: Iterable[str]) -> ReceivedFile:
    """Store an upload, look into it and scan it. Raises RuleBroken with the reason; nothing is kept then."""
    store = files()
    check_room(db(), actor(), _size(upload), holder=holder(make=True), now=now())
    stored = store.take_in(
        cast(BinaryIO, upload.stream), upload.filename or "", limit=limit, allowed=frozenset(types)
    )
    try:
        scan, finding = scanned(store.path(stored.storage_name))
    except FileRefused:
        store.delete(stored.storage_name)
        raise
    columns = {
        "name": stored.filename,
        "media_type": stored.media_type,
        "size": stored.size,
        "sha256": stored.sha256,
        "storage_name": stored.storage_name,
    }
    received = ReceivedFile(uuid4(), purpose, columns, scan, is_fresh=True, finding=finding)
    _fresh().append(received)
    return received


def staged(purpose: str) -> list[ReceivedFile]:
    """What the holder has uploaded for this purpose, whole and not yet used; the latest last."""
    return [_received(row) for row in _rows() if row.purpose == purpose and row.completed_at]


def interrupted(purpose: str) -> list[StagedUpload]:
    """The holder's uploads for this purpose that are not whole yet."""
    return [row for row in _rows() if row.purpose == purpose and not row.completed_at]


def claim(session: Session, received: ReceivedFile, *, now: datetime) -> dict[str, Any]:
    """The columns of an upload for the row that names it from now on. Raises RuleBroken if it is no longer kept."""
    if received.is_fresh:
        session.add(stored_file(received, organisation_id=actor().organisation_id, now=now))
    else:
        query = delete(StagedUpload).where(StagedUpload.id == received.id, StagedUpload.holder == holder())
        if cast(CursorResult[Any], session.execute(query)).rowcount != 1:
            raise RuleBroken(Refusal("upload_gone", GONE))
    received.is_claimed = True
    return dict(received.columns)


GONE = _l("An upload is no longer kept. Choose the file again.")


def named_reason(name: str | None, refused: RuleBroken) -> Lazy:
    """Why a file is refused, with its name: there may be several."""
    return _l("“%(name)s”: %(reason)s", name=safe_filename(name or ""), reason=refused.wording)


def stored_file(received: ReceivedFile, *, organisation_id: UUID | None, now: datetime) -> StoredFile:
    """The entry of an upload in the register of the store."""
    return StoredFile(
        name=received.columns["storage_name"],
        size=received.columns["size"],
        organisation_id=organisation_id,
        created_at=now,
        scan=received.scan,
        scan_at=None if received.scan is ScanState.NOT_SCANNED else now,
        finding=received.finding or None,
    )


def dropped() -> str:
    """The id of the upload that this request takes out of its form; empty if it does not."""
    return request.form.get(DROP, "") if request.method == "POST" else ""


def _fresh() -> list[ReceivedFile]:
    if "fresh_uploads" not in g:
        g.fresh_uploads = []
    found: list[ReceivedFile] = g.fresh_uploads
    return found


def _rows() -> list[StagedUpload]:
    """Every live upload of the holder: one query for all slots of a page."""
    if "staged_uploads" not in g:
        who = holder()
        query = select(StagedUpload).where(StagedUpload.holder == who, StagedUpload.expires_at > now())
        rows = db().scalars(query.order_by(StagedUpload.created_at, StagedUpload.id)).all() if who else []
        g.staged_uploads = [row for row in rows if str(row.id) != dropped()]
    found: list[StagedUpload] = g.staged_uploads
    return found


def _received(row: StagedUpload) -> ReceivedFile:
    names = ("name", "media_type", "size", "sha256", "storage_name")
    columns = {name: getattr(row, name) for name in names}
    return ReceivedFile(row.id, row.purpose, columns, row.scan, is_fresh=False)


def _size(upload: FileStorage) -> int:
    size = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    return int(size)


def _stage_leftovers(answer: Response) -> Response:
    """After a refusal every fresh upload is left over: the rows that named it are rolled back."""
    is_refused = answer.status_code >= 400
    left = [each for each in g.get("fresh_uploads", []) if is_refused or not each.is_claimed]
    gone = dropped()
    if not left and not gone:
        return answer
    who, organisation_id, moment = holder(make=True), actor().organisation_id, now()
    close_db()
    try:
        with database().unit() as unit:
            for each in left:
                unit.add(stored_file(each, organisation_id=organisation_id, now=moment))
                unit.add(_staged_row(each, who, organisation_id, moment))
            if gone:
                unit.execute(_drop(gone, who))
    except SQLAlchemyError as fault:
        # The page is right without them: they will have to be chosen again, and the sweep removes the files.
        log.warning("uploads could not be staged: %s", type(fault).__name__)
    return answer


def _drop(upload_id: str, who: str) -> Any:
    try:
        known = UUID(upload_id)
    except ValueError:
        known = UUID(int=0)
    return delete(StagedUpload).where(StagedUpload.id == known, StagedUpload.holder == who)


def _staged_row(each: ReceivedFile, who: str, organisation_id: UUID | None, moment: datetime) -> StagedUpload:
    return StagedUpload(
        id=each.id,
        holder=who,
        purpose=each.purpose,
        organisation_id=organisation_id,
        received=each.columns["size"],
        scan=each.scan,
        created_at=moment,
        completed_at=moment,
        expires_at=moment + KEPT_FOR,
        **each.columns,
    )


def _close_files(_fault: BaseException | None = None) -> None:
    for opened in g.pop("opened_files", {}).values():
        opened.close()
