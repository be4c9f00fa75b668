"""What time makes true: to the microsecond, once, whoever asks first, and never under a hold."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access import SYSTEM
from app.core.clock import local
from app.core.db import Database
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.accounts import Organisation
from app.models.demands import Demand
from app.models.procedure_codes import HoldReason, Role
from app.models.records import Event
from app.models.states import BidState, DemandState, NoticeState, OrganisationState
from app.workflow import WORKFLOWS, Transition, Workflow, move, offered, settle, state_at, ticking
from app.workflow.holds import lift_hold, set_hold
from app.workflow.ticking import register_job, tick
from tests.factories import World, make_bid, make_demand, make_notice, make_organisation
from tests.factories.ready import ready

A_MICROSECOND = timedelta(microseconds=1)
TIMED = [
    (workflow, each)
    for workflow in WORKFLOWS.values()
    for each in workflow.transitions
    if each.due_at is not None
]


@pytest.fixture(autouse=True)
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """No stage's own timed work."""
    jobs: list[Any] = []
    monkeypatch.setattr(ticking, "_JOBS", jobs)
    yield jobs


def due_moment(thing: Any, transition: Transition, now: datetime) -> datetime:
    """The first instant at which the clock may do it: the column's, except where a guard counts from elsewhere."""
    if transition.action == "suspend_overdue":
        return now.replace(hour=0, minute=0)
    moment: datetime = getattr(thing, transition.due_at or "")
    return moment


@pytest.mark.both_databases
@pytest.mark.parametrize(("workflow", "transition"), TIMED, ids=[f"{w.name}.{t.action}" for w, t in TIMED])
def test_become_true_at_the_instant(workflow: Workflow, transition: Transition, world: World) -> None:
    for state in transition.sources:
        thing = ready(world, workflow, transition, state)
        world.session.flush()
        world.session.expire_all()
        moment = due_moment(thing, transition, local(world.now))
        assert state_at(thing, moment - A_MICROSECOND) is state
        settle(world.session, thing, moment - A_MICROSECOND)
        assert thing.state is state
        assert state_at(thing, moment) is transition.target
        settle(world.session, thing, moment)
        assert thing.state is transition.target
        events = world.session.scalars(select(Event).where(Event.thing_id == thing.id)).all()
        assert [(each.action, each.actor_id, each.role) for each in events] == [
            (transition.action, None, "system")
        ]


def test_refuse_what_the_clock_has_overtaken(world: World) -> None:
    demand = make_demand(world, DemandState.OPEN, closes_at=world.now)
    with pytest.raises(StateMovedOn):
        move(
            world.session,
            demand,
            "withdraw",
            by=world.actor(Role.DEMAND_OWNER),
            now=world.now,
            reason="计划调整",
        )
    assert demand.state is DemandState.CLOSED


@pytest.mark.parametrize(("seconds", "is_taken"), [(-1, True), (0, False), (1, False)])
def test_take_bid_until_the_closing_time_though_no_job_ran(
    world: World, seconds: int, is_taken: bool
) -> None:
    bid = make_bid(world, BidState.DRAFT)
    now = world.clock.set(bid.demand.closes_at + timedelta(seconds=seconds))
    bidder = world.actor(Role.BIDDER)
    if is_taken:
        move(world.session, bid, "submit", by=bidder, now=now)
        assert bid.state is BidState.SUBMITTED
        return
    with pytest.raises(RuleBroken) as caught:
        move(world.session, bid, "submit", by=bidder, now=now)
    assert caught.value.codes == {"bidding_closed"}
    assert bid.demand.state is DemandState.OPEN


@pytest.mark.both_databases
def test_tick_records_what_is_due_once(world: World, database: Database) -> None:
    due = [make_demand(world, DemandState.OPEN, closes_at=world.now).id for _ in range(3)]
    make_demand(world, DemandState.OPEN)
    held = make_demand(world, DemandState.OPEN, closes_at=world.now)
    held.hold_reason, held.hold_since_at = HoldReason.COURT.value, world.now
    make_notice(world, NoticeState.IN_FORCE, ends_at=world.now)
    world.session.commit()
    assert tick(database, world.now) == 4
    assert tick(database, world.now) == 0
    closed = world.session.scalars(select(Demand.id).where(Demand.state == DemandState.CLOSED)).all()
    assert set(closed) == set(due)
    assert world.session.scalar(select(func.count()).select_from(Event)) == 4


@pytest.mark.both_databases
def test_tick_twice_at_once(world: World, database: Database) -> None:
    for _ in range(8):
        make_demand(world, DemandState.OPEN, closes_at=world.now)
    world.session.commit()
    now, start, moved = world.now, Barrier(2), []

    def run() -> None:
        start.wait()
        moved.append(tick(database, now))

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(moved) == 8
    assert world.session.scalar(select(func.count()).select_from(Event)) == 8
    states = world.session.scalars(select(Demand.state)).all()
    assert states == [DemandState.CLOSED] * 8


