"""Panels drawn through the service: by the rules of the round, recorded, and the same when drawn again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.experts import panels
from app.experts.panels import draw_more, draw_panel, redraw
from app.models.demands import Demand
from app.models.procedure_codes import (
    ConflictReason,
    ConflictSource,
    ExpertKind,
    PanelPurpose,
    Role,
    RubricKind,
)
from app.models.records import Event
from app.models.reviews import Conflict, Panel
from app.models.states import AssignmentState, DemandState, ExpertState
from tests.experts.conftest import drawn, more_experts
from tests.factories import World, make_acceptance, make_demand, make_panel


def test_draw_seats_and_reserves(world: World, demand: Demand, panel: Panel) -> None:
    seats = panels.sitting(panel)
    assert [(seat.position, seat.is_reserve, seat.state) for seat in panel.assignments] == [
        (1, False, AssignmentState.DRAWN),
        (2, False, AssignmentState.DRAWN),
        (3, False, AssignmentState.DRAWN),
        (4, False, AssignmentState.DRAWN),
        (5, False, AssignmentState.DRAWN),
        (6, True, AssignmentState.DRAWN),
        (7, True, AssignmentState.DRAWN),
    ]
    assert any(seat.expert.kind is ExpertKind.FINANCE for seat in seats)
    assert (panel.seed, panel.rubric_frozen_at, panel.is_live) == ("seed-1", world.now, True)
    event = world.session.scalars(select(Event).where(Event.thing_id == panel.id)).one()
    assert (event.action, event.data["seed"], event.demand_id) == ("draw", "seed-1", demand.id)


def test_draw_the_same_panel_again(world: World, panel: Panel) -> None:
    world.session.commit()
    world.session.refresh(panel)
    again = redraw(panel)
    assert (again.is_same, again.has_same_inputs) == (True, True)
    assert list(again.seats) == panel.draw["seats"]


@pytest.mark.parametrize("part", ["seats", "seed", "candidates", "rules"])
def test_notice_a_record_that_was_tampered_with(world: World, panel: Panel, part: str) -> None:
    forged = {
        "seats": list(reversed(panel.draw["seats"])),
        "seed": "another",
        "candidates": panel.draw["candidates"][1:],
        "rules": panel.draw["rules"] | {"outside_percent": 0},
    }
    panel.draw = panel.draw | {part: forged[part]}
    assert redraw(panel).is_same is False


def test_take_a_random_seed_when_none_is_given(world: World, demand: Demand) -> None:
    panel = draw_panel(
        world.session,
        purpose=PanelPurpose.REVIEW,
        rubric=demand.round.rubric(RubricKind.BID),
        by=world.actor(Role.ORGANIZER),
        now=world.now,
        demand=demand,
    )
    assert len(panel.seed) == 32
    assert redraw(panel).is_same is True


@pytest.mark.parametrize("person", ["bidder", "owner", "supervisor", "other_organizer"])
def test_let_the_organizer_alone_draw(world: World, demand: Demand, person: str) -> None:
    with pytest.raises(NotPermitted):
        draw_panel(
            world.session,
            purpose=PanelPurpose.REVIEW,
            rubric=demand.round.rubric(RubricKind.BID),
            by=world.actor_of(world.people[person]),
            now=world.now,
            demand=demand,
        )


def test_refuse_a_second_panel(world: World, demand: Demand, panel: Panel) -> None:
    with pytest.raises(RuleBroken) as refused:
        drawn(world, demand)
    assert refused.value.codes == {"panel_stands"}


def test_refuse_to_draw_before_the_opening(world: World) -> None:
    with pytest.raises(RuleBroken) as refused:
        drawn(world, make_demand(world, DemandState.CLOSED))
    assert refused.value.codes == {"bids_not_open"}


def test_keep_conflicted_and_suspended_experts_out(world: World, demand: Demand) -> None:
    same_unit, suspended, on_record = world.experts[0], world.experts[1], world.experts[2]
    more_experts(world, 4)
    same_unit.unit_uscc = demand.bids[0].lead.uscc
    suspended.state = ExpertState.SUSPENDED
    world.add(
        Conflict(
            expert_id=on_record.id,
            demand_id=demand.id,
            source=ConflictSource.DECLARED,
            reason=ConflictReason.RELATIVE,
            at=world.now,
        )
    )
    panel = drawn(world, demand)
    assert {row["id"]: row["reasons"] for row in panel.draw["excluded"]} == {
        str(same_unit.id): ["same_unit"],
        str(suspended.id): ["inactive"],
        str(on_record.id): ["conflict_on_record"],
    }
    assert not {same_unit.id, suspended.id, on_record.id} & {seat.expert_id for seat in panel.assignments}


def test_count_the_load_of_the_year(world: World, demand: Demand) -> None:
    busy = world.experts[:2]
    more_experts(world, 8)
    for expert in busy:
        expert.max_load = 1
    make_panel(world, experts=world.experts[:5], reserves=0)
    make_panel(
        world, experts=world.experts[5:9], size=4, reserves=0, drawn_at=world.now - timedelta(days=365)
    )
    panel = drawn(world, demand)
    loads = {row["id"]: row["load"] for row in panel.draw["candidates"]}
    assert [loads[str(expert.id)] for expert in world.experts] == [1, 1, 1, 1, 1, 0, 0, 0, 0]
    assert {row["id"]: row["reasons"] for row in panel.draw["excluded"]} == {
        str(expert.id): ["load"] for expert in busy
    }


def test_count_colleagues_of_the_organizer_as_inside(world: World, demand: Demand) -> None:
    more_experts(world, 3)
    world.experts[0].unit_name = world.organizer_org.name
    panel = drawn(world, demand)
    inside = [row["id"] for row in panel.draw["candidates"] if not row["is_outside"]]
    assert inside == [str(world.experts[0].id)]


def test_say_what_is_missing_when_nobody_is_left(world: World, demand: Demand) -> None:
    for expert in world.experts:
        if expert.kind is ExpertKind.FINANCE:
            expert.kind = ExpertKind.LEGAL
    with pytest.raises(RuleBroken) as refused:
        drawn(world, demand)
    assert refused.value.codes == {"draw_finance"}
    assert world.session.scalars(select(Panel)).all() == []


def acceptance_panel(world: World):
    acceptance = make_acceptance(world)
    demand = acceptance.demand
    panel = draw_panel(
        world.session,
        purpose=PanelPurpose.ACCEPTANCE,
        rubric=demand.round.rubric(RubricKind.ACCEPTANCE),
        by=world.actor(Role.ORGANIZER),
        now=world.now,
        acceptance=acceptance,
        seed="s",
    )
    return acceptance, panel


def test_seat_someone_new_at_the_acceptance(world: World) -> None:
    acceptance, panel = acceptance_panel(world)
    selectors = {
        seat.expert_id
        for each in acceptance.demand.panels
        for seat in each.assignments
        if not seat.is_reserve
    }
    sitting = {seat.expert_id for seat in panels.sitting(panel)}
    assert panel.draw["rules"]["needs_newcomer"] is True
    assert sitting - selectors != set()
    assert redraw(panel).is_same is True


def test_draw_more_for_empty_seats(world: World, demand: Demand, panel: Panel) -> None:
    more_experts(world, 6)
    gone = panels.sitting(panel)[0]
    gone.state = AssignmentState.REPLACED
    for reserve in panels.reserves_of(panel):
        reserve.state = AssignmentState.DECLINED
    world.session.flush()
    draw_more(world.session, panel, by=world.actor(Role.ORGANIZER), now=world.now, seed="further")
    world.session.commit()
    world.session.refresh(panel)
    assert len(panels.sitting(panel)) == 5
    assert len(panels.reserves_of(panel)) == 2
    assert gone.expert_id not in {seat.expert_id for seat in panels.sitting(panel)}
    assert redraw(panel).is_same is True


def test_draw_no_more_than_is_missing(world: World, panel: Panel) -> None:
    with pytest.raises(RuleBroken) as refused:
        draw_more(world.session, panel, by=world.actor(Role.ORGANIZER), now=world.now)
    assert refused.value.codes == {"nothing_missing"}


def test_draw_no_more_once_the_report_is_signed(world: World, panel: Panel) -> None:
    panel.report_signed_at = world.now
    with pytest.raises(StateMovedOn):
        draw_more(world.session, panel, by=world.actor(Role.ORGANIZER), now=world.now)
