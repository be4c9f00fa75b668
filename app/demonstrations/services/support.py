"""Fiscal support of a project: recommended by the organiser, approved and paid by finance."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.clock import day_of
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.models.contracts import Contract, Subsidy
from app.models.outcomes import Acceptance
from app.models.states import AcceptanceState
from app.notifications import audiences as to
from app.notifications.services import notify
from app.notifications.subjects import subject
from app.workflow import move, record


def recommend_support(
    session: Session, contract: Contract, *, amount_fen: int, basis: str, by: Actor, now: datetime
) -> Subsidy:
    """Recommend fiscal support for an accepted project, within the round's ceiling over all support it gets."""
    if not can(by, Permission.SUBSIDY_RECOMMEND, contract):
        raise NotPermitted()
    contract = session.get_one(Contract, contract.id, with_for_update=True)
    if refusals := support_refusals(session, contract, amount_fen, basis):
        raise RuleBroken(refusals)
    subsidy = Subsidy(contract=contract, amount_fen=amount_fen, basis=basis.strip(), recommended_at=now)
    session.add(subsidy)
    session.flush()
    event = record(
        session,
        subsidy,
        "recommend",
        by=by,
        now=now,
        data={"amount_fen": amount_fen},
        permission=Permission.SUBSIDY_RECOMMEND,
    )
    told = to.finance(session, subsidy) | to.parties(session, subsidy)
    notify(session, told, "subsidy.recommend", now=now, data=subject(subsidy), thing=subsidy, event=event)
    return subsidy


def support_refusals(session: Session, contract: Contract, amount_fen: int, basis: str) -> list[Refusal]:
    """What stands against recommending this amount, in fen."""
    found = []
    acceptance = session.scalar(select(Acceptance).where(Acceptance.contract_id == contract.id))
    if acceptance is None or acceptance.state is not AcceptanceState.PASSED:
        found.append(Refusal("not_passed", _l("Support needs a passed acceptance.")))
    if amount_fen <= 0:
        found.append(Refusal("amount_missing", _l("Give an amount above zero."), "amount_fen"))
    if not basis.strip():
        found.append(Refusal("basis_missing", _l("Name the basis of the support."), "basis"))
    ceiling = contract.demand.round.fiscal_per_project_fen
    given = sum(session.scalars(select(Subsidy.amount_fen).where(Subsidy.contract_id == contract.id)))
    if ceiling and given + amount_fen > ceiling:
        found.append(
            Refusal(
                "above_ceiling", _l("The amount lies above the round's ceiling per project."), "amount_fen"
            )
        )
    return found


def record_support(
    session: Session, subsidy: Subsidy, *, paid_on: date, voucher_number: str, by: Actor, now: datetime
) -> Subsidy:
    """Record that approved support was paid. Raises RuleBroken for a day to come or without a voucher."""
    if not can(by, Permission.SUBSIDY_PAY, subsidy):
        raise NotPermitted()
    found = []
    if paid_on > day_of(now):
        found.append(Refusal("paid_on_future", _l("The day of payment lies in the future."), "paid_on"))
    if not voucher_number.strip():
        found.append(Refusal("voucher_missing", _l("Give the voucher number."), "voucher_number"))
    if found:
        raise RuleBroken(found)
    # Day and state go to the database in one statement: it keeps them together.
    with session.no_autoflush, session.begin_nested():
        subsidy.paid_on = paid_on
        subsidy.voucher_number = voucher_number.strip()
        move(session, subsidy, "pay", by=by, now=now)
    return subsidy
