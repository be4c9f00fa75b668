"""Listing and delisting: each stands on public notice first."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.clock import add_months, day_of
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.core.numbers import demonstration_number
from app.demonstrations.services.record import check_hold
from app.models.awards import Award, Notice
from app.models.contracts import Contract
from app.models.demands import Demand
from app.models.outcomes import Acceptance, Demonstration
from app.models.procedure_codes import NoticeKind
from app.models.states import DemonstrationState, NoticeState
from app.notices.services import publish_notice
from app.workflow import move
from app.workflow.outcomes import listing_notice_is_over

D = DemonstrationState
RECHECK_MONTHS = 24


def publish_listing(
    session: Session, demonstration: Demonstration, *, by: Actor, now: datetime, batch: str | None = None
) -> Notice:
    """Number the project and put its listing on public notice. Raises RuleBroken while the record lacks something."""
    _reload(session, demonstration)
    # A savepoint: when the procedure says no, no number stays behind.
    with session.begin_nested():
        demonstration.number = demonstration.number or _next_number(session, demonstration)
        demonstration.batch = (batch or "").strip() or demonstration.batch
        data = {"number": demonstration.number}
        move(session, demonstration, "publish_notice", by=by, now=now, data=data)
    notice = _publish(session, demonstration, NoticeKind.DEMONSTRATION, by=by, now=now)
    session.expire(demonstration, ["notices"])
    return notice


def publish_delisting(
    session: Session, demonstration: Demonstration, *, reason: str, by: Actor, now: datetime
) -> Notice:
    """Put the delisting of a suspended or re-examined project on public notice, with its reason."""
    if not can(by, Permission.DEMONSTRATION_LIST, demonstration):
        raise NotPermitted()
    _reload(session, demonstration)
    if demonstration.state not in (D.UNDER_REEXAMINATION, D.SUSPENDED):
        raise StateMovedOn()
    check_hold(demonstration)
    if not reason.strip():
        raise RuleBroken(Refusal("reason_missing", _l("Give a reason."), "reason"))
    if running_delisting(demonstration) is not None:
        raise RuleBroken(Refusal("notice_running", _l("The delisting is on notice already.")))
    notice = _publish(session, demonstration, NoticeKind.DELISTING, reason=reason.strip(), by=by, now=now)
    session.expire(demonstration, ["notices"])
    return notice


def running_delisting(demonstration: Demonstration) -> Notice | None:
    """The delisting notice in force, if there is one."""
    return next(
        (
            each
            for each in demonstration.notices
            if each.kind is NoticeKind.DELISTING and each.state is NoticeState.IN_FORCE
        ),
        None,
    )


def list_if_clear(session: Session, demonstration: Demonstration, *, by: Actor, now: datetime) -> bool:
    """List the project if its notice is over and no objection is open. Returns whether it was listed."""
    _reload(session, demonstration)
    if demonstration.state is not D.IN_NOTICE or demonstration.is_held:
        return False
    if listing_notice_is_over(demonstration, now) is not None:
        return False
    demonstration.recheck_on = add_months(day_of(now), RECHECK_MONTHS)
    move(session, demonstration, "list", by=by.as_system(), now=now)
    return True


def list_waiting(session: Session, now: datetime) -> int:
    """The clock's part: projects whose notice ended while they were on hold. Returns how many were listed."""
    waiting = session.scalars(
        select(Demonstration)
        .join(Notice, Notice.demonstration_id == Demonstration.id)
        .where(
            Demonstration.state == D.IN_NOTICE,
            Demonstration.hold_since_at.is_(None),
            Notice.kind == NoticeKind.DEMONSTRATION,
            Notice.state.in_((NoticeState.CLOSED_CLEAN, NoticeState.CLOSED_WITH_OBJECTION)),
        )
        .distinct()
    ).all()
    return sum(list_if_clear(session, each, by=Actor(is_system=True), now=now) for each in waiting)


def _publish(
    session: Session,
    demonstration: Demonstration,
    kind: NoticeKind,
    *,
    by: Actor,
    now: datetime,
    reason: str | None = None,
) -> Notice:
    demand = demonstration.demand
    row = {
        "number": demonstration.number,
        "title": demonstration.title,
        "owner": demand.owner.name,
        "lead": demonstration.contract.award.bid.lead.name,
        "field": demand.field.value,
        "region": demand.region.value,
        "batch": demonstration.batch,
        "reason": reason,
    }
    return publish_notice(
        session,
        kind=kind,
        round_=demand.round,
        title=None,
        annex=[row],
        by=by,
        now=now,
        demonstration=demonstration,
    )


def _next_number(session: Session, demonstration: Demonstration) -> str:
    demand = session.get_one(Demand, demonstration.demand.id, with_for_update=True)
    numbered = session.scalar(
        select(func.count())
        .select_from(Demonstration)
        .join(Acceptance, Demonstration.acceptance_id == Acceptance.id)
        .join(Contract, Acceptance.contract_id == Contract.id)
        .join(Award, Contract.award_id == Award.id)
        .where(Award.demand_id == demand.id, Demonstration.number.is_not(None))
    )
    return demonstration_number(str(demand.number), (numbered or 0) + 1)


def _reload(session: Session, demonstration: Demonstration) -> None:
    session.flush()
    session.refresh(demonstration, with_for_update=True)
    session.expire(demonstration, ["notices", "effects"])
