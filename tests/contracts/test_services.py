"""Contracts: copied from the bid, never softer than the demand, signed by both, ended with a notice."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor
from app.contracts import queries, services
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.awards import Award
from app.models.codes import BudgetSource, CostItem, Operator
from app.models.contracts import Contract, ContractEdition
from app.models.demands import DemandIndicator
from app.models.procedure_codes import EndReason, HoldReason, NoticeKind, Role
from app.models.records import Event
from app.models.states import AwardState, BidState, ContractState, DemandState, NoticeState
from app.workflow import move
from app.workflow.contracts import sums_balance
from app.workflow.holds import set_hold
from tests.factories import World, make_award, make_bid, make_contract, make_demand
from tests.moments import Clock

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def award(world: World) -> Award:
    made: Award = make_award(world, AwardState.ACTIVE)
    return made


@pytest.fixture
def owner(world: World) -> Actor:
    return world.actor(Role.DEMAND_OWNER)


@pytest.fixture
def bidder(world: World) -> Actor:
    return world.actor(Role.BIDDER)


@pytest.fixture
def draft(award: Award, owner: Actor, session: Session, world: World) -> Contract:
    return services.draft_contract(session, award, by=owner, now=world.now)


def sent(session: Session, draft: Contract, owner: Actor, world: World) -> Contract:
    move(session, draft, "send_for_signature", by=owner, now=world.now)
    return draft


def test_draft_copies_bid_and_award(draft: Contract, award: Award) -> None:
    assert draft.number == f"{award.demand.number}-C01"
    assert (draft.state, draft.amount_fen) == (ContractState.DRAFT, award.amount_fen)
    assert (draft.starts_on, draft.ends_on) == (date(2026, 3, 16), date(2027, 1, 16))
    assert draft.sign_due_on == date(2026, 4, 15)
    assert [(each.name, each.due_on, each.percent, each.rework_left) for each in draft.milestones] == [
        ("方案与原型", date(2026, 6, 16), 20_00, 2),
        ("试运行", date(2026, 10, 16), 30_00, 2),
        ("全院部署", date(2027, 1, 16), 50_00, 2),
    ]
    assert [line.amount_fen for line in draft.budget] == [1_800_000_00, 600_000_00, 400_000_00]
    assert [line.planned_fen for line in draft.payments] == [480_000_00, 720_000_00, 1_200_000_00]
    assert draft.leader_name == "柯北辰"


def test_draft_balances_when_the_award_is_lower_than_the_price(
    award: Award, owner: Actor, session: Session, world: World
) -> None:
    award.amount_fen = 2_345_670_12
    contract = services.draft_contract(session, award, by=owner, now=world.now)
    assert sum(line.amount_fen for line in contract.budget) == 2_345_670_12
    assert sums_balance(contract, world.now) == []


@pytest.mark.parametrize(
    ("operator", "demanded", "promise", "target"),
    [
        (Operator.GE, "95", "96.5", "96.5"),
        (Operator.GE, "95", "94", "95"),
        (Operator.LE, "60", "45", "45"),
        (Operator.LE, "60", "61", "60"),
        (Operator.EQ, "3", "5", "3"),
        (Operator.GE, "95", None, "95"),
        (Operator.GE, "95", "约九十六", "95"),
    ],
)
def test_promised_is_never_softer(
    operator: Operator, demanded: str, promise: str | None, target: str
) -> None:
    indicator = DemandIndicator(operator=operator, target=Decimal(demanded))
    assert services.promised(indicator, {"promised_value": promise}) == Decimal(target)


def test_draft_reads_the_bid_on_record(draft: Contract, award: Award, session: Session, world: World) -> None:
    events = session.scalars(select(Event).where(Event.thing_id == award.bid_id)).all()
    assert [(event.action, event.actor_id) for event in events] == [("read_bid", world.owner.id)]


def test_draft_refuses_a_second_contract(
    draft: Contract, award: Award, owner: Actor, session: Session, world: World
) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.draft_contract(session, award, by=owner, now=world.now)
    assert refused.value.codes == {"contract_exists"}


def test_draft_again_after_cancelled_talks(
    draft: Contract, award: Award, owner: Actor, session: Session, world: World
) -> None:
    move(session, draft, "cancel", by=world.actor(Role.ORGANIZER), now=world.now, reason="条款未谈成")
    again = services.draft_contract(session, award, by=owner, now=world.now)
    assert again.number == f"{award.demand.number}-C02"


@pytest.mark.parametrize("state", [AwardState.PENDING, AwardState.CANCELLED, AwardState.DECLINED])
def test_draft_refuses_without_award_in_force(
    world: World, session: Session, owner: Actor, state: AwardState
) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.draft_contract(session, make_award(world, state), by=owner, now=world.now)
    assert refused.value.codes == {"no_award"}


def test_draft_refuses_an_award_on_hold(award: Award, owner: Actor, session: Session, world: World) -> None:
    supervisor = world.actor(Role.SUPERVISOR)
    set_hold(session, award, HoldReason.INVESTIGATION, by=supervisor, now=world.now, note="核查")
    with pytest.raises(RuleBroken) as refused:
        services.draft_contract(session, award, by=owner, now=world.now)
    assert refused.value.codes == {"award_on_hold"}


@pytest.mark.parametrize("role", [Role.BIDDER, Role.ORGANIZER, Role.SUPERVISOR])
def test_draft_is_for_the_owner_alone(world: World, award: Award, session: Session, role: Role) -> None:
    with pytest.raises(NotPermitted):
        services.draft_contract(session, award, by=world.actor(role), now=world.now)


def rows(draft: Contract) -> dict[str, Any]:
    """The lists of a draft as the form gives them back."""
    return {
        "indicators": [
            {
                "demand_indicator_id": str(each.demand_indicator_id),
                "name": each.name,
                "operator": each.operator,
                "target": each.target,
                "target_high": each.target_high,
                "unit": each.unit,
                "condition": each.condition,
                "method": each.method,
                "is_hard": each.is_hard,
            }
            for each in draft.indicators
        ],
        "milestones": [
            {
                "name": each.name,
                "due_on": each.due_on,
                "percent": each.percent,
                "deliverable": each.deliverable,
                "check": each.check,
            }
            for each in draft.milestones
        ],
        "budget": [
            {
                "source": line.source,
                "item": line.item,
                "unit_name": line.unit_name,
                "year": line.year,
                "amount_fen": line.amount_fen,
                "note": line.note,
            }
            for line in draft.budget
        ],
    }


@pytest.mark.both_databases
def test_edit_plans_payments_anew(draft: Contract, owner: Actor, session: Session, world: World) -> None:
    values = rows(draft)
    values["milestones"][0]["percent"], values["milestones"][2]["percent"] = 50_00, 20_00
    values["budget"].append(
        {"source": BudgetSource.PROVINCE, "item": CostItem.STAFF, "year": 2026, "amount_fen": 100_000_00}
    )
    values["budget"][0]["amount_fen"] -= 100_000_00
    services.edit_contract(session, draft, values=values, by=owner, now=world.now)
    assert [(line.source, line.planned_fen) for line in draft.payments] == [
        (BudgetSource.OWNER, 1_150_000_00),
        (BudgetSource.PROVINCE, 50_000_00),
        (BudgetSource.OWNER, 690_000_00),
        (BudgetSource.PROVINCE, 30_000_00),
        (BudgetSource.OWNER, 460_000_00),
        (BudgetSource.PROVINCE, 20_000_00),
    ]
    assert sums_balance(draft, world.now) == []


def test_edit_keeps_the_link_to_the_demand_s_indicator_once(
    draft: Contract, award: Award, owner: Actor, session: Session, world: World
) -> None:
    values = rows(draft)
    values["indicators"].append(values["indicators"][0] | {"name": "另加一项"})
    services.edit_contract(session, draft, values=values, by=owner, now=world.now)
    assert [each.demand_indicator_id for each in draft.indicators] == [
        *(each.id for each in award.demand.indicators),
        None,
    ]


def test_send_refuses_a_softer_target(draft: Contract, owner: Actor, session: Session, world: World) -> None:
    values = rows(draft)
    values["indicators"][0]["target"] = Decimal("94.9")
    services.edit_contract(session, draft, values=values, by=owner, now=world.now)
    with pytest.raises(RuleBroken) as refused:
        sent(session, draft, owner, world)
    assert refused.value.codes == {"target_softer"}


def test_send_refuses_a_target_left_out(
    draft: Contract, owner: Actor, session: Session, world: World
) -> None:
    values = rows(draft)
    del values["indicators"][1]
    services.edit_contract(session, draft, values=values, by=owner, now=world.now)
    with pytest.raises(RuleBroken) as refused:
        sent(session, draft, owner, world)
    assert refused.value.codes == {"target_left_out"}


def test_send_refuses_sums_that_do_not_come_out(
    draft: Contract, owner: Actor, session: Session, world: World
) -> None:
    values = rows(draft)
    values["milestones"][0]["percent"] += 1
    services.edit_contract(session, draft, values=values, by=owner, now=world.now)
    with pytest.raises(RuleBroken) as refused:
        sent(session, draft, owner, world)
    assert refused.value.codes == {"percent_sum", "payment_sum"}


def test_edit_refuses_a_milestone_after_the_end(
    draft: Contract, owner: Actor, session: Session, world: World
) -> None:
    values = rows(draft)
    values["milestones"][1]["due_on"] = draft.ends_on + timedelta(days=1)
    with pytest.raises(RuleBroken) as refused:
        services.edit_contract(session, draft, values=values, by=owner, now=world.now)
    assert [refusal.field for refusal in refused.value.refusals] == ["milestones.1.due_on"]


def test_edit_refuses_what_was_sent(draft: Contract, owner: Actor, session: Session, world: World) -> None:
    sent(session, draft, owner, world)
    with pytest.raises(StateMovedOn):
        services.edit_contract(session, draft, values={"title": "改"}, by=owner, now=world.now)


@pytest.mark.both_databases
def test_sign_by_both_puts_in_force_and_completes_the_demand(
    draft: Contract, award: Award, owner: Actor, bidder: Actor, session: Session, world: World
) -> None:
    contract = sent(session, draft, owner, world)
    first = services.sign_contract(session, contract, by=bidder, now=world.now)
    assert (contract.state, award.demand.state) == (ContractState.IN_SIGNATURE, DemandState.AWARDED)
    second = services.sign_contract(session, contract, by=owner, now=world.now)
    edition = session.scalars(select(ContractEdition)).one()
    assert (contract.state, award.demand.state) == (ContractState.ACTIVE, DemandState.COMPLETED)
    assert first.digest == second.digest == edition.digest == services.fingerprint(contract)
    assert edition.content["milestones"][0]["name"] == "方案与原型"


def test_sign_of_one_lane_leaves_the_demand_for_the_other(
    world: World, session: Session, owner: Actor
) -> None:
    demand = make_demand(world, DemandState.AWARDED, lanes=2)
    awards = [
        make_award(world, AwardState.ACTIVE, bid=make_bid(world, BidState.AWARDED, demand=demand), slot=slot)
        for slot in (1, 2)
    ]
    for award, state in zip(awards, (DemandState.AWARDED, DemandState.COMPLETED), strict=True):
        contract = sent(
            session, services.draft_contract(session, award, by=owner, now=world.now), owner, world
        )
        services.sign_contract(session, contract, by=owner, now=world.now)
        lead = world.actor_of(award.bid.author, award.bid.lead)
        services.sign_contract(session, contract, by=lead, now=world.now)
        assert demand.state is state


def test_sign_twice_for_one_unit_is_refused(
    draft: Contract, owner: Actor, session: Session, world: World
) -> None:
    contract = sent(session, draft, owner, world)
    services.sign_contract(session, contract, by=owner, now=world.now)
    with pytest.raises(StateMovedOn):
        services.sign_contract(session, contract, by=owner, now=world.now)


def test_sign_refuses_a_stranger(draft: Contract, owner: Actor, session: Session, world: World) -> None:
    contract = sent(session, draft, owner, world)
    with pytest.raises(NotPermitted):
        services.sign_contract(session, contract, by=world.actor_of(world.third_bidder), now=world.now)


def test_sign_refuses_while_the_award_is_on_hold(
    draft: Contract, award: Award, owner: Actor, session: Session, world: World
) -> None:
    contract = sent(session, draft, owner, world)
    supervisor = world.actor(Role.SUPERVISOR)
    set_hold(session, award, HoldReason.OBJECTION, by=supervisor, now=world.now, note="复核")
    with pytest.raises(RuleBroken) as refused:
        services.sign_contract(session, contract, by=owner, now=world.now)
    assert refused.value.codes == {"award_on_hold"}


def test_take_back_refuses_after_a_signature(
    draft: Contract, owner: Actor, session: Session, world: World
) -> None:
    contract = sent(session, draft, owner, world)
    services.sign_contract(session, contract, by=owner, now=world.now)
    with pytest.raises(RuleBroken) as refused:
        move(session, contract, "take_back", by=owner, now=world.now, reason="改条款")
    assert refused.value.codes == {"signed_already"}


def test_end_early_takes_reason_notice_and_its_end(world: World, session: Session, clock: Clock) -> None:
    contract = make_contract(world, ContractState.ACTIVE)
    organizer = world.actor(Role.ORGANIZER)
    with pytest.raises(RuleBroken) as refused:
        services.publish_termination(session, contract, by=organizer, now=world.now)
    assert refused.value.codes == {"end_reason_missing"}
    services.set_end(
        session, contract, end_reason=EndReason.FRAUD, clawback_fen=0, by=organizer, now=world.now
    )
    notice = services.publish_termination(session, contract, by=organizer, now=world.now)
    assert (notice.kind, notice.annex[0]["end_reason"]) == (NoticeKind.TERMINATION, "fraud")
    with pytest.raises(RuleBroken) as early:
        move(session, contract, "revoke", by=organizer, now=world.now, reason="材料造假")
    assert early.value.codes == {"notice_missing"}
    assert notice.ends_at is not None
    clock.set(notice.ends_at)
    move(session, contract, "revoke", by=organizer, now=world.now, reason="材料造假")
    assert (contract.state, notice.state) == (ContractState.REVOKED, NoticeState.IN_FORCE)


def test_set_end_refuses_more_than_was_paid(world: World, session: Session) -> None:
    contract = make_contract(world, ContractState.ACTIVE)
    paid = sum(line.paid_fen or 0 for line in contract.payments)
    with pytest.raises(RuleBroken) as refused:
        services.set_end(
            session,
            contract,
            end_reason=EndReason.FRAUD,
            clawback_fen=paid + 1,
            by=world.actor(Role.ORGANIZER),
            now=world.now,
        )
    assert refused.value.codes == {"clawback_range"}


def test_set_end_waits_for_a_running_notice(world: World, session: Session) -> None:
    contract = make_contract(world, ContractState.ACTIVE)
    organizer = world.actor(Role.ORGANIZER)
    values: dict[str, Any] = {"end_reason": EndReason.DISTRESS, "clawback_fen": 0}
    services.set_end(session, contract, by=organizer, now=world.now, **values)
    services.publish_termination(session, contract, by=organizer, now=world.now)
    with pytest.raises(RuleBroken) as refused:
        services.set_end(session, contract, by=organizer, now=world.now, **values)
    assert refused.value.codes == {"notice_running"}


@pytest.mark.parametrize(
    ("name", "is_visible"),
    [
        ("owner", True),
        ("bidder", True),
        ("organizer", True),
        ("supervisor", True),
        ("finance", True),
        ("other_owner", False),
        ("other_bidder", False),
        ("other_organizer", False),
        ("operator", False),
        ("recommender", False),
    ],
)
def test_visible_to_parties_and_offices(world: World, session: Session, name: str, is_visible: bool) -> None:
    contract = make_contract(world, ContractState.ACTIVE)
    seen = list(session.scalars(queries.visible_to(world.actor_of(world.people[name]))))
    assert seen == ([contract] if is_visible else [])


def test_indicator_rows_show_softening(
    draft: Contract, award: Award, owner: Actor, session: Session, world: World
) -> None:
    draft.indicators[0].target = Decimal("90")
    draft.indicators[1].target = Decimal("45")
    del draft.indicators[2]
    content: dict[str, Any] = {"responses": [], "milestones": []}
    assert [row.verdict for row in queries.indicator_rows(draft, content)] == ["softer", "harder", "left_out"]
