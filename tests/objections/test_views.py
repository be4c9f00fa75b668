"""Pages of objections: filing without an account, following, handling; and who reads what."""

import io
import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.awards import Notice, Objection
from app.models.procedure_codes import Role
from app.models.records import Attachment, Event
from app.models.states import ObjectionState as O
from app.notices.services import publish_award_notice
from tests.browsing import FussyClient
from tests.core.sample_files import make_png
from tests.factories import World, make_award, make_notice, make_objection

NAME = "襄阳云枢信息技术有限公司"
PNG = make_png()


@pytest.fixture
def notice(world: World, session: Session) -> Notice:
    award = make_award(world)
    made = publish_award_notice(session, award.demand, by=world.actor(Role.ORGANIZER), now=world.now)
    world.clock.advance(days=1)
    return made


def typed(world: World, **more: Any) -> dict[str, Any]:
    return {
        "objection_type": "false_material",
        "facts": "申报书第三章所列案例合同并非由该单位签订，可向合同相对方核实。",
        "objector_kind": "unit",
        "objector_name": NAME,
        "objector_identity": world.other_bidder_org.uscc,
        "objector_contact": "0710-3456789",
        "is_true": "y",
    } | more


def test_file_without_account_shows_the_key_once(
    client: FussyClient, world: World, notice: Notice, session: Session
) -> None:
    answer = client.submit(f"/notices/{notice.id}/object", typed(world))
    assert answer.location == "/objections/receipt"
    receipt = client.get(answer.location).get_data(as_text=True)
    key = re.search(r"(?:[A-Z2-9]{5}-){3}[A-Z2-9]{5}", receipt)
    assert key is not None
    assert client.get("/objections/receipt").location == "/objections/follow"
    found = client.submit("/objections/follow", {"number": f"{notice.number}-O01", "key": key[0].lower()})
    assert found.location == "/objections/followed"
    assert "申报书第三章" in client.get("/objections/followed").get_data(as_text=True)


def test_file_keeps_evidence_for_handler_and_supervisor(
    client: FussyClient, world: World, notice: Notice, session: Session
) -> None:
    client.submit(f"/notices/{notice.id}/object", typed(world, evidence=(io.BytesIO(PNG), "合同.png")))
    row = session.scalars(select(Attachment)).one()
    assert (row.slot, row.author_id) == ("evidence", None)
    assert client.get(f"/files/{row.id}").status_code == 404
    client.sign_in(world.organizer)
    assert client.get(f"/files/{row.id}").status_code == 404
    client.sign_in(world.supervisor)
    with client.get(f"/files/{row.id}") as answer:
        assert answer.get_data() == PNG


def test_file_keeps_what_was_typed_when_refused(
    client: FussyClient, world: World, notice: Notice, session: Session
) -> None:
    answer = client.submit(f"/notices/{notice.id}/object", typed(world, objector_name="匿名"))
    assert answer.status_code == 422
    assert "申报书第三章" in answer.get_data(as_text=True)
    assert session.scalars(select(Objection)).all() == []


def test_file_signed_in_leads_to_its_page(client: FussyClient, world: World, notice: Notice) -> None:
    client.sign_in(world.other_bidder)
    answer = client.submit(f"/notices/{notice.id}/object", typed(world))
    assert "申报书第三章" in client.get(answer.location).get_data(as_text=True)


def test_follow_refuses_a_wrong_key(client: FussyClient, world: World, notice: Notice) -> None:
    answer = client.submit("/objections/follow", {"number": f"{notice.number}-O01", "key": "ABCDE"})
    assert answer.status_code == 422


def test_followed_leads_to_the_form_without_a_key(client: FussyClient) -> None:
    assert client.get("/objections/followed").location == "/objections/follow"


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("supervisor", 200),
        ("other_bidder", 200),
        ("organizer", 200),
        ("owner", 404),
        ("bidder", 404),
        ("third_bidder", 404),
        ("operator", 404),
        ("finance", 404),
        ("other_organizer", 404),
    ],
)
def test_show_is_open_to_few(client: FussyClient, world: World, person: str, status: int) -> None:
    objection = make_objection(world, O.ADMITTED)
    client.sign_in(world.people[person])
    assert client.get(f"/objections/{objection.id}").status_code == status


def test_show_hides_facts_and_author_from_the_organiser(client: FussyClient, world: World) -> None:
    objection = make_objection(world, O.ADMITTED)
    client.sign_in(world.organizer)
    page = client.get(f"/objections/{objection.id}").get_data(as_text=True)
    assert objection.number in page
    for secret in (objection.facts, objection.evidence_note, NAME, NAME[:1] + "*", "0710-3456789"):
        assert secret not in page


