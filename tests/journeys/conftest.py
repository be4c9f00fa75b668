"""The fixture of every journey."""

from collections.abc import Iterator

import pytest

from app.core.db import Database
from tests.browsing import FussyClient
from tests.checking import check_invariants
from tests.factories.world import World
from tests.journeys.walking import Walk
from tests.moments import Clock


@pytest.fixture
def walk(client: FussyClient, world: World, clock: Clock, database: Database) -> Iterator[Walk]:
    """A journey; at its end nothing that must always hold may be broken."""
    journey = Walk(client, world, clock, database)
    yield journey
    world.session.commit()
    check_invariants(world.session, made_by_factory={world.round.id})
