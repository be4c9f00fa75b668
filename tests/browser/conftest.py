"""The real site on a real port, and the distribution's Chromium before it.

Everything is made once for a module. It must not live longer: while one Playwright is open, no other may be opened."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from config import Config
from tests.browser.stage import Stage
from tests.databases import copy_sqlite
from tests.factories.world import PASSWORD, World
from tests.moments import Clock

# No name but the server's address is looked up: a page that asks elsewhere fails at once, and asks nobody.
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@dataclass(frozen=True)
class Served:
    """A running site: its address, and its main pages by name as (who reads it, path)."""

    address: str
    paths: dict[str, tuple[str | None, str]]


@pytest.fixture(scope="module")
def served(prepared: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The site with the stage's world, answering on a free port until the module is done."""
    folder = tmp_path_factory.mktemp("browser")
    clock = Clock()
    database = copy_sqlite(prepared["peopled"], folder / "test.sqlite3")
    with database.unit() as session:
        paths = Stage(World(session, clock)).paths
    url = database.engine.url.render_as_string(hide_password=False)
    app = create_app(Config.for_tests(folder / "var", url), clock=clock)
    app.extensions["database"].dispose()
    app.extensions["database"] = database
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(f"http://127.0.0.1:{server.port}", paths)
    server.shutdown()
    thread.join()
    server.server_close()
    database.dispose()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The distribution's Chromium."""
    path = os.environ.get("CHROMIUM") or which("chromium") or which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Reading:
    """A page, and what was wrong while it was looked at."""

    page: Page
    address: str
    found: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note every complaint of the browser, and every request that leaves the server."""
        self.page.on(
            "console", lambda said: said.type == "error" and self.found.append(f"console: {said.text}")
        )
        self.page.on("pageerror", lambda problem: self.found.append(f"page error: {problem}"))
        self.page.on("request", lambda sent: self._check(sent.url))

    def _check(self, url: str) -> None:
        if not url.startswith((f"{self.address}/", "data:")):
            self.found.append(f"a request to {url}")


@dataclass
class Readers:
    """Contexts of people, made when first asked for and kept: one per person, language and width."""

    browser: Browser
    address: str
    states: dict[str, StorageState] = field(default_factory=dict)
    contexts: dict[tuple[str | None, str, int], BrowserContext] = field(default_factory=dict)

    @contextmanager
    def reading(self, person: str | None, language: str, width: int) -> Iterator[Reading]:
        """A new page of the person; whatever the browser complains of is in its `found`."""
        page = self._context(person, language, width).new_page()
        reading = Reading(page, self.address)
        reading.listen()
        yield reading
        page.close()

    def _context(self, person: str | None, language: str, width: int) -> BrowserContext:
        key = (person, language, width)
        if key not in self.contexts:
            context = self.browser.new_context(
                viewport={"width": width, "height": 900},
                base_url=self.address,
                storage_state=self._signed_in(person) if person else None,
            )
            context.request.get(f"/language/{language}?next=/accessibility")
            self.contexts[key] = context
        return self.contexts[key]

    def _signed_in(self, person: str) -> StorageState:
        if person not in self.states:
            context = self.browser.new_context(base_url=self.address)
            page = context.new_page()
            sign_in(page, person)
            self.states[person] = context.storage_state()
            context.close()
        return self.states[person]

    def close(self) -> None:
        """Close every context."""
        for context in self.contexts.values():
            context.close()


@pytest.fixture(scope="module")
def readers(chromium: Browser, served: Served) -> Iterator[Readers]:
    """Everybody who reads pages, signed in through the site's own form once each."""
    made = Readers(chromium, served.address)
    yield made
    made.close()


def sign_in(page: Page, person: str) -> None:
    """Sign in as anybody does."""
    page.goto("/sign-in")
    page.locator("#email").fill(f"{person}@test.example")
    page.locator("#password").fill(PASSWORD)
    page.locator(".jb-form-actions .btn-primary").click()
    page.wait_for_url(re.compile("/desk$"))
