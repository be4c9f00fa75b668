"""Contract changes: filed, consented to, decided, applied at once, with a new edition."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import add_months
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.core.uscc import fictional
from app.milestones import services
from app.milestones.services.changes import CHECKS
from app.models.codes import BudgetSource
from app.models.contracts import Contract, ContractEdition
from app.models.procedure_codes import ChangeKind as K
from app.models.procedure_codes import Role
from app.models.states import ChangeState, MilestoneState
from tests.factories import World, make_change, make_contract, make_milestone

DAY = timedelta(days=1)


def file(session: Session, world: World, contract: Contract, kind: K, payload: dict[str, Any], **more: Any):
    values = {"reason": "设备到货推迟。", "by": world.actor(Role.BIDDER), "now": world.now} | more
    return services.file_change(session, contract, kind=kind, payload=payload, **values)


def approve(session: Session, world: World, change) -> None:
    services.consent(session, change, by=world.actor(Role.DEMAND_OWNER), now=world.now)
    services.approve_change(session, change, by=world.actor(Role.ORGANIZER), now=world.now)


def extension(day: date) -> dict[str, Any]:
    return {"ends_on": day.isoformat()}


def targets(contract: Contract, **new: str) -> dict[str, Any]:
    """The targets as they stand, less what is given by the indicator's place (`t0="96"`)."""
    rows = services.standing(contract, K.INDICATORS)["targets"]
    for index, row in enumerate(rows):
        row["target"] = new.get(f"t{index}", row["target"])
    return {"targets": rows}


def refused_codes(
    session: Session, world: World, contract: Contract, kind: K, payload: dict[str, Any]
) -> set[str]:
    with pytest.raises(RuleBroken) as refused:
        file(session, world, contract, kind, payload)
    return refused.value.codes


def test_approve_extension_moves_what_is_still_to_come(session: Session, world: World) -> None:
    contract = make_contract(world)
    make_milestone(world, MilestoneState.MET, contract=contract)
    due = [each.due_on for each in contract.milestones]
    planned = [each.planned_on for each in contract.payments]
    end = contract.ends_on
    change = file(session, world, contract, K.EXTENSION, extension(end + 60 * DAY))
    approve(session, world, change)
    assert contract.ends_on == end + 60 * DAY
    assert contract.original_ends_on == end
    assert contract.has_been_extended
    assert [each.due_on for each in contract.milestones] == [due[0], due[1] + 60 * DAY, due[2] + 60 * DAY]
    assert [each.planned_on for each in contract.payments] == [
        planned[0],
        planned[1] + 60 * DAY,
        planned[2] + 60 * DAY,
    ]
    edition = session.scalar(select(ContractEdition).where(ContractEdition.number == 2))
    assert (contract.edition, edition.reason, edition.content["ends_on"]) == (
        2,
        "设备到货推迟。",
        (end + 60 * DAY).isoformat(),
    )


def test_file_extension_stops_at_the_rounds_limit_to_the_day(session: Session, world: World) -> None:
    contract = make_contract(world)
    last = add_months(contract.original_ends_on, contract.demand.round.extension_max_months)
    assert services.latest_end(contract) == last
    assert refused_codes(session, world, contract, K.EXTENSION, extension(last + DAY)) == {
        "extension_too_long"
    }
    assert refused_codes(session, world, contract, K.EXTENSION, extension(contract.ends_on)) == {"not_later"}
    file(session, world, contract, K.EXTENSION, extension(last))


def test_file_extension_once(session: Session, world: World) -> None:
    contract = make_contract(world)
    end = contract.ends_on
    change = file(session, world, contract, K.EXTENSION, extension(end + DAY))
    assert refused_codes(session, world, contract, K.EXTENSION, extension(end + DAY)) == {"change_pending"}
    approve(session, world, change)
    assert refused_codes(session, world, contract, K.EXTENSION, extension(end + 9 * DAY)) == {
        "extended_before"
    }


def test_approve_needs_the_owners_consent(session: Session, world: World) -> None:
    change = make_change(world)
    with pytest.raises(RuleBroken) as refused:
        services.approve_change(session, change, by=world.actor(Role.ORGANIZER), now=world.now)
    assert refused.value.codes == {"no_consent"}


def test_consent_is_the_owners_and_given_once(session: Session, world: World) -> None:
    change = make_change(world)
    with pytest.raises(NotPermitted):
        services.consent(session, change, by=world.actor(Role.BIDDER), now=world.now)
    services.consent(session, change, by=world.actor(Role.DEMAND_OWNER), now=world.now)
    with pytest.raises(StateMovedOn):
        services.consent(session, change, by=world.actor(Role.DEMAND_OWNER), now=world.now)


def test_approve_checks_again_what_was_checked_at_filing(session: Session, world: World) -> None:
    contract = make_contract(world)
    change = file(session, world, contract, K.EXTENSION, extension(contract.ends_on + DAY))
    contract.ends_on += 2 * DAY
    services.consent(session, change, by=world.actor(Role.DEMAND_OWNER), now=world.now)
    with pytest.raises(RuleBroken) as refused:
        services.approve_change(session, change, by=world.actor(Role.ORGANIZER), now=world.now)
    assert refused.value.codes == {"not_later"}


def test_file_indicators_up_but_never_below_the_demand(session: Session, world: World) -> None:
    contract = make_contract(world)
    own = contract.indicators[0].target
    softer, harder = str(own - Decimal("0.1")), str(own + Decimal("0.1"))
    assert refused_codes(session, world, contract, K.INDICATORS, targets(contract, t0=softer)) == {
        "target_softer"
    }
    assert refused_codes(session, world, contract, K.INDICATORS, targets(contract)) == {"nothing_changed"}
    change = file(session, world, contract, K.INDICATORS, targets(contract, t0=harder))
    approve(session, world, change)
    assert contract.indicators[0].target == own + Decimal("0.1")


