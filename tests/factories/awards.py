"""Awards, public notices and objections."""

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from app.core.clock import day_of, end_of_day
from app.core.digests import digest
from app.models.awards import Award, Notice, Objection
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.procedure_codes import NoticeKind, ObjectionType, ObjectorKind, Remedy
from app.models.rounds import Round
from app.models.states import AwardState as A
from app.models.states import BidState, DemandState
from app.models.states import NoticeState as N
from app.models.states import ObjectionState as O
from tests.factories.bids import PRICE_FEN, make_bid
from tests.factories.demands import make_demand

if TYPE_CHECKING:
    from tests.factories.world import World

# Far from the numbers that services give, which count from one in each round.
_serial = count(501)

# The states of bid and demand that go with an award.
AROUND = {
    A.PENDING: (BidState.RECOMMENDED, DemandState.RECOMMENDED),
    A.ACTIVE: (BidState.AWARDED, DemandState.AWARDED),
    A.UNSUCCESSFUL: (BidState.RECOMMENDED, DemandState.RECOMMENDED),
    A.CANCELLED: (BidState.DISQUALIFIED, DemandState.AWARDED),
    A.DECLINED: (BidState.DECLINED, DemandState.AWARDED),
}


def make_award(world: "World", state: A = A.PENDING, *, bid: Bid | None = None, **more: Any) -> Award:
    """An award in the state, of slot 1, with bid and demand in states that go with it."""
    if bid is None:
        bid_state, demand_state = AROUND[state]
        bid = make_bid(world, bid_state, demand=make_demand(world, demand_state))
    values: dict[str, Any] = {
        "demand_id": bid.demand_id,
        "slot": 1,
        "max_slots": max(1, bid.demand.lanes),
        "rank": 1,
        "amount_fen": bid.price_fen or PRICE_FEN,
        "basis": "按专家评审排名确定。",
        "decided_by_id": world.organizer.id,
        "decided_at": world.now - timedelta(days=1),
        "activated_at": world.now if state in (A.ACTIVE, A.CANCELLED, A.DECLINED) else None,
        "ended_at": world.now if state in (A.UNSUCCESSFUL, A.CANCELLED, A.DECLINED) else None,
    } | more
    award = world.add(Award(bid_id=bid.id, state=state, **values))
    world.session.expire(bid.demand, ["awards"])
    world.session.expire(bid, ["award"])
    return award


def make_notice(
    world: "World",
    state: N = N.DRAFT,
    *,
    kind: NoticeKind = NoticeKind.AWARD,
    demand: Demand | None = None,
    **more: Any,
) -> Notice:
    """A notice in the state. In force: five days of which today is the second; over: it ended yesterday.

    An award notice is about a demand; other kinds take `acceptance_id`, `demonstration_id` or `contract_id`."""
    serial = next(_serial)
    now, today = world.now, day_of(world.now)
    if kind is NoticeKind.AWARD and demand is None:
        demand = make_demand(world, DemandState.RECOMMENDED if state is N.DRAFT else DemandState.IN_NOTICE)
    round_id = more.pop("round_id", None) or (demand.round_id if demand else world.round.id)
    round_number = world.session.get_one(Round, round_id).number
    values: dict[str, Any] = {
        "kind": kind,
        "round_id": round_id,
        "demand_id": demand.id if demand else None,
        "title": f"关于拟立项揭榜项目的公示（第{serial}号）",
        "body": {
            "legal_basis": "《湖北省人工智能场景揭榜挂帅管理办法》",
            "steps": "经公开申报、形式审查、专家评审",
            "how_to_object": "请以书面形式实名提出异议，并附证据材料。",
            "receiver": "湖北省揭榜挂帅监督组",
            "supervision": "027-87230002",
            "address": "湖北省武汉市武昌区水果湖路",
        },
        "annex": [{"number": "1", "title": "病理切片智能辅助诊断", "lead": "武汉星野智能科技有限公司"}],
        "working_days": 5,
        "author_id": world.organizer.id,
        "created_at": now - timedelta(days=2),
    }
    if state is not N.DRAFT:
        is_over = state in (N.CLOSED_CLEAN, N.CLOSED_WITH_OBJECTION)
        first = today - timedelta(days=8 if is_over else 1)
        last = today - timedelta(days=1) if is_over else today + timedelta(days=5)
        values |= {
            "number": f"{round_number}-N{serial:03d}",
            "document_on": first - timedelta(days=1),
            "first_on": first,
            "last_on": last,
            "ends_at": end_of_day(last),
            "digest": digest({"title": values["title"]}),
            "published_at": now - timedelta(days=10 if is_over else 2),
            "closed_at": end_of_day(last) if is_over else None,
        }
    return world.add(Notice(state=state, **(values | more)))


def make_objection(
    world: "World",
    state: O = O.FILED,
    *,
    notice: Notice | None = None,
    award: Award | None = None,
    **more: Any,
) -> Objection:
    """An objection of the other bidder in the state, on a notice in force, handled by the supervisor."""
    serial = next(_serial)
    now = world.now
    if notice is None:
        notice = make_notice(world, N.IN_FORCE, demand=award.demand if award else None)
    values: dict[str, Any] = {
        "number": f"{notice.number or world.round.number}-O{serial:02d}",
        "notice_id": notice.id,
        "award_id": award.id if award else None,
        "objection_type": ObjectionType.QUALIFICATION,
        "facts": "拟立项单位所附案例合同并非其本单位签订。",
        "evidence_note": "案例合同公开信息截图。",
        "objector_kind": ObjectorKind.UNIT,
        "objector_name": "襄阳云枢信息技术有限公司",
        "objector_identity": world.other_bidder_org.uscc,
        "objector_contact": "0710-3456789",
        "author_id": world.other_bidder.id,
        "handler_id": world.supervisor.id,
        "filed_at": now - timedelta(hours=20),
    }
    if state not in (O.FILED, O.NOT_ADMITTED):
        values |= {"admitted_at": now - timedelta(hours=10), "reply_due_on": day_of(now) + timedelta(days=9)}
    if state in (O.UPHELD, O.PARTLY_UPHELD, O.DISMISSED, O.ANSWERED, O.REEXAMINATION, O.NOT_ADMITTED):
        values |= {"decided_at": now, "decided_by_id": world.supervisor.id}
    if state in (O.UPHELD, O.PARTLY_UPHELD):
        values |= {"remedy": Remedy.NEXT_RANK, "decision": "经核查，案例材料不实，异议成立。"}
    if state in (O.DISMISSED, O.ANSWERED, O.REEXAMINATION):
        values |= {"decision": "经核查，案例材料真实，异议不成立。"}
    if state is O.REEXAMINATION:
        values |= {"reexamination_grounds": "有新的证据材料。", "reexamination_at": now}
    if state is O.ANSWERED:
        values |= {"reply": "您提出的异议已核查完毕。", "answered_at": now}
    objection = world.add(Objection(state=state, **(values | more)))
    world.session.expire(notice, ["objections"])
    return objection
