"""Seats on a panel and score sheets."""

from datetime import datetime

from app.access import Permission as P
from app.core.errors import Refusal
from app.core.i18n import _l
from app.models.procedure_codes import PanelPurpose
from app.models.reviews import Assignment, Panel, Sheet
from app.models.states import AssignmentState as A
from app.models.states import SheetState as S
from app.workflow.engine import Transition, Workflow, register


def is_called(seat: Assignment, _now: datetime) -> Refusal | None:
    """A reserve is invited only when called to a seat."""
    return Refusal("on_reserve_list", _l("This expert is on the reserve list.")) if seat.is_reserve else None


def has_declared(seat: Assignment, _now: datetime) -> Refusal | None:
    """Nothing opens before the declaration of conflicts and the pledge are signed."""
    if seat.declared_at is None or seat.pledged_at is None:
        return Refusal("not_pledged", _l("Declare your conflicts and sign the pledge first."))
    return None


def report_stands(seat: Assignment, _now: datetime) -> Refusal | None:
    """A seat is done when the panel's report is signed by all, or when the demand that it vetted is decided."""
    if seat.panel.purpose is PanelPurpose.VETTING and not seat.panel.is_live:
        return None
    return (
        None
        if seat.panel.report_signed_at
        else Refusal("report_not_signed", _l("The panel's report is not signed yet."))
    )


def report_is_open(seat: Assignment, _now: datetime) -> Refusal | None:
    """Nobody leaves a panel whose report is signed."""
    return (
        Refusal("report_signed", _l("The panel's report is signed already."))
        if seat.panel.report_signed_at
        else None
    )


def _panel(sheet: Sheet) -> Panel | None:
    return sheet.assignment.panel if sheet.assignment else None


def seat_is_ready(sheet: Sheet, _now: datetime) -> Refusal | None:
    """Only an expert who accepted, declared and pledged scores; vetting officers have no seat."""
    seat = sheet.assignment
    if seat is not None and (seat.state is not A.ACCEPTED or seat.pledged_at is None):
        return Refusal("seat_not_ready", _l("Accept the invitation and sign the pledge first."))
    return None


def every_criterion_is_scored(sheet: Sheet, _now: datetime) -> list[Refusal]:
    """One number per criterion, within its range; a comment where the round demands one."""
    scores, settings = sheet.current_scores(), sheet.rubric.round
    found = []
    for criterion in sheet.rubric.criteria:
        score = scores.get(criterion.id)
        field = f"score_{criterion.code}"
        if score is None:
            found.append(Refusal("score_missing", _l("No score for: %(name)s.", name=criterion.label), field))
            continue
        if not 0 <= score.value <= criterion.max_score:
            found.append(
                Refusal(
                    "score_range",
                    _l("The score for %(name)s lies outside its range.", name=criterion.label),
                    field,
                )
            )
        low = score.value * 100 < criterion.max_score * settings.comment_below_percent
        high = score.value * 100 > criterion.max_score * settings.comment_above_percent
        if (low or high) and sheet.assignment is not None and not score.comment.strip():
            found.append(
                Refusal(
                    "comment_missing",
                    _l("Explain the very low or very high score for: %(name)s.", name=criterion.label),
                    f"comment_{criterion.code}",
                )
            )
    return found


def is_not_void(sheet: Sheet, _now: datetime) -> Refusal | None:
    """A void sheet is history."""
    return Refusal("sheet_void", _l("This sheet is void.")) if sheet.is_void else None


def report_is_unsigned(sheet: Sheet, _now: datetime) -> Refusal | None:
    """A sheet is re-opened only before the panel's report is signed."""
    panel = _panel(sheet)
    if panel is not None and panel.report_signed_at is not None:
        return Refusal("report_signed", _l("The panel's report is signed already."))
    return None


def return_reason_is_lawful(sheet: Sheet, _now: datetime) -> Refusal | None:
    """One of the four lawful reasons."""
    if sheet.return_reason is None:
        return Refusal("reason_not_lawful", _l("Choose one of the four lawful reasons."), "return_reason")
    return None


