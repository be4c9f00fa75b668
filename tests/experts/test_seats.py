"""Seats: nothing without declaration and pledge; who leaves is followed by the next reserve that fits."""

import pytest
from sqlalchemy import select

from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.experts import panels, pledge, seats
from app.models.demands import Demand
from app.models.procedure_codes import ConflictReason, ConflictSource, ExpertKind, Role
from app.models.records import Event, Message
from app.models.reviews import Assignment, Conflict, Panel
from app.models.states import AssignmentState as A
from tests.factories import World, make_sheet


@pytest.fixture
def organizer(world: World):
    return world.actor(Role.ORGANIZER)


@pytest.fixture
def invited(world: World, panel: Panel, organizer) -> Panel:
    """The panel, everyone invited."""
    seats.invite_all(world.session, panel, by=organizer, now=world.now)
    return panel


def expert_of(world: World, seat: Assignment):
    return world.actor_of(seat.expert.user)


def seated(world: World, seat: Assignment) -> Assignment:
    by = expert_of(world, seat)
    seats.declare(world.session, seat, [], by=by, now=world.now)
    seats.sign_pledge(world.session, seat, by=by, now=world.now)
    return seats.accept(world.session, seat, by=by, now=world.now)


def test_invite_everyone_on_a_seat_and_no_reserve(world: World, invited: Panel, organizer) -> None:
    assert [seat.state for seat in invited.assignments] == [A.INVITED] * 5 + [A.DRAWN] * 2
    told = set(world.session.scalars(select(Message.user_id).where(Message.kind == "assignment.invite")))
    assert told == {seat.expert.user_id for seat in panels.sitting(invited)}
    assert seats.invite_all(world.session, invited, by=organizer, now=world.now) == []


def test_accept_only_after_declaration_and_pledge(world: World, invited: Panel) -> None:
    seat = panels.sitting(invited)[0]
    by = expert_of(world, seat)
    with pytest.raises(RuleBroken) as refused:
        seats.accept(world.session, seat, by=by, now=world.now)
    assert refused.value.codes == {"not_pledged"}
    with pytest.raises(RuleBroken) as refused:
        seats.sign_pledge(world.session, seat, by=by, now=world.now)
    assert refused.value.codes == {"not_declared"}
    seated(world, seat)
    assert (seat.state, seat.pledge_digest) == (A.ACCEPTED, pledge.text_digest())
    event = world.session.scalars(
        select(Event).where(Event.thing_id == seat.id, Event.action == "pledge")
    ).one()
    assert event.data == {"version": pledge.VERSION, "digest": pledge.text_digest()}


def test_declare_for_oneself_only(world: World, invited: Panel) -> None:
    first, second = panels.sitting(invited)[:2]
    with pytest.raises(NotPermitted):
        seats.declare(world.session, first, [], by=expert_of(world, second), now=world.now)
    with pytest.raises(NotPermitted):
        seats.sign_pledge(world.session, first, by=world.actor(Role.ORGANIZER), now=world.now)


def test_declare_nothing_before_the_invitation(world: World, panel: Panel) -> None:
    seat = panels.sitting(panel)[0]
    with pytest.raises(StateMovedOn):
        seats.declare(world.session, seat, [], by=expert_of(world, seat), now=world.now)


def test_take_off_who_declares_a_conflict(world: World, demand: Demand, invited: Panel) -> None:
    seat = panels.sitting(invited)[2]
    by = expert_of(world, seat)
    seated(world, seat)
    sheet = make_sheet(world, seat=seat, bid=demand.bids[0])
    reserve = panels.reserves_of(invited)[0]
    rows = [{"bid_id": demand.bids[1].id, "reason": ConflictReason.RELATIVE, "note": "配偶任职"}]
    seats.declare(world.session, seat, rows, by=by, now=world.now)
    assert (seat.state, seat.declared_at) == (A.RECUSED, world.now)
    conflict = world.session.scalars(select(Conflict)).one()
    assert (conflict.expert_id, conflict.demand_id, conflict.bid_id, conflict.source) == (
        seat.expert_id,
        demand.id,
        demand.bids[1].id,
        ConflictSource.DECLARED,
    )
    assert sheet.is_void is True
    assert (reserve.state, reserve.is_reserve, reserve.replaces_id) == (A.INVITED, False, seat.id)
    assert len(panels.sitting(invited)) == 5
    told = set(world.session.scalars(select(Message.user_id).where(Message.kind == "assignment.call")))
    assert reserve.expert.user_id in told


def test_refuse_a_conflict_with_a_bid_of_another_demand(world: World, invited: Panel) -> None:
    from tests.factories import make_bid

    seat, other = panels.sitting(invited)[0], make_bid(world)
    with pytest.raises(RuleBroken) as refused:
        seats.declare(
            world.session,
            seat,
            [{"bid_id": other.id, "reason": "relative", "note": ""}],
            by=expert_of(world, seat),
            now=world.now,
        )
    assert refused.value.codes == {"bid_unknown"}


