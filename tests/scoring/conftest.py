"""What the tests of scoring share."""

from types import SimpleNamespace

import pytest
from flask import Flask

from app.models.reviews import Sheet
from app.models.states import BidState, DemandState
from tests.factories import World, make_bid, make_demand, make_panel


@pytest.fixture(autouse=True)
def listeners(site: Flask) -> None:
    """The application is made, so that what its stages listen to is heard."""


@pytest.fixture
def review(world: World) -> SimpleNamespace:
    """A demand in review with two bids under review and a panel of five who have accepted; the first is the chair."""
    demand = make_demand(world, DemandState.REVIEWING)
    bids = [make_bid(world, BidState.ELIGIBLE, demand=demand) for _ in range(2)]
    panel = make_panel(world, demand=demand)
    return SimpleNamespace(demand=demand, bids=bids, panel=panel, seats=panel.assignments[:5])


def full_scores(sheet: Sheet, percent: int = 80, comment: str = "") -> dict[str, tuple[int, str]]:
    """Every criterion at the same percentage of its maximum."""
    return {each.code: (each.max_score * percent // 100, comment) for each in sheet.rubric.criteria}
