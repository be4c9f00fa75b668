"""A demand with its indicators, milestones and money; its published editions; questions, visits and intents."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import Organisation, User
from app.models.base import Base, Holdable, Identified, Rows, Versioned, hold_check
from app.models.codes import (
    AwardMode,
    DemandType,
    Field,
    FundingSource,
    IndicatorCategory,
    IpOwnership,
    Operator,
    OrganisationType,
    Process,
    ProcurementRoute,
    Region,
    Replicability,
)
from app.models.rounds import Round
from app.models.states import DemandState
from app.models.types import Code, Exact

if TYPE_CHECKING:
    from app.models.awards import Award, Notice
    from app.models.bids import Bid, OpeningApproval, OpeningRecord
    from app.models.reviews import Panel, Sheet

PERSONAL: dict[str, Any] = {"personal": True}


class Demand(Identified, Versioned, Holdable, Base):
    """A scenario demand (需求) and, once published, a listing (榜单).

    Its text may change only while it is a draft or by a correction notice, which writes a new edition."""

    __tablename__ = "demand"
    __table_args__ = (
        CheckConstraint(
            "(published_at IS NULL) OR (closes_at IS NOT NULL AND number IS NOT NULL)",
            name="published_has_close",
        ),
        CheckConstraint("budget_fen >= 0", name="budget_not_negative"),
        CheckConstraint("list_round BETWEEN 1 AND 9", name="list_round_range"),
        Index("ix_demand_state_closes_at", "state", "closes_at"),
        # The public listings in their order, and their number, without reading the wide rows.
        Index("ix_demand_listed", "closes_at", "id", "state", "hold_since_at", "published_at"),
        hold_check(),
    )

    # Who.
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    owner_type: Mapped[OrganisationType] = mapped_column(Code(OrganisationType))
    region: Mapped[Region] = mapped_column(Code(Region), index=True)
    legal_rep: Mapped[str] = mapped_column(String(80), default="", info=PERSONAL)
    contact_name: Mapped[str] = mapped_column(String(80), default="", info=PERSONAL)
    contact_title: Mapped[str] = mapped_column(String(80), default="", info=PERSONAL)
    contact_phone: Mapped[str] = mapped_column(String(40), default="", info=PERSONAL)
    contact_email: Mapped[str] = mapped_column(String(254), default="", info=PERSONAL)
    public_phone: Mapped[str] = mapped_column(String(40), default="")
    has_credit_pledge: Mapped[bool] = mapped_column(default=False)
    has_integrity_pledge: Mapped[bool] = mapped_column(default=False)
    recommender_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    recommend_opinion: Mapped[str | None] = mapped_column(Text)
    # What.
    number: Mapped[str | None] = mapped_column(String(30), unique=True)
    title: Mapped[str] = mapped_column(String(60))
    demand_type: Mapped[DemandType] = mapped_column(Code(DemandType))
    field: Mapped[Field] = mapped_column(Code(Field), index=True)
    categories: Mapped[list[str]] = mapped_column(default=list)
    site: Mapped[str] = mapped_column(Text, default="")
    pain_point: Mapped[str] = mapped_column(Text, default="")
    goal: Mapped[str] = mapped_column(Text, default="")
    content_required: Mapped[str] = mapped_column(Text, default="")
    out_of_scope: Mapped[str] = mapped_column(Text, default="")
    novelty: Mapped[str] = mapped_column(Text, default="")
    # Targets. deliverables: [{kind, name, quantity}]; acceptance_methods: codes.
    deliverables: Mapped[Rows] = mapped_column(default=list)
    acceptance_methods: Mapped[list[str]] = mapped_column(default=list)
    acceptance_note: Mapped[str] = mapped_column(Text, default="")
    # Means. A row of data_provided has name, kind, volume, period, is_labelled, sensitivity, access, is_desensitised
    # and legal_basis; one of compute_provided has kind, amount, period and place.
    data_provided: Mapped[Rows] = mapped_column(default=list)
    compute_provided: Mapped[Rows] = mapped_column(default=list)
    test_environment: Mapped[str] = mapped_column(Text, default="")
    interface_constraints: Mapped[str] = mapped_column(Text, default="")
    safety_requirements: Mapped[list[str]] = mapped_column(default=list)
    safety_note: Mapped[str] = mapped_column(Text, default="")
    # Money, fen. pay_schedule: [{label, percent}] in hundredths of a percent, summing to 10000.
    budget_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    is_budget_hidden: Mapped[bool] = mapped_column(default=False)
    budget_band: Mapped[str] = mapped_column(String(40), default="")
    pay_schedule: Mapped[Rows] = mapped_column(default=list)
    is_public_money: Mapped[bool] = mapped_column(default=False)
    procurement_route: Mapped[ProcurementRoute] = mapped_column(
        Code(ProcurementRoute), default=ProcurementRoute.PRIVATE_CONTRACT
    )
    purchase_commitment: Mapped[str] = mapped_column(Text, default="")
    # Terms. conditions: [{text, kind, is_hard, why}].
    deadline_months: Mapped[int] = mapped_column(default=12)
    # A fixed day beside the time limit, where the season or a policy sets one.
    finish_by: Mapped[date | None]
    ip_ownership: Mapped[IpOwnership] = mapped_column(Code(IpOwnership), default=IpOwnership.NEGOTIATE)
    ip_clause: Mapped[str] = mapped_column(Text, default="")
    benefit_sharing: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[Rows] = mapped_column(default=list)
    is_consortium_allowed: Mapped[bool] = mapped_column(default=True)
    max_members: Mapped[int] = mapped_column(default=4)
    award_mode: Mapped[AwardMode] = mapped_column(Code(AwardMode), default=AwardMode.SINGLE)
    lanes: Mapped[int] = mapped_column(default=1)
    min_valid_bids: Mapped[int] = mapped_column(default=1)
    process: Mapped[Process] = mapped_column(Code(Process), default=Process.BID_FIRST)
    is_related_party_banned: Mapped[bool] = mapped_column(default=True)
    # Value. benefits: [{indicator, baseline, target}].
    expected_benefit: Mapped[str] = mapped_column(Text, default="")
    benefits: Mapped[Rows] = mapped_column(default=list)
    replicability: Mapped[Replicability] = mapped_column(Code(Replicability), default=Replicability.INDUSTRY)
    replicability_note: Mapped[str] = mapped_column(Text, default="")
    # Fairness check. findings: [{code, field, text, answer}].
    findings: Mapped[Rows] = mapped_column(default=list)
    # The course of things.
    state: Mapped[DemandState] = mapped_column(Code(DemandState), default=DemandState.DRAFT)
    state_reason: Mapped[str | None] = mapped_column(Text)
    returned_fields: Mapped[Rows] = mapped_column(default=list)
    edition: Mapped[int] = mapped_column(default=0)
    list_round: Mapped[int] = mapped_column(default=1)
    relists_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand.id"))
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand.id"))
    is_standing: Mapped[bool] = mapped_column(default=False)
    has_used_next_rank: Mapped[bool] = mapped_column(default=False)
    withdrawal_request: Mapped[str | None] = mapped_column(Text)
    withdrawal_requested_at: Mapped[datetime | None]
    supervisor_note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    recommended_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    publish_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    closes_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    review_started_at: Mapped[datetime | None]
    review_concluded_at: Mapped[datetime | None]
    awarded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    round: Mapped[Round] = relationship()
    owner: Mapped[Organisation] = relationship(foreign_keys=[owner_id])
    recommender: Mapped[Organisation | None] = relationship(foreign_keys=[recommender_id])
    author: Mapped[User] = relationship()
    relists: Mapped["Demand | None"] = relationship(foreign_keys=[relists_id], remote_side="Demand.id")
    merged_into: Mapped["Demand | None"] = relationship(
        foreign_keys=[merged_into_id], remote_side="Demand.id"
    )
    indicators: Mapped[list["DemandIndicator"]] = relationship(
        back_populates="demand", cascade="all, delete-orphan", order_by="DemandIndicator.position"
    )
    milestones: Mapped[list["DemandMilestone"]] = relationship(
        cascade="all, delete-orphan", order_by="DemandMilestone.position"
    )
    fundings: Mapped[list["DemandFunding"]] = relationship(
        cascade="all, delete-orphan", order_by="DemandFunding.position"
    )
    editions: Mapped[list["DemandEdition"]] = relationship(
        back_populates="demand", order_by="DemandEdition.number"
    )
    questions: Mapped[list["Question"]] = relationship(back_populates="demand", order_by="Question.asked_at")
    # Forward looks, for guards: later stages write these, the demand only reads them.
    vetting_sheets: Mapped[list["Sheet"]] = relationship(viewonly=True, foreign_keys="Sheet.demand_id")
    bids: Mapped[list["Bid"]] = relationship(viewonly=True)
    panels: Mapped[list["Panel"]] = relationship(viewonly=True, foreign_keys="Panel.demand_id")
    awards: Mapped[list["Award"]] = relationship(viewonly=True, order_by="Award.slot")
    notices: Mapped[list["Notice"]] = relationship(viewonly=True, foreign_keys="Notice.demand_id")
    opening_record: Mapped["OpeningRecord | None"] = relationship(viewonly=True)
    opening_approvals: Mapped[list["OpeningApproval"]] = relationship(viewonly=True)

    @property
    def demand(self) -> "Demand":
        """The demand itself: every thing of a demand answers to this name."""
        return self

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.round.organiser_id


class DemandIndicator(Identified, Base):
    """An assessment indicator. Measurable means: a number, an operator, a unit and a test condition."""

    __tablename__ = "demand_indicator"
    __table_args__ = (UniqueConstraint("demand_id", "position"),)

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    category: Mapped[IndicatorCategory] = mapped_column(Code(IndicatorCategory))
    baseline: Mapped[str] = mapped_column(String(80), default="")
    operator: Mapped[Operator] = mapped_column(Code(Operator), default=Operator.GE)
    target: Mapped[Decimal | None] = mapped_column(Exact)
    target_high: Mapped[Decimal | None] = mapped_column(Exact)
    unit: Mapped[str] = mapped_column(String(40), default="")
    condition: Mapped[str] = mapped_column(Text, default="")
    method: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int] = mapped_column(default=0)
    is_hard: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[int | None]

    demand: Mapped[Demand] = relationship(back_populates="indicators")


class DemandMilestone(Identified, Base):
    """A milestone the demand prescribes, due so many months after the start."""

    __tablename__ = "demand_milestone"
    __table_args__ = (UniqueConstraint("demand_id", "position"),)

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    due_month: Mapped[int]
    deliverable: Mapped[str] = mapped_column(Text, default="")
    check: Mapped[str] = mapped_column(Text, default="")


class DemandFunding(Identified, Base):
    """One source of a demand's money, in fen."""

    __tablename__ = "demand_funding"
    __table_args__ = (
        UniqueConstraint("demand_id", "position"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
    )

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    position: Mapped[int]
    source: Mapped[FundingSource] = mapped_column(Code(FundingSource))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    condition: Mapped[str] = mapped_column(Text, default="")


class DemandEdition(Identified, Base):
    """The public text of a demand as it stood after publication or a correction (更正公告). Never changed."""

    __tablename__ = "demand_edition"
    __table_args__ = (UniqueConstraint("demand_id", "number"),)

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    is_material: Mapped[bool] = mapped_column(default=False)
    # Why the officer did not follow the proposal that the correction is material; published with it.
    departure_reason: Mapped[str] = mapped_column(Text, default="")
    # What stands behind the restricted pledge; None in editions from before it was kept.
    restricted: Mapped[dict[str, Any] | None]
    closes_at: Mapped[datetime]
    published_at: Mapped[datetime]
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))

    demand: Mapped[Demand] = relationship(back_populates="editions")


