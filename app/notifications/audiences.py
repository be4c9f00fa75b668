"""Who is meant by "the owner", "the bidders" or "the supervisors" of a thing, as the people behind them.

An audience names only people who may see the thing at that moment: bidders hear of their own bid alone, nobody but its
author, handler and the supervisor hears of an objection, and experts are named to nobody but the organiser."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.accounts import Membership, Organisation
from app.models.bids import Bid
from app.models.codes import Region
from app.models.contracts import Contract
from app.models.demands import Demand, Watch
from app.models.outcomes import Acceptance, Demonstration
from app.models.procedure_codes import Role
from app.models.states import BidState, OrganisationState

Audience = Callable[[Session, Any], set[UUID]]

OVER = frozenset({BidState.LAPSED, BidState.WITHDRAWN})


def people(session: Session, organisation_ids: Iterable[UUID | None], *roles: Role) -> set[UUID]:
    """The members of the organisations, in one of the roles if any are given."""
    query = select(Membership.user_id).where(
        Membership.organisation_id.in_([each for each in organisation_ids if each]),
        Membership.ended_at.is_(None),
    )
    if roles:
        query = query.where(Membership.role.in_(roles))
    return set(session.scalars(query))


def holders(session: Session, *roles: Role) -> set[UUID]:
    """Everyone on the site who holds one of the roles in a verified organisation."""
    query = (
        select(Membership.user_id)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .where(
            Membership.role.in_(roles),
            Membership.ended_at.is_(None),
            Organisation.state == OrganisationState.VERIFIED,
        )
    )
    return set(session.scalars(query))


def owner(session: Session, thing: Any) -> set[UUID]:
    """Those who act for the demand owner."""
    return people(session, [thing.owner_id], Role.DEMAND_OWNER)


def lead(session: Session, thing: Any) -> set[UUID]:
    """Those who act for the leading bidder or contractor."""
    return people(session, [thing.lead_id], Role.BIDDER)


def parties(session: Session, thing: Any) -> set[UUID]:
    """Owner and contractor."""
    return owner(session, thing) | lead(session, thing)


def organisers(session: Session, thing: Any) -> set[UUID]:
    """The organisers of the round."""
    return people(session, [thing.organiser_id], Role.ORGANIZER)


def recommenders(session: Session, demand: Demand) -> set[UUID]:
    """The named recommending unit, else all of the demand's region."""
    if demand.recommender_id is not None:
        return people(session, [demand.recommender_id], Role.RECOMMENDER)
    return holders_in(session, Role.RECOMMENDER, demand.region)


def holders_in(session: Session, role: Role, region: Region) -> set[UUID]:
    """Everyone who holds the role in a verified organisation of the region."""
    query = (
        select(Membership.user_id)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .where(
            Membership.role == role,
            Membership.ended_at.is_(None),
            Organisation.state == OrganisationState.VERIFIED,
            Organisation.region == region,
        )
    )
    return set(session.scalars(query))


def first_readers(session: Session, demand: Demand) -> set[UUID]:
    """Who looks at a submitted demand first: its recommenders, or the organiser where none is needed."""
    return recommenders(session, demand) if demand.round.has_recommender else organisers(session, demand)


def watchers(session: Session, demand: Demand) -> set[UUID]:
    """Who watches the listing, or the one it lists again."""
    ids = [each for each in (demand.id, demand.relists_id) if each]
    return set(session.scalars(select(Watch.user_id).where(Watch.demand_id.in_(ids))))


def bidders(session: Session, demand: Demand) -> set[UUID]:
    """Everyone with a bid on the demand that is drafted, sealed or further, each for their own."""
    query = select(Bid.lead_id).where(Bid.demand_id == demand.id, Bid.state.not_in(OVER))
    return people(session, session.scalars(query), Role.BIDDER)


def demand_bidders(session: Session, thing: Any) -> set[UUID]:
    """The bidders of the thing's demand, if it has one."""
    return bidders(session, thing.demand) if thing.demand is not None else set()


def demand_owner(session: Session, thing: Any) -> set[UUID]:
    """The owner of the thing's demand, if it has one."""
    return owner(session, thing.demand) if thing.demand is not None else set()


def demand_watchers(session: Session, thing: Any) -> set[UUID]:
    """Who watches the thing's demand, if it has one."""
    return watchers(session, thing.demand) if thing.demand is not None else set()


def supervisors(session: Session, _thing: Any) -> set[UUID]:
    """All supervisors."""
    return holders(session, Role.SUPERVISOR)


def finance(session: Session, _thing: Any) -> set[UUID]:
    """All finance officers."""
    return holders(session, Role.FINANCE)


def posters_and_recommenders(session: Session, _thing: Any) -> set[UUID]:
    """Whoever may post or recommend demands: for the call of a new round."""
    return holders(session, Role.DEMAND_OWNER, Role.RECOMMENDER)


def administrators(session: Session, organisation: Organisation) -> set[UUID]:
    """Those who manage the organisation on this site."""
    query = select(Membership.user_id).where(
        Membership.organisation_id == organisation.id, Membership.ended_at.is_(None), Membership.is_admin
    )
    return set(session.scalars(query))


def expert(_session: Session, thing: Any) -> set[UUID]:
    """The expert, or the expert of a seat."""
    return {thing.user_id if hasattr(thing, "user_id") else thing.expert.user_id}


def author(_session: Session, thing: Any) -> set[UUID]:
    """Who wrote it, if that person has an account."""
    return {thing.author_id} if thing.author_id else set()


def handler(_session: Session, thing: Any) -> set[UUID]:
    """Who handles the objection."""
    return {thing.handler_id} if thing.handler_id else set()


def contested_parties(session: Session, objection: Any) -> set[UUID]:
    """Those whose award or project an objection attacks."""
    found = organisers(session, objection)
    if objection.award is not None:
        return found | parties(session, objection.award)
    return found | demand_owner(session, objection)


def noticed_parties(session: Session, notice: Any) -> set[UUID]:
    """The parties of the project that a notice is about."""
    found: set[UUID] = set()
    for model, key in (
        (Acceptance, notice.acceptance_id),
        (Demonstration, notice.demonstration_id),
        (Contract, notice.contract_id),
    ):
        project = session.get(model, key) if key else None
        if project is not None:
            found |= parties(session, project)
    return found


def adopter(session: Session, replication: Any) -> set[UUID]:
    """Those who act for the adopting unit."""
    return people(session, [replication.adopter_id])
