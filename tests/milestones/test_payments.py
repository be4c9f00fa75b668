"""Payments: requested when the milestone is met, recorded in full, and whether the owner pays on time."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.core.clock import day_of, start_of_day
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.milestones import queries, services
from app.milestones.queries import PaymentLight
from app.models.procedure_codes import Role
from app.models.states import MilestoneState as M
from app.models.states import PaymentState as P
from app.workflow import move
from tests.factories import World, make_contract, make_milestone, make_payment

DAY = timedelta(days=1)


def pay(
    session: Session, world: World, line, *, role: Role = Role.DEMAND_OWNER, day=None, voucher: str = "PZ-1"
):
    return services.record_payment(
        session,
        line,
        paid_on=day or day_of(world.now),
        voucher_number=voucher,
        by=world.actor(role),
        now=world.now,
    )


def test_request_waits_for_the_milestone(session: Session, world: World) -> None:
    line = make_payment(world)
    with pytest.raises(RuleBroken) as refused:
        move(session, line, "request", by=world.actor(Role.BIDDER), now=world.now)
    assert refused.value.codes == {"milestone_not_met"}
    make_milestone(world, M.MET, contract=line.contract)
    move(session, line, "request", by=world.actor(Role.BIDDER), now=world.now)
    assert line.state is P.REQUESTED


@pytest.mark.parametrize("role", [Role.DEMAND_OWNER, Role.FINANCE])
def test_record_payment_pays_the_planned_amount(session: Session, world: World, role: Role) -> None:
    line = pay(session, world, make_payment(world, P.REQUESTED), role=role)
    assert (line.state, line.paid_fen, line.paid_on, line.voucher_number) == (
        P.PAID,
        line.planned_fen,
        day_of(world.now),
        "PZ-1",
    )


def test_record_payment_refuses_a_day_to_come_and_no_voucher(session: Session, world: World) -> None:
    line = make_payment(world, P.REQUESTED)
    with pytest.raises(RuleBroken) as refused:
        pay(session, world, line, day=day_of(world.now) + DAY, voucher=" ")
    assert refused.value.codes == {"paid_on_future", "voucher_missing"}
    assert line.paid_on is None


def test_record_payment_refuses_a_day_before_the_contract(session: Session, world: World) -> None:
    line = make_payment(world, P.REQUESTED)
    first = day_of(line.contract.activated_at)
    with pytest.raises(RuleBroken) as refused:
        pay(session, world, line, day=first - DAY)
    assert refused.value.codes == {"paid_before_contract"}
    pay(session, world, line, day=first)


def test_record_payment_twice_leaves_the_first(session: Session, world: World) -> None:
    line = pay(session, world, make_payment(world, P.REQUESTED))
    with pytest.raises(StateMovedOn):
        pay(session, world, line, voucher="PZ-2")
    assert line.voucher_number == "PZ-1"


def test_record_payment_refuses_the_contractor(session: Session, world: World) -> None:
    with pytest.raises(NotPermitted):
        pay(session, world, make_payment(world, P.REQUESTED), role=Role.BIDDER)


def test_payment_is_owed_from_the_later_of_plan_and_milestone(session: Session, world: World) -> None:
    line = make_payment(world)
    assert queries.payable_on(line) is None
    make_milestone(world, M.MET, contract=line.contract, decided_at=start_of_day(line.planned_on - DAY))
    assert queries.payable_on(line) == line.planned_on
    line.milestone.decided_at = start_of_day(line.planned_on + 9 * DAY)
    assert queries.payable_on(line) == line.planned_on + 9 * DAY


def test_payment_light_turns_with_the_days(session: Session, world: World) -> None:
    contract = make_contract(world)
    line = contract.payments[0]
    make_milestone(world, M.MET, contract=contract, decided_at=start_of_day(line.planned_on - 5 * DAY))
    days = (-1, 0, 1, 30, 31)
    found = [queries.payment_light(contract.payments, start_of_day(line.planned_on + n * DAY)) for n in days]
    assert found == [
        PaymentLight.NONE,
        PaymentLight.GREEN,
        PaymentLight.AMBER,
        PaymentLight.AMBER,
        PaymentLight.RED,
    ]


@pytest.mark.parametrize(
    ("late", "light"), [(0, PaymentLight.GREEN), (1, PaymentLight.AMBER), (90, PaymentLight.AMBER)]
)
def test_payment_light_of_what_was_paid(
    session: Session, world: World, late: int, light: PaymentLight
) -> None:
    line = make_payment(world, P.PAID)
    line.paid_on = queries.payable_on(line) + late * DAY
    session.flush()
    assert queries.payment_light([line], start_of_day(line.paid_on)) is light
    assert queries.light_of_owner(session, line.owner_id, start_of_day(line.paid_on)) is light
