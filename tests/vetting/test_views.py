"""The vetting list, the page of one demand, and the four decisions."""

import pytest

from app.access import Actor
from app.models.demands import Demand
from app.models.states import DemandState, SheetState
from app.vetting import services
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_demand
from tests.vetting.conftest import scores


def typed(demand: Demand, percent: int = 80) -> dict[str, str]:
    return {f"score_{code}": f"{value / 100:.2f}" for code, (value, _c) in scores(demand, percent).items()}


def test_score_and_approve(client: FussyClient, world: World, demand: Demand) -> None:
    client.sign_in(world.organizer)
    url = f"/vetting/{demand.id}"
    assert client.submit(url, typed(demand) | {"draft": "1", "score_D5": ""}).location == url
    assert demand.vetting_sheets[0].state is SheetState.DRAFT
    assert client.submit(url, typed(demand) | {"score_D5": ""}).status_code == 422
    assert client.submit(url, typed(demand)).location == url
    assert client.submit(f"{url}/approve").location == url
    assert (demand.state, demand.number) == (DemandState.APPROVED, f"{demand.round.number}-F08-0001")
    assert demand.number in text_of(client.get(url).tree)


def test_refuse_the_approval_on_its_page(client: FussyClient, world: World, demand: Demand) -> None:
    client.sign_in(world.organizer)
    page = client.get(f"/vetting/{demand.id}/approve").tree
    assert page.findall(".//main//form") == []
    assert client.submit(f"/vetting/{demand.id}/approve", exact=True).status_code == 422
    assert demand.state is DemandState.VETTING


def test_show_findings_with_their_answers(client: FussyClient, world: World) -> None:
    finding = {"code": "brand", "field": "content_required", "text": "某某牌服务器", "answer": "已删除品牌"}
    from app.demands.fairness import WORDING

    finding["code"] = next(iter(WORDING))
    demand = make_demand(world, DemandState.VETTING, findings=[finding])
    page = text_of(client.sign_in(world.organizer).get(f"/vetting/{demand.id}").tree)
    assert ("某某牌服务器" in page, "已删除品牌" in page) == (True, True)


def test_hide_a_colleagues_scores_until_ones_own_are_locked(
    client: FussyClient, world: World, demand: Demand, colleague: Actor
) -> None:
    sheet = services.vet_demand(
        world.session, demand, by=colleague, now=world.now, scores=scores(demand, 77), advice_text="独到之见"
    )
    client.sign_in(world.organizer)
    assert "独到之见" not in text_of(client.get(f"/vetting/{demand.id}").tree)
    assert client.get(f"/sheets/{sheet.id}").status_code == 404
    client.submit(f"/vetting/{demand.id}", typed(demand))
    assert "独到之见" in text_of(client.get(f"/vetting/{demand.id}").tree)
    assert client.get(f"/sheets/{sheet.id}").status_code == 200


def test_send_back_with_messages(client: FussyClient, world: World, demand: Demand) -> None:
    client.sign_in(world.organizer)
    url = f"/vetting/{demand.id}/send-back"
    row = {"fields-0-field": "goal", "fields-0-message": "请补充量化目标"}
    assert client.submit(url, {"reason": "", **row}).status_code == 422
    assert client.submit(url, {"reason": "目标不清", **row}).location == f"/vetting/{demand.id}"
    assert demand.returned_fields == [{"field": "goal", "message": "请补充量化目标"}]


def test_add_a_row_and_send_nothing_back(client: FussyClient, world: World, demand: Demand) -> None:
    client.sign_in(world.organizer)
    answer = client.submit(f"/vetting/{demand.id}/send-back", {"add_row": "fields"})
    assert (answer.status_code, demand.state) == (200, DemandState.VETTING)


def test_reject_and_merge(client: FussyClient, world: World, demand: Demand) -> None:
    into = make_demand(world, DemandState.VETTING)
    client.sign_in(world.organizer)
    assert client.submit(f"/vetting/{demand.id}/merge", {"reason": "相近"}).status_code == 422
    answer = client.submit(f"/vetting/{demand.id}/merge", {"reason": "相近", "into": str(into.id)})
    assert (answer.location, demand.merged_into_id) == (f"/vetting/{demand.id}", into.id)
    assert client.submit(f"/vetting/{into.id}/reject", {"reason": ""}).status_code == 422
    assert client.submit(f"/vetting/{into.id}/reject", {"reason": "不符合范围"}).status_code == 302
    assert into.state is DemandState.REJECTED
    assert client.submit(f"/vetting/{into.id}/reject", {"reason": "再次"}, exact=True).status_code == 409


def test_tell_the_author_to_leave_it_to_others(client: FussyClient, world: World, demand: Demand) -> None:
    demand.author_id = world.organizer.id
    client.sign_in(world.organizer)
    assert client.get(f"/vetting/{demand.id}").tree.findall(".//main//form") == []
    assert client.submit(f"/vetting/{demand.id}", typed(demand), exact=True).status_code == 403


@pytest.mark.parametrize("path", ["", "/approve", "/send-back", "/reject", "/merge"])
def test_hide_the_vetting_from_others(client: FussyClient, world: World, demand: Demand, path: str) -> None:
    url = f"/vetting/{demand.id}{path}"
    assert client.sign_in(world.other_organizer).get(url).status_code == 404
    for person in (world.owner, world.bidder, world.recommender):
        assert client.sign_in(person).get(url).status_code == 403


def test_hide_drafts_from_the_vetting(client: FussyClient, world: World) -> None:
    draft = make_demand(world, DemandState.DRAFT)
    client.sign_in(world.organizer)
    assert client.get(f"/vetting/{draft.id}").status_code == 404
    assert draft.title not in text_of(client.get("/vetting").tree.find(".//main"))


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_list_in_both_languages(client: FussyClient, world: World, demand: Demand, language: str) -> None:
    client.get(f"/language/{language}")
    client.sign_in(world.organizer)
    assert demand.title in text_of(client.get("/vetting").tree)
    assert client.sign_in(world.supervisor).get("/vetting").status_code == 200
    assert client.get(f"/vetting/{demand.id}").tree.findall(".//main//form") == []
