"""Every transition, from every state, by everybody: generated from the tables, judged by a list made by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access import Actor
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.base import State
from app.models.records import Event
from app.workflow import WORKFLOWS, Transition, Workflow, move, settle
from app.workflow.events import covered
from tests.factories import World
from tests.factories.ready import PLAIN, ready
from tests.workflow.cast import MEANT, cast
from tests.workflow.codes import codes_of

ALL = list(WORKFLOWS.values())
REASON = "依据管理办法第十二条办理"


def events(world: World) -> int:
    return world.session.scalar(select(func.count()).select_from(Event))


def row(world: World, thing: Any) -> dict[str, Any]:
    """The row as it stands in the database."""
    world.session.refresh(thing)
    return covered(thing) | {"version": thing.version}


def do(world: World, thing: Any, transition: Transition, by: Actor, *, is_due: bool = False) -> None:
    """The move; what the clock does, the clock does."""
    if is_due and transition.due_at and by.is_system:
        settle(world.session, thing, world.now)
        if thing.state is not transition.target:
            raise RuleBroken(transition.refusals(thing, world.now))
    else:
        move(world.session, thing, transition.action, by=by, now=world.now, reason=REASON)


def assert_moved(world: World, thing: Any, transition: Transition, by: Actor, before: dict[str, Any]) -> None:
    """One step on: state, stamp, row version, and exactly one event that tells it."""
    name = f"{type(thing).__tablename__}.{transition.action} from {before['state']}"
    assert thing.state is transition.target, name
    assert thing.version == before["version"] + 1, name
    if transition.stamps:
        assert getattr(thing, transition.stamps) == world.now, name
    event = world.session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert event is not None, name
    assert (event.thing_type, event.thing_id) == (type(thing).__tablename__, thing.id), name
    assert (event.action, event.from_state, event.to_state) == (
        transition.action,
        before["state"].value,
        transition.target.value,
    ), name
    assert (event.actor_id, event.organisation_id, event.at) == (by.user_id, by.organisation_id, world.now), (
        name
    )


def refused(act: Callable[[], None]) -> type[Exception] | None:
    """How it was refused, or None."""
    try:
        act()
    except (NotPermitted, StateMovedOn, RuleBroken) as error:
        return type(error)
    return None


@pytest.mark.parametrize("workflow", ALL, ids=lambda workflow: workflow.name)
def test_try_everything_with_the_plain_thing(
    workflow: Workflow, world: World, record_property: Callable[[str, object], None]
) -> None:
    people = cast(world, workflow)
    tried = 0
    for state in workflow.states:
        thing = PLAIN[workflow.name](world, state)
        world.session.flush()
        before, count = row(world, thing), events(world)
        for transition in workflow.transitions:
            for name, actor in people.items():
                try_once(world, thing, transition, state, name, actor, before)
                tried += 1
            assert row(world, thing) == before, f"{transition.action} left something behind"
            assert events(world) == count
    assert tried == len(list(workflow.states)) * len(workflow.transitions) * len(people)
    record_property("combinations", tried)


def try_once(
    world: World,
    thing: Any,
    transition: Transition,
    state: State,
    name: str,
    actor: Actor,
    before: dict[str, Any],
) -> None:
    """One combination: the right refusal, of the right kind first, or one clean step."""
    said = f"{transition.action} from {state.value} by {name}"
    if name not in MEANT[transition.permission]:
        expected = NotPermitted
    elif state not in transition.sources:
        expected = StateMovedOn
    else:
        with world.session.begin_nested() as savepoint:
            try:
                do(world, thing, transition, actor)
                assert_moved(world, thing, transition, actor, before)
            except RuleBroken as error:
                pattern = codes_of(transition)
                strange = [code for code in error.codes if not pattern.fullmatch(code)]
                assert not strange, f"{said}: no guard of it says {strange}"
            savepoint.rollback()
        return
    assert refused(lambda: do(world, thing, transition, actor)) is expected, said
    assert not world.session.dirty, said
    assert not world.session.new, said


@pytest.mark.both_databases
@pytest.mark.parametrize("workflow", ALL, ids=lambda workflow: workflow.name)
def test_move_when_everything_is_ready(workflow: Workflow, world: World) -> None:
    people = cast(world, workflow)
    for transition in workflow.transitions:
        for state in sorted(transition.sources, key=str):
            with world.session.begin_nested() as building:
                thing = ready(world, workflow, transition, state)
                before, count = row(world, thing), events(world)
                assert before["state"] is state
                for name in sorted(MEANT[transition.permission]):
                    with world.session.begin_nested() as savepoint:
                        try:
                            do(world, thing, transition, people[name], is_due=True)
                        except RuleBroken as error:
                            pytest.fail(
                                f"{transition.action} from {state.value}: not ready: {sorted(error.codes)}"
                            )
                        assert_moved(world, thing, transition, people[name], before)
                        assert events(world) == count + 1
                        savepoint.rollback()
                building.rollback()


@pytest.mark.parametrize("workflow", ALL, ids=lambda workflow: workflow.name)
def test_refuse_without_reason(workflow: Workflow, world: World) -> None:
    people = cast(world, workflow)
    for transition in (each for each in workflow.transitions if each.needs_reason):
        for state in sorted(transition.sources, key=str):
            with world.session.begin_nested() as building:
                thing = ready(world, workflow, transition, state)
                name = sorted(MEANT[transition.permission])[0]
                for reason in (None, "", "  \n"):
                    with pytest.raises(RuleBroken) as caught:
                        move(
                            world.session,
                            thing,
                            transition.action,
                            by=people[name],
                            now=world.now,
                            reason=reason,
                        )
                    assert caught.value.codes == {"reason_missing"}
                assert thing.state is state
                building.rollback()


@pytest.mark.parametrize("workflow", ALL, ids=lambda workflow: workflow.name)
def test_move_nothing_on_hold(workflow: Workflow, world: World) -> None:
    people = cast(world, workflow)
    for transition in workflow.transitions:
        for state in sorted(transition.sources, key=str):
            with world.session.begin_nested() as building:
                thing = ready(world, workflow, transition, state)
                thing.hold_reason, thing.hold_since_at = "objection", world.now
                world.session.flush()
                before, count = row(world, thing), events(world)
                name = sorted(MEANT[transition.permission])[0]
                settle(world.session, thing, world.now)
                with pytest.raises(RuleBroken) as caught:
                    move(
                        world.session, thing, transition.action, by=people[name], now=world.now, reason=REASON
                    )
                assert caught.value.codes == {"on_hold"}
                assert row(world, thing) == before
                assert events(world) == count
                building.rollback()


def test_know_who_is_meant_for_every_permission_of_the_tables() -> None:
    used = {each.permission for workflow in ALL for each in workflow.transitions}
    assert used == set(MEANT)


def test_leave_every_state_only_by_the_table() -> None:
    for workflow in ALL:
        for each in workflow.transitions:
            assert each.sources <= set(workflow.states), each.action
            assert each.target in set(workflow.states), each.action


def test_reach_every_state_from_the_first() -> None:
    for workflow in ALL:
        first = next(iter(workflow.states))
        if workflow.name == "demonstration":
            assert first.value == "candidate"
        reached, found = set(), {first}
        while found - reached:
            reached |= found
            found |= {each.target for each in workflow.transitions if each.sources & reached}
        assert reached == set(workflow.states), workflow.name
