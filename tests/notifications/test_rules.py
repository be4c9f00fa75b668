"""Who is told of what: never the person who acted, never of what they may not see."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import SYSTEM, Actor
from app.models.demands import Watch
from app.models.records import Message
from app.models.states import BidState, DemandState, NoticeState, ObjectionState
from app.notifications.rules import RULES, tell
from app.web.actions import PLACES
from app.workflow import WORKFLOWS, move, record
from tests.factories import (
    World,
    make_acceptance,
    make_assignment,
    make_award,
    make_bid,
    make_change,
    make_contract,
    make_demand,
    make_demonstration,
    make_expert,
    make_milestone,
    make_notice,
    make_objection,
    make_organisation,
    make_payment,
    make_replication,
    make_round,
    make_sheet,
    make_subsidy,
    make_user,
)

MAKERS: dict[str, Callable[..., Any]] = {
    "organisation": make_organisation,
    "expert": make_expert,
    "round": make_round,
    "demand": make_demand,
    "bid": make_bid,
    "assignment": make_assignment,
    "sheet": make_sheet,
    "award": make_award,
    "notice": make_notice,
    "objection": make_objection,
    "contract": make_contract,
    "milestone": make_milestone,
    "payment_line": make_payment,
    "change_request": make_change,
    "subsidy": make_subsidy,
    "acceptance": make_acceptance,
    "demonstration": make_demonstration,
    "replication": make_replication,
}
BY_NAME = {each.name: each for each in WORKFLOWS.values()}
ALL = [(name, action) for name, actions in RULES.items() for action in actions]


def told(session: Session, thing: Any, action: str, by: Actor, world: World) -> list[Message]:
    """The messages that the action leads to."""
    event = record(session, thing, action, by=by, now=world.now)
    tell(session, thing, event, by, world.now)
    return list(session.scalars(select(Message).where(Message.event_seq == event.seq)))


def names(world: World, messages: list[Message]) -> set[str]:
    """The receivers by their names in the world; others by their address."""
    by_id = {user.id: key for key, user in world.people.items()}
    return {by_id.get(each.user_id, str(each.user_id)) for each in messages}


def test_name_only_actions_of_the_workflow_tables() -> None:
    assert {(name, action) for name, action in ALL if action not in BY_NAME[name].by_action} == set()


@pytest.mark.parametrize(("name", "action"), ALL)
def test_lead_only_to_what_the_reader_may_see(
    app: Flask, session: Session, world: World, name: str, action: str
) -> None:
    thing = MAKERS[name](world, BY_NAME[name].by_action[action].target)
    messages = told(session, thing, action, SYSTEM, world)
    blind = []
    for message in messages:
        place = PLACES[message.thing_type or ""]
        actor = world.actor_of(message.user)
        model = place.workflow.model
        if session.scalar(place.visible_to(actor).where(model.id == message.thing_id)) is None:
            blind.append(message.user.email)
    assert blind == []


@pytest.mark.parametrize(("name", "action"), ALL)
def test_never_tell_the_person_who_acted(session: Session, world: World, name: str, action: str) -> None:
    thing = MAKERS[name](world, BY_NAME[name].by_action[action].target)
    for message in told(session, thing, action, SYSTEM, world):
        actor = world.actor_of(message.user)
        again = told(session, thing, action, actor, world)
        assert message.user_id not in {each.user_id for each in again}


def test_tell_the_recommenders_of_the_region_of_a_submitted_demand(session: Session, world: World) -> None:
    demand = make_demand(world, DemandState.SUBMITTED)
    assert names(world, told(session, demand, "submit", world.actor_of(world.owner), world)) == {
        "recommender"
    }


def test_tell_the_organisers_where_no_recommender_is_needed(session: Session, world: World) -> None:
    world.round.has_recommender = False
    demand = make_demand(world, DemandState.SUBMITTED)
    messages = told(session, demand, "submit", world.actor_of(world.owner), world)
    assert names(world, messages) == {"organizer", "second_organizer"}


def test_tell_owner_and_watchers_of_a_publication(session: Session, world: World) -> None:
    demand = make_demand(world, DemandState.OPEN)
    session.add(Watch(demand_id=demand.id, user_id=world.third_bidder.id, created_at=world.now))
    session.flush()
    messages = told(session, demand, "publish", world.actor_of(world.organizer), world)
    assert names(world, messages) == {"owner", "third_bidder"}


@pytest.mark.parametrize("action", ["submit", "replace", "withdraw"])
def test_tell_nobody_but_the_bidders_own_people_of_a_sealed_bid(
    session: Session, world: World, action: str
) -> None:
    colleague = make_user(world, organisation=world.bidder_org, role=world.bidder.memberships[0].role)
    bid = make_bid(world, BidState.SUBMITTED, lead=world.bidder_org)
    messages = told(session, bid, action, world.actor_of(world.bidder), world)
    assert [each.user_id for each in messages] == [colleague.id]


def test_tell_bidders_of_the_opening_but_not_those_who_withdrew(session: Session, world: World) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    make_bid(world, BidState.OPENED, demand=demand, lead=world.bidder_org)
    make_bid(world, BidState.WITHDRAWN, demand=demand, lead=world.other_bidder_org)
    messages = told(session, demand, "open_bids", world.actor_of(world.organizer), world)
    assert names(world, messages) == {"owner", "bidder", "second_organizer"}


@pytest.mark.parametrize("action", ["score", "shortlist", "recommend", "put_in_reserve", "not_select"])
def test_keep_the_ranking_until_the_notice(action: str) -> None:
    assert action not in RULES["bid"]


def test_tell_the_parties_of_an_objection_to_the_notice_and_never_of_the_objection(
    session: Session, world: World
) -> None:
    award = make_award(world)
    notice = make_notice(world, NoticeState.IN_FORCE, demand=award.demand)
    objection = make_objection(
        world,
        ObjectionState.ADMITTED,
        notice=notice,
        award=award,
        author_id=world.other_bidder.id,
        handler_id=world.second_organizer.id,
    )
    messages = told(session, objection, "admit", world.actor_of(world.second_organizer), world)
    led = {
        name: {each.thing_type for each in messages if each.user_id == world.people[name].id}
        for name in world.people
    }
    assert {name: kinds for name, kinds in led.items() if kinds} == {
        "other_bidder": {"objection"},
        "supervisor": {"objection"},
        "other_supervisor": {"objection"},
        "owner": {"notice"},
        "organizer": {"notice"},
        "bidder": {"notice"},
    }


def test_say_of_an_expert_nothing_to_the_parties(session: Session, world: World) -> None:
    for action in RULES["assignment"]:
        seat = make_assignment(world, BY_NAME["assignment"].by_action[action].target)
        receivers = names(world, told(session, seat, action, SYSTEM, world))
        assert receivers.isdisjoint({"owner", "bidder", "other_bidder", "recommender", "finance"})


def test_write_the_message_in_the_transaction_of_the_move(app: Flask, session: Session, world: World) -> None:
    demand = make_demand(world, DemandState.VETTING)
    event = move(
        session, demand, "reject", by=world.actor_of(world.organizer), now=world.now, reason="与既有榜单重复"
    )
    message = session.scalars(select(Message)).one()
    assert (message.user_id, message.kind, message.event_seq) == (world.owner.id, "demand.reject", event.seq)
    assert message.data == {"title": demand.title, "number": demand.number or ""}
    session.rollback()
    assert session.scalars(select(Message)).all() == []
