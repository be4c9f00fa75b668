"""A demand in sections: each saved by itself, by several people, with what is typed kept beside the record."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access import Actor
from app.core.coediting import SavedMeanwhile, fingerprint
from app.core.db import Database
from app.core.errors import RuleBroken
from app.demands import services
from app.demands.completeness import gaps
from app.demands.writing import EDITED, WRITTEN, fields_of, saved_values
from app.models.accounts import User
from app.models.codes import DemandType
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.records import Event
from app.models.states import DemandState as S
from app.models.unsaved import UnsavedText
from app.workflow.ticking import keep_house
from tests.browsing import FussyClient, filled, form_of, text_of
from tests.factories import World, make_demand, make_user
from tests.moments import Clock


@pytest.fixture
def colleague(world: World) -> User:
    """A second person who writes demands for the owner's unit."""
    return make_user(world, organisation=world.owner_org, role=Role.DEMAND_OWNER, name="祁连山")


def words(answer: Any) -> str:
    return text_of(answer.tree.find(".//main"))


def at(demand: Demand, code: str) -> str:
    return f"/demands/{demand.id}/sections/{code}"


def autosave(client: FussyClient, url: str, data: dict[str, str]) -> Any:
    """What the page's script sends while one types: the form as it stands, with a mark."""
    sent = filled(form_of(client.get(url).tree, url))  # type: ignore[attr-defined]
    return client.post(url, data=sent | data | {"autosave": "1"})


def base_of(client: FussyClient, url: str) -> str:
    """The fingerprint of what the section's page shows."""
    return client.get(url).tree.find(".//input[@name='base']").get("value")  # type: ignore[attr-defined]


def scratches(world: World) -> list[UnsavedText]:
    return list(world.session.scalars(select(UnsavedText)))


# Saving.


@pytest.mark.both_databases
def test_saves_one_section_and_leaves_the_others(world: World, owner: Actor) -> None:
    demand = make_demand(world)
    before = {each.code: saved_values(demand, each.code) for each in WRITTEN}
    services.save_section(
        world.session, demand, "what", values={"goal": "新目标"}, by=owner, now=world.now, base=None
    )
    world.session.expire_all()
    after = {each.code: saved_values(demand, each.code) for each in WRITTEN}
    assert after == before | {"what": before["what"] | {"goal": "新目标"}}
    event = world.session.scalars(select(Event).where(Event.thing_id == demand.id)).one()
    assert (event.action, event.data) == ("edit", {"section": "what"})


def test_holds_every_field_that_can_be_written_once() -> None:
    names = [name for each in WRITTEN for name in fields_of(each.code)]
    assert sorted(names) == sorted(EDITED)


def test_refuses_a_field_of_another_section(world: World, owner: Actor) -> None:
    with pytest.raises(KeyError):
        services.save_section(
            world.session, make_demand(world), "what", values={"budget_fen": 1}, by=owner, now=world.now
        )


@pytest.mark.both_databases
def test_refuses_a_save_over_a_colleagues_text_and_writes_nothing(world: World, owner: Actor) -> None:
    demand = make_demand(world)
    base = fingerprint(saved_values(demand, "what"))
    save = {"by": owner, "now": world.now, "base": base}
    services.save_section(world.session, demand, "what", values={"goal": "她的"}, **save)
    with pytest.raises(SavedMeanwhile):
        services.save_section(world.session, demand, "what", values={"goal": "我的"}, **save)
    assert demand.goal == "她的"
    services.save_section(
        world.session, demand, "value", values={"expected_benefit": "我的"}, **save | {"base": None}
    )
    assert (demand.goal, demand.expected_benefit) == ("她的", "我的")


@pytest.mark.parametrize(
    ("code", "changes", "found"),
    [
        ("money", {"budget_fen": 1_000_000_00}, {"funding_sum"}),
        ("money", {"pay_schedule": [{"label": "签约", "percent": 30_00}]}, {"pay_sum"}),
        ("money", {"is_public_money": True}, {"route_missing"}),
        ("money", {"budget_fen": 0, "fundings": [], "pay_schedule": []}, set()),
        ("targets", {"indicators": []}, set()),
        ("terms", {"lanes": 3}, {"lanes_single"}),
        ("terms", {"deadline_months": 99}, {"deadline_too_long"}),
        ("means", {"safety_requirements": ["none", "mlps"]}, {"safety_contradiction"}),
        ("what", {"demand_type": DemandType.TECH_RD, "novelty": ""}, set()),
    ],
)
def test_points_out_contradictions_but_not_what_is_missing(
    world: World, owner: Actor, code: str, changes: dict[str, Any], found: set[str]
) -> None:
    demand = make_demand(world)
    save = {"values": changes, "by": owner, "now": world.now}
    try:
        services.save_section(world.session, demand, code, checks=True, **save)
        refused = set()
    except RuleBroken as error:
        refused = error.codes
    assert refused == found
    services.save_section(world.session, demand, code, **save)


