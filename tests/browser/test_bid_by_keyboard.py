"""A first-time bidder without a mouse: from the listing to the receipt with Tab, Space, Enter and typing alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served, sign_in
from tests.core.sample_files import PDF

pytestmark = pytest.mark.browser

MOST_STEPS = 400
PRICE = "280"
ACTIVE = "() => { const e = document.activeElement; return [e.name || '', e.value || '', e.tagName]; }"
LABEL = "() => (document.activeElement.innerText || '').trim().split('\\n')[0]"

# What is typed, section by section, in the order in which Tab reaches it. A tuple is the value of a choice.
TYPED: dict[str, dict[str, str | tuple[str, ...]]] = {
    "basics": {
        "price_fen": PRICE,
        "duration_months": "10",
        "leader_name": "柯北辰",
        "leader_identity": "E12345678",
        "leader_phone": "13871234567",
    },
    "unit": {},
    "consortium": {},
    "declarations": {"relation": ("none",)},
    "responses": {},
    "solution": dict.fromkeys(
        ("understanding", "architecture", "key_problems", "safety"), "针对现场条件分三期实施，先验证后推广。"
    ),
    "plan": {
        "milestones-0-name": "设计",
        "milestones-0-start_month": "1",
        "milestones-0-end_month": "4",
        "milestones-0-pay_percent": "40",
        "milestones-1-name": "上线",
        "milestones-1-start_month": "5",
        "milestones-1-end_month": "8",
        "milestones-1-pay_percent": "30",
        "milestones-2-name": "总结",
        "milestones-2-start_month": "9",
        "milestones-2-end_month": "10",
        "milestones-2-pay_percent": "30",
    },
    "team": {"team-0-name": "柯北辰", "team-0-role": "项目负责人"},
    "budget": {"budget-0-source": ("owner",), "budget-0-item": ("staff",), "budget-0-amount_fen": PRICE},
    "terms": {"ip_foreground": "归双方共有。", "promotion_plan": "先在同类单位推广。"},
    "pledges": {
        f"pledge_{name}": (name,)
        for name in ("integrity", "truth", "unrelated", "no_repeat", "confidentiality")
    },
}


@pytest.fixture
def page(chromium: Browser, served: Served) -> Page:
    """Somebody who has no bid yet, in Chinese."""
    context = chromium.new_context(base_url=served.address, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, "adopter_bidder")
    return page


def press_to(page: Page, wanted: str) -> None:
    """Tab until the control of this name has the focus."""
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate(ACTIVE)[0] == wanted:
            return
    raise AssertionError(f"{wanted} cannot be reached with Tab on {page.url}")


def press_button(page: Page, words: str) -> None:
    """Tab until a button or link of these words has the focus, and press Enter."""
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate(LABEL) == words:
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"{words} cannot be reached with Tab on {page.url}")


def choose(page: Page, value: str) -> None:
    """In the control that has the focus: tick the box, take the first radio, or walk a list down to the value."""
    _name, present, tag = page.evaluate(ACTIVE)
    if tag != "SELECT":
        page.keyboard.press("Space")
        return
    for _step in range(20):
        if present == value:
            return
        page.keyboard.press("ArrowDown")
        _name, present, tag = page.evaluate(ACTIVE)
    raise AssertionError(f"{value} is not in the list")


def fill_in(page: Page, typed: dict[str, str | tuple[str, ...]]) -> None:
    for name, value in typed.items():
        press_to(page, name)
        if isinstance(value, tuple):
            choose(page, value[0])
        else:
            page.keyboard.press("ControlOrMeta+a")
            page.keyboard.insert_text(value)


def answer_indicators(page: Page) -> None:
    """Promise each target as it stands above its field."""
    for row in page.locator(".jb-row").all():
        target = re.search(r"[\d.]+", row.locator("strong").first.inner_text())
        assert target is not None
        name = row.locator("[name$='promised_value']").get_attribute("name") or ""
        press_to(page, name)
        page.keyboard.insert_text(target.group())
        if row.locator("[name$='deviation']").count():
            press_to(page, name.replace("promised_value", "deviation"))
            choose(page, "none")
        press_to(page, name.replace("promised_value", "basis"))
        page.keyboard.insert_text("同类项目实测")


def upload(page: Page, slot: str, file: Path) -> None:
    """Put a file into a slot. The system's own dialog is not part of the page: its answer is given from outside."""
    press_to(page, f"file_{slot}")
    page.locator(":focus").set_input_files(file)
    press_button(page, "上传附件")


def test_submits_a_bid_with_the_keyboard_alone(page: Page, served: Served, tmp_path: Path) -> None:
    page.goto(served.paths["demand"][1])
    press_button(page, "我要揭榜")
    press_button(page, "开始申报")
    press_button(page, "继续填写")
    for code, typed in TYPED.items():
        expect(page).to_have_url(re.compile(f"/sections/{code}$"))
        if code == "responses":
            answer_indicators(page)
        fill_in(page, typed)
        press_button(page, "保存并继续")
    expect(page).to_have_url(re.compile("/files$"))
    for slot in ("proposal", "licence", "commitment"):
        file = tmp_path / f"{slot}.pdf"
        file.write_bytes(PDF.replace(b"%%EOF", f"%% keyboard {slot}\n%%EOF".encode()))
        upload(page, slot, file)
    press_button(page, "下一步：检查并提交")
    expect(page.locator("#report")).not_to_contain_text("不通过")
    press_button(page, "密封并提交")
    expect(page).to_have_url(re.compile("/receipts/1$"))
    expect(page.locator("main")).to_contain_text("申报书已密封")
