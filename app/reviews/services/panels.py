"""Drawing the panel, starting the review, and the owner's score of satisfaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.experts.conflicts import found_conflicts
from app.experts.panels import draw_panel
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.procedure_codes import PanelPurpose, Role, RubricKind
from app.models.reviews import Panel
from app.models.states import BidState, DemandState
from app.notifications.services import notify
from app.reviews import queries
from app.workflow import move, record


def draw_review_panel(
    session: Session, demand: Demand, *, by: Actor, now: datetime, seed: str | None = None
) -> Panel:
    """Draw the panel for the demand's bids, once, while the formal check runs. Its rubric is frozen from then on.

    There is no second draw: whoever leaves is replaced from the reserve list drawn with it. The seed is made by the
    site; a given one is for demonstrations and for repeating a recorded draw."""
    lock(session, demand)
    if not can(by, Permission.PANEL_DRAW, demand):
        raise NotPermitted()
    if demand.state is not DemandState.SCREENING:
        raise StateMovedOn()
    check_hold(demand)
    rubric = demand.round.rubric(RubricKind.BID)
    if rubric is None:
        raise RuleBroken(Refusal("no_rubric", _l("The round has no rubric for bids.")))
    panel = draw_panel(
        session, purpose=PanelPurpose.REVIEW, rubric=rubric, by=by, now=now, demand=demand, seed=seed
    )
    session.expire(demand, ["panels"])
    return panel


def start_review(session: Session, demand: Demand, *, by: Actor, now: datetime) -> None:
    """Begin the expert review: every bid decided, the panel complete and free of conflicts, its rubric frozen.

    Raises RuleBroken naming the expert's number where a conflict with a bidder has come to light since the draw."""
    lock(session, demand)
    board = queries.board_of(session, demand)
    if board is not None:
        _check_conflicts(session, board)
    move(session, demand, "start_review", by=by, now=now)
    data = {"title": demand.title, "number": demand.number}
    for seat in board.seats if board else ():
        notify(session, [seat.expert.user_id], "demand.start_review", now=now, data=data, thing=seat)
    if demand.round.owner_satisfaction_max:
        owners = queries.staff(session, demand.owner_id, Role.DEMAND_OWNER)
        notify(session, owners, "demand.start_review", now=now, data=data, thing=demand)


def give_satisfaction(session: Session, bid: Bid, *, value: int, by: Actor, now: datetime) -> None:
    """The owner says how well a bid meets its wishes: hundredths of a point, up to the round's maximum.

    It may be changed until the totals are recorded. It is shown apart from the panel's score."""
    if not can(by, Permission.SATISFACTION_GIVE, bid):
        raise NotPermitted()
    maximum = bid.demand.round.owner_satisfaction_max
    if not maximum:
        raise RuleBroken(
            Refusal("no_satisfaction", _l("In this round the owner gives no score of satisfaction."))
        )
    if bid.demand.state is not DemandState.REVIEWING or bid.state is not BidState.ELIGIBLE:
        raise StateMovedOn(_l("The totals are recorded: the score of satisfaction stands."))
    check_hold(bid)
    if not 0 <= value <= maximum:
        raise RuleBroken(
            Refusal("satisfaction_range", _l("The score lies outside its range."), f"value_{bid.id.hex}")
        )
    bid.satisfaction = value
    record(session, bid, "give_satisfaction", by=by, now=now, data={"value": value})


def lock(session: Session, demand: Demand) -> None:
    """Hold the demand's row until the commit: whatever decides over several bids does so alone."""
    session.flush()
    session.refresh(demand, with_for_update=True)
    session.expire(demand, ["bids", "awards", "panels"])


def check_hold(thing: Bid | Demand) -> None:
    """Nothing moves on a thing on hold."""
    if thing.is_held:
        raise RuleBroken(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted.")))


def _check_conflicts(session: Session, board: queries.Board) -> None:
    refusals = [
        Refusal(
            "conflict_found",
            _l("Expert %(n)s has a conflict with a party to this demand: replace them first.", n=number),
        )
        for number, seat in enumerate(board.seats, start=1)
        if found_conflicts(session, seat.expert, board.demand)
    ]
    if refusals:
        raise RuleBroken(refusals)
