"""What the tests of vetting share."""

import pytest
from flask import Flask

from app.access import Actor
from app.models.demands import Demand
from app.models.procedure_codes import Role, RubricKind
from app.models.states import DemandState
from tests.factories import World, make_demand


@pytest.fixture(autouse=True)
def listeners(site: Flask) -> None:
    """The application is made, so that what its stages listen to is heard."""


@pytest.fixture
def officer(world: World) -> Actor:
    return world.actor(Role.ORGANIZER)


@pytest.fixture
def colleague(world: World) -> Actor:
    return world.actor_of(world.second_organizer)


@pytest.fixture
def demand(world: World) -> Demand:
    """A demand under vetting."""
    return make_demand(world, DemandState.VETTING)


def scores(demand: Demand, percent: int = 80, **points: int) -> dict[str, tuple[int, str]]:
    """Every criterion at the same percentage; `points` in hundredths replace single ones."""
    rubric = demand.round.rubric(RubricKind.DEMAND)
    return {
        each.code: (points.get(each.code, each.max_score * percent // 100), "") for each in rubric.criteria
    }
