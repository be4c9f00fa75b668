"""Match-first (先谈后审): intent, confirmation, two signatures, and a sealed bid that carries the agreement."""

from io import BytesIO

from app.models import Bid, Demand, Intent
from app.models.states import BidState
from tests.browsing import text_of
from tests.core.sample_files import PDF
from tests.journeys.dialogue_steps import refused_in_both, told
from tests.journeys.walking import Walk, bid_sections


def _written(walk: Walk, demand: Demand) -> Bid:
    """The bidder's draft with every section and file but the agreement."""
    walk.be("bidder").send(f"/demands/{demand.id}/bid", exact=True)
    bid: Bid = walk.newest(Bid, Bid.demand_id == demand.id)
    for code, data in bid_sections(demand, "280.00").items():
        walk.send(f"/bids/{bid.id}/sections/{code}", data)
    for slot in ("proposal", "licence", "commitment", "credit_report"):
        _puts(walk, bid, slot)
    return bid


def _puts(walk: Walk, bid: Bid, slot: str) -> None:
    content = PDF.replace(b"%%EOF", b"%% " + slot.encode() + b"\n%%EOF")
    files = {f"file_{slot}": (BytesIO(content), f"{slot}.pdf")}
    walk.send(f"/bids/{bid.id}/files/{slot}", files, exact=True, content_type="multipart/form-data")


def _cannot_submit(walk: Walk, bid: Bid, zh: str, en: str) -> None:
    for locale, sentence in (("zh_Hans_CN", zh), ("en", en)):
        walk.client.get(f"/language/{locale}")
        answer = walk.client.submit(f"/bids/{bid.id}/submit", {}, exact=True)
        assert answer.status_code == 422
        assert sentence in text_of(answer.tree), text_of(answer.tree)
    walk.client.get("/language/zh_Hans_CN")


def test_bids_with_the_signed_agreement_only(walk: Walk) -> None:
    demand = walk.has_listing(procedure="match_first")
    register = f"/demands/{demand.id}/intent"
    walk.be("bidder")
    refused_in_both(walk, register, {"statement": ""}, "请", "", "statement")
    walk.send(register, {"statement": "有同类项目经验，可派驻团队。"})
    assert walk.client.submit(register, {"statement": "再来一次。"}).status_code == 409
    intent = walk.newest(Intent, Intent.demand_id == demand.id)
    place = f"/demands/{demand.id}/intents/{intent.id}"
    early = walk.client.submit(f"{place}/agreement", {"agreed": "y"}, exact=True)
    assert early.status_code == 422
    assert "尚未确认" in text_of(early.tree)
    bid = _written(walk, demand)
    _cannot_submit(walk, bid, "须先由发榜方和贵单位双方签署", "must both have signed")

    owner = walk.be("owner")
    assert "有同类项目经验" in walk.sees(f"/demands/{demand.id}")
    owner.send(f"{place}/confirm", exact=True)
    assert "intent.confirm" in told(walk, "bidder")
    walk.be("third_bidder").misses(f"{place}/agreement")
    assert "有同类项目经验" not in walk.sees(f"/demands/{demand.id}")

    walk.be("bidder")
    unsigned = walk.client.submit(f"{place}/agreement", {})
    assert unsigned.status_code == 422
    walk.send(f"{place}/agreement", {"agreed": "y"})
    digest = intent.agreement_digest
    assert walk.client.submit(f"{place}/agreement", {"agreed": "y"}, exact=True).status_code == 409
    walk.be("owner").send(
        f"{place}/agreement",
        {"agreed": "y", "scan": (BytesIO(PDF), "盖章协议.pdf")},
        content_type="multipart/form-data",
    )
    assert intent.agreement_digest == digest
    page = walk.be("bidder").sees(f"{place}/agreement")
    assert "双方已签署" in page
    assert "盖章协议.pdf" in page
    _cannot_submit(walk, bid, "意向协议", "intent agreement")
    _puts(walk, bid, "intent")
    walk.send(f"/bids/{bid.id}/submit")
    assert bid.state is BidState.SUBMITTED
    listing = walk.be("owner").sees(f"/demands/{demand.id}")
    assert "有同类项目经验" in listing
    assert str(bid.id) not in walk.client.get(f"/demands/{demand.id}").get_data(as_text=True)
    walk.misses(f"/bids/{bid.id}")
    walk.opens(demand)
    assert bid.state is BidState.OPENED


def test_declines_withdraws_and_registers_anew(walk: Walk) -> None:
    demand = walk.has_listing(procedure="match_first")
    register = f"/demands/{demand.id}/intent"
    walk.be("bidder").send(register, {"statement": "第一次意向。"})
    intent = walk.newest(Intent, Intent.demand_id == demand.id)
    place = f"/demands/{demand.id}/intents/{intent.id}"
    walk.be("owner")
    refused_in_both(walk, f"{place}/decline", {"reason": ""}, "理由", "Give a reason", "reason")
    walk.send(f"{place}/decline", {"reason": "缺少同类案例。"})
    assert walk.client.submit(f"{place}/confirm", exact=True).status_code == 409
    assert "缺少同类案例" in walk.be("bidder").sees(f"/demands/{demand.id}")
    walk.be("third_bidder").misses(f"{place}/agreement")
    assert walk.client.submit(f"{place}/withdraw", exact=True).status_code == 404
    walk.be("bidder").send(f"{place}/withdraw", exact=True)
    walk.send(register, {"statement": "补充案例后再登记。"})
    assert (intent.withdrawn_at, intent.declined_at, intent.statement) == (None, None, "补充案例后再登记。")
    walk.be("owner").send(f"{place}/confirm", exact=True)
    for name in ("owner", "bidder"):
        walk.be(name).send(f"{place}/agreement", {"agreed": "y"})
    bid = _written(walk, demand)
    _puts(walk, bid, "intent")
    walk.be("bidder").send(f"{place}/withdraw", exact=True)
    _cannot_submit(walk, bid, "须先由发榜方和贵单位双方签署", "must both have signed")
    assert "intent.withdraw" in told(walk, "owner")
