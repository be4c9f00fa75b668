"""Pages of milestones, payments and changes over HTTP."""

from io import BytesIO

import pytest
from sqlalchemy import event as listening

from app.models.procedure_codes import ChangeKind
from app.models.records import Attachment
from app.models.states import ChangeState, ContractState
from app.models.states import MilestoneState as M
from app.models.states import PaymentState as P
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_change, make_contract, make_milestone, make_payment

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def signed_in(client: FussyClient, world: World, name: str) -> FussyClient:
    return client.sign_in(getattr(world, name))


@pytest.mark.parametrize("name", ["owner", "bidder", "organizer", "supervisor", "finance"])
@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_shows_the_course_on_the_page_of_the_contract(
    client: FussyClient, world: World, name: str, locale: str
) -> None:
    contract = make_contract(world)
    make_milestone(world, M.SUBMITTED, contract=contract)
    make_payment(world, P.REQUESTED, contract=contract, position=2)
    make_change(world, contract=contract)
    signed_in(client, world, name).get(f"/language/{locale}")
    answer = client.get(f"/contracts/{contract.id}")
    assert answer.status_code == 200
    assert text_of(answer.tree).count(contract.milestones[0].name) >= 1


@pytest.mark.parametrize(
    ("name", "status"), [("owner", 200), ("bidder", 200), ("other_bidder", 404), ("recommender", 404)]
)
def test_show_is_for_those_who_see_the_contract(
    client: FussyClient, world: World, name: str, status: int
) -> None:
    milestone = make_milestone(world, M.SUBMITTED)
    assert signed_in(client, world, name).get(f"/milestones/{milestone.id}").status_code == status


def test_submit_hands_in_report_values_and_file(client: FussyClient, world: World, session) -> None:
    milestone = make_milestone(world)
    signed_in(client, world, "bidder")
    answer = client.submit(
        f"/milestones/{milestone.id}/submit",
        {
            "report": "已完成原型系统。",
            "measured_0": "95.6 %",
            "evidence": (BytesIO(PDF), "证据.pdf"),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert milestone.state is M.SUBMITTED
    assert milestone.results[0]["measured"] == "95.6 %"
    kept = session.query(Attachment).filter_by(thing_id=milestone.id).one()
    assert (kept.slot, kept.name) == ("evidence", "证据.pdf")
    with client.get(f"/files/{kept.id}") as file:
        assert file.data == PDF
    assert signed_in(client, world, "other_bidder").get(f"/files/{kept.id}").status_code == 404


def test_submit_keeps_what_was_typed_when_the_report_is_missing(client: FussyClient, world: World) -> None:
    milestone = make_milestone(world)
    signed_in(client, world, "bidder")
    answer = client.submit(f"/milestones/{milestone.id}/submit", {"report": "", "measured_0": "95.6 %"})
    assert answer.status_code == 422
    assert answer.tree.find(".//input[@name='measured_0']").get("value") == "95.6 %"
    assert milestone.state is M.SCHEDULED


def test_judging_partly_needs_a_reason(client: FussyClient, world: World) -> None:
    milestone = make_milestone(world, M.SUBMITTED)
    signed_in(client, world, "owner")
    url = f"/milestone/{milestone.id}/do/meet_partly"
    assert client.submit(url, {"reason": ""}).status_code == 422
    assert client.submit(url, {"reason": "缺少夜间数据。"}).status_code == 302
    assert (milestone.state, milestone.state_reason) == (M.PARTIALLY_MET, "缺少夜间数据。")


def test_record_payment_by_form(client: FussyClient, world: World) -> None:
    line = make_payment(world, P.REQUESTED)
    signed_in(client, world, "finance")
    url = f"/payments/{line.id}/record"
    assert client.submit(url, {"paid_on": "2030-01-01", "voucher_number": "PZ-9"}).status_code == 422
    assert line.state is P.REQUESTED
    assert client.submit(url, {"voucher_number": "PZ-9"}).status_code == 302
    assert (line.state, line.voucher_number) == (P.PAID, "PZ-9")


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_file_change_shows_a_form_for_each_kind(client: FussyClient, world: World, kind: ChangeKind) -> None:
    contract = make_contract(world)
    signed_in(client, world, "bidder")
    assert client.get(f"/contracts/{contract.id}/changes/new?kind={kind.value}").status_code == 200


def test_change_goes_from_filing_to_a_new_edition(client: FussyClient, world: World) -> None:
    contract = make_contract(world)
    softer = str(contract.indicators[0].target - 1)
    harder = str(contract.indicators[0].target + 1)
    url = f"/contracts/{contract.id}/changes/new?kind=indicators"
    signed_in(client, world, "bidder")
    refused = client.submit(url, {"target_0": softer, "reason": "样本结构变化。"})
    assert refused.status_code == 422
    assert refused.tree.find(".//input[@name='target_0']").get("value") == softer
    assert client.submit(url, {"target_0": harder, "reason": "实测超出预期。"}).status_code == 302
    change = contract.changes[0]
    for name, page in (("owner", "consent"), ("organizer", "approve")):
        signed_in(client, world, name)
        assert client.get(f"/changes/{change.id}").status_code == 200
        assert client.submit(f"/changes/{change.id}/{page}").status_code == 302
    assert (change.state, contract.edition) == (ChangeState.APPROVED, 2)
    assert str(contract.indicators[0].target) == harder


def test_file_change_keeps_budget_amounts_that_do_not_balance(client: FussyClient, world: World) -> None:
    contract = make_contract(world)
    signed_in(client, world, "bidder")
    answer = client.submit(
        f"/contracts/{contract.id}/changes/new?kind=budget", {"amount_0": "1.00", "reason": "调剂。"}
    )
    assert answer.status_code == 422
    assert answer.tree.find(".//input[@name='amount_0']").get("value") == "1.00"


def test_file_change_adds_a_row_without_saving(client: FussyClient, world: World) -> None:
    contract = make_contract(world)
    signed_in(client, world, "bidder")
    url = f"/contracts/{contract.id}/changes/new?kind=member"
    answer = client.submit(url, {"add_row": "members"})
    assert answer.status_code == 200
    assert contract.changes == []


def test_file_change_says_why_not_under_an_ended_contract(client: FussyClient, world: World) -> None:
    contract = make_contract(world, ContractState.CLOSED)
    signed_in(client, world, "bidder")
    answer = client.submit(
        f"/contracts/{contract.id}/changes/new?kind=name", {"title": "新名称", "reason": "更名。"}
    )
    assert answer.status_code == 422
    assert contract.changes == []


@pytest.mark.parametrize("url", ["/milestones", "/payments", "/changes"])
def test_lists_ask_as_often_for_many_rows_as_for_one(
    client: FussyClient, world: World, database, url: str
) -> None:
    def fill() -> None:
        make_change(world, contract=make_contract(world))

    fill()
    signed_in(client, world, "supervisor")
    counted = [_queries(client, database, url)]
    for _n in range(3):
        fill()
    counted.append(_queries(client, database, url))
    assert counted[0] == counted[1]


def _queries(client: FussyClient, database, url: str) -> int:
    seen: list[str] = []

    def note(_conn, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    listening.listen(database.engine, "before_cursor_execute", note)
    try:
        assert client.get(url).status_code == 200
    finally:
        listening.remove(database.engine, "before_cursor_execute", note)
    return sum(each.startswith("SELECT") for each in seen)
