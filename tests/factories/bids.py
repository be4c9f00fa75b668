"""Bids with a sealed version, the parties they bind, opening approvals and formal checks."""

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.core.digests import digest
from app.models.accounts import Organisation, User
from app.models.bids import Bid, BidFile, BidParty, BidVersion, FormalCheck, OpeningApproval
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot, CheckPoint, PartyRole
from app.models.states import BidState as B
from app.models.states import DemandState as S
from tests.factories.accounts import make_organisation
from tests.factories.demands import make_demand

if TYPE_CHECKING:
    from tests.factories.world import World

_serial = count(1)

PRICE_FEN = 2_800_000_00
DEMAND_STATE = {
    B.DRAFT: S.OPEN,
    B.SUBMITTED: S.OPEN,
    B.WITHDRAWN: S.OPEN,
    B.LAPSED: S.CLOSED,
    B.OPENED: S.SCREENING,
    B.NEEDS_CURE: S.SCREENING,
    B.ELIGIBLE: S.SCREENING,
    B.INELIGIBLE: S.SCREENING,
    B.SCORED: S.REVIEWING,
    B.SHORTLISTED: S.REVIEWING,
    B.RECOMMENDED: S.RECOMMENDED,
    B.RESERVE: S.RECOMMENDED,
    B.NOT_SELECTED: S.RECOMMENDED,
    B.AWARDED: S.AWARDED,
    B.DECLINED: S.AWARDED,
    B.DISQUALIFIED: S.SCREENING,
}
SEALED = frozenset(B) - {B.DRAFT, B.LAPSED}
OPENED = SEALED - {B.SUBMITTED, B.WITHDRAWN}
JUDGED = frozenset({B.SCORED, B.SHORTLISTED, B.RECOMMENDED, B.RESERVE, B.NOT_SELECTED, B.AWARDED, B.DECLINED})


def make_bid(
    world: "World",
    state: B = B.SUBMITTED,
    *,
    demand: Demand | None = None,
    lead: Organisation | None = None,
    content: dict[str, Any] | None = None,
    **more: Any,
) -> Bid:
    """A bid in the state, on a demand in a state that goes with it; 2,800,000 yuan, ten months.

    The lead is the first of bidder, other_bidder, third_bidder that has no bid on the demand yet, else a new unit."""
    serial = next(_serial)
    demand = demand or make_demand(world, DEMAND_STATE[state])
    lead = lead or _next_lead(world, demand)
    values = {"author_id": _author(world, lead).id} | _course(world, state, demand, serial) | more
    bid = Bid(demand_id=demand.id, lead_id=lead.id, state=state, **values)
    bid.parties = [
        BidParty(
            demand_id=demand.id, uscc=lead.uscc, name=lead.name, role=PartyRole.LEAD, is_live=bid.is_live
        )
    ]
    world.add(bid)
    make_version(world, bid, content=content, is_sealed=state in SEALED, number=1)
    return bid


def make_version(
    world: "World",
    bid: Bid,
    *,
    content: dict[str, Any] | None = None,
    is_sealed: bool = True,
    number: int = 1,
    **more: Any,
) -> BidVersion:
    """A version of the bid's content with its main file; sealed an hour before closing, or an hour ago."""
    demand = bid.demand
    moment = min(world.now, demand.closes_at) - timedelta(hours=1)
    values: dict[str, Any] = {
        "content": content if content is not None else bid_content(world, bid),
        "author_id": bid.author_id,
        "created_at": moment,
        "saved_at": moment,
    }
    if is_sealed:
        values |= {
            "sealed_at": moment,
            "closes_at": demand.closes_at,
            "demand_edition": demand.edition,
            "nonce": "0f" * 32,
            "commitment": digest({"bid": str(bid.id), "number": number}),
            "receipt_number": f"HZ-{bid.id.hex[:12]}-{number}",
        }
    version = BidVersion(bid_id=bid.id, number=number, **(values | more))
    version.files = [
        BidFile(
            slot=BidSlot.PROPOSAL,
            name="揭榜申报书.pdf",
            media_type="application/pdf",
            size=48_213,
            sha256="ab" * 32,
            storage_name=f"{bid.id.hex[:31]}{number % 10}",
            created_at=moment,
        )
    ]
    return world.add(version)


