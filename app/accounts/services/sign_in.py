"""Signing in: constant work, one answer for every failure, and a wait that grows without locking anyone out."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.services.people import address_of, find_user, send_confirmation
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _l
from app.core.passwords import hash_password, needs_new_hash, verify_nothing, verify_password
from app.models.accounts import SignInFailure, User

FREE_ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
MEMORY = timedelta(hours=24)
ADDRESS_CHARACTERS = 254
SOURCE_CHARACTERS = 64

WRONG = Refusal("sign_in_failed", _l("The e-mail address or the password is not right."))
NOT_CONFIRMED = Refusal(
    "not_confirmed", _l("Your address is not confirmed yet. We have sent you the link once more.")
)


def authenticate(session: Session, email: str, password: str, *, source: str, now: datetime) -> User:
    """The person behind address and password.

    Raises RuleBroken; what it wrote (the failure, a mail) must be committed all the same. Failures count for the pair
    of account and source: whoever guesses from elsewhere does not keep the owner out."""
    address, source = address_of(email)[:ADDRESS_CHARACTERS], source[:SOURCE_CHARACTERS]
    if (seconds := seconds_to_wait(session, address, source, now=now)) > 0:
        wording = _l("Too many failed attempts. Try again in %(seconds)s seconds.", seconds=seconds)
        raise RuleBroken(Refusal("wait", wording))
    user = find_user(session, address)
    if not _is_right(user, password) or user is None or user.disabled_at is not None:
        session.add(SignInFailure(email=address, source=source, at=now))
        session.flush()
        raise RuleBroken(WRONG)
    if user.email_confirmed_at is None:
        send_confirmation(session, user, now=now)
        raise RuleBroken(NOT_CONFIRMED)
    if needs_new_hash(user.password_hash or ""):
        user.password_hash = hash_password(password)
    session.execute(
        delete(SignInFailure).where(SignInFailure.email == address, SignInFailure.source == source)
    )
    session.flush()
    return user


def seconds_to_wait(session: Session, address: str, source: str, *, now: datetime) -> int:
    """How long this source must wait before the next attempt on this account; 0 when it may try now."""
    failures = list(
        session.scalars(
            select(SignInFailure.at)
            .where(
                SignInFailure.email == address,
                SignInFailure.source == source,
                SignInFailure.at > now - MEMORY,
            )
            .order_by(SignInFailure.at)
        )
    )
    if len(failures) < FREE_ATTEMPTS:
        return 0
    wait = min(FIRST_WAIT * 2 ** min(len(failures) - FREE_ATTEMPTS, 20), LONGEST_WAIT)
    left = failures[-1] + wait - now
    return max(0, -int(-left.total_seconds() // 1))


def forget_failures(session: Session, address: str) -> None:
    """Begin to count anew for an account whose password was set anew."""
    session.execute(delete(SignInFailure).where(SignInFailure.email == address))


def _is_right(user: User | None, password: str) -> bool:
    if user is None or user.password_hash is None:
        verify_nothing()
        return False
    return verify_password(user.password_hash, password)
