"""Contracts, milestones, payments, changes, and fiscal support."""

from datetime import datetime

from app.access import Permission as P
from app.core.errors import Refusal
from app.core.i18n import _l
from app.models.codes import Operator
from app.models.contracts import ChangeRequest, Contract, ContractIndicator, Milestone, PaymentLine, Subsidy
from app.models.demands import DemandIndicator
from app.models.procedure_codes import ChangeKind, NoticeKind
from app.models.states import AcceptanceState, AwardState, NoticeState
from app.models.states import ChangeState as CH
from app.models.states import ContractState as C
from app.models.states import MilestoneState as M
from app.models.states import PaymentState as PY
from app.models.states import SubsidyState as SU
from app.workflow.engine import Transition, Workflow, register, state_at


def is_softer(promised: ContractIndicator, demanded: DemandIndicator) -> bool:
    """Whether the contract asks for less than the demand: a lower floor, a higher ceiling, a wider range."""
    if demanded.target is None:
        return False
    if promised.target is None or promised.operator is not demanded.operator:
        return True
    if demanded.operator is Operator.GE:
        return promised.target < demanded.target
    if demanded.operator is Operator.LE:
        return promised.target > demanded.target
    if demanded.operator is Operator.RANGE:
        low, high = promised.target, promised.target_high
        return (
            high is None
            or demanded.target_high is None
            or low < demanded.target
            or high > demanded.target_high
        )
    return promised.target != demanded.target


def softened(contract: Contract) -> list[ContractIndicator]:
    """The contract's indicators that ask for less than the demand's own."""
    demanded = {each.id: each for each in contract.award.demand.indicators}
    return [
        each
        for each in contract.indicators
        if each.demand_indicator_id in demanded and is_softer(each, demanded[each.demand_indicator_id])
    ]


def award_is_active(contract: Contract, _now: datetime) -> Refusal | None:
    """A contract rests on an award in force, which no objection holds."""
    if contract.award.state is not AwardState.ACTIVE:
        return Refusal("no_award", _l("There is no award in force."))
    if contract.award.is_held:
        return Refusal(
            "award_on_hold", _l("The award is on hold: nothing follows from it until the hold is lifted.")
        )
    return None


def targets_are_not_softer(contract: Contract, _now: datetime) -> list[Refusal]:
    """No target may be softer than the demand's, and none may be left out."""
    found = [
        Refusal(
            "target_softer",
            _l("The target of %(name)s is softer than the demand's.", name=each.name),
            "indicators",
        )
        for each in softened(contract)
    ]
    kept = {each.demand_indicator_id for each in contract.indicators}
    if any(each.id not in kept for each in contract.award.demand.indicators):
        found.append(Refusal("target_left_out", _l("An indicator of the demand is missing."), "indicators"))
    return found


def sums_balance(contract: Contract, _now: datetime) -> list[Refusal]:
    """Milestone percentages total 100; budget and planned payments each total the contract amount."""
    found = []
    if sum(each.percent for each in contract.milestones) != 100_00:
        found.append(Refusal("percent_sum", _l("The milestone percentages must total 100 %."), "milestones"))
    if sum(each.amount_fen for each in contract.budget) != contract.amount_fen:
        found.append(Refusal("budget_sum", _l("The budget must add up to the contract amount."), "budget"))
    if sum(each.planned_fen for each in contract.payments) + own_money(contract) != contract.amount_fen:
        found.append(
            Refusal(
                "payment_sum",
                _l("Planned payments and self-raised funds must add up to the contract amount."),
                "payments",
            )
        )
    return found


def own_money(contract: Contract) -> int:
    """What the contractor raises itself, in fen: budgeted, but paid by nobody else."""
    return sum(line.amount_fen for line in contract.budget if line.source.value == "self")


def all_parties_signed(contract: Contract, _now: datetime) -> Refusal | None:
    """Owner and contractor have signed this edition."""
    signed = {each.organisation_id for each in contract.signatures if each.edition == contract.edition}
    if not {contract.owner_id, contract.lead_id} <= signed:
        return Refusal("signature_missing", _l("Not every party has signed."))
    return None


def nobody_signed(contract: Contract, _now: datetime) -> Refusal | None:
    """A text under which someone has signed is not taken back silently."""
    if any(each.edition == contract.edition for each in contract.signatures):
        return Refusal("signed_already", _l("A party has signed this text already."))
    return None


def acceptance_is_decided(contract: Contract, _now: datetime) -> Refusal | None:
    """A contract is closed after acceptance passed or was concluded, and its notice is over."""
    ended = (AcceptanceState.PASSED, AcceptanceState.CONCLUDED)
    if contract.acceptance is None or contract.acceptance.state not in ended:
        return Refusal("not_accepted", _l("Acceptance is not decided."))
    return None


def end_reason_is_named(contract: Contract, _now: datetime) -> Refusal | None:
    """Ending early names its ground, and never claws back more than was paid."""
    if contract.end_reason is None:
        return Refusal("end_reason_missing", _l("Choose the ground for ending the contract."), "end_reason")
    paid = sum(each.paid_fen or 0 for each in contract.payments)
    if not 0 <= contract.clawback_fen <= paid:
        return Refusal("clawback_range", _l("No more can be clawed back than was paid."), "clawback_fen")
    return None


