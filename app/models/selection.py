"""What is frozen on the way onto the list: recommendation letters, and the collective decisions on the selection."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import Organisation, User
from app.models.base import Base, Identified, Rows
from app.models.demands import Demand
from app.models.rounds import Round


class RecommendationLetter(Identified, Base):
    """A letter (推荐函) in which a unit recommends demands of a round. Frozen when issued; `digest` covers `content`.

    content: {number, round, unit, opinion, issued_on, demands: [{title, owner, field, region, budget_fen, opinion}]}"""

    __tablename__ = "recommendation_letter"
    __table_args__ = (UniqueConstraint("round_id", "organisation_id", "serial"),)

    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(60), unique=True)
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))

    round: Mapped[Round] = relationship()
    organisation: Mapped[Organisation] = relationship()
    issued_by: Mapped[User] = relationship()
    lines: Mapped[list["LetterLine"]] = relationship(back_populates="letter", order_by="LetterLine.position")

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.round.organiser_id


class LetterLine(Identified, Base):
    """A demand in a recommendation letter."""

    __tablename__ = "letter_line"
    __table_args__ = (UniqueConstraint("letter_id", "demand_id"),)

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("recommendation_letter.id"), index=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    position: Mapped[int]

    letter: Mapped[RecommendationLetter] = relationship(back_populates="lines")
    demand: Mapped[Demand] = relationship()


class DemandSelection(Identified, Base):
    """A collective decision on which demands of a round are listed (拟发榜清单). Never changed.

    participants: [{role}]; lines: [{demand_id, number, title, owner, total, sheets, decision, reason}]."""

    __tablename__ = "demand_selection"
    __table_args__ = (UniqueConstraint("round_id", "serial"),)

    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    serial: Mapped[int]
    decided_on: Mapped[date]
    participants: Mapped[Rows] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    lines: Mapped[Rows] = mapped_column(default=list)
    digest: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))

    round: Mapped[Round] = relationship()
    recorded_by: Mapped[User] = relationship()

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.round.organiser_id
