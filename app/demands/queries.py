"""Which demands a person may see, the lists made from them, and what hangs on a demand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from app.access import Actor, Permission, can
from app.core.db import without_texts
from app.models.accounts import Membership, Organisation
from app.models.demands import Demand, Intent, Question, RestrictedPledge, SiteVisit, VisitSignup, Watch
from app.models.procedure_codes import Role
from app.models.reviews import Assignment, Panel
from app.models.rounds import Round
from app.models.states import AssignmentState, DemandState, OrganisationState, RoundState

SEATED = (AssignmentState.ACCEPTED, AssignmentState.DONE)
PUBLIC_STATES = (
    DemandState.OPEN,
    DemandState.CLOSED,
    DemandState.SCREENING,
    DemandState.REVIEWING,
    DemandState.RECOMMENDED,
    DemandState.IN_NOTICE,
    DemandState.AWARDED,
    DemandState.COMPLETED,
    DemandState.NO_AWARD,
    DemandState.WITHDRAWN,
)


def visible_to(actor: Actor) -> Select[Demand]:
    """The demands an actor may see: published ones, the own unit's, and what the role adds once they are submitted."""
    reasons: list[ColumnElement[bool]] = [Demand.published_at.is_not(None)]
    own = actor.organisation_id
    if own is not None and actor.has(Role.DEMAND_OWNER):
        reasons.append(Demand.owner_id == own)
    submitted = Demand.submitted_at.is_not(None)
    if actor.has(Role.SUPERVISOR):
        reasons.append(submitted)
    if own is not None and actor.has(Role.ORGANIZER):
        reasons.append(and_(submitted, _round_organised_by(own)))
    if own is not None and actor.has(Role.RECOMMENDER):
        reasons.append(and_(submitted, recommended_by(actor)))
    return select(Demand).where(or_(*reasons))


def published() -> Select[Demand]:
    """Every listing that was published, whatever became of it."""
    return select(Demand).where(Demand.published_at.is_not(None))


def listings(filters: dict[str, Any], now: datetime) -> list[Select[Demand]]:
    """The public listings that match, in parts: open ones by closing time, then the rest, latest closing first.

    `filters`: q, field, category, region, status, year, sort ("closing" or "newest"); missing ones do not count."""
    query = published()
    # Joined only where a filter asks about them: an index of the listings alone answers the rest.
    if filters.get("q"):
        query = query.join(Demand.owner)
    if filters.get("year"):
        query = query.join(Demand.round)
    for condition in _conditions(filters, now):
        query = query.where(condition)
    if filters.get("sort") == "newest":
        return [query.order_by(Demand.published_at.desc(), Demand.id.desc())]
    is_open = _has_state(DemandState.OPEN, now)
    return [
        query.where(is_open).order_by(Demand.closes_at, Demand.id),
        query.where(not_(is_open)).order_by(Demand.closes_at.desc(), Demand.id.desc()),
    ]


LISTED = (joinedload(Demand.owner), joinedload(Demand.round), *without_texts(Demand))
"""What a row of a list of demands is shown with: not with its long texts."""


def years(session: Session) -> list[int]:
    """The years of rounds that have listings, latest first."""
    is_used = exists().where(Demand.round_id == Round.id, Demand.published_at.is_not(None))
    return list(session.scalars(select(Round.year).where(is_used).distinct().order_by(Round.year.desc())))


def owned_by(actor: Actor) -> Select[Demand]:
    """The demands of the actor's own unit, latest first."""
    return _listed(
        visible_to(actor).where(Demand.owner_id == actor.organisation_id).order_by(Demand.created_at.desc())
    )


def for_recommender(actor: Actor, *, is_waiting: bool) -> Select[Demand]:
    """The demands that a recommending unit decides on: waiting ones first come first, or all others latest first."""
    query = visible_to(actor).where(Demand.submitted_at.is_not(None), recommended_by(actor))
    if is_waiting:
        return _listed(query.where(Demand.state == DemandState.SUBMITTED).order_by(Demand.submitted_at))
    return _listed(query.where(Demand.state != DemandState.SUBMITTED).order_by(Demand.submitted_at.desc()))


