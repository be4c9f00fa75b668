"""From closing to the end of the public notice: opening, formal check, review, decision, notice, objections."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.awards import services as awards
from app.bids import checks, opening
from app.core.clock import start_of_day
from app.experts import seats
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.procedure_codes import CheckPoint, ObjectionType, ObjectorKind, Remedy, RubricKind
from app.models.reviews import Panel
from app.models.states import BidState, DemandState, ObjectionState
from app.notices import services as notices
from app.objections import services as objections
from app.reviews import services as reviews
from app.scoring import services as scoring
from app.workflow import move
from seed.demo.listing import Plan
from seed.demo.names import person_name
from seed.demo.play import Play

REPORT = "评审组依据公布的评分标准独立评分，汇总去掉一个最高分和一个最低分后取平均值，一致同意按得分排序提出推荐意见。"


def open_bids(play: Play, plan: Plan) -> Iterator[datetime]:
    """Both named officers agree, then the bids are opened. With no bid the demand ends without award."""
    demand = demand_of(plan)
    opening.approve_opening(play.session, demand, by=play.cast.officer(0), now=play.now)
    yield play.later(hours=1)
    opening.approve_opening(play.session, demand, by=play.cast.officer(1), now=play.now)
    yield play.later(hours=1)
    opening.open_bids(play.session, demand, by=play.cast.officer(0), now=play.now)
    yield play.day_after(2, 10)


def check(
    play: Play, plan: Plan, failing: tuple[int, ...] = (), curing: tuple[int, ...] = ()
) -> Iterator[datetime]:
    """Two officers check every bid; some need a cure, some fail."""
    opened = [bid for bid in plan.bids if bid.state is BidState.OPENED]
    for index, bid in enumerate(opened):
        if index in curing:
            yield from _checked_by_two(play, bid, CheckPoint.SEAL, "curable", "承诺书缺少法定代表人签字。")
            yield from _cure(play, bid)
        passes = index not in failing
        if passes:
            yield from _checked_by_two(play, bid, None, None, "")
        else:
            yield from _checked_by_two(play, bid, CheckPoint.QUALIFICATIONS, "fatal", "资质证明已过有效期。")
        reason = None if passes else "所提供的资质证明已过有效期，且未在截止前更新。"
        checks.decide(play.session, bid, passes=passes, by=play.cast.officer(0), now=play.now, reason=reason)
    yield play.day_after(1, 15)


def _checked_by_two(
    play: Play, bid: Bid, point: CheckPoint | None, severity: str | None, why: str
) -> Iterator[datetime]:
    for number in (0, 1):
        verdicts: dict[str, Any] = {
            each.value: {"verdict": "yes", "severity": None, "reason": ""} for each in CheckPoint
        }
        verdicts[CheckPoint.BLIND_COPY.value]["verdict"] = "na"
        if point is not None:
            verdicts[point.value] = {"verdict": "no", "severity": severity, "reason": why}
        checks.record_check(play.session, bid, verdicts=verdicts, by=play.cast.officer(number), now=play.now)
        yield play.later(hours=2)


def _cure(play: Play, bid: Bid) -> Iterator[datetime]:
    request = "承诺书缺少法定代表人签字，请补正。"
    points = [CheckPoint.SEAL]
    checks.ask_cure(play.session, bid, points=points, request=request, by=play.cast.officer(0), now=play.now)
    yield play.day_after(2, 10)
    lead = next(key for key, unit in play.cast.units.items() if unit.organisation.id == bid.lead_id)
    checks.hand_in_cure(play.session, bid, by=play.cast.actor(lead), now=play.now)
    yield play.day_after(1, 9)


def review(play: Play, plan: Plan, best: float = 0.88, step: float = 0.07) -> Iterator[datetime]:
    """Panel, pledges, sheets, totals, report, conclusion. `best` is the quality of the best bid, `step` the distance."""
    demand = demand_of(plan)
    panel = reviews.draw_review_panel(
        play.session, demand, by=play.cast.officer(0), now=play.now, seed=f"演示-{plan.key}"
    )
    seat_panel(play, panel)
    yield play.day_after(2, 9)
    take_seats(play, panel)
    chair = next(each for each in panel.assignments if not each.is_reserve)
    seats.choose_chair(play.session, panel, chair, by=play.cast.officer(0), now=play.now)
    reviews.start_review(play.session, demand, by=play.cast.officer(0), now=play.now)
    yield play.day_after(5, 10)
    if plan.ending == "reviewing":
        score(play, plan, panel, best=best, step=step, limit=2)
        return
    score(play, plan, panel, best=best, step=step)
    yield play.day_after(1, 10)
    reviews.compute_totals(play.session, demand, by=play.cast.officer(0), now=play.now)
    leader = play.cast.expert(chair.expert_id)
    opinions = {
        bid.id: "方案总体可行，建议在合同中细化阶段目标。"
        for bid in plan.bids
        if bid.state is BidState.SCORED
    }
    reviews.draft_report(play.session, panel, text=REPORT, opinions=opinions, by=leader, now=play.now)
    yield play.later(hours=3)
    play.each_seat(panel, lambda _seat, by: reviews.sign_report(play.session, panel, by=by, now=play.now))
    yield play.day_after(1, 16)
    reviews.conclude_review(play.session, demand, by=play.cast.officer(0), now=play.now)
    yield play.day_after(2, 10)


def seat_panel(play: Play, panel: Panel) -> None:
    """Invite everybody drawn."""
    seats.invite_all(play.session, panel, by=play.cast.officer(0), now=play.now)


def take_seats(play: Play, panel: Panel) -> None:
    """Every invited member declares, signs the pledge and accepts."""

    def take(seat: Any, by: Any) -> None:
        seats.declare(play.session, seat, [], by=by, now=play.now)
        seats.sign_pledge(play.session, seat, by=by, now=play.now)
        seats.accept(play.session, seat, by=by, now=play.now)

    play.each_seat(panel, take)


def score(
    play: Play, plan: Plan, panel: Panel, *, best: float, step: float, limit: int | None = None
) -> None:
    """Every member scores every eligible bid, the first one best."""
    rubric = play.rounds[plan.round_key].rubric(RubricKind.BID)
    eligible = [bid for bid in plan.bids if bid.state is BidState.ELIGIBLE]
    for index, bid in enumerate(eligible):

        def write(seat: Any, by: Any, bid: Bid = bid, quality: float = best - step * index) -> None:
            sheet = scoring.sheet_for(
                play.session,
                rubric=panel.rubric,
                author_id=by.user_id,
                now=play.now,
                assignment=seat,
                bid=bid,
            )
            play.fill_sheet(sheet, rubric or panel.rubric, quality, plan.chance)

        seated = [each for each in panel.assignments if not each.is_reserve][:limit]
        for seat in seated:
            write(seat, play.cast.expert(seat.expert_id))


def decide(play: Play, plan: Plan) -> None:
    """The organiser follows the ranking."""
    demand = demand_of(plan)
    chosen = [bid for bid in plan.bids if bid.state is BidState.RECOMMENDED][: max(1, demand.lanes)]
    choices = [{"bid": bid, "amount_fen": bid.price_fen, "fiscal_fen": 0, "lane": None} for bid in chosen]
    awards.decide(
        play.session,
        demand,
        choices=choices,
        basis="经公开申报、形式审查、专家评审和行政决策，按评审排序确定。",
        by=play.cast.officer(0),
        now=play.now,
    )


def announce(play: Play, plan: Plan) -> Iterator[datetime]:
    """The award stands on public notice until its last day is over."""
    notice = notices.publish_award_notice(
        play.session, demand_of(plan), by=play.cast.officer(0), now=play.now
    )
    if plan.ending == "in_notice":
        return
    if plan.ending in ("objection", "upheld"):
        yield start_of_day(notice.first_on or plan.publish_on) + timedelta(hours=11)
        yield from object_to(play, plan, notice)
        return
    yield play.when_over(notice, 10)


def object_to(play: Play, plan: Plan, notice: Any) -> Iterator[datetime]:
    """A person objects; the supervisor names a handler, who admits it; then it is upheld, or stays open."""
    award = next(each for each in demand_of(plan).awards if each.state.value == "pending")
    objection, _key = objections.file_objection(
        play.session,
        notice,
        by=play.cast.actor("b09"),
        now=play.now,
        objection_type=ObjectionType.FALSE_MATERIAL,
        facts="拟揭榜单位申报书所列类似案例的实施单位与公开信息不一致，附公开网页截图说明。",
        objector_kind=ObjectorKind.PERSON,
        objector_name=person_name(777),
        objector_identity="420100199001010011",
        objector_contact="19900000777",
        evidence_note="网页截图两张",
        award_id=award.id,
    )
    yield play.later(hours=4)
    supervisor = play.cast.units["supervisor"].person
    objections.assign_handler(
        play.session, objection, handler_id=supervisor.id, by=play.cast.actor("supervisor"), now=play.now
    )
    objections.admit(play.session, objection, by=play.cast.actor("supervisor"), now=play.now)
    if plan.ending == "objection":
        return
    yield play.day_after(3, 10)
    handler = play.cast.actor("supervisor")
    objections.decide(
        play.session,
        objection,
        outcome=ObjectionState.UPHELD,
        decision="经核实，所列案例的合同主体并非申报单位，材料不实。",
        public_summary="异议成立，取消原拟揭榜单位资格，由下一名次递补。",
        by=handler,
        now=play.now,
        remedy=Remedy.NEXT_RANK,
    )
    objections.carry_out_remedy(play.session, objection, by=handler, now=play.now)
    objections.answer(
        play.session, objection, reply="经核实异议成立，已按规定处理。感谢监督。", by=handler, now=play.now
    )
    yield play.day_after(2, 10)
    fallen = next(bid for bid in plan.bids if bid.state is BidState.RECOMMENDED)
    move(
        play.session,
        fallen,
        "disqualify",
        by=play.cast.officer(0),
        now=play.now,
        reason="申报材料不实，异议成立。",
    )
    following = next(bid for bid in plan.bids if bid.state is BidState.RESERVE)
    move(play.session, following, "promote", by=play.cast.officer(0), now=play.now)
    plan.ending = plan.extra.get("then", "completed")
    decide(play, plan)
    yield play.day_after(1, 10)
    yield from announce(play, plan)


def decline(play: Play, plan: Plan) -> None:
    """The winner declines, and nobody is left."""
    demand = demand_of(plan)
    award = next(each for each in demand.awards if each.state.value == "active")
    lead = next(key for key, unit in play.cast.units.items() if unit.organisation.id == award.lead_id)
    reason = "核心技术团队调整，无法按期投入，申请放弃揭榜。"
    awards.decline_award(play.session, award, reason=reason, by=play.cast.actor(lead), now=play.now)


def no_award(play: Play, plan: Plan, reason: str) -> None:
    """The organiser records that there is no award."""
    if not has_no_award(plan):
        awards.record_no_award(
            play.session, demand_of(plan), reason=reason, by=play.cast.officer(0), now=play.now
        )


def demand_of(plan: Plan) -> Demand:
    """The plan's demand."""
    if plan.demand is None:
        raise LookupError(plan.key)
    return plan.demand


def has_no_award(plan: Plan) -> bool:
    """Whether the demand has ended without an award."""
    return demand_of(plan).state is DemandState.NO_AWARD
