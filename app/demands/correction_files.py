"""The files of a correction: those to come wait with the parties until it is published, those to go stay till then."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demands.files import PREPARED, SLOTS
from app.models.demands import Demand
from app.models.procedure_codes import Visibility
from app.models.records import Attachment

REMOVABLE = frozenset({"picture", "description"})


def published(session: Session, demand: Demand) -> list[Attachment]:
    """The public and restricted files of the listing, which a correction may take off, oldest first."""
    return _files(session, demand, REMOVABLE)


def prepared(session: Session, demand: Demand) -> list[Attachment]:
    """The files that wait for the next correction, oldest first."""
    return _files(session, demand, frozenset(PREPARED))


def apply(session: Session, demand: Demand, *, removed: Collection[UUID], now: datetime) -> None:
    """Take off what goes, published or only prepared, and publish what waits. Ids of other things are passed over."""
    for row in [*published(session, demand), *prepared(session, demand)]:
        if row.id in removed:
            row.removed_at = now
        elif row.slot in PREPARED:
            row.slot = PREPARED[row.slot]
            row.visibility = SLOTS[row.slot][0]
            row.created_at = now


def visibility_of(slot: str) -> Visibility:
    """Who reads the files of a slot once they are published."""
    return SLOTS[slot][0]


def _files(session: Session, demand: Demand, slots: frozenset[str]) -> list[Attachment]:
    query = select(Attachment).where(
        Attachment.thing_type == "demand",
        Attachment.thing_id == demand.id,
        Attachment.slot.in_(slots),
        Attachment.removed_at.is_(None),
    )
    return list(session.scalars(query.order_by(Attachment.created_at, Attachment.id)))
