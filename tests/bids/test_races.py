"""Two at once, each in a transaction of its own: the row locks and the constraints decide, on both databases."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access import Actor
from app.bids import opening, services
from app.core.db import Database
from app.core.errors import ProcedureError
from app.models.bids import Bid, BidParty, BidVersion, OpeningRecord
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot, Role
from tests.bids.making import AGREEMENT, good_content, member, open_demand, submitted_bid, written_bid
from tests.factories.world import World

pytestmark = pytest.mark.both_databases

Act = Callable[[Session], Any]


def at_once(database: Database, *acts: Act) -> list[str]:
    """Run the acts in threads that start together; `done`, or the name of the refusal, for each."""
    gate, said = Barrier(len(acts)), [""] * len(acts)

    def run(index: int, act: Act) -> None:
        gate.wait()
        try:
            with database.unit() as session:
                act(session)
            said[index] = "done"
        except (ProcedureError, DBAPIError) as error:
            said[index] = type(error).__name__

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sorted(said)


def of(session: Session, bid_id: UUID) -> Bid:
    return session.get_one(Bid, bid_id)


def count(session: Session, model: Any, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_seals_once_when_two_members_submit(world: World, session: Session, database: Database) -> None:
    by, now = world.actor(Role.BIDDER), world.now
    bid_id = written_bid(session, open_demand(world), by=by, now=now).id
    session.commit()

    def submit(other: Session) -> None:
        services.submit_bid(other, of(other, bid_id), by=by, now=now, number=1)

    assert at_once(database, submit, submit) == ["done", "done"]
    session.expire_all()
    assert count(session, BidVersion, BidVersion.sealed_at.is_not(None)) == 1
    assert count(session, BidParty) == 1


def test_keeps_one_of_two_saves_from_the_same_text(
    world: World, session: Session, database: Database
) -> None:
    by, now = world.actor(Role.BIDDER), world.now
    demand = open_demand(world)
    bid = services.start_bid(session, demand, by=by, now=now)
    base, content = now, good_content(demand)
    bid_id = bid.id
    session.commit()
    later = world.clock.advance(minutes=1)

    def save(title: str) -> Act:
        return lambda other: services.save_bid(
            other, of(other, bid_id), content=content | {"title": title}, by=by, now=later, base=base
        )

    assert at_once(database, save("甲"), save("乙")) == ["StateMovedOn", "done"]


def test_starts_one_bid_when_two_members_start(world: World, session: Session, database: Database) -> None:
    by, now = world.actor(Role.BIDDER), world.now
    demand_id = open_demand(world).id
    session.commit()

    def start(other: Session) -> None:
        services.start_bid(other, other.get_one(Demand, demand_id), by=by, now=now)

    assert at_once(database, start, start) == ["done", "done"]
    assert count(session, Bid) == 1


def test_takes_a_unit_into_one_of_two_bids_submitted_at_once(
    world: World, session: Session, database: Database
) -> None:
    demand, now = open_demand(world), world.now
    more = {
        "members": [member(world.third_bidder_org.uscc)],
        "agreement": AGREEMENT,
        "slots": (BidSlot.CONSORTIUM,),
    }
    actors = [world.actor_of(person) for person in (world.bidder, world.other_bidder)]
    pairs: list[tuple[Actor, UUID]] = [
        (
            by,
            written_bid(session, demand, by=by, now=now, **more).id,
        )
        for by in actors
    ]
    session.commit()

    def submit(by: Actor, bid_id: UUID) -> Act:
        return lambda other: services.submit_bid(other, of(other, bid_id), by=by, now=now)

    assert at_once(database, *[submit(*pair) for pair in pairs]) == ["RuleBroken", "done"]
    session.expire_all()
    assert count(session, BidParty, BidParty.uscc == world.third_bidder_org.uscc) == 1


def test_opens_once_when_two_officers_open(world: World, session: Session, database: Database) -> None:
    demand = open_demand(world)
    submitted_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)
    assert demand.closes_at is not None
    now = world.clock.set(demand.closes_at)
    actors = [world.actor_of(person) for person in (world.organizer, world.second_organizer)]
    for by in actors:
        opening.approve_opening(session, demand, by=by, now=now)
    demand_id = demand.id
    session.commit()

    def open_as(by: Actor) -> Act:
        return lambda other: opening.open_bids(other, other.get_one(Demand, demand_id), by=by, now=now)

    assert at_once(database, *[open_as(by) for by in actors]) == ["StateMovedOn", "done"]
    assert count(session, OpeningRecord) == 1


def test_refuses_a_bid_that_was_received_in_time_but_waited_behind_the_opening(
    world: World, session: Session
) -> None:
    by = world.actor(Role.BIDDER)
    demand = open_demand(world)
    in_time = world.now
    bid = written_bid(session, demand, by=by, now=in_time)
    assert demand.closes_at is not None
    now = world.clock.set(demand.closes_at)
    for person in (world.organizer, world.second_organizer):
        opening.approve_opening(session, demand, by=world.actor_of(person), now=now)
    opening.open_bids(session, demand, by=world.actor_of(world.organizer), now=now)
    with pytest.raises(ProcedureError):
        services.submit_bid(session, bid, by=by, now=in_time)
