"""What happened lately on the published listings: the same for everyone, or only for what a person watches."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.access import Actor
from app.models.demands import Demand, Watch
from app.models.records import Event

# By kind of thing, what everyone may know of at once. A question without its answer is no news.
NEWS: dict[str, tuple[str, ...]] = {
    "demand": (
        "publish",
        "publish_on_time",
        "correct",
        "withdraw",
        "withdraw_after_closing",
        "close",
        "award",
        "record_no_award",
        "fail",
    ),
    "question": ("answer",),
    "site_visit": ("plan", "cancel", "minute"),
}


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened, and the listing it happened on."""

    event: Event
    demand: Demand


def news(actor: Actor, *, is_watched: bool) -> Select[Event]:
    """The events of published listings that everyone may know of, latest first."""
    public = or_(
        *(and_(Event.thing_type == kind, Event.action.in_(actions)) for kind, actions in NEWS.items())
    )
    query = select(Event).join(Demand, Event.demand_id == Demand.id)
    query = query.where(Demand.published_at.is_not(None), Event.at >= Demand.published_at, public)
    if is_watched:
        watched = select(Watch.demand_id).where(Watch.user_id == actor.user_id)
        query = query.where(Event.demand_id.in_(watched))
    return query.order_by(Event.seq.desc())


def with_listings(session: Session, events: Sequence[Event]) -> list[News]:
    """The events with their listings, in one query however many there are."""
    ids = {event.demand_id for event in events}
    found = {each.id: each for each in session.scalars(select(Demand).where(Demand.id.in_(ids)))}
    return [News(event, found[event.demand_id]) for event in events if event.demand_id in found]
