"""Acceptance, demonstration projects and their replication."""

from datetime import datetime

from app.access import Permission as P
from app.core.clock import add_months, day_of
from app.core.errors import Refusal
from app.core.i18n import _l
from app.models.outcomes import Acceptance, Demonstration, Replication
from app.models.procedure_codes import IndicatorVerdict, NoticeKind, RubricKind
from app.models.reviews import Panel
from app.models.states import AcceptanceState as A
from app.models.states import AssignmentState, ContractState, NoticeState, SheetState
from app.models.states import DemonstrationState as D
from app.models.states import ReplicationState as R
from app.workflow.engine import Transition, Workflow, register

ENDED_NOTICE = (NoticeState.CLOSED_CLEAN, NoticeState.CLOSED_WITH_OBJECTION)


def live_panel(acceptance: Acceptance) -> Panel | None:
    """The panel of the present attempt, or None."""
    return next((panel for panel in acceptance.panels if panel.is_live), None)


def contract_runs(acceptance: Acceptance, _now: datetime) -> Refusal | None:
    """Only a contract in force is accepted."""
    if acceptance.contract.state is not ContractState.ACTIVE:
        return Refusal("contract_not_active", _l("The contract is not in force."))
    return None


def every_indicator_is_reported(acceptance: Acceptance, _now: datetime) -> Refusal | None:
    """Each indicator of the contract has a measured value and evidence in the present attempt."""
    rows = [each for each in acceptance.results if each.attempt == acceptance.attempt]
    reported = {
        each.indicator_id
        for each in rows
        if each.evidence.strip() and (each.measured_text or each.measured is not None)
    }
    if {each.id for each in acceptance.contract.indicators} - reported:
        return Refusal(
            "indicator_missing", _l("Every indicator needs a measured value and evidence."), "results"
        )
    return None


def panel_is_seated(acceptance: Acceptance, _now: datetime) -> Refusal | None:
    """The acceptance panel is drawn, and every member has accepted and signed the pledge."""
    panel = live_panel(acceptance)
    if panel is None:
        return Refusal("panel_missing", _l("Draw the acceptance panel first."))
    seated = [
        a
        for a in panel.assignments
        if not a.is_reserve and a.state is AssignmentState.ACCEPTED and a.pledged_at
    ]
    if len(seated) < panel.size:
        return Refusal(
            "panel_incomplete", _l("Not every member of the panel has accepted and signed the pledge.")
        )
    return None


def panel_has_judged(acceptance: Acceptance, _now: datetime) -> Refusal | None:
    """Every member's sheet is locked and the total is computed."""
    panel = live_panel(acceptance)
    if panel is None or acceptance.total is None:
        return Refusal("not_judged", _l("The panel has not finished."))
    seats = {
        a.id
        for a in panel.assignments
        if not a.is_reserve and a.state in (AssignmentState.ACCEPTED, AssignmentState.DONE)
    }
    locked = {s.assignment_id for s in acceptance.sheets if s.state is not SheetState.DRAFT and not s.is_void}
    if len(seats & locked) < panel.size:
        return Refusal("not_judged", _l("The panel has not finished."))
    return None


def opinion_is_written(acceptance: Acceptance, _now: datetime) -> Refusal | None:
    """The conclusion carries the panel's opinion, and the user's stands beside it."""
    if not (acceptance.opinion or "").strip():
        return Refusal("opinion_missing", _l("Write the acceptance opinion."), "opinion")
    if not (acceptance.owner_opinion or "").strip():
        return Refusal("owner_opinion_missing", _l("The demand owner's opinion is missing."))
    return None


def both_parts_passed(acceptance: Acceptance, _now: datetime) -> list[Refusal]:
    """Technical and financial part passed, the line reached, every hard indicator met."""
    found = []
    if not acceptance.has_passed_technical or not acceptance.has_passed_financial:
        found.append(Refusal("part_failed", _l("Both the technical and the financial part must pass.")))
    rubric = acceptance.contract.award.demand.round.rubric(RubricKind.ACCEPTANCE)
    if rubric is None or (acceptance.total or 0) < rubric.pass_line:
        found.append(Refusal("below_line", _l("The acceptance score does not reach the line.")))
    rows = [each for each in acceptance.results if each.attempt == acceptance.attempt]
    if any(each.verdict is None for each in rows):
        found.append(Refusal("verdict_missing", _l("Every indicator needs a verdict.")))
    if any(each.indicator.is_hard and each.verdict is not IndicatorVerdict.MET for each in rows):
        found.append(Refusal("hard_not_met", _l("A hard indicator is not met.")))
    return found


