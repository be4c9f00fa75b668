"""Drafting a contract: everything is copied from the bid that won, and no target becomes softer than the demand's."""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.bids import content as bids
from app.contracts.services.plan import payments, scaled
from app.core.clock import add_months, day_of
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.core.numbers import contract_number, parse
from app.models.awards import Award
from app.models.codes import BudgetSource, CostItem, Operator
from app.models.contracts import BudgetLine, Contract, ContractIndicator, Milestone, PaymentLine
from app.models.demands import Demand, DemandIndicator
from app.models.states import AwardState, ContractState
from app.workflow import record

MEMBER_KEYS = ("name", "uscc", "role", "tasks", "percent", "ip_share")


def draft_contract(session: Session, award: Award, *, by: Actor, now: datetime) -> Contract:
    """The contract of an award in force, copied from the bid. The demand owner drafts it; one per award at a time."""
    session.flush()
    session.refresh(award, with_for_update=True)
    if not can(by, Permission.CONTRACT_DRAFT, award):
        raise NotPermitted()
    _check_award(session, award)
    demand, bid = award.demand, bids.read(session, award.bid, by=by, now=now)
    today = day_of(now)
    months = bid["duration_months"] or demand.deadline_months
    contract = Contract(
        award=award,
        number=contract_number(demand.number or "", _next_serial(session, demand)),
        title=demand.title,
        amount_fen=award.amount_fen,
        fiscal_fen=award.fiscal_fen,
        starts_on=today,
        ends_on=add_months(today, months),
        original_ends_on=add_months(today, months),
        objectives=demand.goal,
        leader_name=bid["leader"]["name"][:80],
        members=[{key: row[key] for key in MEMBER_KEYS} for row in bid["members"]],
        ip_clause=_joined(demand.ip_clause, bid["ip"]["foreground"]),
        data_clause=_joined(demand.safety_note, bid["safety"]),
        breach_clause="",
        promotion_duty=_joined(demand.replicability_note, bid["promotion"]["plan"]),
        has_task_book=award.fiscal_fen > 0,
        state=ContractState.DRAFT,
        sign_due_on=day_of(award.activated_at or now) + timedelta(days=demand.round.contract_sign_days),
        created_at=now,
    )
    contract.indicators = _indicators(demand, bid)
    contract.milestones = _milestones(demand, bid, contract)
    contract.budget = _budget(bid, award.amount_fen, today.year)
    session.add(contract)
    session.flush()
    plan_payments(session, contract)
    session.expire(award, ["contracts"])
    record(session, contract, "draft", by=by, now=now, data={"bid": award.bid.number or ""})
    return contract


def plan_payments(session: Session, contract: Contract) -> None:
    """Write the payment lines anew from budget and milestones. Only drafts: nothing was asked for or paid yet."""
    contract.payments.clear()
    session.flush()
    budget = [(line.source, line.amount_fen) for line in contract.budget]
    planned = payments(budget, [each.percent for each in contract.milestones])
    contract.payments.extend(
        PaymentLine(
            milestone_id=contract.milestones[line.milestone].id,
            position=position,
            source=line.source,
            planned_fen=line.amount_fen,
            planned_on=contract.milestones[line.milestone].due_on,
        )
        for position, line in enumerate(planned, start=1)
    )
    session.flush()


def promised(demanded: DemandIndicator, response: dict[str, Any] | None) -> Decimal | None:
    """The target for the contract: the bid's promise where it is harder than the demand's, else the demand's own."""
    given = _decimal(response["promised_value"]) if response else None
    if given is None or demanded.target is None:
        return demanded.target
    if demanded.operator is Operator.GE:
        return max(given, demanded.target)
    if demanded.operator is Operator.LE:
        return min(given, demanded.target)
    return demanded.target


def _check_award(session: Session, award: Award) -> None:
    if award.state is not AwardState.ACTIVE:
        raise RuleBroken(Refusal("no_award", _l("There is no award in force.")))
    if award.is_held:
        raise RuleBroken(
            Refusal(
                "award_on_hold", _l("The award is on hold: nothing follows from it until the hold is lifted.")
            )
        )
    session.expire(award, ["contracts"])
    if any(each.state is not ContractState.CANCELLED for each in award.contracts):
        raise RuleBroken(Refusal("contract_exists", _l("This award has a contract already.")))


def _next_serial(session: Session, demand: Demand) -> int:
    numbers = session.scalars(select(Contract.number).join(Award).where(Award.demand_id == demand.id))
    found = [parse(number) for number in numbers]
    return 1 + max((each.serial for each in found if each), default=0)


def _indicators(demand: Demand, bid: dict[str, Any]) -> list[ContractIndicator]:
    responses = {row["indicator_id"]: row for row in bid["responses"]}
    return [
        ContractIndicator(
            demand_indicator_id=each.id,
            position=position,
            name=each.name,
            operator=each.operator,
            target=promised(each, responses.get(str(each.id))),
            target_high=each.target_high,
            unit=each.unit,
            condition=each.condition,
            method=each.method,
            is_hard=each.is_hard,
        )
        for position, each in enumerate(demand.indicators, start=1)
    ]


def _milestones(demand: Demand, bid: dict[str, Any], contract: Contract) -> list[Milestone]:
    return [
        Milestone(
            position=position,
            name=row["name"][:120],
            due_on=min(add_months(contract.starts_on, row["end_month"] or 0), contract.ends_on),
            deliverable=row["deliverable"],
            check=row["check"],
            percent=row["pay_percent"] or 0,
            rework_left=demand.round.rework_max,
        )
        for position, row in enumerate(bid["milestones"], start=1)
    ]


def _budget(bid: dict[str, Any], amount_fen: int, year: int) -> list[BudgetLine]:
    rows = [row for row in bid["budget"] if row["source"] and row["item"] and row["amount_fen"]]
    amounts = scaled([row["amount_fen"] for row in rows], amount_fen)
    return [
        BudgetLine(
            position=position,
            source=_code(BudgetSource, row["source"]),
            item=_code(CostItem, row["item"]),
            unit_name=(row["unit"] or "")[:120],
            year=row["year"] or year,
            amount_fen=amount,
            note=row["basis"] or "",
        )
        for position, (row, amount) in enumerate(zip(rows, amounts, strict=True), start=1)
    ]


def _code(codes: type[Any], value: str) -> Any:
    return codes(value)


def _decimal(text: Any) -> Decimal | None:
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _joined(*texts: str | None) -> str:
    return "\n".join(text.strip() for text in texts if text and text.strip())
