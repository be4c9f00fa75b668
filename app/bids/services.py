"""Writing, sealing, withdrawing and confirming a bid, by the members of the unit that leads it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.bids import identity, queries, sealing
from app.bids.content import Content, first_draft, shaped
from app.bids.eligibility import check_bid
from app.bids.promises import answered
from app.bids.shape import flat
from app.core.coediting import SavedMeanwhile, differing, is_stale
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.accounts import Organisation
from app.models.bids import Bid, BidFile, BidVersion
from app.models.codes import Process
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot
from app.models.states import BidState, DemandState
from app.workflow import move, record, settle
from app.workflow.bids import bidding_is_open, cure_window_is_open
from app.workflow.unsaved import forget_unsaved

__all__ = [
    "FILES_PER_SLOT",
    "add_file",
    "check_bid",
    "confirm_edition",
    "open_version",
    "remove_file",
    "save_bid",
    "save_part",
    "start_bid",
    "submit_bid",
    "take_up_bid",
    "unused_slots",
    "why_fixed",
    "withdraw_bid",
]

FILES_PER_SLOT: dict[BidSlot, int] = {
    BidSlot.PROPOSAL: 2,
    BidSlot.LICENCE: 2,
    BidSlot.COMMITMENT: 2,
    BidSlot.CREDIT_REPORT: 6,
    BidSlot.CONSORTIUM: 2,
    BidSlot.SELF_FUNDING: 3,
    BidSlot.CASES: 10,
    BidSlot.AUTHORISATION: 2,
    BidSlot.INTENT: 2,
    BidSlot.BLIND: 1,
}


def unused_slots(demand: Demand) -> set[BidSlot]:
    """The slots that a bid on this listing has no use for."""
    unused = set()
    if not demand.round.is_blind:
        unused.add(BidSlot.BLIND)
    if demand.process is not Process.MATCH_FIRST:
        unused.add(BidSlot.INTENT)
    if not demand.is_consortium_allowed:
        unused.add(BidSlot.CONSORTIUM)
    return unused


def start_bid(session: Session, demand: Demand, *, by: Actor, now: datetime) -> Bid:
    """The unit's bid on the listing: a new draft, or the one it has already. Raises RuleBroken when bidding is over."""
    if by.organisation_id is None or not can(by, Permission.BID_CREATE, demand):
        raise NotPermitted()
    demand = lock_demand(session, demand.id)
    if known := queries.live_bid(session, demand.id, by.organisation_id):
        return known
    if demand.state is not DemandState.OPEN:
        settle(session, demand, now)
    bid = Bid(
        demand=demand,
        lead_id=by.organisation_id,
        author_id=by.user_id,
        created_at=now,
        confirmed_edition=demand.edition,
    )
    if refusal := bidding_is_open(bid, now):
        raise RuleBroken(refusal)
    session.add(bid)
    try:
        session.flush()
    except IntegrityError as error:
        raise StateMovedOn(_l("A colleague has just started the bid. Look at your bids.")) from error
    _add_version(session, bid, first_draft(demand, bid.lead), number=1, by=by, now=now)
    record(session, bid, "start", by=by, now=now)
    return bid


def save_bid(
    session: Session,
    bid: Bid,
    *,
    content: Mapping[str, Any],
    by: Actor,
    now: datetime,
    base: datetime | None = None,
) -> BidVersion:
    """Keep the content as the draft; on a submitted bid this begins a replacement, on one in cure the cure.

    Nothing need be complete. `base` is the moment of the save that the writer started from: when a colleague has
    saved since, StateMovedOn is raised and nothing is kept. Keys that are missing become empty."""
    bid = lock_bid(session, bid)
    version = open_version(session, bid, by=by, now=now)
    if base is not None and version.saved_at != base:
        raise StateMovedOn(_l("A colleague has saved this bid in the meantime."))
    version.content = answered(_with_identity(shaped(content), shaped(version.content), bid), bid.demand)
    version.saved_at = now
    record(session, bid, "save", by=by, now=now, data={"version": version.number})
    return version


