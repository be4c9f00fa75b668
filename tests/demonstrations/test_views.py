"""Pages of demonstration projects, replications and fiscal support over HTTP."""

import struct
import zlib
from io import BytesIO

import pytest
from sqlalchemy import event as listening
from sqlalchemy.orm import Session

from app.models.contracts import Subsidy
from app.models.outcomes import Replication
from app.models.procedure_codes import Visibility
from app.models.records import Attachment
from app.models.states import AcceptanceState
from app.models.states import DemonstrationState as D
from app.models.states import ReplicationState as R
from app.models.states import SubsidyState as S
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_acceptance, make_demonstration, make_replication, make_subsidy


def png() -> bytes:
    """A picture of one grey point."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\x00\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("state", list(D))
@pytest.mark.parametrize("name", ["owner", "bidder", "organizer", "supervisor"])
def test_show_reads_from_inside_in_every_state(
    client: FussyClient, world: World, name: str, state: D, locale: str
) -> None:
    demonstration = make_demonstration(world, state)
    client.sign_in(getattr(world, name)).get(f"/language/{locale}")
    assert client.get(f"/demonstrations/{demonstration.id}").status_code == 200


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (D.CANDIDATE, 404),
        (D.EDITING, 404),
        (D.IN_NOTICE, 404),
        (D.LISTED, 200),
        (D.UNDER_REEXAMINATION, 200),
        (D.SUSPENDED, 200),
        (D.DELISTED, 200),
    ],
)
def test_show_is_public_once_listed(client: FussyClient, world: World, state: D, status: int) -> None:
    demonstration = make_demonstration(world, state)
    url = f"/demonstrations/{demonstration.id}"
    assert client.get(url).status_code == status
    assert client.sign_in(world.other_owner).get(url).status_code == status


def test_show_keeps_scores_and_inner_course_from_the_public(client: FussyClient, world: World) -> None:
    demonstration = make_demonstration(world, D.LISTED, score_note="内部评语")
    url = f"/demonstrations/{demonstration.id}"
    assert "内部评语" not in text_of(client.get(url).tree)
    assert "内部评语" in text_of(client.sign_in(world.organizer).get(url).tree)


def test_catalogue_shows_what_was_listed(client: FussyClient, world: World) -> None:
    shown = [make_demonstration(world, state) for state in (D.LISTED, D.SUSPENDED, D.DELISTED)]
    hidden = make_demonstration(world, D.EDITING)
    answer = client.get("/demonstrations")
    links = [each.get("href") for each in answer.tree.iter("a")]
    assert [f"/demonstrations/{each.id}" in links for each in shown] == [True, True, True]
    assert f"/demonstrations/{hidden.id}" not in links


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 1),
        ("q=病理", 1),
        ("q=没有这个", 0),
        ("field=F08", 1),
        ("field=F01", 0),
        ("category=C2", 1),
        ("category=A1", 0),
        ("region=420100", 1),
        ("state=delisted", 0),
        ("year=2026", 1),
        ("sort=replicated", 1),
        ("field=nonsense&page=99", 1),
    ],
)
def test_catalogue_filters(client: FussyClient, world: World, query: str, count: int) -> None:
    demonstration = make_demonstration(world, D.LISTED)
    answer = client.get(f"/demonstrations?{query}")
    assert answer.status_code == 200
    links = [each.get("href") for each in answer.tree.iter("a")]
    assert links.count(f"/demonstrations/{demonstration.id}") == count


@pytest.mark.parametrize("url", ["/demonstrations", "/demonstrations/mine", "/replications", "/support"])
def test_lists_ask_as_often_for_many_rows_as_for_one(
    client: FussyClient, world: World, database, url: str
) -> None:
    def fill() -> None:
        made = make_replication(world, R.VERIFIED)
        make_subsidy(world, S.PAID, contract=made.demonstration.contract)

    fill()
    client.sign_in(world.supervisor)
    counted = [_queries(client, database, url)]
    for _n in range(3):
        fill()
    counted.append(_queries(client, database, url))
    assert counted[0] == counted[1]


def test_edit_starts_with_what_was_measured_and_keeps_pictures(
    client: FussyClient, world: World, session: Session
) -> None:
    demonstration = make_demonstration(world)
    client.sign_in(world.owner)
    url = f"/demonstrations/{demonstration.id}/edit"
    page = client.get(url)
    names = [
        each.get("value")
        for each in page.tree.iter("input")
        if (each.get("name") or "").endswith("-indicator")
    ]
    assert names == [each.name for each in demonstration.contract.indicators]
    typed = {f"effects-{n}-measured_by": "江城检测中心" for n in range(3)}
    typed |= {f"effects-{n}-before": "72" for n in range(3)}
    typed |= {"site": "病理科", "technologies": "自监督学习\n\n多实例学习", "has_no_incident": "y"}
    data = typed | {"pictures": (BytesIO(png()), "现场.png")}
    answer = client.submit(url, data, content_type="multipart/form-data")
    assert answer.status_code == 302, text_of(answer.tree.find(".//main"))
    assert demonstration.state is D.EDITING
    assert demonstration.technologies == ["自监督学习", "多实例学习"]
    assert [each.measured_by for each in demonstration.effects] == ["江城检测中心"] * 3
    kept = session.query(Attachment).filter_by(thing_id=demonstration.id).one()
    assert kept.visibility is Visibility.PUBLIC
    picture = f"/demonstrations/{demonstration.id}/pictures/{kept.id}"
    with client.get(picture) as shown:
        assert (shown.mimetype, shown.data) == ("image/png", png())
    client.sign_out()
    assert client.get(picture).status_code == 404
    client.sign_in(world.owner)
    assert client.submit(f"{picture}/remove", exact=True).status_code == 302
    assert client.get(picture).status_code == 404


def test_edit_keeps_what_was_typed_when_a_row_is_incomplete(client: FussyClient, world: World) -> None:
    demonstration = make_demonstration(world)
    client.sign_in(world.owner)
    url = f"/demonstrations/{demonstration.id}/edit"
    answer = client.submit(url, {"site": "急诊科", "title": ""})
    assert answer.status_code == 422
    assert answer.tree.find(".//textarea[@name='site']").text.strip() == "急诊科"
    assert demonstration.state is D.CANDIDATE


def test_score_and_listing_by_form(client: FussyClient, world: World) -> None:
    demonstration = make_demonstration(world, D.EDITING, benefit_score=None)
    client.sign_in(world.organizer)
    listing = f"/demonstrations/{demonstration.id}/listing"
    assert client.get(listing).status_code == 200
    score = f"/demonstrations/{demonstration.id}/score"
    assert client.submit(score, {"benefit": "40.01"}).status_code == 422
    assert client.submit(score, {"benefit": "35", "breadth": "25", "visibility": "24"}).status_code == 302
    assert demonstration.benefit_score == 35_00
    assert client.submit(listing, {"batch": "2026-1"}).status_code == 302
    assert demonstration.state is D.IN_NOTICE
    assert client.get(f"/notices/{demonstration.notices[0].id}").status_code == 200


def test_report_by_form(client: FussyClient, world: World) -> None:
    demonstration = make_demonstration(world, D.LISTED)
    client.sign_in(world.owner)
    url = f"/demonstrations/{demonstration.id}/reports/new"
    assert client.submit(url, {"text": "稳定运行。"}).status_code == 422
    data = {"text": "稳定运行。", "rows-0-indicator": "报告时间", "rows-0-value": "20", "rows-0-unit": "小时"}
    assert client.submit(url, data).status_code == 302
    assert [each.rows for each in demonstration.reports] == [
        [{"indicator": "报告时间", "value": "20", "unit": "小时"}]
    ]
    client.sign_out()
    assert "稳定运行。" in text_of(client.get(f"/demonstrations/{demonstration.id}").tree)


def test_adoption_from_interest_to_a_verified_effect(
    client: FussyClient, world: World, session: Session
) -> None:
    demonstration = make_demonstration(world, D.LISTED)
    url = f"/demonstrations/{demonstration.id}/adopt"
    assert client.get(url).status_code == 302
    client.sign_in(world.adopter)
    assert client.submit(url, {"statement": "希望引入。"}).status_code == 302
    taken = session.query(Replication).one()
    page = f"/replications/{taken.id}"
    assert client.submit(url, {"statement": "再次。"}).status_code == 422
    client.sign_in(world.organizer)
    assert client.submit(f"/replication/{taken.id}/do/match").status_code == 302
    client.sign_in(world.adopter)
    data = {"kind": "copy", "contract_fen": "80", "adopted_on": "2026-03-10"}
    assert client.submit(f"{page}/adopt", data).status_code == 302
    figures = {"effect": "明显缩短。", "effect_rows-0-indicator": "报告时间"}
    assert client.submit(f"{page}/effect", figures).status_code == 422
    figures |= {"effect_rows-0-before": "120", "effect_rows-0-after": "36", "effect_rows-0-unit": "小时"}
    assert client.submit(f"{page}/effect", figures).status_code == 302
    client.sign_in(world.organizer)
    assert client.submit(f"/replication/{taken.id}/do/verify").status_code == 302
    assert taken.state is R.VERIFIED
    client.sign_out()
    shown = client.get(f"/demonstrations/{demonstration.id}")
    assert world.adopter_org.name in text_of(shown.tree)
    assert client.get(page).status_code == 302


@pytest.mark.parametrize("state", list(R))
def test_replication_page_reads_in_every_state(client: FussyClient, world: World, state: R) -> None:
    replication = make_replication(world, state)
    for name, status in (("adopter", 200), ("owner", 200), ("organizer", 200), ("other_bidder", 404)):
        assert (
            client.sign_in(getattr(world, name)).get(f"/replications/{replication.id}").status_code == status
        )


def test_support_from_recommendation_to_payment(client: FussyClient, world: World, session: Session) -> None:
    contract = make_acceptance(world, AcceptanceState.PASSED).contract
    client.sign_in(world.organizer)
    url = f"/contracts/{contract.id}/support/new"
    assert client.submit(url, {"amount_fen": "9999", "basis": "办法第十条"}).status_code == 422
    assert client.submit(url, {"amount_fen": "30", "basis": "办法第十条"}).status_code == 302
    subsidy = session.query(Subsidy).one()
    client.sign_in(world.finance)
    assert client.get(f"/contracts/{contract.id}").status_code == 200
    assert client.submit(f"/subsidy/{subsidy.id}/do/approve").status_code == 302
    assert client.submit(f"/support/{subsidy.id}/pay", {"voucher_number": "CZ-7"}).status_code == 302
    assert (subsidy.state, subsidy.voucher_number) == (S.PAID, "CZ-7")
    assert client.get("/support").status_code == 200


def test_delisted_project_is_marked_and_takes_no_interest(client: FussyClient, world: World) -> None:
    demonstration = make_demonstration(world, D.DELISTED, state_reason="停止运行。")
    page = client.get(f"/demonstrations/{demonstration.id}")
    assert "停止运行。" in text_of(page.tree)
    links = [each.get("href") for each in page.tree.iter("a")]
    assert f"/demonstrations/{demonstration.id}/adopt" not in links


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