def termination_notice_is_over(contract: Contract, now: datetime) -> Refusal | None:
    """A termination stands on public notice first."""
    ended = (NoticeState.CLOSED_CLEAN, NoticeState.CLOSED_WITH_OBJECTION)
    if not any(n.kind is NoticeKind.TERMINATION and state_at(n, now) in ended for n in contract.notices):
        return Refusal("notice_missing", _l("The termination must stand on public notice first."))
    return None


CONTRACT = register(
    Workflow(
        Contract,
        C,
        _l("Contract"),
        (
            Transition(
                action="send_for_signature",
                sources=frozenset({C.DRAFT}),
                target=C.IN_SIGNATURE,
                permission=P.CONTRACT_DRAFT,
                label=_l("Send for signature"),
                done=_l("Contract sent for signature"),
                guards=(award_is_active, targets_are_not_softer, sums_balance),
                stamps="sent_at",
                style="primary",
            ),
            Transition(
                action="take_back",
                sources=frozenset({C.IN_SIGNATURE}),
                target=C.DRAFT,
                permission=P.CONTRACT_DRAFT,
                label=_l("Take back for changes"),
                done=_l("Contract taken back for changes"),
                guards=(nobody_signed,),
                needs_reason=True,
            ),
            Transition(
                action="activate",
                sources=frozenset({C.IN_SIGNATURE}),
                target=C.ACTIVE,
                permission=None,
                label=_l("Bring into force"),
                done=_l("Contract signed by all parties"),
                guards=(award_is_active, all_parties_signed),
                stamps="activated_at",
            ),
            Transition(
                action="cancel",
                sources=frozenset({C.DRAFT, C.IN_SIGNATURE}),
                target=C.CANCELLED,
                permission=P.CONTRACT_END,
                label=_l("Record that talks failed"),
                done=_l("Talks failed, contract cancelled"),
                needs_reason=True,
                stamps="ended_at",
                style="danger",
            ),
            Transition(
                action="close",
                sources=frozenset({C.ACTIVE}),
                target=C.CLOSED,
                permission=P.CONTRACT_END,
                label=_l("Close the project"),
                done=_l("Project closed"),
                guards=(acceptance_is_decided,),
                stamps="ended_at",
                style="primary",
            ),
            Transition(
                action="terminate",
                sources=frozenset({C.ACTIVE}),
                target=C.TERMINATED,
                permission=P.CONTRACT_END,
                label=_l("Terminate"),
                done=_l("Contract terminated"),
                guards=(end_reason_is_named, termination_notice_is_over),
                needs_reason=True,
                stamps="ended_at",
                style="danger",
            ),
            Transition(
                action="revoke",
                sources=frozenset({C.ACTIVE}),
                target=C.REVOKED,
                permission=P.CONTRACT_END,
                label=_l("Revoke"),
                done=_l("Contract revoked"),
                guards=(end_reason_is_named, termination_notice_is_over),
                needs_reason=True,
                stamps="ended_at",
                style="danger",
            ),
        ),
    )
)


def contract_is_active(thing: Milestone | PaymentLine | ChangeRequest, _now: datetime) -> Refusal | None:
    """Work and money move only under a contract in force."""
    if thing.contract.state is not C.ACTIVE:
        return Refusal("contract_not_active", _l("The contract is not in force."))
    return Refusal("contract_on_hold", _l("The contract is on hold.")) if thing.contract.is_held else None


def has_report(milestone: Milestone, _now: datetime) -> Refusal | None:
    """A milestone is submitted with a report and its results."""
    return (
        None
        if (milestone.report or "").strip()
        else Refusal("report_missing", _l("Write the milestone report."), "report")
    )


def rework_is_left(milestone: Milestone, _now: datetime) -> Refusal | None:
    """A milestone that was not met may be submitted again while rework is left."""
    if milestone.state is not M.SCHEDULED and milestone.rework_left < 1:
        return Refusal("no_rework_left", _l("There is no rework left for this milestone."))
    return None


_JUDGED = {
    "meet": (M.MET, _l("Confirm as met"), _l("Milestone met"), "primary", False),
    "meet_partly": (
        M.PARTIALLY_MET,
        _l("Confirm as partially met"),
        _l("Milestone partially met"),
        "secondary",
        True,
    ),
    "miss": (M.NOT_MET, _l("Record as not met"), _l("Milestone not met"), "danger", True),
}

