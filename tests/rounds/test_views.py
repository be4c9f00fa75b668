"""The pages of rounds and of the calendar."""

import io
import json

import pytest

from app.models.procedure_codes import OfficerDuty, RubricKind
from app.models.rounds import Round
from app.models.states import DemandState, RoundState
from app.rounds import calendar
from app.rounds.settings import SETTINGS
from tests.browsing import FussyClient, text_of
from tests.core.sample_files import make_png
from tests.factories import World, make_demand, make_round
from tests.rounds.conftest import made


def test_show_the_rules_to_everyone(client: FussyClient, world: World) -> None:
    round_ = make_round(world)
    make_demand(world, DemandState.OPEN, round_=round_)
    client.get("/language/en")
    page = client.get(f"/rounds/{round_.id}").tree
    labels = [text_of(each) for each in page.findall(".//main//dt")]
    assert [str(each.label) for each in SETTINGS.values() if str(each.label) not in labels] == []
    assert round_.officers[0].user.name not in text_of(page)


def test_hide_a_draft(client: FussyClient, world: World, draft: Round) -> None:
    assert client.get(f"/rounds/{draft.id}").status_code == 404
    assert client.sign_in(world.other_organizer).get(f"/rounds/{draft.id}").status_code == 404
    assert client.get(f"/rounds/{draft.id}/manage").status_code == 404
    assert client.sign_in(world.organizer).get(f"/rounds/{draft.id}").status_code == 200


def test_list_rounds(client: FussyClient, world: World, draft: Round) -> None:
    opened = make_round(world)
    page = text_of(client.get("/rounds").tree)
    assert (opened.number in page, draft.number in page) == (True, False)
    assert opened.number not in text_of(client.get("/rounds?year=2020&state=archived").tree.find(".//main"))


def test_make_a_round_on_the_page(client: FussyClient, world: World) -> None:
    client.sign_in(world.organizer)
    typed = {
        "title": "2026年第二批",
        "collection_opens_at": "2026-05-01T09:00",
        "collection_closes_at": "2026-04-01T09:00",
        "fiscal_total_fen": "2000.00",
    }
    answer = client.submit("/rounds/new", typed)
    assert answer.status_code == 422
    boxes = {each.get("name"): each for each in answer.tree.iter("input")}
    assert (boxes["title"].get("value"), boxes["fiscal_total_fen"].get("value")) == (
        "2026年第二批",
        "2000.00",
    )
    assert boxes["collection_closes_at"].get("aria-invalid") == "true"
    answer = client.submit("/rounds/new", typed | {"collection_closes_at": "2026-05-21T17:30"})
    assert answer.status_code == 302
    round_ = world.session.query(Round).one()
    assert answer.location == f"/rounds/{round_.id}/manage"
    assert (round_.fiscal_total_fen, round_.has_recommender) == (2000 * 1_000_000, True)
    assert round_.collection_closes_at.isoformat() == "2026-05-21T09:30:00+00:00"


def test_edit_a_draft_and_no_open_round(client: FussyClient, world: World, draft: Round) -> None:
    client.sign_in(world.organizer)
    answer = client.submit(f"/rounds/{draft.id}/edit", {"notice_wd": "7", "notice_start_rule": "same_day"})
    assert (answer.status_code, draft.notice_wd, draft.notice_start_rule.value) == (302, 7, "same_day")
    opened = make_round(world)
    assert client.get(f"/rounds/{opened.id}/edit").status_code == 409
    assert client.submit(f"/rounds/{opened.id}/edit", {"notice_wd": "7"}, exact=True).status_code == 409
    assert opened.notice_wd == 5


def test_edit_a_rubric(client: FussyClient, world: World, draft: Round) -> None:
    client.sign_in(world.organizer)
    url = f"/rounds/{draft.id}/rubrics/acceptance"
    answer = client.submit(url, {"criteria-0-max_score": "46"})
    assert answer.status_code == 422
    answer = client.submit(
        url, {"criteria-0-max_score": "46", "criteria-1-max_score": "14", "pass_line": "75"}
    )
    assert answer.status_code == 302
    rubric = draft.rubric(RubricKind.ACCEPTANCE)
    assert (rubric.pass_line, [each.max_score for each in rubric.criteria][:2]) == (75_00, [46_00, 14_00])
    assert client.get(f"/rounds/{draft.id}/rubrics/nonsense").status_code == 404


def test_add_and_remove_a_criterion_without_saving(client: FussyClient, world: World, draft: Round) -> None:
    client.sign_in(world.organizer)
    url = f"/rounds/{draft.id}/rubrics/defence"
    answer = client.submit(url, {"add_row": "criteria"})
    rows = [each for each in answer.tree.iter("input") if (each.get("name") or "").endswith("-code")]
    assert (answer.status_code, len(rows)) == (200, 4)
    assert len(draft.rubric(RubricKind.DEFENCE).criteria) == 3


