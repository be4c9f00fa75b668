"""The pages of bidding over HTTP: what each person reaches, what is kept when something is wrong."""

import io
import re
import zlib
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bids import queries, services
from app.bids.forms import sections
from app.demands.corrections import correct_demand
from app.models.bids import Bid, BidFile, CreditListing, OpeningRecord
from app.models.demands import Demand
from app.models.procedure_codes import CheckPoint, Role
from app.models.records import Event, Message
from app.models.states import BidState, DemandState
from tests.bids.making import check_by_both, open_all, open_demand, submitted_bid, written_bid
from tests.browsing import FussyClient, text_of
from tests.factories.world import World

SECTIONS = [each.code for each in sections.SECTIONS]


def pdf(text: str = "bid") -> bytes:
    """A small file that is a PDF."""
    return b"%PDF-1.4\n% " + text.encode() + b"\n%%EOF\n"


@pytest.fixture
def draft(world: World, session: Session) -> Bid:
    """A draft with nothing wanting."""
    return written_bid(session, open_demand(world), by=world.actor(Role.BIDDER), now=world.now)


@pytest.fixture
def opened(world: World, session: Session) -> Bid:
    """An opened bid."""
    demand = open_demand(world)
    made = submitted_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)
    open_all(world, demand)
    return made


def page(client: FussyClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return text_of(answer.tree)  # type: ignore[attr-defined]


def bare(html: str, url: str) -> str:
    """A page without its own address and its tokens, which change with every answer."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", html.replace(quote(url), "").replace(url, ""))


def test_begins_a_bid_from_the_listing(client: FussyClient, world: World, session: Session) -> None:
    demand = open_demand(world)
    client.sign_in(world.bidder)
    answer = client.submit(f"/demands/{demand.id}/bid")
    bid = session.scalars(select(Bid)).one()
    assert (answer.status_code, answer.location) == (302, f"/bids/{bid.id}")
    assert client.get(f"/demands/{demand.id}/bid").location == f"/bids/{bid.id}"
    assert demand.title in page(client, "/bids")


def test_refuses_to_begin_after_the_closing_with_the_reason(
    client: FussyClient, world: World, session: Session
) -> None:
    demand = open_demand(world)
    client.sign_in(world.bidder)
    assert demand.closes_at is not None
    world.clock.set(demand.closes_at)
    answer = client.submit(f"/demands/{demand.id}/bid", exact=True)
    assert answer.status_code == 422
    assert session.scalar(select(func.count()).select_from(Bid)) == 0


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_shows_every_section_before_and_after_it_is_written(
    client: FussyClient, world: World, session: Session, draft: Bid, language: str
) -> None:
    fresh = services.start_bid(session, open_demand(world), by=world.actor(Role.BIDDER), now=world.now)
    client.sign_in(world.bidder)
    client.get(f"/language/{language}")
    for bid in (draft, fresh):
        for code in SECTIONS:
            for tail in ("", "?check=1"):
                assert client.get(f"/bids/{bid.id}/sections/{code}{tail}").status_code == 200
        for path in ("", "/text", "/files", "/files?check=1", "/submit"):
            assert client.get(f"/bids/{bid.id}{path}").status_code == 200


@pytest.mark.parametrize("code", SECTIONS)
def test_saves_a_section_unchanged_without_changing_the_bid(
    client: FussyClient, world: World, session: Session, draft: Bid, code: str
) -> None:
    before = queries.version(session, draft, None)
    assert before is not None
    text = before.content
    client.sign_in(world.bidder)
    answer = client.submit(f"/bids/{draft.id}/sections/{code}")
    assert answer.status_code == 302
    after = queries.version(session, draft, None)
    assert after is not None
    assert after.content == text


def test_keeps_what_was_typed_when_a_number_cannot_be_read(
    client: FussyClient, world: World, session: Session, draft: Bid
) -> None:
    client.sign_in(world.bidder)
    url = f"/bids/{draft.id}/sections/basics"
    answer = client.submit(url, {"title": "新的标题", "price_fen": "二百八十万"})
    assert answer.status_code == 422
    form = {each.get("name"): each.get("value") for each in answer.tree.iter("input")}  # type: ignore[attr-defined]
    assert (form["title"], form["price_fen"]) == ("新的标题", "二百八十万")
    newest = queries.version(session, draft, None)
    assert newest is not None
    assert newest.content["title"] != "新的标题"


def test_adds_a_row_without_saving(client: FussyClient, world: World, draft: Bid) -> None:
    client.sign_in(world.bidder)
    url = f"/bids/{draft.id}/sections/consortium"
    answer = client.submit(url, {"add_row": "members", "members-0-name": "襄阳某公司"})
    names = [each.get("name") for each in answer.tree.iter("input")]  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert "members-1-name" in names


def test_answers_409_and_keeps_the_text_when_a_colleague_saved_the_section(
    client: FussyClient, world: World, session: Session, draft: Bid
) -> None:
    client.sign_in(world.bidder)
    url = f"/bids/{draft.id}/sections/terms"
    stale = client.get(url).tree  # type: ignore[attr-defined]
    base = next(each.get("value") for each in stale.iter("input") if each.get("name") == "base")
    client.submit(url, {"promotion_plan": "同事的文字"})
    answer = client.submit(url, {"promotion_plan": "我的文字", "base": base})
    assert answer.status_code == 409
    assert "我的文字" in text_of(answer.tree)  # type: ignore[attr-defined]
    fresh = next(
        each.get("value")
        for each in answer.tree.iter("input")  # type: ignore[attr-defined]
        if each.get("name") == "base"
    )
    assert client.submit(url, {"promotion_plan": "我的文字", "base": fresh}).status_code == 302
    newest = queries.version(session, draft, None)
    assert newest is not None
    assert newest.content["promotion"]["plan"] == "我的文字"


def test_takes_files_in_and_out(client: FussyClient, world: World, session: Session) -> None:
    bid = services.start_bid(session, open_demand(world), by=world.actor(Role.BIDDER), now=world.now)
    client.sign_in(world.bidder)
    url = f"/bids/{bid.id}/files/proposal"
    good = {"file_proposal": (io.BytesIO(pdf()), "揭榜申报书.pdf")}
    assert client.submit(url, good, exact=True).status_code == 302
    row = session.scalars(select(BidFile)).one()
    answer = client.get(f"/bids/{bid.id}/files/{row.id}")
    assert (answer.status_code, answer.data) == (200, pdf())
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()
    for content, name in ((b"", "空.pdf"), (b"MZ" + zlib.compress(b"x"), "程序.pdf"), (b"x", "程序.exe")):
        bad = client.submit(url, {"file_proposal": (io.BytesIO(content), name)}, exact=True)
        assert bad.status_code == 422, name
    assert client.submit(url, exact=True).status_code == 422
    assert client.submit(f"/bids/{bid.id}/files/nonsense", exact=True).status_code == 404
    assert client.submit(f"/bids/{bid.id}/files/{row.id}/remove", exact=True).status_code == 302
    assert session.scalar(select(func.count()).select_from(BidFile)) == 0


def test_submits_with_a_receipt_and_only_once(
    client: FussyClient, world: World, session: Session, draft: Bid
) -> None:
    client.sign_in(world.bidder)
    url = f"/bids/{draft.id}/submit"
    answer = client.submit(url)
    assert answer.location == f"/bids/{draft.id}/receipts/1"
    assert client.submit(url, {"number": "1"}, exact=True).location == answer.location
    version = queries.version(session, draft, 1)
    assert version is not None
    shown = page(client, answer.location)
    assert str(version.receipt_number) in shown
    assert str(version.commitment) in shown
    data = client.get(f"{answer.location}/data").get_json()
    assert (data["commitment"], data["content"]) == (version.commitment, version.content)
    assert client.get(f"/bids/{draft.id}/receipts/2").status_code == 404


def test_lists_what_stands_against_the_bid_and_leads_to_it(
    client: FussyClient, world: World, session: Session
) -> None:
    bid = services.start_bid(session, open_demand(world), by=world.actor(Role.BIDDER), now=world.now)
    client.sign_in(world.bidder)
    answer = client.submit(f"/bids/{bid.id}/submit", exact=True)
    assert answer.status_code == 422
    links = {each.get("href") for each in answer.tree.iter("a")}  # type: ignore[attr-defined]
    assert f"/bids/{bid.id}/sections/responses?check=1" in links
    assert f"/bids/{bid.id}/files?check=1" in links
    assert bid.state is BidState.DRAFT


def test_withdraws_and_takes_up_again(
    client: FussyClient, world: World, session: Session, draft: Bid
) -> None:
    services.submit_bid(session, draft, by=world.actor(Role.BIDDER), now=world.now)
    client.sign_in(world.bidder)
    client.submit(f"/bid/{draft.id}/do/withdraw")
    assert (draft.state, [each.is_live for each in draft.parties]) == (BidState.WITHDRAWN, [False])
    client.submit(f"/bid/{draft.id}/do/take_up_again")
    assert draft.state is BidState.DRAFT


@pytest.mark.parametrize("name", ["other_bidder", "organizer", "owner", "supervisor", "operator", "finance"])
def test_hides_a_sealed_bid_like_one_that_never_was(
    client: FussyClient, world: World, session: Session, draft: Bid, name: str
) -> None:
    services.submit_bid(session, draft, by=world.actor(Role.BIDDER), now=world.now)
    row = session.scalars(select(BidFile)).first()
    assert row is not None
    client.sign_in(getattr(world, name))
    for path in ("", "/text", f"/files/{row.id}"):
        there, nowhere = f"/bids/{draft.id}{path}", f"/bids/{uuid4()}{path}"
        hidden, never = client.get(there), client.get(nowhere)
        assert (hidden.status_code, never.status_code) == (404, 404)
        assert bare(hidden.get_data(as_text=True), there) == bare(never.get_data(as_text=True), nowhere)
    if name == "other_bidder":
        assert draft.demand.title not in page(client, "/bids")


def test_lets_two_officers_agree_and_one_open(
    client: FussyClient, world: World, session: Session, draft: Bid
) -> None:
    services.submit_bid(session, draft, by=world.actor(Role.BIDDER), now=world.now)
    demand = draft.demand
    url = f"/demands/{demand.id}/opening"
    client.sign_in(world.organizer)
    assert client.submit(f"{url}/agree", exact=True).status_code == 422
    assert demand.closes_at is not None
    world.clock.set(demand.closes_at)
    assert world.bidder_org.name not in page(client, url)
    assert client.submit(f"{url}/agree", exact=True).status_code == 302
    assert client.submit(url, exact=True).status_code == 422
    client.sign_in(world.second_organizer)
    assert client.submit(f"{url}/agree", exact=True).status_code == 302
    answer = client.submit(url)
    assert (answer.status_code, answer.location) == (302, f"/demands/{demand.id}/opening-record")
    assert client.submit(url, exact=True).status_code == 409
    record = session.scalars(select(OpeningRecord)).one()
    # The stored files of this test are rows alone.
    assert [line["problem"] for line in record.lines] == ["file_missing"]
    for name, status in {
        "organizer": 200,
        "owner": 200,
        "bidder": 200,
        "supervisor": 200,
        "other_bidder": 404,
        "operator": 404,
        "other_organizer": 404,
    }.items():
        client.sign_in(getattr(world, name))
        assert client.get(f"/demands/{demand.id}/opening-record").status_code == status, name


def test_hides_the_opening_of_other_rounds(client: FussyClient, world: World, draft: Bid) -> None:
    client.sign_in(world.other_organizer)
    assert client.get(f"/demands/{draft.demand_id}/opening").status_code == 404
    assert client.get(f"/demands/{draft.demand_id}/checks").status_code == 404
    assert draft.demand.title not in page(client, "/openings")


def test_checks_a_bid_with_two_officers_and_decides(
    client: FussyClient, world: World, session: Session, opened: Bid
) -> None:
    url = f"/bids/{opened.id}/check"
    for name in ("organizer", "second_organizer"):
        client.sign_in(getattr(world, name))
        unfinished = client.submit(url, {"seal_verdict": "no"})
        assert unfinished.status_code == 422
        done = client.submit(url, {f"{point.value}_verdict": "yes" for point in CheckPoint})
        assert done.location == f"/bids/{opened.id}/check-result"
        assert client.get(url).location == f"/bids/{opened.id}/check-result"
        page(client, f"/bids/{opened.id}/check-result")
    page(client, f"/demands/{opened.demand_id}/checks")
    assert client.submit(f"/bids/{opened.id}/decide", {"passes": "no"}).status_code == 422
    assert client.submit(f"/bids/{opened.id}/decide", {"passes": "yes"}).status_code == 302
    assert opened.state is BidState.ELIGIBLE
    assert len(page(client, f"/demands/{opened.demand_id}/checks")) > 100


def test_asks_for_a_cure_and_takes_it(
    client: FussyClient, world: World, session: Session, opened: Bid
) -> None:
    check_by_both(world, opened, seal="curable")
    client.sign_in(world.organizer)
    url = f"/bids/{opened.id}/ask-cure"
    assert client.submit(url, {"request": "请补充签字页。"}).status_code == 422
    assert client.submit(url, {"request": "请补充签字页。", "points": "seal"}).status_code == 302
    client.sign_in(world.bidder)
    assert "请补充签字页。" in page(client, f"/bids/{opened.id}")
    new = {"file_proposal": (io.BytesIO(pdf("签字")), "签字页.pdf")}
    assert client.submit(f"/bids/{opened.id}/files/proposal", new, exact=True).status_code == 302
    answer = client.submit(f"/bids/{opened.id}/cure")
    assert answer.location == f"/bids/{opened.id}/receipts/2"
    assert opened.state is BidState.OPENED


def test_tells_a_failed_bidder_the_reason_and_takes_one_request(
    client: FussyClient, world: World, session: Session, opened: Bid
) -> None:
    check_by_both(world, opened, credit="fatal")
    client.sign_in(world.organizer)
    client.submit(f"/bids/{opened.id}/decide", {"passes": "no", "reason": "牵头单位在失信名单"})
    client.sign_in(world.bidder)
    assert "牵头单位在失信名单" in page(client, f"/bids/{opened.id}")
    url = f"/bids/{opened.id}/check-review"
    assert client.submit(url, {"text": "同名单位，请复核。"}).status_code == 302
    assert client.submit(url, {"text": "再次"}, exact=True).status_code == 422
    assert client.get(f"/bids/{opened.id}/check-result").status_code == 403
    client.sign_in(world.organizer)
    assert "同名单位，请复核。" in page(client, f"/bids/{opened.id}")
    client.submit(f"/bid/{opened.id}/do/readmit", {"reason": "复核属实"})
    assert opened.state is BidState.OPENED


def test_records_a_foreign_reading_of_text_and_file(
    client: FussyClient, world: World, session: Session, opened: Bid
) -> None:
    client.sign_in(world.owner)
    page(client, f"/bids/{opened.id}")
    page(client, f"/bids/{opened.id}/text")
    assert [
        each.action for each in session.scalars(select(Event).where(Event.actor_id == world.owner.id))
    ] == ["read_bid"]
    client.sign_in(world.bidder)
    page(client, f"/bids/{opened.id}/text")
    count = select(func.count()).select_from(Event).where(Event.action == "read_bid")
    assert session.scalar(count) == 1


def test_imports_a_credit_list(client: FussyClient, world: World, session: Session) -> None:
    client.sign_in(world.organizer)
    page(client, "/credit-lists")
    text = f"name,uscc,reason\n{world.bidder_org.name},{world.bidder_org.uscc},失信\n"
    for encoding in ("utf-8", "gb18030"):
        data = {"list_code": "serious", "file": (io.BytesIO(text.encode(encoding)), "名单.csv")}
        assert client.submit("/credit-lists", data).status_code == 302
        assert [row.name for row in session.scalars(select(CreditListing))] == [world.bidder_org.name]
    bad = {"list_code": "serious", "file": (io.BytesIO(b"name,uscc\nx,123\n"), "名单.csv")}
    assert client.submit("/credit-lists", bad).status_code == 422
    client.sign_in(world.bidder)
    assert client.get("/credit-lists").status_code == 403


def test_asks_as_often_for_thirty_bids_as_for_one(
    client: FussyClient, world: World, session: Session, database: object
) -> None:
    from sqlalchemy import event

    by = world.actor(Role.BIDDER)
    client.sign_in(world.bidder)

    def count() -> int:
        seen: list[str] = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(database.engine, "before_cursor_execute", listener)  # type: ignore[attr-defined]
        try:
            page(client, "/bids")
        finally:
            event.remove(database.engine, "before_cursor_execute", listener)  # type: ignore[attr-defined]
        return len([each for each in seen if each.startswith("SELECT")])

    services.start_bid(session, open_demand(world), by=by, now=world.now)
    one = count()
    for _number in range(12):
        services.start_bid(session, open_demand(world), by=by, now=world.now)
    assert count() == one


def test_ends_a_listing_without_bids(client: FussyClient, world: World, session: Session) -> None:
    demand: Demand = open_demand(world)
    open_all(world, demand)
    assert demand.state is DemandState.NO_AWARD
    client.sign_in(world.owner)
    page(client, f"/demands/{demand.id}/opening-record")


def test_leads_from_the_listing_to_the_bid_and_its_opening(
    client: FussyClient, world: World, session: Session
) -> None:
    demand = open_demand(world)
    url = f"/demands/{demand.id}"

    def links(name: str) -> set[str]:
        client.sign_in(getattr(world, name))
        tree = client.get(url).tree  # type: ignore[attr-defined]
        return {each.get("href", "").removeprefix(url) for each in tree.iter("a")}

    assert "/bid" in links("bidder")
    assert "/bid" not in links("owner") | links("organizer")
    bid = submitted_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)
    assert f"/bids/{bid.id}" in links("bidder")
    open_all(world, demand)
    for name, wanted in {
        "bidder": {"/opening-record"},
        "owner": {"/opening-record"},
        "organizer": {"/opening-record", "/checks"},
        "other_bidder": set(),
    }.items():
        assert links(name) & {"/opening-record", "/checks"} == wanted, name


def test_tells_bidders_of_a_material_correction_and_takes_their_confirmation(
    client: FussyClient, world: World, session: Session
) -> None:
    demand = open_demand(world)
    bid = submitted_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)
    correct_demand(
        session,
        demand,
        values={"deadline_months": 18},
        reason="设备采购周期变化",
        is_material=True,
        by=world.actor(Role.DEMAND_OWNER),
        now=world.now,
        closes_at=world.now + timedelta(days=60),
    )
    told = session.scalars(select(Message.user_id).where(Message.kind == "bid.confirm_asked")).all()
    assert list(told) == [world.bidder.id]
    client.sign_in(world.bidder)
    url = f"/bids/{bid.id}/confirm-edition"
    page(client, f"/bids/{bid.id}")
    assert client.submit(url).status_code == 302
    assert bid.confirmed_edition == 2
