"""Ending a contract early: the ground and what is clawed back are written down, and stand on public notice first."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.awards import Notice
from app.models.contracts import Contract
from app.models.procedure_codes import EndReason, NoticeKind
from app.models.states import ContractState, NoticeState
from app.notices.services import publish_notice
from app.workflow import record, state_at
from app.workflow.contracts import end_reason_is_named


def set_end(
    session: Session,
    contract: Contract,
    *,
    end_reason: EndReason,
    clawback_fen: int,
    by: Actor,
    now: datetime,
) -> None:
    """Write down why the contract ends early and what is to be returned (fen, at most what was paid).

    Not while a notice on its termination runs: that one states both."""
    _check(session, contract, by, now)
    contract.end_reason = end_reason
    contract.clawback_fen = clawback_fen
    problem = end_reason_is_named(contract, now)
    if problem:
        raise RuleBroken(problem)
    data = {"end_reason": end_reason.value, "clawback_fen": clawback_fen}
    record(session, contract, "set_end", by=by, now=now, data=data)


def publish_termination(
    session: Session,
    contract: Contract,
    *,
    by: Actor,
    now: datetime,
    title: str | None = None,
    working_days: int | None = None,
    **texts: str | None,
) -> Notice:
    """Put the end of the contract on public notice; afterwards it can be terminated or revoked."""
    _check(session, contract, by, now)
    problem = end_reason_is_named(contract, now)
    if problem:
        raise RuleBroken(problem)
    notice = publish_notice(
        session,
        kind=NoticeKind.TERMINATION,
        round_=contract.award.demand.round,
        title=title,
        annex=[termination_row(contract)],
        body=texts,
        by=by,
        now=now,
        demand=contract.award.demand,
        contract=contract,
        working_days=working_days,
    )
    session.expire(contract, ["notices"])
    return notice


def termination_row(contract: Contract) -> dict[str, object]:
    """The annex row of a termination notice."""
    return {
        "contract_number": contract.number,
        "title": contract.title,
        "owner": contract.award.demand.owner.name,
        "lead": contract.award.bid.lead.name,
        "end_reason": contract.end_reason.value if contract.end_reason else None,
        "paid_fen": sum(line.paid_fen or 0 for line in contract.payments),
        "clawback_fen": contract.clawback_fen,
    }


def _check(session: Session, contract: Contract, by: Actor, now: datetime) -> None:
    session.flush()
    session.refresh(contract, with_for_update=True)
    if not can(by, Permission.CONTRACT_END, contract):
        raise NotPermitted()
    if contract.state is not ContractState.ACTIVE:
        raise StateMovedOn()
    if contract.is_held:
        raise RuleBroken(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted.")))
    session.expire(contract, ["notices"])
    running = [each for each in contract.notices if each.kind is NoticeKind.TERMINATION]
    if any(state_at(each, now) is NoticeState.IN_FORCE for each in running):
        raise RuleBroken(
            Refusal("notice_running", _l("A notice on the end of this contract is running already."))
        )
