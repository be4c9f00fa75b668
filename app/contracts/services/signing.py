"""Signing: both parties put their name under one text; then it is in force, and the demand may be complete."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.digests import canonical_json, digest
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.awards import Award
from app.models.contracts import Contract, ContractEdition, ContractSignature
from app.models.demands import Demand
from app.models.states import ContractState, DemandState
from app.workflow import demand_rules, move, record
from app.workflow.contracts import award_is_active

COLUMNS = (
    "number",
    "edition",
    "title",
    "amount_fen",
    "fiscal_fen",
    "starts_on",
    "ends_on",
    "objectives",
    "leader_name",
    "members",
    "ip_clause",
    "data_clause",
    "breach_clause",
    "promotion_duty",
    "has_task_book",
)
INDICATOR = (
    "position",
    "name",
    "operator",
    "target",
    "target_high",
    "unit",
    "condition",
    "method",
    "is_hard",
)
MILESTONE = ("position", "name", "due_on", "deliverable", "check", "percent")
BUDGET = ("position", "source", "item", "unit_name", "year", "amount_fen", "note")
PAYMENT = ("position", "source", "planned_fen", "planned_on")


def content(contract: Contract) -> dict[str, Any]:
    """The whole text of the contract as it is signed: what the digest of every signature covers."""
    award = contract.award
    return {
        **{name: getattr(contract, name) for name in COLUMNS},
        "demand": award.demand.number,
        "bid": award.bid.number,
        "owner": {"name": award.demand.owner.name, "uscc": award.demand.owner.uscc},
        "lead": {"name": award.bid.lead.name, "uscc": award.bid.lead.uscc},
        "indicators": [_row(INDICATOR, each) for each in contract.indicators],
        "milestones": [_row(MILESTONE, each) for each in contract.milestones],
        "budget": [_row(BUDGET, each) for each in contract.budget],
        "payments": [_row(PAYMENT, each) for each in contract.payments],
    }


def write_edition(
    session: Session, contract: Contract, *, now: datetime, reason: str = ""
) -> ContractEdition:
    """Keep the present text as the contract's present edition. It is never changed."""
    text = content(contract)
    edition = ContractEdition(
        contract_id=contract.id,
        number=contract.edition,
        content=json.loads(canonical_json(text)),
        digest=digest(text),
        reason=reason,
        at=now,
    )
    session.add(edition)
    session.flush()
    return edition


def sign_contract(
    session: Session, contract: Contract, *, by: Actor, now: datetime, attachment_id: UUID | None = None
) -> ContractSignature:
    """Sign for one's organisation, in the system or with an uploaded scan. The last signature puts it in force."""
    session.flush()
    session.refresh(contract, with_for_update=True)
    if by.user_id is None or by.organisation_id is None or not can(by, Permission.CONTRACT_SIGN, contract):
        raise NotPermitted()
    if contract.state is not ContractState.IN_SIGNATURE:
        raise StateMovedOn()
    problem = award_is_active(contract, now)
    if contract.is_held:
        problem = Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted."))
    if problem:
        raise RuleBroken(problem)
    covered = fingerprint(contract)
    _check_signatures(contract, by.organisation_id, covered)
    signature = ContractSignature(
        edition=contract.edition,
        organisation_id=by.organisation_id,
        user_id=by.user_id,
        digest=covered,
        attachment_id=attachment_id,
        at=now,
    )
    contract.signatures.append(signature)
    session.flush()
    data = {"digest": covered, "edition": contract.edition, "has_scan": attachment_id is not None}
    record(session, contract, "sign", by=by, now=now, data=data)
    if {contract.owner_id, contract.lead_id} <= _signed(contract):
        write_edition(session, contract, now=now)
        move(session, contract, "activate", by=by.as_system(), now=now)
    return signature


def fingerprint(contract: Contract) -> str:
    """The digest of the present text, as a signature covers it."""
    return digest(content(contract))


def has_signed(contract: Contract, organisation_id: UUID | None) -> bool:
    """Whether the organisation has signed the present text."""
    return organisation_id in _signed(contract)


def _signed(contract: Contract) -> set[UUID]:
    return {each.organisation_id for each in contract.signatures if each.edition == contract.edition}


def _check_signatures(contract: Contract, organisation_id: UUID, covered: str) -> None:
    if organisation_id in _signed(contract):
        raise StateMovedOn(_l("Your organization has signed this text already."))
    present = [each for each in contract.signatures if each.edition == contract.edition]
    if any(each.digest != covered for each in present):
        wording = _l("The text is not the one that the other party signed.")
        raise RuleBroken(Refusal("text_changed", wording))


def complete_demand(session: Session, demand: Demand, *, by: Actor, now: datetime) -> bool:
    """Complete the demand once every award in force has a signed contract. Whether it was done now."""
    session.flush()
    session.refresh(demand, with_for_update=True)
    session.expire(demand, ["awards"])
    for award in session.scalars(select(Award).where(Award.demand_id == demand.id)):
        session.expire(award, ["contracts"])
    if demand.state is not DemandState.AWARDED or demand.is_held:
        return False
    if demand_rules.every_award_is_contracted(demand, now):
        return False
    move(session, demand, "complete", by=by.as_system(), now=now)
    return True


def _row(names: tuple[str, ...], thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}
