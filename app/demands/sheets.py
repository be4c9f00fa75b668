"""The templates that people fill in and send back: the summary sheet and the form of one demand."""

from collections.abc import Mapping
from typing import Any

from app.demands.importing.columns import (
    FORM_LAYOUT,
    FORM_ROWS,
    FORM_SHEET,
    SUMMARY_SHEET,
    form_columns,
    summary_columns,
)
from app.documents.cells import label_zh
from app.documents.columns import Column, Kind
from app.documents.writing import BookWriter
from app.models.codes import (
    ConditionKind,
    DemandType,
    Field,
    IndicatorCategory,
    IpOwnership,
    Operator,
    OrganisationType,
    Region,
)
from app.models.rounds import Round

EXAMPLE: Mapping[str, Any] = {
    "no": "示例",
    "region": Region.WUHAN,
    "recommender": "",
    "unit": "武汉示例医院（演示）",
    "uscc": "12420100XXX000035C",
    "unit_type": OrganisationType.INSTITUTION_HOSPITAL,
    "title": "病理切片辅助判读（演示）",
    "demand_type": DemandType.SCENARIO_BUILD,
    "field": Field.F08,
    "content_required": "对常见病种的数字切片给出可疑区域提示，并接入现有阅片流程。",
    "indicators": "病灶检出灵敏度≥95%（测试集1万张切片）\n单张切片判读时间≤60秒（现场工作站实测）\n"
    "医师采纳率不低于80%（试运行三个月）",
    "deadline_months": 12,
    "budget_fen": 240_000_000,
    "paid_fen": 200_000_000,
    "ip_ownership": IpOwnership.JOINT,
    "conditions": "近三年有同类项目交付业绩\n项目负责人全程驻场",
    "test_environment": "提供脱敏切片12万张，院内测试服务器两台。",
    "contact_name": "张某（演示）",
    "contact_phone": "027-00000000",
    "opinion": "需求真实，条件具备，同意推荐。",
}
ROW_EXAMPLES: dict[str, Mapping[str, Any]] = {
    "indicators": {
        "name": "示例",
        "category": IndicatorCategory.PERFORMANCE,
        "operator": Operator.GE,
        "target": 95,
        "unit": "%",
        "condition": "测试集1万张切片",
        "is_hard": True,
    },
    "deliverables": {"kind": "示例", "name": "病理切片分析系统", "quantity": 1},
    "fundings": {"source": "示例", "amount_fen": 240_000_000, "condition": "验收通过后支付"},
    "pay_schedule": {"label": "示例", "percent": 30_00},
    "conditions": {"text": "示例", "kind": ConditionKind.EXPERIENCE, "is_hard": False},
}


def summary_notes(round_: Round) -> list[str]:
    """How the summary sheet is filled in."""
    return [
        f"需求汇总表填表说明——{round_.number} {round_.title}",
        "每行一条需求，从第 3 行起填写；第 2 行（已隐藏）为栏目代码，请勿删除。",
        "序号写“示例”的行不会导入，可以保留，也可以删除。",
        "标橙色的栏目必填；有下拉列表的栏目请从列表中选择。",
        "金额单位为万元，最多两位小数；日期写成 2026-03-31；代码、电话按文本填写，信用代码不得变成 9.1E+17 的样子。",
        "核心考核指标每行一条：名称、比较符、数值、单位，括号内写测试条件，例如：派单准确率≥92.7%（测试集1万条）。",
        "不能识别的指标行按原文保留，由需求单位在线补充。",
        "拟投入资金按“需求方出资”写入，其中支付揭榜方的数额记入该笔资金的支付条件。",
        "请填写数值，不要使用公式，不要合并单元格。",
        "平台尚未登记的需求单位将登记为“待核验”，单位人员可凭统一社会信用代码注册认领。",
        "同一单位同名需求不会重复导入，已有的需求不会被覆盖。导入的需求为草稿，由需求单位补充后提交。",
        f"完成时限为 1 至 {round_.project_max_months} 个月。",
    ]


def write_summary(book: BookWriter, round_: Round) -> None:
    """The template of the summary sheet for a round."""
    book.sheet(SUMMARY_SHEET, summary_columns(round_), (), examples=[EXAMPLE], is_form=True)
    book.notes(summary_notes(round_))


def write_form(book: BookWriter, round_: Round) -> None:
    """The form of one demand for a round."""
    book.sheet(FORM_SHEET, FORM_LAYOUT, [_item(column) for column in form_columns(round_)])
    for part, (name, columns) in FORM_ROWS.items():
        book.sheet(name, columns, (), examples=[ROW_EXAMPLES[part]], is_form=True)
    book.notes(
        [
            f"需求表填表说明——{round_.number} {round_.title}",
            "一个文件填一条需求：在“需求表”的“填写内容”一栏填写，其余各表每行一项。",
            "第一栏写“示例”的行不会导入。栏目代码（最后一栏和各表第 2 行）请勿修改。",
            *summary_notes(round_)[3:5],
            "需求单位自己导入时，单位名称和信用代码可不填。",
            "资金构成之和须等于拟投入资金，支付节点比例之和须等于 100。",
            "导入后为草稿，其余栏目和两项承诺在线补充，然后提交。",
        ]
    )


def _item(column: Column) -> dict[str, Any]:
    return {
        "item": column.zh + ("（必填）" if column.is_required else ""),
        "value": "",
        "help": column.help or _choices(column),
        "key": column.id,
    }


def _choices(column: Column) -> str:
    if column.kind in (Kind.CODE, Kind.CODES):
        return "可选：" + "、".join(label_zh(code) for code in column.codes)
    return {Kind.FLAG: "是 或 否", Kind.MONEY: "单位：万元"}.get(column.kind, "")
