"""The sheet's page: a form for its author, a reading for others, nothing for the rest."""

from types import SimpleNamespace

from app.models.states import SheetState
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_sheet
from tests.scoring.conftest import full_scores


def typed(sheet, percent: int = 80, **more: str) -> dict[str, str]:
    scores = full_scores(sheet, percent)
    return {f"score_{code}": f"{value / 100:.2f}" for code, (value, _comment) in scores.items()} | more


def test_save_a_draft_and_lock_it(client: FussyClient, world: World, review: SimpleNamespace) -> None:
    sheet = make_sheet(world, SheetState.DRAFT, seat=review.seats[1], bid=review.bids[0])
    client.sign_in(review.seats[1].expert.user)
    url = f"/sheets/{sheet.id}"
    answer = client.submit(url, {"score_R1": "12.5", "comment_R1": "一般", "draft": "1"})
    assert (answer.status_code, answer.location) == (302, url)
    assert sheet.current_scores()[sheet.rubric.criteria[0].id].value == 12_50
    assert client.submit(url, typed(sheet)).status_code == 302
    assert (sheet.state, sheet.total) == (SheetState.SUBMITTED, 80_00)
    page = client.get(url).tree
    assert "80.00" in text_of(page.find(".//main"))
    assert page.findall(".//main//form") == []


def test_keep_what_was_typed_beside_a_broken_rule(
    client: FussyClient, world: World, review: SimpleNamespace
) -> None:
    sheet = make_sheet(world, SheetState.DRAFT, seat=review.seats[1], bid=review.bids[0])
    client.sign_in(review.seats[1].expert.user)
    answer = client.submit(f"/sheets/{sheet.id}", typed(sheet, strengths="独有的优势", score_R1="20.01"))
    assert answer.status_code == 422
    boxes = {each.get("name"): each for each in answer.tree.iter("input")}
    assert boxes["score_R1"].get("value") == "20.01"
    assert boxes["score_R1"].get("aria-invalid") == "true"
    assert sheet.strengths != "独有的优势"


def test_ask_for_the_score_beside_a_comment(
    client: FussyClient, world: World, review: SimpleNamespace
) -> None:
    sheet = make_sheet(world, SheetState.DRAFT, seat=review.seats[1], bid=review.bids[0])
    client.sign_in(review.seats[1].expert.user)
    answer = client.submit(f"/sheets/{sheet.id}", {"score_R1": "", "comment_R1": "只有意见", "draft": "1"})
    assert answer.status_code == 422
    boxes = {each.get("name"): each for each in answer.tree.iter("input")}
    assert boxes["score_R1"].get("aria-invalid") == "true"


def test_hide_the_sheet_from_everyone_else(
    client: FussyClient, world: World, review: SimpleNamespace
) -> None:
    sheet = make_sheet(world, seat=review.seats[1], bid=review.bids[0])
    for person in (world.bidder, world.owner, world.organizer, review.seats[2].expert.user):
        assert client.sign_in(person).get(f"/sheets/{sheet.id}").status_code == 404
    assert client.sign_in(world.supervisor).get(f"/sheets/{sheet.id}").status_code == 200


def test_answer_409_to_a_form_that_comes_after_the_lock(
    client: FussyClient, world: World, review: SimpleNamespace
) -> None:
    sheet = make_sheet(world, seat=review.seats[1], bid=review.bids[0])
    client.sign_in(review.seats[1].expert.user)
    assert client.submit(f"/sheets/{sheet.id}", typed(sheet), exact=True).status_code == 409
    assert client.submit(f"/sheets/{sheet.id}", {"score_R1": "x"}, exact=True).status_code == 409
    assert sheet.total == 82_00


def test_return_a_sheet_for_a_lawful_reason(
    client: FussyClient, world: World, review: SimpleNamespace
) -> None:
    sheets = [make_sheet(world, seat=seat, bid=bid) for seat in review.seats for bid in review.bids]
    client.sign_in(review.seats[0].expert.user)
    url = f"/sheets/{sheets[2].id}/return"
    answer = client.submit(url, {"reason": "请复核"})
    assert answer.status_code == 422
    answer = client.submit(url, {"return_reason": "outlier", "reason": "请复核技术分"})
    assert (answer.status_code, answer.location) == (302, f"/seats/{review.seats[0].id}")
    assert (sheets[2].state, sheets[2].revision) == (SheetState.RETURNED, 2)


def test_let_nobody_but_the_chair_return(client: FussyClient, world: World, review: SimpleNamespace) -> None:
    sheets = [make_sheet(world, seat=seat, bid=bid) for seat in review.seats for bid in review.bids]
    client.sign_in(review.seats[1].expert.user)
    answer = client.submit(
        f"/sheets/{sheets[0].id}/return", {"return_reason": "outlier", "reason": "请复核"}, exact=True
    )
    assert answer.status_code == 403
    assert sheets[0].state is SheetState.SUBMITTED
