"""A bid: drafted, sealed, opened, checked, scored, and chosen or not."""

from datetime import datetime

from app.access import Permission as P
from app.core.errors import Refusal
from app.core.i18n import _l
from app.models.bids import Bid
from app.models.states import AwardState, DemandState
from app.models.states import BidState as S
from app.workflow.engine import Transition, Workflow, register

AFTER_OPENING = frozenset(
    {S.OPENED, S.NEEDS_CURE, S.ELIGIBLE, S.SCORED, S.SHORTLISTED, S.RECOMMENDED, S.RESERVE, S.AWARDED}
)
JUDGED = frozenset({S.SCORED, S.SHORTLISTED, S.RECOMMENDED, S.RESERVE, S.NOT_SELECTED})


def bidding_is_open(bid: Bid, now: datetime) -> Refusal | None:
    """Bidding is open while `now < closes_at`, whatever the clock job has done; a held listing takes no bids."""
    demand = bid.demand
    if demand.state is not DemandState.OPEN or demand.closes_at is None or now >= demand.closes_at:
        return Refusal("bidding_closed", _l("Bidding has closed."))
    if demand.is_held:
        return Refusal("listing_on_hold", _l("The listing is on hold: no bids are taken."))
    return None


def opening_has_begun(bid: Bid, now: datetime) -> Refusal | None:
    """Nothing is opened before the closing time."""
    if bid.demand.closes_at is None or now < bid.demand.closes_at:
        return Refusal("too_early", _l("Bids may not be opened before the closing time."))
    return None


def was_not_cured(bid: Bid, _now: datetime) -> Refusal | None:
    """There is one cure window per bid."""
    return (
        Refusal("cured_before", _l("This bid was asked for a cure before: there is one only."))
        if bid.cure_requested_at
        else None
    )


def cure_is_described(bid: Bid, _now: datetime) -> Refusal | None:
    """A cure names the points and its last moment."""
    if not bid.cure_points or bid.cure_due_at is None:
        return Refusal("cure_not_described", _l("Name the points to be cured and the last day."))
    return None


def cure_window_is_open(bid: Bid, now: datetime) -> Refusal | None:
    """A cure counts while `now < cure_due_at`."""
    if bid.cure_due_at is None or now >= bid.cure_due_at:
        return Refusal("cure_over", _l("The time for the cure is over."))
    return None


def two_officers_agree(bid: Bid, _now: datetime) -> Refusal | None:
    """The formal check is done by two people, on the present attempt."""
    attempt = max((check.attempt for check in bid.checks), default=1)
    if len({check.officer_id for check in bid.checks if check.attempt == attempt}) < 2:
        return Refusal("two_checks_needed", _l("Two officers must check the bid."))
    return None


def is_checking(bid: Bid, _now: datetime) -> Refusal | None:
    """The demand is in its formal check."""
    return (
        None
        if bid.demand.state is DemandState.SCREENING
        else Refusal("not_in_check", _l("The demand is not in its formal check."))
    )


def is_reviewing(bid: Bid, _now: datetime) -> Refusal | None:
    """The demand is in expert review."""
    return (
        None
        if bid.demand.state is DemandState.REVIEWING
        else Refusal("not_in_review", _l("The demand is not in expert review."))
    )


def review_was_asked(bid: Bid, _now: datetime) -> Refusal | None:
    """A failed bid comes back when the bidder asked for a review, or an objection ordered one."""
    if bid.check_review_requested_at is None and not bid.demand.opened_at:
        return Refusal("review_not_asked", _l("The bidder has not asked for a review of the formal check."))
    return None


def has_total(bid: Bid, _now: datetime) -> Refusal | None:
    """Totals are computed before anything follows from them."""
    return Refusal("no_total", _l("The totals have not been computed.")) if bid.total is None else None


