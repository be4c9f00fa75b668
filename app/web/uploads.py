"""Uploads in chunks, which go on where they stopped after a broken line or a reload. Only the holder's, else 404.

The page of a form carries a signed ticket for each slot: what it takes, for which form, from whom. The answers are JSON
for `upload.js`; a refusal is the sentence that the form itself would show.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadData
from sqlalchemy import delete, func, select
from werkzeug.exceptions import RequestEntityTooLarge

from app.core.errors import NotSeen, Refusal, RuleBroken
from app.core.files import safe_filename, sha256_of
from app.core.i18n import _l
from app.core.inspection import inspect, kind_of
from app.core.refused_files import FileRefused
from app.models.files import StagedUpload
from app.web import staging
from app.web.access import signed_in, writes
from app.web.context import actor, close_db, db, files, now
from app.web.filters import filesize
from app.web.slots import kinds, tickets
from app.web.storage import MEGABYTE, check_room

MAX_CHUNK = 2**20
TICKET_SECONDS = 24 * 3600
MAX_UNDER_WAY = 20

blueprint = Blueprint("uploads", __name__, url_prefix="/uploads")


@blueprint.post("")
@signed_in
@writes
def start() -> ResponseReturnValue:
    """Begin an upload, or find the one that broke off: where to go on."""
    ticket = _ticket()
    name, size, sha256 = (
        request.form.get("name", ""),
        request.form.get("size", 0, int),
        request.form.get("sha256"),
    )
    try:
        _check_start(ticket, name, size)
        row = _broken_off(ticket, name, size, sha256) or _begun(ticket, name, size, sha256)
    except RuleBroken as refused:
        return _refused(name, refused)
    return jsonify(id=str(row.id), received=row.received, size=row.size), 201


@blueprint.get("/<uuid:upload_id>")
@signed_in
def show(upload_id: UUID) -> ResponseReturnValue:
    """How much has arrived, in bytes."""
    row = _own(upload_id)
    return jsonify(
        id=str(row.id), received=row.received, size=row.size, complete=row.completed_at is not None
    )


@blueprint.post("/<uuid:upload_id>/chunk")
@signed_in
@writes
def chunk(upload_id: UUID) -> ResponseReturnValue:
    """Take the next chunk: raw bytes, at most 1 MiB, at `offset`. 409 with what has arrived if it is another place."""
    content = request.stream.read(MAX_CHUNK + 1)
    if len(content) > MAX_CHUNK:
        raise RequestEntityTooLarge
    row = _own(upload_id, lock=True)
    is_next = request.args.get("offset", -1, int) == row.received and not row.completed_at
    if not is_next or not content or row.received + len(content) > row.size:
        return jsonify(received=row.received), 409
    try:
        row.received = files().append(row.storage_name, content, offset=row.received)
    except (FileNotFoundError, ValueError):
        # The row knows of more than the disk holds, as after a restored backup: begin again.
        row.received = 0
        files().restart(row.storage_name)
    return jsonify(received=row.received)


@blueprint.post("/<uuid:upload_id>/finish")
@signed_in
@writes
def finish(upload_id: UUID) -> ResponseReturnValue:
    """Look into the whole file and scan it, outside any transaction; then it is kept for its form, or refused."""
    ticket, row = _ticket(), _own(upload_id)
    if row.completed_at:
        return _complete(row)
    if row.purpose != ticket["purpose"]:
        raise NotSeen()
    if row.received != row.size:
        return jsonify(received=row.received), 409
    storage_name, name, expected = row.storage_name, row.name, row.sha256
    close_db()
    try:
        facts = _inspected(storage_name, name, expected, ticket)
    except FileRefused as refused:
        _forget(upload_id)
        files().delete(storage_name)
        return _refused(name, refused)
    row = _own(upload_id, lock=True)
    if not row.completed_at:
        _keep(row, *facts)
    return _complete(row)


@blueprint.post("/<uuid:upload_id>/remove")
@signed_in
@writes
def remove(upload_id: UUID) -> ResponseReturnValue:
    """Take an upload out of its form again. Its bytes go with the next sweep."""
    db().delete(_own(upload_id, lock=True))
    return jsonify(removed=True)


def _ticket() -> dict[str, Any]:
    try:
        found = tickets().loads(request.form.get("ticket", ""), max_age=TICKET_SECONDS)
    except BadData as fault:
        raise NotSeen(_l("This page is too old to upload from. Open it again.")) from fault
    if found["holder"] != staging.holder():
        raise NotSeen()
    ticket: dict[str, Any] = found
    return ticket


def _own(upload_id: UUID, *, lock: bool = False) -> StagedUpload:
    query = select(StagedUpload).where(
        StagedUpload.id == upload_id,
        StagedUpload.holder == staging.holder(),
        StagedUpload.expires_at > now(),
    )
    row = db().scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotSeen()
    return row


def _check_start(ticket: dict[str, Any], name: str, size: int) -> None:
    if kind_of(name) not in kinds(ticket["types"]):
        raise FileRefused("file_kind", kinds=", ".join(ticket["types"]))
    if size <= 0:
        raise FileRefused("file_empty")
    if size > ticket["max_bytes"]:
        raise FileRefused("file_too_large", limit=ticket["max_bytes"] // MEGABYTE)


def _broken_off(ticket: dict[str, Any], name: str, size: int, sha256: str | None) -> StagedUpload | None:
    """The holder's upload of the same file for the same slot. Only its hash tells that it is the same."""
    if not sha256:
        return None
    query = select(StagedUpload).where(
        StagedUpload.holder == ticket["holder"],
        StagedUpload.purpose == ticket["purpose"],
        StagedUpload.name == safe_filename(name),
        StagedUpload.size == size,
        StagedUpload.sha256 == sha256,
        StagedUpload.expires_at > now(),
    )
    return db().scalars(query.order_by(StagedUpload.created_at.desc())).first()


