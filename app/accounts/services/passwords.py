"""Setting a new password: by the old one, or by a token sent to the address. Both end every session of the person."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor
from app.accounts.services import tokens
from app.accounts.services.people import find_user
from app.accounts.services.sign_in import forget_failures
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.core.passwords import hash_password, problems, verify_password
from app.models.accounts import User
from app.notifications.services import send_mail
from app.workflow import record


def request_reset(session: Session, email: str, *, now: datetime) -> None:
    """Mail a token for a new password, if there is such an account. The answer never says whether."""
    user = find_user(session, email)
    if user is None or user.disabled_at is not None:
        return
    secret = tokens.issue(session, user, tokens.RESET, now=now)
    send_mail(
        session,
        user.email,
        "reset_password",
        locale=user.locale,
        now=now,
        data={"secret": secret},
        user_id=user.id,
    )


def reset_password(session: Session, token: str, password: str, *, now: datetime) -> User:
    """Set the password of the account that the token was mailed to. It confirms the address as well.

    Raises NotSeen for a token that does not work, RuleBroken for a password that may not be chosen."""
    found = tokens.find(session, token, tokens.RESET, now=now)
    user = found.user
    _set(session, user, password, now=now)
    found.used_at = now
    user.email_confirmed_at = user.email_confirmed_at or now
    record(session, user, "reset_password", by=Actor(user_id=user.id), now=now)
    forget_failures(session, user.email)
    return user


def change_password(
    session: Session, user: User, *, current: str, password: str, by: Actor, now: datetime
) -> None:
    """Set a new password by giving the present one. Every session ends, the caller's too.

    Raises RuleBroken for a wrong present password or a new one that may not be chosen."""
    if by.user_id != user.id:
        raise NotPermitted()
    if not verify_password(user.password_hash or "", current):
        raise RuleBroken(Refusal("current_wrong", _l("The present password is not right."), "current"))
    _set(session, user, password, now=now)
    record(session, user, "change_password", by=by, now=now)


def _set(session: Session, user: User, password: str, *, now: datetime) -> None:
    if found := problems(password, email=user.email):
        raise RuleBroken(found)
    user.password_hash = hash_password(password)
    user.session_version += 1
    send_mail(session, user.email, "password_changed", locale=user.locale, now=now, data={}, user_id=user.id)
