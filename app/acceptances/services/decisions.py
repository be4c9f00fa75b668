"""The decision on an acceptance and what follows in the same act: the certificate, the frozen opinion, the notice."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acceptances import queries
from app.acceptances.services.documents import background, certificate_content, opinion_document
from app.acceptances.services.judging import reload
from app.access import Actor, Permission, can
from app.core.clock import add_months, day_of
from app.core.digests import digest
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.core.numbers import certificate_number
from app.models.awards import Award, Notice
from app.models.contracts import Contract
from app.models.demands import Demand
from app.models.outcomes import Acceptance, Certificate
from app.models.procedure_codes import NoticeKind
from app.models.reviews import Panel
from app.models.states import AcceptanceState, AssignmentState, SheetState
from app.notices.services import publish_notice
from app.scoring import queries as scoring
from app.workflow import move, record
from app.workflow.outcomes import live_panel

OUTCOMES = ("pass", "require_rectification", "conclude", "fail", "fail_unrectified")
DECIDED = (AcceptanceState.PASSED, AcceptanceState.CONCLUDED, AcceptanceState.FAILED)


def decide(
    session: Session,
    acceptance: Acceptance,
    *,
    outcome: str,
    by: Actor,
    now: datetime,
    opinion: str | None = None,
    reason: str | None = None,
) -> Acceptance:
    """Decide, with one of OUTCOMES. `opinion` replaces the drafted one; all but `pass` need a reason.

    Passing issues the certificate; requiring rectification sets its last day; the panel's opinion is frozen."""
    if outcome not in OUTCOMES:
        raise ValueError(f"{outcome!r} is no outcome of an acceptance")
    if not can(by, Permission.ACCEPTANCE_DECIDE, acceptance):
        raise NotPermitted()
    reload(session, acceptance)
    # A savepoint: when the procedure says no, neither opinion nor last day stays behind.
    with session.begin_nested():
        if opinion is not None:
            acceptance.opinion = opinion.strip()
        if outcome == "require_rectification":
            months = acceptance.demand.round.rectify_months
            acceptance.rectify_due_on = add_months(day_of(now), months)
        data = {"attempt": acceptance.attempt, "total": acceptance.total}
        move(session, acceptance, outcome, by=by, now=now, reason=reason, data=data)
    panel = live_panel(acceptance)
    if outcome == "pass":
        issue_certificate(session, acceptance, panel, by=by, now=now)
    if outcome != "fail_unrectified" and panel is not None:
        _close_panel(session, acceptance, panel, by=by, now=now)
    return acceptance


def issue_certificate(
    session: Session, acceptance: Acceptance, panel: Panel | None, *, by: Actor, now: datetime
) -> Certificate:
    """Number, content and digest of the certificate of a passed acceptance."""
    demand = session.get_one(Demand, acceptance.demand.id, with_for_update=True)
    issued = session.scalar(
        select(func.count())
        .select_from(Certificate)
        .join(Acceptance, Certificate.acceptance_id == Acceptance.id)
        .join(Contract, Acceptance.contract_id == Contract.id)
        .join(Award, Contract.award_id == Award.id)
        .where(Award.demand_id == demand.id)
    )
    number = certificate_number(str(demand.number), (issued or 0) + 1)
    content = certificate_content(acceptance, panel, number)
    certificate = Certificate(
        acceptance=acceptance, number=number, content=content, digest=digest(content), issued_at=now
    )
    session.add(certificate)
    data = {"number": number, "digest": certificate.digest}
    record(session, acceptance, "issue_certificate", by=by.as_system(), now=now, data=data)
    return certificate


def publish_result(session: Session, acceptance: Acceptance, *, by: Actor, now: datetime) -> Notice:
    """Put the result on public notice, once."""
    if not can(by, Permission.NOTICE_PUBLISH, acceptance):
        raise NotPermitted()
    if acceptance.state not in DECIDED:
        raise StateMovedOn(_l("The acceptance is not decided yet."))
    if queries.result_notice(session, acceptance) is not None:
        raise RuleBroken(Refusal("notice_published", _l("The result is on notice already.")))
    facts = background(acceptance)
    keys = ("contract_number", "title", "owner", "lead", "members", "field", "region")
    certificate = queries.certificate_of(session, acceptance.id)
    row = {key: facts[key] for key in keys} | {
        "outcome": acceptance.state.value,
        "certificate_number": certificate.number if certificate is not None else None,
    }
    return publish_notice(
        session,
        kind=NoticeKind.ACCEPTANCE,
        round_=acceptance.demand.round,
        title=None,
        annex=[row],
        by=by,
        now=now,
        acceptance=acceptance,
    )


def _close_panel(session: Session, acceptance: Acceptance, panel: Panel, *, by: Actor, now: datetime) -> None:
    """Freeze the opinion with its digest; sheets become final, and the members' work is done."""
    document = opinion_document(acceptance, panel)
    panel.report = document
    panel.report_text = acceptance.opinion
    panel.report_digest = digest(document)
    panel.report_drafted_at = panel.report_drafted_at or now
    panel.report_signed_at = now
    record(session, panel, "close_report", by=by.as_system(), now=now, data={"digest": panel.report_digest})
    system = by.as_system()
    for sheet in scoring.sheets_of(session, panel=panel, acceptance_id=acceptance.id):
        if sheet.state is SheetState.SUBMITTED:
            move(session, sheet, "finalise", by=system, now=now)
    for seat in panel.assignments:
        if not seat.is_reserve and seat.state is AssignmentState.ACCEPTED:
            move(session, seat, "finish", by=system, now=now)
