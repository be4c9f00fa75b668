"""Officers score each on their own; the line and the floor decide; every decision leaves its trace."""

import pytest
from sqlalchemy import select

from app.access import Actor
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.codes import Field
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.records import Event, Message
from app.models.states import DemandState, SheetState
from app.vetting import queries, services
from tests.factories import World, make_demand, make_round
from tests.vetting.conftest import scores


def vet(world: World, demand: Demand, by: Actor, percent: int = 80, **points: int):
    return services.vet_demand(
        world.session, demand, by=by, now=world.now, scores=scores(demand, percent, **points)
    )


def approve(world: World, demand: Demand, by: Actor) -> Demand:
    return services.approve_demand(world.session, demand, by=by, now=world.now)


def test_lock_an_officers_sheet(world: World, demand: Demand, officer: Actor) -> None:
    sheet = vet(world, demand, officer)
    assert (sheet.state, sheet.total, sheet.author_id) == (SheetState.SUBMITTED, 80_00, world.organizer.id)
    with pytest.raises(StateMovedOn):
        vet(world, demand, officer, 90)


def test_keep_a_draft_and_go_on_with_it(world: World, demand: Demand, officer: Actor) -> None:
    draft = services.save_draft(
        world.session, demand, by=officer, now=world.now, scores={"D1": (20_00, "")}, advice_text="先存"
    )
    assert draft.state is SheetState.DRAFT
    assert vet(world, demand, officer) is draft


def test_let_nobody_vet_a_demand_they_wrote(world: World, demand: Demand, officer: Actor) -> None:
    demand.author_id = world.organizer.id
    with pytest.raises(NotPermitted):
        vet(world, demand, officer)
    with pytest.raises(NotPermitted):
        approve(world, demand, officer)


@pytest.mark.parametrize("person", ["owner", "bidder", "supervisor", "recommender", "other_organizer"])
def test_let_nobody_else_vet(world: World, demand: Demand, person: str) -> None:
    with pytest.raises(NotPermitted):
        vet(world, demand, world.actor_of(world.people[person]))


@pytest.mark.parametrize("state", [DemandState.SUBMITTED, DemandState.APPROVED, DemandState.OPEN])
def test_score_only_under_vetting(world: World, officer: Actor, state: DemandState) -> None:
    with pytest.raises(StateMovedOn):
        vet(world, make_demand(world, state), officer)


def test_number_an_approved_demand_within_its_round(world: World, demand: Demand, officer: Actor) -> None:
    other = make_demand(world, DemandState.VETTING, field=Field.F12)
    elsewhere = make_demand(world, DemandState.VETTING, round_=make_round(world))
    for each in (demand, other, elsewhere):
        vet(world, each, officer)
        approve(world, each, officer)
    number = demand.round.number
    assert [demand.number, other.number] == [f"{number}-F08-0001", f"{number}-F12-0002"]
    assert elsewhere.number == f"{elsewhere.round.number}-F08-0001"
    assert (demand.state, demand.approved_at) == (DemandState.APPROVED, world.now)


def test_approve_nothing_unscored(world: World, demand: Demand, officer: Actor) -> None:
    with pytest.raises(RuleBroken) as refused:
        approve(world, demand, officer)
    assert (refused.value.codes, demand.number) == ({"not_vetted"}, None)


@pytest.mark.parametrize(("first", "second", "code"), [(72, 68, None), (72, 67, "below_line")])
def test_compare_the_mean_with_the_line(
    world: World, demand: Demand, officer: Actor, colleague: Actor, first: int, second: int, code: str | None
) -> None:
    # Fairness stays above its floor, so that the mean alone decides.
    vet(world, demand, officer, first)
    vet(world, demand, colleague, second)
    if code is None:
        assert approve(world, demand, officer).state is DemandState.APPROVED
        return
    with pytest.raises(RuleBroken) as refused:
        approve(world, demand, officer)
    assert refused.value.codes == {code}


@pytest.mark.parametrize(("fairness", "is_blocked"), [(5_99, True), (6_00, False)])
def test_block_below_the_floor_for_fairness(
    world: World, demand: Demand, officer: Actor, colleague: Actor, fairness: int, is_blocked: bool
) -> None:
    vet(world, demand, officer, 100)
    vet(world, demand, colleague, 100, D5=fairness)
    if not is_blocked:
        assert approve(world, demand, officer).state is DemandState.APPROVED
        return
    with pytest.raises(RuleBroken) as refused:
        approve(world, demand, officer)
    assert refused.value.codes == {"below_floor"}


