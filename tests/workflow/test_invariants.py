"""Every invariant runs on both databases, finds nothing in what is sound, and finds what breaks it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models import states as st
from app.models.codes import Region
from app.models.demands import DemandEdition
from app.models.procedure_codes import ConflictReason, ConflictSource, IndicatorVerdict, Role
from app.models.records import Event
from app.models.reviews import Conflict
from app.workflow import WORKFLOWS, move
from app.workflow.invariant_rules import RULES
from app.workflow.invariants import broken, invariants
from tests import factories as make
from tests.checking import check_invariants
from tests.factories import World
from tests.factories.accounts import build_organisation, build_user
from tests.moments import START

pytestmark = pytest.mark.both_databases

Break = Callable[[World], Any]


def put(thing: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(thing, name, value)


def demand(state: st.DemandState = st.DemandState.VETTING, **values: Any) -> Break:
    return lambda world: put(make.make_demand(world, state), **values)


def bid(state: st.BidState, **values: Any) -> Break:
    return lambda world: put(make.make_bid(world, state), **values)


def contract(**values: Any) -> Break:
    return lambda world: put(make.make_contract(world), **values)


def both_roles(world: World) -> None:
    make.make_membership(world, world.organizer, world.supervisor_org, Role.SUPERVISOR)


def few_officers(world: World) -> None:
    world.round.officers.pop()


def no_indicator(world: World) -> None:
    made = make.make_demand(world, st.DemandState.VETTING)
    made.indicators[0].target = None


def closed_before_it_appeared(world: World) -> None:
    made = make.make_demand(world, st.DemandState.OPEN)
    world.add(
        DemandEdition(
            demand_id=made.id,
            number=2,
            content={},
            digest="0" * 64,
            closes_at=world.now,
            published_at=world.now,
        )
    )


def wrong_relisting(world: World) -> None:
    before = make.make_demand(world, st.DemandState.NO_AWARD)
    make.make_demand(world, relists_id=before.id, list_round=3)


def own_vetting(world: World) -> None:
    made = make.make_demand(world, st.DemandState.VETTING, author=world.organizer)
    make.make_sheet(world, demand=made)


def own_bid(world: World) -> None:
    made = make.make_demand(world, st.DemandState.OPEN)
    make.make_bid(world, demand=made, lead=world.owner_org)


def closing_brought_forward(world: World) -> None:
    made = make.make_bid(world)
    made.demand.closes_at -= timedelta(days=1)


def opened_too_early(world: World) -> None:
    made = make.make_bid(world, st.BidState.OPENED)
    made.opened_at = made.demand.closes_at - timedelta(seconds=1)


def opened_alone(world: World) -> None:
    make.make_demand(world, st.DemandState.SCREENING)


def bid_in(bid_state: st.BidState, demand_state: st.DemandState) -> Break:
    return lambda world: make.make_bid(world, bid_state, demand=make.make_demand(world, demand_state))


def same_unit(world: World) -> None:
    panel = make.make_panel(world)
    panel.assignments[1].expert.unit_name = panel.assignments[0].expert.unit_name


def member_of_owner(world: World) -> None:
    panel = make.make_panel(world)
    panel.assignments[2].expert.unit_uscc = world.owner_org.uscc


def counted_conflict(world: World) -> None:
    sheet = make.make_sheet(world)
    world.add(
        Conflict(
            expert_id=sheet.assignment.expert_id,
            demand_id=sheet.bid.demand_id,
            source=ConflictSource.DECLARED,
            reason=ConflictReason.RELATIVE,
            at=world.now,
        )
    )


def wrong_sum(world: World) -> None:
    make.make_sheet(world).total += 1


def score_too_high(world: World) -> None:
    sheet = make.make_sheet(world)
    sheet.scores[0].value = 101_00


def unsigned_member(world: World) -> None:
    make.make_panel(world, is_signed=True).assignments[3].signed_at = None


def unwon_award(world: World) -> None:
    make.make_award(world, st.AwardState.ACTIVE).bid.state = st.BidState.RECOMMENDED


def dear_award(world: World) -> None:
    made = make.make_award(world)
    made.amount_fen = made.demand.budget_fen + 1


def award_over_objection(world: World) -> None:
    award = make.make_award(world, st.AwardState.ACTIVE)
    make.make_objection(world, award=award, filed_at=award.activated_at - timedelta(hours=1))


def windowless(world: World) -> None:
    make.make_notice(world, st.NoticeState.IN_FORCE, ends_at=None)


def ended_early(world: World) -> None:
    notice = make.make_notice(world, st.NoticeState.CLOSED_CLEAN)
    notice.closed_at = notice.ends_at - timedelta(microseconds=1)


def late_objection(world: World) -> None:
    objection = make.make_objection(world)
    objection.filed_at = objection.notice.ends_at


def clean_with_objection(world: World) -> None:
    notice = make.make_notice(world, st.NoticeState.CLOSED_CLEAN)
    make.make_objection(world, st.ObjectionState.ANSWERED, notice=notice, filed_at=notice.published_at)


def own_decision(world: World) -> None:
    make.make_objection(world, award=make.make_award(world), handler_id=world.organizer.id)


def percents(world: World) -> None:
    make.make_contract(world).milestones[0].percent += 1


def budget(world: World) -> None:
    make.make_contract(world).budget[0].amount_fen += 1


def payments(world: World) -> None:
    make.make_contract(world).payments[0].planned_fen += 1


def unsigned_contract(world: World) -> None:
    made = make.make_contract(world)
    world.session.delete(made.signatures[0])


def completed_without_contract(world: World) -> None:
    made = make.make_demand(world, st.DemandState.COMPLETED)
    make.make_award(world, st.AwardState.ACTIVE, bid=make.make_bid(world, st.BidState.AWARDED, demand=made))


def paid_short(world: World) -> None:
    make.make_payment(world, st.PaymentState.PAID).paid_fen -= 1


def extended_twice(world: World) -> None:
    made = make.make_contract(world)
    for _ in range(2):
        make.make_change(world, st.ChangeState.APPROVED, contract=made)


def dear_support(world: World) -> None:
    made = make.make_subsidy(world, st.SubsidyState.APPROVED)
    made.amount_fen = made.demand.round.fiscal_per_project_fen + 1


def uncertified(world: World) -> None:
    world.session.delete(make.make_acceptance(world, st.AcceptanceState.PASSED).certificate)


def hard_missed(world: World) -> None:
    made = make.make_acceptance(world, st.AcceptanceState.PASSED)
    made.results[0].verdict = IndicatorVerdict.PARTLY


def own_replication(world: World) -> None:
    make.make_replication(world, adopter=world.owner_org)


def failed_demonstration(world: World) -> None:
    make.make_demonstration(world, acceptance=make.make_acceptance(world, st.AcceptanceState.FAILED))


def broken_chain(world: World) -> None:
    made = make.make_organisation(world, st.OrganisationState.REGISTERED)
    operator = world.actor(Role.OPERATOR)
    move(world.session, made, "verify", by=operator, now=world.now)
    made.state = st.OrganisationState.REGISTERED
    move(world.session, made, "reject", by=operator, now=world.now, reason="材料不实")


def causeless(world: World) -> None:
    made = make.make_organisation(world)
    world.add(
        Event(
            id=uuid4(),
            at=world.now,
            role="organizer",
            action="edit",
            thing_type="organisation",
            thing_id=made.id,
            data={},
            digest="0" * 64,
        )
    )


BREAKS: dict[str, Break] = {
    "nobody_organises_and_supervises": both_roles,
    "open_round_names_two_officers": few_officers,
    "funding_adds_up": demand(budget_fen=1),
    "three_measurable_indicators": no_indicator,
    "published_edition_stands": demand(st.DemandState.OPEN, edition=2),
    "listing_closes_after_it_appears": closed_before_it_appeared,
    "relisting_counts_on": wrong_relisting,
    "merged_into_another": demand(st.DemandState.MERGED),
    "nobody_vets_own_demand": own_vetting,
    "owner_never_bids": own_bid,
    "closing_never_comes_forward": closing_brought_forward,
    "submitted_bid_is_sealed": bid(st.BidState.SUBMITTED, sealed_version=2),
    "opened_after_closing": opened_too_early,
    "opening_is_recorded": opened_alone,
    "nothing_sealed_after_opening": bid_in(st.BidState.SUBMITTED, st.DemandState.SCREENING),
    "every_bid_checked_before_review": bid_in(st.BidState.OPENED, st.DemandState.REVIEWING),
    "panel_is_odd": lambda world: put(make.make_panel(world), size=6),
    "panel_units_differ": same_unit,
    "no_member_from_a_party": member_of_owner,
    "no_counted_score_with_conflict": counted_conflict,
    "sheet_total_is_the_sum": wrong_sum,
    "score_within_range": score_too_high,
    "signed_report_is_signed_by_all": unsigned_member,
    "active_award_was_won": unwon_award,
    "award_within_listed_amount": dear_award,
    "awarded_after_notice": lambda world: make.make_award(world, st.AwardState.ACTIVE),
    "no_award_under_open_objection": award_over_objection,
    "published_notice_has_its_window": windowless,
    "notice_stands_to_its_end": ended_early,
    "objection_within_window": late_objection,
    "clean_notice_had_no_objection": clean_with_objection,
    "nobody_judges_own_decision": own_decision,
    "milestones_total_one_hundred": percents,
    "budget_equals_amount": budget,
    "payments_and_own_money_equal_amount": payments,
    "contract_signed_by_both": unsigned_contract,
    "completed_demand_is_contracted": completed_without_contract,
    "paid_as_planned": paid_short,
    "clawback_within_paid": contract(clawback_fen=1),
    "extended_once": extended_twice,
    "support_after_acceptance": dear_support,
    "closed_project_was_accepted": lambda world: make.make_contract(world, st.ContractState.CLOSED),
    "passed_means_certified": uncertified,
    "hard_indicators_met": hard_missed,
    "demonstration_was_accepted": failed_demonstration,
    "listed_after_notice": lambda world: make.make_demonstration(world, st.DemonstrationState.LISTED),
    "adopted_by_another": own_replication,
    "events_follow_one_another": broken_chain,
    "system_acts_have_a_cause": causeless,
}


def second_live_bid(world: World) -> None:
    first = make.make_bid(world)
    make.make_bid(world, demand=first.demand, lead=first.lead)


def second_part(world: World) -> None:
    first = make.make_bid(world)
    other = make.make_bid(world, demand=first.demand)
    other.parties[0].uscc = first.parties[0].uscc


def late_seal(world: World) -> None:
    made = make.make_bid(world)
    make.make_version(world, made, number=2, sealed_at=made.demand.closes_at)


def second_award(world: World) -> None:
    first = make.make_award(world)
    other = make.make_bid(world, st.BidState.RECOMMENDED, demand=first.demand)
    make.make_award(world, bid=other)


def slot_beyond(world: World) -> None:
    make.make_award(world, slot=2)


# What the database itself refuses.
REFUSED: dict[str, tuple[Break, ...]] = {
    "one_live_bid_per_lead": (second_live_bid,),
    "one_part_per_unit": (second_part,),
    "sealed_before_closing": (late_seal,),
    "awards_within_slots": (second_award, slot_beyond),
}


def test_hold_in_a_world_where_nothing_happened(world: World) -> None:
    check_invariants(world.session)


@pytest.mark.parametrize("name", BREAKS)
def test_find_what_breaks_it(name: str, world: World) -> None:
    assert world.round
    BREAKS[name](world)
    world.session.flush()
    assert name in broken(world.session)


@pytest.mark.parametrize("name", REFUSED)
def test_leave_it_to_the_database(name: str, world: World) -> None:
    for act in REFUSED[name]:
        with pytest.raises(IntegrityError), world.session.begin_nested():
            act(world)
            world.session.flush()


def test_try_every_invariant() -> None:
    assert set(BREAKS) | set(REFUSED) == set(RULES)
    assert set(BREAKS) & set(REFUSED) == set()
    assert len(invariants()) == len(RULES) + len(WORKFLOWS)


def test_find_a_state_that_no_event_tells(world: World) -> None:
    made = make.make_organisation(world, st.OrganisationState.REGISTERED)
    move(world.session, made, "verify", by=world.actor(Role.OPERATOR), now=world.now)
    check_invariants(world.session)
    made.state = st.OrganisationState.SUSPENDED
    with pytest.raises(AssertionError, match=f"organisation_state_is_told_by_events: {made.id.hex[:8]}"):
        check_invariants(world.session)


def test_say_what_is_broken_and_exit_with_one(session: Session, app: Flask) -> None:
    sound = app.test_cli_runner().invoke(args=["invariants"])
    assert (sound.exit_code, sound.output) == (0, f"{len(invariants())} invariants, 0 broken\n")
    user = build_user("梅疏影", "mei@test.example", created_at=START)
    unit = build_organisation(1, "荆楚单位", region=Region.WUHAN, created_at=START)
    session.add_all([user, unit])
    session.commit()
    done = app.test_cli_runner().invoke(args=["invariants"])
    assert done.exit_code == 1
    assert done.output.splitlines()[0].startswith("organisation_state_is_told_by_events: ")
    assert done.output.splitlines()[1] == f"{len(invariants())} invariants, 1 broken"
