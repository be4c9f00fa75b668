"""What the tests of experts share."""

import pytest
from flask import Flask

from app.experts.panels import draw_panel
from app.models.codes import Field
from app.models.demands import Demand
from app.models.procedure_codes import ExpertKind, PanelPurpose, Role, RubricKind
from app.models.reviews import Expert, Panel
from app.models.states import BidState, DemandState
from tests.factories import World, make_bid, make_demand, make_expert


@pytest.fixture(autouse=True)
def listeners(site: Flask) -> None:
    """The application is made, so that what its stages listen to is heard."""


@pytest.fixture
def demand(world: World) -> Demand:
    """A demand whose two bids are open."""
    found = make_demand(world, DemandState.SCREENING)
    for _ in range(2):
        make_bid(world, BidState.ELIGIBLE, demand=found)
    return found


@pytest.fixture
def panel(world: World, demand: Demand) -> Panel:
    """A panel drawn for it."""
    return drawn(world, demand)


def drawn(world: World, demand: Demand, seed: str = "seed-1") -> Panel:
    return draw_panel(
        world.session,
        purpose=PanelPurpose.REVIEW,
        rubric=demand.round.rubric(RubricKind.BID),
        by=world.actor(Role.ORGANIZER),
        now=world.now,
        demand=demand,
        seed=seed,
    )


def more_experts(world: World, count: int) -> list[Expert]:
    """Further experts, each of a unit of their own."""
    return [
        make_expert(
            world,
            unit_name=f"汉水研究所第{number}室",
            kind=ExpertKind.FINANCE if number % 4 == 0 else ExpertKind.TECHNICAL,
            fields=[Field.F08.value],
        )
        for number in range(count)
    ]
