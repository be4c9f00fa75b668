"""Acceptances with results, demonstration projects, and their replication."""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from app.core.clock import add_months, day_of
from app.core.digests import digest
from app.models.accounts import Organisation
from app.models.contracts import Contract
from app.models.outcomes import (
    Acceptance,
    AcceptanceResult,
    Certificate,
    Demonstration,
    Effect,
    Replication,
)
from app.models.procedure_codes import IndicatorVerdict, ReplicationKind
from app.models.states import AcceptanceState as A
from app.models.states import DemonstrationState as D
from app.models.states import ReplicationState as R
from app.models.states import SheetState
from tests.factories.contracts import make_contract
from tests.factories.reviews import make_panel, make_sheet

if TYPE_CHECKING:
    from tests.factories.world import World

_serial = count(1)

DECIDED = (A.PASSED, A.RECTIFY, A.CONCLUDED, A.FAILED)


def make_acceptance(
    world: "World", state: A = A.REQUESTED, *, contract: Contract | None = None, **more: Any
) -> Acceptance:
    """An acceptance of a contract in force with a value and evidence for every indicator.

    Decided ones carry opinions, verdicts and a total; a passed one its certificate. The panel is `judge_acceptance`."""
    contract = contract or make_contract(world)
    now, today = world.now, day_of(world.now)
    values: dict[str, Any] = {
        "summary": "系统已在全院部署，连续稳定运行三个月。",
        "user_report": "临床使用反馈良好，报告时间明显缩短。",
        "financial_report": "经费支出与预算一致，已完成专项审计。",
        "spent_fen": contract.amount_fen,
        "handover": [{"name": "系统源代码", "quantity": 1}],
        "self_assessment": "三项指标全部达到。",
        "running_since_on": add_months(today, -3),
        "requested_at": now - timedelta(days=3),
    }
    if state is not A.REQUESTED:
        values["review_started_at"] = now - timedelta(days=2)
    if state in DECIDED:
        has_passed = state is A.PASSED
        values |= {
            "owner_opinion": "同意通过验收。",
            "owner_opinion_at": now,
            "opinion": "专家组经质询讨论，形成验收意见。",
            "has_passed_technical": has_passed,
            "has_passed_financial": has_passed,
            "total": 82_00 if has_passed else 55_00,
            "decided_at": now,
        }
    if state is A.RECTIFY:
        values |= {"rectify_due_on": add_months(today, 3), "problems": "试运行记录不完整。"}
    acceptance = world.add(Acceptance(contract_id=contract.id, state=state, **(values | more)))
    verdict = IndicatorVerdict.MET if state is A.PASSED else None
    add_results(world, acceptance, verdict=verdict)
    if state is A.PASSED:
        content = {"contract": contract.number}
        number = f"YS-{now.year}-{next(_serial):05d}"
        world.add(
            Certificate(
                acceptance_id=acceptance.id,
                number=number,
                content=content,
                digest=digest(content),
                issued_at=now,
            )
        )
    world.session.expire(contract, ["acceptance"])
    return acceptance


def add_results(world: "World", acceptance: Acceptance, *, verdict: IndicatorVerdict | None = None) -> None:
    """A value and evidence for every indicator of the contract, in the present attempt."""
    measured = (Decimal("95.6"), Decimal("48"), Decimal("5300"))
    for indicator, value in zip(acceptance.contract.indicators, measured, strict=True):
        acceptance.results.append(
            AcceptanceResult(
                attempt=acceptance.attempt,
                position=indicator.position,
                indicator_id=indicator.id,
                measured=value,
                evidence="第三方检测报告第3页",
                verdict=verdict,
            )
        )
    world.session.flush()


