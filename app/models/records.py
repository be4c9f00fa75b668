"""What every action leaves behind: events, messages, mails; and the files that hang on things."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import Organisation, User
from app.models.base import Base, Identified
from app.models.procedure_codes import Visibility
from app.models.types import Code


class Event(Base):
    """One action: who, acting for whom, what, on which thing, from which state to which, when, with which data.

    Written in the transaction of the change it records, ordered by `seq`, never changed. `digest` is the SHA-256 of
    the thing's canonical row after the change, personal columns left out. data holds codes and numbers, no wording."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_thing", "thing_type", "thing_id", "seq"),)

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    # None for the clock.
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str | None] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(60))
    thing_type: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[UUID]
    from_state: Mapped[str | None] = mapped_column(String(40))
    to_state: Mapped[str | None] = mapped_column(String(40))
    # Where it belongs: for timelines and for what an organiser's own unit may read.
    round_id: Mapped[UUID | None] = mapped_column(index=True)
    demand_id: Mapped[UUID | None] = mapped_column(index=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str] = mapped_column(String(64))

    actor: Mapped[User | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class Attachment(Identified, Base):
    """A file that hangs on a thing. Bids keep theirs in `bid_file`. Readable by whoever may read the thing and slot."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_thing", "thing_type", "thing_id"),)

    thing_type: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[UUID]
    slot: Mapped[str] = mapped_column(String(40))
    visibility: Mapped[Visibility] = mapped_column(Code(Visibility), default=Visibility.INTERNAL)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    storage_name: Mapped[str] = mapped_column(String(120))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Message(Identified, Base):
    """A message in a person's inbox: a kind and its data, worded when it is read, in the reader's language."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_user_id_read_at", "user_id", "read_at"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    thing_type: Mapped[str | None] = mapped_column(String(40))
    thing_id: Mapped[UUID | None]
    event_seq: Mapped[int | None] = mapped_column(ForeignKey("event.seq"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Mail(Identified, Base):
    """A mail waiting to leave, written in the transaction of what it tells. Sent after the commit by the worker."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_sent_at_due_at", "sent_at", "due_at"),)

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
