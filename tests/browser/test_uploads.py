"""Uploads as people meet them: begun when chosen, going on after a broken line, and no worse without scripts."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from seed.demo.pdf import small_pdf
from tests.browser.conftest import Readers, Served, sign_in
from tests.core.sample_files import PDF

pytestmark = pytest.mark.browser
BIG = b"%PDF-1.4\n" + os.urandom(16).hex().encode() * 100_000 + b"\n%%EOF\n"


@pytest.fixture
def files_path(served: Served) -> str:
    """The page of the bidder's files."""
    return served.paths["files of the bid"][1]


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "武汉市三级医院病理切片智能辅助诊断场景揭榜申报技术方案（含附件图纸与接口清单）.pdf"
    path.write_bytes(BIG)
    return path


def slot(page: Page):
    return page.locator("#slot-cases")


def test_goes_on_after_a_broken_line_and_a_reload(readers: Readers, files_path: str, big: Path) -> None:
    with readers.reading("bidder", "en", 1280) as reading:
        page = reading.page
        page.goto(files_path)
        sent: list[str] = []

        def breaks(route: Route) -> None:
            sent.append(route.request.url)
            if len(sent) == 2:
                route.abort()
            else:
                route.continue_()

        page.route("**/chunk?*", breaks)
        page.route("**/finish", lambda route: route.abort())
        page.locator("#slot-cases input[type=file]").set_input_files(big)
        bar = slot(page).get_by_role("progressbar")
        expect(bar).to_have_attribute("aria-valuenow", "100", timeout=20_000)
        assert len(sent) == 5, "four chunks, one of them twice"
        page.unroute_all(behavior="ignoreErrors")
        page.once("dialog", lambda dialog: dialog.accept())
        page.goto(files_path)
        expect(slot(page)).to_contain_text("Interrupted: ")
        again: list[str] = []
        page.on("request", lambda request: again.append(request.url) if "/chunk?" in request.url else None)
        page.locator("#slot-cases input[type=file]").set_input_files(big)
        expect(slot(page)).to_contain_text("Already uploaded: ", timeout=20_000)
        assert again == [], "what had arrived is not sent again"
        with page.expect_navigation():
            slot(page).locator("button[type=submit]").last.click()
        expect(slot(page).get_by_role("link", name=big.name).first).to_be_visible()


def test_shows_a_page_of_a_document(readers: Readers, files_path: str, tmp_path: Path) -> None:
    plan = tmp_path / "场景建设总体方案.pdf"
    plan.write_bytes(small_pdf("总体方案"))
    with readers.reading("bidder", "zh_Hans_CN", 390) as reading:
        page = reading.page
        page.goto(files_path)
        page.locator("#slot-credit_report input[type=file]").set_input_files(plan)
        expect(page.locator("#slot-credit_report .jb-upload input")).to_be_attached(timeout=20_000)
        with page.expect_navigation():
            page.locator("#slot-credit_report button[type=submit]").last.click()
        page.locator("#slot-credit_report").get_by_role("link", name="预览").click()
        picture = page.locator(".jb-page-picture")
        expect(picture).to_have_js_property("complete", True, timeout=20_000)
        assert picture.evaluate("element => element.naturalWidth") > 800
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert reading.found == []


def test_says_why_a_file_is_refused_at_once(readers: Readers, files_path: str, tmp_path: Path) -> None:
    hostile = tmp_path / "加密的证明.pdf"
    hostile.write_bytes(PDF.replace(b"/Root", b"/Encrypt 5 0 R /Root"))
    with readers.reading("bidder", "zh_Hans_CN", 390) as reading:
        page = reading.page
        page.goto(files_path)
        page.locator("#slot-cases input[type=file]").set_input_files(hostile)
        expect(slot(page).get_by_role("alert")).to_contain_text("“加密的证明.pdf”")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_a_refused_form_still_has_its_files(
    chromium: Browser, served: Served, files_path: str, tmp_path: Path
) -> None:
    good, bad = tmp_path / "同类案例.pdf", tmp_path / "病毒.exe"
    good.write_bytes(PDF)
    bad.write_bytes(b"MZ")
    context = chromium.new_context(base_url=served.address, java_script_enabled=False, locale="en")
    try:
        page = context.new_page()
        sign_in(page, "bidder")
        page.goto(files_path)
        page.locator("#slot-cases input[type=file]").set_input_files([good, bad])
        page.locator("#slot-cases button[type=submit]").last.click()
        expect(slot(page).locator(".jb-upload")).to_have_count(1)
        expect(slot(page)).to_contain_text("病毒.exe")
        page.locator("#slot-cases .jb-upload button").click()
        expect(slot(page).locator(".jb-upload")).to_have_count(0)
    finally:
        context.close()
