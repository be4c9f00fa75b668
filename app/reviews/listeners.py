"""What happens in a review by itself: totals follow a sheet that is locked again, and a report falls with what it
rested on."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor
from app.models.procedure_codes import Role
from app.models.records import Event
from app.models.reviews import Assignment, Panel, Sheet
from app.models.states import BidState, DemandState
from app.notifications.services import notify
from app.reviews import queries, services


def on_sheet_locked(session: Session, sheet: Sheet, event: Event, by: Actor, now: datetime) -> None:
    """When the last sheet is locked the organizer is told; totals that were recorded before are computed anew."""
    panel = _review_panel(sheet)
    if panel is None or panel.demand is None or panel.demand.state is not DemandState.REVIEWING:
        return
    session.flush()
    board = queries.board_of(session, panel.demand)
    if board is None or not board.is_complete:
        return
    if board.bids and all(bid.state is BidState.SCORED for bid in board.bids):
        services.record_totals(session, board, by=by.as_system(), now=now)
    officers = queries.staff(session, panel.demand.organiser_id, Role.ORGANIZER)
    data = {"title": panel.demand.title, "number": panel.demand.number}
    notify(session, officers, "panel.all_locked", now=now, data=data, thing=panel.demand, event=event)


def on_sheet_returned(session: Session, sheet: Sheet, event: Event, by: Actor, now: datetime) -> None:
    """A returned sheet takes the drafted report back, and its author is told."""
    panel = _review_panel(sheet)
    if panel is None:
        return
    services.withdraw_report(session, panel, because="sheet_returned", by=by.as_system(), now=now)
    bid = sheet.bid
    data = {"title": bid.title if bid else "", "number": bid.number if bid else ""}
    notify(session, [sheet.author_id], "sheet.return", now=now, data=data, thing=sheet, event=event)


def on_seat_left(session: Session, seat: Assignment, _event: Event, by: Actor, now: datetime) -> None:
    """An expert who leaves takes their scores along, so a drafted report falls. A signed one stands as it is."""
    panel = seat.panel
    if panel.demand_id is not None and panel.report_signed_at is None:
        services.withdraw_report(session, panel, because="member_left", by=by.as_system(), now=now)


def _review_panel(sheet: Sheet) -> Panel | None:
    panel = sheet.assignment.panel if sheet.assignment is not None and sheet.bid_id is not None else None
    return panel if panel is not None and panel.rubric_id == sheet.rubric_id else None
