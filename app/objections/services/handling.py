"""What the supervisor and the handler do: assign, admit, decide, answer; and what each of these sets free."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.clock import day_of
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.core.text import clean, normalize_for_compare
from app.models.awards import Award, Objection
from app.models.demands import Demand
from app.models.procedure_codes import HoldReason, Remedy
from app.models.records import Event
from app.models.states import AwardState, NoticeState, ObjectionState
from app.objections import queries
from app.rounds.calendar import work_calendar
from app.workflow import move, record, settle
from app.workflow.holds import lift_hold, set_hold

ACTIONS = {
    ObjectionState.UPHELD: "uphold",
    ObjectionState.PARTLY_UPHELD: "partly_uphold",
    ObjectionState.DISMISSED: "dismiss",
}


def assign_handler(
    session: Session, objection: Objection, *, handler_id: UUID, by: Actor, now: datetime
) -> None:
    """Name who handles the objection: someone of the organiser or a supervisor who took no part in the decision."""
    if not can(by, Permission.OBJECTION_ASSIGN, objection):
        raise NotPermitted()
    if objection.state not in queries.OPEN:
        raise StateMovedOn()
    if handler_id not in {person.id for person, _unit in queries.handlers(session, objection)}:
        wording = _l(
            "Choose someone of the organizer or a supervisor who neither took the decision under attack nor objected."
        )
        raise RuleBroken(Refusal("handler_conflict", wording, "handler_id"))
    objection.handler_id = handler_id
    session.flush()
    session.expire(objection, ["handler"])
    record(session, objection, "assign_handler", by=by, now=now, data={"handler": str(handler_id)})


def admit(session: Session, objection: Objection, *, by: Actor, now: datetime) -> None:
    """Admit the objection: the reply's last day is set and the award it attacks is held, and nothing else."""
    if not can(by, Permission.OBJECTION_HANDLE, objection):
        raise NotPermitted()
    days = objection.notice.round.objection_reply_wd
    objection.reply_due_on = work_calendar(session).add_workdays(day_of(now), days)
    move(session, objection, "admit", by=by, now=now)
    if objection.award is not None and not objection.award.is_held:
        set_hold(session, objection.award, HoldReason.OBJECTION, by=by.as_system(), now=now)


def decide(
    session: Session,
    objection: Objection,
    *,
    outcome: ObjectionState,
    decision: str,
    public_summary: str,
    by: Actor,
    now: datetime,
    remedy: Remedy | None = None,
) -> None:
    """Uphold, partly uphold or dismiss, with reasons for the file and a summary for the public.

    An upheld one names its remedy, which `carry_out_remedy` then does. A dismissal lets the award go on at once."""
    if not can(by, Permission.OBJECTION_HANDLE, objection):
        raise NotPermitted()
    _check_own_dismissal(objection, by)
    _check_summary(objection, public_summary)
    objection.decision = clean(decision)
    objection.public_summary = clean(public_summary)
    objection.remedy = None if outcome is ObjectionState.DISMISSED else remedy
    objection.decided_by_id = by.user_id
    data = {"remedy": objection.remedy.value} if objection.remedy else None
    move(session, objection, ACTIONS[outcome], by=by, now=now, data=data)


def answer(session: Session, objection: Objection, *, reply: str, by: Actor, now: datetime) -> None:
    """Send the objector the written reply. After a re-examination this maintains the dismissal."""
    if not can(by, Permission.OBJECTION_HANDLE, objection):
        raise NotPermitted()
    _check_own_dismissal(objection, by)
    objection.reply = clean(reply)
    move(session, objection, "answer", by=by, now=now)


def _check_own_dismissal(objection: Objection, by: Actor) -> None:
    if objection.state is ObjectionState.REEXAMINATION and objection.decided_by_id == by.user_id:
        wording = _l(
            "Whoever dismissed an objection does not re-examine it: ask the supervisor for another handler."
        )
        raise RuleBroken(Refusal("own_dismissal", wording))


def _check_summary(objection: Objection, summary: str) -> None:
    plain = normalize_for_compare(summary)
    if not plain:
        raise RuleBroken(
            Refusal("summary_missing", _l("Write the summary for the public."), "public_summary")
        )
    named = (objection.objector_name, objection.objector_identity, objection.objector_contact)
    if any(normalize_for_compare(each) and normalize_for_compare(each) in plain for each in named):
        wording = _l("The public summary gives the objector away: leave out name, number and contact.")
        raise RuleBroken(Refusal("objector_named", wording, "public_summary"))


def let_go(session: Session, objection: Any, _event: Event, by: Actor, now: datetime) -> None:
    """After a decision: when the objection bars nothing any more, its hold is lifted and a notice that is over ends.

    Listens to not_admit, dismiss and answer; a remedy calls it when it is done."""
    if objection.is_open:
        return
    session.flush()
    if objection.demand is not None:
        session.get_one(Demand, objection.demand.id, with_for_update=True)
    if objection.award is not None:
        release(session, objection.award, by=by, now=now)
    notice = objection.notice
    session.expire(notice, ["objections"])
    if notice.state is NoticeState.IN_FORCE:
        settle(session, notice, now)


def release(session: Session, award: Award, *, by: Actor, now: datetime) -> None:
    """Lift the hold that objections set on the award, once none of them is open. Other holds stay."""
    session.expire(award, ["objections"])
    still_open = any(each.is_open and each.state is not ObjectionState.FILED for each in award.objections)
    if award.is_held and award.hold_reason == HoldReason.OBJECTION.value and not still_open:
        lift_hold(session, award, by=by.as_system(), now=now)


def live(award: Award) -> bool:
    """Whether the award is decided or in force."""
    return award.state in (AwardState.PENDING, AwardState.ACTIVE)
