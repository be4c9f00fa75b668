"""The correction notice over HTTP: preview, decision, files, and a colleague who was faster."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import local
from app.models.demands import Demand
from app.models.procedure_codes import Visibility
from app.models.records import Attachment, Message
from app.models.states import DemandState as S
from tests.browsing import FussyClient, filled, form_of, text_of
from tests.core.sample_files import PDF
from tests.demands.conftest import listed
from tests.factories import World

pytestmark = pytest.mark.both_databases


@pytest.fixture
def listing(client: FussyClient, world: World) -> Demand:
    demand = listed(world)
    client.sign_in(world.owner).acting_for(world.owner_org)
    return demand


def url(demand: Demand) -> str:
    return f"/demands/{demand.id}/correct"


def preview(client: FussyClient, demand: Demand, data: dict[str, Any], status: int = 200) -> Any:
    answer = client.submit(url(demand), {"reason": "核对后更正。"} | data)
    assert answer.status_code == status, text_of(answer.tree.find(".//main"))
    return answer


def go_on(
    client: FussyClient,
    demand: Demand,
    page: Any,
    data: dict[str, Any],
    button: str = "publish",
    lang: str = "zh",
) -> Any:
    sent = filled(form_of(page.tree, url(demand))) | {button: "1"} | data
    kept = {name: value for name, value in sent.items() if value is not None}
    client.get(f"/language/{lang}")
    return client.post(url(demand), data=kept)


def said(answer: Any) -> str:
    return text_of(answer.tree.find(".//main"))


def test_shows_one_cell_before_publishing_and_publishes_on_the_second_step(
    client: FussyClient, listing: Demand
) -> None:
    page = preview(client, listing, {"indicators-1-condition": "以新的测试集检测。"})
    table = said(page)
    assert "以新的测试集检测" in table
    assert listing.edition == 1
    rows = [text_of(row) for row in page.tree.findall(".//table//tbody/tr")]
    assert len(rows) == 1
    assert listing.indicators[1].name in rows[0]
    sent = filled(form_of(page.tree, url(listing)))
    assert sent["is_material"] == "y"
    due = local(listing.closes_at + timedelta(days=listing.round.amend_extend_min_days))
    assert sent["closes_at"] == due.strftime("%Y-%m-%dT%H:%M")
    answer = go_on(client, listing, page, {})
    assert answer.status_code == 302
    assert (listing.edition, listing.editions[-1].is_material) == (2, True)


@pytest.mark.parametrize(
    ("lang", "sentence"), [("en", "tick it, or say why it is not"), ("zh", "请勾选，或说明为何")]
)
def test_departs_from_the_proposal_with_a_reason_only(
    client: FussyClient, listing: Demand, lang: str, sentence: str
) -> None:
    page = preview(client, listing, {"deadline_months": "13"})
    decided = {"is_material": None, "closes_at": ""}
    refused = go_on(client, listing, page, decided, lang=lang)
    assert refused.status_code == 422
    assert sentence in said(refused)
    assert filled(form_of(refused.tree, url(listing)))["deadline_months"] == "13"
    answer = go_on(client, listing, refused, decided | {"departure_reason": "只放宽期限，不影响已交的申报。"})
    assert answer.status_code == 302
    edition = listing.editions[-1]
    assert (edition.is_material, edition.departure_reason) == (False, "只放宽期限，不影响已交的申报。")
    client.sign_out()
    assert "只放宽期限" in said(client.get(answer.location))


def test_goes_back_to_the_text_with_everything_typed(client: FussyClient, listing: Demand) -> None:
    page = preview(client, listing, {"goal": "新的目标。"})
    back = go_on(client, listing, page, {}, button="back")
    assert back.status_code == 200
    assert filled(form_of(back.tree, url(listing)))["goal"] == "新的目标。"
    assert listing.edition == 1


def test_takes_files_off_and_adds_files_with_the_correction_only(
    client: FussyClient, world: World, listing: Demand
) -> None:
    added = preview(client, listing, {"picture": (BytesIO(PDF), "旧平面图.pdf")})
    page_of = f"/demands/{listing.id}"
    old = world.session.scalars(select(Attachment)).one()
    assert (old.slot, old.visibility) == ("prepared_picture", Visibility.INTERNAL)
    assert go_on(client, listing, added, {}).status_code == 302
    assert (old.slot, old.visibility) == ("picture", Visibility.PUBLIC)
    page = preview(client, listing, {"removed_files": str(old.id)})
    assert [text_of(tag) for tag in page.tree.findall(".//table//tr//strong")] == ["公开附件"]
    assert "旧平面图.pdf" in said(page)
    assert old.removed_at is None
    assert go_on(client, listing, page, {}).status_code == 302
    assert old.removed_at is not None
    client.sign_out()
    assert "旧平面图.pdf" not in said(client.get(page_of))
    assert "旧平面图.pdf" in said(client.get(f"{page_of}/editions/3"))


def test_keeps_both_when_a_colleague_published_meanwhile(
    client: FussyClient, world: World, listing: Demand
) -> None:
    mine = client.get(url(listing))
    first = preview(client, listing, {"goal": "同事的目标。", "site": "同事的现场，日均 3000 人次。"})
    assert go_on(client, listing, first, {}).status_code == 302
    sent = filled(form_of(mine.tree, url(listing))) | {"reason": "我的更正。"}
    late = client.post(
        url(listing), data=sent | {"goal": "我的目标。", "pain_point": "我的痛点，日均 20 件。"}
    )
    assert late.status_code == 409
    shown = filled(form_of(late.tree, url(listing)))
    assert (shown["goal"], shown["pain_point"]) == ("我的目标。", "我的痛点，日均 20 件。")
    assert (shown["site"], shown["reason"]) == ("同事的现场，日均 3000 人次。", "我的更正。")
    assert listing.edition == 2
    again = client.post(url(listing), data=shown)
    assert again.status_code == 200
    assert go_on(client, listing, again, {}).status_code == 302
    assert (listing.edition, listing.goal, listing.site) == (3, "我的目标。", "同事的现场，日均 3000 人次。")


def test_compares_any_two_editions_in_public(client: FussyClient, listing: Demand) -> None:
    for goal in ("第二版目标。", "第三版目标。"):
        page = preview(client, listing, {"goal": goal})
        assert go_on(client, listing, page, {}).status_code == 302
    client.sign_out()
    whole = said(client.get(f"/demands/{listing.id}/compare?older=1&newer=3"))
    assert "第三版" in whole.replace(" ", "")
    assert "第二版目标" not in whole
    assert client.get(f"/demands/{listing.id}/editions").status_code == 200
    same = client.get(f"/demands/{listing.id}/compare?older=2&newer=2")
    assert same.status_code == 200
    assert client.get(f"/demands/{listing.id}/compare?older=x&newer=9").status_code == 200


def test_tells_pledged_units_alone_what_changed_behind_the_pledge(
    client: FussyClient, world: World, listing: Demand
) -> None:
    bidder = client.sign_in(world.bidder).acting_for(world.bidder_org)
    assert bidder.submit(f"/demands/{listing.id}/pledge", {"agreed": "y"}).status_code == 302
    client.sign_in(world.owner).acting_for(world.owner_org)
    page = preview(client, listing, {"interface_constraints": "改为专线对接。"})
    assert "改为专线对接" in said(page)
    assert go_on(client, listing, page, {}).status_code == 302
    newest = f"/demands/{listing.id}/editions/2"
    client.sign_out()
    assert "改为专线对接" not in client.get(newest).get_data(as_text=True)
    client.sign_in(world.bidder).acting_for(world.bidder_org)
    assert "改为专线对接" in said(client.get(f"/demands/{listing.id}/restricted"))
    kinds = select(Message.kind).where(Message.user_id == world.bidder.id)
    assert "demand.change_restricted" in world.session.scalars(kinds).all()
    client.sign_in(world.third_bidder).acting_for(world.third_bidder_org)
    assert client.get(f"/demands/{listing.id}/restricted").status_code == 404


def test_answers_409_once_bidding_has_closed(client: FussyClient, world: World, listing: Demand) -> None:
    page = preview(client, listing, {"goal": "新的目标。"})
    world.clock.set(listing.closes_at)
    assert go_on(client, listing, page, {}).status_code == 409
    assert (listing.edition, listing.state) == (1, S.OPEN)
