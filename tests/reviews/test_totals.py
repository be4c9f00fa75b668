"""Totals, the line, ties, and what happens to them when a sheet comes back."""

import pytest
from sqlalchemy.orm import Session

from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.procedure_codes import RescoreReason, Role
from app.models.records import Event
from app.models.reviews import Sheet
from app.models.states import BidState, SheetState
from app.reviews import services
from app.reviews.queries.boards import outliers
from app.scoring.services import return_sheet, save_sheet, submit_sheet
from tests.browsing import FussyClient
from tests.factories import World, make_round, make_sheet
from tests.reviews.stage import HIGH, LOW, MIDDLE, Review


def figures(review: Review) -> list[tuple[int | None, int | None, bool | None]]:
    """Total, rank and line of each bid."""
    return [(bid.total, bid.rank, bid.is_above_line) for bid in review.bids]


def give_back(review: Review, sheet: Sheet, reason: RescoreReason) -> Sheet:
    """The chair returns the sheet."""
    return return_sheet(
        review.world.session, sheet, reason=reason, note="请核对。", by=review.member(0), now=review.world.now
    )


def score_anew(review: Review, sheet: Sheet, number: int, percent: int) -> None:
    """The expert of the seat locks the sheet again with other scores."""
    session, now, by = review.world.session, review.world.now, review.member(number)
    scores = {each.code: (each.max_score * percent // 100, "已复核。") for each in sheet.rubric.criteria}
    save_sheet(session, sheet, by=by, now=now, scores=scores)
    submit_sheet(session, sheet, by=by, now=now)


def test_drops_one_highest_and_one_lowest_from_five_sheets_on(world: World) -> None:
    review = Review(world, bids=1)
    review.lock([40, 80, 80, 80, 90])
    review.compute()
    assert figures(review) == [(80_00, 1, True)]


def test_keeps_every_sheet_below_the_size_that_trims(world: World) -> None:
    review = Review(world, bids=1, round_=make_round(world, trim_from_size=7))
    review.lock([40, 80, 80, 80, 90])
    review.compute()
    assert figures(review) == [(74_00, 1, True)]


def test_keeps_every_sheet_where_the_round_does_not_trim(world: World) -> None:
    review = Review(world, bids=1, round_=make_round(world, has_trimmed_mean=False))
    review.lock([40, 80, 80, 80, 90])
    review.compute()
    assert figures(review) == [(74_00, 1, True)]


def test_ranks_bids_and_marks_those_below_the_line(world: World) -> None:
    review = Review(world)
    review.lock(MIDDLE, HIGH, LOW)
    review.compute()
    assert figures(review) == [(75_00, 2, True), (90_00, 1, True), (40_00, 3, False)]
    assert {bid.state for bid in review.bids} == {BidState.SCORED}


def test_line_is_met_at_exactly_the_line(world: World) -> None:
    review = Review(world, bids=2)
    review.lock([60] * 5, [59] * 5)
    review.compute()
    assert [bid.is_above_line for bid in review.bids] == [True, False]


def test_satisfaction_moves_the_rank_but_not_the_line(world: World) -> None:
    review = Review(world, bids=2, round_=make_round(world, owner_satisfaction_max=10_00))
    review.lock([62] * 5, [55] * 5)
    for bid, value in zip(review.bids, (0, 10_00), strict=True):
        services.give_satisfaction(
            world.session, bid, value=value, by=world.actor(Role.DEMAND_OWNER), now=world.now
        )
    review.compute()
    assert figures(review) == [(62_00, 2, True), (65_00, 1, False)]


def test_refuses_totals_while_the_owner_has_not_scored(world: World) -> None:
    review = Review(world, bids=1, round_=make_round(world, owner_satisfaction_max=10_00))
    review.lock(HIGH)
    with pytest.raises(RuleBroken) as refused:
        review.compute()
    assert refused.value.codes == {"satisfaction_open"}


@pytest.mark.parametrize("value", [-1, 10_01])
def test_refuses_a_satisfaction_outside_its_range(world: World, value: int) -> None:
    review = Review(world, bids=1, round_=make_round(world, owner_satisfaction_max=10_00))
    owner = world.actor(Role.DEMAND_OWNER)
    with pytest.raises(RuleBroken) as refused:
        services.give_satisfaction(world.session, review.bids[0], value=value, by=owner, now=world.now)
    assert refused.value.codes == {"satisfaction_range"}


def test_refuses_a_satisfaction_after_the_totals(world: World) -> None:
    review = Review(world, bids=1, round_=make_round(world, owner_satisfaction_max=10_00))
    review.lock(HIGH)
    owner = world.actor(Role.DEMAND_OWNER)
    services.give_satisfaction(world.session, review.bids[0], value=5_00, by=owner, now=world.now)
    review.compute()
    with pytest.raises(StateMovedOn):
        services.give_satisfaction(world.session, review.bids[0], value=6_00, by=owner, now=world.now)


@pytest.mark.parametrize("name", ["other_owner", "organizer", "bidder", "supervisor"])
def test_lets_only_the_own_owner_give_satisfaction(world: World, name: str) -> None:
    review = Review(world, bids=1, round_=make_round(world, owner_satisfaction_max=10_00))
    by = world.actor_of(world.people[name])
    with pytest.raises(NotPermitted):
        services.give_satisfaction(world.session, review.bids[0], value=5_00, by=by, now=world.now)


def test_refuses_totals_while_one_sheet_is_open(world: World) -> None:
    review = Review(world, bids=1)
    for seat in review.seats[:4]:
        make_sheet(world, SheetState.SUBMITTED, seat=seat, bid=review.bids[0])
    make_sheet(world, SheetState.DRAFT, seat=review.seats[4], bid=review.bids[0])
    with pytest.raises(RuleBroken) as refused:
        review.compute()
    assert refused.value.codes == {"sheets_open"}


@pytest.mark.parametrize("name", ["other_organizer", "owner", "bidder", "supervisor"])
def test_lets_only_the_own_organiser_compute(world: World, name: str) -> None:
    review = Review(world, bids=1)
    review.lock(HIGH)
    with pytest.raises(NotPermitted):
        services.compute_totals(
            world.session, review.demand, by=world.actor_of(world.people[name]), now=world.now
        )


def test_places_equal_totals_by_the_technical_score(world: World) -> None:
    review = Review(world, bids=2)
    sheets = review.lock([80] * 5, [80] * 5)
    for sheet in sheets[1]:
        scores = {score.criterion.code: score for score in sheet.scores}
        scores["R2"].value += 1_00
        scores["R3"].value -= 1_00
    world.session.flush()
    review.compute()
    assert [(bid.total, bid.rank, bid.tie_note) for bid in review.bids] == [
        (80_00, 2, "technical"),
        (80_00, 1, "technical"),
    ]


def test_asks_the_panel_to_vote_on_bids_equal_in_all(world: World) -> None:
    review = Review(world, bids=2)
    review.lock(HIGH, HIGH)
    review.compute()
    assert [(bid.rank, bid.tie_note) for bid in review.bids] == [(1, "open"), (1, "open")]
    with pytest.raises(RuleBroken) as refused:
        review.draft()
    assert refused.value.codes == {"tie_open"}

    order = [review.bids[1].id, review.bids[0].id]
    services.settle_tie(
        world.session, review.demand, order=order, note="三票对两票。", by=review.member(0), now=world.now
    )
    assert [(bid.rank, bid.tie_note) for bid in review.bids] == [(2, "vote"), (1, "vote")]
    review.draft()
    assert review.panel.report_drafted_at == world.now


def test_refuses_a_vote_that_leaves_a_bid_out_or_is_not_the_chairs(world: World) -> None:
    review = Review(world, bids=2)
    review.lock(HIGH, MIDDLE)
    review.compute()
    order = [bid.id for bid in review.bids]
    with pytest.raises(RuleBroken) as refused:
        services.settle_tie(
            world.session, review.demand, order=order, note="表决。", by=review.member(0), now=world.now
        )
    assert refused.value.codes == {"not_tied"}
    with pytest.raises(NotPermitted):
        services.settle_tie(
            world.session, review.demand, order=order, note="表决。", by=review.member(1), now=world.now
        )


@pytest.mark.parametrize("reason", list(RescoreReason))
def test_computes_anew_when_a_sheet_returned_for_a_lawful_reason_is_locked(
    world: World, session: Session, reason: RescoreReason
) -> None:
    review = Review(world, bids=2)
    sheets = review.lock([80] * 5, [80, 80, 80, 80, 20])
    review.compute()
    assert len(list(RescoreReason)) == 4
    give_back(review, sheets[1][4], reason)
    assert not review.board.is_complete
    score_anew(review, sheets[1][4], 4, 95)
    assert [bid.total for bid in review.bids] == [80_00, 80_00]
    score = session.query(Event).filter_by(action="return", thing_id=sheets[1][4].id).one()
    assert score.data == {"reason": reason.value, "revision": 2}
    assert len(sheets[1][4].scores) == 14


@pytest.mark.parametrize("reason", ["change_of_mind", ""])
def test_refuses_a_fifth_reason_to_reopen_a_sheet(world: World, client: FussyClient, reason: str) -> None:
    review = Review(world, bids=1)
    sheet = review.lock(HIGH)[0][1]
    client.sign_in(review.seats[0].expert.user)
    url = f"/sheets/{sheet.id}/return"
    sent = {"return_reason": reason, "reason": "希望调整。"}
    assert client.submit(url, sent).status_code == 422
    assert (sheet.state, sheet.revision) == (SheetState.SUBMITTED, 1)
    assert client.submit(url, sent | {"return_reason": "outlier"}).status_code == 302
    assert (sheet.state, sheet.revision) == (SheetState.RETURNED, 2)


def test_moves_the_total_when_the_corrected_score_counts(world: World, session: Session) -> None:
    review = Review(world, bids=1)
    sheets = review.lock([80, 80, 80, 60, 60])
    review.compute()
    assert review.bids[0].total == 73_33
    give_back(review, sheets[0][3], RescoreReason.OBJECTIVE_MISMATCH)
    score_anew(review, sheets[0][3], 3, 80)
    assert review.bids[0].total == 80_00
    event = session.query(Event).filter_by(action="recompute", thing_id=review.bids[0].id).one()
    assert event.data == {"total": 80_00, "rank": 1, "before": 73_33}


def test_returning_a_sheet_takes_the_drafted_report_back(world: World) -> None:
    review = Review(world, bids=1)
    sheets = review.lock(HIGH)
    review.compute()
    digest = review.draft()
    review.sign(range(2))
    give_back(review, sheets[0][1], RescoreReason.SUM_ERROR)
    assert (review.panel.report_drafted_at, review.panel.report_digest) == (None, None)
    assert [seat.signed_at for seat in review.seats] == [None] * 5
    history = review.panel.report["history"]
    assert [(entry["digest"], entry["because"], len(entry["signatures"])) for entry in history] == [
        (digest, "sheet_returned", 2)
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([80_00, 80_00, 59_99], [False, False, True]),
        ([80_00, 80_00, 60_00], [False, False, False]),
        ([80_00, 20_00], [False, False]),
        ([80_00, 82_00, 60_00, 81_00], [False, False, True, False]),
    ],
)
def test_marks_what_lies_over_a_fifth_of_the_range_from_the_median(
    values: list[int], expected: list[bool]
) -> None:
    assert outliers(values, 100_00) == expected
