"""The components as HTML: valid, tied together for assistive technology, free of style and script, in two languages."""

import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Thing
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask, flash
from flask.testing import FlaskClient

from app.web import filters
from tests.web.gallery import data

PAGES = ["/", "/desk", "/form", "/confirm", "/error"]
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def parse(html: str) -> Element:
    """The tree of a page or a fragment; broken markup raises."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(html) if html.startswith("<!doctype") else parser.parseFragment(html)
    return tree


def render(gallery: Flask, source: str, language: str = "en", **context: Any) -> str:
    """A piece of template text, as a page would render it."""
    with gallery.test_request_context(f"/?lang={language}"):
        text = gallery.jinja_env.from_string(source).render(context)
    return " ".join(text.split())


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_render_valid_pages_with_unique_ids(shown: FlaskClient, path: str, language: str) -> None:
    answer = shown.get(f"{path}?lang={language}")
    tree = parse(answer.text)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert answer.status_code == 200
    assert (tree.tag, tree.get("lang")) == ("html", {"zh": "zh-CN", "en": "en"}[language])
    assert sorted(ids) == sorted(set(ids))
    assert len(list(tree.iter("main"))) == 1


@pytest.mark.parametrize("path", [*PAGES, "POST /form"])
def test_hold_no_style_no_script_and_no_handler(shown: FlaskClient, path: str) -> None:
    html = (shown.post("/form") if path.startswith("POST") else shown.get(path)).text
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", html) == []
    assert set(re.findall(r"<script src=[^>]*>([^<]*)</script>", html)) == {""}
    assert html.count("<script") == html.count("<script src=")


def test_leave_no_english_in_a_chinese_page(shown: FlaskClient) -> None:
    texts = []
    for path in PAGES:
        body = parse(shown.get(path).text).find(".//body")
        assert body is not None
        texts += re.findall(r"[A-Za-z]{4,}", text_of(body).replace(data.HASH, ""))
    assert sorted(set(texts)) == ["English", "docx"]


def test_tie_help_and_error_to_their_field(shown: FlaskClient) -> None:
    tree = parse(shown.post("/form?lang=en", data={"uscc": "9142", "kind": "x"}).text)
    by_id = {element.get("id"): element for element in tree.iter() if element.get("id")}
    for name in ("uscc", "title", "budget", "plan", "kind", "region", "pledge"):
        control = by_id[name]
        described = (control.get("aria-describedby") or "").split()
        assert f"{name}-error" in described
        assert [key for key in described if key not in by_id] == []
        assert (control.tag == "fieldset") or control.get("aria-invalid") == "true"
    assert (
        text_of(by_id["uscc-error"])
        == "Error: A unified social credit code has 18 characters; this one has 4"
    )
    assert by_id["uscc"].get("value") == "9142"


def test_link_each_error_of_the_summary_to_an_element(shown: FlaskClient) -> None:
    tree = parse(shown.post("/form?lang=en").text)
    summary = next(element for element in tree.iter() if element.get("id") == "error-summary")
    anchors = [link.get("href") for link in summary.iter("a")]
    ids = {f"#{element.get('id')}" for element in tree.iter()}
    assert len(anchors) == 11
    assert [anchor for anchor in anchors if anchor not in ids] == []
    assert "11 places need a change" in text_of(summary)


def test_label_every_control(shown: FlaskClient) -> None:
    tree = parse(shown.get("/form").text)
    labelled = {label.get("for") for label in tree.iter("label")}
    controls = [
        element.get("id")
        for kind in ("input", "select", "textarea")
        for element in tree.iter(kind)
        if element.get("type") != "hidden"
    ]
    assert [control for control in controls if control not in labelled] == []


def test_add_and_remove_rows_without_script(shown: FlaskClient) -> None:
    first = {"title": "题目", "indicators-0-name": "准确率", "indicators-1-name": "时长"}
    added = shown.post("/form?lang=en", data={**first, "add_row": "indicators"}).text
    removed = shown.post("/form?lang=en", data={**first, "remove_row": "indicators-0"}).text
    assert added.count('name="remove_row"') == 3
    assert removed.count('name="remove_row"') == 1
    assert ('value="题目"' in removed, 'value="时长"' in removed, 'value="准确率"' in removed) == (
        True,
        True,
        False,
    )
    assert "error-summary" not in added + removed


def test_send_files_only_when_the_form_has_a_place_for_them(shown: FlaskClient) -> None:
    assert shown.get("/form").text.count('enctype="multipart/form-data"') == 1
    assert shown.get("/confirm").text.count("enctype") == 0


def test_show_a_refused_action_as_text_and_not_as_link(gallery: Flask) -> None:
    source = "{% from 'components/actions.html' import action_buttons %}{{ action_buttons(offers) }}"
    tree = parse(render(gallery, source, offers=data.OFFERS))
    links = [link.get("href") for link in tree.iter("a")]
    refused = next(item for item in tree.iter("li") if item.get("class") == "is-refused")
    assert links == ["/bids/new", "/questions/new", "/withdraw"]
    assert text_of(refused) == "开标 Not possible now: 揭榜尚未截止，2026-12-15 17:30 之后方可开标。"


def test_escape_what_people_wrote(gallery: Flask) -> None:
    evil = "<script>alert(1)</script>"
    source = """{% from 'components/summary.html' import summary, text_block, table %}
    {% from 'components/status.html' import status %}{% from 'components/timeline.html' import timeline %}
    {% from 'components/files.html' import file_list %}{% from 'components/page.html' import page_header %}
    {{ summary([(evil, evil)]) }}{{ text_block(evil, evil) }}{{ table(evil, [evil], [[evil]], wide=True) }}
    {{ status(state) }}{{ timeline([entry]) }}{{ file_list([file]) }}{{ page_header(evil, evil, [(evil, evil)]) }}"""
    html = render(
        gallery,
        source,
        evil=evil,
        state=Thing(label=evil, colour=evil),
        entry=Thing(at=NOW, wording=evil, who=evil, detail=evil),
        file=Thing(name=evil, size=1, url=evil, sha256=evil, slot_label=evil),
    )
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 21


@pytest.mark.parametrize(("colour", "shown_as"), [("teal", "jb-pill-teal"), ("pink", "jb-pill-grey")])
def test_colour_states_from_the_known_list_only(gallery: Flask, colour: str, shown_as: str) -> None:
    source = "{% from 'components/status.html' import status %}{{ status(state) }}"
    html = render(gallery, source, state=Thing(label="公示中", colour=colour))
    assert html == f'<span class="jb-pill {shown_as}">公示中</span>'


@pytest.mark.parametrize(
    ("thing", "is_shown"), [(Thing(is_held=True), True), (Thing(is_held=False), False), (Thing(), False)]
)
def test_show_a_hold_only_when_there_is_one(gallery: Flask, thing: Any, is_shown: bool) -> None:
    source = "{% from 'components/status.html' import hold_badge %}{{ hold_badge(thing) }}"
    assert bool(render(gallery, source, thing=thing)) is is_shown


@pytest.mark.parametrize(
    ("category", "role"), [("success", "status"), ("danger", "alert"), ("warning", "alert"), ("x", "status")]
)
def test_announce_messages_by_their_weight(gallery: Flask, category: str, role: str) -> None:
    with gallery.test_request_context("/"):
        flash("<已保存>", category)
        html = gallery.jinja_env.from_string("{% include 'layouts/flashes.html' %}").render()
    assert f'role="{role}">&lt;已保存&gt;</div>' in html


@pytest.mark.parametrize(
    ("language", "left", "words"),
    [
        ("zh", timedelta(days=3, hours=5), "剩余 3 天"),
        ("zh", timedelta(hours=23, minutes=59), "剩余 23 小时"),
        ("zh", timedelta(seconds=20), "剩余 1 分钟"),
        ("zh", timedelta(0), "已截止"),
        ("en", timedelta(days=1), "1 day left"),
        ("en", timedelta(hours=2), "2 hours left"),
        ("en", timedelta(seconds=-1), "deadline passed"),
    ],
)
def test_say_how_long_is_left(gallery: Flask, language: str, left: timedelta, words: str) -> None:
    source = "{% from 'components/money_date.html' import deadline %}{{ deadline(until, now) }}"
    html = render(gallery, source, language, until=NOW + left, now=NOW)
    assert re.findall(r'jb-deadline-left">([^<]*)<', html) == [words]


def test_show_amounts_and_days_in_both_languages(gallery: Flask) -> None:
    source = (
        "{% from 'components/money_date.html' import money, day, moment %}"
        "{{ money(fen)|striptags }}|{{ money(none)|striptags }}|{{ day(on)|striptags }}|{{ moment(at)|striptags }}"
    )
    values = {"fen": 1_234_500_000, "on": date(2026, 9, 1), "at": NOW}
    assert render(gallery, source, "zh", **values) == "1,234.50 万元|—|2026-09-01|2026-11-21 10:00"
    assert render(gallery, source, "en", **values) == "1,234.50 × CNY 10,000|—|2026-09-01|2026-11-21 10:00"


@pytest.mark.parametrize(
    ("function", "value", "shown_as"),
    [
        (filters.wan, 350_000_000, "350.00"),
        (filters.yuan, 1234567, "12,345.67"),
        (filters.hundredths, 8250, "82.50"),
        (filters.percent, 3000, "30.00%"),
        (filters.filesize, 1023, "1023 B"),
        (filters.filesize, 2048, "2 KB"),
        (filters.filesize, 5 * 1024 * 1024, "5.0 MB"),
        (filters.day, datetime(2026, 9, 1, 17, 0, tzinfo=UTC), "2026-09-02"),
        (filters.moment, NOW, "2026-11-21 10:00"),
        (filters.paragraphs, "a\nb\n\n \n<c>", "<p>a<br>b</p>\n<p>&lt;c&gt;</p>"),
        (filters.paragraphs, None, ""),
        (filters.wan, None, "—"),
        (filters.filesize, None, "—"),
        (filters.day, None, "—"),
    ],
)
def test_filter_shows_value(function: Any, value: Any, shown_as: str) -> None:
    assert function(value) == shown_as


def test_repeat_the_header_in_each_cell_for_phones(gallery: Flask) -> None:
    source = """{% from 'components/summary.html' import table %}
    {{ table('表', ['甲', {'label': '乙', 'kind': 'number'}], [[1, none]]) }}"""
    tree = parse(render(gallery, source))
    cells = [(cell.get("data-label"), cell.get("class"), text_of(cell)) for cell in tree.iter("td")]
    assert cells == [("甲", None, "1"), ("乙", "jb-number", "—")]


def test_page_through_a_list(gallery: Flask) -> None:
    source = "{% from 'components/pagination.html' import pagination %}{{ pagination(page) }}"
    tree = parse(render(gallery, source, page=data.PAGE))
    assert [(link.get("rel"), link.get("href")) for link in tree.iter("a")] == [
        ("prev", "?page=1"),
        ("next", "?page=3"),
    ]
    assert text_of(tree) == "21 to 40 of 173 Previous page Page 2 of 9 Next page"
    assert render(gallery, source, page=Thing(total=0)) == ""
