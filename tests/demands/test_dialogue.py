"""Questions without an asker, visits, intents, pledges; and listing again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.access import Actor
from app.core.errors import NotPermitted, NotSeen, RuleBroken, StateMovedOn
from app.demands import files, queries, services
from app.demands.relisting import choice_of
from app.models.codes import Process
from app.models.demands import Demand, RestrictedPledge, VisitSignup
from app.models.procedure_codes import Role, Visibility
from app.models.records import Attachment, Event, Message
from app.models.states import AssignmentState, RoundState
from app.models.states import DemandState as S
from app.web.timeline import timeline
from app.workflow.events import events_of
from tests.factories import World, make_assignment, make_demand, make_panel, make_question, make_round

MOMENT = timedelta(microseconds=1)


def ask(world: World, by: Actor, demand: Demand, text: str = "切片是否脱敏？"):
    return services.ask_question(world.session, demand, text=text, by=by, now=world.now)


@pytest.mark.parametrize(("before", "is_possible"), [(MOMENT, True), (timedelta(0), False)])
def test_takes_questions_until_the_cutoff(
    world: World, bidder: Actor, before: timedelta, is_possible: bool
) -> None:
    demand = make_demand(world, S.OPEN)
    world.clock.set(demand.closes_at - timedelta(days=demand.round.question_cutoff_days) - before)
    if is_possible:
        assert ask(world, bidder, demand).answer is None
    else:
        with pytest.raises(RuleBroken) as refused:
            ask(world, bidder, demand)
        assert refused.value.codes == {"questions_closed"}


def test_takes_no_question_at_the_moment_of_closing(world: World, bidder: Actor) -> None:
    demand = make_demand(world, S.OPEN)
    world.clock.set(demand.closes_at)
    with pytest.raises(StateMovedOn):
        ask(world, bidder, demand)


def test_hides_the_asker_from_events_messages_and_timelines(world: World, bidder: Actor) -> None:
    demand = make_demand(world, S.OPEN)
    question = ask(world, bidder, demand)
    event = events_of(world.session, question)[0]
    assert (event.organisation_id, event.data) == (None, {})
    assert [entry.who for entry in timeline(world.session, demand, question)] == [""]
    message = world.session.scalars(select(Message).where(Message.kind == "question.ask")).one()
    assert message.user_id == world.owner.id
    assert message.data == {"title": demand.title, "number": demand.number}


def test_refuses_a_question_that_names_its_asker(world: World, bidder: Actor) -> None:
    demand = make_demand(world, S.OPEN)
    with pytest.raises(RuleBroken) as refused:
        ask(world, bidder, demand, f"我们{world.bidder_org.name}想了解接口。")
    assert refused.value.codes == {"names_asker"}


def test_lets_no_owner_ask_about_its_own_demand(world: World, owner: Actor) -> None:
    with pytest.raises(NotPermitted):
        ask(world, owner, make_demand(world, S.OPEN))


def test_answers_once_to_everyone_who_watches_and_to_the_asker(world: World, owner: Actor) -> None:
    demand = make_demand(world, S.OPEN)
    question = make_question(world, demand)
    services.watch(world.session, demand, by=world.actor_of(world.third_bidder), now=world.now)
    services.answer_question(world.session, question, answer="已脱敏。", by=owner, now=world.now)
    told = world.session.scalars(select(Message).where(Message.kind == "question.answer"))
    assert {message.user_id for message in told} == {world.bidder.id, world.third_bidder.id}
    with pytest.raises(StateMovedOn):
        services.answer_question(world.session, question, answer="改口。", by=owner, now=world.now)


@pytest.mark.parametrize(("before", "is_possible"), [(MOMENT, True), (timedelta(0), False)])
def test_answers_before_closing_only(
    world: World, owner: Actor, before: timedelta, is_possible: bool
) -> None:
    demand = make_demand(world, S.OPEN)
    question = make_question(world, demand)
    world.clock.set(demand.closes_at - before)
    if is_possible:
        services.answer_question(world.session, question, answer="已脱敏。", by=owner, now=world.now)
    else:
        with pytest.raises(StateMovedOn):
            services.answer_question(world.session, question, answer="已脱敏。", by=owner, now=world.now)


def test_counts_open_questions_by_demand(world: World) -> None:
    one, two = make_demand(world, S.OPEN), make_demand(world, S.OPEN)
    make_question(world, one)
    make_question(world, one)
    make_question(world, two, answer="已答。")
    assert queries.unanswered(world.session, [one, two]) == {one.id: 2}


def test_plans_visits_ahead_and_before_closing(world: World, owner: Actor) -> None:
    demand = make_demand(world, S.OPEN)
    for moment in (world.now, demand.closes_at):
        with pytest.raises(RuleBroken):
            services.plan_visit(
                world.session, demand, starts_at=moment, place="南门", by=owner, now=world.now
            )
    visit = services.plan_visit(
        world.session, demand, starts_at=world.now + MOMENT, place="南门", by=owner, now=world.now
    )
    assert queries.visits_of(world.session, demand) == [visit]


def test_signs_a_unit_up_once_and_until_the_visit_begins(world: World, owner: Actor, bidder: Actor) -> None:
    demand = make_demand(world, S.OPEN)
    starts_at = world.now + timedelta(days=2)
    visit = services.plan_visit(
        world.session, demand, starts_at=starts_at, place="南门", by=owner, now=world.now
    )
    for _ in range(2):
        services.join_visit(world.session, visit, by=bidder, now=world.now)
    assert len(world.session.scalars(select(VisitSignup)).all()) == 1
    services.leave_visit(world.session, visit, by=bidder, now=world.now)
    assert world.session.scalars(select(VisitSignup)).all() == []
    with pytest.raises(StateMovedOn):
        services.join_visit(world.session, visit, by=bidder, now=starts_at)
    assert [event.action for event in events_of(world.session, demand)] == []


def test_registers_intents_under_match_first_only(world: World, owner: Actor, bidder: Actor) -> None:
    plain = make_demand(world, S.OPEN)
    with pytest.raises(RuleBroken):
        services.register_intent(world.session, plain, statement="有方案", by=bidder, now=world.now)
    demand = make_demand(world, S.OPEN, process=Process.MATCH_FIRST)
    intent = services.register_intent(world.session, demand, statement="有方案", by=bidder, now=world.now)
    with pytest.raises(StateMovedOn):
        services.register_intent(world.session, demand, statement="再来", by=bidder, now=world.now)
    services.confirm_intent(world.session, intent, by=owner, now=world.now)
    assert intent.confirmed_at == world.now
    rival = world.actor_of(world.third_bidder)
    seen = [queries.intents_seen_by(world.session, demand, who) for who in (owner, bidder, rival)]
    assert seen == [[intent], [intent], []]


def test_opens_the_restricted_part_to_the_right_people(world: World, bidder: Actor) -> None:
    demand = make_demand(world, S.REVIEWING)
    seat = make_assignment(world, AssignmentState.ACCEPTED, panel=make_panel(world, demand=demand))
    seat.pledged_at = None
    world.session.flush()
    expert = world.actor_of(seat.expert.user)

    def readers() -> set[str]:
        names = (
            "owner",
            "organizer",
            "supervisor",
            "recommender",
            "bidder",
            "third_bidder",
            "operator",
            "finance",
            "other_owner",
            "other_organizer",
        )
        found = {
            n
            for n in names
            if queries.may_read_restricted(world.session, world.actor_of(getattr(world, n)), demand)
        }
        return found | ({"expert"} if queries.may_read_restricted(world.session, expert, demand) else set())

    parties = {"owner", "organizer", "supervisor"}
    assert readers() == parties
    seat.pledged_at = world.now
    world.add(
        RestrictedPledge(
            demand_id=demand.id,
            organisation_id=world.bidder_org.id,
            user_id=world.bidder.id,
            text_digest="0" * 64,
            created_at=world.now,
        )
    )
    assert readers() == parties | {"bidder", "expert"}


def test_signs_the_pledge_once_while_the_listing_is_open(world: World, bidder: Actor) -> None:
    demand = make_demand(world, S.OPEN)
    first = services.sign_restricted_pledge(world.session, demand, by=bidder, now=world.now)
    assert services.sign_restricted_pledge(world.session, demand, by=bidder, now=world.now) is first
    assert events_of(world.session, demand) == []
    with pytest.raises(StateMovedOn):
        services.sign_restricted_pledge(
            world.session, demand, by=world.actor_of(world.third_bidder), now=demand.closes_at
        )


def test_records_readings_and_keeps_them_out_of_the_timeline(
    world: World, bidder: Actor, owner: Actor
) -> None:
    demand = make_demand(world, S.OPEN)
    with pytest.raises(NotSeen):
        services.read_restricted(world.session, demand, by=bidder, now=world.now)
    services.sign_restricted_pledge(world.session, demand, by=bidder, now=world.now)
    services.read_restricted(world.session, demand, by=bidder, now=world.now)
    services.read_restricted(world.session, demand, by=owner, now=world.now)
    rows = world.session.scalars(select(Event).where(Event.action == "read_restricted")).all()
    assert [row.organisation_id for row in rows] == [world.bidder_org.id]
    assert timeline(world.session, demand) == []


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [
        (Visibility.PUBLIC, {"owner", "organizer", "supervisor", "recommender", "bidder"}),
        (Visibility.RESTRICTED, {"owner", "organizer", "supervisor"}),
        (Visibility.INTERNAL, {"owner", "organizer", "supervisor", "recommender"}),
    ],
)
def test_gives_files_out_by_their_class(world: World, visibility: Visibility, readers: set[str]) -> None:
    listed, hidden = make_demand(world, S.OPEN), make_demand(world, S.DRAFT)

    def may_read(demand: Demand) -> set[str]:
        row = Attachment(thing_type="demand", thing_id=demand.id, slot="picture", visibility=visibility)
        names = ("owner", "organizer", "supervisor", "recommender", "bidder")
        return {n for n in names if files.may_read(world.session, world.actor_of(getattr(world, n)), row)}

    assert may_read(listed) == readers
    assert may_read(hidden) == {"owner"}


def test_lists_a_demand_again_with_its_text_and_history(world: World, owner: Actor) -> None:
    demand = make_demand(world, S.NO_AWARD)
    fresh = services.relist_demand(world.session, demand, by=owner, now=world.now, budget_fen=4_000_000_00)
    assert (fresh.state, fresh.relists_id, fresh.list_round) == (S.DRAFT, demand.id, 2)
    assert (fresh.budget_fen, fresh.round_id, fresh.number) == (4_000_000_00, demand.round_id, None)
    assert [i.name for i in fresh.indicators] == [i.name for i in demand.indicators]
    with pytest.raises(RuleBroken) as refused:
        services.relist_demand(world.session, demand, by=owner, now=world.now)
    assert refused.value.codes == {"relisted_already"}


def test_lists_again_in_a_closed_round_at_once(world: World, owner: Actor) -> None:
    demand = make_demand(world, S.NO_AWARD, round_=make_round(world, RoundState.CLOSED))
    fresh = services.relist_unchanged(world.session, demand, by=owner, now=world.now)
    assert (fresh.state, fresh.is_standing) == (S.SUBMITTED, False)


@pytest.mark.parametrize(
    ("list_round", "round_state", "code"),
    [(3, RoundState.OPEN, "list_rounds_used"), (1, RoundState.ARCHIVED, "round_not_open")],
)
def test_lists_nothing_again_beyond_the_limits(
    world: World, owner: Actor, list_round: int, round_state: RoundState, code: str
) -> None:
    demand = make_demand(world, S.NO_AWARD, round_=make_round(world, round_state), list_round=list_round)
    with pytest.raises(RuleBroken) as refused:
        services.relist_demand(world.session, demand, by=owner, now=world.now)
    assert refused.value.codes == {code}


def test_leaves_the_choice_until_the_end_of_the_last_working_day(world: World, owner: Actor) -> None:
    demand = make_demand(world, S.NO_AWARD)
    # Monday 16 March and ten working days: Monday 30 March.
    last_on = choice_of(world.session, demand, world.now).last_on
    assert last_on.isoformat() == "2026-03-30"
    over = world.now.replace(day=31, hour=0)
    assert choice_of(world.session, demand, over - MOMENT).refusal is None
    with pytest.raises(RuleBroken) as refused:
        services.relist_demand(world.session, demand, by=owner, now=over)
    assert refused.value.codes == {"choice_too_late"}


@pytest.mark.parametrize("state", [S.OPEN, S.WITHDRAWN, S.COMPLETED])
def test_lists_nothing_again_that_did_not_end_without_award(world: World, owner: Actor, state: S) -> None:
    with pytest.raises(StateMovedOn):
        services.relist_demand(world.session, make_demand(world, state), by=owner, now=world.now)


def test_lets_only_the_owner_list_again(world: World) -> None:
    demand = make_demand(world, S.NO_AWARD)
    for role in (Role.ORGANIZER, Role.BIDDER):
        with pytest.raises(NotPermitted):
            services.relist_demand(world.session, demand, by=world.actor(role), now=world.now)