def is_first_attempt(acceptance: Acceptance, _now: datetime) -> Refusal | None:
    """There is one rectification."""
    return (
        Refusal("rectified_before", _l("There is one rectification only."))
        if acceptance.attempt != 1
        else None
    )


def rectification_is_in_time(acceptance: Acceptance, now: datetime) -> Refusal | None:
    """Rectified results come in by the last day."""
    if acceptance.rectify_due_on is None or day_of(now) > acceptance.rectify_due_on:
        return Refusal("rectify_over", _l("The time for rectification is over."))
    return None


def rectification_is_over(acceptance: Acceptance, now: datetime) -> Refusal | None:
    """The last day for rectification has passed."""
    return (
        None
        if rectification_is_in_time(acceptance, now)
        else Refusal("rectify_running", _l("The time for rectification is still running."))
    )


ACCEPTANCE = register(
    Workflow(
        Acceptance,
        A,
        _l("Acceptance"),
        (
            Transition(
                action="start_review",
                sources=frozenset({A.REQUESTED}),
                target=A.IN_REVIEW,
                permission=P.ACCEPTANCE_DECIDE,
                label=_l("Start the acceptance review"),
                done=_l("Acceptance review started"),
                guards=(contract_runs, every_indicator_is_reported, panel_is_seated),
                stamps="review_started_at",
                style="primary",
            ),
            Transition(
                action="pass",
                sources=frozenset({A.IN_REVIEW}),
                target=A.PASSED,
                permission=P.ACCEPTANCE_DECIDE,
                label=_l("Pass"),
                done=_l("Acceptance passed"),
                guards=(panel_has_judged, opinion_is_written, both_parts_passed),
                stamps="decided_at",
                style="primary",
            ),
            Transition(
                action="require_rectification",
                sources=frozenset({A.IN_REVIEW}),
                target=A.RECTIFY,
                permission=P.ACCEPTANCE_DECIDE,
                label=_l("Require rectification"),
                done=_l("Rectification required"),
                guards=(panel_has_judged, opinion_is_written, is_first_attempt),
                needs_reason=True,
                stamps="decided_at",
            ),
            Transition(
                action="resubmit",
                sources=frozenset({A.RECTIFY}),
                target=A.REQUESTED,
                permission=P.ACCEPTANCE_REQUEST,
                label=_l("Hand in the rectified results"),
                done=_l("Rectified results handed in"),
                guards=(rectification_is_in_time,),
                stamps="requested_at",
                style="primary",
            ),
            Transition(
                action="conclude",
                sources=frozenset({A.IN_REVIEW}),
                target=A.CONCLUDED,
                permission=P.ACCEPTANCE_DECIDE,
                label=_l("Conclude without pass"),
                done=_l("Concluded without pass, no fault"),
                guards=(panel_has_judged, opinion_is_written),
                needs_reason=True,
                stamps="decided_at",
            ),
            Transition(
                action="fail",
                sources=frozenset({A.IN_REVIEW}),
                target=A.FAILED,
                permission=P.ACCEPTANCE_DECIDE,
                label=_l("Do not pass"),
                done=_l("Acceptance not passed"),
                guards=(panel_has_judged, opinion_is_written),
                needs_reason=True,
                stamps="decided_at",
                style="danger",
            ),
            Transition(
                action="fail_unrectified",
                sources=frozenset({A.RECTIFY}),
                target=A.FAILED,
                permission=P.ACCEPTANCE_DECIDE,
                label=_l("Record that nothing was rectified"),
                done=_l("Not rectified in time, not passed"),
                guards=(rectification_is_over,),
                needs_reason=True,
                stamps="decided_at",
                style="danger",
            ),
        ),
    )
)

RECORD = (
    "title",
    "site",
    "problem",
    "solution",
    "technologies",
    "started_on",
    "needs_data",
    "needs_compute",
    "needs_money",
    "needs_time",
    "needs_people",
    "contact_public",
    "effects",
)


