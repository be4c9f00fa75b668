"""The opening: when, by whom, once, and what it writes."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.bids import opening, queries, services
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.bids import Bid, OpeningRecord
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.records import Event
from app.models.states import BidState, DemandState
from tests.bids.making import open_all, open_demand, sealed, submitted_bid
from tests.factories.world import World

pytestmark = pytest.mark.both_databases


@pytest.fixture
def demand(world: World, session: Session) -> Demand:
    """A listing with two sealed bids, the second unit's first."""
    made = open_demand(world)
    submitted_bid(session, made, by=world.actor_of(world.other_bidder), now=world.now)
    world.clock.advance(hours=1)
    submitted_bid(session, made, by=world.actor(Role.BIDDER), now=world.now)
    return made


def agree(world: World, demand: Demand, *people: str) -> None:
    for name in people:
        by = world.actor_of(getattr(world, name))
        opening.approve_opening(world.session, demand, by=by, now=world.now)


def test_opens_every_bid_in_the_order_of_sealing(world: World, session: Session, demand: Demand) -> None:
    written = open_all(world, demand)
    bids = queries.opened_bids(session, demand)
    assert [(bid.lead_id, bid.number, bid.state) for bid in bids] == [
        (world.other_bidder_org.id, f"{demand.number}-B01", BidState.OPENED),
        (world.bidder_org.id, f"{demand.number}-B02", BidState.OPENED),
    ]
    assert {bid.price_fen for bid in bids} == {2_800_000_00}
    assert [bid.has_seal_problem for bid in bids] == [False, False]
    assert demand.state is DemandState.SCREENING
    assert [(line["number"], line["matches"]) for line in written.lines] == [
        (f"{demand.number}-B01", True),
        (f"{demand.number}-B02", True),
    ]
    named = sorted(each["name"] for each in written.officers)
    assert named == sorted([world.organizer.name, world.second_organizer.name])
    assert opening.record_digest(written) == written.digest


def test_refuses_to_agree_before_the_closing_time(world: World, demand: Demand) -> None:
    assert demand.closes_at is not None
    by = world.actor_of(world.organizer)
    with pytest.raises(RuleBroken) as caught:
        opening.approve_opening(
            world.session, demand, by=by, now=demand.closes_at - timedelta(microseconds=1)
        )
    assert caught.value.codes == {"too_early"}


def test_refuses_to_open_before_the_closing_time(world: World, demand: Demand) -> None:
    by = world.actor_of(world.organizer)
    with pytest.raises(RuleBroken) as caught:
        opening.open_bids(world.session, demand, by=by, now=world.now)
    assert caught.value.codes == {"too_early"}


def test_refuses_to_open_with_one_approval(world: World, session: Session, demand: Demand) -> None:
    world.clock.set(demand.closes_at or world.now)
    agree(world, demand, "organizer")
    with pytest.raises(RuleBroken) as caught:
        opening.open_bids(session, demand, by=world.actor_of(world.organizer), now=world.now)
    assert caught.value.codes == {"opening_not_approved"}
    assert session.scalar(select(func.count()).select_from(Bid).where(Bid.opened_at.is_not(None))) == 0


def test_refuses_the_same_officer_twice(world: World, demand: Demand) -> None:
    world.clock.set(demand.closes_at or world.now)
    agree(world, demand, "organizer")
    with pytest.raises(RuleBroken) as caught:
        agree(world, demand, "organizer")
    assert caught.value.codes == {"agreed_before"}


@pytest.mark.parametrize("name", ["owner", "bidder", "supervisor", "operator", "other_organizer"])
def test_lets_nobody_else_agree_or_open(world: World, session: Session, demand: Demand, name: str) -> None:
    world.clock.set(demand.closes_at or world.now)
    by = world.actor_of(getattr(world, name))
    with pytest.raises(NotPermitted):
        opening.approve_opening(session, demand, by=by, now=world.now)
    with pytest.raises(NotPermitted):
        opening.open_bids(session, demand, by=by, now=world.now)


def test_lets_an_organizer_whom_the_round_does_not_name_do_nothing(
    world: World, session: Session, demand: Demand
) -> None:
    world.clock.set(demand.closes_at or world.now)
    demand.round.officers = [each for each in demand.round.officers if each.user_id != world.organizer.id]
    session.flush()
    with pytest.raises(NotPermitted):
        opening.approve_opening(session, demand, by=world.actor_of(world.organizer), now=world.now)


def test_opens_once(world: World, session: Session, demand: Demand) -> None:
    open_all(world, demand)
    with pytest.raises(StateMovedOn):
        opening.open_bids(session, demand, by=world.actor_of(world.organizer), now=world.now)
    assert session.scalar(select(func.count()).select_from(OpeningRecord)) == 1


def test_names_a_bid_whose_content_does_not_match_its_receipt(
    world: World, session: Session, demand: Demand
) -> None:
    bid = session.scalars(select(Bid).where(Bid.lead_id == world.bidder_org.id)).one()
    version = sealed(session, bid)
    if session.get_bind().dialect.name == "sqlite":
        # The trigger stops the site; whoever holds the file can do this.
        session.execute(text("DROP TRIGGER IF EXISTS bid_version_stays_sealed"))
    version.content = version.content | {"price_fen": 1}
    session.flush()
    written = open_all(world, demand)
    assert [(line["matches"], line["problem"]) for line in written.lines] == [
        (True, ""),
        (False, "commitment"),
    ]
    assert bid.has_seal_problem is True


def test_names_a_missing_file(world: World, session: Session, demand: Demand) -> None:
    world.clock.set(demand.closes_at or world.now)
    agree(world, demand, "organizer", "second_organizer")
    written = opening.open_bids(
        session,
        demand,
        by=world.actor_of(world.organizer),
        now=world.now,
        check_file=lambda row: "file_missing" if row.name == "proposal.pdf" else "",
    )
    assert {line["problem"] for line in written.lines} == {"file_missing"}


def test_ends_without_award_when_nobody_bid(world: World, session: Session) -> None:
    demand = open_demand(world)
    written = open_all(world, demand)
    assert (written.lines, demand.state) == ([], DemandState.NO_AWARD)
    failed = session.scalars(select(Event).where(Event.thing_id == demand.id, Event.action == "fail")).one()
    assert failed.data == {"cause": "too_few_bids", "bids": 0, "minimum": 1}


def test_ends_without_award_below_the_minimum_and_leaves_the_bids_opened(
    world: World, session: Session, demand: Demand
) -> None:
    demand.min_valid_bids = 3
    session.flush()
    open_all(world, demand)
    assert demand.state is DemandState.NO_AWARD
    assert [bid.state for bid in queries.opened_bids(session, demand)] == [BidState.OPENED, BidState.OPENED]


def test_leaves_withdrawn_and_lapsed_bids_closed(world: World, session: Session, demand: Demand) -> None:
    services.start_bid(session, demand, by=world.actor_of(world.third_bidder), now=world.now)
    bid = session.scalars(select(Bid).where(Bid.lead_id == world.bidder_org.id)).one()
    services.withdraw_bid(session, bid, by=world.actor(Role.BIDDER), now=world.now)
    written = open_all(world, demand)
    assert [line["lead"] for line in written.lines] == [world.other_bidder_org.name]
    states = session.scalars(select(Bid.state).where(Bid.opened_at.is_(None)).order_by(Bid.state)).all()
    assert list(states) == [BidState.LAPSED, BidState.WITHDRAWN]
