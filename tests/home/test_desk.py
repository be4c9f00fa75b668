"""What waits for each role: steps that are theirs, blocked ones with the reason, and what to do when nothing waits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access import Actor
from app.home.advice import NO_ORGANISATION, next_steps, standing
from app.home.waiting import Row, waiting
from app.models.demands import Question
from app.models.procedure_codes import Role
from app.models.states import (
    AcceptanceState,
    AssignmentState,
    AwardState,
    BidState,
    ContractState,
    DemandState,
    MilestoneState,
    ObjectionState,
    OrganisationState,
    PaymentState,
    SheetState,
)
from tests.browsing import FussyClient, text_of
from tests.factories import (
    World,
    make_acceptance,
    make_assignment,
    make_award,
    make_bid,
    make_change,
    make_contract,
    make_demand,
    make_milestone,
    make_objection,
    make_opening_approvals,
    make_organisation,
    make_panel,
    make_payment,
    make_sheet,
    make_user,
)
from tests.moments import Clock

Count = Callable[[FussyClient, str], int]


def rows(app: Flask, world: World, actor: Actor) -> dict[str, list[Row]]:
    """What waits for the actor, by kind."""
    world.session.flush()
    with app.test_request_context():
        found = waiting(world.session, actor, world.now, known=app.view_functions)
        for group in found:
            for row in group.rows:
                row.labels = [str(label) for label in row.labels]
                row.reason = row.reason and str(row.reason)
        return {group.name: group.rows for group in found}


def labels(app: Flask, world: World, person: Any, kind: str) -> list[tuple[list[str], bool]]:
    """What is to be done on things of a kind, and whether it is blocked."""
    return [(row.labels, row.is_blocked) for row in rows(app, world, world.actor_of(person)).get(kind, [])]


def test_offer_a_draft_to_its_owner_alone(app: Flask, world: World) -> None:
    make_demand(world, DemandState.DRAFT)
    assert labels(app, world, world.owner, "demand") == [(["提交需求"], False)]
    assert labels(app, world, world.other_owner, "demand") == []


def test_say_what_is_still_to_be_written_without_calling_it_blocked(app: Flask, world: World) -> None:
    make_demand(world, DemandState.DRAFT, goal="")
    [row] = rows(app, world, world.actor_of(world.owner))["demand"]
    assert row.is_blocked is False
    assert row.reason is not None


def test_put_a_submitted_demand_before_the_recommender_of_its_region(app: Flask, world: World) -> None:
    make_demand(world, DemandState.SUBMITTED)
    assert labels(app, world, world.recommender, "demand") != []
    assert labels(app, world, world.other_recommender, "demand") == []
    assert labels(app, world, world.organizer, "demand") == []


def test_ask_the_organiser_to_vet_but_never_the_author(app: Flask, world: World) -> None:
    make_demand(world, DemandState.VETTING, author=world.second_organizer)
    assert labels(app, world, world.organizer, "demand") == [(["论证需求"], False)]
    assert labels(app, world, world.second_organizer, "demand") == []


@pytest.mark.both_databases
def test_wait_for_the_opening_from_the_second_of_closing(app: Flask, world: World, clock: Clock) -> None:
    demand = make_demand(world, DemandState.OPEN)
    clock.set(demand.closes_at - timedelta(seconds=1))
    assert labels(app, world, world.organizer, "demand") == []
    clock.set(demand.closes_at)
    assert labels(app, world, world.organizer, "demand") == [(["同意开标"], False)]
    make_opening_approvals(world, demand)
    world.session.expire(demand)
    assert [blocked for _labels, blocked in labels(app, world, world.organizer, "demand")] == [False]


def test_show_a_blocked_step_with_its_reason(app: Flask, world: World) -> None:
    demand = make_demand(world, DemandState.CLOSED)
    make_opening_approvals(world, demand, [world.organizer])
    [row] = rows(app, world, world.actor_of(world.organizer))["demand"]
    assert (row.is_blocked, bool(row.reason)) == (True, True)


def test_ask_each_named_officer_for_the_formal_check(app: Flask, world: World) -> None:
    bid = make_bid(world, BidState.OPENED, demand=make_demand(world, DemandState.SCREENING))
    assert "进行形式审查" in labels(app, world, world.organizer, "bid")[0][0]
    assert bid.state is BidState.OPENED
    assert labels(app, world, world.other_organizer, "bid") == []


def test_show_a_bid_to_nobody_but_its_lead_before_the_opening(app: Flask, world: World) -> None:
    make_bid(world, BidState.DRAFT, demand=make_demand(world, DemandState.OPEN), lead=world.bidder_org)
    assert len(labels(app, world, world.bidder, "bid")) == 1
    for person in (world.other_bidder, world.owner, world.organizer, world.supervisor, world.operator):
        assert labels(app, world, person, "bid") == []


def test_ask_the_owner_for_answers_and_the_contract(app: Flask, world: World) -> None:
    demand = make_demand(world, DemandState.OPEN)
    world.add(
        Question(demand_id=demand.id, asker_id=world.bidder.id, text="数据如何提供？", asked_at=world.now)
    )
    make_award(world, AwardState.ACTIVE)
    assert labels(app, world, world.owner, "demand") == [(["答复提问"], False)]
    assert labels(app, world, world.owner, "award") == [(["起草合同"], False)]
    assert labels(app, world, world.bidder, "award") == []


def test_ask_both_parties_to_sign_until_they_have(app: Flask, world: World) -> None:
    contract = make_contract(world, ContractState.IN_SIGNATURE)
    contract.signatures.clear()
    assert labels(app, world, world.owner, "contract") == [(["签订合同"], False)]
    assert labels(app, world, world.bidder, "contract") == [(["签订合同"], False)]
    assert labels(app, world, world.third_bidder, "contract") == []


def test_put_milestone_and_payment_before_the_one_whose_turn_it_is(app: Flask, world: World) -> None:
    make_milestone(world, MilestoneState.SUBMITTED)
    assert [blocked for _l, blocked in labels(app, world, world.owner, "milestone")] == [False]
    make_payment(world, PaymentState.REQUESTED)
    assert len(labels(app, world, world.finance, "payment_line")) == 1


def test_ask_for_consent_opinion_and_acceptance(app: Flask, world: World) -> None:
    make_change(world)
    make_acceptance(world, AcceptanceState.REQUESTED, owner_opinion=None, owner_opinion_at=None)
    assert labels(app, world, world.owner, "change_request") == [(["答复变更申请"], False)]
    assert "出具用户意见" in labels(app, world, world.owner, "acceptance")[0][0]


def test_ask_the_supervisor_for_a_handler_and_the_handler_for_a_decision(app: Flask, world: World) -> None:
    filed = make_objection(world, ObjectionState.FILED, handler_id=None)
    assert labels(app, world, world.supervisor, "objection") == [(["指定承办人"], False)]
    filed.handler_id = world.second_organizer.id
    assert len(labels(app, world, world.second_organizer, "objection")) == 1
    assert labels(app, world, world.organizer, "objection") == []


@pytest.mark.both_databases
def test_invite_an_expert_to_answer_and_then_to_score(app: Flask, world: World) -> None:
    seat = make_assignment(world, AssignmentState.INVITED, declared_at=None)
    assert len(labels(app, world, seat.expert.user, "assignment")) == 1
    demand = make_demand(world, DemandState.REVIEWING)
    make_bid(world, BidState.ELIGIBLE, demand=demand)
    panel = make_panel(world, demand=demand)
    expert = panel.assignments[2].expert
    assert (["评分"], False) in labels(app, world, expert.user, "assignment")


def test_offer_an_open_sheet_to_its_author_alone(app: Flask, world: World) -> None:
    sheet = make_sheet(world, SheetState.DRAFT)
    assert len(labels(app, world, sheet.author, "sheet")) == 1
    assert labels(app, world, world.organizer, "sheet") == []


def test_put_new_organisations_before_the_operator(app: Flask, world: World) -> None:
    made = make_organisation(world, OrganisationState.REGISTERED)
    [row] = rows(app, world, world.actor_of(world.operator))["organisation"]
    assert (row.title, row.is_blocked) == (made.name, False)


def test_put_what_can_be_done_first_and_the_nearest_deadline_on_top(app: Flask, world: World) -> None:
    late = make_demand(world, DemandState.OPEN, closes_at=world.now + timedelta(days=40))
    soon = make_demand(world, DemandState.OPEN, closes_at=world.now + timedelta(days=4))
    for demand in (late, soon):
        make_bid(world, BidState.DRAFT, demand=demand, lead=world.bidder_org)
    found = rows(app, world, world.actor_of(world.bidder))["bid"]
    assert [row.due_at for row in found] == [soon.closes_at, late.closes_at]


def test_limit_what_is_shown_and_say_how_much_more_there_is(
    client: FussyClient, app: Flask, world: World
) -> None:
    for _ in range(13):
        make_demand(world, DemandState.DRAFT)
    with app.test_request_context():
        [group] = waiting(world.session, world.actor_of(world.owner), world.now, known=app.view_functions)
    assert (len(group.rows), group.more) == (10, 3)
    client.sign_in(world.owner)
    assert "另有 3 项" in text_of(client.get("/desk").tree.find(".//main"))  # type: ignore[attr-defined]


def _fill(world: World, count: int) -> None:
    for _ in range(count):
        make_demand(world, DemandState.DRAFT)
        make_demand(world, DemandState.SUBMITTED)
        make_demand(world, DemandState.VETTING)
        make_bid(world, BidState.OPENED, demand=make_demand(world, DemandState.SCREENING))
        make_bid(world, BidState.DRAFT, demand=make_demand(world, DemandState.OPEN), lead=world.bidder_org)
        make_milestone(world, MilestoneState.SUBMITTED)
        make_payment(world, PaymentState.REQUESTED)
        make_change(world)
        make_acceptance(world, AcceptanceState.REQUESTED)
        make_objection(world, ObjectionState.FILED, handler_id=None)
        make_contract(world, ContractState.IN_SIGNATURE)
        make_award(world, AwardState.ACTIVE)
        make_organisation(world, OrganisationState.REGISTERED)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "role",
    [
        Role.OPERATOR,
        Role.ORGANIZER,
        Role.RECOMMENDER,
        Role.DEMAND_OWNER,
        Role.BIDDER,
        Role.SUPERVISOR,
        Role.FINANCE,
    ],
)
def test_ask_the_database_as_often_for_many_rows_as_for_few(
    client: FussyClient, world: World, count_queries: Count, role: Role
) -> None:
    client.sign_in(world.user(role))
    _fill(world, 2)
    few = count_queries(client, "/desk")
    _fill(world, 5)
    assert count_queries(client, "/desk") == few


def test_ask_as_often_for_an_expert_of_many_panels(
    client: FussyClient, world: World, count_queries: Count
) -> None:
    client.sign_in(world.experts[1].user)
    for _ in range(2):
        make_panel(world, demand=make_demand(world, DemandState.REVIEWING))
    few = count_queries(client, "/desk")
    for _ in range(5):
        make_panel(world, demand=make_demand(world, DemandState.REVIEWING))
    assert count_queries(client, "/desk") == few


@pytest.mark.parametrize("role", list(Role))
def test_say_what_to_do_next_when_nothing_waits(client: FussyClient, world: World, role: Role) -> None:
    client.sign_in(world.user(role))
    page = client.get("/desk")
    empties = [each for each in page.tree.iter("p") if each.get("class") == "jb-empty-title"]  # type: ignore[attr-defined]
    assert len(empties) == len(next_steps(world.actor(role))) == 1


def test_lead_a_person_without_organisation_to_register_one(client: FussyClient, world: World) -> None:
    person = make_user(world)
    assert standing(None, world.actor_of(person)) is NO_ORGANISATION
    client.sign_in(person)
    links = [each.get("href") for each in client.get("/desk").tree.iter("a")]  # type: ignore[attr-defined]
    assert "/organisations/new" in links


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (OrganisationState.REGISTERED, "/organisations/{id}"),
        (OrganisationState.REJECTED, "/organisations/{id}/edit"),
        (OrganisationState.SUSPENDED, "/organisations/{id}"),
    ],
)
def test_tell_how_the_organisation_stands(
    client: FussyClient, session: Session, world: World, state: OrganisationState, wanted: str
) -> None:
    unit = make_organisation(world, state, state_reason="营业执照已过期")
    person = make_user(world, organisation=unit, role=Role.BIDDER, is_admin=True)
    client.sign_in(person)
    page = client.get("/desk")
    links = [each.get("href") for each in page.tree.find(".//main").iter("a")]  # type: ignore[attr-defined]
    assert wanted.format(id=unit.id) in links


def test_send_visitors_to_the_sign_in_page_and_back(client: FussyClient) -> None:
    assert client.get("/desk").location == "/sign-in?next=/desk"
