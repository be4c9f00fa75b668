"""Acceptances and certificates; demonstration projects, their effects, and their replication."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import Organisation, User
from app.models.base import Base, Holdable, Identified, Rows, Versioned, hold_check
from app.models.codes import Region
from app.models.contracts import Contract, ContractIndicator, _OfContract
from app.models.demands import Demand
from app.models.procedure_codes import IndicatorVerdict, ReplicationKind
from app.models.states import AcceptanceState, DemonstrationState, ReplicationState
from app.models.types import Code, Exact

if TYPE_CHECKING:
    from app.models.awards import Notice
    from app.models.reviews import Panel, Sheet


class Acceptance(_OfContract, Identified, Versioned, Holdable, Base):
    """The acceptance of a contract's results (验收): one per contract, with at most one rectification."""

    __tablename__ = "acceptance"
    __table_args__ = (
        UniqueConstraint("contract_id"),
        CheckConstraint("attempt IN (1, 2)", name="one_rectification"),
        CheckConstraint(
            "state <> 'passed' OR (has_passed_technical AND has_passed_financial)",
            name="passed_in_both_parts",
        ),
        hold_check(),
    )

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"))
    attempt: Mapped[int] = mapped_column(default=1)
    summary: Mapped[str] = mapped_column(Text)
    user_report: Mapped[str] = mapped_column(Text, default="")
    owner_opinion: Mapped[str | None] = mapped_column(Text)
    owner_opinion_at: Mapped[datetime | None]
    financial_report: Mapped[str] = mapped_column(Text, default="")
    spent_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    handover: Mapped[Rows] = mapped_column(default=list)
    self_assessment: Mapped[str] = mapped_column(Text, default="")
    running_since_on: Mapped[date | None]
    has_passed_technical: Mapped[bool | None]
    has_passed_financial: Mapped[bool | None]
    # Hundredths of a point.
    total: Mapped[int | None]
    opinion: Mapped[str | None] = mapped_column(Text)
    problems: Mapped[str | None] = mapped_column(Text)
    rectify_due_on: Mapped[date | None]
    state: Mapped[AcceptanceState] = mapped_column(
        Code(AcceptanceState), default=AcceptanceState.REQUESTED, index=True
    )
    state_reason: Mapped[str | None] = mapped_column(Text)
    requested_at: Mapped[datetime]
    review_started_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    contract: Mapped[Contract] = relationship()
    results: Mapped[list["AcceptanceResult"]] = relationship(
        back_populates="acceptance", cascade="all, delete-orphan", order_by="AcceptanceResult.position"
    )
    panels: Mapped[list["Panel"]] = relationship(viewonly=True, foreign_keys="Panel.acceptance_id")
    sheets: Mapped[list["Sheet"]] = relationship(viewonly=True, foreign_keys="Sheet.acceptance_id")
    certificate: Mapped["Certificate | None"] = relationship(back_populates="acceptance")


class AcceptanceResult(Identified, Base):
    """One indicator at acceptance: planned, measured, evidence, verdict. Kept per attempt."""

    __tablename__ = "acceptance_result"
    __table_args__ = (UniqueConstraint("acceptance_id", "attempt", "position"),)

    acceptance_id: Mapped[UUID] = mapped_column(ForeignKey("acceptance.id"), index=True)
    attempt: Mapped[int]
    position: Mapped[int]
    indicator_id: Mapped[UUID] = mapped_column(ForeignKey("contract_indicator.id"))
    measured: Mapped[Decimal | None] = mapped_column(Exact)
    measured_text: Mapped[str] = mapped_column(String(120), default="")
    evidence: Mapped[str] = mapped_column(Text, default="")
    verdict: Mapped[IndicatorVerdict | None] = mapped_column(Code(IndicatorVerdict))

    acceptance: Mapped[Acceptance] = relationship(back_populates="results")
    indicator: Mapped[ContractIndicator] = relationship()


class Certificate(Identified, Base):
    """A numbered acceptance certificate (验收证书) that anyone can verify."""

    __tablename__ = "certificate"

    acceptance_id: Mapped[UUID] = mapped_column(ForeignKey("acceptance.id"), unique=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]

    acceptance: Mapped[Acceptance] = relationship(back_populates="certificate")


