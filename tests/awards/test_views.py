"""The pages of decisions, awards and results."""

import pytest

from app.models.accounts import User
from app.models.codes import AwardMode, Field, LaneStatus
from app.models.states import AwardState, BidState, DemandState, NoticeState
from tests.awards.test_services import Ranked
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_award, make_bid, make_demand, make_notice, make_round


def main_text(client: FussyClient, url: str) -> str:
    """What stands in the main part of the page."""
    answer = client.get(url)
    assert answer.status_code == 200
    return text_of(answer.tree.find(".//main"))


def test_records_a_decision_with_the_best_chosen_beforehand(world: World, client: FussyClient) -> None:
    ranked = Ranked(world)
    client.sign_in(world.organizer)
    url = f"/demands/{ranked.demand.id}/decision"
    assert client.submit(url, {"basis": ""}).status_code == 422
    assert client.submit(url, {"basis": "党组会研究决定。"}).status_code == 302
    [award] = ranked.demand.awards
    assert (award.bid_id, award.amount_fen) == (ranked.bids[0].id, ranked.bids[0].price_fen)
    assert client.submit(url, {"basis": "x"}, exact=True).status_code == 409


def test_keeps_what_was_typed_when_the_reason_is_missing(world: World, client: FussyClient) -> None:
    ranked = Ranked(world)
    client.sign_in(world.organizer)
    first, second = (bid.id.hex for bid in ranked.bids[:2])
    typed = {
        f"chosen_{first}": None,
        f"chosen_{second}": "y",
        f"amount_{second}": "123.45",
        "basis": "综合考虑履约能力。",
    }
    url = f"/demands/{ranked.demand.id}/decision"
    answer = client.submit(url, typed)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "123.45" in text and "综合考虑履约能力。" in text
    assert client.submit(url, typed | {"out_of_rank_reason": "第一名放弃。"}).status_code == 302


def test_takes_an_award_back_before_the_notice(world: World, client: FussyClient) -> None:
    award = make_award(world)
    client.sign_in(world.organizer)
    assert client.submit(f"/awards/{award.id}/drop", {"reason": ""}).status_code == 422
    assert client.submit(f"/awards/{award.id}/drop", {"reason": "金额有误。"}).status_code == 302
    assert award.state is AwardState.UNSUCCESSFUL


def test_goes_from_the_decline_to_the_next_rank(world: World, client: FussyClient) -> None:
    award = make_award(world, AwardState.ACTIVE)
    reserve = make_bid(world, BidState.RESERVE, demand=award.demand, rank=2)
    client.sign_in(world.bidder)
    assert client.submit(f"/bids/{award.bid_id}/decline", {"reason": "无法投入。"}).status_code == 302
    client.sign_in(world.organizer)
    assert client.get(f"/bids/{reserve.id}/promote").location.endswith("/next-rank")
    url = f"/demands/{award.demand_id}/next-rank"
    assert world.other_bidder_org.name in main_text(client, url)
    assert client.submit(url, {"reason": "顺延。"}).status_code == 302
    assert (award.demand.state, reserve.state) == (DemandState.RECOMMENDED, BidState.RECOMMENDED)


def test_cancels_an_award_and_ends_without(world: World, client: FussyClient) -> None:
    award = make_award(world, AwardState.ACTIVE)
    client.sign_in(world.organizer)
    assert client.submit(f"/awards/{award.id}/cancel", {"reason": "谈判未果。"}).status_code == 302
    assert client.submit(f"/demands/{award.demand_id}/no-award", {"reason": "无人递补。"}).status_code == 302
    assert award.demand.state is DemandState.NO_AWARD


def test_changes_a_lane(world: World, client: FussyClient) -> None:
    ranked = Ranked(world, winners=2, award_mode=AwardMode.HORSE_RACE, lanes=2)
    award = ranked.decide(*ranked.bids[:2])[0]
    client.sign_in(world.organizer)
    url = f"/awards/{award.id}/lane"
    assert client.submit(url, {"lane": "winner", "reason": "x"}).status_code == 422
    assert client.submit(url, {"lane": "out", "reason": "退出赛马。"}).status_code == 302
    assert award.lane is LaneStatus.OUT


def readers(world: World, client: FussyClient, url: str) -> set[str]:
    """Who gets the page; all others get 404."""
    names = ("organizer", "other_organizer", "owner", "other_owner", "bidder", "other_bidder", "finance")
    people: dict[str, User] = {
        name: world.people[name] for name in (*names, "supervisor", "operator", "recommender")
    }
    people["expert"] = world.experts[0].user
    answers = {name: client.sign_in(person).get(url).status_code for name, person in people.items()}
    assert {code for code in answers.values() if code != 200} <= {404}
    return {name for name, code in answers.items() if code == 200}


OFFICE = {"organizer", "owner", "supervisor"}


def test_shows_a_proposed_award_to_the_office_and_the_owner(world: World, client: FussyClient) -> None:
    award = make_award(world)
    assert readers(world, client, f"/awards/{award.id}") == OFFICE