def record_is_complete(demonstration: Demonstration, _now: datetime) -> list[Refusal]:
    """Every part of the record that others need to copy it."""
    return [
        Refusal(f"missing_{name}", _l("The record is not complete."), name)
        for name in RECORD
        if not getattr(demonstration, name)
    ]


def runs_long_enough(demonstration: Demonstration, now: datetime) -> Refusal | None:
    """Accepted, running for the round's months, and without a safety incident."""
    months = demonstration.demand.round.demonstration_min_run_months
    if demonstration.started_on is None or day_of(now) < add_months(demonstration.started_on, months):
        return Refusal("too_young", _l("It must have run for at least %(n)s months.", n=months), "started_on")
    if not demonstration.has_no_incident:
        return Refusal("incident", _l("Confirm that there was no safety incident."), "has_no_incident")
    return None


def is_scored(demonstration: Demonstration, _now: datetime) -> Refusal | None:
    """Benefit, breadth and visibility are scored."""
    if None in (demonstration.benefit_score, demonstration.breadth_score, demonstration.visibility_score):
        return Refusal("not_scored", _l("Score benefit, breadth and visibility first."))
    return None


def listing_notice_is_over(demonstration: Demonstration, _now: datetime) -> Refusal | None:
    """The listing stood on notice, no objection is open, and it has its number."""
    notices = [n for n in demonstration.notices if n.kind is NoticeKind.DEMONSTRATION]
    if not any(n.state in ENDED_NOTICE for n in notices) or any(
        o.is_open for n in notices for o in n.objections
    ):
        return Refusal("notice_running", _l("The public notice is not over."))
    return (
        None
        if demonstration.number
        else Refusal("number_missing", _l("The demonstration has no number yet."))
    )


def delisting_notice_is_over(demonstration: Demonstration, _now: datetime) -> Refusal | None:
    """A delisting stands on public notice first."""
    notices = [n for n in demonstration.notices if n.kind is NoticeKind.DELISTING]
    if not any(n.state in ENDED_NOTICE for n in notices) or any(
        o.is_open for n in notices for o in n.objections
    ):
        return Refusal("delisting_notice_missing", _l("The delisting must stand on public notice first."))
    return None


def report_is_overdue(demonstration: Demonstration, now: datetime) -> Refusal | None:
    """The yearly effect report is six months overdue: eighteen months since the last report or the listing."""
    last = demonstration.last_report_on or (
        day_of(demonstration.listed_at) if demonstration.listed_at else None
    )
    if last is None or day_of(now) < add_months(last, 18):
        return Refusal("report_not_overdue", _l("The yearly effect report is not six months overdue."))
    return None


def report_is_filed(demonstration: Demonstration, now: datetime) -> Refusal | None:
    """A listing comes back when its yearly report is not overdue: the clock would suspend it again at once."""
    if report_is_overdue(demonstration, now) is None:
        return Refusal("report_overdue", _l("The yearly effect report is overdue: file it first."))
    return None