class Demonstration(Identified, Versioned, Holdable, Base):
    """A demonstration project (示范工程), created by a passed acceptance. Scores are hundredths of a point."""

    __tablename__ = "demonstration"
    __table_args__ = (
        UniqueConstraint("acceptance_id"),
        CheckConstraint("(listed_at IS NULL) OR (number IS NOT NULL)", name="listed_has_number"),
        hold_check(),
    )

    acceptance_id: Mapped[UUID] = mapped_column(ForeignKey("acceptance.id"))
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    batch: Mapped[str | None] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    site: Mapped[str] = mapped_column(Text, default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    solution: Mapped[str] = mapped_column(Text, default="")
    technologies: Mapped[list[str]] = mapped_column(default=list)
    started_on: Mapped[date | None]
    investment_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    users_served: Mapped[int] = mapped_column(default=0)
    ip_and_awards: Mapped[str] = mapped_column(Text, default="")
    needs_data: Mapped[str] = mapped_column(Text, default="")
    needs_compute: Mapped[str] = mapped_column(Text, default="")
    needs_money: Mapped[str] = mapped_column(Text, default="")
    needs_time: Mapped[str] = mapped_column(Text, default="")
    needs_people: Mapped[str] = mapped_column(Text, default="")
    price_guide: Mapped[str] = mapped_column(Text, default="")
    policy_used: Mapped[str] = mapped_column(Text, default="")
    visit_note: Mapped[str] = mapped_column(Text, default="")
    contact_public: Mapped[str] = mapped_column(String(200), default="")
    has_no_incident: Mapped[bool] = mapped_column(default=False)
    benefit_score: Mapped[int | None]
    breadth_score: Mapped[int | None]
    visibility_score: Mapped[int | None]
    score_note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[DemonstrationState] = mapped_column(
        Code(DemonstrationState), default=DemonstrationState.CANDIDATE, index=True
    )
    state_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    listed_at: Mapped[datetime | None] = mapped_column(index=True)
    recheck_on: Mapped[date | None]
    last_report_on: Mapped[date | None]
    delisted_at: Mapped[datetime | None]

    acceptance: Mapped[Acceptance] = relationship()
    effects: Mapped[list["Effect"]] = relationship(cascade="all, delete-orphan", order_by="Effect.position")
    reports: Mapped[list["EffectReport"]] = relationship(order_by="EffectReport.year")
    notices: Mapped[list["Notice"]] = relationship(viewonly=True, foreign_keys="Notice.demonstration_id")
    replications: Mapped[list["Replication"]] = relationship(
        back_populates="demonstration", order_by="Replication.created_at"
    )

    @property
    def contract(self) -> Contract:
        """The contract it grew from."""
        return self.acceptance.contract

    @property
    def demand(self) -> Demand:
        """The demand it answers."""
        demand: Demand = self.acceptance.contract.award.demand
        return demand

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.acceptance.organiser_id

    @property
    def owner_id(self) -> UUID:
        """The organisation that uses it."""
        return self.acceptance.owner_id

    @property
    def lead_id(self) -> UUID:
        """The organisation that built it."""
        return self.acceptance.lead_id


class Effect(Identified, Base):
    """One row of the effect table: before, after, by whom and when measured."""

    __tablename__ = "effect"
    __table_args__ = (UniqueConstraint("demonstration_id", "position"),)

    demonstration_id: Mapped[UUID] = mapped_column(ForeignKey("demonstration.id"), index=True)
    position: Mapped[int]
    indicator: Mapped[str] = mapped_column(String(120))
    before: Mapped[str] = mapped_column(String(80))
    after: Mapped[str] = mapped_column(String(80))
    unit: Mapped[str] = mapped_column(String(40), default="")
    measured_by: Mapped[str] = mapped_column(String(120))
    measured_on: Mapped[date]


class EffectReport(Identified, Base):
    """The yearly effect report of a listed demonstration. rows: [{indicator, value, unit}]"""

    __tablename__ = "effect_report"
    __table_args__ = (UniqueConstraint("demonstration_id", "year"),)

    demonstration_id: Mapped[UUID] = mapped_column(ForeignKey("demonstration.id"), index=True)
    year: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    rows: Mapped[Rows] = mapped_column(default=list)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class Replication(Identified, Versioned, Holdable, Base):
    """A demonstration taken up by another unit (推广应用). Only a verified one counts."""

    __tablename__ = "replication"
    __table_args__ = (
        UniqueConstraint("demonstration_id", "adopter_id"),
        CheckConstraint("state <> 'verified' OR effect IS NOT NULL", name="verified_has_effect"),
        hold_check(),
    )

    demonstration_id: Mapped[UUID] = mapped_column(ForeignKey("demonstration.id"), index=True)
    adopter_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    region: Mapped[Region] = mapped_column(Code(Region))
    statement: Mapped[str] = mapped_column(Text)
    kind: Mapped[ReplicationKind | None] = mapped_column(Code(ReplicationKind))
    contract_fen: Mapped[int | None] = mapped_column(BigInteger)
    adopted_on: Mapped[date | None]
    effect: Mapped[str | None] = mapped_column(Text)
    effect_rows: Mapped[Rows] = mapped_column(default=list)
    state: Mapped[ReplicationState] = mapped_column(
        Code(ReplicationState), default=ReplicationState.INTEREST, index=True
    )
    state_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    matched_at: Mapped[datetime | None]
    adopted_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]

    demonstration: Mapped[Demonstration] = relationship(back_populates="replications")
    adopter: Mapped[Organisation] = relationship()
    author: Mapped[User] = relationship()

    @property
    def demand(self) -> Demand:
        """The demand at the root."""
        return self.demonstration.demand

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.demonstration.organiser_id

    @property
    def lead_id(self) -> UUID:
        """The organisation that built the demonstration."""
        return self.demonstration.lead_id

    @property
    def owner_id(self) -> UUID:
        """The organisation that uses the demonstration."""
        return self.demonstration.owner_id
