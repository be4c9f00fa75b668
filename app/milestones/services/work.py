"""Milestones and payments: evidence handed in, payments recorded."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.clock import day_of
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.models.contracts import Milestone, PaymentLine
from app.models.states import MilestoneState
from app.workflow import move, record


def submit_milestone(
    session: Session,
    milestone: Milestone,
    *,
    report: str,
    results: list[dict[str, Any]],
    by: Actor,
    now: datetime,
) -> Milestone:
    """Hand in the evidence of a milestone. Handing in again after "not met" or "partly met" uses one rework.

    results: [{indicator, measured, note}]. Raises RuleBroken without a report or when no rework is left."""
    if not can(by, Permission.MILESTONE_REPORT, milestone):
        raise NotPermitted()
    is_rework = milestone.state in (MilestoneState.PARTIALLY_MET, MilestoneState.NOT_MET)
    milestone.report = report.strip()
    milestone.results = [each for each in results if each.get("measured")]
    move(session, milestone, "submit", by=by, now=now)
    if is_rework:
        milestone.rework_left -= 1
        record(session, milestone, "use_rework", by=by, now=now, data={"left": milestone.rework_left})
    return milestone


def record_payment(
    session: Session, line: PaymentLine, *, paid_on: date, voucher_number: str, by: Actor, now: datetime
) -> PaymentLine:
    """Record that a requested payment was made in full. Raises RuleBroken for a day to come or without a voucher."""
    if not can(by, Permission.PAYMENT_RECORD, line):
        raise NotPermitted()
    refusals = payment_refusals(paid_on, voucher_number, line.contract.activated_at, now)
    if refusals:
        raise RuleBroken(refusals)
    # Day and state go to the database in one statement: it keeps them together.
    with session.no_autoflush, session.begin_nested():
        line.paid_on = paid_on
        line.voucher_number = voucher_number.strip()
        line.paid_fen = line.planned_fen
        move(session, line, "pay", by=by, now=now)
    return line


def payment_refusals(
    paid_on: date, voucher_number: str, started_at: datetime | None, now: datetime
) -> list[Refusal]:
    """What stands against a payment of this day and voucher, under a contract in force since `started_at`."""
    found = []
    if paid_on > day_of(now):
        found.append(Refusal("paid_on_future", _l("The day of payment lies in the future."), "paid_on"))
    if started_at is not None and paid_on < day_of(started_at):
        found.append(
            Refusal("paid_before_contract", _l("The contract was not in force on this day."), "paid_on")
        )
    if not voucher_number.strip():
        found.append(Refusal("voucher_missing", _l("Give the voucher number."), "voucher_number"))
    return found
