"""Unsaved text beside the record: when it goes, and who saved a part last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from app.models.accounts import User
from app.models.records import Event
from app.models.unsaved import UnsavedText

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who saved a part last, and when."""

    name: str
    at: datetime


def forget_unsaved(session: Session, thing: Any) -> None:
    """Drop everybody's unsaved text of a thing: it is submitted, or gone."""
    session.execute(
        delete(UnsavedText).where(
            UnsavedText.thing_type == thing.__tablename__, UnsavedText.thing_id == thing.id
        )
    )


def sweep(session: Session, now: datetime) -> int:
    """Drop unsaved text that nobody came back to for thirty days; how many there were."""
    result = session.execute(delete(UnsavedText).where(UnsavedText.saved_at < now - KEPT_FOR))
    return cast("CursorResult[Any]", result).rowcount


def last_writer(session: Session, thing: Any, action: str, part: str) -> Writer | None:
    """Who saved a part of a thing last, by the events that name their `section`; one that names none saved all."""
    rows = session.execute(
        select(Event.at, Event.data, User.name)
        .join(User, User.id == Event.actor_id)
        .where(Event.thing_id == thing.id, Event.action == action)
        .order_by(Event.seq.desc())
        .limit(100)
    )
    return next((Writer(name, at) for at, data, name in rows if data.get("section") in (None, part)), None)