def for_office(actor: Actor, filters: dict[str, Any], now: datetime) -> Select[Demand]:
    """The submitted demands of the rounds that the actor's unit runs; a supervisor reads those of every round."""
    query = visible_to(actor).where(Demand.submitted_at.is_not(None)).join(Demand.owner).join(Demand.round)
    if not actor.has(Role.SUPERVISOR):
        query = query.where(Round.organiser_id == actor.organisation_id)
    for condition in _conditions(filters, now):
        query = query.where(condition)
    if filters.get("round_id"):
        query = query.where(Demand.round_id == UUID(str(filters["round_id"])))
    return _listed(query.order_by(Demand.submitted_at.desc()))


def unanswered(session: Session, demands: list[Demand]) -> dict[UUID, int]:
    """How many questions of each demand have no answer; demands without any are left out."""
    if not demands:
        return {}
    query = (
        select(Question.demand_id, func.count())
        .where(Question.demand_id.in_([each.id for each in demands]), Question.answer.is_(None))
        .group_by(Question.demand_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def open_rounds(session: Session, now: datetime) -> list[Round]:
    """The rounds that take demands in now."""
    return list(
        session.scalars(
            select(Round)
            .where(
                Round.state == RoundState.OPEN,
                Round.collection_opens_at <= now,
                Round.collection_closes_at > now,
                Round.hold_since_at.is_(None),
            )
            .order_by(Round.collection_closes_at, Round.id)
        )
    )


def rounds_to_import_into(session: Session, actor: Actor, now: datetime) -> list[Round]:
    """The rounds that take demands in now, and into which the actor may import sheets of them."""
    return [each for each in open_rounds(session, now) if can(actor, Permission.DEMAND_IMPORT, each)]


def recommending_units(session: Session) -> list[Organisation]:
    """The verified units that may recommend."""
    return list(
        session.scalars(
            select(Organisation)
            .where(Organisation.can_recommend, Organisation.state == OrganisationState.VERIFIED)
            .order_by(Organisation.name, Organisation.id)
        )
    )


def published_titles(session: Session, demand: Demand) -> list[tuple[str, str]]:
    """Number and title of every other published listing but those that this demand lists again."""
    own = [demand.id]
    former = demand.relists
    while former is not None:
        own.append(former.id)
        former = former.relists
    query = select(Demand.number, Demand.title).where(Demand.published_at.is_not(None), Demand.id.not_in(own))
    return [(row[0] or "", row[1]) for row in session.execute(query.order_by(Demand.number))]


def relisted_as(session: Session, demand: Demand) -> Demand | None:
    """The demand that lists this one again, or None; a discarded draft does not count."""
    return session.scalar(
        select(Demand).where(Demand.relists_id == demand.id, Demand.state != DemandState.WITHDRAWN)
    )


def visits_of(session: Session, demand: Demand) -> list[SiteVisit]:
    """The site visits of a demand, by date."""
    query = select(SiteVisit).where(SiteVisit.demand_id == demand.id)
    return list(session.scalars(query.order_by(SiteVisit.starts_at, SiteVisit.id)))


def signups_of(session: Session, demand: Demand) -> list[tuple[VisitSignup, str]]:
    """Who comes to the visits of a demand: place and unit's name."""
    query = (
        select(VisitSignup, Organisation.name)
        .join(SiteVisit, VisitSignup.visit_id == SiteVisit.id)
        .join(Organisation, VisitSignup.organisation_id == Organisation.id)
        .where(SiteVisit.demand_id == demand.id)
        .order_by(VisitSignup.created_at, VisitSignup.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def intents_seen_by(session: Session, demand: Demand, actor: Actor) -> list[Intent]:
    """The intents on a demand: all for its owner, organiser and a supervisor, for others their own unit's."""
    query = select(Intent).where(Intent.demand_id == demand.id).options(joinedload(Intent.organisation))
    if not reads_as_party(actor, demand):
        query = query.where(Intent.organisation_id == actor.organisation_id)
    return list(session.scalars(query.order_by(Intent.created_at, Intent.id)))


def reads_as_party(actor: Actor, demand: Demand) -> bool:
    """Whether the actor reads the demand as its owner, its organiser or a supervisor."""
    own = actor.organisation_id
    return (
        actor.has(Role.SUPERVISOR)
        or (own is not None and actor.has(Role.DEMAND_OWNER) and demand.owner_id == own)
        or (own is not None and actor.has(Role.ORGANIZER) and demand.organiser_id == own)
    )


def recommends(actor: Actor, demand: Demand) -> bool:
    """Whether the actor reads the submitted demand as its recommending unit."""
    if not actor.has(Role.RECOMMENDER) or demand.submitted_at is None:
        return False
    return demand.recommender_id == actor.organisation_id or demand.region == actor.region


def pledge_of(session: Session, demand: Demand, actor: Actor) -> RestrictedPledge | None:
    """The pledge that the actor's unit signed for the restricted part, or None."""
    if actor.organisation_id is None:
        return None
    return session.scalar(
        select(RestrictedPledge).where(
            RestrictedPledge.demand_id == demand.id,
            RestrictedPledge.organisation_id == actor.organisation_id,
        )
    )


def may_read_restricted(session: Session, actor: Actor, demand: Demand) -> bool:
    """Whether the restricted part is open to the actor: parties, units that signed the pledge, pledged experts."""
    if reads_as_party(actor, demand):
        return True
    if actor.has(Role.BIDDER) and pledge_of(session, demand, actor) is not None:
        return True
    return actor.expert_id is not None and _has_pledged_seat(session, actor, demand)


def is_watching(session: Session, demand: Demand, actor: Actor) -> bool:
    """Whether the actor watches the listing."""
    return actor.user_id is not None and session.get(Watch, (demand.id, actor.user_id)) is not None


def people_of(session: Session, organisation_id: UUID, role: Role) -> list[UUID]:
    """The people who hold a role in a unit."""
    query = select(Membership.user_id).where(
        Membership.organisation_id == organisation_id, Membership.role == role, Membership.ended_at.is_(None)
    )
    return list(session.scalars(query.distinct()))


def recommended_by(actor: Actor) -> ColumnElement[bool]:
    """Demands that the unit recommends: those of its region, and those that name it."""
    return or_(Demand.recommender_id == actor.organisation_id, Demand.region == actor.region)


def like(text: str) -> str:
    """A pattern that matches the text anywhere, its own % and _ taken literally (escape character: \\)."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _listed(query: Select[Demand]) -> Select[Demand]:
    return query.order_by(Demand.id).options(joinedload(Demand.owner), joinedload(Demand.round))


def _round_organised_by(organisation_id: UUID) -> ColumnElement[bool]:
    return Demand.round_id.in_(select(Round.id).where(Round.organiser_id == organisation_id))


def _has_state(state: DemandState, now: datetime) -> ColumnElement[bool]:
    """The state that is true now: a listing past its closing time is closed, whether or not the job has run."""
    is_over = and_(Demand.state == DemandState.OPEN, Demand.closes_at <= now, Demand.hold_since_at.is_(None))
    if state is DemandState.CLOSED:
        return or_(Demand.state == DemandState.CLOSED, is_over)
    if state is DemandState.OPEN:
        return and_(
            Demand.state == DemandState.OPEN, or_(Demand.closes_at > now, Demand.hold_since_at.is_not(None))
        )
    return Demand.state == state


def _conditions(filters: dict[str, Any], now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if text := filters.get("q"):
        pattern = like(str(text))
        columns = (Demand.title, Organisation.name, Demand.number)
        found.append(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if field := filters.get("field"):
        found.append(Demand.field == field)
    if category := filters.get("category"):
        found.append(cast(Demand.categories, Text).like(f'%"{category.value}"%'))
    if region := filters.get("region"):
        found.append(Demand.region == region)
    if status := filters.get("status"):
        found.append(_has_state(status, now))
    if year := filters.get("year"):
        found.append(Round.year == year)
    return found


def _has_pledged_seat(session: Session, actor: Actor, demand: Demand) -> bool:
    seat = session.scalar(
        select(Assignment.id)
        .join(Panel, Assignment.panel_id == Panel.id)
        .where(
            Panel.demand_id == demand.id,
            Panel.is_live,
            Assignment.expert_id == actor.expert_id,
            Assignment.pledged_at.is_not(None),
            Assignment.state.in_(SEATED),
        )
    )
    return seat is not None
