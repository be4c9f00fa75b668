"""What owner and bidders say to each other while a listing is open: questions, visits, intents, and who is watching."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.core.text import normalize_for_compare
from app.demands.publication import check_not_held, closing_of
from app.models.accounts import Organisation
from app.models.codes import Process
from app.models.demands import Demand, Intent, Question, SiteVisit, VisitSignup, Watch
from app.models.states import DemandState
from app.notifications import audiences as to
from app.notifications.services import notify
from app.workflow import record, settle

P = Permission


def question_cutoff(demand: Demand) -> datetime | None:
    """The moment from which no more questions are taken: the round's days before closing."""
    if demand.closes_at is None:
        return None
    return demand.closes_at - timedelta(days=demand.round.question_cutoff_days)


def ask_question(session: Session, demand: Demand, *, text: str, by: Actor, now: datetime) -> Question:
    """Ask about an open listing, before the cut-off. The owner never learns who asked: no name, no unit, anywhere."""
    if not can(by, P.QUESTION_ASK, demand):
        raise NotPermitted()
    _check_open(session, demand, now)
    cutoff = question_cutoff(demand)
    if cutoff is not None and now >= cutoff:
        raise RuleBroken(Refusal("questions_closed", _l("The time for questions is over."), "text"))
    asker = session.get(Organisation, by.organisation_id) if by.organisation_id else None
    if asker is not None and normalize_for_compare(asker.name) in normalize_for_compare(text):
        wording = _l("Leave your unit's name out: questions are published without the asker.")
        raise RuleBroken(Refusal("names_asker", wording, "text"))
    question = Question(id=uuid4(), demand=demand, asker_id=by.user_id, text=text.strip(), asked_at=now)
    session.add(question)
    # The event keeps the person for the audit alone; the unit, which timelines would show, is left out.
    event = record(session, question, "ask", by=replace(by, organisation_id=None), now=now)
    notify(
        session,
        to.owner(session, demand),
        "question.ask",
        now=now,
        data=_subject(demand),
        thing=demand,
        event=event,
    )
    return question


def answer_question(
    session: Session, question: Question, *, answer: str, by: Actor, now: datetime
) -> Question:
    """Answer to everyone, once, while the listing is open."""
    demand = question.demand
    if not can(by, P.QUESTION_ANSWER, demand):
        raise NotPermitted()
    _check_open(session, demand, now)
    if question.answer is not None:
        raise StateMovedOn(_l("This question has been answered already."))
    if not answer.strip():
        raise RuleBroken(Refusal("answer_missing", _l("Write the answer."), "answer"))
    question.answer = answer.strip()
    question.answered_at = now
    question.answered_by_id = by.user_id
    event = record(session, question, "answer", by=by, now=now)
    people = to.watchers(session, demand) | {question.asker_id}
    notify(
        session,
        people - {by.user_id},
        "question.answer",
        now=now,
        data=_subject(demand),
        thing=demand,
        event=event,
    )
    return question


def plan_visit(
    session: Session,
    demand: Demand,
    *,
    starts_at: datetime,
    place: str,
    by: Actor,
    now: datetime,
    note: str = "",
) -> SiteVisit:
    """Announce a visit to the site: ahead of now, before closing."""
    if not can(by, P.VISIT_KEEP, demand):
        raise NotPermitted()
    _check_open(session, demand, now)
    if not now < starts_at < closing_of(demand):
        wording = _l("The visit must lie ahead, and before the closing time.")
        raise RuleBroken(Refusal("visit_time", wording, "starts_at"))
    visit = SiteVisit(
        id=uuid4(), demand=demand, starts_at=starts_at, place=place, note=note.strip(), created_at=now
    )
    session.add(visit)
    event = record(session, visit, "plan", by=by, now=now)
    people = to.watchers(session, demand) - {by.user_id}
    notify(session, people, "site_visit.plan", now=now, data=_subject(demand), thing=demand, event=event)
    return visit


