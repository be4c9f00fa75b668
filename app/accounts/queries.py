"""Which organisations, members and invitations a person may see, and who manages them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select, true
from sqlalchemy.orm import Session, joinedload

from app.access import Actor, Permission, can, grants
from app.access.loading import CAPABILITY
from app.core import uscc
from app.core.i18n import Lazy, _l
from app.models.accounts import Invitation, Membership, Organisation, User
from app.models.codes import OrganisationType
from app.models.procedure_codes import Role
from app.models.states import OrganisationState

PUBLIC_STATES = (OrganisationState.VERIFIED, OrganisationState.SUSPENDED)
OFFICE = (Permission.ORGANISATION_VERIFY, Permission.MEMBERSHIP_MANAGE, Permission.EVENT_READ)
OFFICER_ROLES = (Role.OPERATOR, Role.ORGANIZER, Role.SUPERVISOR, Role.FINANCE)
MEMBER_ROLES = (Role.RECOMMENDER, Role.DEMAND_OWNER, Role.BIDDER)

KINDS: dict[OrganisationType, frozenset[uscc.EntityKind]] = {
    OrganisationType.ENTERPRISE_SOE: frozenset({uscc.EntityKind.ENTERPRISE}),
    OrganisationType.ENTERPRISE_PRIVATE: frozenset({uscc.EntityKind.ENTERPRISE}),
    OrganisationType.ENTERPRISE_FOREIGN: frozenset({uscc.EntityKind.ENTERPRISE}),
    OrganisationType.GOV_AGENCY: frozenset({uscc.EntityKind.GOVERNMENT_ORGAN}),
    OrganisationType.SOCIAL_ORG: frozenset({uscc.EntityKind.SOCIAL_ORGANISATION}),
}
"""The kinds of body that a type of organisation may have by its code; types not named here may have any."""


def visible_to(actor: Actor) -> Select[Organisation]:
    """Verified organisations for everyone, one's own in any state, and all of them for officers and supervisors."""
    return (
        select(Organisation).where(_may_see(actor)).order_by(Organisation.created_at.desc(), Organisation.id)
    )


def _may_see(actor: Actor) -> ColumnElement[bool]:
    if any(grants(actor, each) for each in OFFICE):
        return true()
    is_public = Organisation.state.in_(PUBLIC_STATES)
    return or_(is_public, is_member(actor)) if actor.user_id else is_public


def is_member(actor: Actor) -> ColumnElement[bool]:
    """Organisations in which the actor has a live membership."""
    return exists().where(
        Membership.organisation_id == Organisation.id,
        Membership.user_id == actor.user_id,
        Membership.ended_at.is_(None),
    )


