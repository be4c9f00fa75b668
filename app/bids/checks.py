"""The formal check (形式审查): sixteen points, two officers, one cure (补正), one review at the bidder's request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.bids import queries, sealing
from app.bids.content import Content, shaped
from app.bids.promises import answered
from app.bids.services import lock_bid, open_version
from app.core.clock import day_of, end_of_day
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.bids import Bid, BidVersion, FormalCheck
from app.models.demands import Demand
from app.models.procedure_codes import CheckPoint, OfficerDuty, Severity, Verdict
from app.models.states import BidState, DemandState
from app.notifications import audiences
from app.notifications.services import notify
from app.rounds import calendar
from app.workflow import move, record
from app.workflow.unsaved import forget_unsaved

CHECKERS = 2


@dataclass(frozen=True, slots=True)
class Result:
    """What two checks say of one bid: points that both, or only one, found wanting."""

    is_complete: bool
    agreed: frozenset[str]
    disputed: frozenset[str]
    fatal: frozenset[str]
    curable: frozenset[str]

    @property
    def must_fail(self) -> bool:
        """Both officers found a fatal point."""
        return bool(self.fatal)


def result_of(checks: Sequence[FormalCheck]) -> Result:
    """Compare the checks of one run. Fatal and agreed need both; curable is what at least one calls curable."""
    found = [_wanting(each.verdicts) for each in checks[:CHECKERS]]
    named = [set(each) for each in found]
    both = set.intersection(*named) if len(found) == CHECKERS else set()
    either = set().union(*named)
    fatal = {point for point in both if all(each[point] == Severity.FATAL.value for each in found)}
    curable = {point for each in found for point, how in each.items() if how == Severity.CURABLE.value}
    return Result(
        is_complete=len(found) == CHECKERS,
        agreed=frozenset(both),
        disputed=frozenset(either - both),
        fatal=frozenset(fatal),
        curable=frozenset(curable),
    )


def record_check(
    session: Session,
    bid: Bid,
    *,
    verdicts: Mapping[str, Mapping[str, Any]],
    by: Actor,
    now: datetime,
    note: str = "",
) -> FormalCheck:
    """Keep one officer's verdict on each of the sixteen points: {point: {verdict, severity, reason}}.

    A no says whether it is curable or fatal, and why. Two different officers whom the round names check each bid."""
    bid = lock_bid(session, bid)
    _check_officer(bid, by)
    if bid.state is not BidState.OPENED or bid.demand.state is not DemandState.SCREENING:
        raise StateMovedOn()
    attempt = queries.attempts(session, [bid])[bid.id]
    done = queries.checks_of(session, bid, attempt)
    if any(each.officer_id == by.user_id for each in done):
        raise RuleBroken(Refusal("checked_before", _l("You have checked this bid already.")))
    if len(done) >= CHECKERS:
        raise RuleBroken(Refusal("checked_by_two", _l("Two officers have checked this bid already.")))
    rows, refusals = _read(verdicts)
    if refusals:
        raise RuleBroken(refusals)
    check = FormalCheck(
        bid=bid, officer_id=by.user_id, attempt=attempt, verdicts=rows, note=note.strip(), at=now
    )
    session.add(check)
    record(
        session, bid, "record_check", by=by, now=now, data={"attempt": attempt, "no": sorted(_wanting(rows))}
    )
    session.expire(bid, ["checks"])
    return check


def decide(
    session: Session, bid: Bid, *, passes: bool, by: Actor, now: datetime, reason: str | None = None
) -> None:
    """Close the formal check when two officers have done it.

    What both found wanting cannot be passed over: fatal points fail the bid, curable ones are cured first. Where they
    disagree the organizer decides, with a reason either way."""
    bid = lock_bid(session, bid)
    if not can(by, Permission.BID_CHECK, bid):
        raise NotPermitted()
    attempt = queries.attempts(session, [bid])[bid.id]
    result = result_of(queries.checks_of(session, bid, attempt))
    if bid.state is BidState.OPENED and not result.is_complete:
        raise RuleBroken(Refusal("two_checks_needed", _l("Two officers must check the bid.")))
    refusals = []
    if passes and result.must_fail:
        refusals.append(Refusal("fatal_point", _l("Both officers found a fatal point: the bid fails.")))
    elif passes and result.agreed:
        refusals.append(
            Refusal(
                "point_wanting", _l("Both officers found a point wanting: ask for a cure, or fail the bid.")
            )
        )
    if result.disputed and not (reason or "").strip():
        refusals.append(
            Refusal(
                "reason_missing", _l("The officers disagree: give the reason for your decision."), "reason"
            )
        )
    if refusals:
        raise RuleBroken(refusals)
    points = sorted(result.agreed or result.disputed)
    data = {"attempt": attempt, "points": points}
    move(session, bid, "pass_check" if passes else "fail_check", by=by, now=now, reason=reason, data=data)


def ask_cure(
    session: Session, bid: Bid, *, points: Sequence[str], request: str, by: Actor, now: datetime
) -> None:
    """Ask once for a cure of curable points, until the end of the round's working days from today."""
    bid = lock_bid(session, bid)
    if not can(by, Permission.BID_CHECK, bid):
        raise NotPermitted()
    attempt = queries.attempts(session, [bid])[bid.id]
    result = result_of(queries.checks_of(session, bid, attempt))
    refusals = []
    if bid.cure_requested_at is not None:
        refusals.append(
            Refusal("cured_before", _l("This bid was asked for a cure before: there is one only."))
        )
    if not result.is_complete:
        refusals.append(Refusal("two_checks_needed", _l("Two officers must check the bid.")))
    if result.must_fail:
        refusals.append(Refusal("fatal_point", _l("Both officers found a fatal point: the bid fails.")))
    if not points or not set(points) <= result.curable:
        refusals.append(
            Refusal(
                "points_not_curable", _l("Choose points that the check found wanting and curable."), "points"
            )
        )
    if not request.strip():
        refusals.append(Refusal("request_missing", _l("Write what is to be handed in."), "request"))
    if refusals:
        raise RuleBroken(refusals)
    days = bid.demand.round.cure_wd
    bid.cure_points = [each.value for each in CheckPoint if each.value in set(points)]
    bid.cure_request = request.strip()
    bid.cure_due_at = end_of_day(calendar.work_calendar(session).add_workdays(day_of(now), days))
    move(session, bid, "ask_cure", by=by, now=now, data={"points": bid.cure_points})


