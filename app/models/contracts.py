"""Contracts with their indicators, milestones, budget and payments; change requests; fiscal support."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import Organisation, User
from app.models.awards import Award
from app.models.base import Base, Holdable, Identified, Rows, Versioned, hold_check
from app.models.codes import BudgetSource, CostItem, Operator
from app.models.procedure_codes import ChangeKind, EndReason
from app.models.states import ChangeState, ContractState, MilestoneState, PaymentState, SubsidyState
from app.models.types import Code, Exact

if TYPE_CHECKING:
    from app.models.awards import Notice
    from app.models.outcomes import Acceptance

LIVE_CONTRACT = "state <> 'cancelled'"


class _OfContract:
    """The parties of anything that hangs on a contract."""

    contract: Any

    @property
    def demand(self) -> Any:
        """The demand the contract answers."""
        return self.contract.award.demand

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        found: UUID = self.contract.organiser_id
        return found

    @property
    def owner_id(self) -> UUID:
        """The organisation that posted the demand."""
        found: UUID = self.contract.owner_id
        return found

    @property
    def lead_id(self) -> UUID:
        """The contractor."""
        found: UUID = self.contract.lead_id
        return found


class Contract(Identified, Versioned, Holdable, Base):
    """A contract and task book (合同, 任务书) between demand owner and winner, copied from the bid."""

    __tablename__ = "contract"
    __table_args__ = (
        Index(
            "uq_contract_award_live",
            "award_id",
            unique=True,
            sqlite_where=text(LIVE_CONTRACT),
            postgresql_where=text(LIVE_CONTRACT),
        ),
        CheckConstraint("ends_on > starts_on", name="period"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("(state <> 'active') OR (activated_at IS NOT NULL)", name="active_has_moment"),
        hold_check(),
    )

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    fiscal_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    original_ends_on: Mapped[date]
    objectives: Mapped[str] = mapped_column(Text, default="")
    leader_name: Mapped[str] = mapped_column(String(80), default="", info={"personal": True})
    members: Mapped[Rows] = mapped_column(default=list)
    ip_clause: Mapped[str] = mapped_column(Text, default="")
    data_clause: Mapped[str] = mapped_column(Text, default="")
    breach_clause: Mapped[str] = mapped_column(Text, default="")
    promotion_duty: Mapped[str] = mapped_column(Text, default="")
    has_task_book: Mapped[bool] = mapped_column(default=False)
    edition: Mapped[int] = mapped_column(default=1)
    has_been_extended: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ContractState] = mapped_column(Code(ContractState), default=ContractState.DRAFT, index=True)
    state_reason: Mapped[str | None] = mapped_column(Text)
    end_reason: Mapped[EndReason | None] = mapped_column(Code(EndReason))
    clawback_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    sign_due_on: Mapped[date]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    activated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    award: Mapped[Award] = relationship()
    indicators: Mapped[list["ContractIndicator"]] = relationship(
        back_populates="contract", cascade="all, delete-orphan", order_by="ContractIndicator.position"
    )
    milestones: Mapped[list["Milestone"]] = relationship(
        back_populates="contract", cascade="all, delete-orphan", order_by="Milestone.position"
    )
    budget: Mapped[list["BudgetLine"]] = relationship(
        cascade="all, delete-orphan", order_by="BudgetLine.position"
    )
    payments: Mapped[list["PaymentLine"]] = relationship(
        back_populates="contract", cascade="all, delete-orphan", order_by="PaymentLine.position"
    )
    changes: Mapped[list["ChangeRequest"]] = relationship(
        back_populates="contract", order_by="ChangeRequest.filed_at"
    )
    acceptance: Mapped["Acceptance | None"] = relationship(viewonly=True)
    notices: Mapped[list["Notice"]] = relationship(viewonly=True, foreign_keys="Notice.contract_id")
    signatures: Mapped[list["ContractSignature"]] = relationship(
        back_populates="contract", cascade="all, delete-orphan", order_by="ContractSignature.at"
    )

    @property
    def demand(self) -> Any:
        """The demand the contract answers."""
        return self.award.demand

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.award.organiser_id

    @property
    def owner_id(self) -> UUID:
        """The organisation that posted the demand."""
        return self.award.owner_id

    @property
    def lead_id(self) -> UUID:
        """The contractor."""
        return self.award.lead_id


class ContractEdition(Identified, Base):
    """The whole contract as signed or changed. Never changed itself."""

    __tablename__ = "contract_edition"
    __table_args__ = (UniqueConstraint("contract_id", "number"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class ContractSignature(Identified, Base):
    """A party's signature under one edition: in the system, or by an uploaded scan."""

    __tablename__ = "contract_signature"
    __table_args__ = (UniqueConstraint("contract_id", "edition", "organisation_id"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    edition: Mapped[int]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    digest: Mapped[str] = mapped_column(String(64))
    attachment_id: Mapped[UUID | None] = mapped_column(ForeignKey("attachment.id"))
    at: Mapped[datetime]

    contract: Mapped[Contract] = relationship(back_populates="signatures")
    organisation: Mapped[Organisation] = relationship()
    user: Mapped[User] = relationship()


class ContractIndicator(Identified, Base):
    """An indicator as promised in the contract, beside the demand's own."""

    __tablename__ = "contract_indicator"
    __table_args__ = (UniqueConstraint("contract_id", "position"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    demand_indicator_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand_indicator.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    operator: Mapped[Operator] = mapped_column(Code(Operator))
    target: Mapped[Decimal | None] = mapped_column(Exact)
    target_high: Mapped[Decimal | None] = mapped_column(Exact)
    unit: Mapped[str] = mapped_column(String(40), default="")
    condition: Mapped[str] = mapped_column(Text, default="")
    method: Mapped[str] = mapped_column(Text, default="")
    is_hard: Mapped[bool] = mapped_column(default=False)

    contract: Mapped[Contract] = relationship(back_populates="indicators")


class Milestone(_OfContract, Identified, Versioned, Holdable, Base):
    """A milestone of a contract. Percentages are hundredths of a percent and total 10000 over the contract.

    results: [{indicator, measured, note}] as submitted."""

    __tablename__ = "milestone"
    __table_args__ = (
        UniqueConstraint("contract_id", "position"),
        CheckConstraint("percent BETWEEN 0 AND 10000", name="percent_range"),
        CheckConstraint("rework_left >= 0", name="rework_not_negative"),
        hold_check(),
    )

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date]
    deliverable: Mapped[str] = mapped_column(Text, default="")
    check: Mapped[str] = mapped_column(Text, default="")
    percent: Mapped[int]
    rework_left: Mapped[int]
    report: Mapped[str | None] = mapped_column(Text)
    results: Mapped[Rows] = mapped_column(default=list)
    opinion: Mapped[str | None] = mapped_column(Text)
    state: Mapped[MilestoneState] = mapped_column(
        Code(MilestoneState), default=MilestoneState.SCHEDULED, index=True
    )
    state_reason: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    contract: Mapped[Contract] = relationship(back_populates="milestones")


class BudgetLine(Identified, Base):
    """One line of the contract's budget, in fen."""

    __tablename__ = "budget_line"
    __table_args__ = (
        UniqueConstraint("contract_id", "position"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
    )

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    position: Mapped[int]
    source: Mapped[BudgetSource] = mapped_column(Code(BudgetSource))
    item: Mapped[CostItem] = mapped_column(Code(CostItem))
    unit_name: Mapped[str] = mapped_column(String(120), default="")
    year: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Text, default="")


class PaymentLine(_OfContract, Identified, Versioned, Holdable, Base):
    """A payment that a milestone makes due: planned, requested, paid, with voucher."""

    __tablename__ = "payment_line"
    __table_args__ = (
        UniqueConstraint("contract_id", "position"),
        CheckConstraint("planned_fen >= 0", name="planned_not_negative"),
        CheckConstraint("state <> 'paid' OR paid_on IS NOT NULL", name="paid_has_day"),
        hold_check(),
    )

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    milestone_id: Mapped[UUID | None] = mapped_column(ForeignKey("milestone.id"), index=True)
    position: Mapped[int]
    source: Mapped[BudgetSource] = mapped_column(Code(BudgetSource))
    planned_fen: Mapped[int] = mapped_column(BigInteger)
    planned_on: Mapped[date]
    paid_fen: Mapped[int | None] = mapped_column(BigInteger)
    paid_on: Mapped[date | None]
    voucher_number: Mapped[str | None] = mapped_column(String(60))
    state: Mapped[PaymentState] = mapped_column(Code(PaymentState), default=PaymentState.PLANNED, index=True)
    state_reason: Mapped[str | None] = mapped_column(Text)
    requested_at: Mapped[datetime | None]

    contract: Mapped[Contract] = relationship(back_populates="payments")
    milestone: Mapped[Milestone | None] = relationship()


class ChangeRequest(_OfContract, Identified, Versioned, Holdable, Base):
    """A request to change a contract (变更申请). Approved, it makes a new edition. payload depends on the kind."""

    __tablename__ = "change_request"
    __table_args__ = (hold_check(),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(Code(ChangeKind))
    reason: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]]
    has_owner_consent: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    state: Mapped[ChangeState] = mapped_column(Code(ChangeState), default=ChangeState.FILED, index=True)
    state_reason: Mapped[str | None] = mapped_column(Text)
    filed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    contract: Mapped[Contract] = relationship(back_populates="changes")


class Subsidy(_OfContract, Identified, Versioned, Holdable, Base):
    """Fiscal support for a project (财政支持): recommended, approved, paid."""

    __tablename__ = "subsidy"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
        CheckConstraint("state <> 'paid' OR paid_on IS NOT NULL", name="paid_has_day"),
        hold_check(),
    )

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    basis: Mapped[str] = mapped_column(Text)
    state: Mapped[SubsidyState] = mapped_column(
        Code(SubsidyState), default=SubsidyState.RECOMMENDED, index=True
    )
    state_reason: Mapped[str | None] = mapped_column(Text)
    recommended_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    voucher_number: Mapped[str | None] = mapped_column(String(60))

    contract: Mapped[Contract] = relationship()
