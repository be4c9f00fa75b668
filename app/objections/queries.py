"""Who may see which objection, and how much of it: its author is known to the handler and the supervisors alone."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session, joinedload

from app.access import Actor
from app.core.clock import day_of, end_of_day
from app.core.numbers import parse
from app.models.accounts import Membership, Organisation, User
from app.models.awards import Award, Notice, Objection
from app.models.procedure_codes import NoticeKind, Role
from app.models.rounds import Round
from app.models.states import AwardState, NoticeState, ObjectionState
from app.rounds.calendar import work_calendar

OPEN = (ObjectionState.FILED, ObjectionState.ADMITTED, ObjectionState.REEXAMINATION)
ANSWERABLE = (ObjectionState.UPHELD, ObjectionState.PARTLY_UPHELD, ObjectionState.DISMISSED)
DECIDED = (*ANSWERABLE, ObjectionState.ANSWERED)


class View(StrEnum):
    """How much of an objection a reader gets."""

    FULL = "full"
    OWN = "own"
    REGISTER = "register"


def visible_to(actor: Actor) -> Select[Objection]:
    """All for supervisors; else those one handles or filed; for the organiser those of its rounds (see `view_of`)."""
    query = select(Objection)
    if actor.has(Role.SUPERVISOR):
        return query
    if actor.user_id is None:
        return query.where(false())
    ours = select(Notice.id).join(Round).where(Round.organiser_id == actor.organisation_id)
    return query.where(
        or_(
            Objection.handler_id == actor.user_id,
            Objection.author_id == actor.user_id,
            Objection.notice_id.in_(ours) if actor.has(Role.ORGANIZER) else false(),
        )
    )


def followed(follow_hash: str | None) -> Select[Objection]:
    """The objection that a follow key opens to a person without an account."""
    query = select(Objection)
    return query.where(Objection.follow_hash == follow_hash if follow_hash else false())


def view_of(actor: Actor, objection: Objection) -> View:
    """Handler and supervisor read all of it, its author what they wrote and were told, the organiser its course."""
    if actor.has(Role.SUPERVISOR) or (actor.user_id is not None and objection.handler_id == actor.user_id):
        return View.FULL
    if actor.user_id is not None and objection.author_id == actor.user_id:
        return View.OWN
    return View.REGISTER


def register_list(
    actor: Actor, now: datetime, *, state: ObjectionState | None = None, only: str | None = None
) -> Select[Objection]:
    """The register, newest first. `only` is "mine" (handled by the actor) or "overdue"."""
    query = visible_to(actor).options(joinedload(Objection.notice).joinedload(Notice.demand))
    if state is not None:
        query = query.where(Objection.state == state)
    if only == "mine":
        query = query.where(Objection.handler_id == actor.user_id)
    if only == "overdue":
        query = query.where(Objection.state.in_((*OPEN, *ANSWERABLE)), Objection.reply_due_on < day_of(now))
    return query.order_by(Objection.filed_at.desc(), Objection.id)


def is_overdue(objection: Objection, now: datetime) -> bool:
    """Whether the last day for the reply is past and the objector has none."""
    due = objection.reply_due_on
    return due is not None and day_of(now) > due and objection.state in (*OPEN, *ANSWERABLE)


def is_in_window(notice: Notice, now: datetime) -> bool:
    """Whether objections are taken: from the first day to the end of the last, while the notice is in force."""
    if notice.state is not NoticeState.IN_FORCE or notice.first_on is None or notice.ends_at is None:
        return False
    return notice.first_on <= day_of(now) and now < notice.ends_at


def reexamination_until(session: Session, objection: Objection) -> date | None:
    """The last day for asking for a re-examination: so many working days after the notice's last day, or after the
    dismissal if that came later, since nobody can ask before they know."""
    if objection.state is not ObjectionState.DISMISSED or objection.decided_at is None:
        return None
    days = objection.notice.round.reexam_request_wd
    known_on = day_of(objection.decided_at)
    start = max(objection.notice.last_on or known_on, known_on)
    return work_calendar(session).add_workdays(start, days)


def can_be_reexamined(session: Session, objection: Objection, now: datetime) -> bool:
    """Whether a re-examination may be asked for now."""
    last = reexamination_until(session, objection)
    return last is not None and now < end_of_day(last)


def next_serial(session: Session, notice_id: UUID) -> int:
    """The serial of the notice's next objection."""
    numbers = session.scalars(select(Objection.number).where(Objection.notice_id == notice_id))
    found = [parse(number) for number in numbers]
    return 1 + max((each.serial for each in found if each), default=0)


def contested(session: Session, notice: Notice) -> list[Award]:
    """The awards that an objection to this notice can be about, by slot."""
    if notice.kind is not NoticeKind.AWARD or notice.demand_id is None:
        return []
    query = select(Award).where(
        Award.demand_id == notice.demand_id, Award.state.in_((AwardState.PENDING, AwardState.ACTIVE))
    )
    awards = list(session.scalars(query.order_by(Award.slot)))
    named = {row["award_id"] for row in notice.annex if row.get("award_id")}
    return [award for award in awards if str(award.id) in named] if named else awards


def deciders(session: Session, objection: Objection) -> set[UUID]:
    """The people whose decision the objection attacks: none of them may handle it."""
    if objection.award is not None:
        return {objection.award.decided_by_id}
    awards = contested(session, objection.notice)
    return {award.decided_by_id for award in awards} or {objection.notice.author_id}


def handlers(session: Session, objection: Objection) -> list[tuple[User, Organisation]]:
    """Who may handle it: people of the round's organiser and supervisors, without whoever decided or objected.

    For a re-examination also without whoever dismissed it."""
    out = deciders(session, objection) | {objection.author_id}
    if objection.state is ObjectionState.REEXAMINATION:
        out.add(objection.decided_by_id)
    is_ours = (Membership.role == Role.ORGANIZER) & (
        Membership.organisation_id == objection.notice.round.organiser_id
    )
    rows = session.execute(
        select(User, Organisation)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Membership.ended_at.is_(None),
            User.disabled_at.is_(None),
            or_(Membership.role == Role.SUPERVISOR, is_ours),
        )
        .order_by(Organisation.name, User.name, User.id)
    )
    return [(person, unit) for person, unit in rows if person.id not in out]
