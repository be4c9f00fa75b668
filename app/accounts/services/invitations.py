"""Invitations: an administrator asks a person by e-mail to join, and the person accepts with that address."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.accounts import queries
from app.accounts.services.memberships import BY_ADMINISTRATOR, add_membership, check_role
from app.accounts.services.people import address_of, find_user
from app.accounts.services.tokens import hash_of, new_secret
from app.core.errors import NotPermitted, NotSeen, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import DEFAULT_LOCALE, _l
from app.models.accounts import Invitation, Membership, Organisation, User
from app.models.procedure_codes import Role
from app.notifications.services import send_mail
from app.workflow import record

INVITATION_LIFE = timedelta(days=7)
MAX_OPEN_INVITATIONS = 50


def invite(
    session: Session,
    organisation: Organisation,
    *,
    email: str,
    role: Role,
    by: Actor,
    now: datetime,
    is_admin: bool = False,
    locale: str = DEFAULT_LOCALE,
) -> Invitation:
    """Ask a person to join, by mail. Nothing tells whether the address has an account.

    Raises NotPermitted, or RuleBroken for a role that the organisation does not give, a member who has it, or too many
    open invitations. An earlier open invitation of the same address and role stops working."""
    _check_inviter(session, organisation, role, by)
    check_role(organisation, role)
    address = address_of(email)
    if _is_member(session, organisation, address, role):
        raise RuleBroken(Refusal("held_already", _l("This person has this role already."), "email"))
    waiting = list(session.scalars(queries.open_invitations(organisation, now)))
    if len(waiting) >= MAX_OPEN_INVITATIONS:
        wording = _l("Too many invitations wait for an answer: take some back first.")
        raise RuleBroken(Refusal("too_many_invitations", wording))
    for former in waiting:
        if former.email == address and former.role is role:
            former.revoked_at = now
    secret = new_secret()
    invitation = Invitation(
        id=uuid4(),
        organisation_id=organisation.id,
        email=address,
        role=role,
        is_admin=is_admin,
        invited_by_id=by.user_id,
        token_hash=hash_of(secret),
        created_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    session.add(invitation)
    session.flush()
    record(session, invitation, "invite", by=by, now=now, data={"role": role.value, "is_admin": is_admin})
    known = find_user(session, address)
    send_mail(
        session,
        address,
        "invitation",
        locale=known.locale if known else locale,
        now=now,
        data={"secret": secret, "organisation": organisation.name, "role": role.value},
        user_id=known.id if known else None,
    )
    return invitation


def revoke_invitation(session: Session, invitation: Invitation, *, by: Actor, now: datetime) -> None:
    """Take an open invitation back."""
    _check_inviter(session, invitation.organisation, invitation.role, by)
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise StateMovedOn()
    invitation.revoked_at = now
    record(session, invitation, "revoke", by=by, now=now)


def find_invitation(session: Session, token: str, *, by: Actor, now: datetime) -> Invitation:
    """The open invitation of this token, for the person to whose address it was sent. Raises NotSeen otherwise."""
    person = session.get(User, by.user_id) if by.user_id else None
    invitation = session.scalar(
        select(Invitation)
        .where(
            Invitation.token_hash == hash_of(token),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .with_for_update()
    )
    if invitation is None or person is None or person.email != invitation.email:
        raise NotSeen(_l("This invitation is no longer valid, or it was sent to another address."))
    return invitation


def accept_invitation(session: Session, token: str, *, by: Actor, now: datetime) -> Membership:
    """Join the organisation. What held when the invitation was sent is checked again."""
    invitation = find_invitation(session, token, by=by, now=now)
    person = session.get_one(User, by.user_id)
    invitation.accepted_at = now
    record(session, invitation, "accept", by=by, now=now)
    return add_membership(
        session,
        person,
        invitation.organisation,
        invitation.role,
        by=by,
        now=now,
        is_admin=invitation.is_admin,
    )


def _check_inviter(session: Session, organisation: Organisation, role: Role, by: Actor) -> None:
    if can(by, Permission.MEMBERSHIP_MANAGE, organisation):
        return
    if role not in BY_ADMINISTRATOR or not queries.is_administrator(session, by, organisation):
        raise NotPermitted()


def _is_member(session: Session, organisation: Organisation, address: str, role: Role) -> bool:
    query = (
        select(Membership.id)
        .join(User, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.role == role,
            Membership.ended_at.is_(None),
            User.email == address,
        )
    )
    return session.scalar(query) is not None