def test_send_back_with_a_message_for_each_field(world: World, demand: Demand, officer: Actor) -> None:
    sheet = vet(world, demand, officer)
    fields = [{"field": "goal", "message": "请补充量化目标"}]
    services.send_back(world.session, demand, reason="目标不清", fields=fields, by=officer, now=world.now)
    assert (demand.state, demand.returned_fields, demand.state_reason) == (
        DemandState.RETURNED,
        fields,
        "目标不清",
    )
    assert (sheet.state, sheet.revision, sheet.total) == (SheetState.RETURNED, 2, None)
    told = world.session.scalars(select(Message.user_id).where(Message.kind == "demand.send_back")).all()
    assert told == [world.owner.id]


def test_send_nothing_back_without_a_reason(world: World, demand: Demand, officer: Actor) -> None:
    with pytest.raises(RuleBroken):
        services.send_back(world.session, demand, reason=" ", fields=[], by=officer, now=world.now)
    assert (demand.state, demand.returned_fields) == (DemandState.VETTING, [])


def test_keep_the_serial_when_approved_again(world: World, demand: Demand, officer: Actor) -> None:
    vet(world, demand, officer)
    approve(world, demand, officer)
    services.send_back(world.session, demand, reason="领域有误", fields=[], by=officer, now=world.now)
    demand.state, demand.field = DemandState.VETTING, Field.F01
    with pytest.raises(RuleBroken) as refused:
        approve(world, demand, officer)
    assert refused.value.codes == {"not_vetted"}
    vet(world, demand, officer)
    approve(world, demand, officer)
    assert demand.number == f"{demand.round.number}-F01-0001"


def test_reject_with_a_reason(world: World, demand: Demand, officer: Actor) -> None:
    services.reject(world.session, demand, reason="需求已由在建项目覆盖", by=officer, now=world.now)
    assert (demand.state, demand.state_reason) == (DemandState.REJECTED, "需求已由在建项目覆盖")


def test_merge_into_another_demand(world: World, demand: Demand, officer: Actor) -> None:
    into = make_demand(world, DemandState.APPROVED)
    services.merge_demand(world.session, demand, into, reason="内容相近", by=officer, now=world.now)
    assert (demand.state, demand.merged_into) == (DemandState.MERGED, into)
    event = world.session.scalars(select(Event).where(Event.action == "merge")).one()
    assert event.data == {"into": str(into.id)}


@pytest.mark.parametrize(
    "state", [DemandState.DRAFT, DemandState.SUBMITTED, DemandState.OPEN, DemandState.REJECTED]
)
def test_merge_into_nothing_unfit(world: World, demand: Demand, officer: Actor, state: DemandState) -> None:
    into = make_demand(world, state)
    with pytest.raises(RuleBroken) as refused:
        services.merge_demand(world.session, demand, into, reason="x", by=officer, now=world.now)
    assert refused.value.codes == {"merge_target_unfit"}
    assert (demand.state, demand.merged_into_id) == (DemandState.VETTING, None)


def test_merge_into_no_other_round_and_not_into_itself(world: World, demand: Demand, officer: Actor) -> None:
    for into in (demand, make_demand(world, DemandState.VETTING, round_=make_round(world))):
        with pytest.raises(RuleBroken) as refused:
            services.merge_demand(world.session, demand, into, reason="x", by=officer, now=world.now)
        assert refused.value.codes == {"merge_target_unfit"}


@pytest.mark.both_databases
def test_list_what_waits_for_me(world: World, demand: Demand, officer: Actor, colleague: Actor) -> None:
    other = make_demand(world, DemandState.VETTING)
    make_demand(world, DemandState.OPEN)
    vet(world, demand, officer)
    world.session.flush()

    def found(actor: Actor, **filters) -> set:
        return set(world.session.scalars(queries.listed(actor, filters)))

    assert found(officer) == {demand, other}
    assert found(officer, is_waiting_for_me=True) == {other}
    assert found(colleague, is_waiting_for_me=True) == {demand, other}
    assert found(officer, q=demand.title[:3], state=DemandState.REJECTED) == set()
    assert found(world.actor_of(world.other_organizer)) == set()
    assert found(world.actor(Role.SUPERVISOR)) == {demand, other}
    assert queries.scores_of(world.session, [demand, other]) == {demand.id: (1, 80_00)}