def test_name_officers_on_the_page(client: FussyClient, world: World, draft: Round) -> None:
    client.sign_in(world.organizer)
    both = [str(world.organizer.id), str(world.second_organizer.id)]
    url = f"/rounds/{draft.id}/officers"
    assert client.submit(url, {"opening": both, "check": both[:1]}).status_code == 422
    assert draft.officers == []
    assert client.submit(url, {"opening": both, "check": both}).status_code == 302
    assert len([each for each in draft.officers if each.duty is OfficerDuty.CHECK]) == 2


def test_open_close_and_archive(client: FussyClient, world: World, clock, draft: Round) -> None:
    client.sign_in(world.organizer)
    assert client.submit(f"/round/{draft.id}/do/open", exact=True).status_code == 422
    both = [str(world.organizer.id), str(world.second_organizer.id)]
    client.submit(f"/rounds/{draft.id}/officers", {"opening": both, "check": both})
    assert client.submit(f"/round/{draft.id}/do/open").location == f"/rounds/{draft.id}"
    assert client.submit(f"/round/{draft.id}/do/close", exact=True).status_code == 422
    clock.advance(days=22)
    client.submit(f"/round/{draft.id}/do/close")
    client.submit(f"/round/{draft.id}/do/archive")
    assert draft.state is RoundState.ARCHIVED


def test_copy_a_round_on_the_page(client: FussyClient, world: World) -> None:
    former = make_round(world, RoundState.ARCHIVED)
    client.sign_in(world.organizer)
    answer = client.submit(f"/rounds/{former.id}/copy", {"title": "下一年度第一批"})
    copy = world.session.query(Round).filter_by(copied_from_id=former.id).one()
    assert answer.location == f"/rounds/{copy.id}/edit"
    assert (copy.title, copy.year) == ("下一年度第一批", former.collection_opens_at.year + 1)


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_oversee_a_round(client: FussyClient, world: World, language: str) -> None:
    round_ = make_round(world)
    demands = [
        make_demand(world, state, round_=round_) for state in DemandState if state is not DemandState.DRAFT
    ]
    client.get(f"/language/{language}")
    client.sign_in(world.organizer)
    page = client.get(f"/rounds/{round_.id}/manage").tree
    assert [each.title in text_of(page) for each in demands] == [True] * len(demands)
    one = client.get(f"/rounds/{round_.id}/manage?stage=vetting").tree
    assert len(one.findall(".//main//table")[0].findall("tbody/tr")) == 1
    assert client.sign_in(world.supervisor).get(f"/rounds/{round_.id}/manage").status_code == 200
    assert client.sign_in(world.bidder).get(f"/rounds/{round_.id}/manage").status_code == 403
    client.sign_in(world.organizer)
    assert client.get("/my-rounds").status_code == 200
    assert client.get(f"/rounds/{made(world).id}/manage").status_code == 200


def test_take_policy_documents_in_and_off(client: FussyClient, world: World, draft: Round) -> None:
    client.sign_in(world.organizer)
    url = f"/rounds/{draft.id}/edit"
    upload = (io.BytesIO(make_png()), "申报通知.png")
    assert client.submit(url, {"policy_files": upload}, content_type="multipart/form-data").status_code == 302
    page = client.get(f"/rounds/{draft.id}").tree
    link = next(each.get("href") for each in page.iter("a") if (each.get("href") or "").startswith("/files/"))
    with client.get(link) as answer:
        assert answer.status_code == 200
    client.sign_out()
    assert client.get(link).status_code == 404
    client.sign_in(world.organizer)
    remove = f"/rounds/{draft.id}{link}/remove"
    assert client.submit(remove, exact=True).status_code == 302
    assert client.get(link).status_code == 404


def table(year: int) -> bytes:
    content = json.loads(calendar.seeds()[2026].read_text(encoding="utf-8"))
    return json.dumps(content | {"year": year}).encode()


def test_load_a_year_on_the_page(client: FussyClient, world: World) -> None:
    client.sign_in(world.operator)
    assert client.submit("/calendar/2024/load", page="/calendar").location == "/calendar"
    assert "2024" in text_of(client.get("/calendar").tree.find(".//main"))
    upload = {"table": (io.BytesIO(table(2026)), "2026.json")}
    assert client.submit("/calendar", upload, content_type="multipart/form-data").status_code == 302


@pytest.mark.parametrize("content", [b"no json", b"[]", table(2027), b"{}", b"[" * 5000])
def test_refuse_a_table_that_contradicts_itself(client: FussyClient, world: World, content: bytes) -> None:
    client.sign_in(world.operator)
    upload = {"table": (io.BytesIO(content), "2027.json")}
    answer = client.submit("/calendar", upload, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 2027 not in calendar.work_calendar(world.session).years


def test_let_organizers_read_the_calendar_and_load_nothing(client: FussyClient, world: World) -> None:
    client.sign_in(world.organizer)
    assert client.get("/calendar").tree.findall(".//main//form") == []
    assert client.submit("/calendar/2024/load", exact=True).status_code == 403
    assert client.sign_in(world.bidder).get("/calendar").status_code == 403
