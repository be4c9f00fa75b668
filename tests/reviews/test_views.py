"""The pages of a review: what they take, what they refuse, what they keep."""

import pytest
from sqlalchemy.orm import Session

from app.models.procedure_codes import RescoreReason
from app.models.records import Event
from app.models.reviews import Sheet
from app.models.states import BidState, DemandState, SheetState
from app.scoring.services import return_sheet
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_bid, make_demand, make_panel, make_round
from tests.reviews.stage import HIGH, LOW, MIDDLE, Review


def filled_sheet(review: Review, percent: int = 80) -> dict[str, str]:
    """What an expert types."""
    typed = {"strengths": "路线清晰。", "advice": "recommend"}
    for criterion in review.panel.rubric.criteria:
        typed[f"score_{criterion.code}"] = f"{criterion.max_score * percent / 10000:.2f}"
    return typed


def test_draws_and_starts_from_the_desk(world: World, client: FussyClient) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    make_bid(world, BidState.ELIGIBLE, demand=demand)
    client.sign_in(world.organizer)
    assert client.submit(f"/demands/{demand.id}/review/draw").status_code == 302
    assert client.get(f"/demands/{demand.id}/review").status_code == 200
    assert client.submit(f"/demands/{demand.id}/review/draw", exact=True).status_code == 422


def test_starts_only_when_the_panel_is_complete(world: World, client: FussyClient) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    make_bid(world, BidState.ELIGIBLE, demand=demand)
    client.sign_in(world.organizer)
    url = f"/demands/{demand.id}/review/start"
    assert client.submit(url, exact=True).status_code == 422
    make_panel(world, demand=demand)
    assert client.submit(url).status_code == 302
    assert demand.state is DemandState.REVIEWING
    assert client.submit(url, exact=True).status_code == 409


def test_saves_a_draft_and_locks_the_sheet(world: World, client: FussyClient, session: Session) -> None:
    review = Review(world, bids=1)
    client.sign_in(review.seats[1].expert.user)
    url = f"/my-reviews/{review.demand.id}/bids/{review.bids[0].id}"
    typed = filled_sheet(review)
    assert client.submit(url, {**typed, "draft": "1"}).status_code == 302
    sheet = session.query(Sheet).one()
    assert (sheet.state, sheet.total) == (SheetState.DRAFT, None)
    assert client.submit(url, typed).status_code == 302
    session.expire_all()
    assert (sheet.state, sheet.total, sheet.assignment_id) == (
        SheetState.SUBMITTED,
        80_00,
        review.seats[1].id,
    )
    assert client.submit(url, typed, exact=True).status_code == 409
    read = session.query(Event).filter_by(action="read_bid", actor_id=review.seats[1].expert.user_id).count()
    assert read > 0


def test_keeps_what_was_typed_when_a_score_is_missing(world: World, client: FussyClient) -> None:
    review = Review(world, bids=1)
    client.sign_in(review.seats[1].expert.user)
    url = f"/my-reviews/{review.demand.id}/bids/{review.bids[0].id}"
    typed = {**filled_sheet(review), "score_R1": "", "weaknesses": "进度安排偏紧。"}
    answer = client.submit(url, typed)
    assert answer.status_code == 422
    assert "进度安排偏紧。" in answer.get_data(as_text=True)
    assert world.session.query(Sheet).count() == 0


def test_refuses_a_score_over_the_maximum(world: World, client: FussyClient) -> None:
    review = Review(world, bids=1)
    client.sign_in(review.seats[1].expert.user)
    url = f"/my-reviews/{review.demand.id}/bids/{review.bids[0].id}"
    assert client.submit(url, {**filled_sheet(review), "score_R1": "20.01"}).status_code == 422


def test_goes_from_totals_to_the_conclusion_by_its_pages(world: World, client: FussyClient) -> None:
    review = Review(world)
    review.lock(HIGH, MIDDLE, LOW)
    base = f"/demands/{review.demand.id}"
    client.sign_in(world.organizer)
    assert client.submit(f"{base}/review/conclude").status_code == 422
    assert client.submit(f"{base}/review/totals").status_code == 302
    client.sign_in(review.seats[0].expert.user)
    assert client.submit(f"{base}/report/draft", {"text": ""}).status_code == 422
    assert client.submit(f"{base}/report/draft", {"text": "推荐第一名。"}).status_code == 302
    for seat in review.seats:
        client.sign_in(seat.expert.user)
        assert client.submit(f"{base}/report/sign", {}).status_code == 422
        assert client.submit(f"{base}/report/sign", {"has_read": "y"}).status_code == 302
    client.sign_in(world.organizer)
    assert client.submit(f"{base}/review/conclude").status_code == 302
    assert review.demand.state is DemandState.RECOMMENDED
    assert [bid.state for bid in review.bids] == [
        BidState.RECOMMENDED,
        BidState.RESERVE,
        BidState.NOT_SELECTED,
    ]


