"""Changes of a contract: filed by the contractor, consented to by the owner, decided by the organiser, applied at once.

The payload of a request by its kind, with `before` holding the same keys as they stood when it was filed:
extension {ends_on}; indicators {targets: [{indicator_id, target, target_high}]}; leader {leader_name};
member {members: [{name, uscc, tasks}]}; budget {lines: [{line_id, amount_fen}]}; route {objectives}; name {title}."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.contracts.services import write_edition
from app.core.clock import add_months
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.core.uscc import is_valid
from app.models.contracts import ChangeRequest, Contract, ContractIndicator
from app.models.procedure_codes import ChangeKind
from app.models.states import ChangeState, ContractState, MilestoneState, PaymentState
from app.workflow import move, record
from app.workflow.contracts import is_softer

K = ChangeKind
Payload = dict[str, Any]


def file_change(
    session: Session,
    contract: Contract,
    *,
    kind: ChangeKind,
    reason: str,
    payload: Payload,
    by: Actor,
    now: datetime,
) -> ChangeRequest:
    """File a request to change a contract in force. Raises RuleBroken when the change could never be approved."""
    if not can(by, Permission.CHANGE_FILE, contract):
        raise NotPermitted()
    refusals = [*filing_refusals(contract, kind), *CHECKS[kind](contract, payload)]
    if not reason.strip():
        refusals.append(Refusal("reason_missing", _l("Give a reason."), "reason"))
    if refusals:
        raise RuleBroken(refusals)
    change = ChangeRequest(
        contract=contract,
        kind=kind,
        reason=reason.strip(),
        payload={**payload, "before": standing(contract, kind)},
        author_id=by.user_id,
        filed_at=now,
    )
    session.add(change)
    record(
        session, change, "file", by=by, now=now, data={"kind": kind.value}, permission=Permission.CHANGE_FILE
    )
    return change


def consent(session: Session, change: ChangeRequest, *, by: Actor, now: datetime) -> ChangeRequest:
    """The demand owner's consent. Raises StateMovedOn when the request is decided or has the consent already."""
    if not can(by, Permission.CHANGE_CONSENT, change):
        raise NotPermitted()
    if change.state is not ChangeState.FILED or change.has_owner_consent:
        raise StateMovedOn()
    change.has_owner_consent = True
    record(session, change, "consent", by=by, now=now, permission=Permission.CHANGE_CONSENT)
    return change


def approve_change(session: Session, change: ChangeRequest, *, by: Actor, now: datetime) -> ChangeRequest:
    """Approve the request and apply it: the contract gets its new text and a new edition.

    What was checked at filing is checked again, for the contract may have changed since."""
    if not can(by, Permission.CHANGE_DECIDE, change):
        raise NotPermitted()
    contract = session.get_one(Contract, change.contract_id, with_for_update=True)
    move(session, change, "approve", by=by, now=now)
    if refusals := CHECKS[change.kind](contract, change.payload):
        raise RuleBroken(refusals)
    APPLY[change.kind](contract, change.payload)
    contract.edition += 1
    session.flush()
    write_edition(session, contract, reason=change.reason, now=now)
    record(
        session,
        contract,
        "change",
        by=by,
        now=now,
        data={"kind": change.kind.value, "edition": contract.edition},
    )
    return change


def filing_refusals(contract: Contract, kind: ChangeKind | None = None) -> list[Refusal]:
    """What stands against filing any change, or one of this kind, to the contract now."""
    found = []
    if contract.state is not ContractState.ACTIVE:
        found.append(Refusal("contract_not_active", _l("The contract is not in force.")))
    if contract.is_held:
        found.append(Refusal("contract_on_hold", _l("The contract is on hold.")))
    if kind is K.EXTENSION and contract.has_been_extended:
        found.append(
            Refusal(
                "extended_before", _l("The project was extended before: that is possible once."), "ends_on"
            )
        )
    if any(each.kind is kind and each.state is ChangeState.FILED for each in contract.changes):
        found.append(Refusal("change_pending", _l("A request of this kind is waiting for its decision.")))
    return found


