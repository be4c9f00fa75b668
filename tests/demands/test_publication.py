"""Publication, its editions and corrections, and the withdrawal, each at its edges."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access import Actor
from app.core.db import Database
from app.core.digests import digest
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.demands import corrections, services
from app.demands.differences import differences
from app.models.demands import Demand
from app.models.procedure_codes import HoldReason
from app.models.records import Message
from app.models.states import DemandState as S
from app.workflow import move, state_at
from app.workflow.events import events_of
from app.workflow.holds import set_hold
from app.workflow.ticking import tick
from tests.factories import World, make_demand

MOMENT = timedelta(microseconds=1)


def publish(world: World, by: Actor, demand: Demand, **more: Any) -> Demand:
    values = {"closes_at": world.now + timedelta(days=30)} | more
    return services.publish_demand(world.session, demand, by=by, now=world.now, **values)


def correct(world: World, by: Actor, demand: Demand, **more: Any):
    values: dict[str, Any] = {
        "values": {"goal": "新的目标。"},
        "reason": "原文有误。",
        "is_material": False,
    } | more
    return services.correct_demand(world.session, demand, by=by, now=world.now, **values)


def test_publishes_with_the_first_edition(world: World, organizer: Actor) -> None:
    demand = publish(world, organizer, make_demand(world, S.APPROVED))
    assert (demand.state, demand.edition, demand.published_at) == (S.OPEN, 1, world.now)
    edition = demand.editions[0]
    assert edition.digest == digest(edition.content)
    assert edition.content["title"] == demand.title
    assert edition.content["budget_fen"] == demand.budget_fen


def test_keeps_everything_that_is_not_public_out_of_the_edition(world: World, organizer: Actor) -> None:
    demand = make_demand(
        world,
        S.APPROVED,
        interface_constraints="三级等保专网。",
        is_budget_hidden=True,
        budget_band="二百万元至四百万元",
    )
    content = str(publish(world, organizer, demand).editions[0].content)
    hidden = (
        demand.contact_name,
        demand.contact_phone,
        demand.legal_rep,
        "三级等保",
        "300000000",
        "12万张",
        "数据安全管理制度",
    )
    assert [text for text in hidden if text in content] == []
    assert "二百万元至四百万元" in content


@pytest.mark.parametrize(("short_by", "is_enough"), [(timedelta(0), True), (MOMENT, False)])
def test_leaves_bidders_the_days_of_the_round(
    world: World, organizer: Actor, short_by: timedelta, is_enough: bool
) -> None:
    demand = make_demand(world, S.APPROVED)
    closes_at = world.now + timedelta(days=demand.round.bid_window_min_days) - short_by
    if is_enough:
        assert publish(world, organizer, demand, closes_at=closes_at).state is S.OPEN
    else:
        with pytest.raises(RuleBroken):
            publish(world, organizer, demand, closes_at=closes_at)


def test_publishes_on_time_with_an_edition(world: World, organizer: Actor, database: Database) -> None:
    demand = make_demand(world, S.APPROVED)
    day = world.now + timedelta(days=3)
    publish(world, organizer, demand, publish_at=day, closes_at=day + timedelta(days=30))
    assert demand.state is S.APPROVED
    assert state_at(demand, day - MOMENT) is S.APPROVED
    assert state_at(demand, day) is S.OPEN
    world.session.commit()
    tick(database, day - MOMENT)
    world.session.expire_all()
    assert demand.state is S.APPROVED
    world.session.commit()
    tick(database, day)
    tick(database, day)
    world.session.expire_all()
    assert (demand.state, demand.edition, len(demand.editions)) == (S.OPEN, 1, 1)
    assert demand.closes_at == day + timedelta(days=30)


def test_counts_a_scheduled_window_from_its_day(world: World, organizer: Actor) -> None:
    demand = make_demand(world, S.APPROVED)
    day = world.now + timedelta(days=3)
    with pytest.raises(RuleBroken):
        publish(world, organizer, demand, publish_at=day, closes_at=day + timedelta(days=30) - MOMENT)


def test_gives_the_window_back_that_a_late_start_took(
    world: World, organizer: Actor, database: Database
) -> None:
    demand = make_demand(world, S.APPROVED)
    day = world.now + timedelta(days=3)
    publish(world, organizer, demand, publish_at=day, closes_at=day + timedelta(days=30))
    world.session.commit()
    tick(database, day + timedelta(days=4))
    world.session.expire_all()
    assert demand.closes_at == day + timedelta(days=34)
    assert demand.editions[0].closes_at == demand.closes_at


def test_forgets_the_schedule_of_a_demand_that_goes_back(world: World, organizer: Actor) -> None:
    demand = make_demand(world, S.APPROVED)
    day = world.now + timedelta(days=3)
    publish(world, organizer, demand, publish_at=day, closes_at=day + timedelta(days=30))
    move(world.session, demand, "send_back", by=organizer, now=world.now, reason="资金未落实。")
    assert (demand.state, demand.publish_at, demand.closes_at) == (S.RETURNED, None, None)


def test_lets_only_the_organiser_publish(world: World, owner: Actor) -> None:
    for who in (owner, world.actor_of(world.other_organizer)):
        with pytest.raises(NotPermitted):
            publish(world, who, make_demand(world, S.APPROVED))


def opened(world: World, organizer: Actor, **more: Any) -> Demand:
    return publish(world, organizer, make_demand(world, S.APPROVED, **more))


def test_corrects_and_keeps_both_texts(world: World, owner: Actor, organizer: Actor) -> None:
    demand = opened(world, organizer)
    old_goal = demand.goal
    edition = correct(world, owner, demand)
    assert (edition.number, demand.edition, demand.goal) == (2, 2, "新的目标。")
    assert [each.content["goal"] for each in demand.editions] == [old_goal, "新的目标。"]
    changes = differences(demand.editions[0].content, demand.editions[1].content)
    assert [change.field for change in changes] == ["goal"]
    assert "".join(text for _is_changed, text in changes[0].before) == old_goal
    assert [event.action for event in events_of(world.session, demand)] == ["publish", "correct"]


def test_tells_watchers_and_later_stages_of_a_correction(
    world: World, owner: Actor, organizer: Actor, bidder: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, bool]] = []
    monkeypatch.setattr(corrections, "_HOOKS", [])
    services.on_correction(
        lambda _s, _d, edition, _b, _n: heard.append((edition.number, edition.is_material))
    )
    demand = opened(world, organizer)
    services.watch(world.session, demand, by=bidder, now=world.now)
    correct(world, owner, demand)
    assert heard == [(2, False)]
    told = world.session.scalars(select(Message).where(Message.kind == "demand.correct"))
    assert {message.user_id for message in told} == {
        world.bidder.id,
        world.organizer.id,
        world.second_organizer.id,
    }


@pytest.mark.parametrize(("before", "is_possible"), [(MOMENT, True), (timedelta(0), False), (-MOMENT, False)])
def test_corrects_before_closing_only_though_no_job_ran(
    world: World, owner: Actor, organizer: Actor, before: timedelta, is_possible: bool
) -> None:
    demand = opened(world, organizer)
    world.clock.set(demand.closes_at - before)
    if is_possible:
        assert correct(world, owner, demand).number == 2
    else:
        with pytest.raises(StateMovedOn):
            correct(world, owner, demand)


@pytest.mark.parametrize(("before", "is_possible"), [(MOMENT, True), (timedelta(0), False)])
def test_withdraws_before_closing_only_though_no_job_ran(
    world: World, owner: Actor, organizer: Actor, before: timedelta, is_possible: bool
) -> None:
    demand = opened(world, organizer)
    world.clock.set(demand.closes_at - before)
    if is_possible:
        move(world.session, demand, "withdraw", by=owner, now=world.now, reason="场景取消。")
        assert demand.state is S.WITHDRAWN
    else:
        with pytest.raises(StateMovedOn):
            move(world.session, demand, "withdraw", by=owner, now=world.now, reason="场景取消。")


@pytest.mark.parametrize(("days", "is_enough"), [(15, True), (14, False), (0, False)])
def test_puts_closing_off_for_a_material_correction(
    world: World, owner: Actor, organizer: Actor, days: int, is_enough: bool
) -> None:
    demand = opened(world, organizer)
    closes_at = demand.closes_at + timedelta(days=days)
    changes = {
        "values": {"deadline_months": 10, "milestones": []},
        "is_material": True,
        "closes_at": closes_at,
    }
    if is_enough:
        edition = correct(world, owner, demand, **changes)
        assert (edition.is_material, edition.closes_at, demand.closes_at) == (True, closes_at, closes_at)
    else:
        with pytest.raises(RuleBroken) as refused:
            correct(world, owner, demand, **changes)
        assert refused.value.codes == {"extension_too_short"}


def test_never_moves_closing_forward(world: World, owner: Actor, organizer: Actor) -> None:
    demand = opened(world, organizer)
    with pytest.raises(RuleBroken) as refused:
        correct(world, owner, demand, closes_at=demand.closes_at - MOMENT)
    assert refused.value.codes == {"closing_earlier"}


def test_extends_the_time_alone(world: World, owner: Actor, organizer: Actor) -> None:
    demand = opened(world, organizer)
    closes_at = demand.closes_at + timedelta(days=1)
    assert correct(world, owner, demand, values={}, closes_at=closes_at).closes_at == closes_at


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"values": {}}, "nothing_changed"),
        ({"reason": "  "}, "reason_missing"),
        ({"values": {"min_valid_bids": 3}}, "is_material"),
        ({"values": {"interface_constraints": "改为专线对接。"}}, "is_material"),
        ({"values": {"site": ""}}, "missing_site"),
        ({"values": {"goal": "须采用浪潮整机。"}}, "correction_unfair"),
    ],
)
def test_refuses_a_correction_against_the_rules(
    world: World, owner: Actor, organizer: Actor, more: dict[str, Any], code: str
) -> None:
    demand = opened(world, organizer)
    with pytest.raises(RuleBroken) as refused:
        correct(world, owner, demand, **more)
    assert code in refused.value.codes


def test_counts_the_versions_of_the_restricted_part_without_showing_it(
    world: World, owner: Actor, organizer: Actor
) -> None:
    demand = opened(world, organizer)
    later: datetime = demand.closes_at + timedelta(days=15)
    edition = correct(
        world,
        owner,
        demand,
        values={"interface_constraints": "改为专线对接。"},
        is_material=True,
        closes_at=later,
    )
    assert [each.content["restricted_edition"] for each in demand.editions] == [1, 2]
    assert "专线" not in str(edition.content)


def test_never_changes_the_field_that_the_number_carries(
    world: World, owner: Actor, organizer: Actor
) -> None:
    demand = opened(world, organizer)
    field = demand.field
    correct(world, owner, demand, values={"goal": "新的目标。", "field": "F01", "has_credit_pledge": False})
    assert (demand.field, demand.has_credit_pledge) == (field, True)


def test_moves_nothing_while_on_hold(world: World, owner: Actor, organizer: Actor, supervisor: Actor) -> None:
    demand = opened(world, organizer)
    set_hold(world.session, demand, HoldReason.INVESTIGATION, by=supervisor, now=world.now, note="核查。")
    with pytest.raises(RuleBroken) as refused:
        correct(world, owner, demand)
    assert refused.value.codes == {"on_hold"}


def test_lets_only_the_owner_correct(world: World, organizer: Actor) -> None:
    demand = opened(world, organizer)
    for who in (organizer, world.actor_of(world.other_owner)):
        with pytest.raises(NotPermitted):
            correct(world, who, demand)


def test_withdraws_after_closing_with_request_and_note_only(
    world: World, owner: Actor, organizer: Actor, supervisor: Actor
) -> None:
    demand = make_demand(world, S.SCREENING)

    def withdraw() -> None:
        move(
            world.session, demand, "withdraw_after_closing", by=organizer, now=world.now, reason="场景取消。"
        )

    with pytest.raises(RuleBroken):
        services.note_withdrawal(world.session, demand, note="属实。", by=supervisor, now=world.now)
    with pytest.raises(RuleBroken):
        withdraw()
    services.request_withdrawal(world.session, demand, reason="院区搬迁。", by=owner, now=world.now)
    with pytest.raises(RuleBroken):
        withdraw()
    services.note_withdrawal(world.session, demand, note="属实。", by=supervisor, now=world.now)
    withdraw()
    assert demand.state is S.WITHDRAWN


@pytest.mark.parametrize("state", [S.OPEN, S.IN_NOTICE, S.AWARDED, S.NO_AWARD])
def test_asks_for_withdrawal_between_closing_and_notice_only(world: World, owner: Actor, state: S) -> None:
    demand = make_demand(world, state)
    with pytest.raises(StateMovedOn):
        services.request_withdrawal(world.session, demand, reason="院区搬迁。", by=owner, now=world.now)