def hand_in_cure(
    session: Session, bid: Bid, *, by: Actor, now: datetime, content: Mapping[str, Any] | None = None
) -> BidVersion:
    """Seal the cured version and hand it in within the window; then the check begins anew.

    A cure completes the bid, it never changes the offer: price, duration, promised values and units stay.
    Without `content` the saved draft of the cure is taken."""
    bid = lock_bid(session, bid)
    if bid.state is not BidState.NEEDS_CURE:
        raise StateMovedOn()
    version = open_version(session, bid, by=by, now=now)
    if content is not None:
        version.content = shaped(content)
    sealed = queries.version(session, bid, bid.sealed_version)
    demand = bid.demand
    before = answered(shaped(sealed.content), demand) if sealed else None
    changed = changed_offer(before, answered(shaped(version.content), demand)) if before else []
    if changed:
        wording = _l("A cure cannot change the offer: price, duration, promised values, payments or units.")
        raise RuleBroken([Refusal("cure_changes_offer", wording, name) for name in changed])
    sealing.seal(session, bid, version, now=now)
    data = {
        "version": version.number,
        "receipt": version.receipt_number,
        "commitment": version.commitment,
    }
    move(session, bid, "cure", by=by, now=now, data=data)
    forget_unsaved(session, bid)
    return version


def changed_offer(before: Content, after: Content) -> list[str]:
    """The fields of the offer that differ between two contents."""
    return [name for name in _offer(before) if _offer(before)[name] != _offer(after)[name]]


def request_check_review(session: Session, bid: Bid, *, text: str, by: Actor, now: datetime) -> None:
    """The bidder asks, once, for a second look at a failed formal check."""
    bid = lock_bid(session, bid)
    if not can(by, Permission.BID_CURE, bid):
        raise NotPermitted()
    if bid.state is not BidState.INELIGIBLE or bid.demand.state is not DemandState.SCREENING:
        raise StateMovedOn()
    if bid.check_review_requested_at is not None:
        raise RuleBroken(
            Refusal("review_asked_before", _l("A review was asked for before: there is one only."))
        )
    if not text.strip():
        raise RuleBroken(Refusal("text_missing", _l("Write why the result is wrong."), "text"))
    bid.check_review_requested_at = now
    bid.check_review_request = text.strip()
    event = record(session, bid, "request_check_review", by=by, now=now)
    data = {"title": bid.title or bid.demand.title, "number": bid.number}
    people = audiences.organisers(session, bid)
    notify(session, people, "bid.request_check_review", now=now, data=data, thing=bid, event=event)