def join_visit(session: Session, visit: SiteVisit, *, by: Actor, now: datetime) -> VisitSignup:
    """Sign the acting unit up to a visit that has not begun. Signing up twice changes nothing."""
    if not can(by, P.QUESTION_ASK, visit.demand):
        raise NotPermitted()
    _check_visit_ahead(session, visit, now)
    signup = _signup(session, visit, by)
    if signup is None:
        signup = VisitSignup(
            visit_id=visit.id, organisation_id=by.organisation_id, user_id=by.user_id, created_at=now
        )
        session.add(signup)
        record(session, visit, "join", by=by, now=now)
    return signup


def leave_visit(session: Session, visit: SiteVisit, *, by: Actor, now: datetime) -> None:
    """Take the acting unit's place on a visit back."""
    if not can(by, P.QUESTION_ASK, visit.demand):
        raise NotPermitted()
    _check_visit_ahead(session, visit, now)
    signup = _signup(session, visit, by)
    if signup is not None:
        session.delete(signup)
        record(session, visit, "leave", by=by, now=now)


def register_intent(session: Session, demand: Demand, *, statement: str, by: Actor, now: datetime) -> Intent:
    """Register the acting unit's intent under match-first (先谈后审), once."""
    if not can(by, P.INTENT_REGISTER, demand):
        raise NotPermitted()
    _check_open(session, demand, now)
    if demand.process is not Process.MATCH_FIRST:
        raise RuleBroken(Refusal("not_match_first", _l("This listing takes bids without a prior intent.")))
    known = session.scalar(
        select(Intent).where(Intent.demand_id == demand.id, Intent.organisation_id == by.organisation_id)
    )
    if known is not None:
        raise StateMovedOn(_l("Your unit has registered an intent already."))
    intent = Intent(
        id=uuid4(),
        demand=demand,
        organisation_id=by.organisation_id,
        user_id=by.user_id,
        statement=statement.strip(),
        created_at=now,
    )
    session.add(intent)
    event = record(session, intent, "register", by=by, now=now)
    notify(
        session,
        to.owner(session, demand),
        "intent.register",
        now=now,
        data=_subject(demand),
        thing=demand,
        event=event,
    )
    return intent


def confirm_intent(session: Session, intent: Intent, *, by: Actor, now: datetime) -> Intent:
    """The owner confirms an intent; both sides then sign the agreement that the bid carries."""
    if not can(by, P.QUESTION_ANSWER, intent.demand):
        raise NotPermitted()
    _check_open(session, intent.demand, now)
    if intent.confirmed_at is not None:
        raise StateMovedOn(_l("This intent has been confirmed already."))
    intent.confirmed_at = now
    intent.confirmed_by_id = by.user_id
    event = record(session, intent, "confirm", by=by, now=now)
    notify(
        session,
        {intent.user_id},
        "intent.confirm",
        now=now,
        data=_subject(intent.demand),
        thing=intent.demand,
        event=event,
    )
    return intent


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


def _check_open(session: Session, demand: Demand, now: datetime) -> None:
    settle(session, demand, now)
    if demand.state is not DemandState.OPEN:
        raise StateMovedOn(_l("This listing is not open for bids now."))
    check_not_held(demand)


def _check_visit_ahead(session: Session, visit: SiteVisit, now: datetime) -> None:
    _check_open(session, visit.demand, now)
    if now >= visit.starts_at:
        raise StateMovedOn(_l("This visit has begun already."))


def _signup(session: Session, visit: SiteVisit, by: Actor) -> VisitSignup | None:
    return session.scalar(
        select(VisitSignup).where(
            VisitSignup.visit_id == visit.id, VisitSignup.organisation_id == by.organisation_id
        )
    )


def _subject(demand: Demand) -> dict[str, str]:
    return {"title": demand.title, "number": demand.number or ""}
