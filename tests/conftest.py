"""Fixtures for every test: clock, database, session, people, application and client. See README.md beside this."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.core.db import Database
from app.core.files import FileStore
from app.core.passwords import Profile, configure
from config import Config
from tests.browsing import FussyClient
from tests.databases import (
    copy_sqlite,
    empty_postgres,
    find_server,
    fold_sqlite,
    make_sqlite,
    postgres_database,
)
from tests.factories.calendar import load_calendar
from tests.factories.world import World, people_the_world
from tests.moments import Clock


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "both_databases: runs on SQLite and, where there is one, on PostgreSQL"
    )
    configure(Profile.CHEAP)
    if not os.environ.get("TEST_DATABASE_URL") and (server := find_server()):
        os.environ["TEST_DATABASE_URL"] = server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What one process prepares for all comes first: at the end the other process would only wait for it."""
    items.sort(key=lambda item: "tests/visibility/test_matrix" not in item.nodeid)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database_kind", ["sqlite", "postgresql"])


@pytest.fixture
def clock() -> Clock:
    """Stands at Monday 16 March 2026, 9:00 in Shanghai, until the test moves it."""
    return Clock()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """SQLite files to copy: "empty" has the calendar alone, "peopled" the people of the world too."""
    folder = tmp_path_factory.mktemp("prepared")
    found = {}
    for name in ("empty", "peopled"):
        database = make_sqlite(folder / f"{name}.sqlite3")
        with database.unit() as session:
            load_calendar(session)
            if name == "peopled":
                people_the_world(session)
        fold_sqlite(database)
        found[name] = folder / f"{name}.sqlite3"
    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[Database]:
    """This process's PostgreSQL database; tests that need it are skipped where there is none."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        pytest.skip("no PostgreSQL")
    with postgres_database(server) as database:
        yield database


@pytest.fixture
def database_kind() -> str:
    """Which database the test runs on: SQLite, unless marked `both_databases`."""
    return "sqlite"


@pytest.fixture
def database(
    request: pytest.FixtureRequest, database_kind: str, prepared: dict[str, Path], tmp_path: Path
) -> Iterator[Database]:
    """An empty database with the calendar of 2025 and 2026, and the people if the test asks for the world."""
    is_peopled = "world" in request.fixturenames
    if database_kind == "postgresql":
        found: Database = request.getfixturevalue("postgres")
        empty_postgres(found)
        with found.unit() as session:
            load_calendar(session)
            if is_peopled:
                people_the_world(session)
        yield found
        return
    source = prepared["peopled" if is_peopled else "empty"]
    found = copy_sqlite(source, tmp_path / "test.sqlite3")
    yield found
    found.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A write session. The client commits it before each request, so that the site sees what the test made."""
    opened = database.writer()
    yield opened
    opened.close()


@pytest.fixture
def world(session: Session, clock: Clock) -> World:
    """Organisations and people for every role; the first argument of every factory."""
    return World(session, clock)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, made once: templates stay compiled. Tests use `app`."""
    folder = tmp_path_factory.mktemp("site")
    made = create_app(Config.for_tests(folder, f"sqlite:///{folder / 'never.sqlite3'}"), clock=Clock())
    made.test_client_class = FussyClient
    return made


@pytest.fixture
def app(site: Flask, database: Database, clock: Clock, tmp_path: Path) -> Flask:
    """The application on this test's database, clock and folder."""
    url = database.engine.url.render_as_string(hide_password=False)
    settings = Config.for_tests(tmp_path / "var", url)
    secret = site.config["SECRET_KEY"]
    site.config.from_object(settings)
    site.config.update(CLOCK=clock, SECRET_KEY=secret)
    site.extensions["database"] = database
    site.extensions["files"] = FileStore(settings.FILES_DIR)
    return site


@pytest.fixture
def client(app: Flask, session: Session) -> FussyClient:
    """A browser without a picture: it refuses faulty pages, and sends forms with their token."""
    made = app.test_client()
    assert isinstance(made, FussyClient)
    made.beside = session
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many combinations of transition, state and actor the generated workflow test tried."""
    tried = sum(
        int(str(value))
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == "combinations" and report.when == "call"
    )
    if tried:
        terminalreporter.write_line(f"workflow: {tried:,} combinations of transition, state and actor tried")
