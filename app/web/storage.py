"""The file store as a whole: how much may be kept, what is scanned again, and what is swept away.

The sweep removes a file only when it is older than a day and no row names it. Every column called `storage_name` names
files, whatever its table, and all are read in one statement: a file
that passes from one row to another is never between them.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from flask import current_app, has_app_context
from sqlalchemy import CompoundSelect, Select, String, cast, delete, func, or_, select, union_all
from sqlalchemy.orm import Session

from app.access import Actor
from app.core.db import Database
from app.core.errors import Refusal, RuleBroken
from app.core.files import FileStore
from app.core.i18n import _l
from app.core.scanner import Scanner
from app.models import Base
from app.models.files import ScanState, StagedUpload, StoredFile

log = logging.getLogger(__name__)

MEGABYTE = 2**20
MAX_STAGED_BYTES = 500 * MEGABYTE
"""How much one person, or all visitors together, may have uploaded without saving it."""
SETTLED_AFTER = timedelta(days=1)
SCAN_AGAIN_AFTER = timedelta(minutes=5)
SCANS_AT_A_TIME = 20
BATCH = 500


def check_room(session: Session, by: Actor, size: int, *, holder: str, now: datetime) -> None:
    """Refuses an upload of `size` bytes that would be more than its unit may keep, or its holder may stage."""
    used = select(func.coalesce(func.sum(StoredFile.size), 0)).where(
        StoredFile.organisation_id == by.organisation_id
    )
    limit = int(current_app.config["UNIT_FILE_BYTES"])
    if by.organisation_id is not None and (session.scalar(used) or 0) + size > limit:
        wording = _l(
            "Your unit has used up its %(limit)s MB for files. Remove some first.", limit=limit // MEGABYTE
        )
        raise RuleBroken(Refusal("unit_full", wording))
    whose = StagedUpload.holder == holder if by.is_signed_in else StagedUpload.holder.startswith("visitor:")
    staged = select(func.coalesce(func.sum(StagedUpload.size), 0)).where(whose, StagedUpload.expires_at > now)
    if (session.scalar(staged) or 0) + size > MAX_STAGED_BYTES:
        wording = _l(
            "Uploads that were never saved take up %(limit)s MB. Save or remove them first, or try again tomorrow.",
            limit=MAX_STAGED_BYTES // MEGABYTE,
        )
        raise RuleBroken(Refusal("staging_full", wording))


def scans_of(session: Session, names: Iterable[str]) -> dict[str, ScanState]:
    """What is known about malware, by storage name; one query. A file without an entry was never scanned."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = session.scalars(select(StoredFile).where(StoredFile.name.in_(wanted)))
    return dict.fromkeys(wanted, ScanState.NOT_SCANNED) | {row.name: row.scan for row in rows}


def is_closed(scan: ScanState, *, is_own: bool) -> bool:
    """Whether a file stays shut: one with malware for everybody, one not yet scanned for all but its uploader."""
    return scan is ScanState.INFECTED or (scan is ScanState.PENDING and not is_own)


def look_after(_session: Session, now: datetime) -> int:
    """A chore: files nobody names, files to be scanned again. Returns how many.

    It works in units of its own, so that no write lock is held while the scanner thinks."""
    if not has_app_context():
        return 0  # Only the site knows its store.
    database: Database = current_app.extensions["database"]
    store: FileStore = current_app.extensions["files"]
    scanner = Scanner(current_app.config["CLAMD_ADDRESS"], seconds=60)
    return sweep(database, store, now) + scan_again(database, store, scanner, now)


def drop_expired(session: Session, now: datetime) -> int:
    """A chore: forget uploads that no form has taken in time; the sweep removes their files later."""
    query = delete(StagedUpload).where(StagedUpload.expires_at <= now).returning(StagedUpload.id)
    return len(session.scalars(query).all())


def sweep(database: Database, store: FileStore, now: datetime) -> int:
    """Remove files and parts that are older than a day and named by no row. Returns how many."""
    removed = 0
    settled = (now - SETTLED_AFTER).timestamp()
    candidates = store.settled_names(settled)
    while batch := list(islice(candidates, BATCH)):
        with database.reading() as session:
            unnamed = set(batch) - set(session.scalars(_named(batch)))
        for name in unnamed:
            store.delete(name)
        if unnamed:
            with database.unit() as session:
                session.execute(delete(StoredFile).where(StoredFile.name.in_(unnamed)))
            log.info("swept %d files that no row names", len(unnamed))
        removed += len(unnamed)
    return removed


def scan_again(database: Database, store: FileStore, scanner: Scanner, now: datetime) -> int:
    """Scan what could not be scanned when it came, and what came before there was a scanner. Returns how many."""
    if not scanner.is_configured:
        return 0
    with database.reading() as session:
        names = list(session.scalars(_unscanned(now)))
    for name in names:
        verdict = scanner.scan(store.path(name))
        state = ScanState.of(verdict.code)
        with database.unit() as session:
            row = session.get(StoredFile, name)
            if row is not None:
                row.scan, row.scan_at, row.finding = state, now, verdict.detail or None
        if state is ScanState.INFECTED:
            log.warning("malware found in a stored file: %s", name)
    return len(names)


def _unscanned(now: datetime) -> Select[str]:
    waits = or_(StoredFile.scan_at.is_(None), StoredFile.scan_at <= now - SCAN_AGAIN_AFTER)
    is_open = StoredFile.scan.in_((ScanState.NOT_SCANNED, ScanState.PENDING))
    oldest_first = StoredFile.scan_at.asc().nulls_first()
    return (
        select(StoredFile.name)
        .where(is_open, waits)
        .order_by(oldest_first, StoredFile.name)
        .limit(SCANS_AT_A_TIME)
    )


def _named(batch: list[str]) -> CompoundSelect[tuple[str]]:
    tables = [each for each in Base.metadata.sorted_tables if "storage_name" in each.columns]
    return union_all(
        *(select(cast(each.c.storage_name, String)).where(each.c.storage_name.in_(batch)) for each in tables)
    )
