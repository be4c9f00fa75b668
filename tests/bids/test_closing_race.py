"""Fifty submissions around the closing time, on both databases: who is told yes has a whole bid, nobody else has."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier, Lock, Thread
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor
from app.bids import queries, services
from app.bids.content import shaped
from app.bids.sealing import problem_of
from app.core.db import Database
from app.core.errors import RuleBroken
from app.models.bids import Bid, BidParty, BidVersion
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.states import BidState
from app.workflow.ticking import tick
from tests.bids.making import ALWAYS, open_demand, written_bid
from tests.factories.accounts import make_membership, make_organisation, make_user
from tests.factories.world import World

pytestmark = pytest.mark.both_databases

BIDS, WINDOW = 50, 1.6
"""How many bids are sent, and over how many seconds around the closing time, which lies in the middle."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one sender was told: the moment the site received it, and the receipt, or the codes of the refusal."""

    bid_id: UUID
    received_at: datetime
    receipt: str | None
    refused: frozenset[str] = frozenset()


class RunningClock:
    """Runs like a real one from a given moment on."""

    def __init__(self, start: datetime) -> None:
        self._start, self._began = start, time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)


def bidders(world: World, session: Session, demand: Demand) -> list[tuple[Actor, UUID]]:
    """Fifty units, each with a bid ready to be submitted."""
    found = []
    for number in range(BIDS):
        unit, person = make_organisation(world), make_user(world, name=f"经办{number + 1}")
        make_membership(world, person, unit, Role.BIDDER)
        by = world.actor_of(person, unit)
        found.append((by, written_bid(session, demand, by=by, now=world.now).id))
    session.commit()
    return found


def send(database: Database, clock: RunningClock, by: Actor, bid_id: UUID) -> Answer:
    """Submit as a request does: the moment is taken when it is received, then it waits its turn for the database."""
    received_at = clock()
    try:
        with database.unit() as session:
            bid = session.get_one(Bid, bid_id)
            version = services.submit_bid(session, bid, by=by, now=received_at, number=1)
            receipt = version.receipt_number
        return Answer(bid_id, received_at, receipt)
    except RuleBroken as error:
        return Answer(bid_id, received_at, None, frozenset(error.codes))


@contextmanager
def everybody_at(gate: Barrier) -> Iterator[None]:
    """Begin together."""
    gate.wait()
    yield


def race(database: Database, clock: RunningClock, senders: list[tuple[Actor, UUID]]) -> list[Answer]:
    """Every sender in a thread of its own, each at its moment of the window; one sends twice by impatience."""
    gate, answers, lock = Barrier(len(senders) + 1), [], Lock()
    chance = random.Random(20260316)
    moments = [chance.uniform(0, WINDOW) for _ in senders]

    def run(by: Actor, bid_id: UUID, wait: float) -> None:
        with everybody_at(gate):
            time.sleep(wait)
            answer = send(database, clock, by, bid_id)
            again = send(database, clock, by, bid_id) if answer.receipt else answer
        with lock:
            answers.append(answer)
            if again.receipt is not None:
                assert again.receipt == answer.receipt

    threads = [Thread(target=run, args=(*each, wait)) for each, wait in zip(senders, moments, strict=True)]
    for each in threads:
        each.start()
    gate.wait()
    for each in threads:
        each.join()
    return answers


def test_keeps_what_it_acknowledged_and_refuses_the_rest(
    world: World, session: Session, database: Database
) -> None:
    demand = open_demand(world)
    senders = bidders(world, session, demand)
    assert demand.closes_at is not None
    closes_at, demand_id = demand.closes_at, demand.id
    session.rollback()
    answers = race(database, RunningClock(closes_at - timedelta(seconds=WINDOW / 2)), senders)
    assert len(answers) == BIDS
    taken = {each.bid_id: each for each in answers if each.receipt}
    late = [each for each in answers if not each.receipt]
    assert taken
    assert late
    assert all(each.received_at < closes_at for each in taken.values())
    assert all(each.received_at >= closes_at and each.refused == {"bidding_closed"} for each in late)
    tick(database, closes_at + timedelta(seconds=WINDOW))
    session.expire_all()
    bids = {bid.id: bid for bid in session.scalars(select(Bid).where(Bid.demand_id == demand_id))}
    for bid_id, bid in bids.items():
        sealed = queries.sealed_versions(session, bid)
        if bid_id in taken:
            _is_whole(session, bid, sealed, taken[bid_id])
        else:
            assert (bid.state, sealed, bid.submitted_at) == (BidState.LAPSED, [], None)
    receipts = [each.receipt for each in taken.values()]
    assert len(set(receipts)) == len(receipts)


def _is_whole(session: Session, bid: Bid, sealed: list[BidVersion], answer: Answer) -> None:
    """Sealed once, with the receipt that was told, every file, the full text, and the commitment over all of it."""
    assert bid.state is BidState.SUBMITTED
    assert [each.receipt_number for each in sealed] == [answer.receipt]
    version = sealed[0]
    assert version.sealed_at is not None
    assert version.closes_at is not None
    assert version.sealed_at < version.closes_at
    assert len(version.files) == len(ALWAYS)
    assert problem_of(version) == ""
    assert shaped(version.content)["lead"]["uscc"] == bid.lead.uscc
    parties = session.scalars(select(BidParty).where(BidParty.bid_id == bid.id, BidParty.is_live)).all()
    assert [each.uscc for each in parties] == [bid.lead.uscc]