MILESTONE = register(
    Workflow(
        Milestone,
        M,
        _l("Milestone"),
        (
            Transition(
                action="submit",
                sources=frozenset({M.SCHEDULED, M.PARTIALLY_MET, M.NOT_MET}),
                target=M.SUBMITTED,
                permission=P.MILESTONE_REPORT,
                label=_l("Submit evidence"),
                done=_l("Milestone evidence submitted"),
                guards=(contract_is_active, rework_is_left, has_report),
                stamps="submitted_at",
                style="primary",
            ),
            *(
                Transition(
                    action=action,
                    sources=frozenset({M.SUBMITTED}),
                    target=target,
                    permission=P.MILESTONE_JUDGE,
                    label=label,
                    done=done,
                    guards=(contract_is_active,),
                    stamps="decided_at",
                    style=style,
                    needs_reason=needs_reason,
                )
                for action, (target, label, done, style, needs_reason) in _JUDGED.items()
            ),
        ),
    )
)


def milestone_is_met(line: PaymentLine, _now: datetime) -> Refusal | None:
    """A payment that hangs on a milestone is asked for when the milestone is met."""
    if line.milestone is not None and line.milestone.state is not M.MET:
        return Refusal("milestone_not_met", _l("The milestone is not met yet."))
    return None


def has_voucher(line: PaymentLine, _now: datetime) -> Refusal | None:
    """A payment is recorded with day, voucher and the planned amount."""
    if line.paid_on is None or not line.voucher_number or line.paid_fen != line.planned_fen:
        return Refusal(
            "voucher_missing",
            _l("Give the day, the voucher number and the planned amount."),
            "voucher_number",
        )
    return None


PAYMENT = register(
    Workflow(
        PaymentLine,
        PY,
        _l("Payment"),
        (
            Transition(
                action="request",
                sources=frozenset({PY.PLANNED}),
                target=PY.REQUESTED,
                permission=P.PAYMENT_REQUEST,
                label=_l("Request payment"),
                done=_l("Payment was requested"),
                guards=(contract_is_active, milestone_is_met),
                stamps="requested_at",
                style="primary",
            ),
            Transition(
                action="pay",
                sources=frozenset({PY.REQUESTED}),
                target=PY.PAID,
                permission=P.PAYMENT_RECORD,
                label=_l("Record the payment"),
                done=_l("Payment recorded"),
                guards=(has_voucher,),
                style="primary",
            ),
        ),
    )
)


def owner_consents(change: ChangeRequest, _now: datetime) -> Refusal | None:
    """The owner's consent comes before the decision."""
    return (
        None if change.has_owner_consent else Refusal("no_consent", _l("The demand owner has not consented."))
    )


def extension_is_the_first(change: ChangeRequest, _now: datetime) -> Refusal | None:
    """A project is extended once."""
    if change.kind is ChangeKind.EXTENSION and change.contract.has_been_extended:
        return Refusal("extended_before", _l("The project was extended before: that is possible once."))
    return None


CHANGE = register(
    Workflow(
        ChangeRequest,
        CH,
        _l("Change request"),
        (
            Transition(
                action="approve",
                sources=frozenset({CH.FILED}),
                target=CH.APPROVED,
                permission=P.CHANGE_DECIDE,
                label=_l("Approve the change"),
                done=_l("Change of the contract approved"),
                guards=(contract_is_active, owner_consents, extension_is_the_first),
                stamps="decided_at",
                style="primary",
            ),
            Transition(
                action="refuse",
                sources=frozenset({CH.FILED}),
                target=CH.REFUSED,
                permission=P.CHANGE_DECIDE,
                label=_l("Refuse the change"),
                done=_l("Change of the contract refused"),
                needs_reason=True,
                stamps="decided_at",
                style="danger",
            ),
        ),
    )
)


def support_is_earned(subsidy: Subsidy, _now: datetime) -> Refusal | None:
    """Fiscal support after acceptance, within the round's ceiling per project."""
    contract = subsidy.contract
    if contract.acceptance is None or contract.acceptance.state is not AcceptanceState.PASSED:
        return Refusal("not_passed", _l("Support needs a passed acceptance."))
    ceiling = contract.award.demand.round.fiscal_per_project_fen
    if ceiling and subsidy.amount_fen > ceiling:
        return Refusal(
            "above_ceiling", _l("The amount lies above the round's ceiling per project."), "amount_fen"
        )
    return None


def support_has_voucher(subsidy: Subsidy, _now: datetime) -> Refusal | None:
    """Paid support carries its day and voucher."""
    if subsidy.paid_on is None or not subsidy.voucher_number:
        return Refusal("voucher_missing", _l("Give the day and the voucher number."), "voucher_number")
    return None


SUBSIDY = register(
    Workflow(
        Subsidy,
        SU,
        _l("Fiscal support"),
        (
            Transition(
                action="approve",
                sources=frozenset({SU.RECOMMENDED}),
                target=SU.APPROVED,
                permission=P.SUBSIDY_PAY,
                label=_l("Approve the support"),
                done=_l("Fiscal support approved"),
                guards=(support_is_earned,),
                stamps="approved_at",
                style="primary",
            ),
            Transition(
                action="pay",
                sources=frozenset({SU.APPROVED}),
                target=SU.PAID,
                permission=P.SUBSIDY_PAY,
                label=_l("Record the payment of support"),
                done=_l("Fiscal support paid"),
                guards=(support_has_voucher,),
                style="primary",
            ),
        ),
    )
)