@pytest.mark.parametrize(("days", "code"), [(0, "finish_too_early"), (1, None), (9000, "finish_too_late")])
def test_takes_a_day_to_finish_by_that_can_be_kept(world: World, days: int, code: str | None) -> None:
    demand = make_demand(world, finish_by=world.clock.today + timedelta(days=days))
    assert [each.code for each in gaps(demand, world.now)] == ([code] if code else [])


# Two people at one section.


def test_shows_both_texts_and_loses_neither(client: FussyClient, world: World, colleague: User) -> None:
    demand = make_demand(world, goal="旧目标。", pain_point="旧痛点。", site="老院区。")
    client.sign_in(world.owner)
    base = base_of(client, at(demand, "what"))
    client.sign_in(colleague)
    assert (
        client.submit(at(demand, "what"), {"goal": "一小时内完成。", "site": "新院区。"}).status_code == 302
    )

    client.sign_in(world.owner)
    answer = client.submit(at(demand, "what"), {"base": base, "goal": "半小时内完成。", "site": "老院区。"})
    world.session.expire_all()
    assert (answer.status_code, demand.goal) == (409, "一小时内完成。")
    page = words(answer)
    assert "祁连山" in page
    assert "一小时内完成" in page
    assert "半小时内完成" in page
    # Both wrote the goal: mine is kept unless chosen otherwise; the site only the colleague changed: theirs is.
    chosen = {
        name: answer.tree.find(f".//input[@name='keep-{name}'][@checked]").get("value")
        for name in ("goal", "site")
    }
    assert chosen == {"goal": "mine", "site": "theirs"}
    assert answer.tree.find(".//input[@name='keep-pain_point']") is None


@pytest.mark.parametrize(("choice", "kept"), [("mine", "半小时内完成。"), ("theirs", "一小时内完成。")])
def test_saves_what_was_chosen(
    client: FussyClient, world: World, colleague: User, choice: str, kept: str
) -> None:
    demand = make_demand(world, goal="旧目标。")
    url = at(demand, "what")
    client.sign_in(world.owner)
    base = base_of(client, url)
    client.sign_in(colleague)
    client.submit(url, {"goal": "一小时内完成。", "out_of_scope": "不含硬件。"})
    client.sign_in(world.owner)
    page = client.submit(
        url, {"base": base, "goal": "半小时内完成。", "out_of_scope": "", "site": "老院区。"}
    )
    assert page.status_code == 409
    sent = filled(form_of(page.tree, url)) | {"keep-goal": choice}
    assert client.post(url, data=sent).status_code == 302
    world.session.expire_all()
    assert (demand.goal, demand.out_of_scope, demand.site) == (kept, "不含硬件。", "老院区。")


def test_never_asks_about_rows_and_choices_that_are_the_same(
    client: FussyClient, world: World, colleague: User
) -> None:
    demand = make_demand(world)
    for code in ("targets", "means", "money", "terms", "value", "who"):
        url = at(demand, code)
        client.sign_in(world.owner)
        base = base_of(client, url)
        client.sign_in(colleague)
        assert client.submit(url, {"stay": "1"}).status_code == 302
        client.sign_in(world.owner)
        assert client.submit(url, {"base": base}).status_code == 302, code


# What is typed and not saved.


@pytest.mark.both_databases
def test_keeps_what_is_typed_beside_the_record(client: FussyClient, world: World) -> None:
    demand = make_demand(world, goal="旧目标。")
    client.sign_in(world.owner)
    answer = autosave(client, at(demand, "what"), {"goal": "打了一半\x00的目标"})
    assert (answer.status_code, answer.json) == (200, {"kept": "09:00"})
    autosave(client, at(demand, "what"), {"goal": "打了一半的新目标", "goes_on": "1"})
    world.session.expire_all()
    (row,) = scratches(world)
    assert (row.data["goal"], demand.goal, row.user_id) == (["打了一半的新目标"], "旧目标。", world.owner.id)
    assert "csrf_token" not in row.data
    assert world.session.scalars(select(Event).where(Event.thing_id == demand.id)).all() == []


