"""Vetting by a panel of experts: drawn for one demand, at work while it is vetted, dissolved when it is decided."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.experts import panels
from app.models.demands import Demand
from app.models.procedure_codes import PanelPurpose, VettingMode
from app.models.records import Event
from app.models.reviews import Assignment, Panel, Sheet
from app.models.states import AssignmentState, DemandState
from app.scoring.services import save_sheet, sheet_for, submit_sheet
from app.vetting.rubric import demand_rubric
from app.workflow import move, record

Scores = Mapping[str, tuple[int, str]]


def draw_vetting_panel(
    session: Session, demand: Demand, *, by: Actor, now: datetime, seed: str | None = None
) -> Panel:
    """Draw the panel that vets the demand, by the rules of the round. Who wrote it or is of the owner's unit is out."""
    if not can(by, Permission.PANEL_DRAW, demand):
        raise NotPermitted()
    if demand.round.demand_vetting is not VettingMode.PANEL:
        raise RuleBroken(Refusal("officers_vet", _l("In this round officers vet the demands, no panel.")))
    panel = panels.draw_panel(
        session,
        purpose=PanelPurpose.VETTING,
        rubric=demand_rubric(demand),
        by=by,
        now=now,
        demand=demand,
        seed=seed,
    )
    session.expire(demand, ["panels"])
    return panel


def score_from_seat(
    session: Session,
    seat: Assignment,
    *,
    by: Actor,
    now: datetime,
    scores: Scores,
    advice_text: str = "",
    is_draft: bool = False,
) -> Sheet:
    """Write the expert's own sheet on the demand of the seat's panel, and lock it unless it is a draft."""
    demand = demand_of(seat)
    if by.user_id is None or not can(by, Permission.ASSIGNMENT_ANSWER, seat):
        raise NotPermitted()
    if demand.state is not DemandState.VETTING or not seat.panel.is_live:
        raise StateMovedOn()
    if seat.state is not AssignmentState.ACCEPTED or seat.pledged_at is None:
        raise RuleBroken(Refusal("seat_not_ready", _l("Accept the invitation and sign the pledge first.")))
    sheet = sheet_for(
        session, rubric=seat.panel.rubric, author_id=by.user_id, now=now, assignment=seat, demand=demand
    )
    save_sheet(session, sheet, by=by, now=now, scores=scores, advice_text=advice_text)
    if not is_draft:
        submit_sheet(session, sheet, by=by, now=now)
        # The guards of the approval read the demand's sheets, which may have been loaded before.
        session.expire(demand, ["vetting_sheets"])
    return sheet


def demand_of(seat: Assignment) -> Demand:
    """The demand that the seat's panel vets."""
    if seat.panel.purpose is not PanelPurpose.VETTING or seat.panel.demand is None:
        raise NotPermitted()
    return seat.panel.demand


def own_sheet(session: Session, seat: Assignment) -> Sheet | None:
    """The sheet written from the seat, if any."""
    return session.scalar(select(Sheet).where(Sheet.assignment_id == seat.id))


def vetting_panel(session: Session, demand: Demand) -> Panel | None:
    """The latest vetting panel of the demand, at work or dissolved."""
    query = select(Panel).where(Panel.demand_id == demand.id, Panel.purpose == PanelPurpose.VETTING)
    return session.scalar(query.order_by(Panel.drawn_at.desc()).limit(1))


def dissolve(session: Session, demand: Demand, _event: Event, by: Actor, now: datetime) -> None:
    """Listener: a decided demand frees its vetting panel; the review of its bids has a panel of its own."""
    panel = vetting_panel(session, demand)
    if panel is None or not panel.is_live:
        return
    panel.is_live = False
    session.flush()
    session.expire(demand, ["panels"])
    record(session, panel, "dissolve", by=by, now=now)
    for seat in panel.assignments:
        if seat.state is AssignmentState.ACCEPTED and not seat.is_reserve:
            move(session, seat, "finish", by=by.as_system(), now=now)


def recall(session: Session, demand: Demand, *, by: Actor, now: datetime) -> None:
    """A demand sent back after its approval comes before the same panel again."""
    panel = vetting_panel(session, demand)
    if panel is None or panel.is_live:
        return
    panel.is_live = True
    session.flush()
    session.expire(demand, ["panels"])
    record(session, panel, "recall", by=by, now=now)
    for seat in panel.assignments:
        if seat.state is AssignmentState.DONE:
            move(session, seat, "resume", by=by.as_system(), now=now)