def save_part(
    session: Session,
    bid: Bid,
    *,
    part: Mapping[str, Any],
    by: Actor,
    now: datetime,
    base: str | None = None,
    section: str | None = None,
) -> BidVersion:
    """Keep some keys of the content, leaving the others as they are: so two people can write two sections at once.

    `base` is the fingerprint of what the writer had read (`flat` of these keys). When a colleague has saved another
    text since, SavedMeanwhile is raised and nothing is kept. `section` is the code of the section, for the record."""
    bid = lock_bid(session, bid)
    version = open_version(session, bid, by=by, now=now)
    before = shaped(version.content)
    after = answered(_with_identity(shaped(before | dict(part)), before, bid), bid.demand)
    saved = flat(before, part)
    if is_stale(base, saved) and differing(base or "", saved, flat(after, part)):
        raise SavedMeanwhile()
    version.content = after
    version.saved_at = now
    record(session, bid, "save", by=by, now=now, data={"version": version.number, "section": section})
    return version


def why_fixed(bid: Bid, *, by: Actor, now: datetime) -> Refusal | None:
    """Why the bid's text cannot be changed now, or None when it can."""
    if bid.state is BidState.NEEDS_CURE and can(by, Permission.BID_CURE, bid):
        return cure_window_is_open(bid, now)
    if bid.state in (BidState.DRAFT, BidState.SUBMITTED) and can(by, Permission.BID_EDIT, bid):
        return bidding_is_open(bid, now)
    return Refusal("bid_closed", _l("This bid can no longer be changed."))


def open_version(session: Session, bid: Bid, *, by: Actor, now: datetime) -> BidVersion:
    """The unsealed version that may be written now; the first change after a seal copies the sealed one.

    Raises NotPermitted, or RuleBroken when the bid can no longer be changed."""
    is_curing = bid.state is BidState.NEEDS_CURE
    if not can(by, Permission.BID_CURE if is_curing else Permission.BID_EDIT, bid):
        raise NotPermitted()
    if refusal := why_fixed(bid, by=by, now=now):
        raise RuleBroken(refusal)
    newest = queries.version(session, bid, None)
    if newest is not None and newest.sealed_at is None and newest.is_cure == is_curing:
        return newest
    source = queries.version(session, bid, bid.sealed_version) if bid.sealed_version else newest
    content = source.content if source else first_draft(bid.demand, bid.lead)
    number = newest.number + 1 if newest else 1
    made = _add_version(session, bid, content, number=number, by=by, now=now, is_cure=is_curing)
    made.files = [_copy(row) for row in source.files] if source else []
    session.flush()
    return made


def add_file(
    session: Session,
    bid: Bid,
    *,
    slot: BidSlot,
    saved: Mapping[str, Any],
    by: Actor,
    now: datetime,
    passages: list[dict[str, Any]] | None = None,
) -> BidFile:
    """Put a stored file into a slot of the open version. `saved` are the columns that `take_in` returned.

    `passages` are the texts of a blind copy, see `app.bids.blind.passages`."""
    bid = lock_bid(session, bid)
    version = open_version(session, bid, by=by, now=now)
    held = [row for row in version.files if row.slot is slot]
    if len(held) >= FILES_PER_SLOT[slot]:
        wording = _l("At most %(n)s files: %(slot)s.", n=FILES_PER_SLOT[slot], slot=slot.label)
        raise RuleBroken(Refusal("slot_full", wording, "files"))
    if any(row.sha256 == saved["sha256"] for row in held):
        raise RuleBroken(Refusal("file_twice", _l("This very file is there already."), "files"))
    row = BidFile(slot=slot, created_at=now, passages=passages, **saved)
    version.files.append(row)
    data = {"version": version.number, "slot": slot.value, "sha256": row.sha256}
    record(session, bid, "add_file", by=by, now=now, data=data)
    return row


def remove_file(session: Session, bid: Bid, file_id: UUID, *, by: Actor, now: datetime) -> None:
    """Take a file out of the open version. Sealed versions keep theirs."""
    bid = lock_bid(session, bid)
    given = session.get(BidFile, file_id)
    version = open_version(session, bid, by=by, now=now)
    row = next((each for each in version.files if given and _is_same(each, given)), None)
    if given is None or given.version.bid_id != bid.id or row is None:
        raise StateMovedOn(_l("This file is no longer in the bid."))
    version.files.remove(row)
    data = {"version": version.number, "slot": row.slot.value, "sha256": row.sha256}
    record(session, bid, "remove_file", by=by, now=now, data=data)


