"""Vetting by a panel: drawn without those concerned, scored after the pledge, decided by the published rule."""

import pytest
from sqlalchemy import select

from app.access import Actor
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.experts import seats
from app.models.demands import Demand
from app.models.procedure_codes import PanelPurpose, Role, VettingMode
from app.models.records import Event
from app.models.reviews import Assignment, Panel
from app.models.states import AssignmentState, DemandState
from app.vetting import panels, services
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_demand
from tests.vetting.conftest import scores

A = AssignmentState


@pytest.fixture
def demand(world: World) -> Demand:
    """A demand that a panel vets; one expert wrote it, another belongs to its owner."""
    world.round.demand_vetting = VettingMode.PANEL
    # Nine experts, two of them out, leave seven: five seats and two reserves.
    world.round.panel_outside_percent = 0
    author, colleague = world.experts[0], world.experts[8]
    colleague.unit_name = world.owner_org.name
    return make_demand(
        world, DemandState.VETTING, author=author.user, interface_constraints="对接院内病理信息系统三号接口"
    )


@pytest.fixture
def panel(world: World, demand: Demand, officer: Actor) -> Panel:
    return panels.draw_vetting_panel(world.session, demand, by=officer, now=world.now, seed="seed-7")


def ready(world: World, panel: Panel, officer: Actor) -> list[tuple[Assignment, Actor]]:
    """All members invited, declared, pledged and accepted."""
    found = []
    for seat in seats.invite_all(world.session, panel, by=officer, now=world.now):
        by = world.actor_of(seat.expert.user)
        seats.declare(world.session, seat, [], by=by, now=world.now)
        seats.sign_pledge(world.session, seat, by=by, now=world.now)
        seats.accept(world.session, seat, by=by, now=world.now)
        found.append((seat, by))
    return found


def score(world: World, demand: Demand, seat: Assignment, by: Actor, percent: int = 80, **points: int):
    given = {code: (value, "理由") for code, (value, _c) in scores(demand, percent, **points).items()}
    return panels.score_from_seat(world.session, seat, by=by, now=world.now, scores=given, advice_text="可行")


@pytest.mark.both_databases
def test_leaves_out_who_wrote_it_and_who_is_of_the_owners_unit(
    world: World, demand: Demand, panel: Panel
) -> None:
    drawn = {seat.expert_id for seat in panel.assignments}
    assert (panel.purpose, panel.size, len(drawn)) == (PanelPurpose.VETTING, 5, 7)
    assert not drawn & {world.experts[0].id, world.experts[8].id}
    reasons = {row["id"]: row["reasons"] for row in panel.draw["excluded"]}
    assert "wrote_or_vetted" in reasons[str(world.experts[0].id)]
    assert "same_unit" in reasons[str(world.experts[8].id)]


def test_draws_only_where_the_round_says_so_and_once(world: World, demand: Demand, officer: Actor) -> None:
    with pytest.raises(NotPermitted):
        panels.draw_vetting_panel(
            world.session, demand, by=world.actor_of(world.other_organizer), now=world.now
        )
    world.round.demand_vetting = VettingMode.OFFICERS
    with pytest.raises(RuleBroken) as refused:
        panels.draw_vetting_panel(world.session, demand, by=officer, now=world.now)
    assert refused.value.codes == {"officers_vet"}
    world.round.demand_vetting = VettingMode.PANEL
    panels.draw_vetting_panel(world.session, demand, by=officer, now=world.now)
    with pytest.raises(RuleBroken) as refused:
        panels.draw_vetting_panel(world.session, demand, by=officer, now=world.now)
    assert refused.value.codes == {"panel_stands"}


def test_lets_no_officer_score_in_place_of_the_panel(world: World, demand: Demand, officer: Actor) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.vet_demand(world.session, demand, by=officer, now=world.now, scores=scores(demand))
    assert refused.value.codes == {"panel_vets"}


def test_asks_a_comment_on_very_low_and_very_high_scores(
    world: World, demand: Demand, panel: Panel, officer: Actor
) -> None:
    seat, by = ready(world, panel, officer)[0]
    with pytest.raises(RuleBroken) as refused:
        panels.score_from_seat(world.session, seat, by=by, now=world.now, scores=scores(demand, 95))
    assert refused.value.codes == {"comment_missing"}


def test_decides_when_all_have_scored_by_the_published_rule(
    world: World, demand: Demand, panel: Panel, officer: Actor
) -> None:
    members = ready(world, panel, officer)
    # 71.36 on average of all five, 69.80 without the highest and the lowest: below the line of 70.
    for (seat, by), percent in zip(members, (100, 80, 66, 60, 46), strict=True):
        with pytest.raises(RuleBroken) as refused:
            services.approve_demand(world.session, demand, by=officer, now=world.now)
        assert "panel_not_done" in refused.value.codes
        score(world, demand, seat, by, percent, D5=8_00)
    with pytest.raises(RuleBroken) as refused:
        services.approve_demand(world.session, demand, by=officer, now=world.now)
    assert refused.value.codes == {"below_line"}
    world.round.has_trimmed_mean = False
    assert (
        services.approve_demand(world.session, demand, by=officer, now=world.now).state
        is DemandState.APPROVED
    )