def may_check(bid: Bid, by: Actor) -> bool:
    """Whether the actor is one of the officers whom the round names for the formal check."""
    return can(by, Permission.BID_CHECK, bid) and queries.is_officer(bid.demand, by, OfficerDuty.CHECK)


def may_record(bid: Bid, done: Sequence[FormalCheck], *, by: Actor) -> bool:
    """Whether the actor may hand in a check of this bid now."""
    is_open = bid.state is BidState.OPENED and bid.demand.state is DemandState.SCREENING
    is_new = len(done) < CHECKERS and all(each.officer_id != by.user_id for each in done)
    return is_open and is_new and may_check(bid, by)


def readable_checks(checks: Sequence[FormalCheck], by: Actor, *, is_supervisor: bool) -> list[FormalCheck]:
    """The checks this person may read: their own, and the other one when both are done or their own is."""
    is_done = len(checks) >= CHECKERS or any(each.officer_id == by.user_id for each in checks)
    return list(checks) if is_supervisor or is_done else []


def progress(demand: Demand, bids: Sequence[Bid]) -> dict[str, int]:
    """How far the formal check of a demand is: bids, decided, passed, failed, in cure, and the minimum."""
    states = [bid.state for bid in bids]
    open_states = (BidState.OPENED, BidState.NEEDS_CURE)
    return {
        "bids": len(states),
        "decided": sum(state not in open_states for state in states),
        "passed": sum(state is BidState.ELIGIBLE for state in states),
        "failed": sum(state is BidState.INELIGIBLE for state in states),
        "in_cure": sum(state is BidState.NEEDS_CURE for state in states),
        "minimum": max(1, demand.min_valid_bids),
    }


def _check_officer(bid: Bid, by: Actor) -> None:
    if not can(by, Permission.BID_CHECK, bid):
        raise NotPermitted()
    if not queries.is_officer(bid.demand, by, OfficerDuty.CHECK):
        raise NotPermitted(_l("The round names other officers for the formal check."))


def _read(
    verdicts: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, dict[str, Any]], list[Refusal]]:
    rows: dict[str, dict[str, Any]] = {}
    refusals = []
    for point in CheckPoint:
        given = verdicts.get(point.value) or {}
        verdict = str(getattr(given.get("verdict"), "value", given.get("verdict")) or "")
        severity = getattr(given.get("severity"), "value", given.get("severity")) or None
        reason = str(given.get("reason") or "").strip()
        if verdict not in {each.value for each in Verdict}:
            wording = _l("Decide this point: %(point)s.", point=point.label)
            refusals.append(Refusal("point_open", wording, f"{point.value}_verdict"))
        elif verdict == Verdict.NO.value and severity not in {each.value for each in Severity}:
            wording = _l("Curable or fatal: %(point)s.", point=point.label)
            refusals.append(Refusal("severity_missing", wording, f"{point.value}_severity"))
        if verdict == Verdict.NO.value and not reason:
            wording = _l("Give the reason: %(point)s.", point=point.label)
            refusals.append(Refusal("reason_missing", wording, f"{point.value}_reason"))
        is_no = verdict == Verdict.NO.value
        rows[point.value] = {"verdict": verdict, "severity": severity if is_no else None, "reason": reason}
    return rows, refusals


def _wanting(verdicts: Mapping[str, Any]) -> dict[str, str]:
    return {
        point: str(row.get("severity"))
        for point, row in verdicts.items()
        if row.get("verdict") == Verdict.NO.value
    }


def _offer(content: Content) -> dict[str, Any]:
    return {
        "price_fen": content["price_fen"],
        "duration_months": content["duration_months"],
        "responses": [
            (row["indicator_id"], row["promised_value"], row["promised_high"], row["deviation"])
            for row in content["responses"]
        ],
        "milestones": [(row["end_month"], row["pay_percent"]) for row in content["milestones"]],
        "members": [row["uscc"] for row in content["members"]],
        "budget": [(row["source"], row["item"], row["amount_fen"]) for row in content["budget"]],
    }