def test_tick_does_the_jobs_of_the_stages(world: World, database: Database) -> None:
    asked: list[datetime] = []

    def job(session: object, now: datetime) -> int:
        asked.append(now)
        return 2

    register_job(job)
    register_job(job)
    world.session.commit()
    assert tick(database, world.now) == 2
    assert asked == [world.now]


@pytest.mark.both_databases
def test_refuse_the_second_of_two_who_read_the_same_row(world: World, database: Database) -> None:
    made_id = make_organisation(world, OrganisationState.REGISTERED).id
    operator, now = world.actor(Role.OPERATOR), world.now
    world.session.commit()
    with database.reading() as reader:
        slow = reader.get(Organisation, made_id)
        reader.expunge(slow)
    with database.unit() as first:
        move(first, first.get(Organisation, made_id), "verify", by=operator, now=now)
    with pytest.raises(StateMovedOn), database.unit() as late:
        late.add(slow)
        move(late, slow, "reject", by=operator, now=now, reason="材料不全")
    with database.reading() as reader:
        assert reader.get(Organisation, made_id).state is OrganisationState.VERIFIED
        assert reader.scalars(select(Event.action)).all() == ["verify"]


def test_let_the_site_act_on_what_a_person_did(world: World) -> None:
    bid = make_bid(world, BidState.DRAFT)
    owner = world.actor(Role.DEMAND_OWNER)
    event = move(world.session, bid, "lapse", by=owner.as_system(), now=world.now)
    assert (event.actor_id, event.role) == (owner.user_id, "system")


def test_offer_what_the_table_and_the_hour_allow(world: World) -> None:
    demand = make_demand(world, DemandState.OPEN, closes_at=world.now + timedelta(hours=1))
    owner, organizer = world.actor(Role.DEMAND_OWNER), world.actor(Role.ORGANIZER)
    assert [(o.action, o.refusal) for o in offered(demand, owner, world.now)] == [("withdraw", None)]
    assert offered(demand, organizer, world.now) == []
    assert offered(demand, owner, world.now + timedelta(hours=1)) == []
    after = offered(demand, organizer, world.now + timedelta(hours=1))
    said = {o.action: o.refusal.code if o.refusal else None for o in after}
    assert said == {
        "open_bids": "opening_not_approved",
        "record_no_award": None,
        "withdraw_after_closing": "withdrawal_not_backed",
    }


HOLDERS: list[tuple[str, Callable[[World], Any]]] = [
    ("supervisor", lambda world: world.actor(Role.SUPERVISOR)),
    ("system", lambda world: SYSTEM),
]


@pytest.mark.parametrize(("name", "who"), HOLDERS)
def test_set_and_lift_hold(world: World, name: str, who: Callable[[World], Any]) -> None:
    demand = make_demand(world, DemandState.REVIEWING)
    by = who(world)
    set_hold(
        world.session,
        demand,
        HoldReason.INVESTIGATION,
        by=by,
        now=world.now,
        note="线索核查",
        pauses_clock=True,
    )
    assert demand.is_held
    assert [o.refusal.code for o in offered(demand, world.actor(Role.ORGANIZER), world.now) if o.refusal] == [
        "on_hold"
    ] * 3
    with pytest.raises(StateMovedOn):
        set_hold(world.session, demand, HoldReason.COURT, by=by, now=world.now, note="再次")
    lift_hold(world.session, demand, by=by, now=world.clock.advance(hours=2))
    assert (demand.is_held, demand.hold_reason, demand.paused_seconds) == (False, None, 7200)
    with pytest.raises(StateMovedOn):
        lift_hold(world.session, demand, by=by, now=world.now)
    events = world.session.scalars(select(Event).order_by(Event.seq)).all()
    assert [(each.action, each.from_state) for each in events] == [("set_hold", None), ("lift_hold", None)]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_refuse_hold_by_others(world: World, role: Role) -> None:
    demand = make_demand(world, DemandState.OPEN)
    by = world.actor(role)
    with pytest.raises(NotPermitted):
        set_hold(world.session, demand, HoldReason.OTHER, by=by, now=world.now, note="无")
    with pytest.raises(NotPermitted):
        lift_hold(world.session, demand, by=by, now=world.now)


def test_refuse_hold_without_reason(world: World) -> None:
    demand = make_demand(world, DemandState.OPEN)
    with pytest.raises(RuleBroken) as caught:
        set_hold(world.session, demand, HoldReason.OTHER, by=world.actor(Role.SUPERVISOR), now=world.now)
    assert caught.value.codes == {"reason_missing"}
    assert not demand.is_held
