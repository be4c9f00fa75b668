"""Milestones: evidence, judgement, rework, what is overdue."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.core.clock import end_of_day, start_of_day
from app.core.errors import NotPermitted, RuleBroken
from app.milestones import queries, services
from app.models.procedure_codes import Role
from app.models.states import MilestoneState as M
from app.workflow import events_of, move
from tests.factories import World, make_milestone

RESULTS = [
    {"indicator": "灵敏度", "measured": "95.6", "note": "第三方"},
    {"indicator": "用时", "measured": "", "note": ""},
]


def submit(session: Session, world: World, milestone, report: str = "已完成原型。"):
    return services.submit_milestone(
        session, milestone, report=report, results=RESULTS, by=world.actor(Role.BIDDER), now=world.now
    )


def test_submit_keeps_the_report_and_only_measured_values(session: Session, world: World) -> None:
    milestone = submit(session, world, make_milestone(world))
    assert milestone.state is M.SUBMITTED
    assert milestone.report == "已完成原型。"
    assert milestone.results == RESULTS[:1]
    assert milestone.rework_left == 2
    assert [event.action for event in events_of(session, milestone)] == ["submit"]


def test_submit_refuses_an_empty_report(session: Session, world: World) -> None:
    with pytest.raises(RuleBroken) as refused:
        submit(session, world, make_milestone(world), report="  ")
    assert refused.value.codes == {"report_missing"}


def test_submit_refuses_the_owner(session: Session, world: World) -> None:
    milestone = make_milestone(world)
    with pytest.raises(NotPermitted):
        services.submit_milestone(
            session, milestone, report="x", results=[], by=world.actor(Role.DEMAND_OWNER), now=world.now
        )


@pytest.mark.parametrize(("action", "state"), [("meet_partly", M.PARTIALLY_MET), ("miss", M.NOT_MET)])
def test_submit_again_uses_one_rework_until_none_is_left(
    session: Session, world: World, action: str, state: M
) -> None:
    milestone = make_milestone(world)
    owner = world.actor(Role.DEMAND_OWNER)
    left = []
    for _round in range(3):
        submit(session, world, milestone)
        left.append(milestone.rework_left)
        move(session, milestone, action, by=owner, now=world.now, reason="试运行天数不足。")
        assert milestone.state is state
    assert left == [2, 1, 0]
    with pytest.raises(RuleBroken) as refused:
        submit(session, world, milestone)
    assert refused.value.codes == {"no_rework_left"}
    used = [event.data for event in events_of(session, milestone) if event.action == "use_rework"]
    assert used == [{"left": 1}, {"left": 0}]


def test_miss_needs_a_reason(session: Session, world: World) -> None:
    milestone = submit(session, world, make_milestone(world))
    with pytest.raises(RuleBroken) as refused:
        move(session, milestone, "miss", by=world.actor(Role.DEMAND_OWNER), now=world.now)
    assert refused.value.codes == {"reason_missing"}


def test_is_overdue_from_the_first_instant_after_the_last_day(session: Session, world: World) -> None:
    milestone = make_milestone(world)
    end = end_of_day(milestone.due_on)
    assert [queries.is_overdue(milestone, each) for each in (end - timedelta(microseconds=1), end)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("state", "overdue"),
    [(M.SCHEDULED, True), (M.NOT_MET, True), (M.SUBMITTED, False), (M.PARTIALLY_MET, False), (M.MET, False)],
)
def test_is_overdue_only_while_evidence_is_owed(
    session: Session, world: World, state: M, overdue: bool
) -> None:
    milestone = make_milestone(world, state)
    assert queries.is_overdue(milestone, end_of_day(milestone.due_on)) is overdue


def test_is_near_within_two_weeks(session: Session, world: World) -> None:
    milestone = make_milestone(world)
    days = [start_of_day(milestone.due_on - timedelta(days=n)) for n in (15, 14, 0, -1)]
    assert [queries.is_near(milestone, each) for each in days] == [False, True, True, False]


def test_indicators_of_a_milestone_are_those_of_its_stage(session: Session, world: World) -> None:
    milestone = make_milestone(world)
    indicators = milestone.contract.indicators
    assert queries.indicators_of(milestone) == list(indicators)
    milestone.demand.indicators[0].stage = 2
    milestone.demand.indicators[1].stage = 1
    session.flush()
    assert queries.indicators_of(milestone) == [indicators[1]]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.DEMAND_OWNER, True),
        (Role.BIDDER, True),
        (Role.ORGANIZER, True),
        (Role.SUPERVISOR, True),
        (Role.FINANCE, True),
        (Role.EXPERT, False),
        (Role.RECOMMENDER, False),
    ],
)
def test_visible_to_parties_and_officers(session: Session, world: World, role: Role, sees: bool) -> None:
    milestone = make_milestone(world)
    found = list(session.scalars(queries.visible_to(world.actor(role))))
    assert (milestone in found) is sees
