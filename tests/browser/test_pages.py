"""The main pages in a real browser, wide and narrow, in both languages; and one journey of somebody without scripts."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Readers, Reading, Served, sign_in

pytestmark = pytest.mark.browser

PAGES = [
    "home",
    "listings",
    "demand",
    "bid",
    "answers",
    "files of the bid",
    "score sheet",
    "ranking",
    "report",
    "decision",
    "notice",
    "contract",
    "catalogue",
    "demonstration",
    "desk",
    "talked about",
    "talked about, supervisor",
    "editions",
    "edition",
    "comparison",
    "correction",
    "questions",
    "answer",
    "ask",
    "visit",
    "sign-up",
    "agreement",
    "changes",
    "choice after no award",
]
# What is typed wrongly before looking, field by field; the browser itself reports such an answer as an error.
WRONG = {
    "bid": {"title": "", "leader_email": "无此邮箱", "price_fen": "二百八十万", "duration_months": "0"},
    "answers": {"responses-0-promised_value": "不低于九十五", "responses-3-promised_value": "九成"},
}
REFUSAL = "console: Failed to load resource: the server responded with a status of 422 (UNPROCESSABLE ENTITY)"
# The innermost elements beyond the right edge, and the cards whose content does not fit.
STICKING_OUT = """[...document.body.querySelectorAll('*')]
    .filter(each => each.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(-4).map(each => each.outerHTML.slice(0, 120))"""
OVERFULL = """[...document.querySelectorAll('.jb-card')]
    .filter(each => each.scrollWidth > each.clientWidth + 1)
    .map(each => `${each.scrollWidth - each.clientWidth} pixels: ${each.innerText.slice(0, 60)}`)"""
LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_show_a_page_without_fault(
    readers: Readers, served: Served, tmp_path: Path, name: str, width: int, language: str
) -> None:
    person, path = served.paths[name]
    with readers.reading(person, LANGUAGES[language], width) as reading:
        answer = reading.page.goto(path)
        assert answer is not None
        assert (answer.status, reading.page.url) == (200, served.address + path)
        if name in WRONG:
            send_wrongly(reading, WRONG[name])
        spoken = reading.page.locator("html").get_attribute("lang") or ""
        found = [*reading.found, *faults(reading.page)]
        if found:
            reading.page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert found == []
    assert spoken.startswith(language)


def send_wrongly(reading: Reading, typed: dict[str, str]) -> None:
    """Type what cannot be taken, send it past the browser's own checks, and wait for the refusal."""
    page = reading.page
    for name, value in typed.items():
        page.locator(f"[name='{name}']").fill(value)
    page.locator(".jb-form-actions .btn-primary").evaluate("button => { button.form.noValidate = true; }")
    with page.expect_navigation() as answered:
        page.locator(".jb-form-actions .btn-primary").click()
    assert answered.value.status == 422
    expect(page.locator("#error-summary")).to_be_focused()
    for name, value in typed.items():
        expect(page.locator(f"[name='{name}']")).to_have_value(value)
    assert reading.found.count(REFUSAL) == 1
    reading.found.remove(REFUSAL)


def faults(page: Page) -> list[str]:
    """What scrolls sideways or sticks out of its card, and every violation of accessibility with its places."""
    wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    found = [f"{wide} pixels too wide: {page.evaluate(STICKING_OUT)}"] if wide > 0 else []
    found += [f"sticks out of its card: {card}" for card in page.evaluate(OVERFULL)]
    for violation in Axe().run(page).response["violations"]:
        found.append(f"{violation['id']}: {[node['target'] for node in violation['nodes'][:3]]}")
    return found


def test_draft_a_demand_without_scripts(chromium: Browser, served: Served) -> None:
    context = chromium.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "owner")
    page.goto("/demands/new")
    title = "老旧小区电梯困人风险智能预警"
    page.locator("#title").fill(title)
    for name in ("round_id", "demand_type", "field"):
        page.locator(f"select[name='{name}']").select_option(index=1)
    page.locator(".jb-form-actions .btn-primary").click()

    go_on = page.locator("#progress a[href*='sections/what']").first
    go_on.click()
    pain_point = "全市在用老旧电梯一万二千余台，\n困人事件平均响应时间超过二十五分钟。"
    page.locator("[name='pain_point']").fill(pain_point)
    page.locator(".jb-form-actions .btn-primary").click()

    expect(page).to_have_url(re.compile("/sections/targets$"))
    typed = {
        "indicators-0-name": "困人事件预警准确率",
        "indicators-0-target": "95",
        "indicators-0-unit": "%",
        "indicators-2-name": "平均响应时间",
    }
    for name, value in typed.items():
        page.locator(f"[name='{name}']").fill(value)
    page.locator("button[name='add_row'][value='indicators']").click()
    expect(page.locator("[name='indicators-3-name']")).to_have_count(1)
    typed["indicators-3-name"] = "年均误报次数"
    page.locator("[name='indicators-3-name']").fill(typed["indicators-3-name"])
    expect_values(page, typed)
    page.locator(".jb-form-actions .btn-primary").click()

    page.goto("/desk/demands")
    page.get_by_role("link", name=title).click()
    draft = page.url
    page.goto(f"{draft}/sections/what")
    expect_values(page, {"title": title, "pain_point": pain_point})
    page.goto(f"{draft}/sections/targets")
    # The row left empty between two filled ones is gone; what was typed has moved up.
    typed["indicators-1-name"] = typed.pop("indicators-2-name")
    typed["indicators-2-name"] = typed.pop("indicators-3-name")
    expect_values(page, typed)
    context.close()


def expect_values(page: Page, typed: dict[str, str]) -> None:
    """Every field still says what was typed."""
    said = {name: page.locator(f"[name='{name}']").input_value() for name in typed}
    assert said == typed


def test_see_the_faults_that_are_looked_for(readers: Readers) -> None:
    """Nothing above means anything unless a planted fault of every kind is found."""
    with readers.reading(None, "en", 390) as reading:
        reading.page.goto("/accessibility")
        with reading.page.expect_event("pageerror"):
            reading.page.evaluate(
                """() => {
                    const picture = document.createElement('img');
                    picture.src = 'http://elsewhere.example/picture.png';
                    const wide = document.createElement('hr');
                    wide.style.width = '500px';
                    document.querySelector('main').append(picture, wide);
                    console.error('said');
                    setTimeout(() => { throw new Error('thrown'); });
                }"""
            )
        found = [*reading.found, *faults(reading.page)]
    assert {"console: said", "page error: thrown"} < set(found)
    for start in ("a request to http://elsewhere.example/", "image-alt: "):
        assert len([each for each in found if each.startswith(start)]) == 1
    assert len([each for each in found if "pixels too wide" in each and "<hr" in each]) == 1
