"""What was written down or sealed stays as it was, on the tables that the migrations make."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core import migrate
from app.core.db import make_engine
from app.models.bids import BidVersion, OpeningRecord
from app.models.states import BidState, ContractState, DemandState
from app.workflow import record
from tests.factories import World, make_bid, make_contract, make_demand


def triggers(session: Session) -> set[str]:
    return set(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))


def refuse(session: Session, statement: str) -> None:
    with pytest.raises(IntegrityError, match="never change"), session.begin_nested():
        session.execute(text(statement))


def test_change_no_event_edition_or_opening_record(world: World) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    make_contract(world, ContractState.ACTIVE)
    record(world.session, demand, "open_bids", by=world.actor_of(world.organizer), now=world.now)
    world.add(OpeningRecord(demand_id=demand.id, opened_at=world.now, officers=[], lines=[], digest="0" * 64))
    for table, column in (
        ("event", "action"),
        ("demand_edition", "reason"),
        ("contract_edition", "reason"),
        ("opening_record", "digest"),
    ):
        assert world.session.scalar(text(f"SELECT count(*) FROM {table}")) > 0
        refuse(world.session, f"UPDATE {table} SET {column} = 'other'")
        refuse(world.session, f"DELETE FROM {table}")


def test_change_no_sealed_version_but_a_draft(world: World) -> None:
    sealed, draft = make_bid(world, BidState.SUBMITTED), make_bid(world, BidState.DRAFT)
    change = "UPDATE bid_version SET content = '{}' WHERE bid_id = "
    refuse(world.session, f"{change}'{sealed.id.hex}'")
    world.session.execute(text(f"{change}'{draft.id.hex}'"))
    world.session.expire_all()
    contents = {each.bid_id: each.content for each in world.session.query(BidVersion)}
    assert contents[draft.id] == {}
    assert contents[sealed.id] != {}


def test_test_on_the_triggers_that_migrations_make(session: Session, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'migrated.sqlite3'}"
    migrate.upgrade(url)
    with Session(make_engine(url)) as migrated:
        assert triggers(migrated) == triggers(session)
        assert len(triggers(session)) == 15
