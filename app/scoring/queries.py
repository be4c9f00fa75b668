"""Who may read which score sheets, and whether a panel has locked all of its own."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from app.access import Actor
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.procedure_codes import PanelPurpose, Role
from app.models.reviews import Assignment, Panel, Score, Sheet
from app.models.rounds import Round, Rubric
from app.models.states import AssignmentState, BidState, DemandState, SheetState

LOCKED = (SheetState.SUBMITTED, SheetState.FINAL)
STAYING = (
    AssignmentState.DRAWN,
    AssignmentState.INVITED,
    AssignmentState.ACCEPTED,
    AssignmentState.DONE,
)
SEATED = (AssignmentState.ACCEPTED, AssignmentState.DONE)
# Bids that passed the formal check: every member of the panel scores each of them.
UNDER_REVIEW = (
    BidState.ELIGIBLE,
    BidState.SCORED,
    BidState.SHORTLISTED,
    BidState.RECOMMENDED,
    BidState.RESERVE,
    BidState.NOT_SELECTED,
    BidState.AWARDED,
    BidState.DECLINED,
)


def visible_to(actor: Actor) -> Select[Sheet]:
    """Sheets: one's own; all for the supervisor; a panel's for its members and the organizer once all are locked.

    Sheets of vetting officers are open to the organizer once locked, to a fellow officer once theirs is locked too."""
    query = select(Sheet)
    if actor.has(Role.SUPERVISOR):
        return query
    reach: list[ColumnElement[bool]] = []
    if actor.user_id is not None:
        reach.append(Sheet.author_id == actor.user_id)
    if actor.has(Role.ORGANIZER) and actor.organisation_id is not None:
        reach.append(_organised_by(actor.organisation_id, actor.user_id))
    if actor.expert_id is not None:
        reach.append(_of_my_panel(actor.expert_id))
    return query.where(or_(*reach)) if reach else query.where(false())


def panel_is_locked(session: Session, panel: Panel) -> bool:
    """Whether every member has locked a sheet on everything the panel judges, and no sheet of it is open again."""
    return bool(session.scalar(select(all_locked(panel.id))))


def sheets_of(session: Session, *, panel: Panel | None = None, **subject: UUID) -> list[Sheet]:
    """The sheets that count: not void, of a panel or of a subject (`bid_id`, `demand_id`, `acceptance_id`)."""
    query = select(Sheet).where(Sheet.is_void.is_(False)).filter_by(**subject)
    if panel is not None:
        query = query.join(Assignment, Sheet.assignment_id == Assignment.id)
        query = query.where(Assignment.panel_id == panel.id)
    query = query.options(selectinload(Sheet.scores).joinedload(Score.criterion))
    return list(session.scalars(query.order_by(Sheet.created_at, Sheet.id)))


def all_locked(panel_id: Any) -> ColumnElement[bool]:
    """The same as `panel_is_locked`, as a condition on a panel's id."""
    return and_(
        ~_has_open_sheet(panel_id),
        ~_lacks_bid_sheet(panel_id),
        ~_lacks_acceptance_sheet(panel_id),
        ~_lacks_demand_sheet(panel_id),
    )


def _organised_by(organisation_id: UUID, user_id: UUID | None) -> ColumnElement[bool]:
    ours = (
        select(Rubric.id)
        .join(Round, Rubric.round_id == Round.id)
        .where(Round.organiser_id == organisation_id)
    )
    seat = aliased(Assignment)
    panel_locked = exists().where(seat.id == Sheet.assignment_id, all_locked(seat.panel_id))
    # An officer does not see another's numbers before locking their own, as long as the demand is being vetted.
    mine = aliased(Sheet)
    has_locked = exists().where(
        mine.demand_id == Sheet.demand_id, mine.author_id == user_id, mine.state.in_(LOCKED)
    )
    is_over = exists().where(Demand.id == Sheet.demand_id, Demand.state != DemandState.VETTING)
    is_vetting = and_(Sheet.assignment_id.is_(None), Sheet.state.in_(LOCKED), or_(has_locked, is_over))
    return and_(Sheet.rubric_id.in_(ours), or_(is_vetting, panel_locked))


def _of_my_panel(expert_id: UUID) -> ColumnElement[bool]:
    seat, mine = aliased(Assignment), aliased(Assignment)
    return exists().where(
        seat.id == Sheet.assignment_id,
        mine.panel_id == seat.panel_id,
        mine.expert_id == expert_id,
        mine.is_reserve.is_(False),
        mine.state.in_(SEATED),
        all_locked(seat.panel_id),
    )


def _has_open_sheet(panel_id: Any) -> ColumnElement[bool]:
    seat, sheet = aliased(Assignment), aliased(Sheet)
    return exists().where(
        seat.panel_id == panel_id,
        sheet.assignment_id == seat.id,
        sheet.is_void.is_(False),
        sheet.state.not_in(LOCKED),
    )


def _lacks_bid_sheet(panel_id: Any) -> ColumnElement[bool]:
    panel, seat, bid = aliased(Panel), aliased(Assignment), aliased(Bid)
    return exists().where(
        panel.id == panel_id,
        panel.purpose == PanelPurpose.REVIEW,
        seat.panel_id == panel.id,
        seat.is_reserve.is_(False),
        seat.state.in_(STAYING),
        bid.demand_id == panel.demand_id,
        bid.state.in_(UNDER_REVIEW),
        ~_locked_sheet(seat, panel, "bid_id", bid.id),
    )


def _lacks_acceptance_sheet(panel_id: Any) -> ColumnElement[bool]:
    panel, seat = aliased(Panel), aliased(Assignment)
    return exists().where(
        panel.id == panel_id,
        panel.acceptance_id.is_not(None),
        seat.panel_id == panel.id,
        seat.is_reserve.is_(False),
        seat.state.in_(STAYING),
        ~_locked_sheet(seat, panel, "acceptance_id", panel.acceptance_id),
    )


def _lacks_demand_sheet(panel_id: Any) -> ColumnElement[bool]:
    panel, seat = aliased(Panel), aliased(Assignment)
    return exists().where(
        panel.id == panel_id,
        panel.purpose == PanelPurpose.VETTING,
        seat.panel_id == panel.id,
        seat.is_reserve.is_(False),
        seat.state.in_(STAYING),
        ~_locked_sheet(seat, panel, "demand_id", panel.demand_id),
    )


def _locked_sheet(seat: Any, panel: Any, column: str, subject_id: Any) -> ColumnElement[bool]:
    sheet = aliased(Sheet)
    return exists().where(
        sheet.assignment_id == seat.id,
        sheet.rubric_id == panel.rubric_id,
        getattr(sheet, column) == subject_id,
        sheet.is_void.is_(False),
        sheet.state.in_(LOCKED),
    )
