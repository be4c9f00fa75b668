"""A finding answered by its author is read by recommender and vetter; a demand sent back is mended and approved."""

from app.models.states import DemandState
from tests.browsing import text_of
from tests.journeys.walking import TEXT, Walk, sheet_form

PASSAGE = "病历质控模型部署在海光服务器上。"
ANSWER = "机房现有算力为同型设备，接口已公开，其他产品可接入。"


def test_shows_the_answer_of_the_author_to_recommender_and_vetter(walk: Walk) -> None:
    demand = walk.writes_demand(content_required=PASSAGE)
    findings = f"/demands/{demand.id}/findings"
    assert "海光" in walk.sees(findings)
    assert walk.client.submit(f"/demands/{demand.id}/submit").status_code == 422
    walk.send(findings, {"answer_0": ANSWER})
    walk.submits_demand(demand)
    for person, page in (
        ("recommender", f"/demands/{demand.id}/recommend"),
        ("organizer", f"/vetting/{demand.id}"),
    ):
        if person == "organizer":
            walk.be("recommender").send(f"/demands/{demand.id}/recommend", {"opinion": TEXT})
        shown = walk.be(person).sees(page)
        assert PASSAGE.rstrip("。") in shown, person
        assert ANSWER in shown, person
        assert walk.world.owner.name in shown, person


def test_comes_back_with_messages_and_is_approved_after_the_change(walk: Walk) -> None:
    demand = walk.writes_demand()
    walk.submits_demand(demand)
    walk.be("recommender").send(f"/demands/{demand.id}/recommend", {"opinion": TEXT})
    back = {
        "reason": "目标不清，请补充。",
        "fields-0-field": "goal",
        "fields-0-message": "请补充量化目标",
    }
    walk.be("organizer").send(f"/vetting/{demand.id}/send-back", back)
    assert demand.state is DemandState.RETURNED

    owner = walk.be("owner")
    assert "目标不清" in owner.sees(f"/demands/{demand.id}")
    place = next(
        each.get("href")
        for each in walk.client.get(f"/demands/{demand.id}/edit").tree.findall(".//main//a[@href]")
        if "goal" in each.get("href")
    )
    assert "请补充量化目标" in text_of(walk.client.get(place.partition("#")[0]).tree)
    walk.send(place.partition("#")[0], {"goal": "病历全量质控，缺陷当日反馈，缺陷率降到 3% 以下。"})
    walk.submits_demand(demand)
    assert demand.returned_fields == []

    if demand.state is DemandState.SUBMITTED:
        walk.be("recommender").send(f"/demands/{demand.id}/recommend", {"opinion": TEXT})
    for officer in ("organizer", "second_organizer"):
        sheet = sheet_form(walk.rubric("demand"), 0.85) | {"advice_text": TEXT}
        walk.be(officer).send(f"/vetting/{demand.id}", sheet)
    walk.send(f"/vetting/{demand.id}/approve")
    assert demand.state is DemandState.APPROVED
    assert demand.number
