"""Changing a draft: texts, days, milestones, budget and targets. What cannot be signed is refused on sending."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.contracts.services.drafting import plan_payments
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.contracts import BudgetLine, Contract, ContractIndicator, Milestone
from app.models.states import ContractState
from app.workflow import record

TEXTS = (
    "title",
    "objectives",
    "leader_name",
    "ip_clause",
    "data_clause",
    "breach_clause",
    "promotion_duty",
    "has_task_book",
    "starts_on",
    "ends_on",
)
INDICATOR = ("name", "operator", "target", "target_high", "unit", "condition", "method", "is_hard")
MILESTONE = ("name", "due_on", "deliverable", "check", "percent")
BUDGET = ("source", "item", "unit_name", "year", "amount_fen", "note")
MEMBER = ("name", "uscc", "role", "tasks", "percent", "ip_share")


def edit_contract(
    session: Session, contract: Contract, *, values: Mapping[str, Any], by: Actor, now: datetime
) -> None:
    """Change a draft. `values`: columns, and whole lists of rows (indicators, milestones, budget, members).

    The amount is the award's and stays. Payments are planned anew from budget and milestones."""
    if not can(by, Permission.CONTRACT_DRAFT, contract):
        raise NotPermitted()
    if contract.state is not ContractState.DRAFT:
        raise StateMovedOn()
    if contract.is_held:
        raise RuleBroken(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted.")))
    refusals = _refusals(contract, values)
    if refusals:
        raise RuleBroken(refusals)
    for name in TEXTS:
        if name in values:
            setattr(contract, name, values[name])
    contract.original_ends_on = contract.ends_on
    if "members" in values:
        contract.members = [{key: row.get(key) for key in MEMBER} for row in values["members"]]
    _write_rows(session, contract, values)
    record(session, contract, "edit", by=by, now=now)


def _refusals(contract: Contract, values: Mapping[str, Any]) -> list[Refusal]:
    starts_on = values.get("starts_on", contract.starts_on)
    ends_on = values.get("ends_on", contract.ends_on)
    if not isinstance(starts_on, date) or not isinstance(ends_on, date) or ends_on <= starts_on:
        return [Refusal("period", _l("The contract must end after it starts."), "ends_on")]
    found = [
        Refusal(
            "milestone_outside",
            _l("The milestone must be due between the contract's first and last day."),
            f"milestones.{index}.due_on",
        )
        for index, row in enumerate(values.get("milestones", ()))
        if not starts_on <= row["due_on"] <= ends_on
    ]
    if "milestones" in values and not values["milestones"]:
        found.append(Refusal("milestone_missing", _l("A contract has at least one milestone."), "milestones"))
    return found


def _write_rows(session: Session, contract: Contract, values: Mapping[str, Any]) -> None:
    """Lists are written anew: the former rows go first, because positions are unique."""
    contract.payments.clear()
    session.flush()
    names = [name for name in ("indicators", "milestones", "budget") if name in values]
    for name in names:
        getattr(contract, name).clear()
    session.flush()
    if "indicators" in values:
        contract.indicators.extend(_indicators(contract, values["indicators"]))
    if "milestones" in values:
        rework = contract.award.demand.round.rework_max
        contract.milestones.extend(
            Milestone(position=position, rework_left=rework, **_only(MILESTONE, row))
            for position, row in enumerate(values["milestones"], start=1)
        )
    if "budget" in values:
        contract.budget.extend(
            BudgetLine(position=position, **_only(BUDGET, row))
            for position, row in enumerate(values["budget"], start=1)
        )
    session.flush()
    plan_payments(session, contract)


def _indicators(contract: Contract, rows: list[Mapping[str, Any]]) -> list[ContractIndicator]:
    """The rows as indicators; each of the demand's is answered by one row at most."""
    left = {str(each.id): each.id for each in contract.award.demand.indicators}
    return [
        ContractIndicator(
            position=position,
            demand_indicator_id=left.pop(str(row.get("demand_indicator_id") or ""), None),
            **_only(INDICATOR, row),
        )
        for position, row in enumerate(rows, start=1)
    ]


def _only(names: tuple[str, ...], row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}
