"""Single-use tokens that travel by mail. The database knows their hashes alone."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.digests import sha256_hex
from app.core.errors import NotSeen
from app.core.i18n import _l
from app.models.accounts import AccountToken, User

CONFIRM = "confirm"
RESET = "reset"
TOKEN_LIFE = timedelta(hours=24)
TOKEN_BYTES = 32


def new_secret() -> str:
    """A random text for an address: 256 bits, safe in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(secret: str) -> str:
    """What is kept of a secret. It is random and long, so a plain hash is enough."""
    return sha256_hex(secret.encode("utf-8", "replace"))


def issue(session: Session, user: User, purpose: str, *, now: datetime) -> str:
    """A new token for the person. Earlier ones of the same purpose stop working."""
    session.execute(
        update(AccountToken)
        .where(
            AccountToken.user_id == user.id,
            AccountToken.purpose == purpose,
            AccountToken.used_at.is_(None),
            AccountToken.expires_at > now,
        )
        .values(expires_at=now)
    )
    secret = new_secret()
    session.add(
        AccountToken(
            user_id=user.id,
            purpose=purpose,
            token_hash=hash_of(secret),
            created_at=now,
            expires_at=now + TOKEN_LIFE,
        )
    )
    session.flush()
    return secret


def find(session: Session, secret: str, purpose: str, *, now: datetime) -> AccountToken:
    """The live token, locked until the commit. Raises NotSeen for one that is wrong, used or too old."""
    token = session.scalar(
        select(AccountToken)
        .where(
            AccountToken.token_hash == hash_of(secret),
            AccountToken.purpose == purpose,
            AccountToken.used_at.is_(None),
            AccountToken.expires_at > now,
        )
        .with_for_update()
    )
    if token is None or token.user.disabled_at is not None:
        raise NotSeen(_l("This link is no longer valid. Ask for a new one."))
    return token
