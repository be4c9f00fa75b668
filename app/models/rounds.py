"""A round with all its settings, the officers it names, its rubrics, and the working-day calendar."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.workdays import NoticeStartRule
from app.models.accounts import Organisation, User
from app.models.base import Base, Holdable, Identified, Versioned, hold_check
from app.models.codes import AwardMode, Process
from app.models.procedure_codes import OfficerDuty, RubricKind, VettingMode
from app.models.states import RoundState
from app.models.types import Code

if TYPE_CHECKING:
    from app.models.awards import Notice


class Round(Identified, Versioned, Holdable, Base):
    """One round (批次). Every number of the procedure is a setting here, public, and frozen when the round opens."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        CheckConstraint("collection_opens_at < collection_closes_at", name="collection_window"),
        hold_check(),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    year: Mapped[int] = mapped_column(index=True)
    serial: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    organiser_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    copied_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("round.id"))
    policy_text: Mapped[str] = mapped_column(Text, default="")
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    contact_public: Mapped[str] = mapped_column(Text, default="")
    supervision_contact: Mapped[str] = mapped_column(Text, default="")
    process: Mapped[Process] = mapped_column(Code(Process), default=Process.BID_FIRST)
    collection_opens_at: Mapped[datetime]
    collection_closes_at: Mapped[datetime]
    # Clocks: calendar days unless the name says working days (wd).
    bid_window_min_days: Mapped[int] = mapped_column(default=30)
    question_cutoff_days: Mapped[int] = mapped_column(default=10)
    amend_extend_min_days: Mapped[int] = mapped_column(default=15)
    cure_wd: Mapped[int] = mapped_column(default=5)
    notice_wd: Mapped[int] = mapped_column(default=5)
    notice_start_rule: Mapped[NoticeStartRule] = mapped_column(
        Code(NoticeStartRule), default=NoticeStartRule.NEXT_WORKING_DAY
    )
    objection_reply_wd: Mapped[int] = mapped_column(default=7)
    reexam_request_wd: Mapped[int] = mapped_column(default=5)
    no_award_choice_wd: Mapped[int] = mapped_column(default=10)
    next_rank_wd: Mapped[int] = mapped_column(default=10)
    contract_sign_days: Mapped[int] = mapped_column(default=30)
    acceptance_apply_days: Mapped[int] = mapped_column(default=90)
    rectify_months: Mapped[int] = mapped_column(default=3)
    extension_max_months: Mapped[int] = mapped_column(default=12)
    acceptance_notice_wd: Mapped[int] = mapped_column(default=5)
    project_max_months: Mapped[int] = mapped_column(default=36)
    demonstration_min_run_months: Mapped[int] = mapped_column(default=6)
    rework_max: Mapped[int] = mapped_column(default=2)
    # Limits.
    max_members: Mapped[int] = mapped_column(default=4)
    max_bids_per_unit: Mapped[int] = mapped_column(default=3)
    max_active_projects: Mapped[int] = mapped_column(default=3)
    min_valid_bids: Mapped[int] = mapped_column(default=1)
    max_list_rounds: Mapped[int] = mapped_column(default=3)
    fiscal_total_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    fiscal_per_project_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    money_sources: Mapped[str] = mapped_column(Text, default="")
    # Award and panel rules. Shares are percent, scores are hundredths of a point.
    award_mode: Mapped[AwardMode] = mapped_column(Code(AwardMode), default=AwardMode.SINGLE)
    lanes: Mapped[int] = mapped_column(default=1)
    is_split_award: Mapped[bool] = mapped_column(default=False)
    split_award_method: Mapped[str] = mapped_column(Text, default="")
    panel_size: Mapped[int] = mapped_column(default=5)
    panel_reserves: Mapped[int] = mapped_column(default=2)
    panel_outside_percent: Mapped[int] = mapped_column(default=67)
    panel_max_load: Mapped[int] = mapped_column(default=12)
    has_trimmed_mean: Mapped[bool] = mapped_column(default=True)
    trim_from_size: Mapped[int] = mapped_column(default=5)
    comment_below_percent: Mapped[int] = mapped_column(default=60)
    comment_above_percent: Mapped[int] = mapped_column(default=90)
    owner_satisfaction_max: Mapped[int] = mapped_column(default=0)
    defence_percent: Mapped[int] = mapped_column(default=0)
    is_blind: Mapped[bool] = mapped_column(default=False)
    has_recommender: Mapped[bool] = mapped_column(default=True)
    # Demands that one unit may recommend in the round; nought is no limit.
    recommend_quota: Mapped[int] = mapped_column(default=0)
    demand_vetting: Mapped[VettingMode] = mapped_column(Code(VettingMode), default=VettingMode.OFFICERS)
    has_selection_notice: Mapped[bool] = mapped_column(default=False)
    is_publishing_scores: Mapped[bool] = mapped_column(default=True)
    is_publishing_ranking: Mapped[bool] = mapped_column(default=True)
    is_publishing_experts: Mapped[bool] = mapped_column(default=False)
    state: Mapped[RoundState] = mapped_column(Code(RoundState), default=RoundState.DRAFT, index=True)
    state_reason: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    is_demo: Mapped[bool] = mapped_column(default=False)

    organiser: Mapped[Organisation] = relationship()
    officers: Mapped[list["RoundOfficer"]] = relationship(
        back_populates="round", cascade="all, delete-orphan"
    )
    rubrics: Mapped[list["Rubric"]] = relationship(back_populates="round", cascade="all, delete-orphan")
    # A forward look, for guards: a later stage writes these, the round only reads them.
    notices: Mapped[list["Notice"]] = relationship(viewonly=True)

    def rubric(self, kind: RubricKind) -> "Rubric | None":
        """The rubric of one kind, or None while the round has none."""
        return next((rubric for rubric in self.rubrics if rubric.kind is kind), None)


