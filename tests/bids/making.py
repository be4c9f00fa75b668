"""Bids that pass every check, made through the services."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor
from app.bids import checks, opening, services
from app.bids.content import PLEDGES, shaped
from app.models.accounts import User
from app.models.bids import Bid, BidVersion
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot, CheckPoint
from app.models.states import DemandState
from tests.factories.demands import make_demand
from tests.factories.world import World

NAMELESS = [{"kind": "page", "place": "1", "text": "方案分三期实施。"}]
PRICE_FEN = 2_800_000_00
# What a bid of `good_content` must hold: its budget has self-raised funds.
ALWAYS = (BidSlot.PROPOSAL, BidSlot.LICENCE, BidSlot.COMMITMENT, BidSlot.SELF_FUNDING)


def open_demand(world: World, **more: Any) -> Demand:
    """A listing that takes bids."""
    return make_demand(world, DemandState.OPEN, **more)


def good_content(demand: Demand, **more: Any) -> dict[str, Any]:
    """A content with nothing wanting."""
    values: dict[str, Any] = {
        "title": "面向病理切片的多中心智能辅助诊断方案",
        "keywords": "病理，大模型，辅助诊断",
        "leader": {
            "name": "柯北辰",
            "title": "高级工程师",
            "phone": "13871234567",
            "email": "ke@test.example",
            "identity": "e" * 64,
        },
        "unit": {"legal_rep": "柯远山", "founded_on": "2015-06-01", "staff_count": 120},
        "relation": "none",
        "responses": [
            {
                "indicator_id": str(each.id),
                "promised_value": format(each.target, "f"),
                "deviation": "none",
                "basis": "同类项目实测结果",
                "test_plan": "第三方检测机构抽样复核",
            }
            for each in demand.indicators
        ],
        "understanding": "病理医生缺口大，疑难病例需要辅助。",
        "architecture": "以自监督大模型为底座，结合本院数据微调。",
        "key_problems": "扫描仪格式不一，采用统一的中间格式。",
        "innovation": ["弱监督定位", "跨设备色彩归一"],
        "safety": "数据不出院，按等保三级建设。",
        "milestones": [
            {"name": "方案与原型", "start_month": 1, "end_month": 3, "pay_percent": 20_00},
            {"name": "试运行", "start_month": 4, "end_month": 7, "pay_percent": 30_00},
            {"name": "全院部署", "start_month": 8, "end_month": 10, "pay_percent": 50_00},
        ],
        "team": [{"name": "柯北辰", "role": "项目负责人", "person_months": 10}],
        "budget": [
            {"source": "owner", "item": "staff", "amount_fen": 2_000_000_00},
            {"source": "province", "item": "equipment", "amount_fen": 500_000_00},
            {"source": "self", "item": "testing", "amount_fen": 300_000_00},
        ],
        "price_fen": PRICE_FEN,
        "fiscal_ask_fen": 500_000_00,
        "duration_months": 10,
        "ip": {"foreground": "专用模型由双方共有。"},
        "promotion": {"plan": "先在联盟医院推广。"},
        "pledges": dict.fromkeys(PLEDGES, True),
    }
    return shaped(values | more)


def member(code: str, **more: Any) -> dict[str, Any]:
    """A member of a consortium with nothing wanting."""
    values = {"name": "襄阳某公司", "uscc": code, "tasks": "标注", "percent": 20_00, "ip_share": "各自所有"}
    return values | more


AGREEMENT = {"signed_on": "2026-03-10", "tasks": "总体设计", "ip_share": "归牵头单位"}


def stored(name: str = "揭榜申报书.pdf", text: str = "") -> dict[str, Any]:
    """The columns of a stored file."""
    sha256 = hashlib.sha256((name + text).encode()).hexdigest()
    return {
        "name": name,
        "media_type": "application/pdf",
        "size": 1024,
        "sha256": sha256,
        "storage_name": sha256[:32],
    }


def written_bid(
    session: Session,
    demand: Demand,
    *,
    by: Actor,
    now: datetime,
    slots: tuple[BidSlot, ...] = (),
    **more: Any,
) -> Bid:
    """A draft that could be submitted."""
    bid = services.start_bid(session, demand, by=by, now=now)
    services.save_bid(session, bid, content=good_content(demand, **more), by=by, now=now)
    for slot in (*ALWAYS, *slots):
        saved = stored(f"{slot.value}.pdf", str(by.organisation_id))
        passages = NAMELESS if slot is BidSlot.BLIND else None
        services.add_file(session, bid, slot=slot, saved=saved, by=by, now=now, passages=passages)
    return bid


def submitted_bid(session: Session, demand: Demand, *, by: Actor, now: datetime, **more: Any) -> Bid:
    """A sealed bid."""
    bid = written_bid(session, demand, by=by, now=now, **more)
    services.submit_bid(session, bid, by=by, now=now)
    return bid


def sealed(session: Session, bid: Bid) -> BidVersion:
    """The version that counts."""
    from app.bids import queries

    found = queries.version(session, bid, bid.sealed_version)
    assert found is not None
    return found


def open_all(world: World, demand: Demand) -> Any:
    """Move past the closing time, let both officers agree and the first one open."""
    assert demand.closes_at is not None
    world.clock.set(demand.closes_at)
    for person in (world.organizer, world.second_organizer):
        opening.approve_opening(world.session, demand, by=world.actor_of(person), now=world.now)
    return opening.open_bids(world.session, demand, by=world.actor_of(world.organizer), now=world.now)


def verdicts(**wanting: str) -> dict[str, dict[str, Any]]:
    """Yes on every point but those named, which are `curable` or `fatal`."""
    rows: dict[str, dict[str, Any]] = {each.value: {"verdict": "yes"} for each in CheckPoint}
    for point, severity in wanting.items():
        rows[point] = {"verdict": "no", "severity": severity, "reason": "签字页缺失"}
    return rows


def check_by_both(world: World, bid: Bid, **wanting: str) -> None:
    """Both officers hand in the same check."""
    people: list[User] = [world.organizer, world.second_organizer]
    for person in people:
        checks.record_check(
            world.session, bid, verdicts=verdicts(**wanting), by=world.actor_of(person), now=world.now
        )
