"""The restricted part of a demand: the pledge that opens it to a unit, and the record of who read it."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.digests import digest
from app.core.errors import NotPermitted, NotSeen, StateMovedOn
from app.core.i18n import Lazy, _l
from app.demands import queries
from app.demands.publication import check_not_held
from app.models.demands import Demand, RestrictedPledge
from app.models.states import DemandState
from app.workflow import record, settle

PLEDGE_VERSION = 1
PLEDGE: tuple[Lazy, ...] = (
    _l("We read the restricted material of this listing only to prepare and carry out our bid on it."),
    _l(
        "We pass nothing of it on to anyone outside the people in our unit who prepare the bid, and publish nothing."
    ),
    _l(
        "We do not try to find out persons or units from the data described, nor to enter the systems described."
    ),
    _l("When bidding ends without an award to us, we delete every copy we hold within thirty days."),
    _l(
        "We know that every reading is recorded, and that a breach is entered into the credit record of our unit."
    ),
)


def pledge_digest() -> str:
    """The digest of the pledge as its signer read it, in the signer's language, with its version."""
    return digest({"version": PLEDGE_VERSION, "lines": [str(line) for line in PLEDGE]})


def sign_restricted_pledge(session: Session, demand: Demand, *, by: Actor, now: datetime) -> RestrictedPledge:
    """Sign the pledge for the acting unit while the listing is open. Signing twice changes nothing."""
    if not can(by, Permission.BID_CREATE, demand):
        raise NotPermitted()
    settle(session, demand, now)
    if demand.state is not DemandState.OPEN:
        raise StateMovedOn(_l("This listing is not open for bids now."))
    check_not_held(demand)
    known = queries.pledge_of(session, demand, by)
    if known is not None:
        return known
    pledge = RestrictedPledge(
        id=uuid4(),
        demand_id=demand.id,
        organisation_id=by.organisation_id,
        user_id=by.user_id,
        text_digest=pledge_digest(),
        created_at=now,
    )
    session.add(pledge)
    record(
        session, pledge, "sign", by=by, now=now, data={"version": PLEDGE_VERSION, "demand": str(demand.id)}
    )
    return pledge


def read_restricted(session: Session, demand: Demand, *, by: Actor, now: datetime) -> None:
    """Record a reading of the restricted part, unless it is the owner's own. NotSeen if it is shut."""
    if not queries.may_read_restricted(session, by, demand):
        raise NotSeen()
    if by.organisation_id != demand.owner_id:
        record(session, demand, "read_restricted", by=by, now=now, data={"edition": demand.edition})
