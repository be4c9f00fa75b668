"""Writing the content of a bid as a firm would: complete, with sums that add up, better or worse than others."""

from decimal import Decimal
from random import Random
from typing import Any

from app.core.money import split_by_percent
from app.models.codes import Operator
from app.models.demands import Demand, DemandIndicator
from seed.demo.names import person_name, phone

APPROACHES = (
    "以小模型完成高频识别、以大模型完成研判与解释，两级推理按置信度切换，保证时延和成本。",
    "采用云边协同架构，边缘完成实时感知，中心完成训练和策略下发，断网时边缘可独立运行 72 小时。",
    "以机理约束的数据驱动模型为核心，先做离线回放验证，再做影子运行，最后闭环上线。",
    "构建领域知识图谱与检索增强的问答能力，输出均附依据，人工复核结果持续回流训练。",
)
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


def bid_content(demand: Demand, number: int, *, members: list[dict[str, Any]], year: int) -> dict[str, Any]:
    """The content of the n-th invented bid on the demand. Price lies between 82 and 98 percent of the listed amount."""
    chance = Random(f"{demand.number}:{number}")  # noqa: S311 - invented data, the same each time
    price = demand.budget_fen * chance.randint(82, 98) // 100 // 100_00_00 * 100_00_00
    months = max(4, demand.deadline_months - chance.randint(0, 2))
    leader = person_name(300 + number)
    ends = [max(1, months // 4), max(2, months * 2 // 3), months]
    return {
        "title": f"{demand.title}实施方案",
        "keywords": "人工智能；场景应用；智能识别",
        "leader": {
            "name": leader,
            "title": "高级工程师",
            "phone": phone(number),
            "email": f"leader{number}@example.com",
        },
        "members": members,
        "responses": [_response(each, chance) for each in demand.indicators],
        "understanding": f"现场调研后认为，核心难点在于：{demand.pain_point}",
        "architecture": APPROACHES[number % len(APPROACHES)],
        "data_and_model": "先用脱敏历史数据建立基线模型，按月滚动评测；训练、测试数据分离，评测集由双方共同封存。",
        "key_problems": "样本不均衡、现场环境差异、与业务流程衔接三个问题，分别以数据合成、域自适应和人机协同解决。",
        "innovation": ["置信度驱动的人机协同流程", "可回放、可复核的判定记录"],
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
        "budget": _budget(price, year),
        "price_fen": price,
        "fiscal_ask_fen": 0,
        "duration_months": months,
        "ip": {
            "background": "自有算法框架 2 项软件著作权",
            "foreground": "按榜单约定归属",
            "licences": "使用的开源组件均为宽松许可",
        },
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


def _budget(price: int, year: int) -> list[dict[str, Any]]:
    parts = split_by_percent(price, [45_00, 25_00, 20_00, 10_00])
    items = ("staff", "equipment", "testing", "indirect")
    bases = ("研发和实施人员投入", "边缘设备与服务器租用", "第三方检测与试运行", "管理与公共支出")
    return [
        {
            "source": "owner",
            "item": item,
            "amount_fen": amount,
            "basis": basis,
            "unit": "牵头单位",
            "year": year,
        }
        for item, amount, basis in zip(items, parts, bases, strict=True)
    ]
