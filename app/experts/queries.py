"""Who may see which experts, seats and panels; the pool's list; and what a page needs to know of a panel."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import Actor, Permission, grants
from app.models.accounts import User
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.reviews import Assignment, Conflict, Expert, Panel
from app.models.rounds import Round, Rubric
from app.models.states import AssignmentState


def visible_to(actor: Actor) -> Select[Expert]:
    """The pool is seen by organizers and supervisors; an expert sees their own profile. Nobody else knows of it."""
    query = select(Expert).options(joinedload(Expert.user))
    if grants(actor, Permission.EXPERT_KEEP) or actor.has(Role.SUPERVISOR):
        return query
    return query.where(Expert.user_id == actor.user_id if actor.user_id is not None else false())


def pool(actor: Actor, filters: dict[str, Any]) -> Select[Expert]:
    """The pool by number. `filters`: q (name, unit, number or keyword), kind, field, region, state."""
    query = visible_to(actor).join(Expert.user)
    if "q" in filters:
        columns = (User.name, Expert.unit_name, Expert.number, Expert.keywords)
        query = query.where(or_(*(column.icontains(filters["q"], autoescape=True) for column in columns)))
    for name in ("kind", "region", "state"):
        if name in filters:
            query = query.where(getattr(Expert, name) == filters[name])
    if "field" in filters:
        # A list of codes is stored as JSON: a code stands in it between quotation marks.
        query = query.where(
            cast(Expert.fields, Text).contains(f'"{filters["field"].value}"', autoescape=True)
        )
    return query.order_by(Expert.number)


def seats_visible_to(actor: Actor) -> Select[Assignment]:
    """Seats: one's own once invited; those of the own rounds for the organizer; all for the supervisor."""
    query = select(Assignment).options(joinedload(Assignment.expert).joinedload(Expert.user))
    if actor.has(Role.SUPERVISOR):
        return query
    reach: list[ColumnElement[bool]] = []
    if actor.expert_id is not None:
        reach.append((Assignment.expert_id == actor.expert_id) & Assignment.invited_at.is_not(None))
    if actor.has(Role.ORGANIZER) and actor.organisation_id is not None:
        reach.append(Assignment.panel_id.in_(_panels_of(actor.organisation_id)))
    return query.where(or_(*reach)) if reach else query.where(false())


def panels_visible_to(actor: Actor) -> Select[Panel]:
    """Panels with the names on them: the organizer's of the own rounds, all for the supervisor."""
    query = select(Panel).options(
        joinedload(Panel.rubric).joinedload(Rubric.round),
        selectinload(Panel.assignments).joinedload(Assignment.expert).joinedload(Expert.user),
    )
    if actor.has(Role.SUPERVISOR):
        return query
    if not actor.has(Role.ORGANIZER) or actor.organisation_id is None:
        return query.where(false())
    return query.where(Panel.id.in_(_panels_of(actor.organisation_id)))


def seats_of(expert_id: UUID) -> Select[Assignment]:
    """The expert's own seats, the latest first; places on a reserve list are not known to them."""
    return (
        select(Assignment)
        .join(Panel, Assignment.panel_id == Panel.id)
        .options(joinedload(Assignment.panel).joinedload(Panel.demand).joinedload(Demand.owner))
        .where(Assignment.expert_id == expert_id, Assignment.invited_at.is_not(None))
        .order_by(Assignment.invited_at.desc(), Assignment.id)
    )


def seats_shown(expert: Expert, by: Actor) -> Select[Assignment]:
    """The expert's seats on the profile: all for expert and supervisors; for an organizer those of the own rounds."""
    query = seats_of(expert.id)
    if expert.user_id == by.user_id or by.has(Role.SUPERVISOR):
        return query
    if by.organisation_id is None:
        return query.where(false())
    return query.where(Assignment.panel_id.in_(_panels_of(by.organisation_id)))


def waiting_seats(session: Session, expert_id: UUID) -> list[Assignment]:
    """Invitations that the expert has not answered."""
    return list(session.scalars(seats_of(expert_id).where(Assignment.state == AssignmentState.INVITED)))


def loads(session: Session, experts: list[Expert]) -> dict[UUID, int]:
    """How many seats each expert holds or has held, for the pool's list."""
    busy = (AssignmentState.INVITED, AssignmentState.ACCEPTED, AssignmentState.DONE)
    rows = session.execute(
        select(Assignment.expert_id, func.count())
        .where(Assignment.expert_id.in_([each.id for each in experts]), Assignment.state.in_(busy))
        .group_by(Assignment.expert_id)
    )
    return {row[0]: row[1] for row in rows}


def party_names(session: Session, bids: list[Bid]) -> list[tuple[Bid, str]]:
    """The bids with the names of their units, by name: for the declaration, which must not tell who sent which bid."""
    named = []
    for bid in bids:
        members = sorted(party.name for party in bid.parties if party.name != bid.lead.name)
        named.append((bid, "、".join([bid.lead.name, *members])))
    return sorted(named, key=lambda each: (each[1], str(each[0].id)))


def conflicts_of(session: Session, expert: Expert, by: Actor) -> list[tuple[Conflict, str]]:
    """The conflicts on record of an expert with the demands' titles, latest first.

    All for the expert and supervisors; an organizer reads those of the own rounds, for a conflict tells of a panel."""
    query = (
        select(Conflict, Demand.title)
        .join(Demand, Conflict.demand_id == Demand.id)
        .where(Conflict.expert_id == expert.id)
        .order_by(Conflict.at.desc(), Conflict.id)
    )
    if expert.user_id != by.user_id and not by.has(Role.SUPERVISOR):
        query = query.join(Round, Demand.round_id == Round.id).where(Round.organiser_id == by.organisation_id)
    return [(row[0], row[1]) for row in session.execute(query)]


def names_of(session: Session, ids: list[UUID]) -> dict[str, tuple[str, str]]:
    """Number and name of experts by id (as text), for the record of a draw."""
    rows = session.execute(
        select(Expert.id, Expert.number, User.name)
        .join(User, Expert.user_id == User.id)
        .where(Expert.id.in_(ids))
    )
    return {str(row[0]): (row[1], row[2]) for row in rows}


def _panels_of(organisation_id: UUID) -> Select[UUID]:
    return (
        select(Panel.id)
        .join(Rubric, Panel.rubric_id == Rubric.id)
        .join(Round, Rubric.round_id == Round.id)
        .where(Round.organiser_id == organisation_id)
    )
