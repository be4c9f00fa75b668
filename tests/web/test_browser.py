"""The gallery in a real browser: no violation, no sideways scrolling, and the comforts of site.js."""

import threading
from collections.abc import Iterator
from shutil import which

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

pytestmark = pytest.mark.browser

PAGES = ["/", "/desk", "/form", "/form?send", "/confirm", "/error"]
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def address(gallery: Flask) -> Iterator[str]:
    """The gallery on a free port of this machine."""
    server = make_server("127.0.0.1", 0, gallery, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The distribution's Chromium."""
    path = which("chromium") or which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


def visit(page: Page, address: str, path: str) -> None:
    """Open a page; "/form?send" also sends the empty form."""
    page.goto(address + path)
    if path.endswith("?send"):
        page.locator(".jb-form-actions .btn-primary").click()
        page.wait_for_selector("#error-summary")


@pytest.mark.parametrize(("width", "language"), [(1280, "zh"), (390, "zh"), (390, "en")])
def test_show_pages_without_violation_or_sideways_scrolling(
    chromium: Browser, address: str, width: int, language: str
) -> None:
    found: list[str] = []
    context = chromium.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    for path in PAGES:
        visit(page, address, path if language == "zh" else f"{path}{'&' if '?' in path else '?'}lang=en")
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found += [f"{path} scrolls sideways"] if wide else []
        found += [f"{path} {violation['id']}" for violation in Axe().run(page).response["violations"]]
    context.close()
    assert found == []


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A phone's page under the real policy; anything the browser complains of fails the test."""
    context = chromium.new_context(viewport={"width": 390, "height": 900}, base_url=address)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda problem: complaints.append(str(problem)))
    yield opened
    context.close()
    assert complaints == []


def test_add_and_remove_rows_in_place(page: Page) -> None:
    page.goto("/form")
    page.locator("#title").fill("题目")
    page.locator("#indicators-0-name").fill("准确率")
    page.get_by_role("button", name="增加一项指标").click()
    expect(page.locator(".jb-row")).to_have_count(3)
    expect(page.locator("#indicators-2-name")).to_be_focused()
    page.locator(".jb-row").nth(1).get_by_role("button").click()
    expect(page.locator(".jb-row")).to_have_count(2)
    expect(page.locator("#title")).to_have_value("题目")
    expect(page.locator("#indicators-0-name")).to_have_value("准确率")


def test_count_characters_while_typing(page: Page) -> None:
    page.goto("/form")
    page.locator("#pain_point").fill("派单准确率")
    expect(page.locator("#pain_point-help")).to_contain_text("已填 5 字，不超过 500 字")


def test_ask_before_unsaved_changes_are_left(page: Page) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/form")
    page.locator("#title").press_sequentially("题目")
    page.goto("/desk")
    page.goto("/form")
    page.locator("#title").press_sequentially("题目")
    page.locator(".jb-form-actions .btn-primary").click()
    page.wait_for_selector("#error-summary")
    assert asked == ["beforeunload"]


def test_move_focus_to_the_errors(page: Page) -> None:
    visit(page, "", "/form?send")
    expect(page.locator("#error-summary")).to_be_focused()


def test_fold_the_menu_on_a_phone(page: Page) -> None:
    page.goto("/")
    entry = page.get_by_role("link", name="示范项目")
    expect(entry).to_be_hidden()
    page.get_by_role("button", name="栏目", exact=True).click()
    expect(entry).to_be_visible()


def test_close_the_account_menu_with_escape(page: Page) -> None:
    page.goto("/")
    page.locator(".jb-account summary").click()
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()