def test_offers_unsaved_text_to_its_writer_alone(client: FussyClient, world: World, colleague: User) -> None:
    demand = make_demand(world, goal="旧目标。")
    url = at(demand, "what")
    client.sign_in(world.owner)
    autosave(client, url, {"goal": "打了一半的目标"})
    client.sign_in(colleague)
    assert "打了一半" not in client.get(f"{url}?unsaved=1").text
    client.sign_in(world.owner)
    waiting = client.get(url)
    assert "您有 2026-03-16 09:00 未保存的内容" in words(waiting)
    assert "打了一半" not in waiting.text
    assert waiting.tree.find(".//form[@data-autosave]") is None
    resumed = client.get(f"{url}?unsaved=1")
    assert resumed.tree.find(".//textarea[@id='goal']").text.strip() == "打了一半的目标"


def test_neither_overwrites_nor_drops_unsaved_text_that_waits(client: FussyClient, world: World) -> None:
    demand = make_demand(world)
    url = at(demand, "what")
    client.sign_in(world.owner)
    autosave(client, url, {"goal": "上次的"})
    assert autosave(client, url, {"goal": "这次的"}).status_code == 422
    assert client.submit(url, {"goal": "这次保存的"}).status_code == 302
    world.session.expire_all()
    assert [row.data["goal"] for row in scratches(world)] == [["上次的"]]


@pytest.mark.parametrize("way", ["save", "discard", "submit", "time"])
def test_forgets_unsaved_text(
    client: FussyClient, world: World, clock: Clock, database: Database, way: str
) -> None:
    demand = make_demand(world)
    url = at(demand, "what")
    client.sign_in(world.owner)
    autosave(client, url, {"goal": "打了一半的目标"})
    if way == "save":
        assert client.submit(f"{url}?unsaved=1").status_code == 302
    elif way == "discard":
        assert client.submit(url, {"discard_unsaved": "1", "goal": "没有保存"}, exact=True).location == url
    elif way == "submit":
        assert "未保存" in words(client.get(f"/demands/{demand.id}/submit"))
        assert client.submit(f"/demands/{demand.id}/submit").status_code == 302
    else:
        world.session.commit()
        keep_house(database, clock.now + timedelta(days=30))
        assert len(scratches(world)) == 1
        world.session.commit()
        keep_house(database, clock.now + timedelta(days=30, seconds=1))
    world.session.expire_all()
    assert scratches(world) == []
    assert (demand.goal == "打了一半的目标") is (way == "save")


def test_keeps_nothing_for_those_who_may_not_write(client: FussyClient, world: World) -> None:
    draft, listed = make_demand(world), make_demand(world, S.OPEN)
    for person, demand, status in (
        (world.other_owner, draft, 404),
        (world.bidder, listed, 403),
        (world.owner, listed, 409),
    ):
        client.sign_in(person)
        data = {"csrf_token": client.token(), "autosave": "1", "goal": "乱写"}
        assert client.post(at(demand, "what"), data=data).status_code == status
    assert scratches(world) == []


def test_keeps_no_flood(client: FussyClient, world: World) -> None:
    demand = make_demand(world)
    client.sign_in(world.owner)
    assert autosave(client, at(demand, "what"), {"goal": "字" * 500_001}).status_code == 422
    assert scratches(world) == []


def test_meets_both_texts_when_old_unsaved_text_is_saved(
    client: FussyClient, world: World, colleague: User
) -> None:
    demand = make_demand(world, goal="旧目标。")
    url = at(demand, "what")
    client.sign_in(world.owner)
    autosave(client, url, {"goal": "我的目标。"})
    client.sign_in(colleague)
    client.submit(url, {"goal": "她的目标。"})
    client.sign_in(world.owner)
    assert "此后本部分已有人保存过" in words(client.get(url))
    answer = client.submit(f"{url}?unsaved=1")
    assert answer.status_code == 409
    assert answer.tree.find(".//input[@name='keep-goal']") is not None
    assert len(scratches(world)) == 1
