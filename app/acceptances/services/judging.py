"""The work of the acceptance panel and beside it: the draw, the owner's opinion, verdicts, total, signatures."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.acceptances import queries
from app.access import Actor, Permission, can
from app.core.digests import digest
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.experts.panels import draw_panel
from app.experts.seats import invite_all
from app.models.outcomes import Acceptance
from app.models.procedure_codes import IndicatorVerdict, PanelPurpose, RubricKind
from app.models.reviews import Assignment, Panel, Sheet
from app.models.states import AcceptanceState
from app.notifications import audiences as to
from app.notifications.services import notify
from app.notifications.subjects import subject
from app.scoring import queries as scoring
from app.scoring.services import save_sheet, sheet_for, submit_sheet
from app.scoring.totals import aggregate, trim_from
from app.workflow import record
from app.workflow.outcomes import live_panel

OPEN = (AcceptanceState.REQUESTED, AcceptanceState.IN_REVIEW)


def draw_acceptance_panel(
    session: Session, acceptance: Acceptance, *, by: Actor, now: datetime, seed: str | None = None
) -> Panel:
    """Draw the panel of the present attempt and invite its members. It is drawn once for each attempt."""
    if not can(by, Permission.PANEL_DRAW, acceptance):
        raise NotPermitted()
    reload(session, acceptance)
    if acceptance.state is not AcceptanceState.REQUESTED:
        raise StateMovedOn()
    check_hold(acceptance)
    if live_panel(acceptance) is not None:
        raise RuleBroken(Refusal("panel_drawn", _l("The panel of this attempt is drawn already.")))
    rubric = acceptance.demand.round.rubric(RubricKind.ACCEPTANCE)
    if rubric is None:
        raise RuleBroken(Refusal("no_rubric", _l("The round has no rubric for acceptance.")))
    panel = draw_panel(
        session,
        purpose=PanelPurpose.ACCEPTANCE,
        rubric=rubric,
        acceptance=acceptance,
        by=by,
        now=now,
        seed=seed,
    )
    invite_all(session, panel, by=by, now=now)
    session.expire(acceptance, ["panels"])
    return panel


def give_opinion(
    session: Session, acceptance: Acceptance, *, text: str, by: Actor, now: datetime
) -> Acceptance:
    """The demand owner's opinion as the user of the results. It may be written anew until the decision."""
    if not can(by, Permission.ACCEPTANCE_OPINION, acceptance):
        raise NotPermitted()
    if acceptance.state not in OPEN:
        raise StateMovedOn()
    check_hold(acceptance)
    if not text.strip():
        raise RuleBroken(
            Refusal("owner_opinion_missing", _l("Write your opinion as the user."), "owner_opinion")
        )
    acceptance.owner_opinion = text.strip()
    acceptance.owner_opinion_at = now
    event = record(
        session, acceptance, "give_opinion", by=by, now=now, permission=Permission.ACCEPTANCE_OPINION
    )
    kind = "acceptance.give_opinion"
    told = to.organisers(session, acceptance)
    notify(session, told, kind, now=now, data=subject(acceptance), thing=acceptance, event=event)
    return acceptance


def write_sheet(
    session: Session,
    acceptance: Acceptance,
    *,
    scores: Mapping[str, tuple[int, str]],
    texts: Mapping[str, Any],
    is_final: bool,
    by: Actor,
    now: datetime,
) -> Sheet:
    """Save the sheet of the actor's own seat while the review runs, and lock it when it `is_final`."""
    seat = queries.seat_on(live_panel(acceptance), by)
    if seat is None:
        raise NotPermitted()
    if acceptance.state is not AcceptanceState.IN_REVIEW:
        raise StateMovedOn(_l("The acceptance review is not running."))
    check_hold(acceptance)
    sheet = sheet_for(
        session,
        rubric=seat.panel.rubric,
        author_id=seat.expert.user_id,
        now=now,
        assignment=seat,
        acceptance=acceptance,
    )
    save_sheet(session, sheet, by=by, now=now, scores=scores, **texts)
    return submit_sheet(session, sheet, by=by, now=now) if is_final else sheet


def compute_total(session: Session, acceptance: Acceptance, *, by: Actor, now: datetime) -> int:
    """The total of the panel's locked sheets, in hundredths, by the round's rule for means."""
    _check_review(session, acceptance, by)
    panel = live_panel(acceptance)
    if panel is None or not scoring.panel_is_locked(session, panel):
        raise RuleBroken(Refusal("not_locked", _l("Not every member of the panel has locked the sheet.")))
    sheets = scoring.sheets_of(session, panel=panel, acceptance_id=acceptance.id)
    totals = [each.total for each in sheets if each.total is not None]
    acceptance.total = aggregate(totals, trim_from=trim_from(acceptance.demand.round))
    data = {"total": acceptance.total, "sheets": len(totals), "attempt": acceptance.attempt}
    record(session, acceptance, "compute_total", by=by, now=now, data=data)
    return acceptance.total


