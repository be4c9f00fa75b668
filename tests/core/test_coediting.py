"""What two people changed in one text, told apart by what each had read."""

import pytest

from app.core.coediting import clashes, differing, fingerprint, is_stale, marked

READ = {"title": "旧名", "goal": "旧目标", "rows": [{"name": "一"}]}
BASE = fingerprint(READ)


def test_calls_stale_what_was_saved_meanwhile() -> None:
    assert not is_stale(BASE, READ)
    assert is_stale(BASE, READ | {"goal": "新目标"})
    assert not is_stale("", READ | {"goal": "新目标"})
    assert not is_stale(None, READ)


@pytest.mark.parametrize(
    ("saved", "typed", "expected"),
    [
        ({"goal": "她的"}, {"goal": "我的"}, {"goal": "mine"}),
        ({"goal": "她的"}, {}, {"goal": "theirs"}),
        ({}, {"goal": "我的"}, {}),
        ({"goal": "同样"}, {"goal": "同样"}, {}),
        ({"title": "她的"}, {"goal": "我的"}, {"title": "theirs"}),
        ({"rows": []}, {"rows": [{"name": "二"}]}, {"rows": "mine"}),
    ],
)
def test_asks_about_what_both_hold_differently(saved: dict, typed: dict, expected: dict) -> None:
    assert differing(BASE, READ | saved, READ | typed) == expected


@pytest.mark.parametrize("base", ["x", "goal", "goal:", ",,", "goal:123,goal:456", "标题:啊"])
def test_asks_about_everything_when_the_fingerprint_is_broken(base: str) -> None:
    typed = READ | {"goal": "我的", "title": "我的"}
    assert differing(base, READ, typed) == {"goal": "mine", "title": "mine"}


def test_shows_both_texts_with_the_difference_marked() -> None:
    found = clashes(
        BASE,
        READ | {"goal": "一小时内，完成初筛。"},
        READ | {"goal": "半小时内，完成初筛。"},
        label=lambda name: name.upper(),
        shown=lambda _name, value: str(value),
    )
    assert [(each.name, each.label, each.keeps) for each in found] == [("goal", "GOAL", "mine")]
    assert found[0].theirs == [(True, "一小时内"), (False, "，完成初筛。")]
    assert found[0].mine == [(True, "半小时内"), (False, "，完成初筛。")]


def test_marks_nothing_in_equal_texts_and_all_of_a_new_one() -> None:
    assert marked("甲。", "甲。") == ([(False, "甲。")], [(False, "甲。")])
    assert marked("", "甲") == ([], [(True, "甲")])
