"""The demonstration as it is loaded: what it promises is there, nothing is impossible, and once is enough."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.demo import demo_accounts
from app.core import migrate
from app.models import (
    Acceptance,
    Bid,
    Demand,
    Demonstration,
    Event,
    Expert,
    Mail,
    Objection,
    Organisation,
    Replication,
)
from app.models.codes import HUBEI_REGIONS, AwardMode, Field
from app.models.procedure_codes import Role
from app.models.states import (
    AcceptanceState,
    DemandState,
    DemonstrationState,
    ObjectionState,
    ReplicationState,
)
from app.workflow.invariants import broken
from config import Config
from seed.demo.loader import load_demo

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application whose database holds the demonstration."""
    folder: Path = tmp_path_factory.mktemp("demonstration")
    url = f"sqlite:///{folder / 'demo.sqlite3'}"
    migrate.upgrade(url, "head")
    app = create_app(Config.for_tests(folder, url, demo=True))
    with app.app_context():
        load_demo(app, NOW)
        yield app
    app.extensions["database"].dispose()


@pytest.fixture
def reading(loaded: Flask) -> Iterator[Session]:
    """A session on the loaded database."""
    with loaded.extensions["database"].reading() as session:
        yield session


def test_shows_every_state_field_and_region(reading: Session) -> None:
    demands = list(reading.scalars(select(Demand)))
    assert {each.state for each in demands} == set(DemandState)
    assert {each.field for each in demands} == set(Field)
    assert {each.region for each in demands} == set(HUBEI_REGIONS)
    assert len(demands) >= 60


def test_ends_a_third_without_award_and_relists_some(reading: Session) -> None:
    states = Counter(reading.scalars(select(Demand.state)))
    assert 0.3 <= states[DemandState.NO_AWARD] / states.total() <= 0.37
    assert max(reading.scalars(select(Demand.list_round))) == 3


def test_has_people_units_and_bids_enough(reading: Session) -> None:
    counted = [
        reading.scalar(select(func.count()).select_from(model)) or 0 for model in (Organisation, Expert, Bid)
    ]
    assert [number >= least for number, least in zip(counted, (40, 60, 150), strict=True)] == [
        True,
        True,
        True,
    ]


def test_tells_the_rare_stories(reading: Session) -> None:
    races = select(func.count()).select_from(Demand).where(Demand.award_mode == AwardMode.HORSE_RACE)
    assert reading.scalar(races) == 1
    acceptances = Counter(tuple(row) for row in reading.execute(select(Acceptance.state, Acceptance.attempt)))
    assert acceptances[(AcceptanceState.FAILED, 1)] == 1
    assert acceptances[(AcceptanceState.PASSED, 2)] == 1
    assert ObjectionState.ANSWERED in set(reading.scalars(select(Objection.state)))
    assert set(reading.scalars(select(Demonstration.state))) >= {
        DemonstrationState.LISTED,
        DemonstrationState.DELISTED,
        DemonstrationState.IN_NOTICE,
    }
    assert ReplicationState.VERIFIED in set(reading.scalars(select(Replication.state)))


def test_marks_every_unit_as_invented(reading: Session) -> None:
    assert [
        name for name in reading.scalars(select(Organisation.name)) if not name.endswith("（演示）")
    ] == []


def test_breaks_no_invariant(reading: Session) -> None:
    assert {name: rows for name, rows in broken(reading).items() if rows} == {}


def test_has_an_account_for_every_role_and_no_mail_waiting(reading: Session) -> None:
    assert {account.role for account in demo_accounts(reading)} == set(Role)
    assert reading.scalar(select(func.count()).select_from(Mail)) == 0


def test_changes_nothing_when_loaded_again(loaded: Flask, reading: Session) -> None:
    before = reading.scalar(select(func.max(Event.seq)))
    assert load_demo(loaded, NOW) == 0
    reading.rollback()
    assert reading.scalar(select(func.max(Event.seq))) == before
