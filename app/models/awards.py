"""Decisions, awards, public notices and objections."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import User
from app.models.base import Base, Holdable, Identified, Rows, Versioned, hold_check
from app.models.bids import Bid
from app.models.codes import LaneStatus
from app.models.demands import Demand
from app.models.procedure_codes import NoticeKind, ObjectionType, ObjectorKind, Remedy
from app.models.rounds import Round
from app.models.states import AwardState, NoticeState, ObjectionState
from app.models.types import Code

if TYPE_CHECKING:
    from app.models.contracts import Contract

PERSONAL: dict[str, Any] = {"personal": True}
LIVE_AWARD = "state IN ('pending', 'active')"


class Award(Identified, Versioned, Holdable, Base):
    """One award of a demand to a bid. A slot is taken once, and a bid has one live award; an award that fell stays as
    history beside a later one. Departing from the ranking needs a written reason."""

    __tablename__ = "award"
    __table_args__ = (
        Index(
            "uq_award_slot_live",
            "demand_id",
            "slot",
            unique=True,
            sqlite_where=text(LIVE_AWARD),
            postgresql_where=text(LIVE_AWARD),
        ),
        Index(
            "uq_award_bid_live",
            "bid_id",
            unique=True,
            sqlite_where=text(LIVE_AWARD),
            postgresql_where=text(LIVE_AWARD),
        ),
        CheckConstraint("slot >= 1 AND slot <= max_slots", name="slot_within_max"),
        CheckConstraint("is_in_rank_order OR out_of_rank_reason IS NOT NULL", name="out_of_rank_has_reason"),
        hold_check(),
    )

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    bid_id: Mapped[UUID] = mapped_column(ForeignKey("bid.id"), index=True)
    slot: Mapped[int]
    max_slots: Mapped[int]
    lane: Mapped[LaneStatus] = mapped_column(Code(LaneStatus), default=LaneStatus.LEAD)
    rank: Mapped[int | None]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    fiscal_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    is_in_rank_order: Mapped[bool] = mapped_column(default=True)
    out_of_rank_reason: Mapped[str | None] = mapped_column(Text)
    is_next_rank: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    state: Mapped[AwardState] = mapped_column(Code(AwardState), default=AwardState.PENDING)
    state_reason: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    demand: Mapped[Demand] = relationship()
    bid: Mapped[Bid] = relationship()
    contracts: Mapped[list["Contract"]] = relationship(viewonly=True)
    objections: Mapped[list["Objection"]] = relationship(viewonly=True)

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.demand.round.organiser_id

    @property
    def owner_id(self) -> UUID:
        """The organisation that posted the demand."""
        return self.demand.owner_id

    @property
    def lead_id(self) -> UUID:
        """The winner."""
        return self.bid.lead_id


class Notice(Identified, Versioned, Holdable, Base):
    """A public notice (公示). Frozen on publication; its last day comes from the working-day calendar.

    annex: rows of the annex table. body: {legal_basis, steps, how_to_object, receiver, supervision, address}."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("published_at IS NULL OR digest IS NOT NULL", name="published_is_frozen"),
        CheckConstraint(
            "published_at IS NULL OR (first_on IS NOT NULL AND last_on >= first_on)",
            name="published_has_window",
        ),
        Index("ix_notice_kind_published_at", "kind", "published_at"),
        Index("ix_notice_listed", "published_at", "id", "state", "ends_at"),
        Index("ix_notice_document_on", "document_on"),
        hold_check(),
    )

    kind: Mapped[NoticeKind] = mapped_column(Code(NoticeKind))
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    demand_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand.id"), index=True)
    acceptance_id: Mapped[UUID | None] = mapped_column(ForeignKey("acceptance.id"), index=True)
    demonstration_id: Mapped[UUID | None] = mapped_column(ForeignKey("demonstration.id"), index=True)
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("contract.id"), index=True)
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("notice.id"))
    title: Mapped[str] = mapped_column(String(160))
    body: Mapped[dict[str, Any]]
    annex: Mapped[Rows] = mapped_column(default=list)
    working_days: Mapped[int]
    document_on: Mapped[date | None]
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    # First instant after the last day.
    ends_at: Mapped[datetime | None] = mapped_column(index=True)
    digest: Mapped[str | None] = mapped_column(String(64))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    state: Mapped[NoticeState] = mapped_column(Code(NoticeState), default=NoticeState.DRAFT, index=True)
    state_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    round: Mapped[Round] = relationship()
    demand: Mapped[Demand | None] = relationship()
    supersedes: Mapped["Notice | None"] = relationship(remote_side="Notice.id")
    objections: Mapped[list["Objection"]] = relationship(
        back_populates="notice", order_by="Objection.filed_at"
    )

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.round.organiser_id


class Objection(Identified, Versioned, Holdable, Base):
    """An objection (异议) with a real name, facts and evidence. Only its handler and the supervisor see its author."""

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint("admitted_at IS NULL OR reply_due_on IS NOT NULL", name="admitted_has_due_day"),
        hold_check(),
    )

    number: Mapped[str] = mapped_column(String(40), unique=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id"), index=True)
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"), index=True)
    objection_type: Mapped[ObjectionType] = mapped_column(Code(ObjectionType))
    facts: Mapped[str] = mapped_column(Text, info=PERSONAL)
    evidence_note: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    objector_kind: Mapped[ObjectorKind] = mapped_column(Code(ObjectorKind))
    objector_name: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    objector_identity: Mapped[str] = mapped_column(String(40), info=PERSONAL)
    objector_contact: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    wants_secrecy: Mapped[bool] = mapped_column(default=True)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    # A person without an account follows the objection with this key, of which only the hash is kept.
    follow_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    handler_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    remedy: Mapped[Remedy | None] = mapped_column(Code(Remedy))
    decision: Mapped[str | None] = mapped_column(Text)
    public_summary: Mapped[str | None] = mapped_column(Text)
    reply: Mapped[str | None] = mapped_column(Text)
    reexamination_grounds: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    reply_due_on: Mapped[date | None]
    state: Mapped[ObjectionState] = mapped_column(
        Code(ObjectionState), default=ObjectionState.FILED, index=True
    )
    state_reason: Mapped[str | None] = mapped_column(Text)
    filed_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    reexamination_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    # When an upheld remedy was carried out.
    remedied_at: Mapped[datetime | None]

    notice: Mapped[Notice] = relationship(back_populates="objections")
    award: Mapped[Award | None] = relationship()
    handler: Mapped[User | None] = relationship(foreign_keys=[handler_id])
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])

    @property
    def demand(self) -> Demand | None:
        """The demand the notice is about, if it is about one."""
        return self.notice.demand

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.notice.round.organiser_id

    @property
    def is_open(self) -> bool:
        """Whether it still bars anything from becoming final."""
        return self.state in OPEN_OBJECTIONS or (
            self.state in (ObjectionState.UPHELD, ObjectionState.PARTLY_UPHELD) and self.remedied_at is None
        )


OPEN_OBJECTIONS = frozenset({ObjectionState.FILED, ObjectionState.ADMITTED, ObjectionState.REEXAMINATION})
