"""Vetting: officers' sheets on a demand, and what the organizer decides on sheets of officers or of a panel."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, ProcedureError, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.core.numbers import demand_number, parse
from app.models.base import Rows
from app.models.demands import Demand
from app.models.procedure_codes import VettingMode
from app.models.reviews import Sheet
from app.models.rounds import Round
from app.models.states import DemandState
from app.scoring.services import reopen_sheet, save_sheet, sheet_for, submit_sheet
from app.vetting import panels
from app.vetting.queries import LOCKED, merge_targets
from app.vetting.rubric import demand_rubric
from app.workflow import move

Scores = Mapping[str, tuple[int, str]]


def save_draft(
    session: Session, demand: Demand, *, by: Actor, now: datetime, scores: Scores, advice_text: str = ""
) -> Sheet:
    """Keep the officer's own sheet as a draft. Nobody vets a demand they wrote."""
    if by.user_id is None or not can(by, Permission.DEMAND_VET, demand):
        raise NotPermitted()
    if demand.state is not DemandState.VETTING:
        raise StateMovedOn()
    if demand.round.demand_vetting is VettingMode.PANEL:
        raise RuleBroken(Refusal("panel_vets", _l("In this round a panel of experts vets the demands.")))
    sheet = sheet_for(session, rubric=demand_rubric(demand), author_id=by.user_id, now=now, demand=demand)
    return save_sheet(session, sheet, by=by, now=now, scores=scores, advice_text=advice_text)


def vet_demand(
    session: Session, demand: Demand, *, by: Actor, now: datetime, scores: Scores, advice_text: str = ""
) -> Sheet:
    """Write and lock the officer's own sheet, with a score for every criterion."""
    sheet = save_draft(session, demand, by=by, now=now, scores=scores, advice_text=advice_text)
    submit_sheet(session, sheet, by=by, now=now)
    # The guards of the approval read the demand's sheets, which may have been loaded before this one was written.
    session.expire(demand, ["vetting_sheets"])
    return sheet


def approve_demand(session: Session, demand: Demand, *, by: Actor, now: datetime) -> Demand:
    """Approve the demand for listing and give it its number, counted within the round.

    The sheets must reach the line of the rubric, and none may lie below the floor of a criterion."""
    former = demand.number
    demand.number = _number(session, demand)
    try:
        move(session, demand, "approve", by=by, now=now, data={"number": demand.number})
    except ProcedureError:
        demand.number = former
        raise
    return demand


def send_back(
    session: Session, demand: Demand, *, reason: str, fields: Rows, by: Actor, now: datetime
) -> Demand:
    """Send the demand back to its owner. `fields`: [{field, message}]; locked sheets are opened for the new text."""
    former = demand.returned_fields
    was_approved = demand.state is DemandState.APPROVED
    demand.returned_fields = fields
    try:
        move(session, demand, "send_back", by=by, now=now, reason=reason)
    except ProcedureError:
        demand.returned_fields = former
        raise
    if was_approved:
        panels.recall(session, demand, by=by, now=now)
    locked = select(Sheet).where(
        Sheet.demand_id == demand.id, Sheet.state.in_(LOCKED), Sheet.is_void.is_(False)
    )
    for sheet in session.scalars(locked.order_by(Sheet.id)).all():
        reopen_sheet(session, sheet, by=by, now=now)
    session.expire(demand, ["vetting_sheets"])
    return demand


def reject(session: Session, demand: Demand, *, reason: str, by: Actor, now: datetime) -> Demand:
    """Do not list the demand; the reason goes to its owner."""
    move(session, demand, "reject", by=by, now=now, reason=reason)
    return demand


def merge_demand(
    session: Session, demand: Demand, into: Demand, *, reason: str, by: Actor, now: datetime
) -> Demand:
    """Merge the demand into another one of the same round that is not published yet; both stay linked."""
    if not can(by, Permission.DEMAND_VET, demand):
        raise NotPermitted()
    if into.id not in {each.id for each in merge_targets(session, demand)}:
        wording = _l("Only demands of the same round that are in vetting or approved can take this one up.")
        raise RuleBroken(Refusal("merge_target_unfit", wording, "into"))
    former = demand.merged_into
    demand.merged_into = into
    demand.merged_into_id = into.id
    try:
        move(session, demand, "merge", by=by, now=now, reason=reason, data={"into": str(into.id)})
    except ProcedureError:
        demand.merged_into = former
        demand.merged_into_id = former.id if former else None
        raise
    return demand


def _number(session: Session, demand: Demand) -> str:
    """The demand's number; a demand approved before keeps its serial, with the field it has now."""
    # Two approvals at once count one after the other.
    session.get(Round, demand.round_id, with_for_update=True)
    own = parse(demand.number) if demand.number else None
    if own is not None:
        return demand_number(demand.round.number, demand.field.value, own.serial)
    taken = session.scalars(
        select(Demand.number).where(Demand.round_id == demand.round_id, Demand.number.is_not(None))
    )
    serials = [found.serial for number in taken if number and (found := parse(number)) is not None]
    return demand_number(demand.round.number, demand.field.value, max(serials, default=0) + 1)