def reads_details(session: Session, actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor reads more than the public page: members, officers and supervisors do."""
    if any(grants(actor, each) for each in OFFICE):
        return True
    return bool(_own_memberships(session, actor, organisation))


def is_administrator(session: Session, actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor manages the members of the organisation."""
    return any(each.is_admin for each in _own_memberships(session, actor, organisation))


def may_edit(session: Session, actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor may change the organisation's data."""
    return can(actor, Permission.ORGANISATION_EDIT, organisation) or is_administrator(
        session, actor, organisation
    )


def may_manage(session: Session, actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor may invite members and change what they are."""
    return can(actor, Permission.MEMBERSHIP_MANAGE, organisation) or is_administrator(
        session, actor, organisation
    )


def _own_memberships(session: Session, actor: Actor, organisation: Organisation) -> list[Membership]:
    if actor.user_id is None:
        return []
    query = select(Membership).where(
        Membership.user_id == actor.user_id,
        Membership.organisation_id == organisation.id,
        Membership.ended_at.is_(None),
    )
    return list(session.scalars(query))


def register_of(actor: Actor, *, state: OrganisationState | None, text: str) -> Select[Organisation]:
    """The officers' list: those that wait first, then the newest."""
    query = visible_to(actor)
    if state is not None:
        query = query.where(Organisation.state == state)
    if text:
        query = query.where(
            or_(
                Organisation.name.icontains(text, autoescape=True),
                Organisation.uscc.icontains(text, autoescape=True),
            )
        )
    return query


def members_of(session: Session, organisation: Organisation) -> list[Membership]:
    """The live memberships with their people, by name."""
    query = (
        select(Membership)
        .join(User, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation.id, Membership.ended_at.is_(None))
        .options(joinedload(Membership.user))
        .order_by(User.name, User.id, Membership.role)
    )
    return list(session.scalars(query))


def memberships_visible_to(actor: Actor) -> Select[Membership]:
    """Live memberships that the actor may change or end: their own, those they administer, all for the operator."""
    query = select(Membership).where(Membership.ended_at.is_(None))
    if grants(actor, Permission.MEMBERSHIP_MANAGE):
        return query
    return query.where(
        or_(Membership.user_id == actor.user_id, Membership.organisation_id.in_(_administered(actor)))
    )


def invitations_visible_to(actor: Actor) -> Select[Invitation]:
    """Invitations of the organisations that the actor administers, all for the operator."""
    query = select(Invitation)
    if grants(actor, Permission.MEMBERSHIP_MANAGE):
        return query
    return query.where(Invitation.organisation_id.in_(_administered(actor)))


def _administered(actor: Actor) -> Select[UUID]:
    return select(Membership.organisation_id).where(
        Membership.user_id == actor.user_id, Membership.is_admin, Membership.ended_at.is_(None)
    )


def open_invitations(organisation: Organisation, now: datetime) -> Select[Invitation]:
    """The invitations of the organisation that wait for an answer, newest first."""
    return (
        select(Invitation)
        .where(
            Invitation.organisation_id == organisation.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .order_by(Invitation.created_at.desc(), Invitation.id)
    )


def officers(session: Session) -> list[Membership]:
    """Everyone who holds an office of the site, with person and organisation."""
    query = (
        select(Membership)
        .join(User, Membership.user_id == User.id)
        .where(Membership.role.in_(OFFICER_ROLES), Membership.ended_at.is_(None))
        .options(joinedload(Membership.user), joinedload(Membership.organisation))
        .order_by(Membership.role, User.name, Membership.id)
    )
    return list(session.scalars(query))


def verified_organisations(session: Session) -> list[Organisation]:
    """All verified organisations, by name."""
    query = select(Organisation).where(Organisation.state == OrganisationState.VERIFIED)
    return list(session.scalars(query.order_by(Organisation.name, Organisation.id)))


def memberships_of(session: Session, user_id: UUID) -> list[Membership]:
    """The person's own live memberships, with their organisations."""
    query = (
        select(Membership)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .options(joinedload(Membership.organisation))
        .order_by(Organisation.name, Membership.role, Membership.id)
    )
    return list(session.scalars(query))


def roles_offered(organisation: Organisation) -> list[Role]:
    """The roles that the organisation's administrators may give its members."""
    if organisation.state is OrganisationState.VERIFIED:
        return [role for role in MEMBER_ROLES if getattr(organisation, CAPABILITY[role])]
    wished = {Role.DEMAND_OWNER: organisation.wants_post, Role.BIDDER: organisation.wants_bid}
    return [role for role in MEMBER_ROLES if wished.get(role)]


def code_warnings(code: str, org_type: OrganisationType) -> list[Lazy]:
    """What looks odd about a credit code and must be looked at by a person. It never blocks."""
    found: list[Lazy] = []
    kind = uscc.entity_kind(code)
    allowed = KINDS.get(org_type)
    if allowed is not None and kind not in allowed:
        found.append(
            _l(
                "The credit code begins with %(prefix)s, which does not fit the type “%(type)s”. Check both.",
                prefix=code[:2],
                type=org_type.label,
            )
        )
    if not uscc.has_valid_organisation_code(code):
        found.append(
            _l(
                "The organisation code inside the credit code does not check. Some issued codes are like this."
            )
        )
    return found
