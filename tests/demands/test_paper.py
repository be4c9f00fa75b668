"""The check of all answers, templates to insert, and paper: who reads which part of a demand there."""

from typing import Any

import pytest
from sqlalchemy import select

from app.demands import services, templates
from app.demands.answers import answers, visibility_of
from app.demands.writing import EDITED, WRITTEN
from app.models.codes import Field
from app.models.demands import Demand, DemandEdition
from app.models.procedure_codes import Role, Visibility
from app.models.records import Event
from app.models.states import DemandState as S
from app.workflow import demand_rules
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_demand

SECRET = {
    "interface_constraints": "对接医院信息系统三级等保专网。",
    "contact_name": "祁连山",
    "legal_rep": "文若谷",
}
PROTECTED_ROW = {
    "name": "历史切片",
    "kind": "图像",
    "volume": "十二万幅",
    "sensitivity": "personal",
    "access": "on_site",
    "legal_basis": "伦理委员会批准",
}


def words(answer: Any) -> str:
    return text_of(answer.tree.find(".//main"))


def written(world: World, state: S, **more: Any) -> Demand:
    return make_demand(world, state, data_provided=[PROTECTED_ROW], **SECRET | more)


# Paper.


def test_prints_everything_for_its_own_unit(client: FussyClient, world: World) -> None:
    demand = written(world, S.DRAFT)
    client.sign_in(world.owner)
    page = words(client.get(f"/demands/{demand.id}/print"))
    for text in (*SECRET.values(), "十二万幅", "伦理委员会批准", demand.title, demand.goal):
        assert text in page


@pytest.mark.parametrize("who", [None, "bidder", "third_bidder", "recommender", "organizer", "supervisor"])
def test_prints_the_public_part_for_everyone_else(client: FussyClient, world: World, who: str | None) -> None:
    demand = written(world, S.APPROVED)
    services.publish_demand(
        world.session,
        demand,
        closes_at=world.now.replace(month=6),
        by=world.actor(Role.ORGANIZER),
        now=world.now,
    )
    services.sign_restricted_pledge(world.session, demand, by=world.actor(Role.BIDDER), now=world.now)
    if who:
        client.sign_in(getattr(world, who))
    page = words(client.get(f"/demands/{demand.id}/print"))
    for text in (*SECRET.values(), "十二万幅", "伦理委员会批准"):
        assert text not in page
    assert demand.goal in page
    edition = world.session.scalars(select(DemandEdition).where(DemandEdition.demand_id == demand.id)).one()
    assert edition.digest in page
    # Nothing restricted was read, so nothing is recorded.
    assert world.session.scalars(select(Event).where(Event.action == "read_restricted")).all() == []


def test_prints_no_draft_for_strangers(client: FussyClient, world: World) -> None:
    demand = written(world, S.DRAFT)
    for who in (None, world.other_owner, world.organizer, world.bidder):
        client.sign_out()
        if who:
            client.sign_in(who)
        assert client.get(f"/demands/{demand.id}/print").status_code == 404


def test_prints_another_digest_after_a_change(client: FussyClient, world: World) -> None:
    demand = written(world, S.DRAFT)
    client.sign_in(world.owner)

    def digest() -> str:
        page = client.get(f"/demands/{demand.id}/print").tree  # type: ignore[attr-defined]
        return text_of(page.find(".//footer//code"))

    before = digest()
    assert digest() == before
    client.submit(f"/demands/{demand.id}/sections/value", {"replicability_note": "全省推广。"})
    assert digest() != before


# The check of all answers.


def test_shows_every_answer_with_a_way_to_change_it(client: FussyClient, world: World) -> None:
    demand = written(world, S.DRAFT)
    client.sign_in(world.owner)
    page = client.get(f"/demands/{demand.id}/submit")
    links = {each.get("href") for each in page.tree.iter("a")}
    for section, rows in answers(demand):
        for row in rows:
            anchor = {"process": "procedure", "recommender_id": "recommender"}.get(row.name, row.name)
            assert f"/demands/{demand.id}/sections/{section.code}?back=check#{anchor}" in links
    assert sorted(row.name for _section, rows in answers(demand) for row in rows) == sorted(EDITED)


def test_leads_back_to_the_check_after_a_change(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)
    answer = client.submit(f"/demands/{demand.id}/sections/what?back=check", {"goal": "新目标。"})
    assert answer.location == f"/demands/{demand.id}/submit"


