"""What owner and bidders share while a listing is open: when they may talk, and who wants to hear of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor
from app.core.errors import NotPermitted, StateMovedOn
from app.core.i18n import _l
from app.demands.publication import check_not_held
from app.models.demands import Demand, Watch
from app.models.states import DemandState
from app.workflow import settle


def check_open(session: Session, demand: Demand, now: datetime) -> None:
    """Raises StateMovedOn unless the listing takes bids at this moment, RuleBroken while it is on hold."""
    settle(session, demand, now)
    if demand.state is not DemandState.OPEN:
        raise StateMovedOn(_l("This listing is not open for bids now."))
    check_not_held(demand)


def watch(session: Session, demand: Demand, *, by: Actor, now: datetime) -> None:
    """Tell this person of corrections, answers and results from now on."""
    if by.user_id is None:
        raise NotPermitted()
    if session.get(Watch, (demand.id, by.user_id)) is None:
        session.add(Watch(demand_id=demand.id, user_id=by.user_id, created_at=now))
        session.flush()


def unwatch(session: Session, demand: Demand, *, by: Actor) -> None:
    """Tell this person no longer."""
    found = session.get(Watch, (demand.id, by.user_id)) if by.user_id else None
    if found is not None:
        session.delete(found)
        session.flush()
