"""Draw, start, report, conclusion, and the ways back."""

import pytest
from sqlalchemy.orm import Session

from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.experts import seats as seat_services
from app.models.codes import AwardMode
from app.models.procedure_codes import Role
from app.models.records import Event, Message
from app.models.reviews import Sheet
from app.models.states import AssignmentState, AwardState, BidState, DemandState, SheetState
from app.reviews import services
from tests.factories import World, make_award, make_bid, make_demand, make_panel, make_round, make_sheet
from tests.reviews.stage import HIGH, LOW, MIDDLE, Review


def states(review: Review) -> list[BidState]:
    """The states of the bids."""
    return [bid.state for bid in review.bids]


def test_draws_the_panel_once(world: World) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    make_bid(world, BidState.OPENED, demand=demand)
    by = world.actor(Role.ORGANIZER)
    panel = services.draw_review_panel(world.session, demand, by=by, now=world.now, seed="一")
    assert (panel.size, len(panel.assignments), panel.rubric_frozen_at) == (5, 7, world.now)
    with pytest.raises(RuleBroken) as refused:
        services.draw_review_panel(world.session, demand, by=by, now=world.now, seed="二")
    assert refused.value.codes == {"panel_stands"}


@pytest.mark.parametrize("state", [DemandState.CLOSED, DemandState.REVIEWING, DemandState.RECOMMENDED])
def test_draws_no_panel_outside_the_formal_check(world: World, state: DemandState) -> None:
    demand = make_demand(world, state)
    with pytest.raises(StateMovedOn):
        services.draw_review_panel(world.session, demand, by=world.actor(Role.ORGANIZER), now=world.now)


@pytest.mark.parametrize("name", ["other_organizer", "owner", "bidder", "supervisor"])
def test_lets_only_the_own_organiser_draw(world: World, name: str) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    by = world.actor_of(world.people[name])
    with pytest.raises(NotPermitted):
        services.draw_review_panel(world.session, demand, by=by, now=world.now)


def test_starts_with_a_complete_panel_and_tells_its_members(world: World, session: Session) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    make_bid(world, BidState.ELIGIBLE, demand=demand)
    panel = make_panel(world, demand=demand)
    services.start_review(session, demand, by=world.actor(Role.ORGANIZER), now=world.now)
    assert demand.state is DemandState.REVIEWING
    messages = session.query(Message).filter_by(kind="demand.start_review", thing_type="assignment")
    told = {message.user_id for message in messages}
    assert told == {seat.expert.user_id for seat in panel.assignments if not seat.is_reserve}


def test_does_not_start_with_an_expert_in_conflict(world: World, session: Session) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    bid = make_bid(world, BidState.ELIGIBLE, demand=demand)
    panel = make_panel(world, demand=demand)
    panel.assignments[2].expert.unit_uscc = bid.lead.uscc
    by = world.actor(Role.ORGANIZER)
    with pytest.raises(RuleBroken) as refused:
        services.start_review(session, demand, by=by, now=world.now)
    assert refused.value.codes == {"conflict_found"}
    assert demand.state is DemandState.SCREENING


def test_does_not_start_without_every_seat(world: World) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    make_bid(world, BidState.ELIGIBLE, demand=demand)
    make_panel(world, demand=demand, seats=AssignmentState.INVITED)
    with pytest.raises(RuleBroken) as refused:
        services.start_review(world.session, demand, by=world.actor(Role.ORGANIZER), now=world.now)
    assert refused.value.codes == {"panel_incomplete"}


def test_only_the_chair_drafts_and_only_on_totals(world: World) -> None:
    review = Review(world, bids=1)
    review.lock(HIGH)
    with pytest.raises(RuleBroken) as refused:
        review.draft()
    assert refused.value.codes == {"totals_missing"}
    review.compute()
    with pytest.raises(NotPermitted):
        services.draft_report(
            world.session, review.panel, text="意见", opinions={}, by=review.member(1), now=world.now
        )
    with pytest.raises(RuleBroken) as refused:
        services.draft_report(
            world.session, review.panel, text=" ", opinions={}, by=review.member(0), now=world.now
        )
    assert refused.value.codes == {"report_missing", "opinion_missing"}


def test_the_last_signature_closes_the_report(world: World) -> None:
    review = Review(world, bids=1)
    review.lock(HIGH)
    review.compute()
    digest = review.draft()
    review.sign(range(4))
    assert review.panel.report_signed_at is None
    review.sign(range(4, 5), dissent="对技术路线持保留意见。")
    assert review.panel.report_signed_at == world.now
    assert [(seat.signed_digest, seat.dissent) for seat in review.seats] == [
        *[(digest, None)] * 4,
        (digest, "对技术路线持保留意见。"),
    ]
    with pytest.raises(StateMovedOn):
        review.sign(range(1))
    with pytest.raises(StateMovedOn):
        review.draft()


def test_nobody_signs_for_another_or_from_the_reserve(world: World) -> None:
    review = Review(world, bids=1)
    review.lock(HIGH)
    review.compute()
    review.draft()
    reserve = world.actor_of(review.panel.assignments[-1].expert.user)
    for by in (reserve, review.organiser):
        with pytest.raises(NotPermitted):
            services.sign_report(world.session, review.panel, by=by, now=world.now)


def test_drafting_again_takes_the_signatures_back(world: World) -> None:
    review = Review(world, bids=1)
    review.lock(HIGH)
    review.compute()
    review.draft()
    review.sign(range(3))
    review.draft("改写后的评审意见。")
    assert [seat.signed_at for seat in review.seats] == [None] * 5
    assert len(review.panel.report["history"]) == 1


