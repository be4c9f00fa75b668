"""Bidders who have not confirmed their bid after a material correction hear of it again shortly before closing."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.bids import queries
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.records import Message
from app.models.states import BidState, DemandState
from app.notifications import audiences
from app.notifications.services import notify

BEFORE_CLOSING = timedelta(days=3)
KIND = "bid.remind_confirm"


def remind_to_confirm(session: Session, now: datetime) -> int:
    """Remind each such bidder once for each edition. Returns how many bids were reminded of."""
    query = (
        select(Bid)
        .join(Bid.demand)
        .options(contains_eager(Bid.demand))
        .where(
            Bid.state.in_((BidState.DRAFT, BidState.SUBMITTED)),
            Demand.state == DemandState.OPEN,
            Demand.closes_at > now,
            Demand.closes_at <= now + BEFORE_CLOSING,
            Bid.confirmed_edition < Demand.edition,
        )
        .order_by(Bid.id)
    )
    return sum(_remind(session, bid, now) for bid in session.scalars(query).all())


def _remind(session: Session, bid: Bid, now: datetime) -> bool:
    edition = queries.last_material_edition(session, bid.demand)
    told = select(Message.data).where(Message.kind == KIND, Message.thing_id == bid.id)
    is_told = any(data["edition"] == edition for data in session.scalars(told))
    if bid.confirmed_edition >= edition or is_told:
        return False
    data = {"title": bid.demand.title, "number": bid.demand.number, "edition": edition}
    notify(session, audiences.lead(session, bid), KIND, now=now, data=data, thing=bid)
    return True