def submit_bid(
    session: Session, bid: Bid, *, by: Actor, now: datetime, number: int | None = None
) -> BidVersion:
    """Seal the newest version and hand it in; on a submitted bid it replaces the sealed one.

    `now` is when the site received it: what is received before `closes_at` counts. The demand's row is locked, so the
    opening cannot run meanwhile. `number` is the version the sender meant: sending it twice seals it once and answers
    with the same version. Raises RuleBroken with everything that stands against it."""
    bid = lock_bid(session, bid)
    newest = queries.version(session, bid, None)
    if number is not None and bid.state is BidState.SUBMITTED:
        meant = queries.version(session, bid, number)
        if meant is not None and meant.sealed_at is not None and can(by, Permission.BID_SUBMIT, bid):
            return meant
    if newest is not None and newest.sealed_at is not None and bid.state is BidState.SUBMITTED:
        raise StateMovedOn(_l("This version is sealed already; nothing has been changed since."))
    if not can(by, Permission.BID_SUBMIT, bid):
        raise NotPermitted()
    version = open_version(session, bid, by=by, now=now)
    session.execute(select(Organisation.id).where(Organisation.id == bid.lead_id).with_for_update())
    if refusals := check_bid(session, bid, now=now):
        raise RuleBroken(refusals)
    action = "submit" if bid.state is BidState.DRAFT else "replace"
    sealing.seal(session, bid, version, now=now)
    sealing.bind_parties(session, bid, version, now=now)
    data = {
        "version": version.number,
        "receipt": version.receipt_number,
        "commitment": version.commitment,
    }
    move(session, bid, action, by=by, now=now, data=data)
    forget_unsaved(session, bid)
    return version


def withdraw_bid(session: Session, bid: Bid, *, by: Actor, now: datetime) -> None:
    """Take a submitted bid back before closing; it may be taken up again. Its units are free at once."""
    move(session, lock_bid(session, bid), "withdraw", by=by, now=now)


def take_up_bid(session: Session, bid: Bid, *, by: Actor, now: datetime) -> None:
    """Make a withdrawn bid a draft again."""
    move(session, lock_bid(session, bid), "take_up_again", by=by, now=now)


def confirm_edition(session: Session, bid: Bid, *, by: Actor, now: datetime) -> None:
    """Say that the bid follows the listing as last corrected (更正公告)."""
    bid = lock_bid(session, bid)
    if not can(by, Permission.BID_EDIT, bid):
        raise NotPermitted()
    if bid.state not in (BidState.DRAFT, BidState.SUBMITTED):
        raise RuleBroken(Refusal("bid_closed", _l("This bid can no longer be changed.")))
    if refusal := bidding_is_open(bid, now):
        raise RuleBroken(refusal)
    bid.confirmed_edition = bid.demand.edition
    record(session, bid, "confirm_edition", by=by, now=now, data={"edition": bid.confirmed_edition})


def lock_demand(session: Session, demand_id: UUID) -> Demand:
    """The demand with its row held until the commit, as it stands now."""
    query = select(Demand).where(Demand.id == demand_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def lock_bid(session: Session, bid: Bid) -> Bid:
    """The bid with its demand's row and its own held until the commit, in this order, as they stand now."""
    lock_demand(session, bid.demand_id)
    query = select(Bid).where(Bid.id == bid.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _add_version(
    session: Session,
    bid: Bid,
    content: Mapping[str, Any],
    *,
    number: int,
    by: Actor,
    now: datetime,
    is_cure: bool = False,
) -> BidVersion:
    version = BidVersion(
        bid_id=bid.id,
        number=number,
        content=shaped(content),
        author_id=by.user_id,
        created_at=now,
        saved_at=now,
        is_cure=is_cure,
    )
    session.add(version)
    session.flush()
    return version


def _with_identity(content: Content, before: Content, bid: Bid) -> Content:
    leader = content["leader"]
    leader["identity"] = identity.kept(leader["identity"], before["leader"]["identity"], bid.demand_id)
    return content


def _copy(row: BidFile) -> BidFile:
    return BidFile(
        slot=row.slot,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        storage_name=row.storage_name,
        created_at=row.created_at,
        passages=row.passages,
    )


def _is_same(row: BidFile, given: BidFile) -> bool:
    return row.id == given.id or (row.slot, row.sha256, row.name) == (given.slot, given.sha256, given.name)