def test_a_member_who_leaves_takes_the_report_along(world: World) -> None:
    review = Review(world, bids=1)
    review.lock(HIGH)
    review.compute()
    review.draft()
    review.sign(range(2))
    seat_services.recuse(
        world.session, review.seats[3], reason="发现利害关系。", by=review.member(3), now=world.now
    )
    assert review.panel.report_drafted_at is None
    assert not review.board.is_complete
    with pytest.raises(RuleBroken) as refused:
        review.compute()
    assert refused.value.codes == {"sheets_open"}


def test_concludes_with_the_best_recommended_and_the_rest_in_order(world: World) -> None:
    review = Review(world).through(MIDDLE, HIGH, LOW)
    assert review.demand.state is DemandState.RECOMMENDED
    assert states(review) == [BidState.RESERVE, BidState.RECOMMENDED, BidState.NOT_SELECTED]
    assert {sheet.state for sheet in world.session.query(Sheet)} == {SheetState.FINAL}
    assert {seat.state for seat in review.seats} == {AssignmentState.DONE}


def test_recommends_as_many_as_there_are_lanes(world: World) -> None:
    review = Review(world, award_mode=AwardMode.HORSE_RACE, lanes=2).through(MIDDLE, HIGH, [65] * 5)
    assert states(review) == [BidState.RECOMMENDED, BidState.RECOMMENDED, BidState.RESERVE]


def test_shortlists_without_order_where_the_owner_chooses(world: World) -> None:
    review = Review(world, round_=make_round(world, is_split_award=True)).through(MIDDLE, HIGH, LOW)
    assert states(review) == [BidState.SHORTLISTED, BidState.SHORTLISTED, BidState.NOT_SELECTED]
    assert [bid.rank for bid in review.bids] == [None, None, None]


def test_ends_without_award_when_nobody_reaches_the_line(world: World, session: Session) -> None:
    review = Review(world, bids=2).through(LOW, LOW)
    assert review.demand.state is DemandState.NO_AWARD
    assert states(review) == [BidState.NOT_SELECTED, BidState.NOT_SELECTED]
    event = session.query(Event).filter_by(action="fail").one()
    assert (event.data, event.role) == ({"cause": "none_above_line"}, "system")


def test_does_not_conclude_without_every_signature(world: World) -> None:
    review = Review(world, bids=1)
    review.lock(HIGH)
    review.compute()
    review.draft()
    review.sign(range(4))
    with pytest.raises(RuleBroken) as refused:
        review.conclude()
    assert refused.value.codes == {"report_not_signed"}
    assert review.demand.state is DemandState.REVIEWING


def test_reopens_the_review_with_everything_kept(world: World) -> None:
    review = Review(world, bids=2).through(HIGH, LOW)
    digest = review.panel.report_digest
    services.reopen_review(
        world.session, review.demand, reason="异议成立，重新评审。", by=review.organiser, now=world.now
    )
    assert review.demand.state is DemandState.REVIEWING
    assert states(review) == [BidState.ELIGIBLE, BidState.ELIGIBLE]
    assert [(bid.total, bid.rank, bid.panel_opinion) for bid in review.bids] == [(None, None, None)] * 2
    sheets = world.session.query(Sheet).all()
    assert {(sheet.state, sheet.revision, len(sheet.scores)) for sheet in sheets} == {
        (SheetState.RETURNED, 2, 14)
    }
    assert {seat.state for seat in review.seats} == {AssignmentState.ACCEPTED}
    assert review.panel.report_signed_at is None
    [entry] = review.panel.report["history"]
    assert (entry["digest"], entry["because"], len(entry["signatures"])) == (digest, "reopen_review", 5)
    assert [row["total"] for row in entry["ranking"]] == [90_00, 40_00]


def test_reopens_the_formal_check(world: World) -> None:
    review = Review(world, bids=2).through(HIGH, LOW)
    services.reopen_check(
        world.session, review.demand, reason="资格材料需复核。", by=review.organiser, now=world.now
    )
    assert review.demand.state is DemandState.SCREENING
    assert states(review) == [BidState.OPENED, BidState.OPENED]
    assert review.panel.report["history"][0]["because"] == "reopen_check"


@pytest.mark.parametrize("act", [services.reopen_review, services.reopen_check])
def test_reopening_needs_a_reason_and_no_award(world: World, act: object) -> None:
    review = Review(world, bids=1).through(HIGH)
    with pytest.raises(RuleBroken) as refused:
        act(world.session, review.demand, reason=" ", by=review.organiser, now=world.now)
    assert refused.value.codes == {"reason_missing"}
    make_award(world, AwardState.PENDING, bid=review.bids[0])
    with pytest.raises(RuleBroken) as refused:
        act(world.session, review.demand, reason="重新评审。", by=review.organiser, now=world.now)
    assert refused.value.codes == {"award_in_force"}


def test_a_second_review_goes_the_whole_way(world: World) -> None:
    review = Review(world, bids=2).through(HIGH, MIDDLE)
    services.reopen_review(world.session, review.demand, reason="重评。", by=review.organiser, now=world.now)
    for sheet in world.session.query(Sheet):
        sheet.state = SheetState.SUBMITTED
    review.compute()
    review.draft("重新评审意见。")
    review.sign()
    assert review.conclude() is True
    assert states(review) == [BidState.RECOMMENDED, BidState.RESERVE]


def test_a_bid_without_any_sheet_keeps_the_board_open(world: World) -> None:
    review = Review(world, bids=2)
    for seat in review.seats:
        make_sheet(world, SheetState.SUBMITTED, seat=seat, bid=review.bids[0])
    assert not review.board.is_complete