def _begun(ticket: dict[str, Any], name: str, size: int, sha256: str | None) -> StagedUpload:
    mine = select(func.count()).where(
        StagedUpload.holder == ticket["holder"],
        StagedUpload.purpose == ticket["purpose"],
        StagedUpload.expires_at > now(),
    )
    if (db().scalar(mine) or 0) >= max(MAX_UNDER_WAY, ticket["max_files"]):
        raise RuleBroken(Refusal("too_many_files", _l("Too many uploads wait here. Remove some first.")))
    check_room(db(), actor(), size, holder=ticket["holder"], now=now())
    row = StagedUpload(
        holder=ticket["holder"],
        purpose=ticket["purpose"],
        organisation_id=actor().organisation_id,
        name=safe_filename(name),
        size=size,
        sha256=sha256[:64] if sha256 else None,
        storage_name=files().begin(),
        created_at=now(),
        expires_at=now() + staging.KEPT_FOR,
    )
    db().add(row)
    db().flush()
    return row


def _inspected(storage_name: str, name: str, expected: str | None, ticket: dict[str, Any]) -> tuple[Any, ...]:
    """Hash, media type, state and finding of the scan. Raises FileRefused."""
    store = files()
    store.finish(storage_name)
    path = store.path(storage_name)
    sha256 = sha256_of(path)
    if expected and expected != sha256:
        raise FileRefused("file_changed")
    media_type = inspect(path, name, limit=ticket["max_bytes"], allowed=kinds(ticket["types"]))
    return (sha256, media_type, *staging.scanned(path))


def _keep(row: StagedUpload, sha256: str, media_type: str, scan: Any, finding: str) -> None:
    row.sha256, row.media_type, row.scan, row.completed_at = sha256, media_type, scan, now()
    columns = {"storage_name": row.storage_name, "size": row.size}
    whole = staging.ReceivedFile(
        row.id,
        row.purpose,
        columns | {"name": row.name, "media_type": media_type, "sha256": sha256},
        scan,
        is_fresh=True,
        finding=finding,
    )
    db().add(staging.stored_file(whole, organisation_id=row.organisation_id, now=now()))


def _forget(upload_id: UUID) -> None:
    """The row goes although the answer is a refusal, which commits nothing by itself."""
    db().execute(delete(StagedUpload).where(StagedUpload.id == upload_id))
    db().commit()


def _complete(row: StagedUpload) -> ResponseReturnValue:
    return jsonify(id=str(row.id), name=row.name, size=filesize(row.size), sha256=row.sha256)


def _refused(name: str, refused: RuleBroken) -> ResponseReturnValue:
    return jsonify(error=str(staging.named_reason(name, refused)), code=refused.refusals[0].code), 422
