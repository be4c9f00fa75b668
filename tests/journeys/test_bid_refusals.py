"""What a bidder may not do, over HTTP: each refusal with its sentence in both languages, everything typed kept."""

from io import BytesIO
from typing import Any

from app.models import Bid, Demand
from app.models.procedure_codes import CheckPoint
from app.models.states import BidState
from tests.core.sample_files import PDF
from tests.journeys.walking import TEXT, Walk, bid_sections, check_form

LANGUAGES = ("zh_Hans_CN", "en")
MEMBER = {
    "members-0-role": "数据治理",
    "members-0-percent": "20",
    "members-0-ip_share": "各自完成的部分归各自所有",
    "members-0-tasks": "数据清洗与标注",
    "agreement_signed_on": "2026-03-02",
    "agreement_ip_share": "共同完成的部分归牵头单位",
    "agreement_tasks": "总体设计与实施",
}


def upload(walk: Walk, bid: Bid, slot: str) -> None:
    """A file of its own in a slot."""
    content = PDF.replace(b"%%EOF", f"%% {bid.id} {slot}\n%%EOF".encode())
    files = {f"file_{slot}": (BytesIO(content), f"{slot}.pdf")}
    walk.send(f"/bids/{bid.id}/files/{slot}", files, exact=True, content_type="multipart/form-data")


def draft(walk: Walk, name: str, demand: Demand, **changed: dict[str, Any]) -> Bid:
    """A bid with every section and file, not yet submitted; `changed` are other texts by section."""
    walk.be(name).send(f"/demands/{demand.id}/bid", exact=True)
    bid: Bid = walk.newest(Bid, Bid.demand_id == demand.id, Bid.lead_id == walk.world.orgs[name].id)
    for code, data in (bid_sections(demand, "280.00") | {"consortium": {}}).items():
        typed = data | changed.get(code, {})
        if typed:
            walk.send(f"/bids/{bid.id}/sections/{code}", typed)
    for slot in ("proposal", "licence", "commitment", "credit_report"):
        upload(walk, bid, slot)
    return bid


def refused_in_both(walk: Walk, bid: Bid, *sentences: str) -> None:
    """Submitting is refused with 422 and the sentence of each language; the bid stays a draft."""
    for language, sentence in zip(LANGUAGES, sentences, strict=True):
        walk.client.get(f"/language/{language}")
        assert sentence in walk.refused(f"/bids/{bid.id}/submit", exact=True), language
    walk.client.get(f"/language/{LANGUAGES[0]}")
    assert bid.state is BidState.DRAFT


def kept(walk: Walk, bid: Bid, code: str, **expected: str) -> None:
    """The section still holds what was typed."""
    tree = walk.client.get(f"/bids/{bid.id}/sections/{code}").tree  # type: ignore[attr-defined]
    found = {
        each.get("name"): each.text or "" if each.tag == "textarea" else each.get("value")
        for each in tree.iter()
        if each.tag in ("input", "textarea")
    }
    assert {name: (found.get(name) or "").strip() for name in expected} == expected


def test_refuses_a_member_that_stands_in_another_bid(walk: Walk) -> None:
    demand = walk.has_listing()
    walk.bids("bidder", demand)
    unit = walk.world.orgs["bidder"]
    named = MEMBER | {"members-0-name": unit.name, "members-0-uscc": unit.uscc}
    bid = draft(walk, "other_bidder", demand, consortium=named)
    upload(walk, bid, "consortium")
    quiet = walk.sees(f"/bids/{bid.id}/submit")
    assert "提交时核查" in quiet
    assert "对同一榜单只能参与一项申报" not in quiet
    refused_in_both(
        walk,
        bid,
        "对同一榜单只能参与一项申报",
        f"{unit.name} stands in another bid on this listing",
    )
    kept(walk, bid, "consortium", **{"members-0-uscc": unit.uscc, "members-0-tasks": "数据清洗与标注"})


