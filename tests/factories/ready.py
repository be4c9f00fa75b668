"""For every transition and every state it leaves: a thing with which it succeeds."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.core.clock import add_months, day_of
from app.core.digests import digest
from app.models import states as st
from app.models.awards import Notice
from app.models.base import State
from app.models.demands import Demand
from app.models.procedure_codes import (
    EndReason,
    NoticeKind,
    Remedy,
    ReplicationKind,
    RescoreReason,
)
from app.workflow import Transition, Workflow
from tests.factories.accounts import make_expert, make_organisation
from tests.factories.awards import make_award, make_notice, make_objection
from tests.factories.bids import make_bid, make_checks, make_opening_approvals
from tests.factories.contracts import (
    make_change,
    make_contract,
    make_milestone,
    make_payment,
    make_subsidy,
    sign_contract,
)
from tests.factories.demands import make_demand
from tests.factories.outcomes import (
    judge_acceptance,
    make_acceptance,
    make_demonstration,
    make_replication,
)
from tests.factories.reviews import make_assignment, make_panel, make_sheet
from tests.factories.rounds import make_round

if TYPE_CHECKING:
    from tests.factories.world import World

Maker = Callable[["World", Any], Any]


def plain_sheet(world: "World", state: st.SheetState) -> Any:
    """A sheet of a panel's second seat, whose expert is the world's expert; the chair is another."""
    demand = make_demand(world, st.DemandState.REVIEWING)
    panel = make_panel(world, demand=demand)
    bid = make_bid(world, st.BidState.ELIGIBLE, demand=demand)
    return make_sheet(world, state, seat=panel.assignments[1], bid=bid)


# How a thing of each workflow is made in any state, valid and no more.
PLAIN: dict[str, Maker] = {
    "organisation": make_organisation,
    "expert": make_expert,
    "round": make_round,
    "demand": make_demand,
    "bid": make_bid,
    "assignment": make_assignment,
    "sheet": plain_sheet,
    "award": make_award,
    "notice": make_notice,
    "objection": make_objection,
    "contract": make_contract,
    "milestone": make_milestone,
    "payment_line": make_payment,
    "change_request": make_change,
    "subsidy": make_subsidy,
    "acceptance": make_acceptance,
    "demonstration": make_demonstration,
    "replication": make_replication,
}


def ready(world: "World", workflow: Workflow, transition: Transition, state: State) -> Any:
    """A thing in the state for which the transition succeeds; if the clock does it, one that is due now."""
    maker = READY.get(f"{workflow.name}.{transition.action}", PLAIN[workflow.name])
    thing = maker(world, state)
    world.session.flush()
    world.session.expire_all()
    return thing


def _set(thing: Any, **values: Any) -> Any:
    for name, value in values.items():
        setattr(thing, name, value)
    return thing


def _round_to_close(world: "World", state: Any) -> Any:
    now = world.now
    return make_round(
        world,
        state,
        collection_opens_at=now - timedelta(days=30),
        collection_closes_at=now - timedelta(days=1),
    )


def _demand_without_recommender(world: "World", state: Any) -> Any:
    return make_demand(world, state, round_=make_round(world, has_recommender=False))


def _demand_to_approve(world: "World", state: Any) -> Any:
    demand = make_demand(world, state)
    make_sheet(world, st.SheetState.SUBMITTED, demand=demand)
    return demand


def _demand_to_open(world: "World", state: Any) -> Any:
    demand = make_demand(world, state)
    make_opening_approvals(world, demand)
    return demand


def _demand_to_review(world: "World", state: Any) -> Any:
    demand = make_demand(world, state)
    make_bid(world, st.BidState.ELIGIBLE, demand=demand)
    make_panel(world, demand=demand)
    return demand


def _demand_to_conclude(world: "World", state: Any) -> Any:
    demand = make_demand(world, state)
    make_bid(world, st.BidState.RECOMMENDED, demand=demand)
    make_panel(world, demand=demand, is_signed=True)
    return demand


def _demand_to_announce(world: "World", state: Any) -> Any:
    demand = make_demand(world, state)
    make_award(world, st.AwardState.PENDING, bid=make_bid(world, st.BidState.RECOMMENDED, demand=demand))
    return demand


def _demand_to_award(world: "World", state: Any) -> Any:
    demand = make_demand(world, state)
    make_notice(world, st.NoticeState.CLOSED_CLEAN, demand=demand)
    return demand


def _demand_with_free_slot(world: "World", state: Any) -> Any:
    demand = make_demand(world, state)
    make_award(world, st.AwardState.DECLINED, bid=make_bid(world, st.BidState.DECLINED, demand=demand))
    make_bid(world, st.BidState.RESERVE, demand=demand)
    return demand


def _demand_under_contract(world: "World", state: Any) -> Any:
    demand = make_demand(world, state)
    award = make_award(world, st.AwardState.ACTIVE, bid=make_bid(world, st.BidState.AWARDED, demand=demand))
    make_contract(world, award=award)
    return demand


def _bid_on(demand_state: st.DemandState) -> Maker:
    return lambda world, state: make_bid(world, state, demand=make_demand(world, demand_state))


def _checked_bid(world: "World", state: Any) -> Any:
    bid = make_bid(world, state)
    make_checks(world, bid)
    return bid


def _bid_to_cure(world: "World", state: Any) -> Any:
    return make_bid(world, state, cure_points=["seal"], cure_due_at=world.now + timedelta(days=7))


def _bid_to_score(world: "World", state: Any) -> Any:
    return make_bid(world, state, demand=make_demand(world, st.DemandState.REVIEWING), total=81_00)


def _bid_to_win(world: "World", state: Any) -> Any:
    bid = make_bid(world, state)
    make_award(world, st.AwardState.ACTIVE, bid=bid)
    return bid


def _seat_to_accept(world: "World", state: Any) -> Any:
    return make_assignment(world, state, declared_at=world.now, pledged_at=world.now)


def _seat_to_finish(world: "World", state: Any) -> Any:
    demand = make_demand(world, st.DemandState.REVIEWING)
    return make_panel(world, demand=demand, seats=state, is_signed=True).assignments[1]


def _award_with(bid_state: st.BidState, demand_state: st.DemandState) -> Maker:
    def make(world: "World", state: Any) -> Any:
        bid = make_bid(world, bid_state, demand=make_demand(world, demand_state))
        return make_award(world, state, bid=bid)

    return make


def _notice_to_publish(world: "World", state: Any) -> Any:
    last = day_of(world.now) + timedelta(days=7)
    return make_notice(
        world,
        state,
        digest=digest({"title": "公示"}),
        first_on=day_of(world.now) + timedelta(days=1),
        last_on=last,
        ends_at=world.now + timedelta(days=8),
    )


def _notice_to_end(world: "World", state: Any) -> Any:
    return make_notice(world, state, ends_at=world.now)


def _notice_to_end_with_objection(world: "World", state: Any) -> Any:
    notice = _notice_to_end(world, state)
    make_objection(world, st.ObjectionState.ANSWERED, notice=notice)
    return notice


def _decided_objection(world: "World", state: Any) -> Any:
    return make_objection(world, state, remedy=Remedy.NEXT_RANK, decision="异议成立，取消其资格。")


def _objection_to_answer(world: "World", state: Any) -> Any:
    objection = make_objection(world, state, reply="您提出的异议已核查完毕。")
    return _set(objection, remedied_at=world.now if objection.remedy else None)


def _contract_to_activate(world: "World", state: Any) -> Any:
    contract = make_contract(world, state)
    sign_contract(world, contract)
    return contract


def _contract_to_close(world: "World", state: Any) -> Any:
    contract = make_contract(world, state)
    make_acceptance(world, st.AcceptanceState.PASSED, contract=contract)
    _ended_notice(world, NoticeKind.ACCEPTANCE, contract.demand, acceptance_id=contract.acceptance.id)
    return contract


def _contract_to_end(world: "World", state: Any) -> Any:
    contract = make_contract(world, state, end_reason=EndReason.MARKET_GONE)
    _ended_notice(world, NoticeKind.TERMINATION, contract.demand, contract_id=contract.id)
    return contract


def _ended_notice(world: "World", kind: NoticeKind, demand: Demand, **about: Any) -> Notice:
    return make_notice(world, st.NoticeState.CLOSED_CLEAN, kind=kind, round_id=demand.round_id, **about)


def _milestone_to_submit(world: "World", state: Any) -> Any:
    return make_milestone(world, state, report="已完成原型系统并通过院内演示。")


def _payment_to_request(world: "World", state: Any) -> Any:
    line = make_payment(world, state)
    _set(line.milestone, state=st.MilestoneState.MET, submitted_at=world.now, decided_at=world.now)
    return line


def _payment_to_pay(world: "World", state: Any) -> Any:
    line = make_payment(world, state)
    return _set(line, paid_fen=line.planned_fen, paid_on=day_of(world.now), voucher_number="PZ-2026-0007")


def _subsidy_to_pay(world: "World", state: Any) -> Any:
    return make_subsidy(world, state, paid_on=day_of(world.now), voucher_number="CZ-2026-0003")


def _acceptance_to_review(world: "World", state: Any) -> Any:
    acceptance = make_acceptance(world, state)
    make_panel(world, acceptance=acceptance)
    return acceptance


def _judged_acceptance(world: "World", state: Any) -> Any:
    acceptance = make_acceptance(world, state)
    judge_acceptance(world, acceptance)
    return acceptance


def _unrectified_acceptance(world: "World", state: Any) -> Any:
    return make_acceptance(world, state, rectify_due_on=day_of(world.now) - timedelta(days=1))


def _demonstration_after(kind: NoticeKind) -> Maker:
    def make(world: "World", state: Any) -> Any:
        demonstration = make_demonstration(world, state)
        _set(demonstration, number=demonstration.number or f"SF-{demonstration.id.hex[:8]}")
        _ended_notice(world, kind, demonstration.demand, demonstration_id=demonstration.id)
        return demonstration

    return make


def _overdue_demonstration(world: "World", state: Any) -> Any:
    today = day_of(world.now)
    last = add_months(today, -18)
    return make_demonstration(world, state, listed_at=world.now - timedelta(days=600), last_report_on=last)


def _adoption(world: "World", state: Any) -> Any:
    return make_replication(
        world,
        state,
        kind=ReplicationKind.COPY,
        adopted_on=day_of(world.now),
        contract_fen=800_000_00,
    )


def _proved_effect(world: "World", state: Any) -> Any:
    rows = [{"indicator": "平均报告时间", "before": "120", "after": "36", "unit": "小时"}]
    return make_replication(world, state, effect="平均报告时间明显缩短。", effect_rows=rows)


# Where the plain thing is not enough.
READY: dict[str, Maker] = {
    "round.close": _round_to_close,
    "demand.recommend": lambda world, state: make_demand(world, state, recommend_opinion="同意推荐。"),
    "demand.pass_on": _demand_without_recommender,
    "demand.approve": _demand_to_approve,
    "demand.merge": lambda world, state: make_demand(
        world, state, merged_into_id=make_demand(world, state).id
    ),
    "demand.publish": lambda world, state: make_demand(
        world, state, closes_at=world.now + timedelta(days=35)
    ),
    "demand.publish_on_time": lambda world, state: make_demand(
        world, state, publish_at=world.now, closes_at=world.now + timedelta(days=35)
    ),
    "demand.close": lambda world, state: make_demand(world, state, closes_at=world.now),
    "demand.open_bids": _demand_to_open,
    "demand.start_review": _demand_to_review,
    "demand.conclude_review": _demand_to_conclude,
    "demand.publish_notice": _demand_to_announce,
    "demand.award": _demand_to_award,
    "demand.invite_next_rank": _demand_with_free_slot,
    "demand.complete": _demand_under_contract,
    "demand.withdraw_after_closing": lambda world, state: make_demand(
        world, state, withdrawal_request="经营计划调整，申请撤榜。", supervisor_note="情况属实。"
    ),
    "bid.open": _bid_on(st.DemandState.CLOSED),
    "bid.ask_cure": _bid_to_cure,
    "bid.miss_cure": lambda world, state: make_bid(world, state, cure_due_at=world.now),
    "bid.pass_check": _checked_bid,
    "bid.fail_check": _checked_bid,
    "bid.score": _bid_to_score,
    "bid.check_again": _bid_on(st.DemandState.SCREENING),
    "bid.win": _bid_to_win,
    "assignment.accept": _seat_to_accept,
    "assignment.finish": _seat_to_finish,
    "sheet.return": lambda world, state: _set(plain_sheet(world, state), return_reason=RescoreReason.OUTLIER),
    "award.activate": _award_with(st.BidState.RECOMMENDED, st.DemandState.AWARDED),
    "award.decline": _award_with(st.BidState.DECLINED, st.DemandState.AWARDED),
    "notice.publish": _notice_to_publish,
    "notice.end_clean": _notice_to_end,
    "notice.end_with_objection": _notice_to_end_with_objection,
    "objection.admit": lambda world, state: make_objection(world, state, reply_due_on=day_of(world.now)),
    "objection.uphold": _decided_objection,
    "objection.partly_uphold": _decided_objection,
    "objection.dismiss": _decided_objection,
    "objection.ask_reexamination": lambda world, state: make_objection(
        world, state, reexamination_grounds="有新的证据材料。"
    ),
    "objection.answer": _objection_to_answer,
    "contract.activate": _contract_to_activate,
    "contract.close": _contract_to_close,
    "contract.terminate": _contract_to_end,
    "contract.revoke": _contract_to_end,
    "milestone.submit": _milestone_to_submit,
    "payment_line.request": _payment_to_request,
    "payment_line.pay": _payment_to_pay,
    "change_request.approve": lambda world, state: make_change(world, state, has_owner_consent=True),
    "subsidy.pay": _subsidy_to_pay,
    "acceptance.start_review": _acceptance_to_review,
    "acceptance.pass": _judged_acceptance,
    "acceptance.require_rectification": _judged_acceptance,
    "acceptance.conclude": _judged_acceptance,
    "acceptance.fail": _judged_acceptance,
    "acceptance.fail_unrectified": _unrectified_acceptance,
    "demonstration.list": _demonstration_after(NoticeKind.DEMONSTRATION),
    "demonstration.suspend_overdue": _overdue_demonstration,
    "demonstration.delist": _demonstration_after(NoticeKind.DELISTING),
    "replication.adopt": _adoption,
    "replication.verify": _proved_effect,
}
