"""The end of a review: who is recommended, who is in reserve, who is not selected; and the ways back."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.states import AssignmentState, AwardState, DemandState, SheetState
from app.reviews import queries
from app.reviews.queries import Board
from app.reviews.services.panels import check_hold, lock
from app.reviews.services.reports import withdraw_report
from app.reviews.services.totals import open_ties
from app.scoring.services import reopen_sheet
from app.workflow import move
from app.workflow.bids import JUDGED

# The cause in the event when the review ends without anybody above the line.
NONE_ABOVE_LINE = "none_above_line"


def conclude_review(session: Session, demand: Demand, *, by: Actor, now: datetime) -> bool:
    """Conclude on the signed report. Returns whether any bid reached the line; if none did, the demand ends.

    As many of the best as there are places are recommended, the others above the line are put in reserve, those below
    are not selected. Where review and award are separate, all above the line are shortlisted without order."""
    lock(session, demand)
    if not can(by, Permission.DEMAND_CONDUCT, demand):
        raise NotPermitted()
    if demand.state is not DemandState.REVIEWING:
        raise StateMovedOn()
    check_hold(demand)
    board = _board_of(session, demand)
    _check_conclusion(board)
    places = queries.winning_places(demand)
    for number, bid in enumerate(in_order(board.bids)):
        move(session, bid, _fate(demand, bid, number < places), by=by, now=now)
    for line in board.lines:
        for sheet in line.sheets:
            if sheet is not None and sheet.state is SheetState.SUBMITTED:
                move(session, sheet, "finalise", by=by.as_system(), now=now)
    for seat in board.seats:
        if seat.state is AssignmentState.ACCEPTED:
            move(session, seat, "finish", by=by.as_system(), now=now)
    if any(bid.is_above_line for bid in board.bids):
        move(session, demand, "conclude_review", by=by, now=now)
        return True
    demand.review_concluded_at = now
    move(session, demand, "fail", by=by.as_system(), now=now, data={"cause": NONE_ABOVE_LINE})
    return False


def reopen_review(session: Session, demand: Demand, *, reason: str, by: Actor, now: datetime) -> None:
    """Send the demand back to its panel: bids are scored again, sheets opened in a new revision, seats resumed, and the
    report goes into the panel's history."""
    lock(session, demand)
    board = _board_of(session, demand)
    bids = judged_again(demand, board.bids)
    move(session, demand, "reopen_review", by=by, now=now, reason=reason)
    for bid in bids:
        _forget_totals(bid)
        move(session, bid, "score_again", by=by, now=now, reason=reason)
    _reopen_panel(session, board, bids, because="reopen_review", by=by, now=now)


def reopen_check(session: Session, demand: Demand, *, reason: str, by: Actor, now: datetime) -> None:
    """Send the demand back to its formal check; the review after it starts from the sheets as they were."""
    lock(session, demand)
    board = _board_of(session, demand)
    bids = judged_again(demand, board.bids)
    move(session, demand, "reopen_check", by=by, now=now, reason=reason)
    for bid in bids:
        _forget_totals(bid)
        move(session, bid, "check_again", by=by, now=now, reason=reason)
    _reopen_panel(session, board, bids, because="reopen_check", by=by, now=now)


def in_order(bids: tuple[Bid, ...] | list[Bid]) -> list[Bid]:
    """The bids from the best: those above the line first, then by rank; unranked ones by number."""
    return sorted(bids, key=lambda bid: (not bid.is_above_line, bid.rank or 0, bid.number or "", str(bid.id)))


def judged_again(demand: Demand, bids: tuple[Bid, ...]) -> list[Bid]:
    """Bids that a new review judges: not those whose award was cancelled or declined."""
    gone = (AwardState.CANCELLED, AwardState.DECLINED)
    out = {award.bid_id for award in demand.awards if award.state in gone}
    return [bid for bid in bids if bid.state in JUDGED and bid.id not in out]


def _check_conclusion(board: Board) -> None:
    refusals = []
    if board.panel.report_signed_at is None:
        refusals.append(
            Refusal("report_not_signed", _l("Every member of the panel must sign the report first."))
        )
    elif not board.has_totals:
        refusals.append(Refusal("totals_missing", _l("The totals must be recorded first.")))
    if open_ties(board.bids):
        refusals.append(Refusal("tie_open", _l("Record the panel's vote on bids that share a place first.")))
    if refusals:
        raise RuleBroken(refusals)


def _fate(demand: Demand, bid: Bid, is_among_best: bool) -> str:
    if not bid.is_above_line:
        return "not_select"
    if demand.round.is_split_award:
        return "shortlist"
    return "recommend" if is_among_best else "put_in_reserve"


def _board_of(session: Session, demand: Demand) -> Board:
    board = queries.board_of(session, demand)
    if board is None:
        raise RuleBroken(Refusal("panel_missing", _l("Draw the panel first.")))
    return board


def _forget_totals(bid: Bid) -> None:
    # The former figures stay in the events and in the report's history.
    bid.total = bid.rank = bid.is_above_line = bid.tie_note = bid.panel_opinion = None


def _reopen_panel(
    session: Session, board: Board, bids: list[Bid], *, because: str, by: Actor, now: datetime
) -> None:
    again = {bid.id for bid in bids}
    for seat in board.seats:
        if seat.state is AssignmentState.DONE:
            move(session, seat, "resume", by=by.as_system(), now=now)
    for line in board.lines:
        for sheet in line.sheets:
            if sheet is not None and line.bid.id in again:
                reopen_sheet(session, sheet, by=by, now=now)
    withdraw_report(session, board.panel, because=because, by=by.as_system(), now=now)
    session.flush()
