"""Totals and ranks: computed from the locked sheets, recorded on the bids, and computed anew when a sheet returns."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.states import BidState, DemandState
from app.reviews import queries
from app.reviews.queries import VOTE, Board
from app.reviews.services.panels import check_hold, lock
from app.scoring import totals
from app.scoring.totals import TieRule
from app.workflow import move, record


def compute_totals(session: Session, demand: Demand, *, by: Actor, now: datetime) -> Board:
    """Record totals and ranks once every sheet is locked, and where asked for every satisfaction given.

    Per bid: the mean of the sheets' sums (without one highest and one lowest where the round trims), plus the owner's
    satisfaction. The line is met by the panel's score alone: the owner cannot lift a bid over it. Ties go by the
    published order. May be done again until the report is signed."""
    lock(session, demand)
    if not can(by, Permission.BID_RANK, demand):
        raise NotPermitted()
    if demand.state is not DemandState.REVIEWING:
        raise StateMovedOn()
    check_hold(demand)
    board = open_board(session, demand)
    refusals = []
    if not board.is_complete:
        refusals.append(Refusal("sheets_open", _l("Not every sheet of every expert is locked.")))
    if board.is_satisfaction_open:
        refusals.append(
            Refusal("satisfaction_open", _l("The owner has not scored its satisfaction with every bid."))
        )
    if refusals:
        raise RuleBroken(refusals)
    record_totals(session, board, by=by, now=now)
    return board


def record_totals(session: Session, board: Board, *, by: Actor, now: datetime) -> None:
    """Write totals, ranks, line and tie notes of a complete board; a first total moves its bid to scored."""
    ranks = ranking(board)
    for line in board.lines:
        bid, total = line.bid, board.total_of(line)
        former = (bid.total, bid.rank, bid.is_above_line, bid.tie_note)
        bid.total = total
        bid.rank, bid.tie_note = ranks[bid.id]
        bid.is_above_line = reaches_line(line, board)
        data = {"total": bid.total, "rank": bid.rank, "before": former[0]}
        if bid.state is BidState.ELIGIBLE:
            move(session, bid, "score", by=by, now=now, data=data)
        elif former != (bid.total, bid.rank, bid.is_above_line, bid.tie_note):
            record(session, bid, "recompute", by=by.as_system(), now=now, data=data)
    session.flush()


def settle_tie(
    session: Session, demand: Demand, *, order: Sequence[UUID], note: str, by: Actor, now: datetime
) -> None:
    """The chair records in which order the panel's vote put bids that nothing else tells apart.

    `order` names every bid of one open tie, the best first."""
    lock(session, demand)
    board = open_board(session, demand)
    if board.chair is None or not can(by, Permission.REPORT_DRAFT, board.chair):
        raise NotPermitted()
    tied = {bid.id for bid in board.bids if bid.tie_note in (TieRule.OPEN.value, VOTE)}
    if not order or len(set(order)) != len(order) or not set(order) <= tied:
        raise RuleBroken(Refusal("not_tied", _l("Put each of the bids of the tie in one place."), "order"))
    if len({board_total(board, bid_id) for bid_id in order}) > 1:
        raise RuleBroken(Refusal("not_tied", _l("Put each of the bids of the tie in one place."), "order"))
    if not note.strip():
        raise RuleBroken(Refusal("reason_missing", _l("Give a reason."), "note"))
    report = dict(board.panel.report or {})
    kept = [each for each in report.get("votes", []) if UUID(each) not in set(order)]
    report["votes"] = [*kept, *(str(each) for each in order)]
    board.panel.report = report
    data = {"order": [str(each) for each in order], "note": note.strip()}
    record(session, board.panel, "settle_tie", by=by, now=now, data=data)
    record_totals(session, board, by=by, now=now)


def board_total(board: Board, bid_id: UUID) -> int | None:
    """The recorded total of one bid of the board."""
    return next((bid.total for bid in board.bids if bid.id == bid_id), None)


def open_board(session: Session, demand: Demand) -> Board:
    """The board of a review whose report is not signed yet. Raises StateMovedOn or RuleBroken otherwise."""
    board = queries.board_of(session, demand)
    if board is None:
        raise RuleBroken(Refusal("panel_missing", _l("Draw the panel first.")))
    if demand.state is not DemandState.REVIEWING or board.panel.report_signed_at is not None:
        raise StateMovedOn()
    return board


def reaches_line(line: queries.BidLine, board: Board) -> bool:
    """Whether the panel's score reaches the pass line, and no criterion with a floor lies below it."""
    rubric = board.panel.rubric
    if line.aggregate is None or line.aggregate < rubric.pass_line:
        return False
    found = line.criterion_scores
    return all(
        criterion.floor_score is None or found.get(criterion.code, 0) >= criterion.floor_score
        for criterion in rubric.criteria
    )


def ranking(board: Board) -> dict[UUID, tuple[int | None, str | None]]:
    """Rank and tie note of each bid. With separate review and award the finalists stay unranked."""
    if board.demand.round.is_split_award:
        return {bid.id: (None, None) for bid in board.bids}
    rows = []
    for line in board.lines:
        scores = line.criterion_scores
        rows.append(
            totals.Standing(
                key=line.bid.id,
                total=board.total_of(line) or 0,
                technical=scores.get(totals.TECHNICAL_CODE, 0),
                fit=scores.get(totals.FIT_CODE, 0),
                fiscal_ask_fen=line.bid.fiscal_ask_fen,
            )
        )
    placed = totals.rank(rows)
    votes = [UUID(each) for each in (board.panel.report or {}).get("votes", [])]
    found: dict[UUID, tuple[int | None, str | None]] = {}
    for place in placed:
        key = UUID(str(place.key))
        found[key] = (place.rank, place.tie.value if place.tie else None)
        if place.tie is TieRule.OPEN:
            rivals = [UUID(str(each.key)) for each in placed if each.rank == place.rank]
            if set(rivals) <= set(votes):
                ahead = sum(votes.index(each) < votes.index(key) for each in rivals)
                found[key] = (place.rank + ahead, VOTE)
    return found


def open_ties(bids: Sequence[Bid]) -> list[Bid]:
    """Bids above the line that share their place with another: the panel must vote first."""
    return [bid for bid in bids if bid.is_above_line and bid.tie_note == TieRule.OPEN.value]
