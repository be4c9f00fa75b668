"""Building the actor of a request from the database: rights act at the next request, so nothing is remembered."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.models.accounts import Membership, Organisation, User
from app.models.procedure_codes import Role
from app.models.reviews import Expert
from app.models.states import ExpertState, OrganisationState

# Which capability a membership needs before its role gives any permission.
CAPABILITY = {
    Role.ORGANIZER: "can_organise",
    Role.RECOMMENDER: "can_recommend",
    Role.DEMAND_OWNER: "can_post",
    Role.BIDDER: "can_bid",
}


def load_actor(session: Session, user_id: UUID, organisation_id: UUID | None) -> tuple[Actor, User] | None:
    """The actor and the person, or None for an unknown or disabled account.

    A wanted organisation of which the person is no live member falls back to their first one. Roles of an
    organisation count once it is verified and has the capability; experts count while active in the pool."""
    user = session.get(User, user_id)
    if user is None or user.disabled_at is not None or user.email_confirmed_at is None:
        return None
    live = session.execute(
        select(Membership, Organisation)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .order_by(Membership.created_at, Membership.id)
    ).all()
    chosen = next((org for _m, org in live if org.id == organisation_id), live[0][1] if live else None)
    roles = {m.role for m, org in live if chosen is not None and org.id == chosen.id and _counts(m.role, org)}
    expert = session.scalar(select(Expert).where(Expert.user_id == user_id))
    is_active = expert is not None and expert.state is ExpertState.ACTIVE
    if is_active:
        roles |= {Role.EXPERT, Role.PANEL_CHAIR}
    actor = Actor(
        user_id=user.id,
        organisation_id=chosen.id if chosen else None,
        roles=frozenset(roles),
        expert_id=expert.id if expert is not None and is_active else None,
        region=chosen.region if chosen else None,
    )
    return actor, user


def _counts(role: Role, organisation: Organisation) -> bool:
    if organisation.state is not OrganisationState.VERIFIED:
        return False
    capability = CAPABILITY.get(role)
    return capability is None or bool(getattr(organisation, capability))
