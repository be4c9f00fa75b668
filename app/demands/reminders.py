"""What is about to be too late: questions without an answer, and the owner's choice after a listing without award."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.core import clock
from app.core.workdays import UnknownCalendarYear
from app.demands.relisting import choice_of
from app.demands.telling import subject
from app.models.demands import Demand, Question
from app.models.records import Message
from app.models.states import DemandState
from app.notifications import audiences as to
from app.notifications.services import notify

BEFORE_CLOSING = timedelta(days=3)
BEFORE_CHOICE_ENDS = timedelta(days=3)
# No choice runs longer than this in calendar days, whatever holidays lie in it.
LONGEST_CHOICE = timedelta(days=60)


def remind(session: Session, now: datetime) -> int:
    """Send each reminder once. Returns how many listings were reminded of."""
    return remind_of_questions(session, now) + remind_of_choice(session, now)


def remind_of_questions(session: Session, now: datetime) -> int:
    """Owner and organisers hear of unanswered questions shortly before closing, when answers can still be given."""
    waiting = exists().where(Question.demand_id == Demand.id, Question.answer.is_(None))
    found = _not_reminded(
        session,
        "demand.remind_questions",
        Demand.state == DemandState.OPEN,
        Demand.closes_at > now,
        Demand.closes_at <= now + BEFORE_CLOSING,
        waiting,
    )
    for demand in found:
        people = to.owner(session, demand) | to.organisers(session, demand)
        notify(session, people, "demand.remind_questions", now=now, data=subject(demand), thing=demand)
    return len(found)


def remind_of_choice(session: Session, now: datetime) -> int:
    """The owner hears that the time for the choice after a listing without award runs out."""
    kind = "demand.remind_choice"
    ended = _not_reminded(
        session, kind, Demand.state == DemandState.NO_AWARD, Demand.ended_at > now - LONGEST_CHOICE
    )
    due = [demand for demand in ended if _choice_ends_soon(session, demand, now)]
    for demand in due:
        notify(session, to.owner(session, demand), kind, now=now, data=subject(demand), thing=demand)
    return len(due)


def _choice_ends_soon(session: Session, demand: Demand, now: datetime) -> bool:
    try:
        choice = choice_of(session, demand, now)
    except UnknownCalendarYear:
        return False  # Said on the owner's own page; nothing is reminded of on a guess.
    is_soon = now >= clock.end_of_day(choice.last_on) - BEFORE_CHOICE_ENDS
    return is_soon and choice.refusal is None and choice.left_at is None


def _not_reminded(session: Session, kind: str, *where: ColumnElement[bool] | Any) -> list[Demand]:
    told = exists().where(
        Message.kind == kind, Message.thing_type == Demand.__tablename__, Message.thing_id == Demand.id
    )
    return list(session.scalars(select(Demand).where(*where, ~told).order_by(Demand.id)))
