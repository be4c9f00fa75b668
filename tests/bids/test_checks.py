"""The formal check: two officers, disagreement, one cure, the clock, one review."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.bids import checks, content, hints, queries, services
from app.core.clock import SHANGHAI
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.bids import Bid
from app.models.procedure_codes import BidSlot, CheckPoint, Role
from app.models.states import BidState
from app.workflow import move, settle, state_at
from tests.bids.making import (
    ALWAYS,
    check_by_both,
    good_content,
    open_all,
    open_demand,
    sealed,
    stored,
    submitted_bid,
    verdicts,
)
from tests.factories.world import World

pytestmark = pytest.mark.both_databases


@pytest.fixture
def bid(world: World, session: Session) -> Bid:
    """An opened bid."""
    demand = open_demand(world)
    made = submitted_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)
    open_all(world, demand)
    return made


def in_cure(world: World, session: Session, bid: Bid) -> None:
    check_by_both(world, bid, seal="curable")
    by = world.actor_of(world.organizer)
    checks.ask_cure(session, bid, points=["seal"], request="请补充签字页。", by=by, now=world.now)


def test_passes_when_two_officers_find_nothing(world: World, session: Session, bid: Bid) -> None:
    check_by_both(world, bid)
    checks.decide(session, bid, passes=True, by=world.actor_of(world.organizer), now=world.now)
    assert bid.state is BidState.ELIGIBLE


def test_refuses_to_decide_after_one_check(world: World, session: Session, bid: Bid) -> None:
    by = world.actor_of(world.organizer)
    checks.record_check(session, bid, verdicts=verdicts(), by=by, now=world.now)
    with pytest.raises(RuleBroken) as caught:
        checks.decide(session, bid, passes=True, by=by, now=world.now)
    assert caught.value.codes == {"two_checks_needed"}


def test_refuses_the_same_officer_twice_and_a_third_one(world: World, session: Session, bid: Bid) -> None:
    by = world.actor_of(world.organizer)
    checks.record_check(session, bid, verdicts=verdicts(), by=by, now=world.now)
    with pytest.raises(RuleBroken) as caught:
        checks.record_check(session, bid, verdicts=verdicts(), by=by, now=world.now)
    assert caught.value.codes == {"checked_before"}


@pytest.mark.parametrize("name", ["owner", "bidder", "supervisor", "other_organizer", "operator"])
def test_lets_nobody_else_check(world: World, session: Session, bid: Bid, name: str) -> None:
    with pytest.raises(NotPermitted):
        checks.record_check(
            session, bid, verdicts=verdicts(), by=world.actor_of(getattr(world, name)), now=world.now
        )


def test_names_every_point_left_open_and_every_no_without_reason(
    world: World, session: Session, bid: Bid
) -> None:
    rows = verdicts(credit="fatal")
    rows["credit"]["reason"] = " "
    del rows["seal"]
    rows["leader"] = {"verdict": "no", "reason": "无"}
    with pytest.raises(RuleBroken) as caught:
        checks.record_check(session, bid, verdicts=rows, by=world.actor_of(world.organizer), now=world.now)
    assert [(each.code, each.field) for each in caught.value.refusals] == [
        ("point_open", "seal_verdict"),
        ("severity_missing", "leader_severity"),
        ("reason_missing", "credit_reason"),
    ]


def test_must_fail_on_a_point_both_call_fatal(world: World, session: Session, bid: Bid) -> None:
    check_by_both(world, bid, not_related="fatal")
    by = world.actor_of(world.organizer)
    with pytest.raises(RuleBroken) as caught:
        checks.decide(session, bid, passes=True, by=by, now=world.now, reason="不要紧")
    assert caught.value.codes == {"fatal_point"}
    with pytest.raises(RuleBroken) as unexplained:
        checks.decide(session, bid, passes=False, by=by, now=world.now)
    assert unexplained.value.codes == {"reason_missing"}
    checks.decide(session, bid, passes=False, by=by, now=world.now, reason="与发榜方存在关联关系")
    assert (bid.state, bid.state_reason) == (BidState.INELIGIBLE, "与发榜方存在关联关系")


def test_asks_for_a_reason_where_the_officers_disagree(world: World, session: Session, bid: Bid) -> None:
    first, second = world.actor_of(world.organizer), world.actor_of(world.second_organizer)
    checks.record_check(session, bid, verdicts=verdicts(credit="fatal"), by=first, now=world.now)
    checks.record_check(session, bid, verdicts=verdicts(), by=second, now=world.now)
    with pytest.raises(RuleBroken) as caught:
        checks.decide(session, bid, passes=True, by=first, now=world.now)
    assert caught.value.codes == {"reason_missing"}
    checks.decide(session, bid, passes=True, by=first, now=world.now, reason="同名单位，非本单位")
    assert bid.state is BidState.ELIGIBLE


def test_shows_the_first_check_to_the_second_officer_after_their_own(
    world: World, session: Session, bid: Bid
) -> None:
    first, second = world.actor_of(world.organizer), world.actor_of(world.second_organizer)
    checks.record_check(session, bid, verdicts=verdicts(), by=first, now=world.now)
    done = queries.checks_of(session, bid, 1)
    shown = {
        name: len(checks.readable_checks(done, by, is_supervisor=name == "supervisor"))
        for name, by in {
            "first": first,
            "second": second,
            "supervisor": world.actor(Role.SUPERVISOR),
        }.items()
    }
    assert shown == {"first": 1, "second": 0, "supervisor": 1}
    checks.record_check(session, bid, verdicts=verdicts(), by=second, now=world.now)
    assert len(checks.readable_checks(queries.checks_of(session, bid, 1), second, is_supervisor=False)) == 2


def test_asks_for_one_cure_until_the_end_of_the_fifth_working_day(
    world: World, session: Session, bid: Bid
) -> None:
    in_cure(world, session, bid)
    assert bid.state is BidState.NEEDS_CURE
    assert bid.cure_due_at is not None
    # Closing is Monday 20 April 2026; the fifth working day after it is Monday 27 April.
    assert bid.cure_due_at.astimezone(SHANGHAI).isoformat() == "2026-04-28T00:00:00+08:00"


def test_asks_only_for_points_found_wanting_and_curable(world: World, session: Session, bid: Bid) -> None:
    check_by_both(world, bid, seal="curable")
    by = world.actor_of(world.organizer)
    for points in ([], ["credit"], ["nonsense"]):
        with pytest.raises(RuleBroken) as caught:
            checks.ask_cure(session, bid, points=points, request="请补充", by=by, now=world.now)
        assert caught.value.codes == {"points_not_curable"}


def test_takes_a_cure_in_time_and_checks_anew(world: World, session: Session, bid: Bid) -> None:
    in_cure(world, session, bid)
    by = world.actor(Role.BIDDER)
    assert bid.cure_due_at is not None
    last = world.clock.set(bid.cure_due_at - timedelta(microseconds=1))
    services.add_file(session, bid, slot=BidSlot.PROPOSAL, saved=stored("签字页.pdf"), by=by, now=last)
    version = checks.hand_in_cure(session, bid, by=by, now=last)
    assert (version.is_cure, version.number, bid.sealed_version) == (True, 2, 2)
    assert (bid.state, len(sealed(session, bid).files)) == (BidState.OPENED, len(ALWAYS) + 1)
    organizer = world.actor_of(world.organizer)
    with pytest.raises(RuleBroken) as caught:
        checks.decide(session, bid, passes=True, by=organizer, now=last)
    assert caught.value.codes == {"two_checks_needed"}
    check_by_both(world, bid)
    checks.decide(session, bid, passes=True, by=organizer, now=last)
    assert bid.state is BidState.ELIGIBLE


def test_refuses_a_cure_that_changes_the_offer(world: World, session: Session, bid: Bid) -> None:
    in_cure(world, session, bid)
    by = world.actor(Role.BIDDER)
    text = good_content(bid.demand, price_fen=1, title="补正后的标题")
    with pytest.raises(RuleBroken) as caught:
        checks.hand_in_cure(session, bid, content=text, by=by, now=world.now)
    assert [(each.code, each.field) for each in caught.value.refusals] == [
        ("cure_changes_offer", "price_fen")
    ]


def test_fails_by_the_clock_when_no_cure_comes(world: World, session: Session, bid: Bid) -> None:
    in_cure(world, session, bid)
    assert bid.cure_due_at is not None
    world.clock.set(bid.cure_due_at)
    assert state_at(bid, world.now) is BidState.INELIGIBLE
    with pytest.raises(RuleBroken) as caught:
        checks.hand_in_cure(session, bid, by=world.actor(Role.BIDDER), now=world.now)
    assert caught.value.codes == {"cure_over"}
    settle(session, bid, world.now)
    assert bid.state is BidState.INELIGIBLE


def test_asks_for_a_cure_once(world: World, session: Session, bid: Bid) -> None:
    in_cure(world, session, bid)
    checks.hand_in_cure(session, bid, by=world.actor(Role.BIDDER), now=world.now)
    check_by_both(world, bid, seal="curable")
    with pytest.raises(RuleBroken) as caught:
        by = world.actor_of(world.organizer)
        checks.ask_cure(session, bid, points=["seal"], request="再补", by=by, now=world.now)
    assert caught.value.codes == {"cured_before"}


def test_readmits_on_the_bidder_s_one_request(world: World, session: Session, bid: Bid) -> None:
    check_by_both(world, bid, credit="fatal")
    organizer, bidder = world.actor_of(world.organizer), world.actor(Role.BIDDER)
    checks.decide(session, bid, passes=False, by=organizer, now=world.now, reason="在失信名单")
    checks.request_check_review(session, bid, text="同名单位，请复核。", by=bidder, now=world.now)
    with pytest.raises(RuleBroken) as caught:
        checks.request_check_review(session, bid, text="再次", by=bidder, now=world.now)
    assert caught.value.codes == {"review_asked_before"}
    move(session, bid, "readmit", by=organizer, now=world.now, reason="复核属实")
    assert (bid.state, queries.attempts(session, [bid])[bid.id]) == (BidState.OPENED, 2)
    check_by_both(world, bid)
    checks.decide(session, bid, passes=True, by=organizer, now=world.now)
    assert bid.state is BidState.ELIGIBLE


def test_lets_the_bidder_ask_for_a_review_of_a_failure_only(world: World, session: Session, bid: Bid) -> None:
    with pytest.raises(StateMovedOn):
        checks.request_check_review(session, bid, text="为何", by=world.actor(Role.BIDDER), now=world.now)


def test_hints_at_a_same_phone_and_an_old_proof(world: World, session: Session, bid: Bid) -> None:
    bid.lead.phone = bid.demand.contact_phone
    session.flush()
    by = world.actor_of(world.organizer)
    version = content.version_for(session, bid, by=by)
    text = content.read(session, bid, by=by, now=world.now)
    found = hints.hints(session, bid, version, text, now=world.now)
    levels = {point: sorted({hint.level for hint in rows}) for point, rows in found.items() if rows}
    assert levels[CheckPoint.NOT_RELATED] == ["warn"]
    assert levels[CheckPoint.CREDIT] == ["warn"]
    assert levels[CheckPoint.PRICE] == ["ok"]
    assert levels[CheckPoint.INDICATORS] == ["ok"]
