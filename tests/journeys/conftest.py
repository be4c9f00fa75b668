"""The fixture of every journey."""

from collections.abc import Iterator

import pytest

from app.core.db import Database
from app.models import CalendarYear
from tests.browsing import FussyClient
from tests.checking import check_invariants
from tests.factories.world import World
from tests.journeys.walking import Walk
from tests.moments import Clock


@pytest.fixture
def walk(client: FussyClient, world: World, clock: Clock, database: Database) -> Iterator[Walk]:
    """A journey; at its end nothing that must always hold may be broken."""
    # Journeys end after the last year whose make-up days are published: a plain one stands in.
    for year in (2027, 2028):
        world.session.add(CalendarYear(year=year, source="仅供测试", loaded_at=clock.now))
    journey = Walk(client, world, clock, database)
    yield journey
    world.session.commit()
    check_invariants(world.session, made_by_factory={world.round.id})
