"""Experts, panels, seats, conflicts, score sheets and the panel's report. One shape serves every judgement."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import User
from app.models.base import Base, Holdable, Identified, Versioned, hold_check
from app.models.bids import Bid
from app.models.codes import Region
from app.models.demands import Demand
from app.models.procedure_codes import (
    ConflictReason,
    ConflictSource,
    ExpertKind,
    PanelPurpose,
    RescoreReason,
    SheetAdvice,
)
from app.models.rounds import Criterion, Rubric
from app.models.states import AssignmentState, ExpertState, SheetState
from app.models.types import Code


class Expert(Identified, Versioned, Holdable, Base):
    """A person in the expert pool (专家库)."""

    __tablename__ = "expert"
    __table_args__ = (hold_check(),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), unique=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    unit_name: Mapped[str] = mapped_column(String(120))
    unit_uscc: Mapped[str | None] = mapped_column(String(18), index=True)
    region: Mapped[Region] = mapped_column(Code(Region))
    title: Mapped[str] = mapped_column(String(80), default="")
    kind: Mapped[ExpertKind] = mapped_column(Code(ExpertKind))
    fields: Mapped[list[str]] = mapped_column(default=list)
    keywords: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[list[str]] = mapped_column(default=list)
    max_load: Mapped[int] = mapped_column(default=12)
    is_demo: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ExpertState] = mapped_column(Code(ExpertState), default=ExpertState.ACTIVE, index=True)
    state_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class Panel(Identified, Base):
    """A drawn panel: for the review of a demand's bids, or for an acceptance. The draw can be run again from `draw`.

    draw: {seed, rules, inputs_digest, candidates, excluded, seats, reserves}"""

    __tablename__ = "panel"
    __table_args__ = (
        CheckConstraint("(demand_id IS NULL) <> (acceptance_id IS NULL)", name="one_subject"),
        Index(
            "uq_panel_demand_live",
            "demand_id",
            unique=True,
            sqlite_where=text("is_live AND demand_id IS NOT NULL"),
            postgresql_where=text("is_live AND demand_id IS NOT NULL"),
        ),
        Index(
            "uq_panel_acceptance_live",
            "acceptance_id",
            unique=True,
            sqlite_where=text("is_live AND acceptance_id IS NOT NULL"),
            postgresql_where=text("is_live AND acceptance_id IS NOT NULL"),
        ),
    )

    purpose: Mapped[PanelPurpose] = mapped_column(Code(PanelPurpose))
    demand_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand.id"), index=True)
    acceptance_id: Mapped[UUID | None] = mapped_column(ForeignKey("acceptance.id"), index=True)
    rubric_id: Mapped[UUID] = mapped_column(ForeignKey("rubric.id"))
    is_live: Mapped[bool] = mapped_column(default=True)
    size: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))
    draw: Mapped[dict[str, Any]]
    drawn_at: Mapped[datetime]
    drawn_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    rubric_frozen_at: Mapped[datetime | None]
    # The report (评审意见): drafted by the chair, signed by every member, then never changed.
    report_text: Mapped[str | None] = mapped_column(Text)
    report: Mapped[dict[str, Any] | None]
    report_digest: Mapped[str | None] = mapped_column(String(64))
    report_drafted_at: Mapped[datetime | None]
    report_signed_at: Mapped[datetime | None]

    demand: Mapped[Demand | None] = relationship()
    rubric: Mapped[Rubric] = relationship()
    assignments: Mapped[list["Assignment"]] = relationship(
        back_populates="panel", order_by="(Assignment.is_reserve, Assignment.position)"
    )


class Assignment(Identified, Versioned, Holdable, Base):
    """An expert's seat on a panel, or place on its reserve list."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("panel_id", "expert_id"),
        Index(
            "uq_assignment_chair",
            "panel_id",
            unique=True,
            sqlite_where=text("is_chair"),
            postgresql_where=text("is_chair"),
        ),
        hold_check(),
    )

    panel_id: Mapped[UUID] = mapped_column(ForeignKey("panel.id"), index=True)
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), index=True)
    position: Mapped[int]
    is_reserve: Mapped[bool] = mapped_column(default=False)
    is_chair: Mapped[bool] = mapped_column(default=False)
    state: Mapped[AssignmentState] = mapped_column(Code(AssignmentState), default=AssignmentState.DRAWN)
    state_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    declared_at: Mapped[datetime | None]
    pledged_at: Mapped[datetime | None]
    pledge_digest: Mapped[str | None] = mapped_column(String(64))
    done_at: Mapped[datetime | None]
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignment.id"))
    # The report's signature, with dissent if any.
    signed_at: Mapped[datetime | None]
    signed_digest: Mapped[str | None] = mapped_column(String(64))
    dissent: Mapped[str | None] = mapped_column(Text)

    panel: Mapped[Panel] = relationship(back_populates="assignments")
    expert: Mapped[Expert] = relationship()

    @property
    def demand(self) -> Demand | None:
        """The demand under review, or None on an acceptance panel."""
        return self.panel.demand

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.panel.rubric.round.organiser_id


