"""What follows by itself: drafts lapse at the closing, a withdrawn bid frees its units, corrections are told."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor
from app.bids import sealing
from app.demands.corrections import on_correction
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.records import Event
from app.models.states import BidState
from app.notifications import audiences
from app.notifications.services import notify
from app.workflow import BID, DEMAND, listen, move
from app.workflow.unsaved import forget_unsaved


def register_listeners() -> None:
    """Hear of closings, withdrawals and corrections. Registering twice changes nothing."""
    listen(DEMAND, "close", lapse_drafts)
    listen(DEMAND, "withdraw", lapse_drafts)
    listen(BID, "withdraw", free_units)
    on_correction(tell_of_correction)


def lapse_drafts(session: Session, demand: Demand, _event: Event, by: Actor, now: datetime) -> None:
    """A draft not submitted ends with the bidding. Of a sealed bid a newer unsealed text counts for nothing."""
    drafts = select(Bid).where(Bid.demand_id == demand.id, Bid.state == BidState.DRAFT).with_for_update()
    for bid in session.scalars(drafts).all():
        move(session, bid, "lapse", by=by.as_system(), now=now)
        forget_unsaved(session, bid)


def free_units(session: Session, bid: Bid, _event: Event, _by: Actor, _now: datetime) -> None:
    """The units of a withdrawn bid may take part in another one, and nobody's unsaved text of it is kept."""
    sealing.release_parties(session, bid)
    forget_unsaved(session, bid)


def tell_of_correction(session: Session, demand: Demand, edition: Any, _by: Actor, now: datetime) -> None:
    """A material correction asks every bidder to confirm the bid, any other is told."""
    live = (BidState.DRAFT, BidState.SUBMITTED)
    query = select(Bid).where(Bid.demand_id == demand.id, Bid.state.in_(live))
    kind = "bid.confirm_asked" if edition.is_material else "bid.listing_corrected"
    for bid in session.scalars(query).all():
        data = {"title": demand.title, "number": demand.number, "edition": edition.number}
        notify(session, audiences.lead(session, bid), kind, now=now, data=data, thing=bid)