def test_file_indicators_down_to_the_demand_after_a_rise(session: Session, world: World) -> None:
    contract = make_contract(world)
    own = contract.indicators[0].target
    contract.indicators[0].target = own + 2
    session.flush()
    file(session, world, contract, K.INDICATORS, targets(contract, t0=str(own)))


def test_file_refuses_a_contract_on_hold_and_without_reason(session: Session, world: World) -> None:
    contract = make_contract(world)
    contract.hold_reason, contract.hold_since_at = "other", world.now
    session.flush()
    with pytest.raises(RuleBroken) as refused:
        file(session, world, contract, K.NAME, {"title": "新名称"}, reason=" ")
    assert refused.value.codes == {"contract_on_hold", "reason_missing"}


def test_approve_name_leader_route_and_members(session: Session, world: World) -> None:
    contract = make_contract(world)
    members = [{"name": "鄂州云算有限公司", "uscc": fictional("420700", "91", 77), "tasks": "算力保障"}]
    for kind, payload in (
        (K.NAME, {"title": "病理切片智能诊断系统（二期）"}),
        (K.LEADER, {"leader_name": "柯南山"}),
        (K.ROUTE, {"objectives": "改用蒸馏后的小模型。"}),
        (K.MEMBER, {"members": members}),
    ):
        approve(session, world, file(session, world, contract, kind, payload))
    assert (
        contract.title,
        contract.leader_name,
        contract.objectives,
        contract.members,
        contract.edition,
    ) == (
        "病理切片智能诊断系统（二期）",
        "柯南山",
        "改用蒸馏后的小模型。",
        members,
        5,
    )


def test_file_member_refuses_a_wrong_code_and_a_unit_named_twice(session: Session, world: World) -> None:
    contract = make_contract(world)
    one = {"name": "甲", "uscc": fictional("420700", "91", 78), "tasks": ""}
    wrong = {"name": "乙", "uscc": "91420700000000000X", "tasks": ""}
    found = refused_codes(session, world, contract, K.MEMBER, {"members": [one, one, wrong]})
    assert found == {"member_twice", "uscc_wrong"}


def test_approve_budget_moves_money_within_a_source(session: Session, world: World) -> None:
    contract = make_contract(world)
    first, own = contract.budget
    first.source = own.source = BudgetSource.OWNER
    session.flush()
    lines = [
        {"line_id": str(first.id), "amount_fen": first.amount_fen - 100_00},
        {"line_id": str(own.id), "amount_fen": own.amount_fen + 100_00},
    ]
    total = contract.amount_fen
    approve(session, world, file(session, world, contract, K.BUDGET, {"lines": lines}))
    assert [each.amount_fen for each in contract.budget] == [row["amount_fen"] for row in lines]
    assert sum(each.amount_fen for each in contract.budget) == total


def test_refuse_leaves_the_contract_as_it_was(session: Session, world: World) -> None:
    from app.workflow import move

    change = make_change(world)
    end = change.contract.ends_on
    move(session, change, "refuse", by=world.actor(Role.ORGANIZER), now=world.now, reason="理由不充分。")
    assert (change.state, change.contract.ends_on, change.contract.edition) == (ChangeState.REFUSED, end, 1)


amounts = st.integers(min_value=0, max_value=10**12)
sources = st.sampled_from(list(BudgetSource))


@st.composite
def transfers(draw: st.DrawFn) -> tuple[Any, list[int]]:
    """A budget, and the amounts after money was moved between two of its lines."""
    rows = draw(st.lists(st.tuples(sources, amounts), min_size=2, max_size=8))
    lines = [SimpleNamespace(id=uuid4(), source=source, amount_fen=amount) for source, amount in rows]
    giver, taker = draw(st.permutations(range(len(lines))))[:2]
    given_fen = draw(st.integers(0, lines[giver].amount_fen))
    after = [each.amount_fen for each in lines]
    after[giver] -= given_fen
    after[taker] += given_fen
    return SimpleNamespace(budget=lines), after


def payload_of(contract: Any, after: list[int]) -> dict[str, Any]:
    return {
        "lines": [
            {"line_id": str(line.id), "amount_fen": amount}
            for line, amount in zip(contract.budget, after, strict=True)
        ]
    }


@given(transfers())
def test_budget_check_accepts_exactly_what_keeps_the_sum_of_each_source(case: tuple[Any, list[int]]) -> None:
    contract, after = case
    before = [each.amount_fen for each in contract.budget]
    sums = {
        source: sum(
            new - line.amount_fen
            for line, new in zip(contract.budget, after, strict=True)
            if line.source is source
        )
        for source in BudgetSource
    }
    codes = {each.code for each in CHECKS[K.BUDGET](contract, payload_of(contract, after))}
    if after == before:
        assert codes == {"nothing_changed"}
    else:
        assert codes == (set() if not any(sums.values()) else {"budget_sum"})


@given(transfers(), st.integers(1, 10**9))
def test_budget_check_refuses_a_line_that_was_made_up_or_negative(
    case: tuple[Any, list[int]], extra: int
) -> None:
    contract, after = case
    payload = payload_of(contract, after)
    payload["lines"][0]["amount_fen"] = -extra
    assert {each.code for each in CHECKS[K.BUDGET](contract, payload)} == {"lines_incomplete"}
    payload["lines"][0] = {"line_id": str(UUID(int=extra)), "amount_fen": 0}
    assert {each.code for each in CHECKS[K.BUDGET](contract, payload)} == {"lines_incomplete"}
