"""Reading milestones, payments, changes: what one may see, what is overdue, whether the owner pays on time."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import Actor
from app.contracts import queries as contracts
from app.core.clock import day_of
from app.core.i18n import _l
from app.models.awards import Award
from app.models.base import State
from app.models.codes import BudgetSource
from app.models.contracts import ChangeRequest, Contract, ContractIndicator, Milestone, PaymentLine
from app.models.demands import Demand
from app.models.records import Attachment
from app.models.states import MilestoneState, PaymentState

LONG_OVERDUE_DAYS = 30
NEAR_DAYS = 14
SETTLED = (MilestoneState.MET, MilestoneState.PARTIALLY_MET, MilestoneState.SUBMITTED)


class PaymentLight(State):
    """Whether a demand owner pays on time, for everyone to see."""

    NONE = "none", _l("No payment due yet"), "grey"
    GREEN = "green", _l("Pays on time"), "green"
    AMBER = "amber", _l("Has paid late"), "amber"
    RED = "red", _l("Payment long overdue"), "red"


def of_visible_contracts(column: Any, actor: Actor) -> ColumnElement[bool]:
    """The condition that a row hangs on a contract the actor may see."""
    visible = contracts.visible_to(actor).with_only_columns(Contract.id).order_by(None)
    found: ColumnElement[bool] = column.in_(visible)
    return found


def visible_to(actor: Actor) -> Select[Milestone]:
    """Milestones of the contracts the actor may see."""
    return select(Milestone).where(of_visible_contracts(Milestone.contract_id, actor))


def payments_visible_to(actor: Actor) -> Select[PaymentLine]:
    """Payments of the contracts the actor may see."""
    return select(PaymentLine).where(of_visible_contracts(PaymentLine.contract_id, actor))


def changes_visible_to(actor: Actor) -> Select[ChangeRequest]:
    """Change requests of the contracts the actor may see."""
    return select(ChangeRequest).where(of_visible_contracts(ChangeRequest.contract_id, actor))


def reader_of(visible: Callable[[Actor], Select[Any]]) -> Callable[[Session, Actor, Attachment], bool]:
    """A reader of files that opens them to whoever sees the thing they hang on."""

    def may_read(session: Session, actor: Actor, attachment: Attachment) -> bool:
        query = visible(actor)
        model = query.column_descriptions[0]["entity"]
        return session.scalar(query.where(model.id == attachment.thing_id)) is not None

    return may_read


def with_contract(query: Select[Any], relation: Any) -> Select[Any]:
    """The query, with contract, demand and units loaded along for a list of any length."""
    award = joinedload(relation).joinedload(Contract.award)
    return query.options(
        award.joinedload(Award.demand).joinedload(Demand.round),
        award.joinedload(Award.demand).joinedload(Demand.owner),
        award.joinedload(Award.bid),
    )


def milestone_list(actor: Actor, *, state: MilestoneState | None = None) -> Select[Milestone]:
    """The actor's milestones of contracts in force or over, the next due first."""
    query = with_contract(visible_to(actor), Milestone.contract)
    if state is not None:
        query = query.where(Milestone.state == state)
    return query.order_by(Milestone.due_on, Milestone.position, Milestone.id)


def payment_list(actor: Actor, *, state: PaymentState | None = None) -> Select[PaymentLine]:
    """The actor's payments, the earliest planned first."""
    query = with_contract(payments_visible_to(actor), PaymentLine.contract)
    if state is not None:
        query = query.where(PaymentLine.state == state)
    query = query.options(selectinload(PaymentLine.milestone))
    return query.order_by(PaymentLine.planned_on, PaymentLine.position, PaymentLine.id)


def change_list(actor: Actor) -> Select[ChangeRequest]:
    """The actor's change requests, the latest first."""
    query = with_contract(changes_visible_to(actor), ChangeRequest.contract)
    return query.order_by(ChangeRequest.filed_at.desc(), ChangeRequest.id)


def indicators_of(milestone: Milestone) -> list[ContractIndicator]:
    """The indicators that the demand ties to this milestone's stage; all of them when it ties none to any."""
    stages = {each.id: each.stage for each in milestone.contract.demand.indicators}
    indicators = list(milestone.contract.indicators)
    tied = [each for each in indicators if stages.get(each.demand_indicator_id) is not None]
    if not tied:
        return indicators
    return [each for each in tied if stages[each.demand_indicator_id] == milestone.position]


def is_overdue(milestone: Milestone, now: datetime) -> bool:
    """Whether the milestone's last day is over and its evidence is still owed."""
    return milestone.state not in SETTLED and day_of(now) > milestone.due_on


def is_near(milestone: Milestone, now: datetime) -> bool:
    """Whether evidence is due within two weeks."""
    if milestone.state in SETTLED or is_overdue(milestone, now):
        return False
    return milestone.due_on - day_of(now) <= timedelta(days=NEAR_DAYS)


def payable_on(line: PaymentLine) -> date | None:
    """From which day the payment is owed: the planned day, or the day its milestone was met when that came later.

    None while the milestone is not met: then nothing is owed."""
    milestone = line.milestone
    if milestone is None:
        return line.planned_on
    if milestone.state is not MilestoneState.MET or milestone.decided_at is None:
        return None
    return max(line.planned_on, day_of(milestone.decided_at))


def days_late(line: PaymentLine, now: datetime) -> int:
    """By how many days the payment came, or is, late; 0 when it did not or is not owed yet."""
    owed_on = payable_on(line)
    if owed_on is None:
        return 0
    return max(((line.paid_on or day_of(now)) - owed_on).days, 0)


def payment_light(lines: Iterable[PaymentLine], now: datetime) -> PaymentLight:
    """The owner's light over these payments. Only what the owner itself pays counts."""
    owed = [
        each
        for each in lines
        if each.source is BudgetSource.OWNER
        and (each.paid_on is not None or ((day := payable_on(each)) is not None and day <= day_of(now)))
    ]
    if not owed:
        return PaymentLight.NONE
    if any(each.paid_on is None and days_late(each, now) > LONG_OVERDUE_DAYS for each in owed):
        return PaymentLight.RED
    if any(days_late(each, now) for each in owed):
        return PaymentLight.AMBER
    return PaymentLight.GREEN


def light_of_owner(session: Session, owner_id: UUID, now: datetime) -> PaymentLight:
    """The light of a demand owner over all its contracts that came into force."""
    lines = session.scalars(
        select(PaymentLine)
        .join(Contract, PaymentLine.contract_id == Contract.id)
        .join(Award, Contract.award_id == Award.id)
        .join(Demand, Award.demand_id == Demand.id)
        .where(Demand.owner_id == owner_id, Contract.activated_at.is_not(None))
        .options(selectinload(PaymentLine.milestone))
    )
    return payment_light(lines, now)