def test_show_masks_the_name_until_asked_and_records_the_look(
    client: FussyClient, world: World, session: Session
) -> None:
    objection = make_objection(world, O.ADMITTED)
    client.sign_in(world.supervisor)
    assert NAME not in client.get(f"/objections/{objection.id}").get_data(as_text=True)
    assert NAME in client.get(f"/objections/{objection.id}/identity").get_data(as_text=True)
    events = session.scalars(select(Event).where(Event.thing_id == objection.id)).all()
    assert [(event.action, event.actor_id) for event in events] == [("read_identity", world.supervisor.id)]


@pytest.mark.parametrize("person", ["organizer", "other_bidder"])
def test_identity_is_closed_to_others(client: FussyClient, world: World, person: str) -> None:
    objection = make_objection(world, O.ADMITTED)
    client.sign_in(world.people[person])
    assert client.get(f"/objections/{objection.id}/identity").status_code == 404


def test_register_names_nobody(client: FussyClient, world: World) -> None:
    objection = make_objection(world, O.ADMITTED)
    client.sign_in(world.organizer)
    page = client.get("/objections").get_data(as_text=True)
    assert objection.number in page
    assert NAME not in page


def test_register_marks_what_is_overdue(client: FussyClient, world: World) -> None:
    objection = make_objection(world, O.ADMITTED)
    world.clock.advance(days=20)
    client.sign_in(world.supervisor)
    assert objection.number in client.get("/objections?only=overdue").get_data(as_text=True)
    world.clock.advance(days=-20)
    assert objection.number not in client.get("/objections?only=overdue").get_data(as_text=True)


def test_handle_from_assignment_to_reply(client: FussyClient, world: World, notice: Notice) -> None:
    award = notice.demand.awards[0] if notice.demand else None
    objection = make_objection(world, O.FILED, notice=notice, award=award, handler_id=None)
    url = f"/objections/{objection.id}"
    client.sign_in(world.supervisor)
    client.submit(f"{url}/assign", {"handler_id": str(world.second_organizer.id)})
    client.sign_in(world.second_organizer)
    client.submit(f"{url}/admit")
    answers = {"decision": "已核实。", "public_summary": "案例合同属实。"}
    assert client.submit(f"{url}/uphold", answers | {"public_summary": ""}).status_code == 422
    client.submit(f"{url}/uphold", answers | {"remedy": "next_rank"})
    client.submit(f"{url}/remedy")
    assert client.submit(f"{url}/answer", {"reply": "您的异议成立。"}).location == url
    assert objection.state is O.ANSWERED
    assert "案例合同属实。" in client.get(f"/notices/{notice.id}").get_data(as_text=True)


def test_not_admit_by_the_shared_page(client: FussyClient, world: World) -> None:
    objection = make_objection(world, O.FILED)
    client.sign_in(world.supervisor)
    client.submit(f"/objection/{objection.id}/do/not_admit", {"reason": "没有具体事实"})
    assert objection.state is O.NOT_ADMITTED


def test_dismiss_page_asks_for_no_remedy(client: FussyClient, world: World) -> None:
    objection = make_objection(world, O.ADMITTED)
    client.sign_in(world.supervisor)
    url = f"/objections/{objection.id}/dismiss"
    assert 'name="remedy"' not in client.get(url).get_data(as_text=True)
    client.submit(url, {"decision": "已核实。", "public_summary": "材料真实。"})
    assert objection.state is O.DISMISSED


def test_reexamination_by_the_author(client: FussyClient, world: World) -> None:
    objection = make_objection(world, O.DISMISSED)
    client.sign_in(world.other_bidder)
    assert "reexamination" in client.get(f"/objections/{objection.id}").get_data(as_text=True)
    client.submit(f"/objections/{objection.id}/reexamination", {"grounds": "有新的证据。"})
    assert objection.state is O.REEXAMINATION


def test_notice_offers_the_way_to_object_while_it_runs(
    client: FussyClient, world: World, notice: Notice
) -> None:
    link = f"/notices/{notice.id}/object"
    assert link in client.get(f"/notices/{notice.id}").get_data(as_text=True)
    world.clock.advance(days=10)
    assert link not in client.get(f"/notices/{notice.id}").get_data(as_text=True)
    assert client.get(link).status_code == 200


def test_file_to_a_notice_nobody_published_is_not_found(client: FussyClient, world: World) -> None:
    assert client.get(f"/notices/{make_notice(world).id}/object").status_code == 404