def test_one_score_below_the_fairness_floor_blocks(
    world: World, demand: Demand, panel: Panel, officer: Actor
) -> None:
    for index, (seat, by) in enumerate(ready(world, panel, officer)):
        score(world, demand, seat, by, 90, D5=5_99 if index == 2 else 9_00)
    with pytest.raises(RuleBroken) as refused:
        services.approve_demand(world.session, demand, by=officer, now=world.now)
    assert refused.value.codes == {"below_floor"}


def test_dissolves_the_panel_with_the_decision_and_calls_it_again_when_sent_back(
    world: World, demand: Demand, panel: Panel, officer: Actor
) -> None:
    members = ready(world, panel, officer)
    for seat, by in members:
        score(world, demand, seat, by)
    services.approve_demand(world.session, demand, by=officer, now=world.now)
    assert (panel.is_live, {seat.state for seat, _by in members}) == (False, {A.DONE})
    with pytest.raises(StateMovedOn):
        score(world, demand, *members[0])
    services.send_back(world.session, demand, reason="补充", fields=[], by=officer, now=world.now)
    assert (panel.is_live, {seat.state for seat, _by in members}) == (True, {A.ACCEPTED})
    demand.state = DemandState.VETTING
    sheet = score(world, demand, *members[0], 75)
    assert (sheet.revision, len(sheet.scores)) == (2, 10)


def test_a_leaving_member_is_followed_by_a_reserve_though_others_have_scored(
    world: World, demand: Demand, panel: Panel, officer: Actor
) -> None:
    members = ready(world, panel, officer)
    for seat, by in members[1:]:
        score(world, demand, seat, by)
    seats.recuse(world.session, members[0][0], reason="身体原因", by=members[0][1], now=world.now)
    called = [seat for seat in panel.assignments if seat.replaces_id == members[0][0].id]
    assert [seat.state for seat in called] == [A.INVITED]
    assert seats.screen(world.session, panel, by=officer, now=world.now) == []


def test_walk_a_panel_over_the_pages(
    client: FussyClient, world: World, demand: Demand, officer: Actor
) -> None:
    url = f"/vetting/{demand.id}"
    client.sign_in(world.organizer)
    assert client.get(url).tree.findall(".//form[@id='sheet']") == []
    drawn = client.submit(f"{url}/panel", exact=True)
    assert drawn.status_code == 302
    panel = world.session.scalars(select(Panel)).one()
    client.submit(f"/panels/{panel.id}/invite", exact=True)
    sitting = [seat for seat in panel.assignments if seat.state is A.INVITED]
    for index, seat in enumerate(sitting):
        client.sign_in(seat.expert.user)
        work = f"/vetting/seats/{seat.id}"
        assert client.get(work).status_code == 404
        here = f"/seats/{seat.id}"
        assert client.submit(f"{here}/declare", {"is_true": "y"}, page=here).location == here
        assert client.submit(f"{here}/pledge", {"is_signed": "y"}, page=here).location == here
        assert client.get(work).status_code == 404
        seats.accept(world.session, seat, by=world.actor_of(seat.expert.user), now=world.now)
        page = text_of(client.get(work).tree)
        assert "对接院内病理信息系统三号接口" in page
        typed = {f"score_{code}": f"{value / 100:.2f}" for code, (value, _c) in scores(demand, 80).items()}
        assert client.submit(work, typed | {"score_D1": "99"}).status_code == 422
        assert client.submit(work, typed | {"advice_text": f"第{index}位专家的意见"}).location == work
        assert client.submit(work, typed, exact=True).status_code == 409
    reads = select(Event).where(Event.action == "read_restricted", Event.thing_id == demand.id)
    assert len(world.session.scalars(reads).all()) >= len(sitting)
    shown = text_of(client.sign_in(world.organizer).get(url).tree)
    assert "第4位专家的意见" in shown
    assert client.submit(f"{url}/approve").location == url
    assert demand.state is DemandState.APPROVED
    closed = client.sign_in(sitting[0].expert.user).get(f"/vetting/seats/{sitting[0].id}")
    assert "对接院内病理信息系统三号接口" not in text_of(closed.tree)
    assert client.sign_in(world.experts[0].user).get(f"/vetting/seats/{sitting[0].id}").status_code == 404


def test_hides_the_sheets_until_all_are_locked(
    client: FussyClient, world: World, demand: Demand, panel: Panel, officer: Actor
) -> None:
    members = ready(world, panel, officer)
    sheets = [score(world, demand, seat, by) for seat, by in members[:4]]
    client.sign_in(world.organizer)
    assert client.get(f"/sheets/{sheets[0].id}").status_code == 404
    assert "可行" not in text_of(client.get(f"/vetting/{demand.id}").tree.find(".//main"))
    score(world, demand, *members[4])
    assert client.get(f"/sheets/{sheets[0].id}").status_code == 200
    assert world.session.get(Panel, panel.id).purpose is PanelPurpose.VETTING
    assert client.sign_in(members[0][0].expert.user).get(f"/sheets/{sheets[1].id}").status_code == 200
    assert client.sign_in(world.owner).get(f"/sheets/{sheets[0].id}").status_code == 404


def test_the_roles_stay_apart(world: World, demand: Demand, panel: Panel, officer: Actor) -> None:
    members = ready(world, panel, officer)
    with pytest.raises(NotPermitted):
        score(world, demand, members[0][0], members[1][1])
    with pytest.raises(NotPermitted):
        score(world, demand, members[0][0], world.actor(Role.ORGANIZER))
