"""Demands with indicators, milestones, money and all required fields."""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from app.core.digests import digest
from app.models.accounts import Organisation, User
from app.models.codes import DemandType, Field, FundingSource, IndicatorCategory, Operator
from app.models.demands import (
    Demand,
    DemandEdition,
    DemandFunding,
    DemandIndicator,
    DemandMilestone,
    Question,
)
from app.models.rounds import Round
from app.models.states import DemandState as S

if TYPE_CHECKING:
    from tests.factories.world import World

_serial = count(1)

BUDGET_FEN = 3_000_000_00

# How far along the main road a demand in each state has come.
STEPS = (
    S.DRAFT,
    S.SUBMITTED,
    S.VETTING,
    S.APPROVED,
    S.OPEN,
    S.CLOSED,
    S.SCREENING,
    S.REVIEWING,
    S.RECOMMENDED,
    S.IN_NOTICE,
    S.AWARDED,
    S.COMPLETED,
)
# States beside the main road, and the step they left it at.
LEFT_AT = {
    S.RETURNED: S.SUBMITTED,
    S.NOT_RECOMMENDED: S.SUBMITTED,
    S.REJECTED: S.VETTING,
    S.MERGED: S.VETTING,
    S.NO_AWARD: S.CLOSED,
    S.WITHDRAWN: S.OPEN,
}
ENDED = (S.NOT_RECOMMENDED, S.REJECTED, S.MERGED, S.NO_AWARD, S.WITHDRAWN, S.COMPLETED)


def reached(state: S, step: S) -> bool:
    """Whether a demand in the state has passed the step of the main road."""
    return STEPS.index(LEFT_AT.get(state, state)) >= STEPS.index(step)


def make_demand(
    world: "World",
    state: S = S.DRAFT,
    *,
    round_: Round | None = None,
    owner: Organisation | None = None,
    author: User | None = None,
    **more: Any,
) -> Demand:
    """A demand in the state, complete in every required field: 3,000,000 yuan, three indicators, twelve months.

    Open ones close in 35 days; later ones closed yesterday."""
    serial = next(_serial)
    owner = owner or world.owner_org
    round_ = round_ or world.round
    values: dict[str, Any] = (
        {
            "round_id": round_.id,
            "owner_id": owner.id,
            "author_id": (author or world.owner).id,
            "owner_type": owner.org_type,
            "region": owner.region,
            "title": f"三甲医院病理切片智能辅助诊断系统第{serial}期",
            "state": state,
        }
        | _content()
        | _course(world, state, serial, round_.number)
        | more
    )
    demand = Demand(**values)
    demand.indicators = indicators()
    demand.milestones = milestones()
    demand.fundings = fundings(demand.budget_fen)
    world.add(demand)
    if demand.edition:
        world.add(
            DemandEdition(
                demand_id=demand.id,
                number=1,
                content={"title": demand.title},
                digest=digest({"title": demand.title}),
                closes_at=demand.closes_at,
                published_at=demand.published_at,
            )
        )
    return demand


def indicators() -> list[DemandIndicator]:
    """Three measurable indicators, the first one hard."""
    rows = (
        ("病灶检出灵敏度", IndicatorCategory.PERFORMANCE, "88", Operator.GE, "95", "%", True),
        ("单张切片平均分析时长", IndicatorCategory.TECHNICAL, "600", Operator.LE, "60", "秒", False),
        ("月均辅助诊断切片数", IndicatorCategory.APPLICATION, "0", Operator.GE, "5000", "张", False),
    )
    return [
        DemandIndicator(
            position=position,
            name=name,
            category=category,
            baseline=baseline,
            operator=operator,
            target=Decimal(target),
            unit=unit,
            condition="在本院连续三个月的真实切片上测试，不少于一万张",
            method="第三方检测机构按双盲法抽样复核",
            evidence="检测报告",
            weight=40 if is_hard else 30,
            is_hard=is_hard,
        )
        for position, (name, category, baseline, operator, target, unit, is_hard) in enumerate(rows, start=1)
    ]


def milestones() -> list[DemandMilestone]:
    """Three milestones over twelve months."""
    rows = (("完成方案与原型", 3), ("完成试运行", 8), ("完成全院部署", 12))
    return [
        DemandMilestone(
            position=position, name=name, due_month=month, deliverable="阶段报告", check="专家现场核验"
        )
        for position, (name, month) in enumerate(rows, start=1)
    ]


