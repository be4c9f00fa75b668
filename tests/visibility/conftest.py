"""The world is built and read through once; the tests then ask what was seen."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from app.core.files import FileStore
from config import Config
from tests.databases import copy_sqlite
from tests.factories.world import World
from tests.moments import Clock
from tests.visibility.crawling import Crawl, addresses, crawl, dump, load
from tests.visibility.stage import Stage


@dataclass(frozen=True)
class Sights:
    """What everybody got at every address, and the addresses of things and files by name."""

    crawl: Crawl
    ids: dict[str, str]
    files: dict[str, str]

    @property
    def readers(self) -> set[str]:
        """Everybody who looked."""
        return {reader for reader, _url in self.crawl.answers}


@pytest.fixture(scope="session")
def sights(site: Flask, prepared: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Sights:
    """Every page of the site as everybody, read by the first process that wants it and handed to the others."""
    root = tmp_path_factory.getbasetemp()
    shared = root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root
    kept = shared / "sights.json"
    with (shared / "sights.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            found = look(site, prepared["peopled"], tmp_path_factory.mktemp("visibility"))
            kept.write_text(dump(found.crawl, found.ids, found.files))
            return found
    return Sights(*load(kept.read_text()))


def look(site: Flask, peopled: Path, folder: Path) -> Sights:
    """Build the world and read it. Later tests that need the application put their own settings in again."""
    database = copy_sqlite(peopled, folder / "test.sqlite3")
    settings = Config.for_tests(folder / "var", database.engine.url.render_as_string(hide_password=False))
    secret, clock = site.config["SECRET_KEY"], Clock()
    site.config.from_object(settings)
    site.config.update(CLOCK=clock, SECRET_KEY=secret)
    site.extensions["database"] = database
    site.extensions["files"] = FileStore(settings.FILES_DIR)
    with database.unit() as session:
        stage = Stage(World(session, clock), site.extensions["files"])
        readers = stage.readers
        places = addresses(site, session, stage.things.values())
        ids = {name: str(thing.id) for name, thing in stage.things.items()}
    found = crawl(site, readers, places)
    database.dispose()
    return Sights(found, ids, stage.files)
