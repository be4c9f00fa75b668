"""Who reads which sheets, before and after all of a panel are locked."""

from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app.access import ANONYMOUS
from app.models.procedure_codes import Role
from app.models.states import AssignmentState, BidState, DemandState, SheetState
from app.scoring import queries
from tests.factories import World, make_acceptance, make_demand, make_panel, make_sheet

pytestmark = pytest.mark.both_databases


def seen(world: World, actor) -> int:
    world.session.flush()
    found = select(func.count()).select_from(queries.visible_to(actor).subquery())
    return world.session.scalar(found) or 0


def lock_all(world: World, review: SimpleNamespace) -> list:
    return [make_sheet(world, seat=seat, bid=bid) for seat in review.seats for bid in review.bids]


def test_show_ones_own_sheet_only_while_others_work(world: World, review: SimpleNamespace) -> None:
    make_sheet(world, seat=review.seats[0], bid=review.bids[0])
    make_sheet(world, SheetState.DRAFT, seat=review.seats[1], bid=review.bids[0])
    own = world.actor_of(review.seats[0].expert.user)
    assert seen(world, own) == 1
    assert seen(world, world.actor(Role.ORGANIZER)) == 0
    assert seen(world, world.actor(Role.SUPERVISOR)) == 2


def test_wait_for_members_who_have_no_sheet_yet(world: World, review: SimpleNamespace) -> None:
    for seat in review.seats[:4]:
        for bid in review.bids:
            make_sheet(world, seat=seat, bid=bid)
    assert queries.panel_is_locked(world.session, review.panel) is False
    assert seen(world, world.actor(Role.ORGANIZER)) == 0


def test_open_all_to_members_and_organizer_once_locked(world: World, review: SimpleNamespace) -> None:
    lock_all(world, review)
    world.session.flush()
    assert queries.panel_is_locked(world.session, review.panel) is True
    assert seen(world, world.actor_of(review.seats[3].expert.user)) == 10
    assert seen(world, world.actor(Role.ORGANIZER)) == 10


def test_close_again_while_a_sheet_is_returned(world: World, review: SimpleNamespace) -> None:
    sheets = lock_all(world, review)
    sheets[0].state = SheetState.RETURNED
    assert seen(world, world.actor(Role.ORGANIZER)) == 0
    assert seen(world, world.actor_of(review.seats[3].expert.user)) == 2


@pytest.mark.parametrize(
    "role", [Role.BIDDER, Role.DEMAND_OWNER, Role.FINANCE, Role.OPERATOR, Role.RECOMMENDER]
)
def test_never_open_sheets_to_others(world: World, review: SimpleNamespace, role: Role) -> None:
    lock_all(world, review)
    assert seen(world, world.actor(role)) == 0
    assert seen(world, ANONYMOUS) == 0


def test_keep_them_from_the_organizer_of_another_round(world: World, review: SimpleNamespace) -> None:
    lock_all(world, review)
    assert seen(world, world.actor_of(world.other_organizer)) == 0


def test_keep_them_from_reserves_and_from_who_has_left(world: World, review: SimpleNamespace) -> None:
    lock_all(world, review)
    reserve = review.panel.assignments[5]
    assert seen(world, world.actor_of(reserve.expert.user)) == 0
    review.seats[4].state = AssignmentState.REPLACED
    assert seen(world, world.actor_of(review.seats[4].expert.user)) == 2


def test_ask_no_sheet_on_a_bid_that_failed_the_check(world: World, review: SimpleNamespace) -> None:
    for seat in review.seats:
        make_sheet(world, seat=seat, bid=review.bids[0])
    review.bids[1].state = BidState.INELIGIBLE
    world.session.flush()
    assert queries.panel_is_locked(world.session, review.panel) is True


def test_see_when_an_acceptance_panel_is_locked(world: World) -> None:
    acceptance = make_acceptance(world)
    panel = make_panel(world, acceptance=acceptance)
    for seat in panel.assignments[:4]:
        make_sheet(world, seat=seat, acceptance=acceptance)
    assert queries.panel_is_locked(world.session, panel) is False
    make_sheet(world, seat=panel.assignments[4], acceptance=acceptance)
    assert queries.panel_is_locked(world.session, panel) is True


def test_hide_a_fellow_officers_scores_until_ones_own_are_locked(world: World) -> None:
    demand = make_demand(world, DemandState.VETTING)
    make_sheet(world, demand=demand)
    fellow = world.actor_of(world.second_organizer)
    assert seen(world, fellow) == 0
    make_sheet(world, demand=demand, author_id=world.second_organizer.id)
    assert seen(world, fellow) == 2


def test_open_vetting_sheets_once_the_vetting_is_over(world: World) -> None:
    demand = make_demand(world, DemandState.APPROVED)
    make_sheet(world, demand=demand)
    assert seen(world, world.actor_of(world.second_organizer)) == 1


def test_sum_up_what_counts(world: World, review: SimpleNamespace) -> None:
    sheets = lock_all(world, review)
    sheets[0].is_void, sheets[0].void_reason = True, "recuse"
    world.session.flush()
    assert len(queries.sheets_of(world.session, panel=review.panel)) == 9
    assert len(queries.sheets_of(world.session, bid_id=review.bids[1].id)) == 5
