"""Turning a row of the demand files into the full text of a demand: what is not in the row follows from its kind."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from app.core.money import fen_from_wan
from app.models.codes import (
    Category,
    DemandType,
    Field,
    FundingSource,
    IndicatorCategory,
    IpOwnership,
    Operator,
    OrganisationType,
    ProcurementRoute,
    Region,
    Replicability,
)

FOLDER = Path(__file__).parent
MEDICAL = {"C2"}
PUBLIC = {
    OrganisationType.GOV_AGENCY,
    OrganisationType.SUBDISTRICT_COMMUNITY,
    OrganisationType.INDUSTRIAL_PARK,
}


@cache
def demand_rows() -> dict[str, dict[str, Any]]:
    """All demand rows by key."""
    rows: dict[str, dict[str, Any]] = {}
    for path in sorted(FOLDER.glob("demands_*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["demand"]:
            rows[row["key"]] = row
    return rows


def owner_of(row: dict[str, Any]) -> tuple[OrganisationType, str]:
    """The kind and the name of the unit that posts the demand."""
    kind, name = row["owner"].split("|")
    return OrganisationType.of(kind), name


def indicator_rows(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The indicators as the demand's form takes them."""
    found = []
    for position, line in enumerate(row["indicators"], start=1):
        name, category, baseline, operator, target, unit, condition, hard = line.split("|")
        found.append(
            {
                "name": name,
                "category": IndicatorCategory.of(category),
                "baseline": f"{baseline}{unit}" if baseline != "0" else "尚无统计",
                "operator": Operator.of(operator),
                "target": Decimal(target),
                "target_high": None,
                "unit": unit,
                "condition": condition,
                "method": "由双方认可的第三方检测机构按测试大纲检测"
                if hard == "1"
                else "查阅系统日志并现场抽样核对",
                "evidence": "检测报告" if hard == "1" else "系统日志、用户证明",
                "weight": 0,
                "is_hard": hard == "1",
                "stage": 2 if position <= 2 else 3,
            }
        )
    return found


