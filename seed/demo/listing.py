"""From the draft to the closing of bids: how a demand comes onto the list and who bids on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from random import Random
from typing import Any

from app.bids import services as bids
from app.bids.documents import has_own_funds
from app.core.clock import day_of, start_of_day
from app.demands import services as demands
from app.models.bids import Bid
from app.models.codes import AwardMode
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot
from app.vetting import services as vetting
from app.workflow import move
from seed.demo.bid_text import bid_content
from seed.demo.demand_text import demand_rows, demand_values, owner_of
from seed.demo.names import person_name, phone
from seed.demo.play import Play

SLOTS = {
    BidSlot.PROPOSAL: "揭榜申报书",
    BidSlot.LICENCE: "营业执照",
    BidSlot.COMMITMENT: "承诺书",
    BidSlot.CREDIT_REPORT: "信用报告",
}
ANSWER = "该条件由业务安全要求决定，已向论证人员说明，不影响其他单位参与。"


@dataclass
class Plan:
    """What becomes of one demand."""

    key: str
    round_key: str
    publish_on: date
    window_days: int = 36
    bidders: tuple[str, ...] = ()
    ending: str = "open"
    award_mode: AwardMode = AwardMode.SINGLE
    lanes: int = 1
    extra: dict[str, Any] = field(default_factory=dict)
    demand: Demand | None = None
    bids: list[Bid] = field(default_factory=list)

    @property
    def row(self) -> dict[str, Any]:
        """The demand's row in the files."""
        return demand_rows()[self.key]

    @property
    def owner(self) -> str:
        """The key of the owner's unit in the cast."""
        return owner_of(self.row)[1]

    @cached_property
    def chance(self) -> Random:
        """Chance of its own, the same in every playing."""
        return Random(self.key)  # noqa: S311 - invented data, the same each time


def draft(play: Play, plan: Plan) -> None:
    """The owner writes the demand."""
    unit = play.cast.units[plan.owner]
    number = sum(map(ord, plan.key)) % 4000
    values = demand_values(plan.key) | {
        "award_mode": plan.award_mode,
        "lanes": plan.lanes,
        "legal_rep": unit.organisation.legal_rep,
        "contact_name": person_name(4000 + number),
        "contact_phone": phone(number),
        "contact_email": unit.person.email,
    }
    plan.demand = demands.create_demand(
        play.session,
        round_=play.rounds[plan.round_key],
        by=play.cast.actor(plan.owner),
        now=play.now,
        **values,
    )


def submit(play: Play, plan: Plan) -> None:
    """The owner answers the fairness check and submits."""
    demand = _of(plan)
    owner = play.cast.actor(plan.owner)
    findings = [row for row in demand.findings if not row.get("answer")]
    if findings:
        answers = dict.fromkeys(range(len(demand.findings)), ANSWER)
        demands.answer_findings(play.session, demand, answers=answers, by=owner, now=play.now)
    demands.submit_demand(play.session, demand, by=owner, now=play.now)


def recommend(play: Play, plan: Plan) -> None:
    """The city's unit recommends."""
    opinion = "需求真实、指标可测、实施条件具备，拟同意推荐。"
    recommender = play.cast.actor(f"r{plan.row['region']}")
    demands.recommend_demand(play.session, _of(plan), opinion=opinion, by=recommender, now=play.now)


def vet(play: Play, plan: Plan, share: float = 0.85) -> None:
    """Two officers score the demand."""
    rubric = next(each for each in play.rounds[plan.round_key].rubrics if each.kind.value == "demand")
    for number in (0, 1):
        scores = {each.code: (int(each.max_score * share) // 100 * 100, "") for each in rubric.criteria}
        vetting.vet_demand(
            play.session,
            _of(plan),
            by=play.cast.officer(number),
            now=play.now,
            scores=scores,
            advice_text="建议细化数据提供方式和试运行安排。",
        )


def publish(play: Play, plan: Plan) -> None:
    """The organiser publishes the listing."""
    closes_at = play.day_after(plan.window_days, 17)
    demands.publish_demand(
        play.session, _of(plan), closes_at=closes_at, by=play.cast.officer(0), now=play.now
    )


def until_published(play: Play, plan: Plan) -> Iterator[datetime]:
    """Draft, submission, recommendation, vetting, approval, publication on the planned day."""
    if plan.demand is None:
        draft(play, plan)
        yield play.day_after(1, 15)
    submit(play, plan)
    yield play.day_after(2, 11)
    recommend(play, plan)
    yield play.day_after(4, 16)
    vet(play, plan)
    yield play.later(hours=2)
    vetting.approve_demand(play.session, _of(plan), by=play.cast.officer(0), now=play.now)
    yield max(start_of_day(plan.publish_on).replace(minute=5), play.later(hours=1))
    publish(play, plan)


def bidding(play: Play, plan: Plan) -> Iterator[datetime]:
    """Every bidder of the plan starts, saves, attaches and submits, spread over the window."""
    yield play.day_after(3, 9)
    for index, key in enumerate(plan.bidders):
        _bid(play, plan, key)
        left = plan.window_days - 6
        yield play.day_after(max(1, left // (len(plan.bidders) + 1)), 9 + index % 8)


def ask_and_answer(play: Play, plan: Plan) -> Iterator[datetime]:
    """A firm asks, the owner answers everybody."""
    asker = play.cast.actor("b0" + str(1 + sum(map(ord, plan.key)) % 9))
    question = demands.ask_question(
        play.session,
        _of(plan),
        text="历史数据是否可以在签订保密承诺后先行查看样例？标注口径由哪一方确定？",
        by=asker,
        now=play.now,
    )
    yield play.day_after(2, 14)
    demands.answer_question(
        play.session,
        question,
        answer="可提供 200 条脱敏样例在现场查看；标注口径由发榜方业务部门牵头，双方共同确认。",
        by=play.cast.actor(plan.owner),
        now=play.now,
    )


def _bid(play: Play, plan: Plan, key: str) -> None:
    demand = _of(plan)
    by = play.cast.actor(key)
    play.bid_count += 1
    bid = bids.start_bid(play.session, demand, by=by, now=play.now)
    content = bid_content(demand, bid.lead, play.bid_count, today=day_of(play.now))
    bids.save_bid(play.session, bid, content=content, by=by, now=play.now)
    for slot, title in _slots(content).items():
        bids.add_file(
            play.session,
            bid,
            slot=slot,
            saved=play.upload(f"{title}{play.bid_count:04d}"),
            by=by,
            now=play.now,
        )
    bids.submit_bid(play.session, bid, by=by, now=play.now)
    plan.bids.append(bid)


def _slots(content: dict[str, Any]) -> dict[BidSlot, str]:
    """The files of a bid that says this."""
    found = SLOTS | {BidSlot.CASES: "案例证明"}
    if content["members"]:
        found |= {BidSlot.CONSORTIUM: "联合体协议"}
    if has_own_funds(content):
        found |= {BidSlot.SELF_FUNDING: "自筹资金银行证明"}
    return found


def send_back(play: Play, plan: Plan) -> None:
    """The organiser sends the demand back with what to change."""
    _of(plan).returned_fields = [{"field": "pain_point", "message": "请补充近 12 个月的现状数据。"}]
    reason = "现状数据不足，请补充后再报。"
    move(play.session, _of(plan), "send_back", by=play.cast.officer(0), now=play.now, reason=reason)


def _of(plan: Plan) -> Demand:
    if plan.demand is None:
        raise LookupError(f"{plan.key} has no demand yet")
    return plan.demand
