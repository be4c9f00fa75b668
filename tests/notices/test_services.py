"""Publishing notices: window, frozen content, superseding; and what the end of an award notice brings about."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.access import SYSTEM, Actor
from app.core.clock import SHANGHAI, end_of_day
from app.core.db import Database
from app.core.digests import digest
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.core.workdays import NoticeStartRule
from app.models.awards import Award, Notice
from app.models.procedure_codes import HoldReason, NoticeKind, Role
from app.models.states import AwardState, BidState, DemandState, NoticeState, ObjectionState
from app.notices import queries
from app.notices.services import publish_award_notice, publish_demand_notice, publish_notice
from app.workflow import move, settle
from app.workflow.holds import lift_hold, set_hold
from app.workflow.ticking import tick
from tests.factories import World, make_award, make_bid, make_demand, make_objection
from tests.moments import Clock

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def organizer(world: World) -> Actor:
    return world.actor(Role.ORGANIZER)


def on_notice(world: World, session: Session, by: Actor, **award: Any) -> tuple[Award, Notice]:
    """An award on notice, published by the service."""
    made = make_award(world, **award)
    return made, publish_award_notice(session, made.demand, by=by, now=world.now)


def test_publish_award_notice_sets_window_and_moves_the_demand(
    world: World, session: Session, organizer: Actor
) -> None:
    award, notice = on_notice(world, session, organizer)
    assert notice.number == f"{award.demand.round.number}-N001"
    assert (notice.document_on, notice.first_on, notice.last_on) == (
        date(2026, 3, 16),
        date(2026, 3, 17),
        date(2026, 3, 23),
    )
    assert notice.ends_at == end_of_day(date(2026, 3, 23))
    assert (notice.state, award.demand.state) == (NoticeState.IN_FORCE, DemandState.IN_NOTICE)


@pytest.mark.parametrize(
    ("day", "rule", "first", "last"),
    [
        (date(2026, 2, 13), NoticeStartRule.NEXT_WORKING_DAY, date(2026, 2, 14), date(2026, 2, 27)),
        (date(2026, 4, 30), NoticeStartRule.NEXT_WORKING_DAY, date(2026, 5, 6), date(2026, 5, 11)),
        (date(2026, 9, 30), NoticeStartRule.NEXT_WORKING_DAY, date(2026, 10, 8), date(2026, 10, 13)),
        (date(2026, 4, 30), NoticeStartRule.SAME_DAY, date(2026, 4, 30), date(2026, 5, 9)),
    ],
)
def test_publish_award_notice_counts_working_days_over_holidays(
    world: World,
    session: Session,
    clock: Clock,
    day: date,
    rule: NoticeStartRule,
    first: date,
    last: date,
) -> None:
    clock.set(datetime(day.year, day.month, day.day, 23, 30, tzinfo=SHANGHAI))
    world.round.notice_start_rule = rule
    _award, notice = on_notice(world, session, world.actor(Role.ORGANIZER))
    assert (notice.document_on, notice.first_on, notice.last_on) == (day, first, last)


def test_publish_award_notice_refuses_a_year_without_calendar(
    world: World, session: Session, clock: Clock
) -> None:
    clock.set(datetime(2026, 12, 30, 9, 0, tzinfo=SHANGHAI))
    award = make_award(world)
    with pytest.raises(RuleBroken) as refused:
        publish_award_notice(session, award.demand, by=world.actor(Role.ORGANIZER), now=world.now)
    assert refused.value.codes == {"calendar_year_unknown"}


def test_publish_award_notice_freezes_the_annex(world: World, session: Session, organizer: Actor) -> None:
    award, notice = on_notice(world, session, organizer)
    row = notice.annex[0]
    assert row == {
        "demand_number": award.demand.number,
        "demand_title": award.demand.title,
        "owner": "武汉楚岸医院",
        "lead": "武汉星野智能科技有限公司",
        "members": [],
        "field": "F08",
        "region": "420100",
        "score": 8250,
        "rank": 1,
        "listed_fen": award.demand.budget_fen,
        "amount_fen": award.amount_fen,
        "fiscal_fen": 0,
        "months": 10,
        "remark": [{"code": "only_one"}],
        "award_id": str(award.id),
    }
    assert notice.digest == digest(queries.frozen_content(notice))


def test_publish_award_notice_keeps_back_what_the_round_does_not_publish(
    world: World, session: Session, organizer: Actor
) -> None:
    world.round.is_publishing_scores = False
    world.round.is_publishing_ranking = False
    award = make_award(world)
    award.demand.is_budget_hidden = True
    row = publish_award_notice(session, award.demand, by=organizer, now=world.now).annex[0]
    assert (row["score"], row["rank"], row["listed_fen"]) == (None, None, None)


def test_publish_award_notice_takes_given_texts_before_the_standard(
    world: World, session: Session, organizer: Actor
) -> None:
    award = make_award(world)
    notice = publish_award_notice(
        session, award.demand, by=organizer, now=world.now, title="关于拟揭榜项目的公示", steps="经集体研究。"
    )
    assert (notice.title, notice.body["steps"]) == ("关于拟揭榜项目的公示", "经集体研究。")
    assert notice.body["legal_basis"] == world.round.legal_basis
    assert notice.body["supervision"] == world.round.supervision_contact


def test_publish_award_notice_refuses_without_decision(
    world: World, session: Session, organizer: Actor
) -> None:
    demand = make_demand(world, DemandState.RECOMMENDED)
    with pytest.raises(RuleBroken) as refused:
        publish_award_notice(session, demand, by=organizer, now=world.now)
    assert refused.value.codes == {"award_not_decided"}


@pytest.mark.parametrize("role", [Role.DEMAND_OWNER, Role.SUPERVISOR, Role.OPERATOR])
def test_publish_award_notice_refuses_everyone_but_the_organiser(
    world: World, session: Session, role: Role
) -> None:
    award = make_award(world)
    with pytest.raises(NotPermitted):
        publish_award_notice(session, award.demand, by=world.actor(role), now=world.now)


def test_publish_award_notice_refuses_another_organiser(world: World, session: Session) -> None:
    award = make_award(world)
    stranger = world.actor_of(world.other_organizer)
    with pytest.raises(NotPermitted):
        publish_award_notice(session, award.demand, by=stranger, now=world.now)


@pytest.mark.both_databases
def test_publish_award_notice_again_supersedes_and_restarts_the_clock(
    world: World, session: Session, organizer: Actor, clock: Clock
) -> None:
    award, former = on_notice(world, session, organizer)
    clock.advance(days=3)
    again = publish_award_notice(session, award.demand, by=organizer, now=world.now)
    assert (former.state, again.state) == (NoticeState.SUPERSEDED, NoticeState.IN_FORCE)
    assert again.supersedes_id == former.id
    assert again.number == f"{world.round.number}-N002"
    assert again.first_on == date(2026, 3, 20)
    assert award.demand.state is DemandState.IN_NOTICE


def test_publish_award_notice_again_refused_while_an_objection_is_open(
    world: World, session: Session, organizer: Actor
) -> None:
    award, notice = on_notice(world, session, organizer)
    make_objection(world, ObjectionState.FILED, notice=notice, award=award)
    with pytest.raises(RuleBroken) as refused:
        publish_award_notice(session, award.demand, by=organizer, now=world.now)
    assert refused.value.codes == {"objection_open"}


def test_publish_notice_refuses_an_empty_annex(world: World, session: Session, organizer: Actor) -> None:
    with pytest.raises(RuleBroken) as refused:
        publish_notice(
            session,
            kind=NoticeKind.DELISTING,
            round_=world.round,
            title=None,
            annex=[],
            by=organizer,
            now=world.now,
        )
    assert refused.value.codes == {"annex_empty"}


def test_publish_demand_notice_moves_no_demand(world: World, session: Session, organizer: Actor) -> None:
    demand = make_demand(world, DemandState.APPROVED)
    notice = publish_demand_notice(session, world.round, [demand], by=organizer, now=world.now)
    assert (notice.kind, notice.annex[0]["demand_number"]) == (NoticeKind.DEMAND_SELECTION, demand.number)
    assert demand.state is DemandState.APPROVED


@pytest.mark.both_databases
def test_end_of_the_notice_awards_to_the_microsecond(
    world: World, session: Session, organizer: Actor
) -> None:
    award, notice = on_notice(world, session, organizer)
    assert notice.ends_at is not None
    settle(session, notice, notice.ends_at - timedelta(microseconds=1))
    assert (notice.state, award.state) == (NoticeState.IN_FORCE, AwardState.PENDING)
    settle(session, notice, notice.ends_at)
    assert (notice.state, award.demand.state) == (NoticeState.CLOSED_CLEAN, DemandState.AWARDED)
    assert (award.state, award.bid.state) == (AwardState.ACTIVE, BidState.AWARDED)


def test_end_of_the_notice_waits_for_an_open_objection(
    world: World, session: Session, organizer: Actor, clock: Clock
) -> None:
    award, notice = on_notice(world, session, organizer)
    make_objection(world, ObjectionState.FILED, notice=notice, award=award)
    clock.advance(days=30)
    settle(session, notice, world.now)
    assert (notice.state, award.state) == (NoticeState.IN_FORCE, AwardState.PENDING)


def test_end_of_the_notice_awards_every_lane_but_a_held_one(
    world: World, session: Session, organizer: Actor, clock: Clock, database: Database
) -> None:
    demand = make_demand(world, DemandState.RECOMMENDED, lanes=2)
    awards = [
        make_award(world, bid=make_bid(world, BidState.RECOMMENDED, demand=demand), slot=slot)
        for slot in (1, 2)
    ]
    notice = publish_award_notice(session, demand, by=organizer, now=world.now)
    supervisor = world.actor(Role.SUPERVISOR)
    set_hold(session, awards[1], HoldReason.INVESTIGATION, by=supervisor, now=world.now, note="核查中")
    clock.advance(days=30)
    settle(session, notice, world.now)
    assert [award.state for award in awards] == [AwardState.ACTIVE, AwardState.PENDING]
    lift_hold(session, awards[1], by=supervisor, now=world.now)
    session.commit()
    tick(database, world.now)
    session.expire_all()
    assert [award.state for award in awards] == [AwardState.ACTIVE, AwardState.ACTIVE]


def test_tick_waits_while_the_demand_is_on_hold_and_goes_on_after(
    world: World, session: Session, organizer: Actor, clock: Clock, database: Database
) -> None:
    award, notice = on_notice(world, session, organizer)
    supervisor = world.actor(Role.SUPERVISOR)
    set_hold(session, award.demand, HoldReason.COURT, by=supervisor, now=world.now, note="法院通知")
    session.commit()
    tick(database, clock.advance(days=30))
    session.expire_all()
    assert (notice.state, award.state) == (NoticeState.CLOSED_CLEAN, AwardState.PENDING)
    lift_hold(session, award.demand, by=supervisor, now=world.now)
    session.commit()
    tick(database, world.now)
    session.expire_all()
    assert (award.demand.state, award.state) == (DemandState.AWARDED, AwardState.ACTIVE)


def test_revoke_takes_the_demand_back(world: World, session: Session, organizer: Actor) -> None:
    award, notice = on_notice(world, session, organizer)
    move(session, notice, "revoke", by=organizer, now=world.now, reason="附表有误")
    assert (notice.state, award.demand.state) == (NoticeState.REVOKED, DemandState.RECOMMENDED)


def test_revoke_refuses_the_system(world: World, session: Session, organizer: Actor) -> None:
    _award, notice = on_notice(world, session, organizer)
    with pytest.raises(NotPermitted):
        move(session, notice, "revoke", by=SYSTEM, now=world.now, reason="附表有误")


def test_next_rank_leaves_the_notice_that_led_to_an_award(
    world: World, session: Session, organizer: Actor, clock: Clock
) -> None:
    demand = make_demand(world, DemandState.RECOMMENDED, lanes=2)
    first = make_award(world, bid=make_bid(world, BidState.RECOMMENDED, demand=demand))
    notice = publish_award_notice(session, demand, by=organizer, now=world.now)
    clock.advance(days=30)
    settle(session, notice, world.now)
    demand.state = DemandState.RECOMMENDED
    make_award(world, bid=make_bid(world, BidState.RECOMMENDED, demand=demand), slot=2)
    again = publish_award_notice(session, demand, by=organizer, now=world.now)
    assert (notice.state, again.state) == (NoticeState.CLOSED_CLEAN, NoticeState.IN_FORCE)
    assert first.state is AwardState.ACTIVE
    settle(session, again, world.now)
    assert demand.state is DemandState.IN_NOTICE


def test_publish_twice_at_once_is_refused(world: World, session: Session, organizer: Actor) -> None:
    _award, notice = on_notice(world, session, organizer)
    with pytest.raises(StateMovedOn):
        move(session, notice, "publish", by=organizer, now=world.now)
