"""Writing, locking, returning and voiding score sheets. Locked scores stay: a return opens a new revision."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, ProcedureError, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import Lazy, _l
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.outcomes import Acceptance
from app.models.procedure_codes import RescoreReason, SheetAdvice
from app.models.reviews import Assignment, Score, Sheet
from app.models.rounds import Rubric
from app.models.states import SheetState
from app.workflow import move, record
from app.workflow.reviews import is_not_void, seat_is_ready

OPEN_STATES = (SheetState.DRAFT, SheetState.RETURNED)
# Why a sheet became void, by the action that took its author off the panel.
VOID_WORDING: dict[str, Lazy] = {
    "take_off": _l("Its author was taken off the panel for a conflict of interest."),
    "recuse": _l("Its author recused."),
    "replace": _l("Its author was replaced."),
}


def sheet_for(
    session: Session,
    *,
    rubric: Rubric,
    author_id: UUID,
    now: datetime,
    assignment: Assignment | None = None,
    bid: Bid | None = None,
    demand: Demand | None = None,
    acceptance: Acceptance | None = None,
) -> Sheet:
    """The author's sheet on one bid, one demand or one acceptance: the one there is, or a new draft.

    Bids and acceptances are scored from the author's own seat, anything else is a ValueError; a demand is vetted by an
    officer, or from a seat on its panel."""
    subject = {
        "bid_id": bid.id if bid else None,
        "demand_id": demand.id if demand else None,
        "acceptance_id": acceptance.id if acceptance else None,
    }
    if sum(each is not None for each in subject.values()) != 1:
        raise ValueError("a sheet has one subject")
    if demand is None and assignment is None:
        raise ValueError("a bid or an acceptance is scored from a seat")
    if assignment is not None and assignment.expert.user_id != author_id:
        raise NotPermitted()
    query = select(Sheet).filter_by(rubric_id=rubric.id, author_id=author_id, **subject)
    if acceptance is not None:
        # The second panel after a rectification judges anew, whoever sat on the first.
        query = query.where(Sheet.assignment_id == (assignment.id if assignment else None))
    found = session.scalar(query)
    if found is not None:
        return found
    sheet = Sheet(
        rubric=rubric,
        author_id=author_id,
        assignment=assignment,
        bid=bid,
        subject_demand=demand,
        acceptance_id=subject["acceptance_id"],
        created_at=now,
    )
    session.add(sheet)
    session.flush()
    return sheet


def save_sheet(
    session: Session,
    sheet: Sheet,
    *,
    by: Actor,
    now: datetime,
    scores: Mapping[str, tuple[int, str]],
    strengths: str = "",
    weaknesses: str = "",
    advice_text: str = "",
    advice: SheetAdvice | None = None,
) -> Sheet:
    """Keep a draft as it is now: `scores` by criterion code are the value in hundredths and the comment.

    What is not in `scores` has no score. Raises RuleBroken for a value outside its range or an unknown criterion."""
    check_writable(sheet, by=by, now=now)
    criteria = {criterion.code: criterion for criterion in sheet.rubric.criteria}
    refusals = _range_refusals(criteria, scores)
    if refusals:
        raise RuleBroken(refusals)
    sheet.strengths, sheet.weaknesses = strengths, weaknesses
    sheet.advice_text, sheet.advice = advice_text, advice
    wanted = {criteria[code].id: given for code, given in scores.items()}
    for criterion_id, score in sheet.current_scores().items():
        if criterion_id not in wanted:
            sheet.scores.remove(score)
    present = sheet.current_scores()
    for criterion_id, (value, comment) in wanted.items():
        if criterion_id in present:
            present[criterion_id].value, present[criterion_id].comment = value, comment
        else:
            sheet.scores.append(
                Score(revision=sheet.revision, criterion_id=criterion_id, value=value, comment=comment)
            )
    record(session, sheet, "save", by=by, now=now, data={"revision": sheet.revision})
    return sheet


def submit_sheet(session: Session, sheet: Sheet, *, by: Actor, now: datetime) -> Sheet:
    """Lock the sheet with the sum of its scores, once every criterion is scored as the round demands."""
    with _restoring(sheet, "total"):
        sheet.total = sum(score.value for score in sheet.current_scores().values())
        move(session, sheet, "submit", by=by, now=now, data={"revision": sheet.revision})
    return sheet


def return_sheet(
    session: Session, sheet: Sheet, *, reason: RescoreReason, note: str, by: Actor, now: datetime
) -> Sheet:
    """The chair opens a locked sheet again for one of the four lawful reasons, before the report is signed.

    The former scores stay as they are; a copy of them under the next revision is what the expert corrects."""
    former = sheet.current_scores()
    with _restoring(sheet, "return_reason", "revision", "total"):
        sheet.return_reason = reason
        sheet.revision += 1
        sheet.total = None
        data = {"reason": reason.value, "revision": sheet.revision}
        move(session, sheet, "return", by=by, now=now, reason=note, data=data)
    _copy_scores(sheet, former)
    session.flush()
    return sheet


def reopen_sheet(session: Session, sheet: Sheet, *, by: Actor, now: datetime) -> Sheet:
    """The site opens a locked sheet again because what it judges has changed (a new review, a demand sent back)."""
    system = by.as_system()
    if sheet.state is SheetState.SUBMITTED:
        move(session, sheet, "finalise", by=system, now=now)
    former = sheet.current_scores()
    with _restoring(sheet, "revision", "total"):
        sheet.revision += 1
        sheet.total = None
        move(session, sheet, "reopen", by=system, now=now, data={"revision": sheet.revision})
    _copy_scores(sheet, former)
    session.flush()
    return sheet


def void_sheets(
    session: Session, assignment: Assignment, *, reason: str, by: Actor, now: datetime
) -> list[Sheet]:
    """What the expert of this seat scored counts no more. `reason` is a code of VOID_WORDING."""
    if not by.is_system and not can(by, Permission.PANEL_DRAW, assignment):
        raise NotPermitted()
    if reason not in VOID_WORDING:
        raise ValueError(f"{reason!r} is no reason to void a sheet")
    sheets = session.scalars(
        select(Sheet).where(Sheet.assignment_id == assignment.id, Sheet.is_void.is_(False)).order_by(Sheet.id)
    ).all()
    for sheet in sheets:
        sheet.is_void = True
        sheet.void_reason = reason
        record(session, sheet, "void", by=by, now=now, data={"reason": reason})
    return list(sheets)


def check_writable(sheet: Sheet, *, by: Actor, now: datetime) -> None:
    """Raise unless the actor is the author and the sheet is open: not locked, not void, not held, the seat ready."""
    if not can(by, Permission.SHEET_WRITE, sheet):
        raise NotPermitted()
    if sheet.state not in OPEN_STATES:
        raise StateMovedOn(_l("This sheet is locked."))
    refusal = is_not_void(sheet, now) or seat_is_ready(sheet, now)
    if refusal is None and sheet.is_held:
        refusal = Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted."))
    if refusal is not None:
        raise RuleBroken(refusal)


def _range_refusals(criteria: Mapping[str, Any], scores: Mapping[str, tuple[int, str]]) -> list[Refusal]:
    found = []
    for code, (value, _comment) in scores.items():
        criterion = criteria.get(code)
        if criterion is None:
            found.append(Refusal("criterion_unknown", _l("The rubric has no such criterion.")))
        elif not 0 <= value <= criterion.max_score:
            wording = _l("The score for %(name)s lies outside its range.", name=criterion.label)
            found.append(Refusal("score_range", wording, f"score_{code}"))
    return found


def _copy_scores(sheet: Sheet, former: Mapping[UUID, Score]) -> None:
    for criterion_id, score in former.items():
        sheet.scores.append(
            Score(
                revision=sheet.revision,
                criterion_id=criterion_id,
                value=score.value,
                comment=score.comment,
            )
        )


@contextmanager
def _restoring(sheet: Sheet, *names: str) -> Iterator[None]:
    """Put the attributes back when the procedure says no: the event's digest must cover their new values, so they are
    set before the move."""
    former = {name: getattr(sheet, name) for name in names}
    try:
        yield
    except ProcedureError:
        for name, value in former.items():
            setattr(sheet, name, value)
        raise