def award_is_active(bid: Bid, _now: datetime) -> Refusal | None:
    """Won means: an award in force."""
    return (
        None
        if bid.award and bid.award.state is AwardState.ACTIVE
        else Refusal("no_award", _l("There is no award in force."))
    )


def award_is_gone(bid: Bid, _now: datetime) -> Refusal | None:
    """A bid with an award in force is not disqualified before the award is cancelled."""
    if bid.award and bid.award.state in (AwardState.ACTIVE, AwardState.PENDING):
        return Refusal("award_in_force", _l("Cancel the award first."))
    return None


BID = register(
    Workflow(
        Bid,
        S,
        _l("Bid"),
        (
            Transition(
                action="submit",
                sources=frozenset({S.DRAFT}),
                target=S.SUBMITTED,
                permission=P.BID_SUBMIT,
                label=_l("Submit and seal the bid"),
                done=_l("Bid submitted and sealed"),
                guards=(bidding_is_open,),
                stamps="submitted_at",
                style="primary",
            ),
            Transition(
                action="replace",
                sources=frozenset({S.SUBMITTED}),
                target=S.SUBMITTED,
                permission=P.BID_SUBMIT,
                label=_l("Replace the sealed bid"),
                done=_l("Sealed bid replaced"),
                guards=(bidding_is_open,),
                stamps="submitted_at",
            ),
            Transition(
                action="withdraw",
                sources=frozenset({S.SUBMITTED}),
                target=S.WITHDRAWN,
                permission=P.BID_SUBMIT,
                label=_l("Withdraw the bid"),
                done=_l("Bid withdrawn"),
                guards=(bidding_is_open,),
                stamps="withdrawn_at",
                style="danger",
            ),
            Transition(
                action="take_up_again",
                sources=frozenset({S.WITHDRAWN}),
                target=S.DRAFT,
                permission=P.BID_SUBMIT,
                label=_l("Take up the bid again"),
                done=_l("Withdrawn bid taken up again"),
                guards=(bidding_is_open,),
            ),
            Transition(
                action="lapse",
                sources=frozenset({S.DRAFT}),
                target=S.LAPSED,
                permission=None,
                label=_l("Lapse"),
                done=_l("Draft lapsed at closing"),
            ),
            Transition(
                action="open",
                sources=frozenset({S.SUBMITTED}),
                target=S.OPENED,
                permission=P.BID_OPEN,
                label=_l("Open"),
                done=_l("Bid opened"),
                guards=(opening_has_begun,),
                stamps="opened_at",
            ),
            Transition(
                action="ask_cure",
                sources=frozenset({S.OPENED}),
                target=S.NEEDS_CURE,
                permission=P.BID_CHECK,
                label=_l("Ask for a cure"),
                done=_l("Cure asked for"),
                guards=(is_checking, was_not_cured, cure_is_described),
                stamps="cure_requested_at",
            ),
            Transition(
                action="cure",
                sources=frozenset({S.NEEDS_CURE}),
                target=S.OPENED,
                permission=P.BID_CURE,
                label=_l("Hand in the cure"),
                done=_l("Cure handed in"),
                guards=(cure_window_is_open,),
                stamps="cured_at",
                style="primary",
            ),
            Transition(
                action="miss_cure",
                sources=frozenset({S.NEEDS_CURE}),
                target=S.INELIGIBLE,
                permission=None,
                label=_l("Cure not handed in"),
                done=_l("Time for the cure ran out"),
                due_at="cure_due_at",
            ),
            Transition(
                action="pass_check",
                sources=frozenset({S.OPENED}),
                target=S.ELIGIBLE,
                permission=P.BID_CHECK,
                label=_l("Pass the formal check"),
                done=_l("Formal check passed"),
                guards=(is_checking, two_officers_agree),
                style="primary",
            ),
            Transition(
                action="fail_check",
                sources=frozenset({S.OPENED}),
                target=S.INELIGIBLE,
                permission=P.BID_CHECK,
                label=_l("Fail the formal check"),
                done=_l("Formal check failed"),
                guards=(is_checking, two_officers_agree),
                needs_reason=True,
                style="danger",
            ),
            Transition(
                action="readmit",
                sources=frozenset({S.INELIGIBLE}),
                target=S.OPENED,
                permission=P.BID_CHECK,
                label=_l("Check again"),
                done=_l("Formal check reopened for this bid"),
                guards=(is_checking, review_was_asked),
                needs_reason=True,
            ),
            Transition(
                action="score",
                sources=frozenset({S.ELIGIBLE}),
                target=S.SCORED,
                permission=P.BID_RANK,
                label=_l("Record the total"),
                done=_l("Total recorded"),
                guards=(is_reviewing, has_total),
            ),
            Transition(
                action="shortlist",
                sources=frozenset({S.SCORED}),
                target=S.SHORTLISTED,
                permission=P.BID_RANK,
                label=_l("Shortlist"),
                done=_l("Bid shortlisted"),
                guards=(is_reviewing,),
            ),
            Transition(
                action="recommend",
                sources=frozenset({S.SCORED, S.SHORTLISTED}),
                target=S.RECOMMENDED,
                permission=P.BID_RANK,
                label=_l("Recommend for award"),
                done=_l("Bid recommended for award"),
            ),
            Transition(
                action="put_in_reserve",
                sources=frozenset({S.SCORED, S.SHORTLISTED, S.RECOMMENDED}),
                target=S.RESERVE,
                permission=P.BID_RANK,
                label=_l("Put on the reserve list"),
                done=_l("Bid put on the reserve list"),
            ),
            Transition(
                action="not_select",
                sources=frozenset({S.SCORED, S.SHORTLISTED, S.RESERVE, S.RECOMMENDED}),
                target=S.NOT_SELECTED,
                permission=P.BID_RANK,
                label=_l("Do not select"),
                done=_l("Bid not selected"),
            ),
            Transition(
                action="promote",
                sources=frozenset({S.RESERVE}),
                target=S.RECOMMENDED,
                permission=P.AWARD_DECIDE,
                label=_l("Take as next rank"),
                done=_l("Next rank recommended for award"),
            ),
            Transition(
                action="score_again",
                sources=JUDGED,
                target=S.ELIGIBLE,
                permission=P.BID_RANK,
                label=_l("Score again"),
                done=_l("Sent back to be scored again"),
                needs_reason=True,
            ),
            Transition(
                action="check_again",
                sources=JUDGED | {S.ELIGIBLE},
                target=S.OPENED,
                permission=P.BID_CHECK,
                label=_l("Back to the formal check"),
                done=_l("Sent back to the formal check"),
                guards=(is_checking,),
                needs_reason=True,
            ),
            Transition(
                action="win",
                sources=frozenset({S.RECOMMENDED}),
                target=S.AWARDED,
                permission=None,
                label=_l("Win"),
                done=_l("Bid won"),
                guards=(award_is_active,),
            ),
            Transition(
                action="lose",
                sources=frozenset({S.AWARDED}),
                target=S.NOT_SELECTED,
                permission=None,
                label=_l("Lose the award"),
                done=_l("Award cancelled, bid no longer selected"),
                guards=(award_is_gone,),
            ),
            Transition(
                action="decline",
                sources=frozenset({S.AWARDED}),
                target=S.DECLINED,
                permission=P.BID_DECLINE,
                label=_l("Decline the award"),
                done=_l("Award declined by the winner"),
                needs_reason=True,
                stamps="declined_at",
                style="danger",
            ),
            Transition(
                action="disqualify",
                sources=AFTER_OPENING,
                target=S.DISQUALIFIED,
                permission=P.BID_DISQUALIFY,
                label=_l("Disqualify"),
                done=_l("Bid disqualified"),
                guards=(award_is_gone,),
                needs_reason=True,
                style="danger",
            ),
        ),
    )
)
