"""After the notice: contract, milestones, payments, acceptance."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.acceptances import services as acceptances
from app.contracts import services as contracts
from app.core.clock import day_of
from app.milestones import services as milestones
from app.models.contracts import Contract, Milestone
from app.models.outcomes import Acceptance
from app.models.procedure_codes import EndReason, IndicatorVerdict
from app.scoring import services as scoring
from app.workflow import move
from seed.demo import spreading
from seed.demo.choosing import demand_of, take_seats
from seed.demo.listing import Plan
from seed.demo.play import Play

OPINION = "项目资料齐全，考核指标逐项核验，系统运行稳定，经费使用合规，形成的成果可在同类单位推广。"


def delivery(play: Play, plan: Plan) -> Iterator[datetime]:
    """Every award of the demand becomes a contract; the first one goes on to the plan's ending."""
    running = []
    for award in [each for each in demand_of(plan).awards if each.state.value == "active"]:
        contract = contracts.draft_contract(play.session, award, by=play.cast.actor(plan.owner), now=play.now)
        if plan.ending == "drafting":
            return
        yield play.day_after(4, 10)
        move(play.session, contract, "send_for_signature", by=play.cast.actor(plan.owner), now=play.now)
        yield play.day_after(2, 10)
        contracts.sign_contract(play.session, contract, by=play.cast.actor(plan.owner), now=play.now)
        if plan.ending == "in_signature":
            return
        yield play.day_after(2, 15)
        contracts.sign_contract(play.session, contract, by=lead_of(play, contract), now=play.now)
        running.append(contract)
    for contract in running[1:]:
        play.schedule.add(work(play, plan, contract, stop_after=1))
    if plan.ending == "signed":
        return
    yield from work(play, plan, running[0], stop_after=plan.extra.get("milestones"))
    if plan.ending == "terminated":
        yield from terminate(play, running[0])
    elif plan.ending not in ("active", "completed"):
        yield from accept(play, plan, running[0])


def work(play: Play, plan: Plan, contract: Contract, *, stop_after: int | None = None) -> Iterator[datetime]:
    """Milestones are reported, judged and paid, one after the other."""
    for number, milestone in enumerate(contract.milestones):
        if stop_after is not None and number >= stop_after:
            return
        due = max(play.day_after(5, 10), play.now + (milestone.due_on - day_of(play.now)) - timedelta(days=6))
        yield due
        yield from _deliver(play, plan, contract, milestone, fails_first=number == plan.extra.get("reworked"))
        for line in [each for each in contract.payments if each.milestone_id == milestone.id]:
            move(play.session, line, "request", by=lead_of(play, contract), now=play.now)
            yield play.day_after(9, 14)
            milestones.record_payment(
                play.session,
                line,
                paid_on=day_of(play.now),
                voucher_number=f"FK{play.now.year}{line.position:02d}{contract.number[-6:]}",
                by=play.cast.actor(plan.owner),
                now=play.now,
            )


def _deliver(
    play: Play, plan: Plan, contract: Contract, milestone: Milestone, *, fails_first: bool
) -> Iterator[datetime]:
    owner = play.cast.actor(plan.owner)
    _report(play, contract, milestone)
    yield play.day_after(3, 15)
    if fails_first:
        reason = "试运行数据不足 30 天，请补充后再报。"
        move(play.session, milestone, "meet_partly", by=owner, now=play.now, reason=reason)
        yield play.day_after(10, 10)
        _report(play, contract, milestone)
        yield play.day_after(2, 10)
    move(play.session, milestone, "meet", by=owner, now=play.now)


def _report(play: Play, contract: Contract, milestone: Milestone) -> None:
    results = [
        {"indicator": each.name, "measured": f"{each.target}{each.unit}", "note": "阶段实测"}
        for each in contract.indicators[:2]
    ]
    report = f"已完成“{milestone.name}”全部工作，交付物：{milestone.deliverable}。现场连续运行正常，问题清单已关闭。"
    milestones.submit_milestone(
        play.session, milestone, report=report, results=results, by=lead_of(play, contract), now=play.now
    )


def terminate(play: Play, contract: Contract) -> Iterator[datetime]:
    """The project ends early: ground, public notice, termination."""
    officer = play.cast.officer(0)
    contracts.set_end(
        play.session, contract, end_reason=EndReason.MARKET_GONE, clawback_fen=0, by=officer, now=play.now
    )
    notice = contracts.publish_termination(play.session, contract, by=officer, now=play.now)
    yield play.when_over(notice, 10)
    reason = "同类成熟产品已在市场公开供应，继续研发已无必要，双方协商一致。"
    move(play.session, contract, "terminate", by=play.cast.officer(0), now=play.now, reason=reason)


