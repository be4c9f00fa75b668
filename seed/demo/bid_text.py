"""Writing the content of a bid as a firm would: complete, with sums that add up, better or worse than others."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.core import uscc
from app.core.money import split_by_percent
from app.models.accounts import Organisation
from app.models.codes import Operator
from app.models.demands import Demand, DemandIndicator
from seed.demo.names import person_name, phone

WAN = 10_000_00
APPROACHES = (
    "以小模型完成高频识别、以大模型完成研判与解释，两级推理按置信度切换，保证时延和成本。",
    "采用云边协同架构，边缘完成实时感知，中心完成训练和策略下发，断网时边缘可独立运行 72 小时。",
    "以机理约束的数据驱动模型为核心，先做离线回放验证，再做影子运行，最后闭环上线。",
    "构建领域知识图谱与检索增强的问答能力，输出均附依据，人工复核结果持续回流训练。",
)
DATA = (
    "先用脱敏历史数据建立基线模型，按月滚动评测；训练、测试数据分离，评测集由双方共同封存。",
    "现场部署采集网关，首月完成标注规范和样本抽检；小样本阶段以公开数据预训练，按周增量更新。",
    "以机理仿真补足极端工况样本，仿真与实测数据分层抽样；每次上线前用回放数据做全量回归。",
    "按业务主题建设数据目录，人工核对关键字段；模型版本、数据版本和评测结果一一对应留档。",
    "数据留在发榜方机房，采用容器化训练环境；标注由双方各出两人交叉完成，一致性低于九成的样本退回。",
)
PROBLEMS = (
    "样本不均衡、现场环境差异、与业务流程衔接三个问题，分别以数据合成、域自适应和人机协同解决。",
    "高峰时段时延、误报带来的复核负担、系统停机时的应急处置，分别以边缘预筛、分级告警和手工预案应对。",
    "多源数据口径不一、专家经验难以固化、上线后性能漂移，分别以统一编码、规则与模型混合和在线监测解决。",
)
INNOVATIONS = (
    ("置信度驱动的人机协同流程", "可回放、可复核的判定记录"),
    ("机理约束与数据驱动相结合的混合模型", "上线前影子运行与自动回归评测"),
    ("面向少样本场景的主动学习标注方法", "边缘与中心协同的分级推理"),
    ("带出处的检索增强问答", "业务规则可由发榜方自行维护"),
)
MEMBER_SHARE = 25_00
PRICE_SHARES = (45_00, 25_00, 20_00, 10_00)
RISKS = (
    ("现场数据质量不稳定", "进场两周内完成数据摸底，设置质量门槛和补采方案"),
    ("关键岗位人员变动", "每岗设 AB 角，知识文档入库"),
    ("对接系统接口变更", "接口适配层隔离，预留 10% 工期"),
)
MILESTONES = (
    ("方案设计与数据准备", "设计方案、数据清单", 30_00),
    ("系统建成与试运行", "系统和模型", 40_00),
    ("全面应用与总结", "总结报告", 30_00),
)


def member_of(number: int) -> dict[str, Any]:
    """The invented member of the n-th bid, a unit that is nowhere else in the demonstration."""
    return {
        "name": f"楚天协同创新第{number}中心（演示）",
        "uscc": uscc.fictional("420600", "91", 90_000 + number),
        "role": "联合研发",
        "tasks": "承担数据治理、标注质检和现场测试，配合完成试运行。",
        "percent": MEMBER_SHARE,
        "ip_share": "各自完成的部分归各自所有，共同完成的部分双方共有",
        "contact": "",
    }


def bid_content(demand: Demand, lead: Organisation, number: int, *, today: date) -> dict[str, Any]:
    """The content of the n-th invented bid on the demand. Price lies between 82 and 98 percent of the listed amount;
    every third one is a consortium's, every fourth one has self-raised funds."""
    chance = Random(f"{demand.number}:{number}")  # noqa: S311 - invented data, the same each time
    price = demand.budget_fen * chance.randint(82, 98) // 100 // 100_00_00 * 100_00_00
    months = max(4, demand.deadline_months - chance.randint(0, 2))
    leader = person_name(300 + number)
    year = today.year
    members = [member_of(number)] if number % 3 == 0 and demand.is_consortium_allowed else []
    ends = [max(1, months // 4), max(2, months * 2 // 3), months]
    return {
        "title": f"{demand.title}实施方案",
        "keywords": "人工智能；场景应用；智能识别",
        "leader": {
            "name": leader,
            "title": "高级工程师",
            "phone": phone(5000 + number),
            "email": f"leader{number}@example.com",
            "identity": f"E{number:08d}",
        },
        "unit": _unit(lead, chance, today),
        "members": members,
        "agreement": {
            "signed_on": today - timedelta(days=9),
            "tasks": "总体设计、核心算法、系统集成和交付。",
            "ip_share": "背景知识产权各自所有，成果按榜单约定",
        }
        if members
        else {},
        "relation": "none",
        "shareholders": [
            {"name": person_name(3000 + number), "percent": 62_00, "is_controlling": True},
            {"name": person_name(3400 + number), "percent": 18_00, "is_controlling": False},
        ],
        "responses": [_response(each, chance) for each in demand.indicators],
        "understanding": f"现场调研后认为，核心难点在于：{demand.pain_point}",
        "architecture": APPROACHES[number % len(APPROACHES)],
        "data_and_model": DATA[number % len(DATA)],
        "key_problems": PROBLEMS[number // 2 % len(PROBLEMS)],
        "innovation": list(INNOVATIONS[number // 3 % len(INNOVATIONS)]),
        "risks": [{"risk": risk, "measure": measure} for risk, measure in RISKS],
        "safety": "满足等级保护三级要求，数据不出域，模型和日志留存不少于 180 天，涉及个人信息的完成影响评估。",
        "localisation": "支持国产处理器、操作系统和数据库，已完成主流组合的适配测试。",
        "milestones": [
            {
                "name": name,
                "start_month": 1 if index == 0 else ends[index - 1] + 1,
                "end_month": ends[index],
                "deliverable": deliverable,
                "check": "达到本阶段考核指标并经发榜方确认",
                "pay_percent": percent,
            }
            for index, (name, deliverable, percent) in enumerate(MILESTONES)
        ],
        "team": [
            {
                "name": leader,
                "role": "项目负责人",
                "title": "高级工程师",
                "unit": "牵头单位",
                "person_months": months,
                "works": "主持同类项目 3 项",
            },
            {
                "name": person_name(900 + number),
                "role": "算法负责人",
                "title": "博士",
                "unit": "牵头单位",
                "person_months": months,
                "works": "相关专利 4 项",
            },
            {
                "name": person_name(1500 + number),
                "role": "实施负责人",
                "title": "工程师",
                "unit": "牵头单位",
                "person_months": months,
                "works": "现场交付 6 个项目",
            },
        ],
        "works": [
            {"kind": "project", "title": "同类智能化场景研发项目", "year": year - 1, "note": "已通过验收"}
        ],
        "cases": [
            {
                "title": "同类场景应用系统",
                "client": "省内某单位",
                "year": year - 1,
                "amount_fen": price // 2,
                "contact": "",
                "result": "稳定运行一年",
            }
        ],
        "budget": _budget(price, year, lead.name, members, has_own=number % 4 == 0),
        "price_fen": price,
        "fiscal_ask_fen": 0,
        "duration_months": months,
        "ip": {
            "background": "以自有算法框架为基础，发榜方在项目范围内免费使用。",
            "foreground": "按榜单约定归属",
            "licences": "使用的开源组件均为宽松许可",
        },
        "ip_items": [
            {
                "kind": "software",
                "title": "场景智能识别算法框架软件（演示）",
                "number": f"演示登字第{number:04d}号",
                "holder": lead.name,
            }
        ],
        "promotion": {
            "plan": "形成标准化部署包，两年内推广不少于 5 家",
            "pricing": "同类单位按首单价格七折",
            "after_sales": "免费运维两年，4 小时响应",
        },
        "pledges": {
            "integrity": True,
            "truth": True,
            "unrelated": True,
            "no_repeat": True,
            "confidentiality": True,
        },
    }


def _response(indicator: DemandIndicator, chance: Random) -> dict[str, Any]:
    value, deviation = indicator.target or Decimal(0), "none"
    if chance.random() < 0.35 and value:
        if indicator.operator is Operator.GE and value < 99:
            value, deviation = (
                value + max(Decimal("0.1"), (value * Decimal("0.01")).quantize(Decimal("0.1"))),
                "better",
            )
        elif indicator.operator is Operator.LE and value > 1:
            value, deviation = value - (value * Decimal("0.05")).quantize(Decimal("0.01")), "better"
    return {
        "indicator_id": str(indicator.id),
        "promised_value": format(value, "f"),
        "promised_high": None,
        "basis": "同类项目实测结果和本次预研数据",
        "test_plan": f"按“{indicator.condition or '双方约定条件'}”测试，数据双方共同封存",
        "deviation": deviation,
    }


def _unit(lead: Organisation, chance: Random, today: date) -> dict[str, Any]:
    staff = chance.randint(60, 480)
    revenue = chance.randint(2_000, 30_000) * WAN
    return {
        "founded_on": date(today.year - chance.randint(5, 16), chance.randint(1, 12), chance.randint(1, 28)),
        "registered_capital_fen": chance.choice((1_000, 2_000, 5_000)) * WAN,
        "staff_count": staff,
        "rd_staff_count": staff * chance.randint(35, 60) // 100,
        "revenue_fen": revenue,
        "rd_spend_fen": revenue * chance.randint(8, 18) // 100 // WAN * WAN,
        "is_high_tech": True,
        "is_specialised": chance.random() < 0.4,
        "legal_rep": lead.legal_rep,
        "credit_report_on": today - timedelta(days=chance.randint(2, 20)),
    }


def _budget(
    price: int, year: int, lead: str, members: list[dict[str, Any]], *, has_own: bool
) -> list[dict[str, Any]]:
    """Four cost items over two years; a member takes its share of the price, a tenth may be self-raised."""
    member_part = price * MEMBER_SHARE // 100_00 if members else 0
    lines = [line | {"unit": unit["name"]} for unit in members for line in _lines(member_part, year, "owner")]
    return [
        line | {"unit": lead} for line in _lines(price - member_part, year, "owner", has_own=has_own)
    ] + lines


def _lines(amount: int, year: int, source: str, *, has_own: bool = False) -> list[dict[str, Any]]:
    parts = split_by_percent(amount, list(PRICE_SHARES))
    items = ("staff", "equipment", "testing", "indirect")
    bases = ("研发和实施人员投入", "边缘设备与服务器租用", "第三方检测与试运行", "管理与公共支出")
    return [
        {
            "source": "self" if has_own and item == "indirect" else source,
            "item": item,
            "amount_fen": part,
            "basis": basis,
            "year": year + index // 2,
        }
        for index, (item, part, basis) in enumerate(zip(items, parts, bases, strict=True))
    ]
