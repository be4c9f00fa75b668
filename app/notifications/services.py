"""Writing messages and mails, in the transaction of what they tell. Nothing leaves here: `delivery` sends later."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.accounts import User
from app.models.records import Event, Mail, Message


def notify(
    session: Session,
    user_ids: Iterable[UUID],
    kind: str,
    *,
    now: datetime,
    data: dict[str, Any],
    thing: Any = None,
    event: Event | None = None,
) -> list[Message]:
    """Put a message into the inbox of each person, and a mail into the outbox of those who want mail.

    `kind` is "table.action": its wording is made when it is read, in the reader's language. `data` holds `title` and
    `number` of the thing, codes and numbers, never wording. `thing` is where the message leads: the caller makes sure
    that everyone named may see it. Disabled and unconfirmed accounts are passed over."""
    wanted = set(user_ids)
    if not wanted:
        return []
    people = session.scalars(
        select(User)
        .where(User.id.in_(wanted), User.disabled_at.is_(None), User.email_confirmed_at.is_not(None))
        .order_by(User.id)
    )
    messages = []
    for person in people:
        message = Message(
            id=uuid4(),
            user_id=person.id,
            kind=kind,
            data=data,
            thing_type=type(thing).__tablename__ if thing is not None else None,
            thing_id=thing.id if thing is not None else None,
            event_seq=event.seq if event is not None else None,
            created_at=now,
        )
        messages.append(message)
        if person.wants_mail:
            mailed = data | {"message": str(message.id)}
            session.add(_mail(person.email, kind, person.locale, now, mailed, person.id))
    session.add_all(messages)
    session.flush()
    return messages


def send_mail(
    session: Session,
    address: str,
    kind: str,
    *,
    locale: str,
    now: datetime,
    data: dict[str, Any],
    user_id: UUID | None = None,
) -> Mail:
    """Queue a mail to an address, whatever its owner wishes: confirmations, invitations, security.

    `kind` names a text in templates/emails. What `data` keeps under `secret` (a token) is erased once it has left."""
    mail = _mail(address, kind, locale, now, data, user_id)
    session.add(mail)
    session.flush()
    return mail


def mark_read(session: Session, message: Message, *, now: datetime) -> None:
    """Note that the message was opened; the first time counts."""
    if message.read_at is None:
        message.read_at = now
        session.flush()


def mark_all_read(session: Session, user_id: UUID, *, now: datetime) -> int:
    """Mark all messages of the person as read. Returns how many were not."""
    unread = list(
        session.scalars(select(Message).where(Message.user_id == user_id, Message.read_at.is_(None)))
    )
    for message in unread:
        message.read_at = now
    session.flush()
    return len(unread)


def _mail(
    address: str, kind: str, locale: str, now: datetime, data: dict[str, Any], user_id: UUID | None
) -> Mail:
    return Mail(
        user_id=user_id,
        address=address,
        locale=locale,
        kind=kind,
        data=data,
        created_at=now,
        due_at=now,
    )
