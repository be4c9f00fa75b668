"""Acceptance from the request to the certificate: both parts, hard indicators, one rectification in time."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acceptances import queries, services
from app.core.clock import add_months, end_of_day
from app.core.digests import digest
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.core.numbers import NumberKind, is_number
from app.experts import seats
from app.models.contracts import Contract
from app.models.outcomes import Acceptance, Demonstration
from app.models.procedure_codes import ExpertKind, IndicatorVerdict, NoticeKind, Role
from app.models.states import AcceptanceState as A
from app.models.states import AssignmentState, ContractState, DemonstrationState, MilestoneState, SheetState
from app.scoring.services import sheet_for
from app.workflow import events_of, move
from app.workflow.outcomes import live_panel
from tests.factories import World, make_acceptance, make_contract
from tests.factories.outcomes import judge_acceptance

# What follows by itself is registered when the site is put together.
pytestmark = pytest.mark.usefixtures("site")

MICRO = timedelta(microseconds=1)


def ready_contract(world: World, state: MilestoneState = MilestoneState.MET) -> Contract:
    contract = make_contract(world)
    for each in contract.milestones:
        each.state = state
    world.session.flush()
    return contract


def package(**more: Any) -> dict[str, Any]:
    return {
        "summary": "系统已在全院部署。",
        "spent_fen": 2_800_000_00,
        "handover": [{"kind": "system", "name": "源代码", "quantity": 1}],
    } | more


def rows(contract: Contract, **first: Any) -> list[dict[str, Any]]:
    found = [
        {"indicator_id": each.id, "measured": each.target, "measured_text": "", "evidence": "检测报告第3页"}
        for each in contract.indicators
    ]
    found[0].update(first)
    return found


def ask(session: Session, world: World, contract: Contract, **first: Any) -> Acceptance:
    return services.request_acceptance(
        session,
        contract,
        values=package(),
        results=rows(contract, **first),
        by=world.actor(Role.BIDDER),
        now=world.now,
    )


def again(session: Session, world: World, acceptance: Acceptance) -> Acceptance:
    return services.resubmit(
        session,
        acceptance,
        values=package(summary="已补充夜间数据。"),
        results=rows(acceptance.contract),
        by=world.actor(Role.BIDDER),
        now=world.now,
    )


def decide(session: Session, world: World, acceptance: Acceptance, outcome: str, **more: Any) -> Acceptance:
    by = world.actor(Role.ORGANIZER)
    return services.decide(session, acceptance, outcome=outcome, by=by, now=world.now, **more)


def judged(world: World, **more: Any) -> Acceptance:
    """An acceptance in review on which everything is done but the decision."""
    acceptance = make_acceptance(world, A.IN_REVIEW)
    judge_acceptance(world, acceptance)
    for name, value in more.items():
        setattr(acceptance, name, value)
    world.session.flush()
    return acceptance


def take_seats(session: Session, world: World, acceptance: Acceptance) -> None:
    for seat in live_panel(acceptance).assignments:
        if not seat.is_reserve:
            by = world.actor_of(seat.expert.user)
            seats.declare(session, seat, [], by=by, now=world.now)
            seats.sign_pledge(session, seat, by=by, now=world.now)
            seats.accept(session, seat, by=by, now=world.now)


def score_all(session: Session, world: World, acceptance: Acceptance, percent: int = 80) -> None:
    for seat in queries.seats_of(live_panel(acceptance)):
        scores = {
            each.code: (each.max_score * percent // 100, "依据材料") for each in seat.panel.rubric.criteria
        }
        services.write_sheet(
            session,
            acceptance,
            scores=scores,
            texts={},
            is_final=True,
            by=world.actor_of(seat.expert.user),
            now=world.now,
        )


def test_request_starts_with_values_and_rows(session: Session, world: World) -> None:
    contract = ready_contract(world)
    acceptance = ask(session, world, contract, measured=None, measured_text="达到二级")
    assert (acceptance.state, acceptance.attempt) == (A.REQUESTED, 1)
    assert [row.measured_text for row in acceptance.results] == ["达到二级", "", ""]
    assert [row.measured for row in acceptance.results][1:] == [each.target for each in contract.indicators][
        1:
    ]
    assert contract.acceptance == acceptance


@pytest.mark.parametrize(
    "state", [MilestoneState.SCHEDULED, MilestoneState.SUBMITTED, MilestoneState.NOT_MET]
)
def test_request_waits_for_every_milestone(session: Session, world: World, state: MilestoneState) -> None:
    contract = ready_contract(world, MilestoneState.PARTIALLY_MET)
    contract.milestones[-1].state = state
    session.flush()
    with pytest.raises(RuleBroken) as refused:
        ask(session, world, contract)
    assert refused.value.codes == {"milestone_open"}
    contract.milestones[-1].state = MilestoneState.PARTIALLY_MET
    ask(session, world, contract)


def test_request_names_the_missing_value_and_evidence(session: Session, world: World) -> None:
    contract = ready_contract(world)
    with pytest.raises(RuleBroken) as refused:
        ask(session, world, contract, measured=None, evidence=" ")
    assert [(each.code, each.field) for each in refused.value.refusals] == [
        ("measured_missing", "measured_0"),
        ("evidence_missing", "evidence_0"),
    ]


def test_request_once_and_only_by_the_contractor(session: Session, world: World) -> None:
    contract = ready_contract(world)
    with pytest.raises(NotPermitted):
        services.request_acceptance(
            session,
            contract,
            values=package(),
            results=rows(contract),
            by=world.actor(Role.DEMAND_OWNER),
            now=world.now,
        )
    ask(session, world, contract)
    with pytest.raises(RuleBroken) as refused:
        ask(session, world, contract)
    assert refused.value.codes == {"requested_before"}


def test_draw_seats_an_odd_panel_with_a_finance_expert(session: Session, world: World) -> None:
    acceptance = ask(session, world, ready_contract(world))
    panel = services.draw_acceptance_panel(
        session, acceptance, by=world.actor(Role.ORGANIZER), now=world.now, seed="1"
    )
    members = [each for each in panel.assignments if not each.is_reserve]
    assert (len(members), {each.state for each in members}) == (5, {AssignmentState.INVITED})
    assert any(each.expert.kind is ExpertKind.FINANCE for each in members)
    with pytest.raises(RuleBroken):
        services.draw_acceptance_panel(session, acceptance, by=world.actor(Role.ORGANIZER), now=world.now)


def test_whole_way_to_a_certificate(session: Session, world: World) -> None:
    acceptance = ask(session, world, ready_contract(world))
    organizer = world.actor(Role.ORGANIZER)
    services.draw_acceptance_panel(session, acceptance, by=organizer, now=world.now, seed="7")
    take_seats(session, world, acceptance)
    move(session, acceptance, "start_review", by=organizer, now=world.now)
    services.give_opinion(
        session, acceptance, text="同意。", by=world.actor(Role.DEMAND_OWNER), now=world.now
    )
    with pytest.raises(RuleBroken) as refused:
        services.compute_total(session, acceptance, by=organizer, now=world.now)
    assert refused.value.codes == {"not_locked"}
    score_all(session, world, acceptance)
    assert services.compute_total(session, acceptance, by=organizer, now=world.now) == 80_00
    services.set_verdicts(
        session,
        acceptance,
        verdicts={each.indicator_id: IndicatorVerdict.MET for each in acceptance.results},
        has_passed_technical=True,
        has_passed_financial=True,
        opinion="一致同意通过验收。",
        by=organizer,
        now=world.now,
    )
    panel = live_panel(acceptance)
    first = queries.seats_of(panel)[0]
    services.sign_opinion(
        session, acceptance, by=world.actor_of(first.expert.user), now=world.now, dissent="应补充测试。"
    )
    assert services.count_signed(acceptance, panel) == 1
    decide(session, world, acceptance, "pass")
    certificate = queries.certificate_of(session, acceptance.id)
    assert acceptance.state is A.PASSED
    assert is_number(certificate.number, NumberKind.CERTIFICATE)
    assert certificate.number == f"{acceptance.demand.number}-A01"
    assert certificate.digest == digest(certificate.content)
    assert (panel.report["signatures"], panel.report["dissents"]) == (1, ["应补充测试。"])
    assert panel.report_digest == digest(panel.report)
    assert {each.state for each in panel.assignments if not each.is_reserve} == {AssignmentState.DONE}
    assert {each.state for each in acceptance.sheets} == {SheetState.FINAL}
    made = session.scalar(select(Demonstration).where(Demonstration.acceptance_id == acceptance.id))
    assert made.state is DemonstrationState.CANDIDATE
    move(session, acceptance.contract, "close", by=organizer, now=world.now)
    assert acceptance.contract.state is ContractState.CLOSED


@pytest.mark.parametrize(
    ("technical", "financial"), [(True, False), (False, True), (False, False), (None, True), (True, None)]
)
def test_pass_needs_both_parts(
    session: Session, world: World, technical: bool | None, financial: bool | None
) -> None:
    acceptance = judged(world, has_passed_technical=technical, has_passed_financial=financial)
    with pytest.raises(RuleBroken) as refused:
        decide(session, world, acceptance, "pass")
    assert refused.value.codes == {"part_failed"}
    assert queries.certificate_of(session, acceptance.id) is None


def test_pass_refuses_a_hard_indicator_not_met(session: Session, world: World) -> None:
    acceptance = judged(world)
    hard = next(each for each in acceptance.results if each.indicator.is_hard)
    hard.verdict = IndicatorVerdict.PARTLY
    session.flush()
    with pytest.raises(RuleBroken) as refused:
        decide(session, world, acceptance, "pass")
    assert refused.value.codes == {"hard_not_met"}


def test_pass_takes_a_soft_indicator_partly_met(session: Session, world: World) -> None:
    acceptance = judged(world)
    soft = next(each for each in acceptance.results if not each.indicator.is_hard)
    soft.verdict = IndicatorVerdict.PARTLY
    session.flush()
    assert decide(session, world, acceptance, "pass").state is A.PASSED


@pytest.mark.parametrize(("below", "state"), [(0, A.PASSED), (1, None)])
def test_pass_line_holds_to_the_hundredth(
    session: Session, world: World, below: int, state: A | None
) -> None:
    acceptance = judged(world)
    acceptance.total = services.pass_line(acceptance) - below
    session.flush()
    if state is None:
        with pytest.raises(RuleBroken) as refused:
            decide(session, world, acceptance, "pass")
        assert refused.value.codes == {"below_line"}
    else:
        assert decide(session, world, acceptance, "pass").state is state


def test_rectification_sets_its_last_day_from_the_round(session: Session, world: World, clock) -> None:
    acceptance = decide(session, world, judged(world), "require_rectification", reason="数据不足。")
    assert acceptance.state is A.RECTIFY
    assert acceptance.rectify_due_on == add_months(clock.today, acceptance.demand.round.rectify_months)


@pytest.mark.parametrize("outcome", ["require_rectification", "conclude", "fail"])
def test_decide_against_a_pass_needs_a_reason(session: Session, world: World, outcome: str) -> None:
    acceptance = judged(world)
    with pytest.raises(RuleBroken) as refused:
        decide(session, world, acceptance, outcome, opinion="另一份意见。")
    assert refused.value.codes == {"reason_missing"}
    assert acceptance.rectify_due_on is None
    assert acceptance.opinion == "专家组经质询讨论，一致同意通过验收。"


def test_resubmit_keeps_the_first_attempt_and_asks_for_a_new_panel(session: Session, world: World) -> None:
    acceptance = decide(session, world, judged(world), "require_rectification", reason="数据不足。")
    first_panel = live_panel(acceptance)
    again(session, world, acceptance)
    assert (acceptance.state, acceptance.attempt, acceptance.total, acceptance.owner_opinion) == (
        A.REQUESTED,
        2,
        None,
        None,
    )
    assert [len(queries.results_of(acceptance, attempt)) for attempt in (1, 2)] == [3, 3]
    assert {each.verdict for each in queries.results_of(acceptance, 1)} == {IndicatorVerdict.MET}
    assert live_panel(acceptance) is None
    assert queries.panel_of_attempt(acceptance, 1) == first_panel
    assert first_panel.report["outcome"] == "rectify"


def test_second_panel_may_seat_the_same_experts_who_score_anew(session: Session, world: World) -> None:
    acceptance = decide(session, world, judged(world), "require_rectification", reason="数据不足。")
    again(session, world, acceptance)
    organizer = world.actor(Role.ORGANIZER)
    services.draw_acceptance_panel(session, acceptance, by=organizer, now=world.now, seed="3")
    take_seats(session, world, acceptance)
    move(session, acceptance, "start_review", by=organizer, now=world.now)
    score_all(session, world, acceptance, percent=70)
    assert services.compute_total(session, acceptance, by=organizer, now=world.now) == 70_00


@pytest.mark.parametrize(("offset", "in_time"), [(-MICRO, True), (timedelta(0), False)])
def test_resubmit_until_the_end_of_the_last_day(
    session: Session, world: World, clock, offset: timedelta, in_time: bool
) -> None:
    acceptance = make_acceptance(world, A.RECTIFY)
    clock.set(end_of_day(acceptance.rectify_due_on) + offset)
    if in_time:
        assert again(session, world, acceptance).attempt == 2
        return
    with pytest.raises(RuleBroken) as refused:
        again(session, world, acceptance)
    assert refused.value.codes == {"rectify_over"}
    assert acceptance.attempt == 1


def test_fail_unrectified_only_after_the_last_day(session: Session, world: World, clock) -> None:
    acceptance = make_acceptance(world, A.RECTIFY)
    with pytest.raises(RuleBroken) as refused:
        decide(session, world, acceptance, "fail_unrectified", reason="逾期未交。")
    assert refused.value.codes == {"rectify_running"}
    clock.set(end_of_day(acceptance.rectify_due_on))
    assert decide(session, world, acceptance, "fail_unrectified", reason="逾期未交。").state is A.FAILED


def test_second_attempt_is_the_last(session: Session, world: World) -> None:
    acceptance = judged(world, attempt=2)
    for each in acceptance.results:
        each.attempt = 2
    session.flush()
    with pytest.raises(RuleBroken) as refused:
        decide(session, world, acceptance, "require_rectification", reason="再次整改。")
    assert refused.value.codes == {"rectified_before"}


def test_give_opinion_until_the_decision(session: Session, world: World) -> None:
    owner = world.actor(Role.DEMAND_OWNER)
    acceptance = make_acceptance(world, A.PASSED)
    with pytest.raises(StateMovedOn):
        services.give_opinion(session, acceptance, text="同意。", by=owner, now=world.now)
    with pytest.raises(NotPermitted):
        services.give_opinion(
            session,
            make_acceptance(world, contract=make_contract(world)),
            text="同意。",
            by=world.actor(Role.BIDDER),
            now=world.now,
        )


def test_new_findings_void_the_signatures_under_the_former_text(session: Session, world: World) -> None:
    acceptance = judged(world)
    panel = live_panel(acceptance)
    seat = queries.seats_of(panel)[1]
    services.sign_opinion(session, acceptance, by=world.actor_of(seat.expert.user), now=world.now)
    assert services.count_signed(acceptance, panel) == 1
    services.set_verdicts(
        session,
        acceptance,
        verdicts={each.indicator_id: IndicatorVerdict.MET for each in acceptance.results},
        has_passed_technical=True,
        has_passed_financial=False,
        by=world.actor(Role.ORGANIZER),
        now=world.now,
    )
    assert services.count_signed(acceptance, panel) == 0


def test_publish_result_once_with_the_certificate(session: Session, world: World) -> None:
    acceptance = decide(session, world, judged(world), "pass")
    organizer = world.actor(Role.ORGANIZER)
    notice = services.publish_result(session, acceptance, by=organizer, now=world.now)
    assert (notice.kind, notice.acceptance_id, notice.working_days) == (
        NoticeKind.ACCEPTANCE,
        acceptance.id,
        5,
    )
    assert notice.annex[0]["outcome"] == "passed"
    assert notice.annex[0]["certificate_number"] == f"{acceptance.demand.number}-A01"
    with pytest.raises(RuleBroken) as refused:
        services.publish_result(session, acceptance, by=organizer, now=world.now)
    assert refused.value.codes == {"notice_published"}


def test_publish_result_waits_for_the_decision(session: Session, world: World) -> None:
    with pytest.raises(StateMovedOn):
        services.publish_result(session, judged(world), by=world.actor(Role.ORGANIZER), now=world.now)


def test_write_sheet_waits_for_the_review(session: Session, world: World) -> None:
    acceptance = ask(session, world, ready_contract(world))
    services.draw_acceptance_panel(
        session, acceptance, by=world.actor(Role.ORGANIZER), now=world.now, seed="7"
    )
    take_seats(session, world, acceptance)
    with pytest.raises(StateMovedOn):
        score_all(session, world, acceptance)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.DEMAND_OWNER, True),
        (Role.BIDDER, True),
        (Role.ORGANIZER, True),
        (Role.SUPERVISOR, True),
        (Role.FINANCE, True),
        (Role.EXPERT, True),
        (Role.RECOMMENDER, False),
    ],
)
def test_visible_to_parties_officers_and_the_pledged_panel(
    session: Session, world: World, role: Role, sees: bool
) -> None:
    acceptance = judged(world)
    found = list(session.scalars(queries.visible_to(world.actor(role))))
    assert (found == [acceptance]) is sees
    stranger = world.actor_of(world.experts[-1].user)
    assert list(session.scalars(queries.visible_to(stranger))) == []


def test_visible_to_an_expert_only_after_the_pledge(session: Session, world: World) -> None:
    acceptance = judged(world)
    seat = queries.seats_of(live_panel(acceptance))[0]
    seat.pledged_at = None
    session.flush()
    assert list(session.scalars(queries.visible_to(world.actor_of(seat.expert.user)))) == []


def test_event_of_the_decision_tells_attempt_and_total(session: Session, world: World) -> None:
    acceptance = decide(session, world, judged(world), "pass")
    found = {event.action: event.data for event in events_of(session, acceptance)}
    assert found["pass"] == {"attempt": 1, "total": 82_00}


def test_measured_numbers_stay_as_written(session: Session, world: World) -> None:
    acceptance = ask(session, world, ready_contract(world), measured=Decimal("95.60"))
    session.expire_all()
    assert str(acceptance.results[0].measured) == "95.60"


def test_sheet_for_gives_a_sheet_of_its_own_to_each_seat(session: Session, world: World) -> None:
    acceptance = judged(world)
    seat = queries.seats_of(live_panel(acceptance))[0]
    values = {"rubric": seat.panel.rubric, "author_id": seat.expert.user_id, "now": world.now}
    first = sheet_for(session, assignment=seat, acceptance=acceptance, **values)
    assert first.assignment_id == seat.id
    assert sheet_for(session, assignment=seat, acceptance=acceptance, **values) == first
