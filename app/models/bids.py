"""Bids, their sealed versions, the parties they bind, the opening record and the formal check.

The content of a bid lives in `bid_version` and `bid_file` alone. Only the package `bids` reads these two tables, so
that sealed content stays sealed in one place.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import Organisation, User
from app.models.base import Base, Holdable, Identified, Rows, Versioned, hold_check
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot, PartyRole
from app.models.states import BidState
from app.models.types import Code

if TYPE_CHECKING:
    from app.models.awards import Award


class Bid(Identified, Versioned, Holdable, Base):
    """One lead unit's bid on one demand. What it says stands in its versions; columns below `opened_at` are filled at
    the opening and later."""

    __tablename__ = "bid"
    __table_args__ = (
        Index(
            "uq_bid_live",
            "demand_id",
            "lead_id",
            unique=True,
            sqlite_where=text("is_live"),
            postgresql_where=text("is_live"),
        ),
        UniqueConstraint("demand_id", "number"),
        CheckConstraint(
            "(submitted_at IS NOT NULL) OR state IN ('draft', 'lapsed')", name="submitted_has_moment"
        ),
        CheckConstraint("price_fen IS NULL OR opened_at IS NOT NULL", name="price_known_after_opening"),
        Index("ix_bid_demand_id_state", "demand_id", "state"),
        hold_check(),
    )

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    is_live: Mapped[bool] = mapped_column(default=True)
    # The sealed version that counts; 0 while nothing was sealed. A newer unsealed one is the draft of a replacement.
    sealed_version: Mapped[int] = mapped_column(default=0)
    confirmed_edition: Mapped[int] = mapped_column(default=0)
    state: Mapped[BidState] = mapped_column(Code(BidState), default=BidState.DRAFT)
    state_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    # Known from the opening on.
    number: Mapped[str | None] = mapped_column(String(40))
    title: Mapped[str | None] = mapped_column(String(120))
    price_fen: Mapped[int | None] = mapped_column(BigInteger)
    duration_months: Mapped[int | None]
    fiscal_ask_fen: Mapped[int | None] = mapped_column(BigInteger)
    has_seal_problem: Mapped[bool] = mapped_column(default=False)
    # Cure (补正): at most one window.
    cure_points: Mapped[list[str]] = mapped_column(default=list)
    cure_request: Mapped[str | None] = mapped_column(Text)
    cure_requested_at: Mapped[datetime | None]
    cure_due_at: Mapped[datetime | None]
    cured_at: Mapped[datetime | None]
    check_review_requested_at: Mapped[datetime | None]
    check_review_request: Mapped[str | None] = mapped_column(Text)
    # Review. Hundredths of a point.
    total: Mapped[int | None]
    satisfaction: Mapped[int | None]
    rank: Mapped[int | None]
    is_above_line: Mapped[bool | None]
    tie_note: Mapped[str | None] = mapped_column(Text)
    panel_opinion: Mapped[str | None] = mapped_column(Text)
    declined_at: Mapped[datetime | None]

    demand: Mapped[Demand] = relationship()
    lead: Mapped[Organisation] = relationship()
    author: Mapped[User] = relationship()
    parties: Mapped[list["BidParty"]] = relationship(back_populates="bid", cascade="all, delete-orphan")
    # The award that is pending or in force. One that fell is history: see the demand's awards.
    award: Mapped["Award | None"] = relationship(
        viewonly=True,
        primaryjoin="and_(Bid.id == foreign(Award.bid_id), Award.state.in_(('pending', 'active')))",
    )
    checks: Mapped[list["FormalCheck"]] = relationship(back_populates="bid", order_by="FormalCheck.at")

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.demand.round.organiser_id

    @property
    def owner_id(self) -> UUID:
        """The organisation that posted the demand."""
        return self.demand.owner_id


class BidVersion(Identified, Base):
    """A numbered version of a bid's content. Unsealed it is a draft; sealed it never changes."""

    __tablename__ = "bid_version"
    __table_args__ = (
        UniqueConstraint("bid_id", "number"),
        CheckConstraint("(sealed_at IS NULL) = (commitment IS NULL)", name="seal_has_commitment"),
        CheckConstraint("is_cure OR sealed_at IS NULL OR sealed_at < closes_at", name="sealed_in_time"),
    )

    bid_id: Mapped[UUID] = mapped_column(ForeignKey("bid.id"), index=True)
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    is_cure: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    sealed_at: Mapped[datetime | None]
    # A copy of the demand's closing time at the moment of sealing: the database itself refuses a late bid.
    closes_at: Mapped[datetime | None]
    demand_edition: Mapped[int] = mapped_column(default=0)
    nonce: Mapped[str | None] = mapped_column(String(64))
    commitment: Mapped[str | None] = mapped_column(String(64))
    receipt_number: Mapped[str | None] = mapped_column(String(60), unique=True)

    files: Mapped[list["BidFile"]] = relationship(
        back_populates="version", cascade="all, delete-orphan", order_by="BidFile.slot"
    )


