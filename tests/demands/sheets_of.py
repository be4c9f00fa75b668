"""Summary sheets made for tests: as many right rows as wanted, and the ways to spoil one."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl

from app.core import uscc
from app.demands.importing.columns import SUMMARY

IDS = [column.id for column in SUMMARY]
FIRST_ROW = 3
"""Below the headings and the hidden ids."""


def code(serial: int) -> str:
    """A valid code of nobody."""
    return uscc.fictional("420100", "91", 10_000 + serial)


def right_row(index: int, **changed: Any) -> dict[str, Any]:
    """A row without faults; each index is another unit with another title."""
    return {
        "no": index + 1,
        "region": "武汉市",
        "recommender": "武汉市场景创新推荐中心",
        "unit": f"武汉演示单位{index}号（演示）",
        "uscc": code(index),
        "unit_type": "民营企业",
        "title": f"第{index}号车间质量检测智能化",
        "demand_type": "场景建设类",
        "field": "F01 智能制造" if index % 2 else "智慧医疗",
        "content_required": "对来料、过程和成品进行视觉检测，接入现有制造执行系统，形成可追溯的质量档案。"
        * 3,
        "indicators": "缺陷检出率≥98.5%（测试集1万件）\n单件检测时间不超过2秒（产线实测）\n误报率≤1.5%（连续运行30天）",
        "deadline_months": 12,
        "budget_fen": 120.5,
        "paid_fen": 100,
        "ip_ownership": "双方共有",
        "conditions": "近三年有同类项目业绩\n项目负责人全程驻场",
        "test_environment": "提供一条产线和脱敏图像10万张",
        "contact_name": "演示联系人",
        "contact_phone": "13800000000",
        "opinion": "需求真实，同意推荐",
        "remark": "",
    } | changed


def sheet(
    rows: list[dict[str, Any]], *, merge: str | None = None, extra: dict[str, Any] | None = None
) -> BytesIO:
    """An xlsx file as an office program would write it; `extra` puts values into cells by their reference."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "需求汇总表"
    page.append([column.zh for column in SUMMARY])
    page.append(IDS)
    page.row_dimensions[2].hidden = True
    for row in rows:
        page.append([row.get(each) for each in IDS])
    for place, value in (extra or {}).items():
        page[place] = value
    if merge:
        page.merge_cells(merge)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def write(path: Path, rows: list[dict[str, Any]], **kwargs: Any) -> Path:
    """The same as a file."""
    path.write_bytes(sheet(rows, **kwargs).getvalue())
    return path


# Each: the column that is reported, the code, and what is typed over a right row. 37 in all, with the three below.
SPOILT: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("uscc", "uscc_wrong", {"uscc": code(80_001)[:-1] + ("0" if code(80_001)[-1] != "0" else "1")}),
    ("uscc", "uscc_wrong", {"uscc": code(80_002)[:-1]}),
    ("uscc", "uscc_wrong", {"uscc": "91420100OXX000019H"}),
    ("uscc", "uscc_ruined", {"uscc": 9.1420100123456e17}),
    ("uscc", "uscc_ruined", {"uscc": "9.1E+17"}),
    ("uscc", "required", {"uscc": None}),
    ("region", "code_unknown", {"region": "汉东市"}),
    ("region", "code_unknown", {"region": "420400"}),
    ("region", "required", {"region": "  "}),
    ("field", "code_unknown", {"field": "F17"}),
    ("field", "code_unknown", {"field": "智慧一切"}),
    ("unit_type", "code_unknown", {"unit_type": "合伙"}),
    ("demand_type", "code_unknown", {"demand_type": "其他"}),
    ("ip_ownership", "code_unknown", {"ip_ownership": "都行"}),
    ("title", "required", {"title": None}),
    ("title", "too_long", {"title": "长" * 61}),
    ("unit", "required", {"unit": None}),
    ("content_required", "required", {"content_required": None}),
    ("indicators", "required", {"indicators": None}),
    ("budget_fen", "amount_unreadable", {"budget_fen": "若干"}),
    ("budget_fen", "amount_negative", {"budget_fen": -5, "paid_fen": None}),
    ("budget_fen", "amount_too_fine", {"budget_fen": 120.123}),
    ("budget_fen", "amount_zero", {"budget_fen": 0, "paid_fen": 0}),
    ("paid_fen", "paid_above_budget", {"paid_fen": 120.51}),
    ("paid_fen", "amount_too_large", {"paid_fen": 10_000_000}),
    ("deadline_months", "out_of_range", {"deadline_months": 0}),
    ("deadline_months", "out_of_range", {"deadline_months": 37}),
    ("deadline_months", "whole_unreadable", {"deadline_months": "一年"}),
    ("deadline_months", "whole_unreadable", {"deadline_months": date(2026, 3, 1)}),
    ("contact_phone", "phone_wrong", {"contact_phone": "1380000"}),
    ("contact_phone", "required", {"contact_phone": None}),
    ("recommender", "recommender_unknown", {"recommender": "无此单位"}),
    ("budget_fen", "cell_formula", {"budget_fen": "=60+60.5"}),
    ("conditions", "line_too_long", {"conditions": "条" * 501}),
)
