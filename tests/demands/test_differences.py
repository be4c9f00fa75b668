"""How two snapshots differ: rows matched with the rows they were, one cell at a time."""

from typing import Any

import pytest

from app.demands.differences import differences, marked
from app.demands.ical import calendar_entry
from app.models.demands import Demand, SiteVisit
from tests.factories import World


def indicator(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "category": "technical", "operator": "ge", "target": "95", "unit": "%"} | more


BEFORE = [indicator("检出率"), indicator("分析用时", target="60", unit="秒"), indicator("误报率")]


def changes(after: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    found = differences({"indicators": BEFORE}, {"indicators": after})
    return [
        (row.kind, row.title, row.number_before, row.number_after, len(row.cells))
        for change in found
        for row in change.rows
    ]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([*BEFORE[:1], BEFORE[1] | {"target": "30"}, BEFORE[2]], [("changed", "分析用时", 2, 2, 1)]),
        (BEFORE[:2], [("removed", "误报率", 3, None, 5)]),
        ([indicator("并发数"), *BEFORE], [("added", "并发数", None, 1, 5)]),
        ([BEFORE[0] | {"name": "病灶检出率"}, *BEFORE[1:]], [("changed", "病灶检出率", 1, 1, 1)]),
        (
            [
                BEFORE[0],
                indicator("覆盖科室", target="31", unit="个", operator="eq", category="economic"),
                BEFORE[2],
            ],
            [("added", "覆盖科室", None, 2, 5), ("removed", "分析用时", 2, None, 5)],
        ),
        (BEFORE[::-1], []),
    ],
)
def test_matches_rows_sensibly(app: Any, after: list[dict[str, Any]], expected: list[Any]) -> None:
    with app.test_request_context():
        assert changes(after) == expected


def test_says_nothing_of_what_is_the_same_and_something_of_an_order(app: Any) -> None:
    with app.test_request_context():
        assert differences({"indicators": BEFORE, "goal": ""}, {"indicators": BEFORE}) == []
        (change,) = differences({"indicators": BEFORE}, {"indicators": BEFORE[::-1]})
        assert (change.is_list, change.rows) == (True, [])


@pytest.mark.parametrize(
    ("before", "after", "left", "right"),
    [
        ("样本量 2000 例", "样本量 3000 例", ["2000"], ["3000"]),
        ("准确率 92.7%", "准确率 92.75%", ["92.7"], ["92.75"]),
        ("缺陷当日反馈", "缺陷次日反馈", ["当"], ["次"]),
        ("", "新增", [], ["新增"]),
    ],
)
def test_marks_what_differs_and_no_more(before: str, after: str, left: list[str], right: list[str]) -> None:
    old, new = marked(before, after)
    assert [text for is_changed, text in old if is_changed] == left
    assert [text for is_changed, text in new if is_changed] == right
    assert "".join(text for _is_changed, text in old) == before
    assert "".join(text for _is_changed, text in new) == after


def test_writes_a_calendar_entry_that_keeps_to_the_standard(world: World) -> None:
    demand = Demand(number="HB-2026-01-F08-0007", title="病理切片智能辅助诊断系统，" * 4)
    visit = SiteVisit(
        id=world.owner.id,
        demand=demand,
        starts_at=world.now,
        place="南门; 3 号楼\n报到处",
        note="请带证件, 勿拍照。",
        created_at=world.now,
    )
    entry = calendar_entry(visit, "http://localhost/demands/1#visits")
    lines = entry.encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    unfolded = entry.replace("\r\n ", "")
    assert "LOCATION:南门\\; 3 号楼\\n报到处" in unfolded
    assert "DTSTART:20260316T010000Z" in unfolded
    assert "DTEND:20260316T030000Z" in unfolded
    assert f"SUMMARY:HB-2026-01-F08-0007 {demand.title}" in unfolded
