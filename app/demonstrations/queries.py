"""Reading demonstration projects, replications and fiscal support: who may see what, and the public catalogue."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import Actor
from app.core.clock import SHANGHAI, add_months, day_of
from app.milestones.queries import of_visible_contracts
from app.models.accounts import Organisation
from app.models.awards import Award
from app.models.bids import Bid
from app.models.codes import Category, Field, Region
from app.models.contracts import Contract, Subsidy
from app.models.demands import Demand
from app.models.outcomes import Acceptance, Demonstration, Replication
from app.models.procedure_codes import Role, Visibility
from app.models.records import Attachment
from app.models.states import DemonstrationState, ReplicationState, SubsidyState

D = DemonstrationState
PICTURE = "picture"
REPORTING = (D.LISTED, D.UNDER_REEXAMINATION, D.SUSPENDED)
REPORT_MONTHS = 12


def visible_to(actor: Actor) -> Select[Demonstration]:
    """Everyone sees what was ever listed; before that the parties, the organiser and the supervisor do."""
    return select(Demonstration).where(or_(Demonstration.listed_at.is_not(None), _inside(actor)))


def replications_visible_to(actor: Actor) -> Select[Replication]:
    """Replications by the actor's unit, and those of demonstrations from inside."""
    inside = Replication.demonstration_id.in_(select(Demonstration.id).where(_inside(actor)))
    if actor.organisation_id is None:
        return select(Replication).where(inside)
    return select(Replication).where(or_(inside, Replication.adopter_id == actor.organisation_id))


def support_visible_to(actor: Actor) -> Select[Subsidy]:
    """Fiscal support of the contracts the actor may see; all of it for finance officers."""
    if actor.has(Role.FINANCE):
        return select(Subsidy)
    return select(Subsidy).where(of_visible_contracts(Subsidy.contract_id, actor))


def reader_of(visible: Callable[[Actor], Select[Any]]) -> Callable[[Session, Actor, Attachment], bool]:
    """A reader of files: public ones for whoever sees the thing, others for those inside."""

    def may_read(session: Session, actor: Actor, attachment: Attachment) -> bool:
        query = visible(actor)
        model = query.column_descriptions[0]["entity"]
        if attachment.visibility is not Visibility.PUBLIC and model is Demonstration:
            query = query.where(_inside(actor))
        return session.scalar(query.where(model.id == attachment.thing_id)) is not None

    return may_read


def is_inside(session: Session, actor: Actor, demonstration: Demonstration) -> bool:
    """Whether the actor knows the project from inside: party, organiser or supervisor."""
    query = select(Demonstration.id).where(Demonstration.id == demonstration.id, _inside(actor))
    return session.scalar(query) is not None


def demonstration_list(actor: Actor, *, state: DemonstrationState | None = None) -> Select[Demonstration]:
    """The actor's own demonstration projects, the latest first."""
    query = _loaded(select(Demonstration).where(_inside(actor)))
    if state is not None:
        query = query.where(Demonstration.state == state)
    return query.order_by(Demonstration.created_at.desc(), Demonstration.id)


def replication_list(actor: Actor, *, state: ReplicationState | None = None) -> Select[Replication]:
    """The actor's replications, the latest first."""
    query = replications_visible_to(actor).options(
        joinedload(Replication.demonstration), joinedload(Replication.adopter)
    )
    if state is not None:
        query = query.where(Replication.state == state)
    return query.order_by(Replication.created_at.desc(), Replication.id)


def support_list(actor: Actor, *, state: SubsidyState | None = None) -> Select[Subsidy]:
    """Fiscal support, the latest recommendation first."""
    query = support_visible_to(actor).options(joinedload(Subsidy.contract))
    if state is not None:
        query = query.where(Subsidy.state == state)
    return query.order_by(Subsidy.recommended_at.desc(), Subsidy.id)


def support_of(session: Session, contract_id: UUID, actor: Actor) -> list[Subsidy]:
    """The fiscal support of a contract that the actor may see, in the order of recommendation."""
    query = support_visible_to(actor).where(Subsidy.contract_id == contract_id)
    return list(session.scalars(query.order_by(Subsidy.recommended_at, Subsidy.id)))


def support_totals(session: Session) -> dict[SubsidyState, int]:
    """Fiscal support in fen by its state, over all projects."""
    rows = session.execute(select(Subsidy.state, func.sum(Subsidy.amount_fen)).group_by(Subsidy.state))
    return {state: int(total) for state, total in rows}