def milestone_rows(months: int) -> list[dict[str, Any]]:
    """Three milestones over the project's months."""
    return [
        {
            "name": "方案设计与数据准备",
            "due_month": max(2, months // 4),
            "deliverable": "详细设计方案、数据清单、测试大纲",
            "check": "专家评议通过",
        },
        {
            "name": "系统建成与试运行",
            "due_month": max(4, months * 2 // 3),
            "deliverable": "系统、模型及部署文档",
            "check": "约束性指标达到目标值",
        },
        {
            "name": "全面应用与总结",
            "due_month": months,
            "deliverable": "总结报告、推广手册、培训材料",
            "check": "全部考核指标达到目标值",
        },
    ]


def demand_values(key: str) -> dict[str, Any]:
    """Every field of the demand's form for the row of this key. Money in fen, percentages in hundredths."""
    row = demand_rows()[key]
    kind, owner = owner_of(row)
    budget = fen_from_wan(str(row["budget_wan"]))
    fiscal = budget // 5 // 100_00_00 * 100_00_00
    is_public = kind in PUBLIC
    fundings = [
        {
            "source": FundingSource.OWNER_PAID,
            "amount_fen": budget - fiscal,
            "condition": "按里程碑支付，验收后支付尾款",
        }
    ]
    if fiscal:
        fundings.append(
            {
                "source": FundingSource.FISCAL_POST_PLANNED,
                "amount_fen": fiscal,
                "condition": "验收通过后按规定拨付",
            }
        )
    return {
        "region": Region.of(row["region"]),
        "title": row["title"],
        "demand_type": DemandType.of(row["demand_type"]),
        "field": Field.of(row["field"]),
        "categories": [Category.of(code).value for code in row["categories"]],
        "site": row["site"],
        "pain_point": row["pain"],
        "goal": row["goal"],
        "content_required": row["content"],
        "out_of_scope": "不含机房土建、终端采购以外的硬件改造和既有系统的日常运维。",
        "novelty": row.get("novelty", ""),
        "indicators": indicator_rows(row),
        "milestones": milestone_rows(row["months"]),
        "deliverables": [
            {"kind": "system", "name": "应用系统（含源代码和部署文档）", "quantity": 1},
            {"kind": "model", "name": "模型及评测报告", "quantity": 1},
            {"kind": "report", "name": "总结报告与推广手册", "quantity": 2},
        ],
        "acceptance_methods": ["third_party_test", "live_trial", "user_review"],
        "acceptance_note": "连续试运行不少于 30 天，由第三方检测机构出具报告，使用部门出具用户意见。",
        "data_provided": [
            {
                "name": f"{row['title'][:12]}历史业务数据",
                "kind": "业务记录与影像",
                "volume": "近两年，约 1.2 TB",
                "period": "近 24 个月",
                "is_labelled": False,
                "sensitivity": "personal" if MEDICAL & set(row["categories"]) else "internal",
                "access": "privacy_computing" if MEDICAL & set(row["categories"]) else "on_site",
                "is_desensitised": True,
                "legal_basis": "已脱敏，经数据管理部门批准，限本项目使用",
            }
        ],
        "compute_provided": [
            {"kind": "推理服务器", "amount": "国产加速卡 8 张", "period": "实施期内", "place": "本单位机房"}
        ],
        "test_environment": "提供试点现场、测试账号和专职联络人，可按约定时段进行现场调试。",
        "interface_constraints": "与现有业务系统通过标准接口对接，采用国产操作系统和数据库，满足等级保护三级要求。",
        "safety_requirements": ["mlps", "pia"] if MEDICAL & set(row["categories"]) else ["mlps"],
        "safety_note": "数据不出本单位管理范围，涉及个人信息的须完成影响评估。",
        "budget_fen": budget,
        "is_budget_hidden": False,
        "budget_band": "",
        "fundings": fundings,
        "pay_schedule": [
            {"label": "合同签订", "percent": 30_00},
            {"label": "系统建成", "percent": 40_00},
            {"label": "验收通过", "percent": 30_00},
        ],
        "is_public_money": is_public,
        "procurement_route": ProcurementRoute.COOPERATIVE_INNOVATION
        if is_public
        else ProcurementRoute.PRIVATE_CONTRACT,
        "purchase_commitment": "攻关成功并通过验收后，同等条件下优先采购不少于两年的运维服务。",
        "deadline_months": row["months"],
        "ip_ownership": IpOwnership.BIDDER_WITH_OWNER_FREE_USE if not is_public else IpOwnership.JOINT,
        "ip_clause": "项目产生的知识产权按约定归属，发榜方在本单位及所属单位范围内永久免费使用，数据及其衍生标注归发榜方所有。",
        "benefit_sharing": "对外推广所得收益由双方另行约定，发榜方优先享有升级服务。",
        "conditions": [
            {
                "text": "具有独立法人资格，信用记录良好",
                "kind": "qualification",
                "is_hard": True,
                "why": "须独立承担合同责任",
            },
            {
                "text": "近三年有同类场景实施案例者优先",
                "kind": "experience",
                "is_hard": False,
                "why": "降低现场实施风险",
            },
        ],
        "is_consortium_allowed": True,
        "max_members": 4,
        "lanes": 1,
        "min_valid_bids": 1,
        "is_related_party_banned": True,
        "expected_benefit": f"项目建成后，{row['goal']}预计每年节约人工和运行成本约 {max(12, row['budget_wan'] // 3)} 万元，并可向同类单位推广。",
        "benefits": [
            {
                "indicator": "年节约成本（万元）",
                "baseline": "0",
                "target": str(max(12, row["budget_wan"] // 3)),
            },
            {"indicator": "可推广单位（家）", "baseline": "0", "target": "10"},
        ],
        "replicability": Replicability.PROVINCE if is_public else Replicability.INDUSTRY,
        "replicability_note": "业务流程和数据口径在同类单位基本一致，适配工作量约 20%，可形成标准化部署包。",
        "contact_title": "信息化工作负责人",
        "public_phone": "027-0000" + f"{sum(map(ord, owner)) % 10000:04d}",
        "has_credit_pledge": True,
        "has_integrity_pledge": True,
    }
