"""Who sees a bid, before and after the opening, in lists, pages, content and files."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import ANONYMOUS, SYSTEM
from app.bids import content, queries, shape
from app.core.errors import NotSeen
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot, ConflictReason, ConflictSource, PanelPurpose, Role, RubricKind
from app.models.records import Event
from app.models.reviews import Assignment, Conflict, Panel
from app.models.states import AssignmentState, BidState
from tests.bids.making import ALWAYS, open_all, open_demand, stored, submitted_bid
from tests.factories.world import World

EVERYBODY = (
    "operator",
    "organizer",
    "recommender",
    "owner",
    "bidder",
    "other_bidder",
    "adopter_bidder",
    "supervisor",
    "finance",
    "other_organizer",
    "other_owner",
)


@pytest.fixture
def demand(world: World, session: Session) -> Demand:
    """A listing with one sealed bid."""
    made = open_demand(world)
    submitted_bid(session, made, by=world.actor(Role.BIDDER), now=world.now)
    return made


def readers(world: World, session: Session) -> list[str]:
    """Who finds a bid in their list; everybody else must be refused its content too."""
    bid = session.scalars(select(Bid)).one()
    found = []
    for name in EVERYBODY:
        by = world.actor_of(getattr(world, name))
        if session.scalars(queries.visible_to(by)).all():
            found.append(name)
            content.read(session, bid, by=by, now=world.now)
            assert content.files(session, bid, by=by)
        else:
            with pytest.raises(NotSeen):
                content.read(session, bid, by=by, now=world.now)
            with pytest.raises(NotSeen):
                content.files(session, bid, by=by)
    assert session.scalars(queries.visible_to(ANONYMOUS)).all() == []
    return found


def test_shows_a_sealed_bid_to_its_own_people_alone(world: World, session: Session, demand: Demand) -> None:
    assert readers(world, session) == ["bidder"]
    with pytest.raises(NotSeen):
        content.read(session, session.scalars(select(Bid)).one(), by=SYSTEM, now=world.now)


def test_shows_an_opened_bid_to_organizer_owner_and_supervisor(
    world: World, session: Session, demand: Demand
) -> None:
    open_all(world, demand)
    assert readers(world, session) == ["organizer", "owner", "bidder", "supervisor"]


def test_records_every_foreign_reading(world: World, session: Session, demand: Demand) -> None:
    open_all(world, demand)
    bid = session.scalars(select(Bid)).one()
    for name in ("bidder", "owner", "supervisor"):
        content.read(session, bid, by=world.actor_of(getattr(world, name)), now=world.now)
    query = select(Event.actor_id).where(Event.action == "read_bid").order_by(Event.seq)
    assert list(session.scalars(query)) == [world.owner.id, world.supervisor.id]


def seat(world: World, demand: Demand, **more: object) -> Assignment:
    """A seat of the first expert on the demand's panel."""
    rubric = demand.round.rubric(RubricKind.BID)
    assert rubric is not None
    panel = world.add(
        Panel(
            purpose=PanelPurpose.REVIEW,
            demand_id=demand.id,
            rubric_id=rubric.id,
            size=5,
            seed="1",
            draw={},
            drawn_at=world.now,
            drawn_by_id=world.organizer.id,
        )
    )
    values = {"state": AssignmentState.ACCEPTED, "pledged_at": world.now, "declared_at": world.now} | more
    return world.add(
        Assignment(
            panel_id=panel.id, expert_id=world.experts[0].id, position=1, created_at=world.now, **values
        )
    )


def eligible(world: World, session: Session, demand: Demand) -> Bid:
    open_all(world, demand)
    bid = session.scalars(select(Bid)).one()
    bid.state = BidState.ELIGIBLE
    session.flush()
    return bid


def test_shows_an_eligible_bid_to_a_pledged_expert_without_contacts(
    world: World, session: Session, demand: Demand
) -> None:
    bid = eligible(world, session, demand)
    seat(world, demand)
    by = world.actor_of(world.experts[0].user)
    text = content.read(session, bid, by=by, now=world.now)
    assert (text["leader"]["name"], text["leader"]["phone"], text["leader"]["email"]) == ("柯北辰", "", "")
    assert len(content.files(session, bid, by=by)) == len(ALWAYS)


@pytest.mark.parametrize(
    "more",
    [
        {"pledged_at": None},
        {"state": AssignmentState.INVITED},
        {"state": AssignmentState.RECUSED},
        {"is_reserve": True},
    ],
)
def test_hides_bids_from_an_expert_without_a_seat_taken(
    world: World, session: Session, demand: Demand, more: dict[str, object]
) -> None:
    eligible(world, session, demand)
    seat(world, demand, **more)
    assert session.scalars(queries.visible_to(world.actor_of(world.experts[0].user))).all() == []


def test_hides_bids_from_an_expert_with_a_conflict(world: World, session: Session, demand: Demand) -> None:
    bid = eligible(world, session, demand)
    seat(world, demand)
    world.add(
        Conflict(
            expert_id=world.experts[0].id,
            demand_id=demand.id,
            bid_id=bid.id,
            source=ConflictSource.DECLARED,
            reason=ConflictReason.RELATIVE,
            at=world.now,
        )
    )
    assert session.scalars(queries.visible_to(world.actor_of(world.experts[0].user))).all() == []


def test_hides_a_bid_that_is_still_in_the_formal_check_from_experts(
    world: World, session: Session, demand: Demand
) -> None:
    open_all(world, demand)
    seat(world, demand)
    assert session.scalars(queries.visible_to(world.actor_of(world.experts[0].user))).all() == []


def test_gives_experts_the_blind_copy_alone_in_a_blind_stage(world: World, session: Session) -> None:
    demand = open_demand(world)
    demand.round.is_blind = True
    session.flush()
    submitted_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now, slots=(BidSlot.BLIND,))
    bid = eligible(world, session, demand)
    seat(world, demand)
    by = world.actor_of(world.experts[0].user)
    text = content.read(session, bid, by=by, now=world.now)
    assert [each.slot for each in content.files(session, bid, by=by)] == [BidSlot.BLIND]
    assert (text["lead"]["name"], text["leader"]["name"], text["team"][0]["name"]) == ("", "", "")


def test_gives_a_file_of_another_bid_to_nobody_under_this_one(
    world: World, session: Session, demand: Demand
) -> None:
    other = submitted_bid(session, demand, by=world.actor_of(world.other_bidder), now=world.now)
    own = session.scalars(select(Bid).where(Bid.lead_id == world.bidder_org.id)).one()
    row = content.files(session, other, by=world.actor_of(world.other_bidder))[0]
    with pytest.raises(NotSeen):
        content.file(session, own, row.id, by=world.actor(Role.BIDDER), now=world.now)


def test_shapes_a_content_and_drops_what_is_unknown() -> None:
    text = content.shaped({"title": "甲", "members": [{"name": "乙", "password": "x"}], "other": 1})
    assert (text["title"], text["members"][0]["name"], "password" in text["members"][0]) == (
        "甲",
        "乙",
        False,
    )
    assert sorted(text) == sorted([*shape.TEXTS, *shape.PLAIN, *shape.GROUPS, *shape.ROWS, "innovation"])
    assert stored()["size"] == 1024