def test_refuses_a_related_party_of_the_owner(walk: Walk) -> None:
    demand = walk.has_listing()
    owner = walk.world.orgs["owner"]
    shares = {
        "shareholders-0-name": owner.name,
        "shareholders-0-uscc": owner.uscc,
        "shareholders-0-percent": "35",
    }
    bid = draft(walk, "bidder", demand, declarations=shares, unit={"unit_legal_rep": owner.legal_rep})
    refused_in_both(
        walk,
        bid,
        "发榜方是本单位的股东。本榜单不接受关联方申报",
        "The demand owner is a shareholder of your unit. This listing takes no related parties.",
    )
    refused_in_both(walk, bid, "发榜方与本单位的法定代表人相同", "the same legal representative")
    kept(walk, bid, "declarations", **{"shareholders-0-uscc": owner.uscc, "shareholders-0-percent": "35.00"})


def test_refuses_a_hard_indicator_promised_worse(walk: Walk) -> None:
    demand = walk.has_listing()
    bid = draft(walk, "bidder", demand, responses={"responses-0-promised_value": "94.9"})
    refused_in_both(
        walk, bid, "“缺陷检出率”为约束性指标", "Indicator “缺陷检出率” is hard: nothing below the target"
    )
    page = walk.sees(f"/bids/{bid.id}/sections/responses?check=1")
    assert "约束性指标" in page
    kept(
        walk, bid, "responses", **{"responses-0-promised_value": "94.9", "responses-0-basis": "同类项目实测"}
    )


def test_refuses_sums_that_do_not_add_up(walk: Walk) -> None:
    demand = walk.has_listing()
    bid = draft(walk, "bidder", demand, budget={"budget-0-amount_fen": "279.99"})
    refused_in_both(
        walk, bid, "279.99", "The budget lines add up to 279.99, the price is 280.00 (× CNY 10,000)."
    )
    kept(walk, bid, "budget", **{"budget-0-amount_fen": "279.99"})
    walk.send(f"/bids/{bid.id}/sections/budget", {"budget-0-amount_fen": "280.00"})
    walk.send(f"/bids/{bid.id}/submit")
    assert bid.state is BidState.SUBMITTED


def test_takes_one_cure_and_refuses_a_second(walk: Walk) -> None:
    demand = walk.has_listing()
    bid = walk.bids("bidder", demand)
    walk.opens(demand)
    _found_curable(walk, bid)
    asked = {"points": [CheckPoint.SEAL.value], "request": "请补交法定代表人签字页。"}
    walk.be("organizer").send(f"/bids/{bid.id}/ask-cure", asked)
    assert bid.state is BidState.NEEDS_CURE
    walk.be("bidder").send(f"/bids/{bid.id}/sections/terms", {"ip_background": TEXT})
    upload(walk, bid, "authorisation")
    changed = walk.client.submit(f"/bids/{bid.id}/sections/basics", {"price_fen": "200.00"})
    assert changed.status_code == 302
    for language, sentence in zip(
        LANGUAGES, ("补正不得变更申报实质内容", "A cure cannot change the offer"), strict=True
    ):
        walk.client.get(f"/language/{language}")
        assert sentence in walk.refused(f"/bids/{bid.id}/cure")
    walk.client.get(f"/language/{LANGUAGES[0]}")
    walk.send(f"/bids/{bid.id}/sections/basics", {"price_fen": "280.00"})
    walk.send(f"/bids/{bid.id}/cure")
    assert (bid.state, bid.sealed_version) == (BidState.OPENED, 2)
    _found_curable(walk, bid)
    walk.be("organizer")
    for language, sentence in zip(LANGUAGES, ("补正", "there is one only"), strict=True):
        walk.client.get(f"/language/{language}")
        assert sentence in walk.refused(f"/bids/{bid.id}/ask-cure", asked)
    assert bid.state is BidState.OPENED


def _found_curable(walk: Walk, bid: Bid) -> None:
    wanting = {"seal_verdict": "no", "seal_severity": "curable", "seal_reason": "缺法定代表人签字页"}
    for officer in ("organizer", "second_organizer"):
        walk.be(officer).send(f"/bids/{bid.id}/check", check_form() | wanting)
