"""The migrations make what the models say, and can be taken back, on both databases."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy import inspect

from app.core import migrate
from app.core.db import make_engine
from config import database_url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        pytest.skip("no PostgreSQL")
    name = f"jiebang_test_migrations_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            at = connection.info
            who = f"{quote(at.user)}:{quote(at.password)}"
            yield database_url(f"postgresql://{who}@/{name}?host={at.host}&port={at.port}")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def tables(url: str) -> set[str]:
    engine = make_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return migrate.is_current(connection)
    finally:
        engine.dispose()


def test_upgrade_makes_what_the_models_say_and_downgrade_takes_it_back(url: str) -> None:
    migrate.upgrade(url)
    migrate.check(url)
    made = tables(url)
    assert is_current(url)

    migrate.downgrade(url, "base")
    assert tables(url) == {"alembic_version"}
    assert not is_current(url)

    migrate.upgrade(url)
    migrate.check(url)
    assert tables(url) == made


def test_downgrade_takes_back_the_last_step_alone(url: str) -> None:
    migrate.upgrade(url)
    made = tables(url)
    migrate.downgrade(url, "-1")
    assert not is_current(url)
    migrate.upgrade(url)
    migrate.check(url)
    assert tables(url) == made


def test_upgrade_changes_nothing_the_second_time(url: str) -> None:
    migrate.upgrade(url)
    made = tables(url)
    migrate.upgrade(url)
    assert tables(url) == made