def set_verdicts(
    session: Session,
    acceptance: Acceptance,
    *,
    verdicts: Mapping[UUID, IndicatorVerdict],
    has_passed_technical: bool,
    has_passed_financial: bool,
    by: Actor,
    now: datetime,
    opinion: str | None = None,
    problems: str | None = None,
) -> Acceptance:
    """Record what the panel found: a verdict for each indicator (by its id), both parts, the draft of the opinion.

    After the panel's scores are in. Whoever signed an earlier text of the opinion signs anew."""
    _check_review(session, acceptance, by)
    if acceptance.total is None:
        raise RuleBroken(Refusal("not_judged", _l("The panel has not finished.")))
    rows = queries.results_of(acceptance)
    if any(each.indicator_id not in verdicts for each in rows):
        raise RuleBroken(Refusal("verdict_missing", _l("Every indicator needs a verdict.")))
    for row in rows:
        row.verdict = verdicts[row.indicator_id]
    acceptance.has_passed_technical = has_passed_technical
    acceptance.has_passed_financial = has_passed_financial
    if opinion is not None:
        acceptance.opinion = opinion.strip()
    if problems is not None:
        acceptance.problems = problems.strip() or None
    record(session, acceptance, "set_verdicts", by=by, now=now, data={"attempt": acceptance.attempt})
    return acceptance


def sign_opinion(
    session: Session, acceptance: Acceptance, *, by: Actor, now: datetime, dissent: str | None = None
) -> str:
    """A member of the panel signs the opinion as it stands, with a dissent if any. Returns the digest signed."""
    reload(session, acceptance)
    seat = queries.seat_on(live_panel(acceptance), by)
    if seat is None or not can(by, Permission.REPORT_SIGN, seat):
        raise NotPermitted()
    if acceptance.state is not AcceptanceState.IN_REVIEW:
        raise StateMovedOn()
    if not (acceptance.opinion or "").strip():
        raise RuleBroken(Refusal("opinion_missing", _l("The acceptance opinion is not drafted yet.")))
    seat.signed_at = now
    seat.signed_digest = opinion_digest(acceptance)
    seat.dissent = (dissent or "").strip() or None
    data = {"digest": seat.signed_digest, "has_dissent": seat.dissent is not None}
    record(session, seat, "sign_opinion", by=by, now=now, data=data, permission=Permission.REPORT_SIGN)
    return seat.signed_digest


def opinion_digest(acceptance: Acceptance) -> str:
    """What a member's signature covers: the opinion, the verdicts, both parts and the total of this attempt."""
    content: dict[str, Any] = {
        "attempt": acceptance.attempt,
        "opinion": acceptance.opinion,
        "problems": acceptance.problems,
        "technical": acceptance.has_passed_technical,
        "financial": acceptance.has_passed_financial,
        "total": acceptance.total,
        "verdicts": [
            {"indicator": str(each.indicator_id), "verdict": each.verdict}
            for each in queries.results_of(acceptance)
        ],
    }
    return digest(content)


def has_signed(acceptance: Acceptance, seat: Assignment) -> bool:
    """Whether the seat's signature stands under the opinion in its present text."""
    return seat.signed_digest is not None and seat.signed_digest == opinion_digest(acceptance)


def count_signed(acceptance: Acceptance, panel: Panel | None) -> int:
    """How many members have signed the opinion in its present text."""
    return 0 if panel is None else sum(has_signed(acceptance, each) for each in queries.seats_of(panel))


def reload(session: Session, acceptance: Acceptance) -> None:
    """Lock the acceptance and forget what was read of its panel and sheets: others may have written them."""
    session.flush()
    session.refresh(acceptance, with_for_update=True)
    session.expire(acceptance, ["panels", "sheets", "results", "certificate"])


def check_hold(acceptance: Acceptance) -> None:
    """Nothing moves on a thing on hold."""
    if acceptance.is_held:
        raise RuleBroken(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted.")))


def _check_review(session: Session, acceptance: Acceptance, by: Actor) -> None:
    if not can(by, Permission.ACCEPTANCE_DECIDE, acceptance):
        raise NotPermitted()
    reload(session, acceptance)
    if acceptance.state is not AcceptanceState.IN_REVIEW:
        raise StateMovedOn()
    check_hold(acceptance)
