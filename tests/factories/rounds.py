"""Rounds with rubrics and officers."""

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from app.models.procedure_codes import OfficerDuty, RubricKind
from app.models.rounds import Criterion, Round, RoundOfficer, Rubric
from app.models.states import RoundState

if TYPE_CHECKING:
    from tests.factories.world import World

# Beyond the first ones, which the service gives to the rounds that tests make through it.
_serial = count(11)

# kind: line in points, then (code, wording, points, floor in points).
RUBRICS: dict[RubricKind, tuple[int, tuple[tuple[str, str, int, int | None], ...]]] = {
    RubricKind.DEMAND: (
        70,
        (
            ("D1", "真实性与必要性", 25, None),
            ("D2", "指标可测与先进适度", 25, None),
            ("D3", "实施条件", 20, None),
            ("D4", "带动与推广价值", 20, None),
            ("D5", "公平开放", 10, 6),
        ),
    ),
    RubricKind.BID: (
        60,
        (
            ("R1", "需求响应与指标可达性", 20, None),
            ("R2", "技术方案先进性与可行性", 25, None),
            ("R3", "团队与基础、案例", 15, None),
            ("R4", "实施计划与里程碑", 10, None),
            ("R5", "预算合理性与自筹能力", 10, None),
            ("R6", "数据安全与合规", 8, None),
            ("R7", "应用推广与效益", 12, None),
        ),
    ),
    RubricKind.DEFENCE: (60, (("V1", "陈述与答辩", 100, None),)),
    RubricKind.ACCEPTANCE: (
        60,
        (
            ("A1", "指标完成情况", 50, None),
            ("A2", "应用与推广", 30, None),
            ("A3", "资料与经费", 20, None),
        ),
    ),
    RubricKind.DEMONSTRATION: (
        60,
        (("E1", "效益", 40, None), ("E2", "覆盖面", 30, None), ("E3", "显示度", 30, None)),
    ),
}


def make_rubric(world: "World", round_: Round, kind: RubricKind) -> Rubric:
    """A rubric of 100 points."""
    line, rows = RUBRICS[kind]
    rubric = Rubric(kind=kind, pass_line=line * 100)
    rubric.criteria = [
        Criterion(
            position=position,
            code=code,
            label=label,
            label_en=f"Criterion {code}",
            max_score=points * 100,
            floor_score=None if floor is None else floor * 100,
        )
        for position, (code, label, points, floor) in enumerate(rows, start=1)
    ]
    round_.rubrics.append(rubric)
    world.session.flush()
    return rubric


def make_round(
    world: "World",
    state: RoundState = RoundState.OPEN,
    *,
    has_rubrics: bool = True,
    has_officers: bool = True,
    **more: Any,
) -> Round:
    """A round of our organiser, collecting from ten days ago to twenty days from now (closed ones: until yesterday)."""
    serial = next(_serial)
    now = world.now
    is_over = state in (RoundState.CLOSED, RoundState.ARCHIVED)
    year = more.get("year", now.year)
    values: dict[str, Any] = {
        "number": f"HB-{year}-{serial:02d}",
        "year": year,
        "serial": serial,
        "title": f"湖北省人工智能场景揭榜挂帅第{serial}批",
        "organiser_id": world.organizer_org.id,
        "author_id": world.organizer.id,
        "policy_text": "面向医疗、制造、城市治理等领域公开征集场景需求。",
        "legal_basis": "《湖北省人工智能场景揭榜挂帅管理办法》",
        "contact_public": "业务咨询：027-87230001",
        "supervision_contact": "监督电话：027-87230002",
        "money_sources": "发榜单位自筹，省级财政后补助",
        "fiscal_per_project_fen": 2_000_000_00,
        "collection_opens_at": now - timedelta(days=10 if not is_over else 30),
        "collection_closes_at": now + timedelta(days=20) if not is_over else now - timedelta(days=1),
        "state": state,
        "created_at": now - timedelta(days=40),
        "opened_at": now - timedelta(days=10) if state is not RoundState.DRAFT else None,
        "closed_at": now - timedelta(hours=1) if is_over else None,
        "archived_at": now if state is RoundState.ARCHIVED else None,
    } | more
    made = world.add(Round(**values))
    if has_rubrics:
        for kind in RubricKind:
            make_rubric(world, made, kind)
    if has_officers:
        for duty in OfficerDuty:
            for user in (world.organizer, world.second_organizer):
                made.officers.append(RoundOfficer(user_id=user.id, duty=duty))
    world.session.flush()
    return made
