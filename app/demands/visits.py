"""Site visits (踏勘): announced, signed up to by unit with a number of people, minuted for everyone.

Bidders never see each other on the site. The owner's list has a pass number and the number of people for each unit,
no name: whoever shows the pass at the gate is let in. Only the supervisor reads which unit a pass belongs to."""

import secrets
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import Lazy, _l
from app.demands.dialogue import check_open
from app.demands.publication import check_not_held, closing_of
from app.demands.telling import concerned, subject
from app.models.demands import Demand, SiteVisit, VisitSignup
from app.notifications.services import notify
from app.workflow import record

P = Permission
USUAL_LENGTH = timedelta(hours=2)
MOST_PEOPLE = 20
# Without signs that are easily mistaken for each other when read aloud at a gate.
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6


def signup_ends_at(visit: SiteVisit) -> datetime:
    """The moment from which nobody signs up or gives a place back."""
    return visit.signup_until_at or visit.starts_at


def visit_ends_at(visit: SiteVisit) -> datetime:
    """When the visit ends, the usual length after its beginning if nothing else was said."""
    return visit.ends_at or visit.starts_at + USUAL_LENGTH


def places_left(session: Session, visit: SiteVisit, *, besides: VisitSignup | None = None) -> int | None:
    """How many more people may come, not counting those of `besides`; None when any number may."""
    if visit.capacity is None:
        return None
    query = select(func.coalesce(func.sum(VisitSignup.people), 0)).where(VisitSignup.visit_id == visit.id)
    if besides is not None:
        query = query.where(VisitSignup.id != besides.id)
    return visit.capacity - int(session.scalar(query) or 0)


def plan_visit(
    session: Session,
    demand: Demand,
    *,
    starts_at: datetime,
    place: str,
    by: Actor,
    now: datetime,
    ends_at: datetime | None = None,
    signup_until_at: datetime | None = None,
    capacity: int | None = None,
    note: str = "",
) -> SiteVisit:
    """Announce a visit to the site: ahead of now, before closing. `capacity` counts people."""
    if not can(by, P.VISIT_KEEP, demand):
        raise NotPermitted()
    check_open(session, demand, now)
    visit = SiteVisit(
        id=uuid4(),
        demand=demand,
        starts_at=starts_at,
        place=place,
        note=note.strip(),
        created_at=now,
        ends_at=ends_at,
        signup_until_at=signup_until_at,
        capacity=capacity,
    )
    if refusals := _against(visit, demand, now):
        raise RuleBroken(refusals)
    session.add(visit)
    event = record(session, visit, "plan", by=by, now=now)
    people = concerned(session, demand) - {by.user_id}
    notify(session, people, "site_visit.plan", now=now, data=subject(demand), thing=demand, event=event)
    return visit


def cancel_visit(session: Session, visit: SiteVisit, *, reason: str, by: Actor, now: datetime) -> SiteVisit:
    """Call the visit off before it begins, with a published reason; whoever signed up is told."""
    if not can(by, P.VISIT_KEEP, visit.demand):
        raise NotPermitted()
    check_open(session, visit.demand, now)
    _check_ahead(visit, now)
    if not reason.strip():
        raise RuleBroken(Refusal("reason_missing", _l("Give a reason."), "reason"))
    visit.cancelled_at, visit.cancel_reason = now, reason.strip()
    _tell(session, visit, "cancel", by=by, now=now)
    return visit


def publish_minutes(
    session: Session, visit: SiteVisit, *, minutes: str, by: Actor, now: datetime
) -> SiteVisit:
    """Publish once to everyone what was shown and said, after the visit began: nobody knows more for having come."""
    if not can(by, P.VISIT_KEEP, visit.demand):
        raise NotPermitted()
    check_not_held(visit.demand)
    if visit.cancelled_at is not None or visit.minutes_at is not None:
        raise StateMovedOn()
    if now < visit.starts_at:
        raise RuleBroken(Refusal("visit_ahead", _l("The visit has not begun yet."), "minutes"))
    if not minutes.strip():
        raise RuleBroken(Refusal("minutes_missing", _l("Write what was shown and said."), "minutes"))
    visit.minutes, visit.minutes_at = minutes.strip(), now
    _tell(session, visit, "minute", by=by, now=now)
    return visit


