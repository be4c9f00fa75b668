"""The pool: who is taken in, who sees it, and how it is searched."""

import pytest
from sqlalchemy import select

from app.access import ANONYMOUS
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.experts import queries, services
from app.models.codes import Field, Region
from app.models.procedure_codes import ExpertKind, Role
from app.models.reviews import Expert
from app.models.states import AssignmentState, ExpertState
from tests.factories import World, make_assignment, make_panel, make_user

PROFILE = {
    "unit_name": "神农架生态监测站",
    "region": Region.SHENNONGJIA,
    "kind": ExpertKind.INDUSTRY,
    "fields": ["F16"],
}


def test_take_a_registered_person_in(world: World) -> None:
    user = make_user(world, name="池上秋")
    expert = services.enroll_expert(
        world.session, user, by=world.actor(Role.ORGANIZER), now=world.now, **PROFILE
    )
    assert (expert.number, expert.state, expert.max_load) == ("ZJ00010", ExpertState.ACTIVE, 12)


def test_take_nobody_in_twice(world: World) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.enroll_expert(
            world.session, world.experts[0].user, by=world.actor(Role.ORGANIZER), now=world.now, **PROFILE
        )
    assert refused.value.codes == {"expert_twice"}


def test_take_no_supervisor_in(world: World) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.enroll_expert(
            world.session, world.supervisor, by=world.actor(Role.ORGANIZER), now=world.now, **PROFILE
        )
    assert refused.value.codes == {"expert_supervises"}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPERVISOR, Role.BIDDER, Role.EXPERT])
def test_let_organizers_alone_keep_the_pool(world: World, role: Role) -> None:
    with pytest.raises(NotPermitted):
        services.enroll_expert(world.session, world.bidder, by=world.actor(role), now=world.now, **PROFILE)
    with pytest.raises(NotPermitted):
        services.edit_expert(
            world.session, world.experts[0], by=world.actor(role), now=world.now, values=PROFILE
        )


def test_change_a_profile(world: World) -> None:
    expert = world.experts[0]
    services.edit_expert(
        world.session,
        expert,
        by=world.actor(Role.ORGANIZER),
        now=world.now,
        values={"title": "研究员", "max_load": 3},
    )
    assert (expert.title, expert.max_load, expert.unit_name) == ("研究员", 3, "江城理工大学")
    expert.state = ExpertState.RETIRED
    with pytest.raises(StateMovedOn):
        services.edit_expert(
            world.session, expert, by=world.actor(Role.ORGANIZER), now=world.now, values={"title": "x"}
        )


def numbers(world: World, actor, filters=None) -> list[str]:
    world.session.flush()
    return [each.number for each in world.session.scalars(queries.pool(actor, filters or {}))]


def test_show_the_pool_to_organizers_and_supervisors(world: World) -> None:
    assert len(numbers(world, world.actor(Role.ORGANIZER))) == 9
    assert len(numbers(world, world.actor(Role.SUPERVISOR))) == 9
    assert numbers(world, world.actor(Role.EXPERT)) == ["ZJ00002"]
    for role in (Role.BIDDER, Role.DEMAND_OWNER, Role.OPERATOR, Role.FINANCE):
        assert numbers(world, world.actor(role)) == []
    assert numbers(world, ANONYMOUS) == []


@pytest.mark.both_databases
def test_search_the_pool(world: World) -> None:
    organizer = world.actor(Role.ORGANIZER)
    world.experts[3].fields = [Field.F12.value]
    assert numbers(world, organizer, {"kind": ExpertKind.FINANCE}) == ["ZJ00004", "ZJ00008"]
    assert numbers(world, organizer, {"field": Field.F12}) == ["ZJ00004"]
    assert numbers(world, organizer, {"q": "谌思"}) == ["ZJ00002"]
    assert numbers(world, organizer, {"q": "%"}) == []
    assert numbers(world, organizer, {"region": Region.WUHAN, "state": ExpertState.SUSPENDED}) == []


def seats_seen(world: World, actor) -> int:
    world.session.flush()
    return len(world.session.scalars(queries.seats_visible_to(actor)).all())


@pytest.mark.both_databases
def test_show_seats_to_their_expert_the_organizer_and_the_supervisor(world: World) -> None:
    panel = make_panel(world, seats=AssignmentState.INVITED)
    assert seats_seen(world, world.actor_of(panel.assignments[0].expert.user)) == 1
    assert seats_seen(world, world.actor_of(panel.assignments[5].expert.user)) == 0
    assert seats_seen(world, world.actor(Role.ORGANIZER)) == 7
    assert seats_seen(world, world.actor(Role.SUPERVISOR)) == 7
    assert seats_seen(world, world.actor_of(world.other_organizer)) == 0
    for role in (Role.BIDDER, Role.DEMAND_OWNER, Role.OPERATOR, Role.FINANCE):
        assert seats_seen(world, world.actor(role)) == 0
    assert seats_seen(world, ANONYMOUS) == 0


def test_show_no_seat_before_the_invitation(world: World) -> None:
    seat = make_assignment(world, AssignmentState.DRAWN)
    assert seats_seen(world, world.actor_of(seat.expert.user)) == 0


def test_number_on_from_the_last(world: World) -> None:
    world.experts[8].number = "ZJ00010"
    world.session.flush()
    expert = services.enroll_expert(
        world.session, world.bidder, by=world.actor(Role.ORGANIZER), now=world.now, **PROFILE
    )
    assert expert.number == "ZJ00011"
    assert world.session.scalar(select(Expert).where(Expert.number == "ZJ00011")) is expert
