"""Every line of the visibility matrix that concerns a review: allowed and denied, by page."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.numbers import format_hundredths
from app.models.accounts import User
from app.models.reviews import Sheet
from app.models.states import AwardState, BidState, DemandState, SheetState
from tests.browsing import FussyClient
from tests.factories import World, make_award, make_round, make_sheet
from tests.reviews.stage import HIGH, LOW, MIDDLE, Review

Maker = Callable[[World], Review]


def running(world: World) -> Review:
    """One sheet is still open."""
    review = Review(world, bids=1)
    for seat in review.seats[:4]:
        make_sheet(world, SheetState.SUBMITTED, seat=seat, bid=review.bids[0], percent=77)
    make_sheet(world, SheetState.DRAFT, seat=review.seats[4], bid=review.bids[0], percent=77)
    return review


def locked(world: World) -> Review:
    """All sheets are locked, totals recorded."""
    review = Review(world)
    review.lock(HIGH, MIDDLE, LOW)
    review.compute()
    return review


def concluded(world: World) -> Review:
    """The report is signed, the review concluded."""
    return Review(world).through(HIGH, MIDDLE, LOW)


def decided(world: World) -> Review:
    """An award is proposed."""
    review = concluded(world)
    make_award(world, AwardState.PENDING, bid=review.bids[0])
    return review


def on_notice(world: World) -> Review:
    """The award stands on public notice."""
    review = decided(world)
    review.demand.state = DemandState.IN_NOTICE
    world.session.flush()
    return review


def status(client: FussyClient, person: User | None, url: str) -> int:
    """What the page answers to the person."""
    if person is None:
        client.sign_out()
    else:
        client.sign_in(person)
    return client.get(url).status_code


def people(world: World, review: Review) -> dict[str, User | None]:
    """Everybody who might look."""
    return {
        "public": None,
        "organizer": world.organizer,
        "other_organizer": world.other_organizer,
        "owner": world.owner,
        "other_owner": world.other_owner,
        "bidder": world.bidder,
        "recommender": world.recommender,
        "finance": world.finance,
        "operator": world.operator,
        "supervisor": world.supervisor,
        "chair": review.seats[0].expert.user,
        "member": review.seats[1].expert.user,
        "reserve": review.panel.assignments[-1].expert.user,
        "stranger": world.experts[-1].user,
    }


def seen_by(world: World, client: FussyClient, review: Review, url: str) -> set[str]:
    """Who gets the page; the others get 404, the public the sign-in page."""
    answers = {name: status(client, person, url) for name, person in people(world, review).items()}
    assert answers.pop("public") == 302
    assert {code for code in answers.values() if code != 200} <= {404}
    return {name for name, code in answers.items() if code == 200}


CONDUCTING = {"organizer", "supervisor"}
SEATED = {"chair", "member"}


@pytest.mark.parametrize(
    ("make", "page", "expected"),
    [
        (running, "/demands/{id}/review", CONDUCTING),
        (locked, "/demands/{id}/review", CONDUCTING),
        (running, "/my-reviews/{id}", SEATED),
        (locked, "/my-reviews/{id}", SEATED),
        (running, "/demands/{id}/ranking", set()),
        (locked, "/demands/{id}/ranking", CONDUCTING),
        (concluded, "/demands/{id}/ranking", CONDUCTING),
        (decided, "/demands/{id}/ranking", {*CONDUCTING, "owner"}),
        (on_notice, "/demands/{id}/ranking", {*CONDUCTING, "owner"}),
        (locked, "/demands/{id}/report", set()),
        (concluded, "/demands/{id}/report", {*CONDUCTING, *SEATED}),
    ],
)
def test_opens_pages_to_those_of_the_matrix_alone(
    world: World, client: FussyClient, make: Maker, page: str, expected: set[str]
) -> None:
    review = make(world)
    assert seen_by(world, client, review, page.format(id=review.demand.id)) == expected


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (running, set()),
        (locked, set()),
        (concluded, set()),
        (decided, set()),
        (on_notice, {"bidder"}),
    ],
)
def test_tells_a_bidder_its_own_result_from_the_notice_on(
    world: World, client: FussyClient, make: Maker, expected: set[str]
) -> None:
    review = make(world)
    url = f"/bids/{review.bids[0].id}/feedback"
    assert seen_by(world, client, review, url) == expected


def test_tells_no_bidder_anothers_result(world: World, client: FussyClient) -> None:
    review = on_notice(world)
    client.sign_in(world.other_bidder)
    answers = [client.get(f"/bids/{bid.id}/feedback").status_code for bid in review.bids]
    assert answers == [404, 200, 404]
    assert [bid.id for bid in listed(world, world.other_bidder)] == [review.bids[1].id]


def listed(world: World, person: User) -> list[Any]:
    """What the list of own results holds."""
    from app.reviews import queries

    return list(world.session.scalars(queries.feedback_bids(world.actor_of(person))))


def test_result_names_no_expert_and_no_rival(world: World, client: FussyClient) -> None:
    review = on_notice(world)
    text = (
        client.sign_in(world.other_bidder).get(f"/bids/{review.bids[1].id}/feedback").get_data(as_text=True)
    )
    assert "75.00" in text
    names = [seat.expert.user.name for seat in review.panel.assignments]
    hidden = [*names, world.bidder_org.name, world.third_bidder_org.name, "90.00", "40.00"]
    assert [each for each in hidden if each in text] == []


def test_shows_scores_to_nobody_before_all_are_locked(world: World, client: FussyClient) -> None:
    review = running(world)
    others = world.session.query(Sheet).filter_by(author_id=review.seats[0].expert.user_id).one()
    shown = format_hundredths(others.total)
    pages = {
        world.organizer: f"/demands/{review.demand.id}/review",
        review.seats[4].expert.user: f"/my-reviews/{review.demand.id}",
        review.seats[0].expert.user: f"/my-reviews/{review.demand.id}",
    }
    found = [shown in client.sign_in(person).get(url).get_data(as_text=True) for person, url in pages.items()]
    # Only its author sees the figure.
    assert found == [False, False, True]


def test_shows_the_matrix_by_numbers_once_all_are_locked(world: World, client: FussyClient) -> None:
    review = locked(world)
    names = [seat.expert.user.name for seat in review.panel.assignments]
    desk = client.sign_in(world.organizer).get(f"/demands/{review.demand.id}/review").get_data(as_text=True)
    assert "90.00" in desk
    assert names[0] in desk
    mine = client.sign_in(review.seats[1].expert.user).get(f"/my-reviews/{review.demand.id}")
    text = mine.get_data(as_text=True)
    assert "90.00" in text
    assert [name for name in names[2:] if name in text] == [] and names[0] not in text


def test_opens_a_members_sheet_to_another_member_after_the_lock_only(
    world: World, client: FussyClient
) -> None:
    review = Review(world, bids=1)
    sheets = review.lock(HIGH)[0]
    client.sign_in(review.seats[1].expert.user)
    assert client.get(f"/sheets/{sheets[0].id}").status_code == 200
    sheets[4].state = SheetState.DRAFT
    assert client.get(f"/sheets/{sheets[0].id}").status_code == 404
    assert client.get(f"/sheets/{sheets[1].id}").status_code == 200
    client.sign_in(world.organizer)
    assert client.get(f"/sheets/{sheets[0].id}").status_code == 404
    client.sign_in(world.owner)
    assert client.get(f"/sheets/{sheets[0].id}").status_code == 404


@pytest.mark.parametrize(("is_blind", "shown"), [(True, False), (False, True)])
def test_hides_leads_from_experts_in_a_blind_round(
    world: World, client: FussyClient, is_blind: bool, shown: bool
) -> None:
    review = Review(world, bids=1, round_=make_round(world, is_blind=is_blind))
    client.sign_in(review.seats[1].expert.user)
    pages = [
        f"/my-reviews/{review.demand.id}",
        f"/my-reviews/{review.demand.id}/bids/{review.bids[0].id}",
    ]
    texts = [client.get(page).get_data(as_text=True) for page in pages]
    assert [world.bidder_org.name in text for text in texts] == [shown, shown]


def test_reads_a_bid_only_on_the_own_panel_and_only_during_the_review(
    world: World, client: FussyClient
) -> None:
    review = running(world)
    url = f"/my-reviews/{review.demand.id}/bids/{review.bids[0].id}"
    assert seen_by(world, client, review, url) == SEATED
    review.demand.state = DemandState.SCREENING
    assert status(client, review.seats[1].expert.user, url) == 404


def test_reads_no_bid_of_another_demand_under_the_address_of_the_own(
    world: World, client: FussyClient
) -> None:
    review, other = running(world), Review(world, bids=1)
    other.panel.assignments[1].state = other.panel.assignments[2].state
    client.sign_in(review.seats[1].expert.user)
    url = f"/my-reviews/{review.demand.id}/bids/{other.bids[0].id}"
    assert client.get(url).status_code == 404


def test_hides_the_result_again_while_the_demand_is_back_with_the_panel(
    world: World, client: FussyClient
) -> None:
    review = on_notice(world)
    client.sign_in(world.bidder)
    url = f"/bids/{review.bids[0].id}/feedback"
    assert client.get(url).status_code == 200
    review.demand.state = DemandState.RECOMMENDED
    assert client.get(url).status_code == 404
    review.demand.awarded_at = review.demand.review_concluded_at
    assert client.get(url).status_code == 200
    review.demand.state = DemandState.REVIEWING
    assert client.get(url).status_code == 404


def test_tells_the_losers_of_a_demand_that_ended_without_award(world: World, client: FussyClient) -> None:
    review = Review(world, bids=1).through(LOW)
    assert review.bids[0].state is BidState.NOT_SELECTED
    client.sign_in(world.bidder)
    assert client.get(f"/bids/{review.bids[0].id}/feedback").status_code == 200


def test_satisfaction_page_is_the_own_owners(world: World, client: FussyClient) -> None:
    review = Review(world, bids=1, round_=make_round(world, owner_satisfaction_max=10_00))
    url = f"/demands/{review.demand.id}/satisfaction"
    assert status(client, world.owner, url) == 200
    assert status(client, world.other_owner, url) == 404
    assert status(client, world.organizer, url) == 403


def test_an_unknown_demand_reads_like_a_hidden_one(world: World, client: FussyClient) -> None:
    review = locked(world)
    client.sign_in(world.other_organizer)
    known, nobody = str(review.demand.id), "00000000-0000-4000-8000-000000000000"
    pages = [client.get(f"/demands/{each}/review") for each in (known, nobody)]
    assert [page.status_code for page in pages] == [404, 404]
    hidden, unknown = (page.get_data(as_text=True) for page in pages)
    assert hidden.replace(known, nobody) == unknown


@pytest.mark.parametrize(("make", "told"), [(locked, False), (concluded, False), (on_notice, True)])
def test_page_of_the_bid_does_not_tell_the_outcome_early(
    world: World, client: FussyClient, make: Maker, told: bool
) -> None:
    review = make(world)
    page = f"/bids/{review.bids[0].id}"
    for person, url in ((world.bidder, page), (world.bidder, "/bids"), (world.owner, page)):
        client.sign_in(person).get("/language/en")
        text = client.get(url).get_data(as_text=True)
        pills = [label for label in ("Recommended for award", "Scored") if f'">{label}</span>' in text]
        assert pills == (["Recommended for award"] if told else [])
        assert ("Bid recommended for award" in text) is (told and url == page)
    client.sign_in(world.bidder)
    found = client.get("/bids?state=recommended").get_data(as_text=True)
    assert (review.demand.title in found) is told


def test_page_of_the_bid_tells_the_office_at_once(world: World, client: FussyClient) -> None:
    review = concluded(world)
    for person in (world.organizer, world.supervisor):
        client.sign_in(person).get("/language/en")
        text = client.get(f"/bids/{review.bids[0].id}").get_data(as_text=True)
        assert '">Recommended for award</span>' in text