def test_ask_what_another_conflict_is(world: World, invited: Panel) -> None:
    seat = panels.sitting(invited)[0]
    with pytest.raises(RuleBroken) as refused:
        seats.declare(
            world.session,
            seat,
            [{"bid_id": None, "reason": "other", "note": " "}],
            by=expert_of(world, seat),
            now=world.now,
        )
    assert refused.value.codes == {"note_missing"}
    assert seat.state is A.INVITED


@pytest.mark.parametrize("act", ["decline", "recuse"])
def test_call_the_next_reserve_when_an_expert_leaves(world: World, invited: Panel, act: str) -> None:
    seat, reserve = panels.sitting(invited)[0], panels.reserves_of(invited)[0]
    getattr(seats, act)(world.session, seat, reason="时间冲突", by=expert_of(world, seat), now=world.now)
    assert (reserve.state, reserve.replaces_id) == (A.INVITED, seat.id)


def test_replace_an_expert_by_the_next_reserve(world: World, invited: Panel, organizer) -> None:
    seat, reserve = panels.sitting(invited)[0], panels.reserves_of(invited)[0]
    found = seats.replace(world.session, seat, reason="联系不上", by=organizer, now=world.now)
    assert found is reserve
    assert (seat.state, found.state) == (A.REPLACED, A.INVITED)


def test_replace_nobody_when_no_reserve_fits(world: World, invited: Panel, organizer) -> None:
    for reserve in panels.reserves_of(invited):
        reserve.expert.unit_uscc = invited.demand.bids[0].lead.uscc
    seat = panels.sitting(invited)[0]
    with pytest.raises(RuleBroken) as refused:
        seats.replace(world.session, seat, reason="联系不上", by=organizer, now=world.now)
    assert refused.value.codes == {"no_reserve"}
    assert seat.state is A.INVITED


def test_call_a_finance_expert_for_the_only_finance_seat(world: World, invited: Panel, organizer) -> None:
    finance = [seat for seat in panels.sitting(invited) if seat.expert.kind is ExpertKind.FINANCE]
    if len(finance) == 2:
        seats.replace(world.session, finance[0], reason="x", by=organizer, now=world.now)
    last = [seat for seat in panels.sitting(invited) if seat.expert.kind is ExpertKind.FINANCE]
    if len(last) == 1 and any(each.expert.kind is ExpertKind.FINANCE for each in panels.reserves_of(invited)):
        found = seats.replace(world.session, last[0], reason="x", by=organizer, now=world.now)
        assert found.expert.kind is ExpertKind.FINANCE
    else:
        with pytest.raises(RuleBroken):
            seats.replace(world.session, last[0], reason="x", by=organizer, now=world.now)


def test_leave_the_seat_empty_when_nobody_fits(world: World, invited: Panel) -> None:
    for reserve in panels.reserves_of(invited):
        reserve.state = A.DECLINED
    seat = panels.sitting(invited)[0]
    seats.decline(world.session, seat, reason="时间冲突", by=expert_of(world, seat), now=world.now)
    assert len(panels.sitting(invited)) == 4


def test_choose_the_chair_among_the_seated(world: World, invited: Panel, organizer) -> None:
    first, second, third = panels.sitting(invited)[:3]
    seated(world, first)
    seated(world, second)
    with pytest.raises(RuleBroken) as refused:
        seats.choose_chair(world.session, invited, third, by=organizer, now=world.now)
    assert refused.value.codes == {"chair_not_ready"}
    seats.choose_chair(world.session, invited, first, by=organizer, now=world.now)
    seats.choose_chair(world.session, invited, second, by=organizer, now=world.now)
    assert [seat.is_chair for seat in panels.sitting(invited)[:3]] == [False, True, False]


def test_take_the_chair_with_the_seat(world: World, invited: Panel, organizer) -> None:
    seat = seated(world, panels.sitting(invited)[0])
    seats.choose_chair(world.session, invited, seat, by=organizer, now=world.now)
    seats.recuse(world.session, seat, reason="回避", by=expert_of(world, seat), now=world.now)
    assert any(each.is_chair for each in invited.assignments) is False


def test_let_the_expert_choose_no_chair(world: World, invited: Panel) -> None:
    seat = seated(world, panels.sitting(invited)[0])
    with pytest.raises(NotPermitted):
        seats.choose_chair(world.session, invited, seat, by=expert_of(world, seat), now=world.now)


def test_screen_takes_off_whom_it_finds(world: World, demand: Demand, invited: Panel, organizer) -> None:
    seat = panels.sitting(invited)[1]
    seat.expert.unit_uscc = demand.owner.uscc
    taken = seats.screen(world.session, invited, by=organizer, now=world.now)
    assert taken == [seat]
    conflict = world.session.scalars(select(Conflict)).one()
    assert (conflict.source, conflict.reason, conflict.bid_id) == (
        ConflictSource.FOUND,
        ConflictReason.SAME_UNIT,
        None,
    )


def test_leave_nothing_after_the_report_is_signed(world: World, invited: Panel) -> None:
    seat = seated(world, panels.sitting(invited)[0])
    invited.report_signed_at = world.now
    by = expert_of(world, seat)
    with pytest.raises(RuleBroken):
        seats.recuse(world.session, seat, reason="回避", by=by, now=world.now)
    with pytest.raises(StateMovedOn):
        seats.declare(world.session, seat, [], by=by, now=world.now)