def judge_acceptance(world: "World", acceptance: Acceptance, *, total: int = 82_00) -> None:
    """Give the acceptance a seated panel with locked sheets, opinions, verdicts and a total."""
    panel = make_panel(world, acceptance=acceptance)
    for seat in panel.assignments:
        if not seat.is_reserve:
            make_sheet(world, SheetState.SUBMITTED, seat=seat, acceptance=acceptance)
    acceptance.total = total
    acceptance.opinion = "专家组经质询讨论，一致同意通过验收。"
    acceptance.owner_opinion = "同意通过验收。"
    acceptance.owner_opinion_at = world.now
    acceptance.has_passed_technical = True
    acceptance.has_passed_financial = True
    for result in acceptance.results:
        result.verdict = IndicatorVerdict.MET
    world.session.flush()
    world.session.expire(acceptance, ["panels", "sheets"])


def make_demonstration(
    world: "World", state: D = D.CANDIDATE, *, acceptance: Acceptance | None = None, **more: Any
) -> Demonstration:
    """A demonstration project in the state: its record complete from `editing` on, numbered once listed."""
    serial = next(_serial)
    acceptance = acceptance or make_acceptance(world, A.PASSED)
    now, today = world.now, day_of(world.now)
    values: dict[str, Any] = {"title": "病理切片智能辅助诊断示范工程", "created_at": now - timedelta(days=40)}
    if state is not D.CANDIDATE:
        values |= {
            "site": "武汉楚岸医院病理科",
            "problem": "病理医生不足，报告时间长。",
            "solution": "切片智能初筛与疑难会诊协同。",
            "technologies": ["自监督学习", "多实例学习"],
            "started_on": add_months(today, -9),
            "investment_fen": acceptance.contract.amount_fen,
            "users_served": 62_000,
            "needs_data": "不少于一万张标注切片",
            "needs_compute": "两台推理服务器",
            "needs_money": "约二百万元",
            "needs_time": "六个月",
            "needs_people": "病理医生两名、工程师三名",
            "contact_public": "027-83660000",
            "has_no_incident": True,
            "benefit_score": 35_00,
            "breadth_score": 25_00,
            "visibility_score": 24_00,
        }
    if state in (D.LISTED, D.UNDER_REEXAMINATION, D.SUSPENDED, D.DELISTED):
        values |= {
            "number": f"SF-{now.year}-{serial:04d}",
            "batch": "第一批",
            "listed_at": now - timedelta(days=10),
            "recheck_on": add_months(today, 24),
        }
    if state is D.DELISTED:
        values["delisted_at"] = now
    demonstration = Demonstration(acceptance_id=acceptance.id, state=state, **(values | more))
    if state is not D.CANDIDATE:
        demonstration.effects = [
            Effect(
                position=1,
                indicator="平均报告时间",
                before="72",
                after="20",
                unit="小时",
                measured_by="江城第三方检测中心",
                measured_on=today - timedelta(days=30),
            )
        ]
    return world.add(demonstration)


def make_replication(
    world: "World",
    state: R = R.INTEREST,
    *,
    demonstration: Demonstration | None = None,
    adopter: Organisation | None = None,
    **more: Any,
) -> Replication:
    """A replication of a listed demonstration by the adopter, in the state."""
    demonstration = demonstration or make_demonstration(world, D.LISTED)
    adopter = adopter or world.adopter_org
    now = world.now
    values: dict[str, Any] = {
        "author_id": world.adopter.id,
        "region": adopter.region,
        "statement": "本院病理科年切片量两万张，希望引入该系统。",
        "created_at": now - timedelta(days=20),
    }
    if state is not R.INTEREST:
        values["matched_at"] = now - timedelta(days=10)
    if state in (R.ADOPTED, R.VERIFIED):
        values |= {
            "kind": ReplicationKind.PARTIAL,
            "contract_fen": 800_000_00,
            "adopted_on": day_of(now) - timedelta(days=5),
            "adopted_at": now - timedelta(days=5),
        }
    if state is R.VERIFIED:
        values |= {
            "effect": "平均报告时间由五天缩短至一天半。",
            "effect_rows": [{"indicator": "平均报告时间", "before": "120", "after": "36", "unit": "小时"}],
            "verified_at": now,
        }
    return world.add(
        Replication(demonstration_id=demonstration.id, adopter_id=adopter.id, state=state, **(values | more))
    )
