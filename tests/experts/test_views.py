"""The pages of pool, seat and panel."""

from types import SimpleNamespace

import pytest

from app.experts import panels, seats
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.reviews import Panel
from app.models.states import AssignmentState as A
from app.models.states import ExpertState
from tests.browsing import FussyClient, text_of
from tests.experts.conftest import more_experts
from tests.factories import World, make_user


@pytest.fixture
def invited(world: World, panel: Panel) -> Panel:
    seats.invite_all(world.session, panel, by=world.actor(Role.ORGANIZER), now=world.now)
    return panel


@pytest.fixture
def mine(world: World, client: FussyClient, invited: Panel) -> SimpleNamespace:
    """The first seat, its expert signed in."""
    seat = panels.sitting(invited)[0]
    client.sign_in(seat.expert.user)
    return SimpleNamespace(seat=seat, url=f"/seats/{seat.id}")


def test_declare_sign_and_accept(client: FussyClient, mine: SimpleNamespace) -> None:
    assert client.submit(f"{mine.url}/declare", {"is_true": "y"}, page=mine.url).location == mine.url
    assert client.submit(f"{mine.url}/pledge", {"is_signed": "y"}, page=mine.url).location == mine.url
    answer = client.submit(f"/assignment/{mine.seat.id}/do/accept")
    assert (answer.status_code, mine.seat.state) == (302, A.ACCEPTED)


def test_name_the_parties_without_their_bids(
    client: FussyClient, demand: Demand, mine: SimpleNamespace
) -> None:
    page = text_of(client.get(mine.url).tree)
    names = [demand.owner.name, *(bid.lead.name for bid in demand.bids)]
    assert [name in page for name in names] == [True] * 3
    assert [bid.number in page for bid in demand.bids] == [False] * 2


def test_declare_a_conflict_on_the_page(client: FussyClient, mine: SimpleNamespace) -> None:
    typed = {"reason_bid1": "joint_work", "note_bid1": "共同承担项目", "is_true": "y"}
    assert client.submit(f"{mine.url}/declare", typed, page=mine.url).status_code == 302
    assert mine.seat.state is A.RECUSED
    assert client.get(mine.url).status_code == 200


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({}, "is_true"),
        ({"is_true": "y", "reason_owner": "other"}, "note_owner"),
        ({"is_true": "y", "note_bid1": "说不清"}, "reason_bid1"),
    ],
)
def test_keep_a_declaration_that_is_not_complete(
    client: FussyClient, mine: SimpleNamespace, typed: dict[str, str], name: str
) -> None:
    answer = client.submit(f"{mine.url}/declare", typed, page=mine.url)
    assert answer.status_code == 422
    faulty = {each.get("name") for each in answer.tree.iter() if each.get("aria-invalid")}
    assert faulty == {name}
    assert (mine.seat.state, mine.seat.declared_at) == (A.INVITED, None)


def test_sign_nothing_by_an_empty_box(client: FussyClient, world: World, mine: SimpleNamespace) -> None:
    mine.seat.declared_at = world.now
    answer = client.submit(f"{mine.url}/pledge", {}, page=mine.url)
    assert (answer.status_code, mine.seat.pledged_at) == (422, None)


def test_decline_with_a_reason(client: FussyClient, mine: SimpleNamespace) -> None:
    url = f"/assignment/{mine.seat.id}/do/decline"
    assert client.submit(url, {"reason": ""}).status_code == 422
    assert client.submit(url, {"reason": "时间冲突"}).location == mine.url
    assert mine.seat.state is A.DECLINED


def test_list_ones_own_seats(client: FussyClient, demand: Demand, mine: SimpleNamespace) -> None:
    assert demand.title in text_of(client.get("/my-seats").tree)


def test_hide_seats_and_panels_from_others(
    client: FussyClient, world: World, invited: Panel, mine: SimpleNamespace
) -> None:
    for person in (world.bidder, world.owner, panels.sitting(invited)[1].expert.user, world.other_organizer):
        assert client.sign_in(person).get(mine.url).status_code == 404
    for person in (world.bidder, world.owner, mine.seat.expert.user):
        assert client.sign_in(person).get(f"/panels/{invited.id}").status_code == 403
    assert client.sign_in(world.other_organizer).get(f"/panels/{invited.id}").status_code == 404
    assert client.sign_in(world.supervisor).get(f"/panels/{invited.id}").status_code == 200


def test_run_a_panel(client: FussyClient, world: World, panel: Panel) -> None:
    more_experts(world, 4)
    client.sign_in(world.organizer)
    url = f"/panels/{panel.id}"
    assert client.submit(f"{url}/invite", page=url).location == url
    assert {seat.state for seat in panels.sitting(panel)} == {A.INVITED}
    seat = panels.sitting(panel)[0]
    answer = client.submit(f"/seats/{seat.id}/replace", {"reason": "联系不上"})
    assert (answer.location, seat.state) == (url, A.REPLACED)
    assert client.submit(f"{url}/draw-more", page=url).location == url
    assert len(panels.reserves_of(panel)) == 2
    assert client.submit(f"{url}/screen", page=url).location == url
    next_seat = panels.sitting(panel)[0]
    next_seat.state, next_seat.pledged_at = A.ACCEPTED, world.now
    assert client.submit(f"/seats/{next_seat.id}/chair", page=url).location == url
    assert next_seat.is_chair is True


def test_read_the_pool(client: FussyClient, world: World) -> None:
    client.sign_in(world.organizer)
    assert text_of(client.get("/experts").tree).count("ZJ0000") == 9
    assert text_of(client.get("/experts?kind=finance").tree).count("ZJ0000") == 2
    assert client.get(f"/experts/{world.experts[0].id}").status_code == 200
    for person in (world.bidder, world.owner):
        assert client.sign_in(person).get(f"/experts/{world.experts[0].id}").status_code == 404


def test_take_an_expert_in_on_the_page(client: FussyClient, world: World) -> None:
    user = make_user(world, name="池上秋")
    client.sign_in(world.organizer)
    typed = {"email": user.email, "unit_name": "荆门通航院", "region": "420800", "kind": "technical"}
    answer = client.submit("/experts/new", typed)
    assert answer.status_code == 422
    answer = client.submit("/experts/new", typed | {"fields": ["F03", "F12"]})
    assert answer.status_code == 302
    answer = client.submit("/experts/new", typed | {"fields": ["F03"], "email": "nobody@test.example"})
    assert answer.status_code == 422


def test_suspend_and_reinstate(client: FussyClient, world: World) -> None:
    expert = world.experts[8]
    client.sign_in(world.organizer)
    assert client.submit(f"/expert/{expert.id}/do/suspend", {"reason": "未按时履职"}).status_code == 302
    assert expert.state is ExpertState.SUSPENDED
    assert client.sign_in(expert.user).get("/my-seats").status_code == 403
    client.sign_in(world.organizer)
    assert client.submit(f"/expert/{expert.id}/do/reinstate", {"reason": "恢复"}).status_code == 302
    assert expert.state is ExpertState.ACTIVE


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_speak_both_languages(client: FussyClient, world: World, invited: Panel, language: str) -> None:
    seat = panels.sitting(invited)[0]
    client.sign_in(seat.expert.user)
    client.get(f"/language/{language}")
    assert client.get(f"/seats/{seat.id}").status_code == 200
    client.sign_in(world.organizer)
    assert client.get(f"/panels/{invited.id}").status_code == 200