class BidFile(Identified, Base):
    """A file of one bid version."""

    __tablename__ = "bid_file"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("bid_version.id"), index=True)
    slot: Mapped[BidSlot] = mapped_column(Code(BidSlot))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    storage_name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    # Of a blind copy: its texts with their places, read once when it was uploaded; None when it cannot be read.
    passages: Mapped[Rows | None] = mapped_column(deferred=True)

    version: Mapped[BidVersion] = relationship(back_populates="files")


class BidParty(Identified, Base):
    """A unit bound by a live bid, as lead or member. The index allows a unit once per demand, in any part."""

    __tablename__ = "bid_party"
    __table_args__ = (
        Index(
            "uq_bid_party_live",
            "demand_id",
            "uscc",
            unique=True,
            sqlite_where=text("is_live"),
            postgresql_where=text("is_live"),
        ),
    )

    bid_id: Mapped[UUID] = mapped_column(ForeignKey("bid.id"), index=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    uscc: Mapped[str] = mapped_column(String(18))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[PartyRole] = mapped_column(Code(PartyRole))
    is_live: Mapped[bool] = mapped_column(default=True)

    bid: Mapped[Bid] = relationship(back_populates="parties")


class OpeningApproval(Base):
    """A named officer's consent to open the bids of a demand."""

    __tablename__ = "opening_approval"

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), primary_key=True)
    at: Mapped[datetime]

    user: Mapped[User] = relationship()


class OpeningRecord(Identified, Base):
    """The record of the opening (开标记录): one per demand, readable by every bidder.

    lines: [{bid_id, number, lead, price_fen, duration_months, sealed_at, commitment, matches, problem}]"""

    __tablename__ = "opening_record"

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), unique=True)
    opened_at: Mapped[datetime]
    officers: Mapped[Rows]
    lines: Mapped[Rows]
    digest: Mapped[str] = mapped_column(String(64))

    demand: Mapped[Demand] = relationship()


class FormalCheck(Identified, Base):
    """One officer's formal check of one bid. Two officers check each; the second sees the first only when done.

    verdicts: {point: {verdict, severity, reason}}"""

    __tablename__ = "formal_check"
    __table_args__ = (UniqueConstraint("bid_id", "officer_id", "attempt"),)

    bid_id: Mapped[UUID] = mapped_column(ForeignKey("bid.id"), index=True)
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    attempt: Mapped[int] = mapped_column(default=1)
    verdicts: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    bid: Mapped[Bid] = relationship(back_populates="checks")
    officer: Mapped[User] = relationship()


class CreditListing(Identified, Base):
    """A row of an imported credit list (失信名单). A hit blocks a bid; the import date is shown."""

    __tablename__ = "credit_listing"
    __table_args__ = (UniqueConstraint("list_code", "uscc"),)

    list_code: Mapped[str] = mapped_column(String(40))
    uscc: Mapped[str] = mapped_column(String(18), index=True)
    name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text, default="")
    imported_at: Mapped[datetime]
    # The day that the list itself bears.
    listed_on: Mapped[date | None]
