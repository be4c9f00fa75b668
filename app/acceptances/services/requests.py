"""Asking for acceptance, and handing the results in once more after a rectification.

values: summary, user_report, financial_report, self_assessment (texts), spent_fen, running_since_on (date or None),
handover [{kind, name, quantity}]. results: [{indicator_id, measured, measured_text, evidence}], one per indicator."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.clock import day_of
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.models.contracts import Contract
from app.models.outcomes import Acceptance, AcceptanceResult
from app.models.states import AcceptanceState, ContractState, MilestoneState
from app.notifications import audiences as to
from app.notifications.services import notify
from app.notifications.subjects import subject
from app.workflow import move, record
from app.workflow.outcomes import rectification_is_in_time

VALUES = (
    "summary",
    "user_report",
    "financial_report",
    "self_assessment",
    "spent_fen",
    "running_since_on",
    "handover",
)
DONE = (MilestoneState.MET, MilestoneState.PARTIALLY_MET)


def request_acceptance(
    session: Session,
    contract: Contract,
    *,
    values: Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
    by: Actor,
    now: datetime,
) -> Acceptance:
    """Ask for the acceptance of a contract's results.

    Raises RuleBroken while a milestone is open or an indicator lacks its value or evidence."""
    if not can(by, Permission.ACCEPTANCE_REQUEST, contract):
        raise NotPermitted()
    contract = session.get_one(Contract, contract.id, with_for_update=True)
    refusals = [*request_refusals(session, contract), *package_refusals(contract, values, results, now)]
    if refusals:
        raise RuleBroken(refusals)
    acceptance = Acceptance(contract=contract, requested_at=now, **_known(values))
    acceptance.results = _rows(contract, results, attempt=1)
    session.add(acceptance)
    session.flush()
    event = record(session, acceptance, "request", by=by, now=now, permission=Permission.ACCEPTANCE_REQUEST)
    session.expire(contract, ["acceptance"])
    told = (to.owner(session, acceptance) | to.organisers(session, acceptance)) - {by.user_id}
    notify(
        session, told, "acceptance.request", now=now, data=subject(acceptance), thing=acceptance, event=event
    )
    return acceptance


def resubmit(
    session: Session,
    acceptance: Acceptance,
    *,
    values: Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
    by: Actor,
    now: datetime,
) -> Acceptance:
    """Hand in the rectified results, once and by the last day. The first attempt stays beside the second.

    Its panel has done its work: a new one is drawn."""
    if not can(by, Permission.ACCEPTANCE_REQUEST, acceptance):
        raise NotPermitted()
    if acceptance.state is AcceptanceState.RECTIFY:
        late = rectification_is_in_time(acceptance, now)
        refusals = [*([late] if late else []), *package_refusals(acceptance.contract, values, results, now)]
        if refusals:
            raise RuleBroken(refusals)
    # A savepoint: when the procedure says no, nothing of the second attempt stays behind.
    with session.begin_nested():
        acceptance.attempt = 2
        for name, value in _known(values).items():
            setattr(acceptance, name, value)
        for name in (
            "total",
            "opinion",
            "problems",
            "owner_opinion",
            "owner_opinion_at",
            "has_passed_technical",
            "has_passed_financial",
        ):
            setattr(acceptance, name, None)
        acceptance.results.extend(_rows(acceptance.contract, results, attempt=2))
        for panel in acceptance.panels:
            panel.is_live = False
        move(session, acceptance, "resubmit", by=by, now=now, data={"attempt": 2})
    session.expire(acceptance, ["panels", "results"])
    return acceptance


def request_refusals(session: Session, contract: Contract) -> list[Refusal]:
    """What stands against asking for the acceptance of this contract now."""
    found = []
    if contract.state is not ContractState.ACTIVE:
        found.append(Refusal("contract_not_active", _l("The contract is not in force.")))
    if contract.is_held:
        found.append(Refusal("contract_on_hold", _l("The contract is on hold.")))
    if session.scalar(select(Acceptance.id).where(Acceptance.contract_id == contract.id)) is not None:
        found.append(Refusal("requested_before", _l("Acceptance was requested already.")))
    if any(each.state not in DONE for each in contract.milestones):
        found.append(
            Refusal("milestone_open", _l("Every milestone must be met, or partially met, before acceptance."))
        )
    return found


def package_refusals(
    contract: Contract, values: Mapping[str, Any], results: Sequence[Mapping[str, Any]], now: datetime
) -> list[Refusal]:
    """What is missing in what is handed in; indicator fields are named by their place, from 0."""
    found = []
    if not str(values.get("summary") or "").strip():
        found.append(Refusal("summary_missing", _l("Write the summary report."), "summary"))
    running = values.get("running_since_on")
    if running is not None and running > day_of(now):
        found.append(
            Refusal(
                "running_future", _l("The day of first operation lies in the future."), "running_since_on"
            )
        )
    given = {UUID(str(each["indicator_id"])): each for each in results}
    for index, indicator in enumerate(contract.indicators):
        row = given.get(indicator.id, {})
        if row.get("measured") is None and not str(row.get("measured_text") or "").strip():
            found.append(
                Refusal(
                    "measured_missing",
                    _l("Give the measured value of %(name)s.", name=indicator.name),
                    f"measured_{index}",
                )
            )
        if not str(row.get("evidence") or "").strip():
            found.append(
                Refusal(
                    "evidence_missing",
                    _l("Name the evidence for %(name)s.", name=indicator.name),
                    f"evidence_{index}",
                )
            )
    return found


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in VALUES if name in values}


def _rows(
    contract: Contract, results: Sequence[Mapping[str, Any]], *, attempt: int
) -> list[AcceptanceResult]:
    given = {UUID(str(each["indicator_id"])): each for each in results}
    return [
        AcceptanceResult(
            attempt=attempt,
            position=each.position,
            indicator_id=each.id,
            indicator=each,
            measured=given[each.id].get("measured"),
            measured_text=str(given[each.id].get("measured_text") or "").strip(),
            evidence=str(given[each.id]["evidence"]).strip(),
        )
        for each in contract.indicators
    ]