class RoundOfficer(Identified, Base):
    """A person the round names for a duty: two for the opening, two for the formal check."""

    __tablename__ = "round_officer"
    __table_args__ = (UniqueConstraint("round_id", "user_id", "duty"),)

    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    duty: Mapped[OfficerDuty] = mapped_column(Code(OfficerDuty))

    round: Mapped[Round] = relationship(back_populates="officers")
    user: Mapped[User] = relationship()


class Rubric(Identified, Base):
    """A list of criteria for one kind of judgement in one round. Frozen when the round opens."""

    __tablename__ = "rubric"
    __table_args__ = (UniqueConstraint("round_id", "kind"),)

    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    kind: Mapped[RubricKind] = mapped_column(Code(RubricKind))
    # Hundredths of a point, of the sum of all maxima.
    pass_line: Mapped[int] = mapped_column(default=60_00)

    round: Mapped[Round] = relationship(back_populates="rubrics")
    criteria: Mapped[list["Criterion"]] = relationship(
        back_populates="rubric", cascade="all, delete-orphan", order_by="Criterion.position"
    )


class Criterion(Identified, Base):
    """One criterion: its range in hundredths of a point, an optional floor, and what low, middle and full mean."""

    __tablename__ = "criterion"
    __table_args__ = (
        UniqueConstraint("rubric_id", "position"),
        UniqueConstraint("rubric_id", "code"),
        CheckConstraint("max_score > 0", name="max_is_positive"),
        CheckConstraint("floor_score IS NULL OR floor_score <= max_score", name="floor_within_range"),
    )

    rubric_id: Mapped[UUID] = mapped_column(ForeignKey("rubric.id"), index=True)
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(80))
    label_en: Mapped[str] = mapped_column(String(120), default="")
    max_score: Mapped[int]
    floor_score: Mapped[int | None]
    is_objective: Mapped[bool] = mapped_column(default=False)
    anchor_low: Mapped[str] = mapped_column(Text, default="")
    anchor_mid: Mapped[str] = mapped_column(Text, default="")
    anchor_full: Mapped[str] = mapped_column(Text, default="")

    rubric: Mapped[Rubric] = relationship(back_populates="criteria")


class CalendarYear(Base):
    """A year whose holidays and make-up days are known. A clock never enters a year that is not here."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(200))
    loaded_at: Mapped[datetime]


class CalendarDay(Base):
    """A day that differs from the plain week: a holiday off, or a weekend day that is worked."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("calendar_year.year"), index=True)
    is_workday: Mapped[bool]
    name: Mapped[str] = mapped_column(String(40), default="")
