"""What one may read of notices: everyone reads what was published; and what exactly a notice froze."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, false, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import Actor
from app.core.db import without_texts
from app.core.numbers import parse
from app.models.accounts import User
from app.models.awards import Award, Notice
from app.models.demands import Demand
from app.models.procedure_codes import NoticeKind, PanelPurpose, Role
from app.models.reviews import Assignment, Expert, Panel, Sheet
from app.models.rounds import Round
from app.models.states import AwardState, DemandState, NoticeState, SheetState

ENDED = (NoticeState.CLOSED_CLEAN, NoticeState.CLOSED_WITH_OBJECTION)


def visible_to(actor: Actor) -> Select[Notice]:
    """Published notices for everyone; those in preparation for the organiser and the supervisor."""
    query = select(Notice)
    if actor.has(Role.SUPERVISOR):
        return query
    ours = (
        Notice.round_id.in_(select(Round.id).where(Round.organiser_id == actor.organisation_id))
        if actor.has(Role.ORGANIZER)
        else false()
    )
    return query.where(or_(Notice.published_at.is_not(None), ours))


def public_list(
    now: datetime, *, kind: NoticeKind | None = None, year: int | None = None, q: str | None = None
) -> list[Select[Notice]]:
    """Published notices in parts: running ones, then the rest, newest first. `q` searches title and number."""
    query = select(Notice).where(Notice.published_at.is_not(None))
    if kind is not None:
        query = query.where(Notice.kind == kind)
    if year is not None:
        query = query.where(Notice.document_on.between(date(year, 1, 1), date(year, 12, 31)))
    if q:
        query = query.where(or_(Notice.title.icontains(q, autoescape=True), Notice.number == q.upper()))
    is_running = and_(Notice.state == NoticeState.IN_FORCE, Notice.ends_at > now)
    order = Notice.published_at.desc(), Notice.id.desc()
    return [query.where(is_running).order_by(*order), query.where(not_(is_running)).order_by(*order)]


LISTED = (selectinload(Notice.objections), *without_texts(Notice))
"""What a row of a list of notices is shown with: not with its text and annex."""


def years(session: Session) -> list[int]:
    """The years from the first notice to the last, newest first."""
    # Each end by itself is one look into the index; both in one select would read it all.
    first, last = (session.scalar(select(end(Notice.document_on))) for end in (func.min, func.max))
    return list(range(last.year, first.year - 1, -1)) if first and last else []


def next_serial(session: Session, round_id: UUID) -> int:
    """The serial of the round's next notice."""
    numbers = session.scalars(select(Notice.number).where(Notice.round_id == round_id))
    found = [parse(number) for number in numbers if number]
    return 1 + max((each.serial for each in found if each), default=0)


def superseding(session: Session, notice: Notice) -> Notice | None:
    """The notice that took this one's place, if any."""
    return session.scalar(select(Notice).where(Notice.supersedes_id == notice.id).limit(1))


def frozen_content(notice: Notice) -> dict[str, Any]:
    """Exactly what the hash of a notice covers. Whoever has the public text can compute it again."""
    return {
        "number": notice.number,
        "kind": notice.kind,
        "round": notice.round.number,
        "title": notice.title,
        "body": notice.body,
        "annex": notice.annex,
        "working_days": notice.working_days,
        "document_on": notice.document_on,
        "first_on": notice.first_on,
        "last_on": notice.last_on,
    }


def published_experts(session: Session, demand: Demand) -> list[str]:
    """Names and units of the experts who really scored, if the round publishes them; else nobody."""
    if not demand.round.is_publishing_experts:
        return []
    scored = select(Sheet.assignment_id).where(
        Sheet.state.in_((SheetState.SUBMITTED, SheetState.FINAL)), Sheet.is_void.is_(False)
    )
    rows = session.execute(
        select(User.name, Expert.unit_name)
        .join(Expert, Expert.user_id == User.id)
        .join(Assignment, Assignment.expert_id == Expert.id)
        .join(Panel, Panel.id == Assignment.panel_id)
        .where(
            Panel.demand_id == demand.id,
            Panel.purpose == PanelPurpose.REVIEW,
            Panel.is_live,
            Assignment.id.in_(scored),
        )
        .order_by(Assignment.position, Assignment.id)
    )
    return [f"{name}（{unit}）" for name, unit in rows]


def selected_demands(round_id: UUID) -> Select[Demand]:
    """The demands of a round that were approved for listing, by number."""
    return (
        select(Demand)
        .where(Demand.round_id == round_id, Demand.state == DemandState.APPROVED)
        .options(joinedload(Demand.owner))
        .order_by(Demand.number, Demand.id)
    )


def led_to_award(session: Session, notice: Notice) -> bool:
    """Whether an award that the notice announced came into force: such a notice stays as it is."""
    ids = [UUID(row["award_id"]) for row in notice.annex if row.get("award_id")]
    made = select(Award.id).where(Award.id.in_(ids), Award.activated_at.is_not(None)).limit(1)
    return session.scalar(made) is not None


def waiting_for_award() -> Select[Demand]:
    """Demands whose award notice is over and that still have an award which is neither in force nor on hold."""
    pending = select(Award.demand_id).where(Award.state == AwardState.PENDING, Award.hold_since_at.is_(None))
    ended = select(Notice.demand_id).where(Notice.kind == NoticeKind.AWARD, Notice.state.in_(ENDED))
    return (
        select(Demand)
        .where(
            Demand.state.in_((DemandState.IN_NOTICE, DemandState.AWARDED)),
            Demand.hold_since_at.is_(None),
            Demand.id.in_(pending),
            Demand.id.in_(ended),
        )
        .order_by(Demand.id)
    )


def is_final(demand: Demand) -> bool:
    """Whether the award notice in force last is over, and no objection to any award notice is open."""
    notices = [each for each in demand.notices if each.kind is NoticeKind.AWARD]
    current = [each for each in notices if each.state not in (NoticeState.SUPERSEDED, NoticeState.REVOKED)]
    is_over = bool(current) and all(each.state in ENDED for each in current)
    is_open = any(objection.is_open for each in notices for objection in each.objections)
    return is_over and not is_open and demand.state in (DemandState.IN_NOTICE, DemandState.AWARDED)