def latest_end(contract: Contract) -> date:
    """The last day to which the contract can be extended."""
    return add_months(contract.original_ends_on, contract.demand.round.extension_max_months)


def standing(contract: Contract, kind: ChangeKind) -> Payload:
    """What the contract says now about the matter of such a change, in the form of its payload."""
    read: dict[ChangeKind, Callable[[], Payload]] = {
        K.EXTENSION: lambda: {"ends_on": contract.ends_on.isoformat()},
        K.INDICATORS: lambda: {"targets": [_target(each) for each in contract.indicators]},
        K.LEADER: lambda: {"leader_name": contract.leader_name},
        K.MEMBER: lambda: {"members": list(contract.members)},
        K.BUDGET: lambda: {
            "lines": [{"line_id": str(each.id), "amount_fen": each.amount_fen} for each in contract.budget]
        },
        K.ROUTE: lambda: {"objectives": contract.objectives},
        K.NAME: lambda: {"title": contract.title},
    }
    return read[kind]()


def _target(indicator: ContractIndicator) -> dict[str, str | None]:
    return {
        "indicator_id": str(indicator.id),
        "target": _text(indicator.target),
        "target_high": _text(indicator.target_high),
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _check_extension(contract: Contract, payload: Payload) -> list[Refusal]:
    ends_on = date.fromisoformat(payload["ends_on"])
    if ends_on <= contract.ends_on:
        return [Refusal("not_later", _l("The new end lies after the present one."), "ends_on")]
    if ends_on > latest_end(contract):
        return [
            Refusal(
                "extension_too_long",
                _l("The project can be extended to %(day)s at most.", day=latest_end(contract).isoformat()),
                "ends_on",
            )
        ]
    return []


def _check_indicators(contract: Contract, payload: Payload) -> list[Refusal]:
    wanted = {UUID(each["indicator_id"]): each for each in payload["targets"]}
    demanded = {each.id: each for each in contract.demand.indicators}
    if set(wanted) != {each.id for each in contract.indicators}:
        return [Refusal("targets_incomplete", _l("Give the target of every indicator."))]
    if payload["targets"] == standing(contract, K.INDICATORS)["targets"]:
        return [Refusal("nothing_changed", _l("Nothing would change."))]
    found = []
    for index, each in enumerate(contract.indicators):
        low, high = (_number(wanted[each.id][key]) for key in ("target", "target_high"))
        field = f"target_{index}"
        if low is not None and high is not None and high < low:
            found.append(Refusal("range_reversed", _l("The upper value lies below the lower one."), field))
        if (low is None) != (each.target is None) or (high is None) != (each.target_high is None):
            found.append(Refusal("target_missing", _l("Give the target of %(name)s.", name=each.name), field))
        elif each.demand_indicator_id in demanded:
            # Never added to the session: it only carries the new numbers into the one rule about softness.
            promised = ContractIndicator(operator=each.operator, target=low, target_high=high)
            if is_softer(promised, demanded[each.demand_indicator_id]):
                wording = _l("The target of %(name)s is softer than the demand's.", name=each.name)
                found.append(Refusal("target_softer", wording, field))
    return found


def _check_leader(contract: Contract, payload: Payload) -> list[Refusal]:
    name = payload["leader_name"].strip()
    if not name or name == contract.leader_name:
        return [Refusal("nothing_changed", _l("Nothing would change."), "leader_name")]
    return []


def _check_member(contract: Contract, payload: Payload) -> list[Refusal]:
    members = payload["members"]
    found = []
    if members == contract.members:
        found.append(Refusal("nothing_changed", _l("Nothing would change."), "members"))
    codes = [each.get("uscc") or "" for each in members]
    for index, code in enumerate(codes):
        if not is_valid(code):
            found.append(
                Refusal("uscc_wrong", _l("This is no unified social credit code."), f"members.{index}.uscc")
            )
        elif code in codes[:index]:
            found.append(Refusal("member_twice", _l("This unit is named twice."), f"members.{index}.uscc"))
    limit = contract.demand.max_members
    if len(members) > limit:
        found.append(
            Refusal("too_many_members", _l("At most %(n)s members are allowed.", n=limit), "members")
        )
    return found


def _check_budget(contract: Contract, payload: Payload) -> list[Refusal]:
    wanted = {UUID(each["line_id"]): each["amount_fen"] for each in payload["lines"]}
    if set(wanted) != {each.id for each in contract.budget} or min(wanted.values(), default=0) < 0:
        return [Refusal("lines_incomplete", _l("Give the amount of every line of the budget."))]
    if all(wanted[each.id] == each.amount_fen for each in contract.budget):
        return [Refusal("nothing_changed", _l("Nothing would change."))]
    moved: dict[Any, int] = {}
    for each in contract.budget:
        moved[each.source] = moved.get(each.source, 0) + wanted[each.id] - each.amount_fen
    return [
        Refusal(
            "budget_sum",
            _l("The sum of the lines paid from “%(source)s” must stay the same.", source=source.label),
        )
        for source, difference in moved.items()
        if difference
    ]


def _check_route(contract: Contract, payload: Payload) -> list[Refusal]:
    text = payload["objectives"].strip()
    if not text or text == contract.objectives.strip():
        return [Refusal("nothing_changed", _l("Nothing would change."), "objectives")]
    return []


def _check_name(contract: Contract, payload: Payload) -> list[Refusal]:
    title = payload["title"].strip()
    if not title or title == contract.title:
        return [Refusal("nothing_changed", _l("Nothing would change."), "title")]
    return []


def _apply_extension(contract: Contract, payload: Payload) -> None:
    ends_on = date.fromisoformat(payload["ends_on"])
    shift = ends_on - contract.ends_on
    contract.ends_on = ends_on
    contract.has_been_extended = True
    # What is done keeps its day; what is still to come moves by as much as the end does.
    open_milestones = [each for each in contract.milestones if each.state is not MilestoneState.MET]
    for milestone in open_milestones:
        milestone.due_on += shift
    for line in contract.payments:
        if line.state is PaymentState.PLANNED and line.milestone in open_milestones:
            line.planned_on += shift


def _apply_indicators(contract: Contract, payload: Payload) -> None:
    wanted = {UUID(each["indicator_id"]): each for each in payload["targets"]}
    for each in contract.indicators:
        each.target = _number(wanted[each.id]["target"])
        each.target_high = _number(wanted[each.id]["target_high"])


def _apply_leader(contract: Contract, payload: Payload) -> None:
    contract.leader_name = payload["leader_name"].strip()


def _apply_member(contract: Contract, payload: Payload) -> None:
    contract.members = payload["members"]


def _apply_budget(contract: Contract, payload: Payload) -> None:
    wanted = {UUID(each["line_id"]): each["amount_fen"] for each in payload["lines"]}
    for each in contract.budget:
        each.amount_fen = wanted[each.id]


def _apply_route(contract: Contract, payload: Payload) -> None:
    contract.objectives = payload["objectives"].strip()


def _apply_name(contract: Contract, payload: Payload) -> None:
    contract.title = payload["title"].strip()


CHECKS: dict[ChangeKind, Callable[[Contract, Payload], list[Refusal]]] = {
    K.EXTENSION: _check_extension,
    K.INDICATORS: _check_indicators,
    K.LEADER: _check_leader,
    K.MEMBER: _check_member,
    K.BUDGET: _check_budget,
    K.ROUTE: _check_route,
    K.NAME: _check_name,
}
APPLY: dict[ChangeKind, Callable[[Contract, Payload], None]] = {
    K.EXTENSION: _apply_extension,
    K.INDICATORS: _apply_indicators,
    K.LEADER: _apply_leader,
    K.MEMBER: _apply_member,
    K.BUDGET: _apply_budget,
    K.ROUTE: _apply_route,
    K.NAME: _apply_name,
}
