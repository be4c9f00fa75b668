"""Who may read a contract: its two parties, the organiser, supervision and finance; and what differs from the bid."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import Actor
from app.models.awards import Award
from app.models.bids import Bid
from app.models.codes import Operator
from app.models.contracts import Contract, ContractIndicator
from app.models.demands import Demand, DemandIndicator
from app.models.procedure_codes import Role
from app.models.rounds import Round
from app.models.states import AwardState, ContractState
from app.workflow.contracts import is_softer, own_money

SIGNED = (ContractState.ACTIVE, ContractState.CLOSED, ContractState.TERMINATED, ContractState.REVOKED)


def visible_to(actor: Actor) -> Select[Contract]:
    """Contracts of one's own unit as owner or lead, of one's rounds, and all for supervision and finance."""
    query = select(Contract)
    if actor.has(Role.SUPERVISOR) or actor.has(Role.FINANCE):
        return query
    parts = []
    of = select(Award.id).join(Demand, Demand.id == Award.demand_id)
    if actor.has(Role.DEMAND_OWNER):
        parts.append(of.where(Demand.owner_id == actor.organisation_id))
    if actor.has(Role.BIDDER):
        parts.append(select(Award.id).join(Bid).where(Bid.lead_id == actor.organisation_id))
    if actor.has(Role.ORGANIZER):
        parts.append(
            of.join(Round, Round.id == Demand.round_id).where(Round.organiser_id == actor.organisation_id)
        )
    if actor.organisation_id is None or not parts:
        return query.where(false())
    return query.where(or_(*(Contract.award_id.in_(part) for part in parts)))


def listing(actor: Actor, *, state: ContractState | None = None, q: str | None = None) -> Select[Contract]:
    """One's contracts, newest first. `q` searches title and number."""
    query = visible_to(actor).options(
        joinedload(Contract.award).joinedload(Award.demand).joinedload(Demand.owner),
        joinedload(Contract.award).joinedload(Award.bid).joinedload(Bid.lead),
    )
    if state is not None:
        query = query.where(Contract.state == state)
    if q:
        query = query.where(
            or_(Contract.title.icontains(q, autoescape=True), Contract.number.icontains(q, autoescape=True))
        )
    return query.order_by(Contract.created_at.desc(), Contract.id)


def awards_to_contract(session: Session, actor: Actor) -> list[Award]:
    """Awards in force on our demands that have no contract yet, the oldest first."""
    if not actor.has(Role.DEMAND_OWNER) or actor.organisation_id is None:
        return []
    taken = select(Contract.award_id).where(Contract.state != ContractState.CANCELLED)
    query = (
        select(Award)
        .join(Demand, Demand.id == Award.demand_id)
        .where(
            Award.state == AwardState.ACTIVE,
            Demand.owner_id == actor.organisation_id,
            Award.id.not_in(taken),
        )
        .options(joinedload(Award.demand), joinedload(Award.bid).joinedload(Bid.lead))
        .order_by(Award.activated_at, Award.id)
    )
    return list(session.scalars(query))


def public_terms(session: Session, demand: Demand) -> list[Contract]:
    """The signed contracts of a demand for its public result. Show key terms only: no person, no clause."""
    query = (
        select(Contract)
        .join(Award)
        .where(Award.demand_id == demand.id, Contract.state.in_(SIGNED))
        .options(
            selectinload(Contract.indicators),
            selectinload(Contract.milestones),
            joinedload(Contract.award).joinedload(Award.bid).joinedload(Bid.lead),
        )
        .order_by(Contract.number, Contract.id)
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator in three texts, and the verdict on the contract: same, harder, softer, added, left_out."""

    name: str
    is_hard: bool
    demanded: str
    promised: str
    agreed: str
    verdict: str


@dataclass(frozen=True, slots=True)
class SumRow:
    """One of the sums that must come out, in fen or hundredths of a percent, and what it must be."""

    code: str
    value: int
    wanted: int
    is_money: bool = True

    @property
    def is_right(self) -> bool:
        """Whether the sum comes out."""
        return self.value == self.wanted


def indicator_rows(contract: Contract, bid: dict[str, Any]) -> list[IndicatorRow]:
    """Demand, bid and contract side by side, indicator by indicator."""
    agreed = {each.demand_indicator_id: each for each in contract.indicators if each.demand_indicator_id}
    responses = {row["indicator_id"]: row for row in bid["responses"]}
    rows = [
        _indicator_row(each, responses.get(str(each.id)), agreed.get(each.id))
        for each in contract.award.demand.indicators
    ]
    added = [each for each in contract.indicators if each.demand_indicator_id is None]
    return rows + [
        IndicatorRow(each.name, each.is_hard, "", "", target_text(each), "added") for each in added
    ]


def _indicator_row(
    demanded: DemandIndicator, response: dict[str, Any] | None, agreed: ContractIndicator | None
) -> IndicatorRow:
    return IndicatorRow(
        demanded.name,
        demanded.is_hard,
        target_text(demanded),
        _response_text(demanded, response),
        target_text(agreed) if agreed else "",
        _verdict(demanded, agreed),
    )


def _verdict(demanded: DemandIndicator, agreed: ContractIndicator | None) -> str:
    if agreed is None:
        return "left_out"
    if is_softer(agreed, demanded):
        return "softer"
    is_same = (agreed.target, agreed.target_high) == (demanded.target, demanded.target_high)
    return "same" if is_same else "harder"


def _response_text(demanded: DemandIndicator, response: dict[str, Any] | None) -> str:
    if not response or response["promised_value"] is None:
        return ""
    sign = "" if demanded.operator is Operator.RANGE else f"{demanded.operator.label} "
    high = f"–{response['promised_high']}" if response["promised_high"] is not None else ""
    return f"{sign}{response['promised_value']}{high} {demanded.unit}".strip()


def target_text(indicator: DemandIndicator | ContractIndicator) -> str:
    """A target as a reader sees it: "≥ 95 %", "20–30 ℃"."""
    if indicator.target is None:
        return ""
    low = plain(indicator.target)
    if indicator.operator is Operator.RANGE:
        high = plain(indicator.target_high) if indicator.target_high is not None else ""
        return f"{low}–{high} {indicator.unit}".strip()
    return f"{indicator.operator.label} {low} {indicator.unit}".strip()


def plain(number: Decimal) -> str:
    """A decimal without an exponent, as written."""
    return format(number, "f")


def sum_rows(contract: Contract) -> list[SumRow]:
    """The sums that must come out before the contract can be sent for signature."""
    paid_by_others = sum(line.planned_fen for line in contract.payments)
    return [
        SumRow("percent", sum(each.percent for each in contract.milestones), 100_00, is_money=False),
        SumRow("budget", sum(line.amount_fen for line in contract.budget), contract.amount_fen),
        SumRow("payments", paid_by_others + own_money(contract), contract.amount_fen),
    ]


def milestone_pairs(contract: Contract, bid: dict[str, Any]) -> Sequence[tuple[Any, Any]]:
    """Milestones of the bid and of the contract in pairs, by position; the shorter list ends with None."""
    offered, agreed = bid["milestones"], list(contract.milestones)
    length = max(len(offered), len(agreed))
    return [
        (offered[index] if index < len(offered) else None, agreed[index] if index < len(agreed) else None)
        for index in range(length)
    ]
