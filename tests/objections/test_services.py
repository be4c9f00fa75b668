"""Objections: who may file and when, who handles, what a decision sets free, and what a remedy undoes."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import ANONYMOUS, Actor
from app.core.clock import SHANGHAI
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.awards import Award, Notice, Objection
from app.models.procedure_codes import HoldReason, ObjectionType, ObjectorKind, Remedy, Role
from app.models.records import Event
from app.models.states import AwardState, BidState, DemandState, NoticeState
from app.models.states import ObjectionState as O
from app.notices.services import publish_award_notice
from app.objections import queries, services
from app.workflow import move, settle
from app.workflow.holds import set_hold
from tests.factories import World, make_award, make_bid, make_contract, make_demand
from tests.moments import Clock

pytestmark = pytest.mark.usefixtures("app")

SUMMARY = "经核查，案例合同真实有效。"


@pytest.fixture
def award(world: World, session: Session) -> Award:
    """An award on notice since Monday; now it is Tuesday, the first day."""
    made = make_award(world)
    publish_award_notice(session, made.demand, by=world.actor(Role.ORGANIZER), now=world.now)
    world.clock.advance(days=1)
    return made


@pytest.fixture
def notice(award: Award, session: Session) -> Notice:
    return session.scalars(select(Notice).where(Notice.demand_id == award.demand_id)).one()


def values(world: World, **more: Any) -> dict[str, Any]:
    return {
        "objection_type": ObjectionType.FALSE_MATERIAL,
        "facts": "申报书第三章所列案例合同并非由该单位签订，可向合同相对方核实。",
        "objector_kind": ObjectorKind.UNIT,
        "objector_name": "襄阳云枢信息技术有限公司",
        "objector_identity": world.other_bidder_org.uscc,
        "objector_contact": "0710-3456789",
    } | more


def file(world: World, notice: Notice, by: Actor = ANONYMOUS, **more: Any) -> tuple[Objection, str | None]:
    return services.file_objection(world.session, notice, by=by, now=world.now, **values(world, **more))


def assigned(world: World, notice: Notice, **more: Any) -> Objection:
    """Filed by the other bidder and given to the second organizer."""
    objection, _key = file(world, notice, by=world.actor_of(world.other_bidder), **more)
    services.assign_handler(
        world.session,
        objection,
        handler_id=world.second_organizer.id,
        by=world.actor(Role.SUPERVISOR),
        now=world.now,
    )
    return objection


def handler(world: World) -> Actor:
    return world.actor_of(world.second_organizer)


def admitted(world: World, notice: Notice) -> Objection:
    objection = assigned(world, notice)
    services.admit(world.session, objection, by=handler(world), now=world.now)
    return objection


def decided(world: World, notice: Notice, outcome: O, remedy: Remedy | None = None) -> Objection:
    objection = admitted(world, notice)
    services.decide(
        world.session,
        objection,
        outcome=outcome,
        decision="已向合同相对方核实。",
        public_summary=SUMMARY,
        remedy=remedy,
        by=handler(world),
        now=world.now,
    )
    return objection


def test_file_gives_a_key_to_a_person_without_account(world: World, notice: Notice, award: Award) -> None:
    objection, key = file(world, notice)
    assert key is not None
    assert objection.number == f"{notice.number}-O01"
    assert (objection.state, objection.award, objection.author_id) == (O.FILED, award, None)
    assert objection.follow_hash == services.key_hash(key.lower().replace("-", " "))


def test_file_gives_no_key_to_a_signed_in_person(world: World, notice: Notice) -> None:
    objection, key = file(world, notice, by=world.actor_of(world.other_bidder))
    assert key is None
    assert (objection.author_id, objection.follow_hash) == (world.other_bidder.id, None)


def test_file_leaves_no_event_that_names_the_objector(world: World, notice: Notice, session: Session) -> None:
    objection, _key = file(world, notice, by=world.actor_of(world.other_bidder))
    event = session.scalars(select(Event).where(Event.thing_id == objection.id)).one()
    assert (event.action, event.actor_id, event.organisation_id) == ("file", None, None)


@pytest.mark.parametrize(
    ("moment", "is_taken"),
    [
        (datetime(2026, 3, 16, 23, 59, tzinfo=SHANGHAI), False),
        (datetime(2026, 3, 17, 0, 0, tzinfo=SHANGHAI), True),
        (datetime(2026, 3, 23, 23, 59, 59, 999999, tzinfo=SHANGHAI), True),
        (datetime(2026, 3, 24, 0, 0, tzinfo=SHANGHAI), False),
    ],
)
def test_file_is_taken_within_the_window_alone(
    world: World, notice: Notice, clock: Clock, moment: datetime, is_taken: bool
) -> None:
    clock.set(moment)
    if is_taken:
        assert file(world, notice)[0].state is O.FILED
        return
    with pytest.raises(RuleBroken) as refused:
        file(world, notice)
    assert refused.value.codes == {"outside_window"}


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"objector_name": "匿名"}, {"anonymous"}),
        ({"objector_name": " "}, {"anonymous"}),
        ({"objector_identity": "91420600MA4K00000X"}, {"identity_invalid"}),
        ({"objector_kind": ObjectorKind.PERSON, "objector_identity": "1"}, {"identity_invalid"}),
        ({"objector_contact": ""}, {"contact_missing"}),
        ({"facts": "不公平！！"}, {"facts_missing"}),
        ({"objector_name": "某某", "facts": ""}, {"anonymous", "facts_missing"}),
    ],
)
def test_file_refuses_what_is_nameless_or_without_facts(
    world: World, notice: Notice, more: dict[str, Any], codes: set[str]
) -> None:
    with pytest.raises(RuleBroken) as refused:
        file(world, notice, **more)
    assert refused.value.codes == codes


def test_file_refuses_an_award_of_another_notice(world: World, notice: Notice) -> None:
    other = make_award(world)
    with pytest.raises(RuleBroken) as refused:
        file(world, notice, award_id=other.id)
    assert refused.value.codes == {"award_unknown"}


def test_assign_refuses_whoever_decided_the_award(world: World, notice: Notice, session: Session) -> None:
    objection, _key = file(world, notice)
    with pytest.raises(RuleBroken) as refused:
        services.assign_handler(
            session,
            objection,
            handler_id=world.organizer.id,
            by=world.actor(Role.SUPERVISOR),
            now=world.now,
        )
    assert refused.value.codes == {"handler_conflict"}


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.OPERATOR, Role.BIDDER])
def test_assign_refuses_everyone_but_the_supervisor(
    world: World, notice: Notice, session: Session, role: Role
) -> None:
    objection, _key = file(world, notice)
    with pytest.raises(NotPermitted):
        services.assign_handler(
            session,
            objection,
            handler_id=world.second_organizer.id,
            by=world.actor(role),
            now=world.now,
        )


def test_admit_holds_the_award_and_nothing_else(
    world: World, notice: Notice, award: Award, session: Session
) -> None:
    objection = admitted(world, notice)
    assert (objection.state, objection.reply_due_on) == (O.ADMITTED, date(2026, 3, 26))
    assert award.hold_reason == HoldReason.OBJECTION.value
    assert not award.demand.is_held
    assert not notice.is_held


def test_admit_refuses_someone_who_is_not_the_handler(world: World, notice: Notice, session: Session) -> None:
    objection = assigned(world, notice)
    with pytest.raises(NotPermitted):
        services.admit(session, objection, by=world.actor(Role.ORGANIZER), now=world.now)


def test_not_admit_lets_a_notice_end_clean(
    world: World, notice: Notice, award: Award, session: Session, clock: Clock
) -> None:
    objection = assigned(world, notice)
    clock.set(datetime(2026, 3, 24, 9, 0, tzinfo=SHANGHAI))
    settle(session, notice, world.now)
    assert notice.state is NoticeState.IN_FORCE
    move(session, objection, "not_admit", by=handler(world), now=world.now, reason="没有具体事实")
    assert (notice.state, award.state) == (NoticeState.CLOSED_CLEAN, AwardState.ACTIVE)


@pytest.mark.both_databases
def test_dismiss_after_the_last_day_brings_the_award_into_force(
    world: World, notice: Notice, award: Award, clock: Clock
) -> None:
    objection = admitted(world, notice)
    clock.set(datetime(2026, 3, 25, 9, 0, tzinfo=SHANGHAI))
    services.decide(
        world.session,
        objection,
        outcome=O.DISMISSED,
        decision="已核实。",
        public_summary=SUMMARY,
        by=handler(world),
        now=world.now,
    )
    assert not award.is_held
    assert (notice.state, award.demand.state) == (NoticeState.CLOSED_WITH_OBJECTION, DemandState.AWARDED)
    assert (award.state, award.bid.state) == (AwardState.ACTIVE, BidState.AWARDED)


def test_dismiss_within_the_window_leaves_the_notice_running(
    world: World, notice: Notice, award: Award
) -> None:
    decided(world, notice, O.DISMISSED)
    assert not award.is_held
    assert (notice.state, award.state) == (NoticeState.IN_FORCE, AwardState.PENDING)


def test_dismiss_keeps_the_hold_of_another_objection(world: World, notice: Notice, award: Award) -> None:
    other = admitted(world, notice)
    decided(world, notice, O.DISMISSED)
    assert other.state is O.ADMITTED
    assert award.is_held


def test_dismiss_keeps_a_hold_that_the_supervisor_set(
    world: World, notice: Notice, award: Award, session: Session
) -> None:
    supervisor = world.actor(Role.SUPERVISOR)
    set_hold(session, award, HoldReason.INVESTIGATION, by=supervisor, now=world.now, note="核查中")
    decided(world, notice, O.DISMISSED)
    assert award.hold_reason == HoldReason.INVESTIGATION.value


def test_decide_refuses_a_summary_that_gives_the_objector_away(world: World, notice: Notice) -> None:
    objection = admitted(world, notice)
    with pytest.raises(RuleBroken) as refused:
        services.decide(
            world.session,
            objection,
            outcome=O.DISMISSED,
            decision="已核实。",
            public_summary="襄阳云枢信息技术有限公司 提出的异议不成立。",
            by=handler(world),
            now=world.now,
        )
    assert refused.value.codes == {"objector_named"}


def test_uphold_refuses_without_remedy(world: World, notice: Notice) -> None:
    with pytest.raises(RuleBroken) as refused:
        decided(world, notice, O.UPHELD)
    assert refused.value.codes == {"remedy_missing"}


def test_upheld_keeps_the_notice_from_ending_until_the_remedy(
    world: World, notice: Notice, award: Award, session: Session, clock: Clock
) -> None:
    objection = decided(world, notice, O.UPHELD, Remedy.NEXT_RANK)
    clock.advance(days=30)
    settle(session, notice, world.now)
    assert (notice.state, award.is_held) == (NoticeState.IN_FORCE, True)
    services.carry_out_remedy(session, objection, by=handler(world), now=world.now)
    assert notice.state is NoticeState.CLOSED_WITH_OBJECTION
    assert (award.state, award.demand.state) == (AwardState.UNSUCCESSFUL, DemandState.RECOMMENDED)
    assert not award.is_held


def test_remedy_of_rescoring_makes_way_for_the_panel(
    world: World, notice: Notice, award: Award, session: Session
) -> None:
    objection = decided(world, notice, O.PARTLY_UPHELD, Remedy.RESCORE)
    services.carry_out_remedy(session, objection, by=handler(world), now=world.now)
    organizer = world.actor(Role.ORGANIZER)
    move(session, award.demand, "reopen_review", by=organizer, now=world.now, reason="异议成立")
    assert award.demand.state is DemandState.REVIEWING


def test_remedy_of_relisting_ends_without_award(
    world: World, notice: Notice, award: Award, session: Session
) -> None:
    objection = decided(world, notice, O.UPHELD, Remedy.RELIST)
    services.carry_out_remedy(session, objection, by=handler(world), now=world.now)
    assert (award.state, award.demand.state) == (AwardState.UNSUCCESSFUL, DemandState.NO_AWARD)


def test_remedy_for_one_lane_leaves_the_other_pending(world: World, session: Session, clock: Clock) -> None:
    demand = make_demand(world, DemandState.RECOMMENDED, lanes=2)
    first, second = (
        make_award(world, bid=make_bid(world, BidState.RECOMMENDED, demand=demand), slot=slot)
        for slot in (1, 2)
    )
    notice = publish_award_notice(session, demand, by=world.actor(Role.ORGANIZER), now=world.now)
    clock.advance(days=1)
    objection = assigned(world, notice, award_id=first.id)
    services.admit(session, objection, by=handler(world), now=world.now)
    assert (first.is_held, second.is_held) == (True, False)
    services.decide(
        session,
        objection,
        outcome=O.UPHELD,
        decision="属实。",
        public_summary=SUMMARY,
        remedy=Remedy.NEXT_RANK,
        by=handler(world),
        now=world.now,
    )
    services.carry_out_remedy(session, objection, by=handler(world), now=world.now)
    assert (first.state, second.state) == (AwardState.UNSUCCESSFUL, AwardState.PENDING)
    assert demand.state is DemandState.RECOMMENDED


def test_remedy_is_carried_out_once(world: World, notice: Notice, session: Session) -> None:
    objection = decided(world, notice, O.UPHELD, Remedy.NEXT_RANK)
    services.carry_out_remedy(session, objection, by=handler(world), now=world.now)
    with pytest.raises(StateMovedOn):
        services.carry_out_remedy(session, objection, by=handler(world), now=world.now)


def test_answer_refuses_before_the_remedy(world: World, notice: Notice, session: Session) -> None:
    objection = decided(world, notice, O.UPHELD, Remedy.NEXT_RANK)
    with pytest.raises(RuleBroken) as refused:
        services.answer(session, objection, reply="已处理。", by=handler(world), now=world.now)
    assert refused.value.codes == {"remedy_open"}


def test_answer_sends_the_reply(world: World, notice: Notice, session: Session) -> None:
    objection = decided(world, notice, O.DISMISSED)
    services.answer(session, objection, reply="您的异议不成立。", by=handler(world), now=world.now)
    assert (objection.state, objection.reply) == (O.ANSWERED, "您的异议不成立。")


@pytest.mark.parametrize(("extra", "is_taken"), [(timedelta(0), False), (-timedelta(microseconds=1), True)])
def test_reexamination_is_taken_until_five_working_days_after_the_notice(
    world: World, notice: Notice, award: Award, clock: Clock, extra: timedelta, is_taken: bool
) -> None:
    objection = decided(world, notice, O.DISMISSED)
    clock.set(datetime(2026, 3, 31, 0, 0, tzinfo=SHANGHAI) + extra)
    author = world.actor_of(world.other_bidder)
    if not is_taken:
        with pytest.raises(RuleBroken) as refused:
            services.ask_reexamination(
                world.session, objection, grounds="有新证据。", by=author, now=world.now
            )
        assert refused.value.codes == {"reexamination_late"}
        return
    services.ask_reexamination(world.session, objection, grounds="有新证据。", by=author, now=world.now)
    assert (objection.state, award.is_held) == (O.REEXAMINATION, True)


def test_reexamination_by_key(world: World, notice: Notice, session: Session) -> None:
    objection, key = file(world, notice)
    objection.state, objection.decided_at = O.DISMISSED, world.now
    with pytest.raises(NotPermitted):
        services.ask_reexamination(
            session, objection, grounds="有新证据。", by=ANONYMOUS, now=world.now, key="WRONG"
        )
    services.ask_reexamination(session, objection, grounds="有新证据。", by=ANONYMOUS, now=world.now, key=key)
    assert objection.state is O.REEXAMINATION


def test_reexamination_refuses_someone_else(world: World, notice: Notice, session: Session) -> None:
    objection = decided(world, notice, O.DISMISSED)
    with pytest.raises(NotPermitted):
        services.ask_reexamination(
            session,
            objection,
            grounds="有新证据。",
            by=world.actor_of(world.third_bidder),
            now=world.now,
        )


def reexamined(world: World, notice: Notice, clock: Clock, session: Session) -> Objection:
    """Dismissed, the award in force, then asked to be examined again, and given to the supervisor."""
    objection = decided(world, notice, O.DISMISSED)
    clock.set(datetime(2026, 3, 24, 9, 0, tzinfo=SHANGHAI))
    settle(session, notice, world.now)
    services.ask_reexamination(
        session, objection, grounds="有新证据。", by=world.actor_of(world.other_bidder), now=world.now
    )
    return objection


def test_reexamination_is_not_answered_by_whoever_dismissed(
    world: World, notice: Notice, clock: Clock, session: Session
) -> None:
    objection = reexamined(world, notice, clock, session)
    with pytest.raises(RuleBroken) as refused:
        services.answer(session, objection, reply="维持。", by=handler(world), now=world.now)
    assert refused.value.codes == {"own_dismissal"}


@pytest.mark.both_databases
def test_reexamination_upheld_undoes_an_award_in_force(
    world: World, notice: Notice, award: Award, clock: Clock, session: Session
) -> None:
    objection = reexamined(world, notice, clock, session)
    supervisor = world.actor(Role.SUPERVISOR)
    assert (award.state, award.is_held) == (AwardState.ACTIVE, True)
    services.assign_handler(session, objection, handler_id=world.supervisor.id, by=supervisor, now=world.now)
    services.decide(
        session,
        objection,
        outcome=O.UPHELD,
        decision="新证据属实。",
        public_summary="新证据属实。",
        remedy=Remedy.NEXT_RANK,
        by=supervisor,
        now=world.now,
    )
    services.carry_out_remedy(session, objection, by=supervisor, now=world.now)
    assert (award.state, award.bid.state) == (AwardState.UNSUCCESSFUL, BidState.NOT_SELECTED)
    assert award.demand.state is DemandState.RECOMMENDED


def test_reexamination_upheld_asks_to_end_a_signed_contract_first(
    world: World, notice: Notice, award: Award, clock: Clock, session: Session
) -> None:
    objection = reexamined(world, notice, clock, session)
    supervisor = world.actor(Role.SUPERVISOR)
    make_contract(world, award=award)
    services.assign_handler(session, objection, handler_id=world.supervisor.id, by=supervisor, now=world.now)
    services.decide(
        session,
        objection,
        outcome=O.UPHELD,
        decision="新证据属实。",
        public_summary="新证据属实。",
        remedy=Remedy.NEXT_RANK,
        by=supervisor,
        now=world.now,
    )
    with pytest.raises(RuleBroken) as refused:
        services.carry_out_remedy(session, objection, by=supervisor, now=world.now)
    assert refused.value.codes == {"contract_in_force"}


def test_overdue_begins_the_day_after_the_reply_was_due(world: World, notice: Notice, clock: Clock) -> None:
    objection = admitted(world, notice)
    clock.set(datetime(2026, 3, 26, 23, 59, tzinfo=SHANGHAI))
    assert not queries.is_overdue(objection, world.now)
    clock.set(datetime(2026, 3, 27, 0, 0, tzinfo=SHANGHAI))
    assert queries.is_overdue(objection, world.now)