def test_goes_on_from_section_to_section_and_to_the_files(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)
    url = f"/demands/{demand.id}/sections/{WRITTEN[0].code}"
    for each in WRITTEN[1:]:
        url = client.submit(url).location
        assert url == f"/demands/{demand.id}/sections/{each.code}"
    assert client.submit(url).location == f"/demands/{demand.id}/files"
    assert client.submit(url, {"stay": "1"}).location == url


def test_leads_every_required_field_to_its_place(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)
    found = {}
    for each in WRITTEN:
        page = client.get(f"/demands/{demand.id}/sections/{each.code}").tree  # type: ignore[attr-defined]
        found |= {element.get("id"): each.code for element in page.iter() if element.get("id")}
    for name in demand_rules.REQUIRED:
        assert name in found, name


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("goal", {}, Visibility.PUBLIC),
        ("contact_phone", {}, Visibility.INTERNAL),
        ("interface_constraints", {}, Visibility.RESTRICTED),
        ("data_provided", {}, Visibility.RESTRICTED),
        ("data_provided", {"data_provided": [PROTECTED_ROW | {"sensitivity": "public"}]}, Visibility.PUBLIC),
        ("budget_fen", {}, Visibility.PUBLIC),
        ("budget_fen", {"is_budget_hidden": True}, Visibility.RESTRICTED),
    ],
)
def test_says_who_reads_a_field(
    world: World, name: str, changes: dict[str, Any], expected: Visibility
) -> None:
    demand = make_demand(world, **{"data_provided": [PROTECTED_ROW]} | changes)
    assert visibility_of(demand, name) is expected


# Templates.


@pytest.mark.parametrize("field", list(Field))
def test_has_templates_for_every_field(field: Field) -> None:
    own = {code: row for code, row in templates.indicators_for(field).items() if code.startswith(field.value)}
    assert len(own) >= 4
    for code, row in own.items():
        made = templates.indicator_of(code)
        assert made is not None
        assert all(
            made[cell] for cell in ("name", "category", "operator", "unit", "condition", "method", "evidence")
        )
        assert row["typical"]
        assert "target" not in made
        assert "baseline" not in made


@pytest.mark.parametrize(
    "code", ["", "F08", "F08-", "F08-0", "F08-99", "F99-1", "F08-１", "F08--1", "general-"]
)
def test_knows_no_other_template(code: str) -> None:
    assert templates.indicator_of(code) is None


def test_inserts_an_indicator_and_keeps_what_was_typed(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)
    url = f"/demands/{demand.id}/sections/targets"
    page = client.submit(url, {"insert": "indicators:F08-3", "acceptance_note": "没有保存的说明"})
    assert page.status_code == 200
    tree = page.tree  # type: ignore[attr-defined]
    assert tree.find(".//input[@id='indicators-3-name']").get("value") == "检查报告平均出具时间"
    assert tree.find(".//input[@id='indicators-3-target']").get("value") in (None, "")
    assert tree.find(".//textarea[@id='acceptance_note']").text.strip() == "没有保存的说明"
    world.session.expire_all()
    assert len(demand.indicators) == 3


def test_inserts_a_clause_behind_what_is_there(client: FussyClient, world: World) -> None:
    demand = make_demand(world, S.DRAFT, ip_clause="背景知识产权归各自所有。")
    client.sign_in(world.owner)
    page = client.submit(f"/demands/{demand.id}/sections/terms", {"insert": "ip_clause:joint"})
    text = page.tree.find(".//textarea[@id='ip_clause']").text.strip()  # type: ignore[attr-defined]
    assert text.startswith("背景知识产权归各自所有。\n项目执行过程中形成的知识产权由双方共有")


@pytest.mark.parametrize("junk", ["ip_clause:x", "goal:joint", "nothing", "conditions:F08-1-", ":", ""])
def test_inserts_nothing_unknown(client: FussyClient, world: World, junk: str) -> None:
    demand = make_demand(world, S.DRAFT)
    client.sign_in(world.owner)
    page = client.submit(
        f"/demands/{demand.id}/sections/terms", {"insert": junk, "benefit_sharing": "没有保存"}
    )
    assert page.status_code == 200
    assert "模板已插入" not in words(page)
    assert "没有保存" in words(page)
    world.session.expire_all()
    assert demand.benefit_sharing != "没有保存"
