"""Every page of a demand answers, for whom it should, and keeps what was typed."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.demands.writing import WRITTEN, saved_values
from app.models.codes import Process
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.states import DemandState as S
from app.workflow import record
from tests.browsing import FussyClient, filled, form_of, text_of
from tests.demands.conftest import listed
from tests.factories import World, make_demand

WHO = [None, *Role]


def words(answer) -> str:
    return text_of(answer.tree)


@pytest.mark.parametrize("state", list(S))
def test_shows_a_demand_in_every_state_to_every_role(client: FussyClient, world: World, state: S) -> None:
    demand = make_demand(world, state, round_=world.round)
    seen = {}
    for role in WHO:
        client.sign_out()
        if role is not None:
            client.sign_in(world.user(role))
        seen[role] = client.get(f"/demands/{demand.id}").status_code == 200
    is_published = demand.published_at is not None
    is_submitted = demand.submitted_at is not None
    expected = dict.fromkeys(WHO, is_published)
    expected |= {
        Role.DEMAND_OWNER: True,
        Role.ORGANIZER: is_submitted,
        Role.RECOMMENDER: is_submitted,
        Role.SUPERVISOR: is_submitted,
    }
    assert seen == expected


def test_never_shows_the_contact_to_the_public(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.OPEN)
    page = words(client.get(f"/demands/{demand.id}"))
    for secret in (demand.contact_name, demand.contact_phone, demand.contact_email, demand.legal_rep):
        assert secret not in page


def test_shows_the_band_instead_of_a_hidden_amount(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.OPEN, is_budget_hidden=True, budget_band="二百万元至四百万元")
    for url in (f"/demands/{demand.id}", "/listings"):
        page = words(client.get(url))
        assert "二百万元至四百万元" in page
        for amount in ("300.00", "240.00", "60.00"):
            assert amount not in page


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_answers_on_every_page_of_a_draft(client: FussyClient, world: World, locale: str) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)
    client.get(f"/language/{locale}")
    sections = [f"/sections/{each.code}" for each in WRITTEN]
    for path in ("", "/edit", *sections, "/findings", "/files", "/submit", "/print", "/copy"):
        assert client.get(f"/demands/{demand.id}{path}").status_code == 200, path
    for path in ("/desk/demands", "/demands/new"):
        assert client.get(path).status_code == 200, path


def test_begins_a_draft_and_leads_to_the_long_form(client: FussyClient, world: World) -> None:
    world.round  # noqa: B018 - the round is made on first use
    client.sign_in(world.owner)
    answer = client.submit(
        "/demands/new",
        {
            "round_id": str(world.round.id),
            "title": "病理切片辅助阅片",
            "demand_type": "scenario_build",
            "field": "F08",
        },
    )
    demand = world.session.query(Demand).one()
    assert answer.location == f"/demands/{demand.id}/edit"
    unit = world.owner_org
    assert (demand.state, demand.owner_id, demand.legal_rep) == (S.DRAFT, unit.id, unit.legal_rep)


def test_keeps_what_was_typed_when_a_draft_cannot_be_read(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)
    answer = client.submit(
        f"/demands/{demand.id}/sections/money",
        {"budget_fen": "很多钱", "purchase_commitment": "验收后一年内另购五套。"},
    )
    assert answer.status_code == 422
    assert "验收后一年内另购五套。" in words(answer)
    assert answer.tree.find(".//input[@id='budget_fen']").get("value") == "很多钱"


def test_saves_every_section_unchanged(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)

    def whole() -> list[object]:
        world.session.expire_all()
        return [
            *(saved_values(demand, each.code) for each in WRITTEN),
            [(i.id, i.position) for i in demand.indicators],
            [m.id for m in demand.milestones],
            [f.id for f in demand.fundings],
        ]

    before = whole()
    for each in WRITTEN:
        assert client.submit(f"/demands/{demand.id}/sections/{each.code}").status_code == 302, each.code
    assert before == whole()


def test_saves_an_empty_draft(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)
    sent = {"what": {"title": "空白", "demand_type": "tech_rd", "field": "F01"}, "who": {"region": "420100"}}
    for each in WRITTEN:
        answer = client.submit(f"/demands/{demand.id}/sections/{each.code}", sent.get(each.code), exact=True)
        assert answer.status_code == 302, each.code
    world.session.expire_all()
    assert (demand.indicators, demand.fundings) == ([], [])
    for each in WRITTEN:
        assert client.get(f"/demands/{demand.id}/sections/{each.code}").status_code == 200


def test_adds_and_removes_rows_without_saving(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)
    page = f"/demands/{demand.id}/sections/targets"
    answer = client.submit(page, {"add_row": "indicators"})
    assert answer.status_code == 200
    assert answer.tree.find(".//*[@id='indicators-3-name']") is not None
    answer = client.submit(page, {"remove_row": "indicators-0"})
    assert answer.tree.find(".//*[@id='indicators-2-name']") is None
    world.session.expire_all()
    assert len(demand.indicators) == 3


def test_submits_a_demand(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)
    answer = client.submit(f"/demands/{demand.id}/submit")
    assert answer.status_code == 302
    world.session.expire_all()
    assert demand.state is S.SUBMITTED


def test_lists_what_is_missing_instead_of_submitting(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT, site="", contact_phone="")
    client.sign_in(world.owner)
    answer = client.submit(f"/demands/{demand.id}/submit")
    assert answer.status_code == 422
    world.session.expire_all()
    assert demand.state is S.DRAFT


def test_recommends_returns_and_publishes_through_pages(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.SUBMITTED)
    client.sign_in(world.recommender)
    assert client.get("/desk/recommendations").status_code == 200
    assert client.submit(f"/demands/{demand.id}/recommend", {"opinion": "同意推荐。"}).status_code == 302
    world.session.expire_all()
    assert (demand.state, demand.recommender_id) == (S.VETTING, world.recommender_org.id)

    other = make_demand(world, S.SUBMITTED)
    client.submit(
        f"/demands/{other.id}/return",
        {"reason": "指标基线未说明。", "fields-0-field": "pain_point", "fields-0-message": "补充现状数据"},
    )
    world.session.expire_all()
    assert other.state is S.RETURNED
    assert other.returned_fields == [{"field": "pain_point", "message": "补充现状数据"}]
    client.sign_in(world.owner)
    for page in ("edit", "sections/what"):
        assert "补充现状数据" in words(client.get(f"/demands/{other.id}/{page}"))
    assert "补充现状数据" not in words(client.get(f"/demands/{other.id}/sections/money"))

    third = make_demand(world, S.APPROVED)
    client.sign_in(world.organizer)
    assert client.get("/desk/listings?status=approved&q=三甲").status_code == 200
    assert client.submit(f"/demands/{third.id}/publish", {"closes_at": "2026-03-20T17:00"}).status_code == 422
    assert client.submit(f"/demands/{third.id}/publish", {"closes_at": "2026-05-20T17:00"}).status_code == 302
    world.session.expire_all()
    assert (third.state, third.edition) == (S.OPEN, 1)


def test_corrects_a_listing_and_shows_the_difference(client: FussyClient, world: World) -> None:
    demand = listed(world)
    client.sign_in(world.owner)
    page = f"/demands/{demand.id}/correct"
    preview = client.submit(page, {"goal": "将初筛时间缩短到半小时以内。", "reason": "原文有误。"})
    assert preview.status_code == 200
    answer = client.post(page, data=filled(form_of(preview.tree, page)) | {"publish": "1"})
    assert answer.location == f"/demands/{demand.id}/editions/2"
    client.sign_out()
    shown = client.get(answer.location)
    assert "将初筛时间缩短到半小时以内。" in words(shown)
    assert client.get(f"/demands/{demand.id}/editions/1").status_code == 200
    assert client.get(f"/demands/{demand.id}/editions/3").status_code == 404


def test_asks_and_answers_through_pages(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.OPEN)
    client.sign_in(world.bidder)
    assert client.submit(f"/demands/{demand.id}/ask", {"text": "切片是否脱敏？"}).status_code == 302
    client.sign_in(world.owner)
    page = client.get(f"/demands/{demand.id}")
    assert "切片是否脱敏？" in words(page)
    assert world.bidder_org.name not in words(page)
    question = demand.questions[0]
    url = f"/demands/{demand.id}/questions/{question.id}/answer"
    assert client.submit(url, {"answer": "已经脱敏。"}).status_code == 302
    client.sign_out()
    page = words(client.get(f"/demands/{demand.id}"))
    assert "已经脱敏。" in page
    assert world.bidder_org.name not in page


def test_visits_intents_and_watching_through_pages(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.OPEN, process=Process.MATCH_FIRST)
    url = f"/demands/{demand.id}"
    client.sign_in(world.owner)
    sent = {"starts_at": "2026-03-20T09:00", "place": "医院南门", "note": "请带身份证"}
    assert client.submit(f"{url}/visits/new", sent).status_code == 302
    client.sign_in(world.bidder)
    shown = client.get(url)
    join = next(a.get("href") for a in shown.tree.iter("a") if (a.get("href") or "").endswith("/sign-up"))
    assert client.submit(join, {"people": "2"}).status_code == 302
    assert client.submit(f"{url}/intent", {"statement": "我们有成熟方案。"}).status_code == 302
    assert client.submit(f"{url}/watch", page=url).status_code == 302
    client.sign_in(world.third_bidder)
    page = words(client.get(url))
    assert world.bidder_org.name not in page
    assert "我们有成熟方案。" not in page
    client.sign_in(world.owner)
    page = client.get(url)
    assert world.bidder_org.name in words(page)
    confirm = next(f.get("action") for f in page.tree.iter("form") if "/confirm" in (f.get("action") or ""))
    assert client.submit(confirm, page=url).status_code == 302


def test_opens_the_restricted_part_by_pledge_only(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.OPEN, interface_constraints="对接医院信息系统三级等保专网。")
    url = f"/demands/{demand.id}"
    assert "三级等保专网" not in words(client.get(url))
    client.sign_in(world.bidder)
    assert client.get(f"{url}/restricted").status_code == 404
    assert client.submit(f"{url}/pledge").status_code == 422
    assert client.submit(f"{url}/pledge", {"agreed": "y"}).status_code == 302
    assert "三级等保专网" in words(client.get(f"{url}/restricted"))
    client.sign_in(world.third_bidder)
    assert client.get(f"{url}/restricted").status_code == 404
    client.sign_in(world.supervisor)
    assert client.get(f"{url}/restricted").status_code == 200
    client.sign_in(world.owner)
    page = words(client.get(url))
    assert world.bidder_org.name not in page


def test_offers_the_choices_after_no_award(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.NO_AWARD)
    client.sign_in(world.owner)
    answer = client.submit(f"/demands/{demand.id}/relist", {"choice": "standing"})
    fresh = world.session.query(Demand).filter(Demand.relists_id == demand.id).one()
    assert answer.location == f"/demands/{fresh.id}"
    assert (fresh.state, fresh.list_round, fresh.is_standing) == (S.SUBMITTED, 2, True)
    assert client.get(f"/demands/{demand.id}/relist").status_code == 200


def test_withdrawal_after_closing_goes_through_three_hands(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.CLOSED)
    url = f"/demands/{demand.id}"
    client.sign_in(world.owner)
    assert client.submit(f"{url}/request-withdrawal", {"reason": "院区搬迁。"}).status_code == 302
    client.sign_in(world.supervisor)
    assert client.submit(f"{url}/withdrawal-note", {"note": "情况属实。"}).status_code == 302
    client.sign_in(world.organizer)
    sent = {"reason": "发榜单位院区搬迁，场景不复存在。"}
    assert client.submit(f"/demand/{demand.id}/do/withdraw_after_closing", sent).status_code == 302
    world.session.expire_all()
    assert demand.state is S.WITHDRAWN
    client.sign_out()
    assert "场景不复存在" in words(client.get(url))


@pytest.mark.both_databases
def test_filters_the_listings(client: FussyClient, world: World) -> None:
    one = make_demand(world, S.OPEN, title="100%国产化切片分析")
    make_demand(world, S.OPEN, title="一百国产化切片分析")
    make_demand(world, S.DRAFT, title="100%草稿")

    def titles(query: str) -> list[str]:
        answer = client.get(f"/listings?{query}")
        assert answer.status_code == 200
        return [text_of(a) for a in answer.tree.iter("a") if (a.get("href") or "").startswith("/demands/")]

    assert titles("q=100%25") == [one.title]
    assert titles("q=楚岸") != []
    assert titles("q=_") == []
    assert titles(f"q={one.number}") == [one.title]
    assert len(titles("field=F08&category=C2&region=420100&status=open&year=2026&sort=newest")) == 2
    assert titles("field=F01") == []
    assert titles("category=A1") == []
    assert titles("status=closed") == []
    world.clock.set(one.closes_at)
    assert len(titles("status=closed")) == 2
    assert titles("status=open") == []
    assert len(titles("field=nonsense&year=x&sort=y&page=9")) == 2


def test_asks_the_database_as_often_for_many_listings_as_for_one(client: FussyClient, world: World) -> None:
    make_demand(world, S.OPEN)
    engine = client.application.extensions["database"].engine
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    counts = []
    for more in (0, 12):
        for _ in range(more):
            make_demand(world, S.OPEN)
        world.session.commit()
        seen.clear()
        client.get("/listings")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_hides_what_happened_before_publication_from_the_public(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.OPEN)
    owner = world.actor(Role.DEMAND_OWNER)
    record(world.session, demand, "edit", by=owner, now=demand.published_at - timedelta(days=9))
    record(world.session, demand, "correct", by=owner, now=world.now)
    seen = []
    for person in (None, world.owner):
        client.sign_out() if person is None else client.sign_in(person)
        page = words(client.get(f"/demands/{demand.id}"))
        seen.append(("保存草稿" in page, "发布更正公告 2026-03-16" in page))
    assert seen == [(False, True), (True, True)]