def join_visit(
    session: Session, visit: SiteVisit, *, by: Actor, now: datetime, people: int = 1
) -> VisitSignup:
    """Sign the acting unit up with so many people while there is room. Signing up again changes their number."""
    visit = _held(session, visit)
    _check_signup(session, visit, by=by, now=now)
    if not 1 <= people <= MOST_PEOPLE:
        wording = _l("Give a number of people from 1 to %(most)s.", most=MOST_PEOPLE)
        raise RuleBroken(Refusal("people_number", wording, "people"))
    signup = signup_of(session, visit, by)
    left = places_left(session, visit, besides=signup)
    if left is not None and people > left:
        raise RuleBroken(Refusal("visit_full", _full(left), "people"))
    if signup is None:
        signup = VisitSignup(
            id=uuid4(),
            visit_id=visit.id,
            organisation_id=by.organisation_id,
            user_id=by.user_id,
            pass_number="".join(secrets.choice(SIGNS) for _sign in range(LENGTH)),
            created_at=now,
        )
        session.add(signup)
    elif signup.people == people:
        return signup
    signup.people = people
    record(session, visit, "join", by=by, now=now, data={"people": people})
    return signup


def leave_visit(session: Session, visit: SiteVisit, *, by: Actor, now: datetime) -> None:
    """Take the acting unit's places on a visit back."""
    visit = _held(session, visit)
    _check_signup(session, visit, by=by, now=now)
    signup = signup_of(session, visit, by)
    if signup is not None:
        session.delete(signup)
        record(session, visit, "leave", by=by, now=now)


def signup_of(session: Session, visit: SiteVisit, by: Actor) -> VisitSignup | None:
    """The places of the acting unit, or None."""
    query = select(VisitSignup).where(VisitSignup.visit_id == visit.id)
    return session.scalar(query.where(VisitSignup.organisation_id == by.organisation_id))


def _full(left: int) -> Lazy:
    if left <= 0:
        return _l("This visit is full.")
    return _l("Only %(n)s places are left on this visit.", n=left)


def _against(visit: SiteVisit, demand: Demand, now: datetime) -> list[Refusal]:
    found = []
    if not now < visit.starts_at < closing_of(demand):
        wording = _l("The visit must lie ahead, and before the closing time.")
        found.append(Refusal("visit_time", wording, "starts_at"))
    if visit.ends_at is not None and visit.ends_at <= visit.starts_at:
        found.append(Refusal("visit_ends", _l("The visit ends after it begins."), "ends_at"))
    if visit.signup_until_at is not None and not now < visit.signup_until_at <= visit.starts_at:
        wording = _l("Sign-up ends ahead of now, and no later than the visit begins.")
        found.append(Refusal("visit_signup", wording, "signup_until_at"))
    if visit.capacity is not None and visit.capacity < 1:
        found.append(Refusal("visit_capacity", _l("At least one person must be able to come."), "capacity"))
    return found


def _check_signup(session: Session, visit: SiteVisit, *, by: Actor, now: datetime) -> None:
    if not can(by, P.QUESTION_ASK, visit.demand):
        raise NotPermitted()
    check_open(session, visit.demand, now)
    _check_ahead(visit, now)
    if now >= signup_ends_at(visit):
        raise StateMovedOn(_l("Sign-up for this visit has ended."))


def _check_ahead(visit: SiteVisit, now: datetime) -> None:
    if visit.cancelled_at is not None:
        raise StateMovedOn(_l("This visit was called off."))
    if now >= visit.starts_at:
        raise StateMovedOn(_l("This visit has begun already."))


def _held(session: Session, visit: SiteVisit) -> SiteVisit:
    """The visit with its row held until the commit: the last place is given once."""
    query = select(SiteVisit).where(SiteVisit.id == visit.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _tell(session: Session, visit: SiteVisit, action: str, *, by: Actor, now: datetime) -> None:
    demand = visit.demand
    event = record(session, visit, action, by=by, now=now)
    signed_up = session.scalars(select(VisitSignup.user_id).where(VisitSignup.visit_id == visit.id))
    people = (concerned(session, demand) | set(signed_up)) - {by.user_id}
    notify(session, people, f"site_visit.{action}", now=now, data=subject(demand), thing=demand, event=event)