class Question(Identified, Base):
    """A question on a listing. The owner never learns who asked; the answer goes to everyone."""

    __tablename__ = "question"
    __table_args__ = (CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_has_moment"),)

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    asker_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    # The earlier question that this one goes on from.
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("question.id"))
    # One answer to several questions stands under this one of them, the earliest.
    answered_with_id: Mapped[UUID | None] = mapped_column(ForeignKey("question.id"))
    # The answer changes the listing: a correction follows, and then is this edition.
    is_correction_due: Mapped[bool] = mapped_column(default=False)
    corrected_edition: Mapped[int | None]

    demand: Mapped[Demand] = relationship(back_populates="questions")


class SiteVisit(Identified, Base):
    """A dated visit to the site (踏勘) that bidders sign up to."""

    __tablename__ = "site_visit"

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    # None: it begins when sign-up ends, takes any number, and is taken to last two hours.
    ends_at: Mapped[datetime | None]
    signup_until_at: Mapped[datetime | None]
    capacity: Mapped[int | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[str] = mapped_column(Text, default="")
    minutes_at: Mapped[datetime | None]

    demand: Mapped[Demand] = relationship()


class VisitSignup(Identified, Base):
    """A unit's places on a site visit. The owner's list shows the pass number, never the unit."""

    __tablename__ = "visit_signup"
    __table_args__ = (UniqueConstraint("visit_id", "organisation_id"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("site_visit.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    people: Mapped[int] = mapped_column(default=1)
    pass_number: Mapped[str] = mapped_column(String(12), default="")
    created_at: Mapped[datetime]


class Intent(Identified, Base):
    """An intent registered between a bidder and the owner under match-first (先谈后审)."""

    __tablename__ = "intent"
    __table_args__ = (UniqueConstraint("demand_id", "organisation_id"),)

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    statement: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime | None]
    # The agreement as it stood when the first party signed it; both sign the same digest.
    agreement: Mapped[dict[str, Any] | None]
    agreement_digest: Mapped[str | None] = mapped_column(String(64))
    owner_signed_at: Mapped[datetime | None]
    owner_signed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    bidder_signed_at: Mapped[datetime | None]
    bidder_signed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))

    demand: Mapped[Demand] = relationship()
    organisation: Mapped[Organisation] = relationship()


class Watch(Base):
    """A person who wants to hear of corrections, answers and results of a listing."""

    __tablename__ = "watch"

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    created_at: Mapped[datetime]


class RestrictedPledge(Identified, Base):
    """A unit's signed pledge that opens the restricted part of a demand to it."""

    __tablename__ = "restricted_pledge"
    __table_args__ = (UniqueConstraint("demand_id", "organisation_id"),)

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    text_digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
