"""The table of checks: every one has a name, says what it reads, and passes, warns or fails where it should."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.bids import content, hints, identity, services
from app.bids.credit import CreditList, import_list
from app.bids.eligibility import CHECKS, report
from app.bids.figures import shares
from app.bids.forms.sections import SECTIONS, section_of
from app.bids.gantt import chart
from app.bids.likeness import text_likeness, title_likeness
from app.models.bids import Bid
from app.models.codes import OrganisationType
from app.models.procedure_codes import BidSlot, CheckPoint, Role
from app.models.states import BidState, ContractState
from tests.bids.making import (
    AGREEMENT,
    good_content,
    member,
    open_all,
    open_demand,
    submitted_bid,
    written_bid,
)
from tests.browsing import FussyClient, text_of
from tests.factories.awards import make_award
from tests.factories.contracts import make_contract
from tests.factories.world import World

Prepare = Callable[[World, Bid], None]


def outcomes(session: Session, bid: Bid, world: World, *, with_rivals: bool = True) -> dict[str, str]:
    """The status of each check by its code."""
    session.flush()
    found = report(session, bid, now=world.now, with_rivals=with_rivals)
    return {each.check.code: each.status for each in found}


@pytest.fixture
def draft(world: World, session: Session) -> Bid:
    """A draft with nothing wanting, with a fresh credit report and fresh lists."""
    import_list(session, CreditList.SERIOUS, [], by=world.actor_of(world.organizer), now=world.now)
    rows = [{"name": "某公司", "uscc": world.adopter_org.uscc, "reason": "示例"}]
    import_list(session, CreditList.DEBTORS, rows, by=world.actor_of(world.organizer), now=world.now)
    by = world.actor(Role.BIDDER)
    bid = written_bid(session, open_demand(world), by=by, now=world.now, slots=(BidSlot.CREDIT_REPORT,))
    unit = good_content(bid.demand)["unit"] | {"credit_report_on": "2026-03-10"}
    services.save_part(session, bid, part={"unit": unit}, by=by, now=world.now)
    return bid


def test_names_every_check_once_in_the_order_of_the_form() -> None:
    codes = [each.code for each in CHECKS]
    assert len(codes) == len(set(codes))
    assert all(str(each.title) and str(each.reads) for each in CHECKS)


def test_passes_everything_for_a_good_bid_and_leaves_rivals_for_later(
    world: World, session: Session, draft: Bid
) -> None:
    assert set(outcomes(session, draft, world).values()) == {"pass"}
    quiet = outcomes(session, draft, world, with_rivals=False)
    assert {code for code, status in quiet.items() if status == "later"} == {"member_limit", "one_bid"}


def _saved(**part: Any) -> Prepare:
    def prepare(world: World, bid: Bid) -> None:
        services.save_part(world.session, bid, part=part, by=world.actor(Role.BIDDER), now=world.now)

    return prepare


def _lead(**values: Any) -> Prepare:
    def prepare(_world: World, bid: Bid) -> None:
        for name, value in values.items():
            setattr(bid.lead, name, value)

    return prepare


def _owner_is(**more: Any) -> Prepare:
    """The owner among the shareholders, by code or by the name of its representative."""

    def prepare(world: World, bid: Bid) -> None:
        owner = bid.demand.owner
        row = (
            {"name": owner.legal_rep, "uscc": ""}
            if more.get("person")
            else {"name": "甲", "uscc": owner.uscc}
        )
        _saved(shareholders=[row | {"percent": 10_00}])(world, bid)

    return prepare


def _same_head(world: World, bid: Bid) -> None:
    _lead(legal_rep=bid.demand.legal_rep)(world, bid)


def _same_contact(world: World, bid: Bid) -> None:
    leader = good_content(bid.demand)["leader"] | {"phone": "（027）" + bid.demand.public_phone[4:]}
    _saved(leader=leader | {"email": bid.demand.contact_email.upper()})(world, bid)


def _ties_allowed(world: World, bid: Bid) -> None:
    bid.demand.is_related_party_banned = False
    _owner_is()(world, bid)


def _led_by(world: World, bid: Bid) -> None:
    for _each in range(2):
        contract = make_contract(world, ContractState.ACTIVE, award=make_award(world))
        contract.leader_name = good_content(bid.demand)["leader"]["name"]
        contract.award.bid.title = "别的课题"
    world.round.max_active_projects = 9


def _won(title: str) -> Prepare:
    def prepare(world: World, _bid: Bid) -> None:
        award = make_award(world)
        award.bid.state, award.bid.title = BidState.AWARDED, title

    return prepare


TITLE = "面向病理切片的多中心智能辅助诊断方案"
CASES: list[tuple[str, Prepare, str, str]] = [
    ("kind and code differ", _lead(org_type=OrganisationType.INSTITUTION_HOSPITAL), "kind_of_unit", "warn"),
    (
        "park has no prefix of its own",
        _lead(org_type=OrganisationType.INDUSTRIAL_PARK),
        "kind_of_unit",
        "pass",
    ),
    (
        "same representative",
        lambda world, bid: _lead(legal_rep=bid.demand.legal_rep)(world, bid),
        "not_related",
        "fail",
    ),
    ("owner is shareholder", _owner_is(), "not_related", "fail"),
    ("owner's head is shareholder", _owner_is(person=True), "not_related", "fail"),
    ("same phone and e-mail", _same_contact, "not_related", "fail"),
    ("ties where they are allowed", _ties_allowed, "not_related", "warn"),
    ("leader has two projects", _led_by, "leader_load", "warn"),
    ("same title won", _won(TITLE + "。"), "won_before", "fail"),
    ("near title won", _won(TITLE.replace("方案", "系统") + "二期"), "like_won", "warn"),
    ("other title won", _won("城市内涝预警与调度"), "won_before", "pass"),
    (
        "old report",
        _saved(unit={"legal_rep": "柯远山", "credit_report_on": "2026-02-10"}),
        "credit_report",
        "warn",
    ),
    ("undated report", _saved(unit={"legal_rep": "柯远山"}), "credit_report", "warn"),
]


@pytest.mark.parametrize(
    ("prepare", "code", "status"), [each[1:] for each in CASES], ids=[each[0] for each in CASES]
)
def test_warns_and_fails_where_it_should(
    world: World, session: Session, draft: Bid, prepare: Prepare, code: str, status: str
) -> None:
    prepare(world, draft)
    assert outcomes(session, draft, world)[code] == status


def test_warns_of_old_lists_and_of_none(world: World, session: Session, draft: Bid) -> None:
    world.clock.advance(days=31)
    assert outcomes(session, draft, world)["credit_age"] == "warn"
    import_list(session, CreditList.DEBTORS, [], by=world.actor_of(world.organizer), now=world.now)
    assert outcomes(session, draft, world)["credit_age"] == "warn"


def test_warns_of_the_same_text_in_another_bid_of_the_unit(
    world: World, session: Session, draft: Bid
) -> None:
    by = world.actor(Role.BIDDER)
    long = "以自监督大模型为底座，结合本院数据微调，逐院部署后按月评测并回流复核意见，形成可追溯的版本。" * 3
    _saved(architecture=long, title="另一个题目的方案")(world, draft)
    other = submitted_bid(session, open_demand(world), by=by, now=world.now, architecture=long + "个别改动")
    assert outcomes(session, draft, world)["repeat"] == "warn"
    services.withdraw_bid(session, other, by=by, now=world.now)
    assert outcomes(session, draft, world)["repeat"] == "pass"


def test_compares_shares_by_agreement_with_the_lines_of_the_budget(world: World) -> None:
    text = good_content(open_demand(world))
    text |= {"members": [member(world.third_bidder_org.uscc, name="乙")], "agreement": AGREEMENT}
    assert list(shares(text, "甲")) == []
    for row, unit in zip(text["budget"], ("甲", "甲", "乙"), strict=True):
        row["unit"] = unit
    assert [each.code for each in shares(text, "甲")] == ["share_differs", "share_differs"]
    text["members"][0]["percent"] = 10_71
    assert list(shares(text, "甲")) == []
    text["budget"][2]["unit"] = "丙"
    assert [each.code for each in shares(text, "甲")] == ["share_differs", "foreign_unit"]


def test_keeps_of_the_leader_s_identity_number_a_hash_alone(
    client: FussyClient, world: World, session: Session, draft: Bid
) -> None:
    client.sign_in(world.bidder)
    page = f"/bids/{draft.id}/sections/basics"
    assert client.submit(page, {"leader_identity": "110105194912310021"}).status_code == 422
    assert client.submit(page, {"leader_identity": "E1234 5678"}).status_code == 302
    text = content.read(session, draft, by=world.actor(Role.BIDDER), now=world.now)
    kept = text["leader"]["identity"]
    assert kept == identity.identity_hash("e12345678", draft.demand_id)
    assert kept != identity.identity_hash("e12345678", draft.lead_id)
    for path in ("sections/basics", "text", "submit", "print"):
        html = client.get(f"/bids/{draft.id}/{path}").get_data(as_text=True)
        assert kept not in html
        assert "12345678" not in html
    assert client.submit(page, {"leader_identity": ""}).status_code == 302
    again = content.read(session, draft, by=world.actor(Role.BIDDER), now=world.now)
    assert again["leader"]["identity"] == kept


@pytest.mark.parametrize(
    ("number", "expected"),
    [("11010519491231002X", True), ("110105194912310021", False), ("E12345678", True), ("12", False)],
)
def test_knows_a_resident_s_number_by_its_check_character(number: str, expected: bool) -> None:
    assert identity.is_valid(number) is expected


def test_tells_officers_of_the_same_person_and_text_after_the_opening(world: World, session: Session) -> None:
    demand = open_demand(world)
    long = {"architecture": "以自监督大模型为底座，结合本院数据微调，逐院部署后按月评测并回流复核意见。" * 4}
    first = submitted_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now, **long)
    leader = {"name": "别人", "phone": "13900001111", "email": "", "title": "", "identity": "e" * 64}
    more = {"leader": leader, "team": [{"name": "柯北辰", "role": "算法"}]}
    second = submitted_bid(
        session, demand, by=world.actor_of(world.other_bidder), now=world.now, **more, **long
    )
    assert second.state is BidState.SUBMITTED
    open_all(world, demand)
    version = content.version_for(session, first, by=world.actor_of(world.organizer))
    found = hints.hints(session, first, version, content.shaped(version.content), now=world.now)
    assert [each.level for each in found[CheckPoint.LEADER]].count("warn") == 1
    assert any(str(second.number) in str(each.wording) for each in found[CheckPoint.NO_REPEAT])


def test_draws_the_milestones_whose_months_are_known(world: World) -> None:
    text = good_content(open_demand(world))
    text["milestones"][1]["end_month"] = None
    drawn = chart(text)
    assert drawn is not None
    assert [(bar.no, bar.first, bar.last) for bar in drawn.bars] == [(1, 1, 3), (3, 8, 10)]
    assert drawn.bars[1].x + drawn.bars[1].width <= drawn.width
    assert chart(text | {"milestones": []}) is None


def test_leads_from_every_finding_to_a_section_that_shows_its_field(world: World, session: Session) -> None:
    bid = services.start_bid(session, open_demand(world), by=world.actor(Role.BIDDER), now=world.now)
    places = {"files", *(each.code for each in SECTIONS)}
    for each in report(session, bid, now=world.now):
        for refusal in each.refusals:
            assert refusal.field is None or section_of(refusal.field) in places, refusal.field


@pytest.mark.parametrize(("language", "words"), [("zh_Hans_CN", "提交前检查报告"), ("en", "what would fail")])
def test_shows_report_answers_and_paper(
    client: FussyClient, world: World, session: Session, draft: Bid, language: str, words: str
) -> None:
    _saved(relation="some", related=[{"name": "某公司", "uscc": "", "relation": "参股"}])(world, draft)
    client.sign_in(world.bidder)
    client.get(f"/language/{language}")
    shown = text_of(client.get(f"/bids/{draft.id}/submit").tree)  # type: ignore[attr-defined]
    assert words in shown
    assert "某公司" in shown
    _saved(relation="none", related=[])(world, draft)
    services.submit_bid(session, draft, by=world.actor(Role.BIDDER), now=world.now)
    version = services.queries.version(session, draft, 1)
    assert version is not None
    paper = text_of(client.get(f"/bids/{draft.id}/print").tree)  # type: ignore[attr-defined]
    assert str(version.commitment) in paper
    client.sign_in(world.other_bidder)
    assert client.get(f"/bids/{draft.id}/print").status_code == 404


def test_reads_an_old_content_with_what_it_lacks_left_empty() -> None:
    old = {
        "title": "旧申报",
        "leader": {"name": "甲", "phone": "1"},
        "members": [{"name": "乙"}],
        "ip": {"background": "x"},
    }
    text = content.shaped(old)
    assert (text["relation"], text["shareholders"], text["agreement"]["signed_on"]) == (None, [], None)
    assert (text["leader"]["identity"], text["unit"]["founded_on"], text["ip"]["background"]) == (
        "",
        None,
        "x",
    )


def test_measures_likeness() -> None:
    assert title_likeness("智能质控 方案（一期）", "智能质控方案(一期)") == 100
    assert title_likeness("", "甲") == 0
    base = "".join(chr(0x4E00 + 7 * n % 3000) for n in range(200))
    assert text_likeness(base, base[:150] + "完全不同的结尾" * 3) > 60
    assert text_likeness("短", "短") == 0
