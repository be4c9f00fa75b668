"""A first-time demand owner with only a keyboard: begin, write every section, submit; with scripts and without."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Served, sign_in
from tests.journeys.walking import demand_form, demand_sections

pytestmark = pytest.mark.browser

MOST_TABS = 400


class Keyboard:
    """A person who uses Tab, Enter, Space, arrows and letters, and sees where the focus is."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        """Tab until the target has the focus; it must be visible there."""
        handle = target.element_handle()
        for _ in range(MOST_TABS):
            if handle.evaluate("element => element === document.activeElement"):
                assert target.is_visible()
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target}")

    def type(self, name: str, value: Any) -> None:
        """Give the field of this name its value."""
        field = self.page.locator(f"[name='{name}']")
        if isinstance(value, list):
            for each in value:
                self.tick(self.page.locator(f"[name='{name}'][value='{each}']"))
        elif field.get_attribute("type") == "checkbox":
            self.tick(field)
        elif field.evaluate("element => element.tagName") == "SELECT":
            self.choose(field, value)
        else:
            self.reach(field)
            self.page.keyboard.press("Control+A")
            self.page.keyboard.insert_text(value)

    def tick(self, box: Locator) -> None:
        """Tick a box with the space bar."""
        self.reach(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")

    def choose(self, field: Locator, value: str) -> None:
        """Go down a list with the arrow until the value is chosen."""
        self.reach(field)
        count = field.locator("option").count()
        self.page.keyboard.press("Home")
        for _ in range(count):
            if field.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no {value} in {field}")

    def press(self, target: Locator) -> None:
        """Follow a link or press a button with Enter."""
        self.reach(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


def primary(page: Page) -> Locator:
    return page.locator(".jb-form-actions .btn-primary")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_finish_a_demand_with_the_keyboard_alone(chromium: Browser, served: Served, scripts: bool) -> None:
    context = chromium.new_context(base_url=served.address, java_script_enabled=scripts)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    sign_in(page, "owner")
    keys = Keyboard(page)

    page.goto("/desk/demands")
    keys.press(page.locator("main a[href='/demands/new']").first)
    title = f"门诊病历智能质控与随访提醒{'甲' if scripts else '乙'}"
    round_ = page.locator("#round_id option").nth(1).get_attribute("value")
    for name, value in (
        ("round_id", round_),
        ("title", title),
        ("demand_type", "scenario_build"),
        ("field", "F08"),
    ):
        keys.type(name, value)
    keys.press(primary(page))
    expect(page).to_have_url(re.compile("/edit$"))
    draft = page.url.removesuffix("/edit")

    page.goto(f"{draft}/sections/who")
    for data in demand_sections(demand_form()).values():
        for name, value in data.items():
            if value is not None:
                if page.locator(f"[name='{name}']").count() == 0:
                    add_row(keys, name)
                keys.type(name, value)
        here = page.url
        keys.press(primary(page))
        assert page.url != here, page.locator("main").inner_text()[:600]
    expect(page).to_have_url(re.compile("/files$"))

    keys.press(page.locator(".jb-progress a[href$='/submit']"))
    expect(page.locator(".jb-answers").first).to_be_visible()
    assert page.locator(".jb-notice-warning").count() == 0, page.locator(".jb-notice-warning").inner_text()
    keys.press(primary(page))
    expect(page).to_have_url(re.compile(r"/demands/[0-9a-f-]+$"))
    assert complaints == []
    context.close()


def add_row(keys: Keyboard, name: str) -> None:
    """Press "add a row" of the list in which the cell stands."""
    page = keys.page
    button = page.locator(f"button[name='add_row'][value='{name.partition('-')[0]}']")
    keys.reach(button)
    page.keyboard.press("Enter")
    expect(page.locator(f"[name='{name}']")).to_have_count(1)


def test_keep_what_is_typed_and_add_up_while_typing(chromium: Browser, served: Served) -> None:
    context = chromium.new_context(base_url=served.address)
    page = context.new_page()
    sign_in(page, "owner")
    page.goto("/demands/new")
    page.locator("#title").fill("暂存与合计")
    for name in ("round_id", "demand_type", "field"):
        page.locator(f"select[name='{name}']").select_option(index=1)
    primary(page).click()
    expect(page).to_have_url(re.compile("/edit$"))
    draft = page.url.removesuffix("/edit")

    page.goto(f"{draft}/sections/money")
    sums = page.locator("output[data-sum='fundings']")
    page.locator("#budget_fen").fill("300.10")
    page.locator("#fundings-0-amount_fen").fill("１，０00.1")
    expect(sums).to_contain_text("1,000.10 / 300.10，超出 700.00")
    page.locator("#fundings-0-amount_fen").fill("299.3")
    page.locator("#fundings-1-amount_fen").fill("0.80")
    expect(sums).to_contain_text("300.10 / 300.10，合计相符")
    page.locator("#fundings-1-amount_fen").fill("0.8.0")
    expect(sums).to_contain_text("有数字无法识别")
    page.locator("#fundings-1-amount_fen").fill("0.80")
    page.locator(".jb-row").nth(1).get_by_role("button").click()
    expect(sums).to_contain_text("299.30 / 300.10，尚差 0.80")

    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 200):
        page.locator("#purchase_commitment").fill("验收后另购五套")
    expect(page.locator("[data-autosave-line]")).to_contain_text("已暂存")
    page.goto(f"{draft}/sections/money")
    expect(page.locator("#purchase_commitment")).to_have_value("")
    page.get_by_role("link", name="继续填写").click()
    expect(page.locator("#purchase_commitment")).to_have_value("验收后另购五套")
    context.close()
