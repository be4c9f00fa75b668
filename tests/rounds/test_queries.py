"""Who sees which rounds, and what the overview counts."""

from datetime import timedelta

import pytest

from app.access import ANONYMOUS
from app.models.procedure_codes import Role
from app.models.states import DemandState as D
from app.models.states import RoundState
from app.rounds import queries
from tests.factories import World, make_demand, make_round
from tests.moments import Clock

pytestmark = pytest.mark.both_databases


def seen(world: World, query) -> list[RoundState]:
    world.session.flush()
    return sorted(each.state for each in world.session.scalars(query))


def test_show_a_draft_to_its_own_organizers_only(world: World) -> None:
    for state in RoundState:
        make_round(world, state)
    opened = sorted(state for state in RoundState if state is not RoundState.DRAFT)
    for actor in (ANONYMOUS, world.actor(Role.BIDDER), world.actor_of(world.other_organizer)):
        assert seen(world, queries.visible_to(actor)) == opened
    for role in (Role.ORGANIZER, Role.SUPERVISOR):
        assert seen(world, queries.visible_to(world.actor(role))) == sorted(RoundState)
    assert seen(world, queries.managed_by(world.actor(Role.ORGANIZER))) == sorted(RoundState)
    assert seen(world, queries.managed_by(world.actor_of(world.other_organizer))) == []


def test_count_demands_by_the_state_that_is_true(world: World, clock: Clock) -> None:
    round_ = make_round(world)
    for state in (D.DRAFT, D.SUBMITTED, D.VETTING, D.VETTING, D.OPEN, D.NO_AWARD):
        make_demand(world, state, round_=round_)
    counts = queries.counts_by_state(world.session, round_, clock.now)
    assert counts == {D.SUBMITTED: 1, D.VETTING: 2, D.OPEN: 1, D.NO_AWARD: 1}
    assert queries.published_counts(world.session, [round_], clock.now) == {round_.id: 2}
    later = queries.counts_by_state(world.session, round_, clock.now + timedelta(days=36))
    assert later == {D.SUBMITTED: 1, D.VETTING: 2, D.CLOSED: 1, D.NO_AWARD: 1}


def test_keep_a_held_listing_open(world: World, clock: Clock) -> None:
    round_ = make_round(world)
    demand = make_demand(world, D.OPEN, round_=round_)
    demand.hold_since_at, demand.hold_reason = clock.now, "investigation"
    world.session.flush()
    later = clock.now + timedelta(days=36)
    assert queries.counts_by_state(world.session, round_, later) == {D.OPEN: 1}
    assert queries.state_now(demand, later) is D.OPEN


def test_say_what_is_due_and_when(world: World, clock: Clock) -> None:
    round_ = make_round(world)
    made = {
        state: make_demand(world, state, round_=round_)
        for state in (D.OPEN, D.NO_AWARD, D.AWARDED, D.VETTING)
    }
    demands = world.session.scalars(queries.demands_of(round_, clock.now)).all()
    found = {each.demand.state: each for each in queries.with_due(world.session, round_, demands, clock.now)}
    assert [each.state for each in demands] == [D.VETTING, D.OPEN, D.AWARDED, D.NO_AWARD]
    assert found[D.OPEN].due_at == made[D.OPEN].closes_at
    assert found[D.AWARDED].due_at == made[D.AWARDED].awarded_at + timedelta(days=30)
    assert found[D.VETTING].due_at is None
    # Ten working days from Monday 16 March end with Monday 30 March.
    assert found[D.NO_AWARD].due_at.isoformat() == "2026-03-30T16:00:00+00:00"


def test_list_one_stage(world: World, clock: Clock) -> None:
    round_ = make_round(world)
    closed = make_demand(world, D.OPEN, round_=round_, closes_at=clock.now)
    make_demand(world, D.OPEN, round_=round_)
    stage = next(each for each in queries.STAGES if each.code == "opening")
    found = world.session.scalars(queries.demands_of(round_, clock.now, stage)).all()
    assert found == [closed]


def test_give_every_state_one_stage() -> None:
    listed = [state for stage in queries.STAGES for state in stage.states]
    assert sorted(listed) == sorted(state for state in D if state is not D.DRAFT)
