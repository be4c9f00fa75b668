"""Prose made into indicator rows as far as it goes, and conditions with their kind."""

from decimal import Decimal

import pytest

from app.demands.importing.lines import conditions, indicators
from app.models.codes import Operator


@pytest.mark.parametrize(
    ("line", "name", "operator", "target", "high", "unit", "condition", "lacks"),
    [
        ("派单准确率≥92.7%（测试集1万条）", "派单准确率", Operator.GE, "92.7", None, "%", "测试集1万条", ()),
        ("1. 知识解析准确率＞96%", "知识解析准确率", Operator.GE, "96", None, "%", "", ("condition",)),
        ("内涝点发现不超过5分钟（汛期实测）", "内涝点发现", Operator.LE, "5", None, "分钟", "汛期实测", ()),
        ("装配节拍118秒/台以内，连续三班", "装配节拍", Operator.LE, "118", None, "秒/台", "连续三班", ()),
        ("质量缺陷降低64%", "质量缺陷降低", Operator.GE, "64", None, "%", "", ("condition",)),
        ("误报率1%~3%（夜间）", "误报率", Operator.RANGE, "1", "3", "%", "夜间", ()),
        (
            "标注图片不少于100,000张（人工复核）",
            "标注图片",
            Operator.GE,
            "100000",
            None,
            "张",
            "人工复核",
            (),
        ),
        ("识别种类约20种", "识别种类", Operator.APPROX, "20", None, "种", "", ("condition",)),
        ("≥95%", "", Operator.GE, "95", None, "%", "", ("name", "condition")),
        ("系统稳定可靠", "系统稳定可靠", Operator.GE, None, None, "", "", ("number", "unit", "condition")),
        ("能耗降低至20%", "能耗降低至20%", Operator.GE, None, None, "", "", ("number", "unit", "condition")),
    ],
)
def test_read_a_line(
    line: str,
    name: str,
    operator: Operator,
    target: str | None,
    high: str | None,
    unit: str,
    condition: str,
    lacks: tuple[str, ...],
) -> None:
    [found] = indicators(line)
    values = found.values
    assert (values["name"], values["operator"], values["unit"], values["condition"]) == (
        name,
        operator,
        unit,
        condition,
    )
    assert values["target"] == (Decimal(target) if target else None)
    assert values["target_high"] == (Decimal(high) if high else None)
    assert found.lacks == lacks


def test_split_a_cell_into_lines() -> None:
    found = indicators("（1）甲≥90%（实测）；\n② 乙≤3秒；3、丙稳定\n\n")
    assert [each.values["name"] for each in found] == ["甲", "乙", "丙稳定"]


def test_keep_long_prose_readable() -> None:
    [found] = indicators("很长的描述" * 40)
    assert len(found.values["name"]) == 120
    assert found.values["condition"] == "很长的描述" * 40


def test_guess_the_kind_of_a_condition_and_never_make_it_hard() -> None:
    rows = conditions("近三年有同类业绩\n注册地在本省\n团队不少于10人\n具有独立法人资格")
    assert [row["kind"] for row in rows] == ["experience", "region", "team", "qualification"]
    assert not any(row["is_hard"] for row in rows)
