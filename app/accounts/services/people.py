"""People: registration, confirmation of the address, and what they say about themselves."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor
from app.accounts.services import tokens
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import LOCALES, _l
from app.core.passwords import hash_password, problems, verify_password
from app.models.accounts import User
from app.notifications.services import send_mail
from app.workflow import record


def address_of(email: str) -> str:
    """An e-mail address as it is kept and compared."""
    return email.strip().lower()


def find_user(session: Session, email: str) -> User | None:
    """The person with this address."""
    return session.scalar(select(User).where(User.email == address_of(email)))


def register(
    session: Session,
    *,
    email: str,
    password: str,
    name: str,
    locale: str,
    now: datetime,
    phone: str | None = None,
) -> User:
    """Open an account that waits for its confirmation, and mail the token.

    An address that is known already gets a mail that says so, and its account is given back unchanged: neither the
    answer nor the work tells the two apart. One not confirmed yet takes over what was entered last, so that nobody
    can prepare an account for somebody else. Raises RuleBroken for a password that may not be chosen."""
    address = address_of(email)
    if found := problems(password, email=address):
        raise RuleBroken(found)
    hashed = hash_password(password)
    user = find_user(session, address)
    if user is not None and (user.email_confirmed_at is not None or user.disabled_at is not None):
        if user.disabled_at is None:
            send_mail(
                session, user.email, "known_address", locale=user.locale, now=now, data={}, user_id=user.id
            )
        return user
    if user is None:
        user = User(id=uuid4(), email=address, created_at=now)
        session.add(user)
    user.name, user.phone, user.password_hash = name, phone or None, hashed
    user.locale = locale if locale in LOCALES else user.locale
    session.flush()
    record(session, user, "register", by=Actor(user_id=user.id), now=now)
    send_confirmation(session, user, now=now)
    return user


def send_confirmation(session: Session, user: User, *, now: datetime) -> None:
    """Mail a fresh token with which the person confirms the address."""
    secret = tokens.issue(session, user, tokens.CONFIRM, now=now)
    send_mail(
        session,
        user.email,
        "confirm_email",
        locale=user.locale,
        now=now,
        data={"secret": secret},
        user_id=user.id,
    )


def confirm_email(session: Session, token: str, *, now: datetime, password: str | None = None) -> User:
    """Confirm the address that the token was mailed to, once.

    The page asks for the password too, so that whoever owns the mailbox never confirms what somebody else registered.
    Raises NotSeen for a token that does not work, RuleBroken for the wrong password."""
    found = tokens.find(session, token, tokens.CONFIRM, now=now)
    user = found.user
    if password is not None and not verify_password(user.password_hash or "", password):
        raise RuleBroken(
            Refusal("password_wrong", _l("This is not the password chosen at registration."), "password")
        )
    found.used_at = now
    user.email_confirmed_at = now
    record(session, user, "confirm_email", by=Actor(user_id=user.id), now=now)
    return user


def update_profile(
    session: Session,
    user: User,
    *,
    by: Actor,
    now: datetime,
    name: str,
    phone: str | None,
    locale: str,
    wants_mail: bool,
) -> None:
    """Change what a person says about themselves. Nobody does it for another."""
    if by.user_id != user.id:
        raise NotPermitted()
    user.name = name
    user.phone = phone or None
    user.locale = locale if locale in LOCALES else user.locale
    user.wants_mail = wants_mail
    record(session, user, "edit_profile", by=by, now=now)