SHEET = register(
    Workflow(
        Sheet,
        S,
        _l("Score sheet"),
        (
            Transition(
                action="submit",
                sources=frozenset({S.DRAFT, S.RETURNED}),
                target=S.SUBMITTED,
                permission=P.SHEET_WRITE,
                label=_l("Submit and lock the sheet"),
                done=_l("Sheet submitted and locked"),
                guards=(is_not_void, seat_is_ready, every_criterion_is_scored),
                stamps="submitted_at",
                style="primary",
            ),
            Transition(
                action="return",
                sources=frozenset({S.SUBMITTED}),
                target=S.RETURNED,
                permission=P.SHEET_RETURN,
                label=_l("Return the sheet"),
                done=_l("Sheet returned to the expert"),
                guards=(is_not_void, return_reason_is_lawful, report_is_unsigned),
                stamps="returned_at",
                needs_reason=True,
            ),
            Transition(
                action="finalise",
                sources=frozenset({S.SUBMITTED}),
                target=S.FINAL,
                permission=None,
                label=_l("Make final"),
                done=_l("Sheet made final"),
            ),
            Transition(
                action="reopen",
                sources=frozenset({S.FINAL}),
                target=S.RETURNED,
                permission=None,
                label=_l("Open again"),
                done=_l("Final sheet opened again for a new review"),
            ),
        ),
    )
)

ASSIGNMENT = register(
    Workflow(
        Assignment,
        A,
        _l("Panel seat"),
        (
            Transition(
                action="invite",
                sources=frozenset({A.DRAWN}),
                target=A.INVITED,
                permission=P.PANEL_DRAW,
                label=_l("Invite"),
                done=_l("Expert invited"),
                guards=(is_called,),
                stamps="invited_at",
                style="primary",
            ),
            Transition(
                action="call",
                sources=frozenset({A.DRAWN}),
                target=A.INVITED,
                permission=None,
                label=_l("Call from the reserve list"),
                done=_l("Expert called from the reserve list and invited"),
                guards=(is_called, report_is_open),
                stamps="invited_at",
            ),
            Transition(
                action="accept",
                sources=frozenset({A.INVITED}),
                target=A.ACCEPTED,
                permission=P.ASSIGNMENT_ANSWER,
                label=_l("Accept the invitation"),
                done=_l("Invitation accepted"),
                guards=(has_declared,),
                stamps="answered_at",
                style="primary",
            ),
            Transition(
                action="decline",
                sources=frozenset({A.INVITED}),
                target=A.DECLINED,
                permission=P.ASSIGNMENT_ANSWER,
                label=_l("Decline the invitation"),
                done=_l("Expert declined the invitation"),
                needs_reason=True,
                stamps="answered_at",
            ),
            Transition(
                action="recuse",
                sources=frozenset({A.INVITED, A.ACCEPTED}),
                target=A.RECUSED,
                permission=P.ASSIGNMENT_ANSWER,
                label=_l("Recuse myself"),
                done=_l("Expert recused"),
                guards=(report_is_open,),
                needs_reason=True,
                stamps="answered_at",
                style="danger",
            ),
            Transition(
                action="take_off",
                sources=frozenset({A.DRAWN, A.INVITED, A.ACCEPTED, A.DONE}),
                target=A.RECUSED,
                permission=None,
                label=_l("Take off the panel"),
                done=_l("Expert taken off: conflict of interest"),
            ),
            Transition(
                action="replace",
                sources=frozenset({A.DRAWN, A.INVITED, A.ACCEPTED}),
                target=A.REPLACED,
                permission=P.PANEL_DRAW,
                label=_l("Replace the expert"),
                done=_l("Expert replaced"),
                guards=(report_is_open,),
                needs_reason=True,
            ),
            Transition(
                action="finish",
                sources=frozenset({A.ACCEPTED}),
                target=A.DONE,
                permission=None,
                label=_l("Finish"),
                done=_l("Work on the panel done"),
                guards=(report_stands,),
                stamps="done_at",
            ),
            Transition(
                action="resume",
                sources=frozenset({A.DONE}),
                target=A.ACCEPTED,
                permission=None,
                label=_l("Resume"),
                done=_l("Panel work resumed for a new review"),
            ),
        ),
    )
)
