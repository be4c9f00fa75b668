"""What the tests of rounds share."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.access import Actor
from app.models.procedure_codes import Role
from app.models.rounds import Round
from app.rounds.services import create_round
from tests.factories import World


@pytest.fixture(autouse=True)
def listeners(site: Flask) -> None:
    """The application is made, so that what its stages listen to is heard."""


@pytest.fixture
def organizer(world: World) -> Actor:
    return world.actor(Role.ORGANIZER)


@pytest.fixture
def draft(world: World) -> Round:
    """A round in preparation, made through the service."""
    return made(world)


def made(world: World, **more: Any) -> Round:
    values = {
        "title": "2026年第一批人工智能场景揭榜挂帅",
        "collection_opens_at": world.now + timedelta(days=1),
        "collection_closes_at": world.now + timedelta(days=21),
    } | more
    return create_round(world.session, by=world.actor(Role.ORGANIZER), now=world.now, **values)