def bid_content(world: "World", bid: Bid) -> dict[str, Any]:
    """What a bid says: an answer to every indicator, plan, team and a budget that adds up."""
    lead = world.session.get(Organisation, bid.lead_id)
    return {
        "title": "面向病理切片的多中心智能辅助诊断方案",
        "price_fen": PRICE_FEN,
        "duration_months": 10,
        "fiscal_ask_fen": 0,
        "understanding": "以自监督大模型为底座，结合本院数据微调，分三期上线。",
        "lead": {"name": lead.name if lead else "", "uscc": lead.uscc if lead else ""},
        "responses": [
            {
                "indicator_id": str(each.id),
                "promised_value": str(each.target),
                "deviation": "none",
                "basis": "同类项目实测结果",
                "test_plan": "按第三方检测结果交付",
            }
            for each in bid.demand.indicators
        ],
        "milestones": [
            {
                "name": name,
                "start_month": start,
                "end_month": end,
                "pay_percent": percent,
                "deliverable": deliverable,
                "check": check,
            }
            for name, start, end, percent, deliverable, check in (
                ("方案与原型", 1, 3, 20_00, "原型系统", "现场演示"),
                ("试运行", 4, 7, 30_00, "试运行报告", "运行记录"),
                ("全院部署", 8, 10, 50_00, "正式系统", "第三方检测"),
            )
        ],
        "budget": [
            {"source": "owner", "item": "staff", "year": 2026, "amount_fen": 1_800_000_00},
            {"source": "owner", "item": "equipment", "year": 2026, "amount_fen": 600_000_00},
            {"source": "self", "item": "testing", "year": 2027, "amount_fen": 400_000_00},
        ],
        "leader": {"name": "柯北辰", "title": "高级工程师", "phone": "027-87659988"},
        "members": [],
        "team": [{"name": "柯北辰", "role": "项目负责人", "person_months": 10}],
        "pledges": dict.fromkeys(("integrity", "truth", "unrelated", "no_repeat", "confidentiality"), True),
    }


def make_opening_approvals(world: "World", demand: Demand, people: list[User] | None = None) -> None:
    """The consent of both named officers to the opening."""
    for user in people or [world.organizer, world.second_organizer]:
        world.session.add(OpeningApproval(demand_id=demand.id, user_id=user.id, at=world.now))
    world.session.flush()


def make_checks(world: "World", bid: Bid, people: list[User] | None = None, *, attempt: int = 1) -> None:
    """The formal check of both officers, every point in order."""
    verdicts = {point.value: {"verdict": "yes", "severity": None, "reason": ""} for point in CheckPoint}
    for user in people or [world.organizer, world.second_organizer]:
        world.session.add(
            FormalCheck(bid_id=bid.id, officer_id=user.id, attempt=attempt, verdicts=verdicts, at=world.now)
        )
    world.session.flush()


def _next_lead(world: "World", demand: Demand) -> Organisation:
    taken = set(world.session.scalars(select(Bid.lead_id).where(Bid.demand_id == demand.id)))
    for lead in (world.bidder_org, world.other_bidder_org, world.third_bidder_org):
        if lead.id not in taken:
            return lead
    return make_organisation(world)


def _author(world: "World", lead: Organisation) -> User:
    for key in ("bidder", "other_bidder", "third_bidder"):
        if world.orgs[key].id == lead.id:
            return world.people[key]
    return world.bidder


def _course(world: "World", state: B, demand: Demand, serial: int) -> dict[str, Any]:
    closes_at = demand.closes_at
    values: dict[str, Any] = {
        "created_at": closes_at - timedelta(days=20),
        "is_live": state not in (B.WITHDRAWN, B.LAPSED),
        "confirmed_edition": demand.edition,
        "sealed_version": 0,
    }
    if state in SEALED:
        values |= {"submitted_at": min(world.now, closes_at) - timedelta(hours=1), "sealed_version": 1}
    if state is B.WITHDRAWN:
        values["withdrawn_at"] = world.now
    if state in OPENED:
        values |= {
            "opened_at": world.now,
            "number": f"{demand.number}-B{serial:02d}",
            "title": "面向病理切片的多中心智能辅助诊断方案",
            "price_fen": PRICE_FEN,
            "duration_months": 10,
            "fiscal_ask_fen": 0,
        }
    if state is B.NEEDS_CURE:
        values |= {
            "cure_points": [CheckPoint.SEAL.value],
            "cure_request": "请补充法定代表人签字页。",
            "cure_requested_at": world.now,
            "cure_due_at": world.now + timedelta(days=7),
        }
    if state in JUDGED:
        values |= {"total": 82_50, "rank": 1, "is_above_line": True}
    if state is B.DECLINED:
        values["declined_at"] = world.now
    return values