def accept(play: Play, plan: Plan, contract: Contract) -> Iterator[datetime]:
    """Acceptance with a panel; failed, rectified, or passed, and then the demonstration."""
    yield play.day_after(6, 10)
    values = _package(contract)
    acceptance = acceptances.request_acceptance(
        play.session,
        contract,
        values=values,
        results=_results(contract),
        by=lead_of(play, contract),
        now=play.now,
    )
    if plan.ending == "acceptance_requested":
        return
    yield from judge(play, plan, acceptance)
    if plan.ending == "acceptance_review":
        return
    officer = play.cast.officer(0)
    if plan.ending == "failed":
        _verdicts(play, acceptance, passes=False)
        reason = "约束性指标未达到，且承担单位未提交有效整改方案。"
        acceptances.decide(
            play.session, acceptance, outcome="fail", by=officer, now=play.now, opinion=OPINION, reason=reason
        )
        acceptances.publish_result(play.session, acceptance, by=officer, now=play.now)
        return
    if plan.extra.get("rectifies"):
        _verdicts(play, acceptance, passes=False)
        reason = "夜间场景样本不足，需补充测试后复验。"
        acceptances.decide(
            play.session,
            acceptance,
            outcome="require_rectification",
            by=officer,
            now=play.now,
            opinion=OPINION,
            reason=reason,
        )
        yield play.day_after(35, 10)
        acceptances.resubmit(
            play.session,
            acceptance,
            values=values,
            results=_results(contract),
            by=lead_of(play, contract),
            now=play.now,
        )
        yield from judge(play, plan, acceptance)
    _verdicts(play, acceptance, passes=True)
    acceptances.decide(
        play.session, acceptance, outcome="pass", by=play.cast.officer(0), now=play.now, opinion=OPINION
    )
    yield play.day_after(1, 10)
    notice = acceptances.publish_result(play.session, acceptance, by=play.cast.officer(0), now=play.now)
    yield play.when_over(notice, 10)
    move(play.session, contract, "close", by=play.cast.officer(0), now=play.now)
    yield from spreading.demonstration(play, plan, acceptance)


def judge(play: Play, plan: Plan, acceptance: Acceptance) -> Iterator[datetime]:
    """Panel, pledges, the user's opinion, sheets, total."""
    yield play.day_after(3, 10)
    officer = play.cast.officer(0)
    seed = f"演示验收-{plan.key}-{acceptance.attempt}"
    panel = acceptances.draw_acceptance_panel(play.session, acceptance, by=officer, now=play.now, seed=seed)
    yield play.day_after(2, 10)
    take_seats(play, panel)
    move(play.session, acceptance, "start_review", by=play.cast.officer(0), now=play.now)
    if plan.ending == "acceptance_review":
        return
    yield play.day_after(4, 10)
    text = "系统已在业务一线使用，操作便捷，达到预期效果，同意验收。"
    acceptances.give_opinion(
        play.session, acceptance, text=text, by=play.cast.actor(plan.owner), now=play.now
    )

    def write(seat: Any, by: Any) -> None:
        sheet = scoring.sheet_for(
            play.session,
            rubric=panel.rubric,
            author_id=by.user_id,
            now=play.now,
            assignment=seat,
            acceptance=acceptance,
        )
        play.fill_sheet(sheet, panel.rubric, 0.6 if plan.ending == "failed" else 0.86, plan.chance)

    play.each_seat(panel, write)
    acceptances.compute_total(play.session, acceptance, by=play.cast.officer(0), now=play.now)


def _verdicts(play: Play, acceptance: Acceptance, *, passes: bool) -> None:
    indicators = acceptance.contract.indicators
    verdicts = {each.id: IndicatorVerdict.MET for each in indicators}
    if not passes:
        verdicts[indicators[0].id] = IndicatorVerdict.PARTLY
    acceptances.set_verdicts(
        play.session,
        acceptance,
        verdicts=verdicts,
        has_passed_technical=passes,
        has_passed_financial=True,
        by=play.cast.officer(0),
        now=play.now,
        opinion=OPINION,
        problems=None if passes else "夜间和恶劣天气条件下样本不足。",
    )


def _package(contract: Contract) -> dict[str, Any]:
    return {
        "summary": "项目按合同完成全部建设内容，系统已全面投入使用，形成推广手册和培训材料。",
        "user_report": "使用部门评价良好，日均使用频次稳定。",
        "financial_report": "经费专账核算，支出与预算一致，经审计无异常。",
        "self_assessment": "全部考核指标达到或优于合同约定。",
        "spent_fen": contract.amount_fen,
        "running_since_on": contract.milestones[1].due_on,
        "handover": [{"kind": "system", "name": "应用系统及源代码", "quantity": 1}],
    }


def _results(contract: Contract) -> list[dict[str, Any]]:
    return [
        {
            "indicator_id": each.id,
            "measured": each.target,
            "measured_text": f"{each.target}{each.unit}",
            "evidence": "第三方检测报告及系统运行日志",
        }
        for each in contract.indicators
    ]


def lead_of(play: Play, contract: Contract) -> Any:
    """The contractor's actor."""
    return play.cast.actor(
        next(key for key, unit in play.cast.units.items() if unit.organisation.id == contract.lead_id)
    )
