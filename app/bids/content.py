"""What a bid says: the only door through which other stages read it. Its shape is documented in `app.bids.shape`."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor
from app.bids import queries
from app.bids.shape import (
    FISCAL_SOURCES,
    GROUPS,
    LABELS,
    MAX_INNOVATIONS,
    MAX_WORKS_PER_KIND,
    PLEDGES,
    ROWS,
    Content,
    Relation,
    RightKind,
    WorkKind,
    all_sums,
    fiscal_part,
    lead_percent,
    shaped,
    shaped_row,
    sums,
)
from app.core.errors import NotSeen
from app.models.accounts import Organisation
from app.models.bids import Bid, BidFile, BidVersion
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot
from app.models.states import BidState
from app.workflow import record

__all__ = [
    "FISCAL_SOURCES",
    "LABELS",
    "MAX_INNOVATIONS",
    "MAX_WORKS_PER_KIND",
    "PLEDGES",
    "Content",
    "Relation",
    "RightKind",
    "WorkKind",
    "all_sums",
    "file",
    "files",
    "first_draft",
    "fiscal_part",
    "in_order",
    "is_own",
    "lead_percent",
    "read",
    "shaped",
    "sums",
    "version_for",
    "with_every_response",
    "without_contacts",
    "without_names",
]


FACTS = tuple(name for name in GROUPS["unit"] if name != "credit_report_on")


def first_draft(demand: Demand, lead: Organisation | None = None) -> Content:
    """The content a new bid starts with: one response per indicator, the milestones the demand prescribes, and what
    the lead's profile says of it."""
    milestones = [
        {"name": row.name, "end_month": row.due_month, "deliverable": row.deliverable, "check": row.check}
        for row in demand.milestones
    ]
    unit = {name: getattr(lead, name) for name in FACTS} if lead else {}
    return with_every_response(
        shaped({"title": demand.title, "milestones": milestones, "unit": unit}), demand
    )


def with_every_response(content: Content, demand: Demand) -> Content:
    """The content with exactly one response per indicator of the demand, in the demand's order."""
    known = {row["indicator_id"]: row for row in content["responses"]}
    content["responses"] = [
        known.get(str(each.id)) or shaped_row(ROWS["responses"], {"indicator_id": str(each.id)})
        for each in demand.indicators
    ]
    return content


def read(session: Session, bid: Bid, *, by: Actor, now: datetime, number: int | None = None) -> Content:
    """The content of a bid for this reader; a reading by anybody but the bidder's own members is recorded.

    Before the opening only members of the lead unit; afterwards also the round's organiser, the demand's owner,
    supervisors, and experts with a pledged seat and no conflict, who get no contact data (and no names while a blind
    stage runs). Everybody else gets NotSeen. Own members read the newest version, or the one of the given number;
    the others read the version that counts."""
    version = version_for(session, bid, by=by, number=number)
    content = shaped(version.content)
    if by.is_system or is_own(bid, by):
        return content
    content["leader"]["identity"] = ""
    record(session, bid, "read_bid", by=by, now=now, data={"version": version.number})
    if queries.reads_as_expert(bid, by):
        return without_names(content) if bid.demand.round.is_blind else without_contacts(content)
    return content


def files(session: Session, bid: Bid, *, by: Actor, number: int | None = None) -> list[BidFile]:
    """The files of the version that this reader reads. In a blind stage an expert gets the blind copy alone."""
    rows = in_order(version_for(session, bid, by=by, number=number))
    if not by.is_system and queries.reads_as_expert(bid, by) and bid.demand.round.is_blind:
        return [row for row in rows if row.slot is BidSlot.BLIND]
    return rows


def file(session: Session, bid: Bid, file_id: Any, *, by: Actor, now: datetime) -> BidFile:
    """One file of a bid, for a download. Own members reach those of every version. A foreign reading is recorded."""
    row = session.get(BidFile, file_id)
    if row is None or row.version.bid_id != bid.id:
        raise NotSeen()
    if row not in files(session, bid, by=by, number=row.version.number if is_own(bid, by) else None):
        raise NotSeen()
    if not by.is_system and not is_own(bid, by):
        record(session, bid, "read_bid_file", by=by, now=now, data={"sha256": row.sha256})
    return row


def version_for(session: Session, bid: Bid, *, by: Actor, number: int | None = None) -> BidVersion:
    """The version this reader reads. Raises NotSeen for everybody the bid is closed to."""
    if by.is_system:
        is_readable = bid.opened_at is not None
    else:
        is_readable = session.scalar(queries.visible_to(by).where(Bid.id == bid.id)) is not None
    found = queries.version(session, bid, _wanted(bid, by, number)) if is_readable else None
    if found is None:
        raise NotSeen()
    return found


def is_own(bid: Bid, by: Actor) -> bool:
    """Whether the actor is a member of the unit that leads the bid, in the role that bids."""
    return queries.is_own(bid, by)


def in_order(version: BidVersion) -> list[BidFile]:
    """The files of a version in the order in which its commitment takes their hashes: by slot, hash and name."""
    return sorted(version.files, key=lambda row: (row.slot.value, row.sha256, row.name))


def without_contacts(content: Content) -> Content:
    """For experts: nobody's phone, mail or contact data, and nothing of who owns the units."""
    shown = deepcopy(content) | {"related": [], "shareholders": []}
    shown["leader"] |= {"phone": "", "email": "", "identity": ""}
    shown["unit"]["legal_rep"] = ""
    for row in [*shown["members"], *shown["cases"]]:
        row["contact"] = ""
    return shown


def without_names(content: Content) -> Content:
    """For experts in a blind stage: nothing that names a unit or a person."""
    shown = without_contacts(content)
    shown |= {"lead": dict(GROUPS["lead"]), "leader": dict(GROUPS["leader"]), "members": [], "works": []}
    shown |= {"unit": dict(GROUPS["unit"]), "agreement": dict(GROUPS["agreement"]), "ip_items": []}
    for row in shown["team"]:
        row |= {"name": "", "unit": "", "works": ""}
    for row in shown["cases"]:
        row |= {"client": ""}
    for row in shown["budget"]:
        row |= {"unit": ""}
    return shown


def _wanted(bid: Bid, by: Actor, number: int | None) -> int | None:
    if by.is_system or not is_own(bid, by):
        return bid.sealed_version
    if number is not None:
        return number
    is_fixed = bid.opened_at is not None and bid.state is not BidState.NEEDS_CURE
    return bid.sealed_version if is_fixed else None