def test_shows_it_to_the_winner_from_the_notice_on(world: World, client: FussyClient) -> None:
    award = make_award(world)
    make_notice(world, NoticeState.IN_FORCE, demand=award.demand, published_at=world.now)
    assert readers(world, client, f"/awards/{award.id}") == {*OFFICE, "bidder"}


def test_never_shows_a_dropped_award_to_the_bidder(world: World, client: FussyClient) -> None:
    award = make_award(world, AwardState.UNSUCCESSFUL, ended_at=world.now)
    world.clock.advance(days=1)
    make_notice(world, NoticeState.IN_FORCE, demand=award.demand, published_at=world.now)
    assert readers(world, client, f"/awards/{award.id}") == OFFICE


def test_shows_an_award_in_force_to_finance_too(world: World, client: FussyClient) -> None:
    award = make_award(world, AwardState.ACTIVE)
    assert readers(world, client, f"/awards/{award.id}") == {*OFFICE, "bidder", "finance"}


def test_decision_page_is_the_offices(world: World, client: FussyClient) -> None:
    ranked = Ranked(world)
    url = f"/demands/{ranked.demand.id}/decision"
    assert readers(world, client, url) == {"organizer", "supervisor"}
    client.sign_in(world.supervisor)
    sent = client.submit(url, {"basis": "x"}, exact=True)
    assert sent.status_code in (403, 422)
    assert ranked.demand.awards == []


def test_sends_the_public_to_sign_in(world: World, client: FussyClient) -> None:
    award = make_award(world)
    for url in (f"/awards/{award.id}", f"/demands/{award.demand_id}/decision", "/awards"):
        assert client.get(url).status_code == 302


def test_lists_awards_and_what_waits(world: World, client: FussyClient) -> None:
    ranked = Ranked(world)
    award = make_award(world, AwardState.ACTIVE)
    text = main_text(client.sign_in(world.organizer), "/awards")
    assert ranked.demand.title in text and award.demand.title in text
    text = main_text(client.sign_in(world.bidder), "/awards")
    assert ranked.demand.title not in text and award.demand.title in text


def test_names_winners_in_public_only_once_in_force(world: World, client: FussyClient) -> None:
    active = make_award(world, AwardState.ACTIVE)
    fallen = make_award(
        world,
        AwardState.DECLINED,
        bid=make_bid(
            world,
            BidState.DECLINED,
            demand=make_demand(world, DemandState.AWARDED),
            lead=world.other_bidder_org,
        ),
    )
    loser = make_bid(world, BidState.RESERVE, demand=active.demand, lead=world.third_bidder_org)
    pending = make_award(world)
    text = main_text(client, "/results")
    assert active.demand.title in text and fallen.demand.title in text
    assert pending.demand.title not in text
    assert world.bidder_org.name in text
    assert world.other_bidder_org.name not in text
    assert loser.lead.name not in text


@pytest.mark.parametrize(("shows", "found"), [(True, True), (False, False)])
def test_shows_scores_in_public_only_where_the_round_does(
    world: World, client: FussyClient, shows: bool, found: bool
) -> None:
    round_ = make_round(world, is_publishing_scores=shows, is_publishing_ranking=shows)
    demand = make_demand(world, DemandState.AWARDED, round_=round_)
    bid = make_bid(world, BidState.AWARDED, demand=demand, total=87_65)
    make_award(world, AwardState.ACTIVE, bid=bid)
    assert ("87.65" in main_text(client, "/results")) is found


def test_filters_results(world: World, client: FussyClient) -> None:
    health = make_award(world, AwardState.ACTIVE).demand
    road = make_demand(world, DemandState.NO_AWARD, field=Field.F12, published_at=world.now, edition=1)
    both = {health.title, road.title}

    def found(query: str) -> set[str]:
        text = main_text(client, f"/results{query}")
        return {title for title in both if title in text}

    assert found("") == both
    assert found("?outcome=awarded") == {health.title}
    assert found("?outcome=no_award") == {road.title}
    assert found("?field=F12") == {road.title}
    assert found(f"?year={world.round.year}") == both
    assert found("?year=1999") == both
    assert found("?region=422800") == set()
    assert found("?field=F99&outcome=x") == both


def test_counts_what_was_posted_and_taken_on(world: World, client: FussyClient) -> None:
    make_award(world, AwardState.ACTIVE)
    make_demand(world, DemandState.NO_AWARD, published_at=world.now)
    make_demand(world, DemandState.OPEN)
    make_demand(world, DemandState.DRAFT)
    values = client.get("/results").tree.findall(".//p[@class='jb-stat-value']")
    assert [text_of(each) for each in values] == ["3", "1", "1", "33.33%"]


@pytest.mark.parametrize("number", [1, 12])
def test_results_need_no_more_statements_for_more_rows(
    world: World, client: FussyClient, number: int
) -> None:
    from sqlalchemy import event

    for _ in range(number):
        make_award(world, AwardState.ACTIVE)
    counted: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            counted.append(statement)

    world.session.commit()
    engine = world.session.get_bind().engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert client.get("/results").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(counted) <= 6
