"""Drafts are saved as they are; submission asks for everything."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.access import Actor
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.demands import queries, services
from app.demands.completeness import gaps
from app.models.codes import AwardMode, DemandType, Field, ProcurementRoute
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.rounds import Round
from app.models.states import DemandState as S
from app.models.states import RoundState
from app.workflow import events_of
from tests.factories import World, make_demand, make_round

BASE = {"title": "病理切片辅助阅片", "demand_type": DemandType.SCENARIO_BUILD, "field": Field.F08}


def create(world: World, by: Actor, round_: Round | None = None, **values: object) -> Demand:
    chosen = round_ or world.round
    return services.create_demand(world.session, round_=chosen, by=by, now=world.now, **(BASE | values))


def test_creates_a_draft_with_what_is_known(world: World, owner: Actor) -> None:
    demand = create(world, owner)
    assert (demand.state, demand.owner_id, demand.author_id) == (S.DRAFT, world.owner_org.id, world.owner.id)
    assert (demand.region, demand.owner_type) == (world.owner_org.region, world.owner_org.org_type)
    assert (demand.contact_name, demand.contact_email) == (world.owner.name, world.owner.email)
    assert [event.action for event in events_of(world.session, demand)] == ["create"]


@pytest.mark.parametrize(
    ("moment", "is_open"), [("opens", True), ("before", False), ("last", True), ("closes", False)]
)
def test_creates_drafts_within_the_window_only(
    world: World, owner: Actor, moment: str, is_open: bool
) -> None:
    round_ = make_round(world)
    world.clock.set(
        {
            "opens": round_.collection_opens_at,
            "before": round_.collection_opens_at - timedelta(microseconds=1),
            "last": round_.collection_closes_at - timedelta(microseconds=1),
            "closes": round_.collection_closes_at,
        }[moment]
    )
    if is_open:
        assert create(world, owner, round_).round_id == round_.id
    else:
        with pytest.raises(RuleBroken):
            create(world, owner, round_)


@pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.CLOSED, RoundState.ARCHIVED])
def test_creates_no_draft_in_a_round_that_is_not_open(world: World, owner: Actor, state: RoundState) -> None:
    with pytest.raises(RuleBroken):
        create(world, owner, make_round(world, state))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DEMAND_OWNER])
def test_lets_nobody_else_create(world: World, role: Role) -> None:
    with pytest.raises(NotPermitted):
        create(world, world.actor(role))


@pytest.mark.both_databases
def test_saves_rows_in_place_and_in_the_order_given(world: World, owner: Actor) -> None:
    demand = make_demand(world)
    first, second, third = demand.indicators
    rows = [
        {"id": str(third.id), "name": "三", "target": Decimal("7.50")},
        {"name": "新", "unit": "次"},
        {"id": str(first.id), "name": "一"},
    ]
    services.edit_demand(
        world.session, demand, by=owner, now=world.now, values={"indicators": rows, "goal": "新的目标"}
    )
    world.session.expire_all()
    assert [(i.position, i.name) for i in demand.indicators] == [(1, "三"), (2, "新"), (3, "一")]
    assert [i.id for i in demand.indicators][::2] == [third.id, first.id]
    assert str(demand.indicators[0].target) == "7.50"
    assert second.id not in [i.id for i in demand.indicators]
    assert demand.goal == "新的目标"


@pytest.mark.parametrize("state", [state for state in S if state not in (S.DRAFT, S.RETURNED)])
def test_edits_no_text_once_it_is_submitted(world: World, owner: Actor, state: S) -> None:
    demand = make_demand(world, state)
    with pytest.raises(StateMovedOn):
        services.edit_demand(world.session, demand, by=owner, now=world.now, values={"goal": "变"})


def test_lets_no_stranger_edit(world: World) -> None:
    stranger = world.actor_of(world.other_owner)
    demand = make_demand(world)
    with pytest.raises(NotPermitted):
        services.edit_demand(world.session, demand, by=stranger, now=world.now, values={"goal": "变"})


def test_refuses_a_field_that_a_demand_does_not_have(world: World, owner: Actor) -> None:
    with pytest.raises(KeyError):
        services.edit_demand(
            world.session, make_demand(world), by=owner, now=world.now, values={"state": "open"}
        )


def test_submits_into_recommendation_or_straight_into_vetting(
    world: World, owner: Actor, direct_round: Round
) -> None:
    one, two = make_demand(world), make_demand(world, round_=direct_round)
    for demand in (one, two):
        services.submit_demand(world.session, demand, by=owner, now=world.now)
    assert (one.state, two.state) == (S.SUBMITTED, S.VETTING)
    assert [event.action for event in events_of(world.session, two)] == ["submit", "pass_on"]


def test_submits_nothing_after_the_window(world: World, owner: Actor) -> None:
    demand = make_demand(world)
    world.clock.set(demand.round.collection_closes_at)
    with pytest.raises(RuleBroken) as refused:
        services.submit_demand(world.session, demand, by=owner, now=world.now)
    assert refused.value.codes == {"collection_closed"}


def test_submits_a_returned_demand_after_the_window_and_forgets_the_messages(
    world: World, owner: Actor
) -> None:
    demand = make_demand(world, S.RETURNED, returned_fields=[{"field": "goal", "message": "写明时限"}])
    world.clock.set(demand.round.collection_closes_at)
    services.submit_demand(world.session, demand, by=owner, now=world.now)
    assert (demand.state, demand.returned_fields) == (S.SUBMITTED, [])


def test_blocks_an_unanswered_finding_and_passes_an_answered_one(world: World, owner: Actor) -> None:
    demand = make_demand(world, content_required="采用浪潮整机。")
    with pytest.raises(RuleBroken) as refused:
        services.submit_demand(world.session, demand, by=owner, now=world.now)
    assert refused.value.codes == {"findings_open"}
    services.answer_findings(
        world.session, demand, answers={0: "现有集群为同型设备。"}, by=owner, now=world.now
    )
    services.submit_demand(world.session, demand, by=owner, now=world.now)
    assert demand.state is S.SUBMITTED


def test_blocks_an_indicator_that_cannot_be_measured_even_when_answered(world: World, owner: Actor) -> None:
    demand = make_demand(world)
    demand.indicators[0].unit = ""
    services.edit_demand(world.session, demand, by=owner, now=world.now, values={})
    services.answer_findings(world.session, demand, answers={0: "可以测量。"}, by=owner, now=world.now)
    with pytest.raises(RuleBroken) as refused:
        services.submit_demand(world.session, demand, by=owner, now=world.now)
    assert "not_measurable" in refused.value.codes


def test_warns_of_a_published_listing_with_a_similar_title(world: World, owner: Actor) -> None:
    known = make_demand(world, S.OPEN, title="三甲医院病理切片智能辅助诊断系统")
    demand = create(world, owner, title="三甲医院病理切片智能辅助诊断系统（二期）")
    assert demand.findings == [
        {"code": "similar_title", "field": "title", "text": f"{known.number} {known.title}", "answer": ""}
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_budget_hidden": True}, "band_missing"),
        ({"is_public_money": True}, "route_missing"),
        ({"award_mode": AwardMode.HORSE_RACE}, "lanes_missing"),
        ({"award_mode": AwardMode.RANKED_POOL, "lanes": 10}, "lanes_missing"),
        ({"lanes": 2}, "lanes_single"),
        ({"min_valid_bids": 0}, "min_bids"),
        ({"safety_requirements": ["none", "mlps"]}, "safety_contradiction"),
        ({"conditions": [{"text": "", "kind": "team", "is_hard": False, "why": "x"}]}, "condition_empty"),
        (
            {"data_provided": [{"name": "病历", "sensitivity": "personal", "legal_basis": ""}]},
            "legal_basis_missing",
        ),
        ({"data_provided": [{"name": "", "sensitivity": "public"}]}, "data_unnamed"),
    ],
)
def test_names_what_does_not_fit_together(world: World, changes: dict, code: str) -> None:
    demand = make_demand(world, **changes)
    assert [gap.code for gap in gaps(demand, world.now)] == [code]


def test_accepts_what_fits_together(world: World) -> None:
    demand = make_demand(
        world,
        is_public_money=True,
        procurement_route=ProcurementRoute.COOPERATIVE_INNOVATION,
        award_mode=AwardMode.HORSE_RACE,
        lanes=3,
        is_budget_hidden=True,
        budget_band="二百万元至四百万元",
    )
    assert gaps(demand, world.now) == []


@pytest.mark.parametrize(
    ("months", "code"),
    [
        ((3, 8, 13), "milestone_incomplete"),
        ((3, 0, 12), "milestone_incomplete"),
        ((8, 3, 12), "milestone_order"),
    ],
)
def test_keeps_milestones_in_order_and_within_the_time_limit(world: World, months: tuple, code: str) -> None:
    demand = make_demand(world)
    for milestone, month in zip(demand.milestones, months, strict=True):
        milestone.due_month = month
    assert [gap.code for gap in gaps(demand, world.now)] == [code]


def test_asks_that_weights_make_a_hundred(world: World) -> None:
    demand = make_demand(world)
    demand.indicators[0].weight = 39
    assert [gap.code for gap in gaps(demand, world.now)] == ["weights_sum"]
    for indicator in demand.indicators:
        indicator.weight = 0
    assert gaps(demand, world.now) == []


def test_copies_the_text_and_leaves_the_course_behind(world: World, owner: Actor) -> None:
    source = make_demand(world, S.COMPLETED)
    made = services.copy_demand(world.session, source, round_=world.round, by=owner, now=world.now)
    assert (made.state, made.number, made.edition, made.has_credit_pledge) == (S.DRAFT, None, 0, False)
    assert made.content_required == source.content_required
    assert [i.name for i in made.indicators] == [i.name for i in source.indicators]
    assert {i.id for i in made.indicators}.isdisjoint({i.id for i in source.indicators})
    assert [f.amount_fen for f in made.fundings] == [f.amount_fen for f in source.fundings]


def test_copies_no_demand_of_another_unit(world: World) -> None:
    source = make_demand(world, S.OPEN)
    stranger = world.actor_of(world.other_owner)
    with pytest.raises(NotPermitted):
        services.copy_demand(world.session, source, round_=world.round, by=stranger, now=world.now)


def test_recommends_within_the_region_only(world: World, recommender: Actor) -> None:
    demand = make_demand(world, S.SUBMITTED)
    stranger = world.actor_of(world.other_recommender)
    with pytest.raises(NotPermitted):
        services.recommend_demand(world.session, demand, opinion="同意", by=stranger, now=world.now)
    assert demand.recommender_id is None
    services.recommend_demand(world.session, demand, opinion="同意", by=recommender, now=world.now)
    assert (demand.state, demand.recommender_id) == (S.VETTING, world.recommender_org.id)


def test_recommends_not_without_an_opinion(world: World, recommender: Actor) -> None:
    with pytest.raises(RuleBroken):
        services.recommend_demand(
            world.session, make_demand(world, S.SUBMITTED), opinion=" ", by=recommender, now=world.now
        )


def test_shows_each_what_is_theirs(world: World) -> None:
    theirs = make_demand(world, S.DRAFT)
    discarded = make_demand(world, S.WITHDRAWN, submitted_at=None, published_at=None, edition=0)
    waiting = make_demand(world, S.SUBMITTED)
    listed = make_demand(world, S.OPEN)
    seen = {
        name: {
            demand.id
            for demand in world.session.scalars(queries.visible_to(world.actor_of(getattr(world, name))))
        }
        for name in (
            "owner",
            "organizer",
            "recommender",
            "supervisor",
            "bidder",
            "operator",
            "other_organizer",
            "other_owner",
            "other_recommender",
        )
    }
    public = {listed.id}
    assert seen == {
        "owner": {theirs.id, discarded.id, waiting.id, listed.id},
        "organizer": {waiting.id, listed.id},
        "recommender": {waiting.id, listed.id},
        "supervisor": {waiting.id, listed.id},
        "bidder": public,
        "operator": public,
        "other_organizer": public,
        "other_owner": public,
        "other_recommender": public,
    }