def test_reopening_asks_for_a_reason(world: World, client: FussyClient) -> None:
    review = Review(world, bids=1).through(HIGH)
    client.sign_in(world.organizer)
    url = f"/demands/{review.demand.id}/review/reopen"
    assert client.submit(url, {"reason": ""}).status_code == 422
    assert client.submit(url, {"reason": "异议成立。"}).status_code == 302
    assert review.demand.state is DemandState.REVIEWING


def test_reopens_the_check_by_its_page(world: World, client: FussyClient) -> None:
    review = Review(world, bids=1).through(HIGH)
    client.sign_in(world.organizer)
    url = f"/demands/{review.demand.id}/review/reopen-check"
    assert client.submit(url, {"reason": "资质复核。"}).status_code == 302
    assert review.bids[0].state is BidState.OPENED


def test_sends_single_bids_to_the_desk_of_their_demand(world: World, client: FussyClient) -> None:
    review = Review(world, bids=1).through(HIGH)
    client.sign_in(world.organizer)
    bid = review.bids[0]
    assert client.get(f"/bids/{bid.id}/rank").location.endswith(f"/demands/{review.demand.id}/review")
    assert client.get(f"/bids/{bid.id}/score-again").location.endswith("/review/reopen")


def test_a_seat_leads_to_its_work_once_the_review_runs(world: World, client: FussyClient) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    make_bid(world, BidState.ELIGIBLE, demand=demand)
    seat = make_panel(world, demand=demand).assignments[1]
    client.sign_in(seat.expert.user)
    assert client.get(f"/seats/{seat.id}/work").location.endswith(f"/seats/{seat.id}")
    demand.state = DemandState.REVIEWING
    assert client.get(f"/seats/{seat.id}/work").location.endswith(f"/my-reviews/{demand.id}")
    client.sign_in(world.experts[3].user)
    assert client.get(f"/seats/{seat.id}/work").status_code == 404


def test_a_returned_sheet_shows_its_reason_and_former_scores(world: World, client: FussyClient) -> None:
    review = Review(world, bids=1)
    sheet = review.lock([90, 90, 90, 90, 30])[0][4]
    chair = review.member(0)
    return_sheet(
        world.session, sheet, reason=RescoreReason.OUTLIER, note="请核对R2。", by=chair, now=world.now
    )
    client.sign_in(review.seats[4].expert.user)
    answer = client.get(f"/my-reviews/{review.demand.id}/bids/{review.bids[0].id}")
    assert "请核对R2。" in text_of(answer.tree.find(".//main"))


def test_records_a_vote_on_a_tie(world: World, client: FussyClient) -> None:
    review = Review(world, bids=2)
    review.lock(HIGH, HIGH)
    review.compute()
    client.sign_in(review.seats[0].expert.user)
    url = f"/demands/{review.demand.id}/report/tie"
    first, second = (f"place_{bid.id.hex}" for bid in review.bids)
    typed = {"note": "三票对两票。"}
    assert client.submit(url, typed | {first: "1", second: "1"}).status_code == 422
    assert client.submit(url, typed | {first: "2", second: "1"}).status_code == 302
    assert [bid.rank for bid in review.bids] == [2, 1]


def test_saves_the_satisfaction_of_the_owner(world: World, client: FussyClient) -> None:
    review = Review(world, bids=1, round_=make_round(world, owner_satisfaction_max=10_00))
    client.sign_in(world.owner)
    url = f"/demands/{review.demand.id}/satisfaction"
    name = f"value_{review.bids[0].id.hex}"
    assert client.submit(url, {name: "10.01"}).status_code == 422
    assert client.submit(url, {name: "8.5"}).status_code == 302
    assert review.bids[0].satisfaction == 8_50


@pytest.mark.parametrize("bids", [1, 6])
def test_needs_no_more_statements_for_more_bids(world: World, client: FussyClient, bids: int) -> None:
    review = Review(world, bids=bids)
    review.lock(*[HIGH] * bids)
    client.sign_in(world.organizer)
    counted: list[str] = []
    from sqlalchemy import event

    engine = world.session.get_bind().engine

    def count(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            counted.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        assert client.get(f"/demands/{review.demand.id}/review").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(counted) <= 24


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_lists_render_in_both_languages(world: World, client: FussyClient, locale: str) -> None:
    review = Review(world, bids=1).through(HIGH)
    pages = {
        world.organizer: ["/reviews", f"/demands/{review.demand.id}/review"],
        world.owner: ["/reviews"],
        world.bidder: ["/feedback"],
        review.seats[1].expert.user: ["/my-reviews", f"/demands/{review.demand.id}/report"],
    }
    for person, urls in pages.items():
        client.sign_in(person)
        client.get(f"/language/{locale}")
        assert [client.get(url).status_code for url in urls] == [200] * len(urls)


def test_experts_see_only_their_panels(world: World, client: FussyClient) -> None:
    review = Review(world, bids=1)
    client.sign_in(world.experts[-1].user)
    assert review.demand.title not in client.get("/my-reviews").get_data(as_text=True)
    client.sign_in(review.seats[2].expert.user)
    assert review.demand.title in client.get("/my-reviews").get_data(as_text=True)