def fundings(total_fen: int) -> list[DemandFunding]:
    """Two sources that add up to the listed amount."""
    own = total_fen * 8 // 10
    return [
        DemandFunding(position=1, source=FundingSource.OWNER_PAID, amount_fen=own, condition="按里程碑支付"),
        DemandFunding(
            position=2,
            source=FundingSource.FISCAL_POST_PLANNED,
            amount_fen=total_fen - own,
            condition="验收通过后申请",
        ),
    ]


def make_question(world: "World", demand: Demand, **more: Any) -> Question:
    """A question, open unless an `answer` is given."""
    values: dict[str, Any] = {
        "asker_id": world.bidder.id,
        "text": "请问历史切片是否已完成脱敏与标注？",
        "asked_at": world.now,
    } | more
    if values.get("answer"):
        values = {"answered_at": world.now, "answered_by_id": world.owner.id} | values
    return world.add(Question(demand_id=demand.id, **values))


def _content() -> dict[str, Any]:
    return {
        "legal_rep": "文若谷",
        "contact_name": "游若水",
        "contact_title": "信息中心主任",
        "contact_phone": "027-83660001",
        "contact_email": "youruoshui@test.example",
        "public_phone": "027-83660000",
        "has_credit_pledge": True,
        "has_integrity_pledge": True,
        "demand_type": DemandType.SCENARIO_BUILD,
        "field": Field.F08,
        "categories": ["C2"],
        "site": "医院病理科，年切片量约六万张，数字扫描仪四台。",
        "pain_point": "病理医生缺口大，平均报告时间超过三天，疑难病例漏诊率偏高。",
        "goal": "将常见肿瘤的初筛时间缩短到一小时以内，并降低漏诊率。",
        "content_required": "建设覆盖胃、肠、肺三类组织的切片智能分析系统，与现有病理信息系统对接。",
        "novelty": "院内缺少算法团队，现有产品不能适配本院扫描仪格式。",
        "deliverables": [{"kind": "system", "name": "切片智能分析系统", "quantity": 1}],
        "acceptance_methods": ["third_party_test", "live_trial"],
        "acceptance_note": "以第三方检测报告和三个月试运行记录为准。",
        "data_provided": [
            {
                "name": "历史切片图像",
                "kind": "图像",
                "volume": "12万张",
                "period": "2020年至2025年",
                "is_labelled": True,
                "sensitivity": "personal",
                "access": "on_site",
                "is_desensitised": True,
                "legal_basis": "医院数据安全管理制度",
            }
        ],
        "safety_requirements": ["mlps", "ethics"],
        "budget_fen": BUDGET_FEN,
        "pay_schedule": [
            {"label": "合同签订", "percent": 30_00},
            {"label": "试运行", "percent": 40_00},
            {"label": "验收通过", "percent": 30_00},
        ],
        "deadline_months": 12,
        "ip_clause": "专用模型由双方共有，医院享有永久免费使用权。",
        "conditions": [
            {
                "text": "具有医学影像人工智能项目经验",
                "kind": "experience",
                "is_hard": False,
                "why": "场景专业",
            }
        ],
        "expected_benefit": "预计每年减少外送会诊费用二百万元。",
        "benefits": [{"indicator": "平均报告时间", "baseline": "72小时", "target": "24小时"}],
        "replicability_note": "可向省内县级医院推广。",
    }


def _course(world: "World", state: S, serial: int, round_number: str) -> dict[str, Any]:
    now = world.now
    values: dict[str, Any] = {"created_at": now - timedelta(days=60)}
    if reached(state, S.SUBMITTED):
        values["submitted_at"] = now - timedelta(days=55)
    if reached(state, S.VETTING):
        values |= {
            "recommender_id": world.recommender_org.id,
            "recommend_opinion": "需求真实，条件具备，同意推荐。",
            "recommended_at": now - timedelta(days=50),
        }
    if reached(state, S.APPROVED):
        values |= {"number": f"{round_number}-F08-{serial:04d}", "approved_at": now - timedelta(days=45)}
    if reached(state, S.OPEN):
        is_open = state in (S.OPEN, S.WITHDRAWN)
        closes_at = now + timedelta(days=35) if is_open else now - timedelta(days=1)
        published_at = now - timedelta(days=5) if is_open else closes_at - timedelta(days=35)
        values |= {"closes_at": closes_at, "published_at": published_at, "edition": 1}
    for step, column in (
        (S.SCREENING, "opened_at"),
        (S.REVIEWING, "review_started_at"),
        (S.RECOMMENDED, "review_concluded_at"),
        (S.AWARDED, "awarded_at"),
    ):
        if reached(state, step):
            values[column] = now
    if state in ENDED:
        values["ended_at"] = now
    return values
