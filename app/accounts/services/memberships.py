"""Memberships: who acts for which organisation in which role. They take effect at the next request."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.access.loading import CAPABILITY
from app.accounts import queries
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.accounts import Membership, Organisation, User
from app.models.procedure_codes import Role
from app.models.states import OrganisationState
from app.notifications.services import notify
from app.workflow import move, record

# One person is never more than one of these: whoever runs the site, the rounds, and the supervision.
SEPARATE = frozenset({Role.OPERATOR, Role.ORGANIZER, Role.SUPERVISOR})
# These come from the expert pool, never from a membership.
BY_SEAT = frozenset({Role.EXPERT, Role.PANEL_CHAIR})
# These an organisation's own administrators may give.
BY_ADMINISTRATOR = frozenset({Role.RECOMMENDER, Role.DEMAND_OWNER, Role.BIDDER})


def grant_membership(
    session: Session,
    user: User,
    organisation: Organisation,
    role: Role,
    *,
    by: Actor,
    now: datetime,
    is_admin: bool = False,
) -> Membership:
    """Give a person a role in an organisation. The platform operator may give any, administrators those of members.

    Raises NotPermitted, or RuleBroken when the role is not the organisation's, is held already, is given to oneself, or
    would join duties that are kept apart."""
    is_operator = by.is_system or can(by, Permission.MEMBERSHIP_MANAGE, organisation)
    is_own_member = role in BY_ADMINISTRATOR and queries.is_administrator(session, by, organisation)
    if not is_operator and not is_own_member:
        raise NotPermitted()
    if by.user_id == user.id and not by.is_system:
        raise RuleBroken(Refusal("own_role", _l("Nobody gives themselves a role."), "email"))
    return add_membership(session, user, organisation, role, by=by, now=now, is_admin=is_admin)


def add_membership(
    session: Session,
    user: User,
    organisation: Organisation,
    role: Role,
    *,
    by: Actor,
    now: datetime,
    is_admin: bool = False,
) -> Membership:
    """Write a membership after every check but that of who may: registration and invitations have their own."""
    # Two grants at once are decided one after the other.
    session.scalar(select(User.id).where(User.id == user.id).with_for_update())
    check_role(organisation, role)
    check_duties(session, user.id, role)
    live = session.scalar(
        select(Membership.id).where(
            Membership.user_id == user.id,
            Membership.organisation_id == organisation.id,
            Membership.role == role,
            Membership.ended_at.is_(None),
        )
    )
    if live is not None:
        raise RuleBroken(Refusal("held_already", _l("This person has this role already."), "role"))
    membership = Membership(
        id=uuid4(),
        user_id=user.id,
        organisation_id=organisation.id,
        role=role,
        is_admin=is_admin,
        granted_by_id=by.user_id,
        created_at=now,
    )
    session.add(membership)
    session.flush()
    session.expire(organisation, ["memberships"])
    record(session, membership, "grant", by=by, now=now, data={"role": role.value, "is_admin": is_admin})
    _tell(session, membership, organisation, "membership.grant", by=by, now=now)
    return membership


def change_membership(
    session: Session, membership: Membership, *, role: Role, is_admin: bool, by: Actor, now: datetime
) -> Membership:
    """Give a member another role, or make them an administrator or not. A new role is a new membership."""
    organisation = _managed(session, membership, by)
    _keep_an_administrator(session, membership, stays=is_admin)
    if role is membership.role:
        membership.is_admin = is_admin
        session.flush()
        record(session, membership, "set_administrator", by=by, now=now, data={"is_admin": is_admin})
        return membership
    if role not in BY_ADMINISTRATOR and not can(by, Permission.MEMBERSHIP_MANAGE, organisation):
        raise NotPermitted()
    if by.user_id == membership.user_id and role not in BY_ADMINISTRATOR:
        raise RuleBroken(Refusal("own_role", _l("Nobody gives themselves a role."), "role"))
    _end(session, membership, by=by, now=now)
    return add_membership(session, membership.user, organisation, role, by=by, now=now, is_admin=is_admin)


def end_membership(session: Session, membership: Membership, *, by: Actor, now: datetime) -> None:
    """End a membership. Everyone may leave; the last administrator of an organisation stays until there is another."""
    if by.user_id != membership.user_id:
        _managed(session, membership, by)
    elif membership.ended_at is not None:
        raise StateMovedOn()
    _keep_an_administrator(session, membership, stays=False)
    _end(session, membership, by=by, now=now)
    _tell(session, membership, membership.organisation, "membership.end", by=by, now=now)


def appoint_operator(
    session: Session, user: User, organisation: Organisation, *, now: datetime
) -> Membership:
    """Make the first operator of a site, from the command line: verifies the organisation too.

    Raises RuleBroken as `grant_membership` does."""
    command = Actor(roles=frozenset({Role.OPERATOR}))
    if organisation.state is not OrganisationState.VERIFIED:
        move(session, organisation, "verify", by=command, now=now)
    return add_membership(session, user, organisation, Role.OPERATOR, by=command, now=now, is_admin=True)


def check_role(organisation: Organisation, role: Role) -> None:
    """An organisation gives only roles that its capabilities, or before verification its wishes, allow."""
    if role in BY_SEAT:
        wording = _l("Experts come from the expert pool, not from a membership.")
        raise RuleBroken(Refusal("role_by_seat", wording, "role"))
    needed = CAPABILITY.get(role)
    if needed is None or getattr(organisation, needed):
        return
    wished = {Role.DEMAND_OWNER: organisation.wants_post, Role.BIDDER: organisation.wants_bid}
    if organisation.state is not OrganisationState.VERIFIED and wished.get(role):
        return
    wording = _l("The organisation was not verified for this role.")
    raise RuleBroken(Refusal("role_not_open", wording, "role"))


def check_duties(session: Session, user_id: UUID, role: Role) -> None:
    """Separation of duties: operator, organizer and supervisor are different people."""
    if role not in SEPARATE:
        return
    held = session.scalars(
        select(Membership.role).where(
            Membership.user_id == user_id, Membership.role.in_(SEPARATE), Membership.ended_at.is_(None)
        )
    )
    if set(held) - {role}:
        wording = _l(
            "Platform operator, organizer and supervisor are different people: this person is one of them already."
        )
        raise RuleBroken(Refusal("duties_separate", wording, "role"))


def _managed(session: Session, membership: Membership, by: Actor) -> Organisation:
    organisation = membership.organisation
    is_operator = by.is_system or can(by, Permission.MEMBERSHIP_MANAGE, organisation)
    if not is_operator and not queries.is_administrator(session, by, organisation):
        raise NotPermitted()
    if not is_operator and membership.role not in BY_ADMINISTRATOR:
        raise NotPermitted(_l("Only the platform operator changes this role."))
    if membership.ended_at is not None:
        raise StateMovedOn()
    return organisation


def _keep_an_administrator(session: Session, membership: Membership, *, stays: bool) -> None:
    if not membership.is_admin or stays:
        return
    others = session.scalar(
        select(Membership.id)
        .where(
            Membership.organisation_id == membership.organisation_id,
            Membership.is_admin,
            Membership.ended_at.is_(None),
            Membership.id != membership.id,
        )
        .limit(1)
    )
    if others is None:
        wording = _l("An organisation keeps at least one administrator: name another one first.")
        raise RuleBroken(Refusal("last_administrator", wording, "is_admin"))


def _end(session: Session, membership: Membership, *, by: Actor, now: datetime) -> None:
    membership.ended_at = now
    session.flush()
    record(session, membership, "end", by=by, now=now, data={"role": membership.role.value})


def _tell(
    session: Session,
    membership: Membership,
    organisation: Organisation,
    kind: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    if membership.user_id == by.user_id:
        return
    data = {"title": organisation.name, "number": organisation.uscc, "role": membership.role.value}
    notify(session, [membership.user_id], kind, now=now, data=data, thing=organisation)