DEMONSTRATION = register(
    Workflow(
        Demonstration,
        D,
        _l("Demonstration project"),
        (
            Transition(
                action="start_editing",
                sources=frozenset({D.CANDIDATE}),
                target=D.EDITING,
                permission=P.DEMONSTRATION_EDIT,
                label=_l("Write the record"),
                done=_l("Record taken into work"),
                style="primary",
            ),
            Transition(
                action="publish_notice",
                sources=frozenset({D.EDITING}),
                target=D.IN_NOTICE,
                permission=P.DEMONSTRATION_LIST,
                label=_l("Publish the listing notice"),
                done=_l("Listing put on public notice"),
                guards=(record_is_complete, runs_long_enough, is_scored),
                style="primary",
            ),
            Transition(
                action="return_to_editing",
                sources=frozenset({D.IN_NOTICE}),
                target=D.EDITING,
                permission=P.DEMONSTRATION_LIST,
                label=_l("Return the record"),
                done=_l("Record returned"),
                needs_reason=True,
            ),
            Transition(
                action="list",
                sources=frozenset({D.IN_NOTICE}),
                target=D.LISTED,
                permission=None,
                label=_l("List"),
                done=_l("Demonstration project listed"),
                guards=(listing_notice_is_over,),
                stamps="listed_at",
            ),
            Transition(
                action="reexamine",
                sources=frozenset({D.LISTED}),
                target=D.UNDER_REEXAMINATION,
                permission=P.DEMONSTRATION_LIST,
                label=_l("Re-examine"),
                done=_l("Re-examination started"),
                needs_reason=True,
            ),
            Transition(
                action="confirm",
                sources=frozenset({D.UNDER_REEXAMINATION}),
                target=D.LISTED,
                permission=P.DEMONSTRATION_LIST,
                label=_l("Confirm the listing"),
                done=_l("Listing confirmed"),
                guards=(report_is_filed,),
                needs_reason=True,
            ),
            Transition(
                action="suspend",
                sources=frozenset({D.LISTED}),
                target=D.SUSPENDED,
                permission=P.DEMONSTRATION_LIST,
                label=_l("Suspend the listing"),
                done=_l("The listing was suspended"),
                needs_reason=True,
                style="danger",
            ),
            Transition(
                action="suspend_overdue",
                sources=frozenset({D.LISTED}),
                target=D.SUSPENDED,
                permission=None,
                label=_l("Suspend for an overdue report"),
                done=_l("Listing suspended: effect report overdue"),
                guards=(report_is_overdue,),
                due_at="listed_at",
            ),
            Transition(
                action="resume",
                sources=frozenset({D.SUSPENDED}),
                target=D.LISTED,
                permission=P.DEMONSTRATION_LIST,
                label=_l("Resume the listing"),
                done=_l("Listing resumed"),
                guards=(report_is_filed,),
                needs_reason=True,
            ),
            Transition(
                action="delist",
                sources=frozenset({D.UNDER_REEXAMINATION, D.SUSPENDED}),
                target=D.DELISTED,
                permission=P.DEMONSTRATION_LIST,
                label=_l("Delist"),
                done=_l("Demonstration project delisted"),
                guards=(delisting_notice_is_over,),
                needs_reason=True,
                stamps="delisted_at",
                style="danger",
            ),
        ),
    )
)


def demonstration_is_listed(replication: Replication, _now: datetime) -> Refusal | None:
    """Only a listed demonstration is passed on."""
    if replication.demonstration.state is not D.LISTED:
        return Refusal("not_listed", _l("The demonstration project is not listed."))
    return None


def adoption_is_described(replication: Replication, _now: datetime) -> Refusal | None:
    """An adoption says how, when and for how much."""
    if replication.kind is None or replication.adopted_on is None or replication.contract_fen is None:
        return Refusal("adoption_incomplete", _l("Give the kind, the day and the contract amount."), "kind")
    return None


def effect_is_proved(replication: Replication, _now: datetime) -> Refusal | None:
    """Only an effect with figures and the adopter's evidence counts."""
    if not (replication.effect or "").strip() or not replication.effect_rows:
        return Refusal(
            "effect_missing", _l("The adopter must report the effect with figures first."), "effect"
        )
    return None


REPLICATION = register(
    Workflow(
        Replication,
        R,
        _l("Replication"),
        (
            Transition(
                action="match",
                sources=frozenset({R.INTEREST}),
                target=R.MATCHED,
                permission=P.REPLICATION_MATCH,
                label=_l("Match adopter and builder"),
                done=_l("Adopter and builder matched"),
                guards=(demonstration_is_listed,),
                stamps="matched_at",
                style="primary",
            ),
            Transition(
                action="adopt",
                sources=frozenset({R.MATCHED}),
                target=R.ADOPTED,
                permission=P.REPLICATION_EDIT,
                label=_l("Record the adoption"),
                done=_l("Adoption recorded"),
                guards=(adoption_is_described,),
                stamps="adopted_at",
                style="primary",
            ),
            Transition(
                action="verify",
                sources=frozenset({R.ADOPTED}),
                target=R.VERIFIED,
                permission=P.REPLICATION_VERIFY,
                label=_l("Verify the effect"),
                done=_l("Effect verified"),
                guards=(effect_is_proved,),
                stamps="verified_at",
                style="primary",
            ),
            Transition(
                action="abandon",
                sources=frozenset({R.INTEREST, R.MATCHED, R.ADOPTED}),
                target=R.ABANDONED,
                permission=P.REPLICATION_EDIT,
                label=_l("Abandon"),
                done=_l("Replication abandoned"),
                needs_reason=True,
                style="danger",
            ),
        ),
    )
)
