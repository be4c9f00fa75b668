"""What people are typing and have not saved: scratches of their own, beside the record and never part of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified


class UnsavedText(Identified, Base):
    """One person's unsaved text of one part of a thing. Read by that person alone; no event tells of it.

    `data` are the form's raw pairs: each name with its list of values. `base` is the fingerprint of what it was typed
    over (app.core.coediting)."""

    __tablename__ = "unsaved_text"
    __table_args__ = (UniqueConstraint("thing_type", "thing_id", "part", "user_id"),)

    thing_type: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[UUID]
    part: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(info={"personal": True})
    base: Mapped[str] = mapped_column(Text, default="")
    saved_at: Mapped[datetime] = mapped_column(index=True)
