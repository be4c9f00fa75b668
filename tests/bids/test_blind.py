"""The blind copy is read whole, and searched: measured on a labelled set; over HTTP only a new file answers."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.bids import queries, services
from app.bids.blind.passages import read_passages
from app.bids.blind.search import Find, Kind, search, short_forms
from app.bids.eligibility import check_bid
from app.core.inspection import MEDIA_TYPES, inspect
from app.models.bids import Bid
from app.models.procedure_codes import BidSlot, Role
from tests.bids.blind_set import GUILTY, INNOCENT, LEAD, SECRETS, Copy, docx
from tests.bids.making import open_demand, written_bid
from tests.browsing import FussyClient, text_of
from tests.core.sample_files import make_office
from tests.factories.world import World

LEAST_RECALL, LEAST_PRECISION = 0.95, 0.95


def found_in(tmp_path: Path, copy: Copy) -> list[Find]:
    path = tmp_path / "copy"
    path.write_bytes(docx(copy))
    assert inspect(path, "盲审版.docx") == MEDIA_TYPES["docx"]
    passages = read_passages(path, MEDIA_TYPES["docx"])
    assert passages is not None, copy.name
    return search(passages, SECRETS)


@pytest.mark.parametrize("copy", GUILTY, ids=[each.name for each in GUILTY])
def test_finds_what_gives_somebody_away(tmp_path: Path, copy: Copy) -> None:
    assert {each.kind for each in found_in(tmp_path, copy)} >= copy.expected


@pytest.mark.parametrize("copy", INNOCENT, ids=[each.name for each in INNOCENT])
def test_leaves_alone_what_only_looks_like_it(tmp_path: Path, copy: Copy) -> None:
    assert found_in(tmp_path, copy) == []


def test_is_precise_and_misses_little(tmp_path: Path) -> None:
    hits = misses = alarms = 0
    for copy in (*GUILTY, *INNOCENT):
        kinds = {each.kind for each in found_in(tmp_path, copy)}
        hits += len(kinds & copy.expected)
        misses += len(copy.expected - kinds)
        alarms += len(kinds - copy.expected)
    assert hits / (hits + misses) >= LEAST_RECALL
    assert hits / (hits + alarms) >= LEAST_PRECISION, (hits, misses, alarms)


def test_names_place_and_words(tmp_path: Path) -> None:
    found = found_in(tmp_path, GUILTY[0])[0]
    assert (found.kind, str(found.number)) == (Kind.UNIT, "2")
    assert LEAD in found.excerpt


@pytest.mark.parametrize(
    ("name", "short"),
    [
        (LEAD, {"武汉星野智能科技", "星野智能科技", "星野智能"}),
        ("江城理工大学", set()),
        ("襄阳澄江数据股份有限公司（演示）", {"襄阳澄江数据", "澄江数据"}),
    ],
)
def test_shortens_a_unit_s_name_as_people_do(name: str, short: set[str]) -> None:
    assert short_forms(name) >= short


def test_reads_a_pdf_page_by_page_with_its_author(tmp_path: Path) -> None:
    path = tmp_path / "copy.pdf"
    path.write_bytes(a_pdf("Call 027-87651234 now", author="Ke Beichen"))
    found = {
        (each.kind, each.number) for each in search(read_passages(path, MEDIA_TYPES["pdf"]) or [], SECRETS)
    }
    assert found == {(Kind.PHONE, "1"), (Kind.PROPERTY, "Author")}


def test_cannot_read_a_picture_or_an_empty_pdf(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_bytes(b"%PDF-1.4\nnot really\n%%EOF")
    assert read_passages(path, MEDIA_TYPES["pdf"]) is None
    assert read_passages(path, MEDIA_TYPES["png"]) is None
    path.write_bytes(make_office("docx", {"word/document.xml": b"<a><b>"}))
    assert read_passages(path, MEDIA_TYPES["docx"]) is None


@pytest.fixture
def blind_bid(world: World, session: Session) -> Bid:
    """A bid in a blind round that lacks its blind copy alone."""
    demand = open_demand(world)
    demand.round.is_blind = True
    session.flush()
    return written_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)


def upload(client: FussyClient, bid: Bid, content: bytes) -> Any:
    files = {"file_blind": (BytesIO(content), "盲审版.docx")}
    return client.submit(f"/bids/{bid.id}/files/blind", files, exact=True, content_type="multipart/form-data")


def test_keeps_a_bid_back_until_a_clean_copy_is_handed_in(
    client: FussyClient, world: World, session: Session, blind_bid: Bid
) -> None:
    client.sign_in(world.bidder)
    named = Copy("named", ("总体方案。", f"由{world.bidder_org.name}牵头，电话 13871234567。"))
    assert upload(client, blind_bid, docx(named)).status_code == 302
    refusals = check_bid(session, blind_bid, now=world.now)
    assert {each.code for each in refusals} == {"blind_unit", "blind_phone"}
    for language, words in (("zh_Hans_CN", "盲审版泄露的信息"), ("en", "What the blind copy gives away")):
        client.get(f"/language/{language}")
        shown = text_of(client.get(f"/bids/{blind_bid.id}/files").tree)  # type: ignore[attr-defined]
        assert words in shown
        assert world.bidder_org.name in shown
        assert client.submit(f"/bids/{blind_bid.id}/submit", exact=True).status_code == 422
    row = next(each for each in _files(session, blind_bid) if each.slot is BidSlot.BLIND)
    client.submit(f"/bids/{blind_bid.id}/files/{row.id}/remove", exact=True)
    assert upload(client, blind_bid, docx(Copy("clean", ("总体方案分三期实施。",)))).status_code == 302
    assert client.submit(f"/bids/{blind_bid.id}/submit").status_code == 302


def test_searches_again_when_the_team_changes(world: World, session: Session, blind_bid: Bid) -> None:
    by = world.actor(Role.BIDDER)
    passages = [{"kind": "page", "place": "3", "text": "算法由顾听澜负责。"}]
    saved = {
        "name": "a.pdf",
        "media_type": "application/pdf",
        "size": 1,
        "sha256": "a" * 64,
        "storage_name": "b" * 32,
    }
    services.add_file(
        session, blind_bid, slot=BidSlot.BLIND, saved=saved, by=by, now=world.now, passages=passages
    )
    assert check_bid(session, blind_bid, now=world.now) == []
    team = [{"name": "顾听澜", "role": "算法"}]
    services.save_part(session, blind_bid, part={"team": team}, by=by, now=world.now)
    assert [each.code for each in check_bid(session, blind_bid, now=world.now)] == ["blind_person"]


def _files(session: Session, bid: Bid) -> list[Any]:
    version = queries.version(session, bid, None)
    assert version is not None
    return version.files


def a_pdf(text: str, *, author: str) -> bytes:
    """A PDF of one page with one line of Latin text."""
    stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Author ({author}) /Producer (x) >>".encode(),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return body + head + table + trailer % (len(objects) + 1, len(body))
