"""Pages of acceptances and certificates over HTTP."""

import pytest
from sqlalchemy.orm import Session

from app.acceptances import queries
from app.acceptances.services import decide as decide_service
from app.models.awards import Notice
from app.models.procedure_codes import NoticeKind, Role
from app.models.reviews import Sheet
from app.models.states import AcceptanceState as A
from app.models.states import MilestoneState, SheetState
from app.workflow.outcomes import live_panel
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_acceptance, make_contract, make_panel
from tests.factories.outcomes import judge_acceptance


def judged(world: World):
    acceptance = make_acceptance(world, A.IN_REVIEW)
    judge_acceptance(world, acceptance)
    return acceptance


def passed(session: Session, world: World):
    acceptance = judged(world)
    return decide_service(session, acceptance, outcome="pass", by=world.actor(Role.ORGANIZER), now=world.now)


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("state", list(A))
@pytest.mark.parametrize("name", ["owner", "bidder", "organizer", "supervisor"])
def test_show_reads_in_every_state(
    client: FussyClient, world: World, name: str, state: A, locale: str
) -> None:
    acceptance = make_acceptance(world, state)
    client.sign_in(getattr(world, name)).get(f"/language/{locale}")
    assert client.get(f"/acceptances/{acceptance.id}").status_code == 200
    assert client.get(f"/contracts/{acceptance.contract_id}").status_code == 200
    assert client.get(f"/acceptances/{acceptance.id}/opinion").status_code == 200


@pytest.mark.parametrize("name", ["other_bidder", "other_organizer", "recommender"])
def test_show_is_not_there_for_others(client: FussyClient, world: World, name: str) -> None:
    acceptance = make_acceptance(world)
    assert client.sign_in(getattr(world, name)).get(f"/acceptances/{acceptance.id}").status_code == 404


def test_request_by_form_with_rows(client: FussyClient, world: World) -> None:
    contract = make_contract(world)
    for each in contract.milestones:
        each.state = MilestoneState.MET
    client.sign_in(world.bidder)
    url = f"/contracts/{contract.id}/acceptance/new"
    data = {"summary": "全部完成。", "spent_fen": "280"}
    refused = client.submit(url, data)
    assert refused.status_code == 422
    assert refused.tree.find(".//textarea[@name='summary']").text.strip() == "全部完成。"
    for index in range(3):
        data |= {f"measured_{index}": "99", f"evidence_{index}": "检测报告"}
    data |= {"handover-0-name": "源代码", "handover-0-quantity": "1"}
    answer = client.submit(url, data)
    assert answer.status_code == 302
    acceptance = contract.acceptance
    assert (acceptance.state, acceptance.spent_fen) == (A.REQUESTED, 280 * 1_000_000)
    assert acceptance.handover == [{"kind": None, "name": "源代码", "quantity": 1}]


def test_request_says_which_milestone_rule_stands_against_it(client: FussyClient, world: World) -> None:
    contract = make_contract(world)
    client.sign_in(world.bidder)
    assert client.get(f"/contracts/{contract.id}/acceptance/new").status_code == 200
    assert client.get(f"/contracts/{contract.id}").status_code == 200


def test_draw_invites_a_panel(client: FussyClient, world: World) -> None:
    acceptance = make_acceptance(world)
    client.sign_in(world.organizer)
    assert client.submit(f"/acceptances/{acceptance.id}/draw").status_code == 302
    assert live_panel(acceptance).size == 5
    assert client.get(f"/acceptances/{acceptance.id}").status_code == 200


def test_score_saves_a_draft_then_locks(client: FussyClient, world: World, session: Session) -> None:
    acceptance = make_acceptance(world, A.IN_REVIEW)
    panel = make_panel(world, acceptance=acceptance)
    session.expire(acceptance, ["panels"])
    client.sign_in(panel.assignments[1].expert.user)
    url = f"/acceptances/{acceptance.id}/score"
    assert client.submit(url, {"score_A1": "40", "draft": "1"}).status_code == 302
    sheet = session.query(Sheet).one()
    assert (sheet.state, sheet.assignment_id) == (SheetState.DRAFT, panel.assignments[1].id)
    assert client.submit(url).status_code == 422
    scores = {"score_A1": "40", "score_A2": "25", "score_A3": "15"}
    assert client.submit(url, scores).status_code == 302
    assert (sheet.state, sheet.total) == (SheetState.SUBMITTED, 80_00)
    assert client.get(url).status_code == 302


def test_score_is_for_seated_experts(client: FussyClient, world: World) -> None:
    acceptance = judged(world)
    client.sign_in(world.experts[-1].user)
    assert client.get(f"/acceptances/{acceptance.id}/score").status_code == 404


def test_findings_signature_and_decision_by_form(client: FussyClient, world: World) -> None:
    acceptance = judged(world)
    acceptance.total = None
    client.sign_in(world.organizer)
    found = {f"verdict_{index}": "met" for index in range(3)}
    found |= {"technical": "yes", "financial": "yes", "opinion": "同意通过验收。"}
    assert client.submit(f"/acceptances/{acceptance.id}/findings", found).status_code == 302
    assert acceptance.total == 82_00
    member = queries.seats_of(live_panel(acceptance))[0]
    client.sign_in(member.expert.user)
    assert client.submit(f"/acceptances/{acceptance.id}/sign").status_code == 302
    assert member.signed_digest is not None
    client.sign_in(world.organizer)
    url = f"/acceptances/{acceptance.id}/decide"
    assert client.submit(url, {"outcome": "fail"}).status_code == 422
    assert client.submit(url, {"outcome": "pass"}).status_code == 302
    assert acceptance.state is A.PASSED


