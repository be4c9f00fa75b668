"""The benchmark's data: a database that grew still holds together, and everything to measure has its unit."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.core.db import Database
from app.models.bids import Bid, BidVersion
from app.models.demands import Demand
from app.models.states import BidState, DemandState
from tests.bench import figures, pages
from tests.bench.growing import SHARES, Growth
from tests.bench.registry import REGISTRY
from tests.databases import open_sqlite
from tests.factories import World, make_bid, make_demand

SIZE = 60

assert figures
assert pages


@pytest.fixture
def grown(world: World, database: Database, tmp_path: Path) -> Database:
    make_bid(world, BidState.SUBMITTED, demand=make_demand(world, DemandState.OPEN))
    make_bid(world, BidState.AWARDED)
    make_demand(world, DemandState.DRAFT)
    world.session.commit()
    path = tmp_path / "grown.sqlite3"
    with sqlite3.connect(database.engine.url.database) as source, sqlite3.connect(path) as target:
        source.backup(target)
        Growth(target, world.bidder_org.id.hex).grow(SIZE)
    return open_sqlite(path)


def test_grows_to_the_size_without_a_loose_end(grown: Database) -> None:
    with grown.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    with grown.reading() as session:
        assert session.scalar(select(func.count(Demand.id))) == SIZE
        assert session.scalar(select(func.count(func.distinct(Demand.title)))) > SIZE / 2


def test_gives_the_bidder_an_unsealed_draft_on_copies_of_open_listings(grown: Database, world: World) -> None:
    with grown.reading() as session:
        drafts = session.scalars(select(Bid).where(Bid.state == BidState.DRAFT)).all()
        assert drafts
        assert {bid.lead_id for bid in drafts} == {world.bidder_org.id}
        assert {bid.demand.state for bid in drafts} == {DemandState.OPEN}
        versions = session.scalars(
            select(BidVersion).where(BidVersion.bid_id.in_([bid.id for bid in drafts]))
        )
        assert {(each.number, each.sealed_at, each.commitment) for each in versions} == {(1, None, None)}


def test_knows_a_share_for_every_state() -> None:
    assert set(SHARES) == {state.value for state in DemandState}


def test_measures_nothing_against_a_unit_that_is_not_measured() -> None:
    known = REGISTRY.pages
    assert {each.unit for each in known.values()} <= set(known)
