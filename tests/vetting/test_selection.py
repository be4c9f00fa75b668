"""Merge candidates, the selection list with its collective decision, and the notice that listings wait for."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor
from app.core.db import Database
from app.core.digests import digest
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.demands.services import publish_demand
from app.models.awards import Notice
from app.models.demands import Demand
from app.models.procedure_codes import Remedy
from app.models.records import Message
from app.models.selection import DemandSelection
from app.models.states import DemandState, NoticeState, ObjectionState
from app.notices.services import publish_demand_notice
from app.vetting import selection, services
from app.vetting.similar import compared, percent, shared_phrases, similar_demands
from app.workflow.ticking import tick
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_demand, make_objection, make_round
from tests.vetting.conftest import scores

ROLES = ["分管副厅长", "科技处处长"]


def vetted(world: World, by: Actor, percent_: int = 80, **more) -> Demand:
    demand = make_demand(world, DemandState.VETTING, **more)
    services.vet_demand(world.session, demand, by=by, now=world.now, scores=scores(demand, percent_))
    return demand


def decide(world: World, by: Actor, demands: list[Demand], **more) -> DemandSelection:
    values = {"decided_on": world.clock.today, "participants": ROLES, "note": ""} | more
    return selection.decide_selection(
        world.session, world.round, approve=demands, by=by, now=world.now, **values
    )


def test_explains_what_two_demands_have_in_common(world: World, demand: Demand) -> None:
    other = make_demand(world, DemandState.VETTING, title=demand.title[:-3] + "升级")
    far = make_demand(
        world,
        DemandState.VETTING,
        title="长江航道水位短期预报",
        goal="提前三天预报水位。",
        content_required="汇集水文站读数，训练预报模型。",
    )
    make_demand(world, DemandState.VETTING, round_=make_round(world))
    found = similar_demands(world.session, demand)
    assert [each.demand for each in found] == [other]
    assert (found[0].scope_percent, found[0].title_percent > 70) == (100, True)
    assert all(
        phrase
        in f"{demand.goal}{demand.content_required}".replace("，", "").replace("。", "").replace("、", "")
        for phrase in found[0].phrases
    )
    assert compared(demand, far).scope_percent < 10


@pytest.mark.parametrize(
    ("one", "two", "expected"), [("甲乙丙", "甲乙丙", 100), ("甲乙", "丙丁", 0), ("", "", 0)]
)
def test_percent(one: str, two: str, expected: int) -> None:
    assert percent(one, two) == expected


def test_shared_phrases_are_the_longest_and_lie_apart() -> None:
    one, two = "病理切片智能分析系统与信息系统对接", "肺部病理切片智能筛查，与信息系统对接"
    assert shared_phrases(one, two) == ("与信息系统对接", "病理切片智能")


def test_orders_the_list_by_total(world: World, officer: Actor) -> None:
    low, high = vetted(world, officer, 72), vetted(world, officer, 90)
    unscored = make_demand(world, DemandState.VETTING)
    lines = selection.selection_list(world.session, world.round)
    assert [(each.place, each.demand, each.total) for each in lines] == [
        (1, high, 90_00),
        (2, low, 72_00),
        (3, unscored, None),
    ]


@pytest.mark.both_databases
def test_records_a_collective_decision_and_freezes_the_list(world: World, officer: Actor) -> None:
    first, second, dropped = (
        vetted(world, officer, 90),
        vetted(world, officer, 80),
        vetted(world, officer, 75),
    )
    services.reject(world.session, dropped, reason="与在建项目重复", by=officer, now=world.now)
    decided = decide(world, officer, [first, second], note="一致同意")
    assert [(row["title"], row["decision"], row["total"]) for row in decided.lines] == [
        (first.title, "approved", 90_00),
        (second.title, "approved", 80_00),
        (dropped.title, "rejected", 75_00),
    ]
    assert decided.lines[2]["reason"] == "与在建项目重复"
    assert (decided.participants, decided.serial) == ([{"role": role} for role in ROLES], 1)
    day = world.clock.today.isoformat()
    assert decided.digest == digest({"decided_on": day, "participants": ROLES, "lines": decided.lines})
    assert {first.state, second.state} == {DemandState.APPROVED}


def test_approves_all_or_nothing(world: World, officer: Actor) -> None:
    good, bad = vetted(world, officer, 90), vetted(world, officer, 60, title="达不到合格线的需求")
    with pytest.raises(RuleBroken) as refused:
        decide(world, officer, [good, bad])
    assert refused.value.codes >= {"below_line"}
    assert "达不到合格线的需求" in str(refused.value.refusals[0].wording)


def test_asks_for_day_and_people(world: World, officer: Actor) -> None:
    demand = vetted(world, officer)
    with pytest.raises(RuleBroken) as refused:
        decide(
            world,
            officer,
            [demand],
            participants=["厅长", " "],
            decided_on=world.clock.today + timedelta(days=1),
        )
    assert refused.value.codes == {"decided_later", "participants_too_few"}
    with pytest.raises(RuleBroken) as refused:
        decide(world, officer, [])
    assert refused.value.codes == {"selection_empty"}
    with pytest.raises(NotPermitted):
        decide(world, world.actor_of(world.other_organizer), [demand])


def test_tell_the_owner_of_a_merged_demand_and_link_both(
    client: FussyClient, world: World, demand: Demand
) -> None:
    into = make_demand(world, DemandState.VETTING)
    client.sign_in(world.organizer)
    page = client.get(f"/vetting/{demand.id}").tree
    assert f"/vetting/{demand.id}/merge?into={into.id}" in {a.get("href") for a in page.findall(".//a")}
    answer = client.submit(f"/vetting/{demand.id}/merge?into={into.id}", {"reason": "内容相近"})
    assert (answer.status_code, demand.merged_into_id) == (302, into.id)
    assert demand.title in text_of(client.get(f"/vetting/{into.id}").tree)
    assert into.title in text_of(client.get(f"/vetting/{demand.id}").tree)
    told = world.session.scalars(select(Message.user_id).where(Message.kind == "demand.merge")).all()
    assert world.owner.id in told


def on_notice(world: World, officer: Actor) -> tuple[Demand, Notice]:
    world.round.has_selection_notice = True
    demand = vetted(world, officer)
    decide(world, officer, [demand])
    notice = publish_demand_notice(world.session, world.round, [demand], by=officer, now=world.now)
    return demand, notice


def publish(world: World, demand: Demand, by: Actor, **more) -> Demand:
    closes_at = world.now + timedelta(days=60)
    world.session.expire(world.round, ["notices"])
    return publish_demand(world.session, demand, closes_at=closes_at, by=by, now=world.now, **more)


@pytest.mark.both_databases
def test_listings_wait_for_the_clean_end_of_the_notice(world: World, officer: Actor) -> None:
    world.round.has_selection_notice = True
    demand = vetted(world, officer)
    decide(world, officer, [demand])
    with pytest.raises(RuleBroken) as refused:
        publish(world, demand, officer)
    assert refused.value.codes == {"selection_not_on_notice"}
    notice = publish_demand_notice(world.session, world.round, [demand], by=officer, now=world.now)
    with pytest.raises(RuleBroken) as refused:
        publish(world, demand, officer)
    assert refused.value.codes == {"selection_notice_running"}
    # No job has run: the request itself sees that the notice is over.
    world.clock.set(notice.ends_at)
    assert publish(world, demand, officer).state is DemandState.OPEN
    assert notice.state is NoticeState.CLOSED_CLEAN


def test_a_scheduled_listing_is_published_after_the_notice(
    world: World, session: Session, database: Database, officer: Actor
) -> None:
    demand, notice = on_notice(world, officer)
    publish(world, demand, officer, publish_at=world.now + timedelta(days=1))
    ends_at = notice.ends_at
    session.commit()
    world.clock.advance(days=2)
    tick(database, world.now)
    session.expire_all()
    assert demand.state is DemandState.APPROVED
    session.commit()
    world.clock.set(ends_at + timedelta(minutes=1))
    tick(database, world.now)
    session.expire_all()
    assert demand.state is DemandState.OPEN


def test_an_upheld_objection_keeps_the_listing_back(world: World, officer: Actor) -> None:
    demand, notice = on_notice(world, officer)
    objection = make_objection(world, notice=notice, award=None)
    world.session.expire(notice, ["objections"])
    objection.state = ObjectionState.UPHELD
    objection.remedy = Remedy.RECHECK
    notice.state = NoticeState.CLOSED_WITH_OBJECTION
    world.clock.set(notice.ends_at)
    with pytest.raises(RuleBroken) as refused:
        publish(world, demand, officer)
    assert refused.value.codes == {"selection_objected"}


def test_a_round_without_the_notice_publishes_at_once(world: World, officer: Actor) -> None:
    demand = vetted(world, officer)
    services.approve_demand(world.session, demand, by=officer, now=world.now)
    assert publish(world, demand, officer).state is DemandState.OPEN
    with pytest.raises(StateMovedOn):
        publish(world, demand, officer)


def test_walk_the_selection_over_the_pages(client: FussyClient, world: World, officer: Actor) -> None:
    world.round.has_selection_notice = True
    first, second = vetted(world, officer, 90), vetted(world, officer, 60)
    client.sign_in(world.organizer)
    url = f"/vetting/rounds/{world.round.id}/selection"
    typed = {"approve": str(first.id), "participants": "\n".join(ROLES)}
    assert client.submit(url, typed | {"participants": "厅长"}).status_code == 422
    assert first.state is DemandState.VETTING
    assert client.submit(url, typed).location == url
    assert (first.state, second.state) == (DemandState.APPROVED, DemandState.VETTING)
    page = text_of(client.get(url).tree)
    assert (ROLES[0] in page, first.number in page) == (True, True)
    closes = {"closes_at": "2026-06-30 17:30"}
    assert client.submit(f"/demands/{first.id}/publish", closes).status_code == 422
    assert client.submit(f"/rounds/{world.round.id}/demand-notice", {}).status_code == 302
    notice = world.session.scalars(select(Notice)).one()
    assert client.submit(f"/demands/{first.id}/publish", closes).status_code == 422
    world.clock.set(notice.ends_at)
    client.sign_in(world.organizer)
    assert client.submit(f"/demands/{first.id}/publish", closes).status_code == 302
    assert first.state is DemandState.OPEN
    assert client.sign_in(world.supervisor).get(url).status_code == 200
    assert client.sign_in(world.other_organizer).get(url).status_code == 404