def test_decide_names_what_stands_against_a_pass(client: FussyClient, world: World) -> None:
    acceptance = judged(world)
    acceptance.has_passed_financial = False
    client.sign_in(world.organizer)
    answer = client.submit(f"/acceptances/{acceptance.id}/decide", {"outcome": "pass"})
    assert answer.status_code == 422
    assert acceptance.state is A.IN_REVIEW


def test_opinion_of_the_owner_by_form(client: FussyClient, world: World) -> None:
    acceptance = make_acceptance(world)
    url = f"/acceptances/{acceptance.id}/opinion/owner"
    assert client.sign_in(world.bidder).get(url).status_code == 403
    client.sign_in(world.owner)
    assert client.submit(url, {"owner_opinion": ""}).status_code == 422
    assert client.submit(url, {"owner_opinion": "运行良好，同意。"}).status_code == 302
    assert acceptance.owner_opinion == "运行良好，同意。"


def test_resubmit_starts_from_what_was_handed_in(client: FussyClient, world: World) -> None:
    acceptance = make_acceptance(world, A.RECTIFY)
    client.sign_in(world.bidder)
    url = f"/acceptances/{acceptance.id}/resubmit"
    assert client.submit(url, {"summary": "已补充。"}).status_code == 302
    assert (acceptance.attempt, acceptance.state) == (2, A.REQUESTED)
    assert client.get(f"/acceptances/{acceptance.id}").status_code == 200


def test_first_opinion_stays_readable_after_rectification(
    client: FussyClient, world: World, session: Session
) -> None:
    acceptance = judged(world)
    decide_service(
        session,
        acceptance,
        outcome="require_rectification",
        reason="数据不足。",
        by=world.actor(Role.ORGANIZER),
        now=world.now,
    )
    client.sign_in(world.bidder)
    assert client.submit(f"/acceptances/{acceptance.id}/resubmit").status_code == 302
    answer = client.get(f"/acceptances/{acceptance.id}/opinion?attempt=1")
    assert "专家组经质询讨论" in text_of(answer.tree)
    assert client.get(f"/acceptances/{acceptance.id}/opinion?attempt=7").status_code == 404


def test_publish_result_by_button(client: FussyClient, world: World, session: Session) -> None:
    acceptance = passed(session, world)
    client.sign_in(world.organizer)
    assert client.submit(f"/acceptances/{acceptance.id}/notice").status_code == 302
    notice = session.query(Notice).filter_by(kind=NoticeKind.ACCEPTANCE).one()
    client.sign_out()
    assert acceptance.contract.title in text_of(client.get(f"/notices/{notice.id}").tree)


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_certificate_verifies_for_everyone(
    client: FussyClient, world: World, session: Session, locale: str
) -> None:
    number = queries.certificate_of(session, passed(session, world).id).number
    client.get(f"/language/{locale}")
    answer = client.get(f"/certificates/{number}")
    assert answer.status_code == 200
    assert answer.tree.find(".//div[@class='jb-notice jb-notice-success']") is not None
    found = client.get(f"/certificates?number={number.lower()}")
    assert (found.status_code, found.location) == (302, f"/certificates/{number}")


def test_certificate_says_when_its_content_was_tampered_with(
    client: FussyClient, world: World, session: Session
) -> None:
    certificate = queries.certificate_of(session, passed(session, world).id)
    certificate.content = {**certificate.content, "total": 99_99}
    answer = client.get(f"/certificates/{certificate.number}")
    assert answer.tree.find(".//div[@class='jb-notice jb-notice-danger']") is not None


def test_certificate_that_was_made_up_is_not_found(
    client: FussyClient, world: World, session: Session
) -> None:
    number = queries.certificate_of(session, passed(session, world).id).number
    made_up = number.removesuffix("A01") + "A02"
    assert client.get(f"/certificates/{made_up}").status_code == 404
    assert client.get(f"/certificates?number={made_up}").status_code == 404
    assert client.get("/certificates").status_code == 200


def test_certificate_shows_no_person(client: FussyClient, world: World, session: Session) -> None:
    acceptance = passed(session, world)
    number = queries.certificate_of(session, acceptance.id).number
    page = text_of(client.get(f"/certificates/{number}").tree)
    assert acceptance.contract.leader_name not in page
    assert not [each for each in world.experts if each.user.name in page]


def test_index_lists_what_one_may_see(client: FussyClient, world: World) -> None:
    acceptance = make_acceptance(world)
    client.sign_in(world.owner)
    link = f".//a[@href='/acceptances/{acceptance.id}']"
    assert client.get("/acceptances").tree.find(link) is not None
    assert client.get("/acceptances?state=passed").tree.find(link) is None
    client.sign_in(world.other_owner)
    assert client.get("/acceptances").tree.find(link) is None