def catalogue(
    *,
    q: str | None = None,
    field: Field | None = None,
    category: Category | None = None,
    region: Region | None = None,
    state: DemonstrationState | None = None,
    year: int | None = None,
    sort: str = "",
) -> Select[Demonstration]:
    """What was ever listed, delisted ones included. `q` searches the text and the owner's name.

    `sort`: "replicated" or "score" (most first), "name", else the latest listing first."""
    owner = Organisation
    query = (
        select(Demonstration)
        .join(Acceptance, Demonstration.acceptance_id == Acceptance.id)
        .join(Contract, Acceptance.contract_id == Contract.id)
        .join(Award, Contract.award_id == Award.id)
        .join(Demand, Award.demand_id == Demand.id)
        .join(owner, Demand.owner_id == owner.id)
        .where(Demonstration.listed_at.is_not(None))
    )
    if q:
        texts = (
            Demonstration.title,
            Demonstration.problem,
            Demonstration.solution,
            Demonstration.site,
            owner.name,
        )
        query = query.where(
            or_(*(each.icontains(q, autoescape=True) for each in texts), Demonstration.number == q.upper())
        )
    if field is not None:
        query = query.where(Demand.field == field)
    if category is not None:
        # The codes stand in a JSON list; its text has each in double quotes on both databases.
        query = query.where(cast(Demand.categories, String).contains(f'"{category.value}"', autoescape=True))
    if region is not None:
        query = query.where(Demand.region == region)
    if state is not None:
        query = query.where(Demonstration.state == state)
    if year is not None:
        start, end = (datetime(each, 1, 1, tzinfo=SHANGHAI) for each in (year, year + 1))
        query = query.where(Demonstration.listed_at >= start, Demonstration.listed_at < end)
    return _loaded(query).order_by(*_order(sort), Demonstration.listed_at.desc(), Demonstration.id)


def years(session: Session) -> list[int]:
    """The years in which projects were listed, the latest first."""
    moments = session.execute(
        select(func.min(Demonstration.listed_at), func.max(Demonstration.listed_at))
    ).one()
    if moments[0] is None:
        return []
    first, last = (day_of(each).year for each in moments)
    return list(range(last, first - 1, -1))


def verified_counts(session: Session, ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many verified replications each project has; those without one are left out."""
    rows = session.execute(
        select(Replication.demonstration_id, func.count())
        .where(Replication.demonstration_id.in_(list(ids)), Replication.state == ReplicationState.VERIFIED)
        .group_by(Replication.demonstration_id)
    )
    return {row[0]: row[1] for row in rows}


def verified_replications(session: Session, demonstration: Demonstration) -> list[Replication]:
    """The replications that count, oldest first."""
    return list(
        session.scalars(
            select(Replication)
            .where(
                Replication.demonstration_id == demonstration.id,
                Replication.state == ReplicationState.VERIFIED,
            )
            .options(joinedload(Replication.adopter))
            .order_by(Replication.verified_at, Replication.id)
        )
    )


def pictures_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, list[Attachment]]:
    """The public pictures of the projects, oldest first."""
    found: dict[UUID, list[Attachment]] = {}
    rows = session.scalars(
        select(Attachment)
        .where(
            Attachment.thing_type == Demonstration.__tablename__,
            Attachment.thing_id.in_(list(ids)),
            Attachment.slot == PICTURE,
            Attachment.visibility == Visibility.PUBLIC,
            Attachment.removed_at.is_(None),
        )
        .order_by(Attachment.created_at, Attachment.id)
    )
    for row in rows:
        found.setdefault(row.thing_id, []).append(row)
    return found


def own_replication(session: Session, demonstration: Demonstration, actor: Actor) -> Replication | None:
    """The replication by the actor's unit, if it registered one."""
    return session.scalar(
        select(Replication).where(
            Replication.demonstration_id == demonstration.id,
            Replication.adopter_id == actor.organisation_id,
        )
    )


def report_due_on(demonstration: Demonstration) -> date | None:
    """The last day for the next yearly effect report; None while no report is owed."""
    if demonstration.listed_at is None or demonstration.state not in REPORTING:
        return None
    return add_months(demonstration.last_report_on or day_of(demonstration.listed_at), REPORT_MONTHS)


def is_report_overdue(demonstration: Demonstration, now: datetime) -> bool:
    """Whether the yearly effect report is late: shown in yellow, six months before the listing is suspended."""
    due_on = report_due_on(demonstration)
    return due_on is not None and day_of(now) > due_on


def latest_batch(session: Session, now: datetime) -> str:
    """The batch last used, as a proposal for the next listing."""
    found = session.scalar(
        select(Demonstration.batch)
        .where(Demonstration.batch.is_not(None))
        .order_by(Demonstration.created_at.desc(), Demonstration.id)
        .limit(1)
    )
    return found or f"{day_of(now).year}-1"


def _inside(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        Acceptance.id == Demonstration.acceptance_id, of_visible_contracts(Acceptance.contract_id, actor)
    )


def _loaded(query: Select[Demonstration]) -> Select[Demonstration]:
    award = joinedload(Demonstration.acceptance).joinedload(Acceptance.contract).joinedload(Contract.award)
    return query.options(
        award.joinedload(Award.demand).joinedload(Demand.owner),
        award.joinedload(Award.demand).joinedload(Demand.round),
        award.joinedload(Award.bid).joinedload(Bid.lead),
        selectinload(Demonstration.effects),
    )


def _order(sort: str) -> tuple[ColumnElement[Any], ...]:
    if sort == "replicated":
        count = (
            select(func.count())
            .where(
                Replication.demonstration_id == Demonstration.id,
                Replication.state == ReplicationState.VERIFIED,
            )
            .scalar_subquery()
        )
        return (count.desc(),)
    if sort == "score":
        parts = (Demonstration.benefit_score, Demonstration.breadth_score, Demonstration.visibility_score)
        total: Any = sum((func.coalesce(each, 0) for each in parts[1:]), func.coalesce(parts[0], 0))
        return (total.desc(),)
    return (Demonstration.title.asc(),) if sort == "name" else ()