class Conflict(Identified, Base):
    """A conflict of interest between an expert and a demand, through one of its bids or its owner. Never deleted."""

    __tablename__ = "conflict"
    __table_args__ = (UniqueConstraint("expert_id", "demand_id", "bid_id", "reason"),)

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), index=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"), index=True)
    bid_id: Mapped[UUID | None] = mapped_column(ForeignKey("bid.id"))
    source: Mapped[ConflictSource] = mapped_column(Code(ConflictSource))
    reason: Mapped[ConflictReason] = mapped_column(Code(ConflictReason))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    expert: Mapped[Expert] = relationship()


class Sheet(Identified, Versioned, Holdable, Base):
    """One person's score sheet on one bid, one demand, or one acceptance. Locked when submitted."""

    __tablename__ = "sheet"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN bid_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN demand_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN acceptance_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_subject",
        ),
        UniqueConstraint("author_id", "rubric_id", "bid_id"),
        UniqueConstraint("author_id", "rubric_id", "demand_id"),
        # By seat, not by author: after a rectification the same expert may sit on the second panel.
        UniqueConstraint("assignment_id", "rubric_id", "acceptance_id"),
        CheckConstraint("(state = 'draft') OR (submitted_at IS NOT NULL)", name="locked_has_moment"),
        CheckConstraint("is_void = (void_reason IS NOT NULL)", name="void_has_reason"),
        hold_check(),
    )

    rubric_id: Mapped[UUID] = mapped_column(ForeignKey("rubric.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignment.id"), index=True)
    bid_id: Mapped[UUID | None] = mapped_column(ForeignKey("bid.id"), index=True)
    demand_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand.id"), index=True)
    acceptance_id: Mapped[UUID | None] = mapped_column(ForeignKey("acceptance.id"), index=True)
    # Raised when the sheet is returned: the former scores stay beside the new ones.
    revision: Mapped[int] = mapped_column(default=1)
    strengths: Mapped[str] = mapped_column(Text, default="")
    weaknesses: Mapped[str] = mapped_column(Text, default="")
    advice_text: Mapped[str] = mapped_column(Text, default="")
    advice: Mapped[SheetAdvice | None] = mapped_column(Code(SheetAdvice))
    total: Mapped[int | None]
    is_void: Mapped[bool] = mapped_column(default=False)
    void_reason: Mapped[str | None] = mapped_column(Text)
    return_reason: Mapped[RescoreReason | None] = mapped_column(Code(RescoreReason))
    state: Mapped[SheetState] = mapped_column(Code(SheetState), default=SheetState.DRAFT)
    state_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]

    rubric: Mapped[Rubric] = relationship()
    author: Mapped[User] = relationship()
    assignment: Mapped[Assignment | None] = relationship()
    bid: Mapped[Bid | None] = relationship()
    subject_demand: Mapped[Demand | None] = relationship()
    scores: Mapped[list["Score"]] = relationship(back_populates="sheet", cascade="all, delete-orphan")

    @property
    def demand(self) -> Demand | None:
        """The demand the sheet belongs to, or None for an acceptance."""
        return self.bid.demand if self.bid else self.subject_demand

    @property
    def organiser_id(self) -> UUID:
        """The organisation that runs the round."""
        return self.rubric.round.organiser_id

    def current_scores(self) -> dict[UUID, "Score"]:
        """The scores of the present revision by criterion."""
        return {score.criterion_id: score for score in self.scores if score.revision == self.revision}


class Score(Identified, Base):
    """One number for one criterion, in hundredths of a point."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("sheet_id", "revision", "criterion_id"),
        CheckConstraint("value >= 0", name="value_not_negative"),
    )

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheet.id"), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    criterion_id: Mapped[UUID] = mapped_column(ForeignKey("criterion.id"))
    value: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, default="")

    sheet: Mapped[Sheet] = relationship(back_populates="scores")
    criterion: Mapped[Criterion] = relationship()
