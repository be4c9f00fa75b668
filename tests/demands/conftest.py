"""What the tests of demands share."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access import Actor
from app.demands import services
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.rounds import Round
from app.models.states import DemandState
from tests.factories import World, make_demand, make_round


@pytest.fixture(autouse=True)
def listeners(site: Flask) -> None:
    """The application is made, so that what its stages listen to is heard."""


@pytest.fixture
def owner(world: World) -> Actor:
    return world.actor(Role.DEMAND_OWNER)


@pytest.fixture
def bidder(world: World) -> Actor:
    return world.actor(Role.BIDDER)


@pytest.fixture
def organizer(world: World) -> Actor:
    return world.actor(Role.ORGANIZER)


@pytest.fixture
def recommender(world: World) -> Actor:
    return world.actor(Role.RECOMMENDER)


@pytest.fixture
def supervisor(world: World) -> Actor:
    return world.actor(Role.SUPERVISOR)


@pytest.fixture
def direct_round(world: World) -> Round:
    """A round that asks for no recommendation."""
    return make_round(world, has_recommender=False)


def text_values(demand: Demand) -> dict[str, Any]:
    """The values of a correction that changes nothing but what a test changes in them."""
    return {"goal": demand.goal}


def saved(session: Session, demand: Demand) -> Demand:
    """The demand as the database has it."""
    session.flush()
    session.refresh(demand)
    return demand


def listed(world: World, **more: Any) -> Demand:
    """A listing that was published by the organiser, with its first edition."""
    demand = make_demand(world, DemandState.APPROVED, **more)
    closes_at = world.now + timedelta(days=40)
    return services.publish_demand(
        world.session, demand, closes_at=closes_at, by=world.actor(Role.ORGANIZER), now=world.now
    )
