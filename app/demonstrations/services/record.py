"""The record of a demonstration project: created on passing, written by its owner, scored, kept up to date."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.clock import day_of
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.demonstrations.queries import REPORTING
from app.models.outcomes import Acceptance, Demonstration, Effect, EffectReport
from app.models.procedure_codes import RubricKind
from app.models.states import DemonstrationState
from app.workflow import move, record

FIELDS = (
    "title",
    "site",
    "problem",
    "solution",
    "technologies",
    "started_on",
    "investment_fen",
    "users_served",
    "ip_and_awards",
    "needs_data",
    "needs_compute",
    "needs_money",
    "needs_time",
    "needs_people",
    "price_guide",
    "policy_used",
    "visit_note",
    "contact_public",
    "has_no_incident",
)
EFFECT_FIELDS = ("indicator", "before", "after", "unit", "measured_by", "measured_on")
# Hubei's three words, in the order in which the rubric's criteria stand; hundredths of a point.
SCORES = ("benefit", "breadth", "visibility")
DEFAULT_MAXIMA = (40_00, 35_00, 25_00)


def create_candidate(session: Session, acceptance: Acceptance, *, by: Actor, now: datetime) -> Demonstration:
    """The candidate that grows from a passed acceptance, filled with what demand and contract say. Made once."""
    found = session.scalar(select(Demonstration).where(Demonstration.acceptance_id == acceptance.id))
    if found is not None:
        return found
    contract, demand = acceptance.contract, acceptance.demand
    demonstration = Demonstration(
        acceptance=acceptance,
        title=contract.title,
        site=demand.site,
        problem=demand.pain_point,
        solution=contract.objectives,
        started_on=acceptance.running_since_on,
        investment_fen=contract.amount_fen,
        contact_public=demand.public_phone,
        created_at=now,
    )
    session.add(demonstration)
    session.flush()
    record(session, demonstration, "create", by=by.as_system(), now=now)
    return demonstration


def edit_record(
    session: Session, demonstration: Demonstration, *, values: Mapping[str, Any], by: Actor, now: datetime
) -> Demonstration:
    """Write the record; the first time it takes the candidate into work. Possible until the listing notice.

    values: any of FIELDS, and `effects` as rows of EFFECT_FIELDS, which replace those there were."""
    if not can(by, Permission.DEMONSTRATION_EDIT, demonstration):
        raise NotPermitted()
    if demonstration.state is DemonstrationState.CANDIDATE:
        move(session, demonstration, "start_editing", by=by, now=now)
    if demonstration.state is not DemonstrationState.EDITING:
        raise StateMovedOn()
    check_hold(demonstration)
    if refusals := _record_refusals(values, now):
        raise RuleBroken(refusals)
    for name in FIELDS:
        if name in values:
            setattr(demonstration, name, values[name])
    if "effects" in values:
        # The old rows go first: positions are unique.
        demonstration.effects = []
        session.flush()
        demonstration.effects = [
            Effect(
                position=position,
                **{name: row.get(name) or "" for name in EFFECT_FIELDS[:-1]},
                measured_on=row["measured_on"],
            )
            for position, row in enumerate(values["effects"], start=1)
        ]
    record(session, demonstration, "edit", by=by, now=now, permission=Permission.DEMONSTRATION_EDIT)
    return demonstration


def maxima(demonstration: Demonstration) -> tuple[int, int, int]:
    """The most that benefit, breadth and visibility can score, by the round's rubric."""
    rubric = demonstration.demand.round.rubric(RubricKind.DEMONSTRATION)
    found = [each.max_score for each in rubric.criteria] if rubric is not None else []
    return (found[0], found[1], found[2]) if len(found) == len(SCORES) else DEFAULT_MAXIMA


def score(
    session: Session,
    demonstration: Demonstration,
    *,
    benefit: int,
    breadth: int,
    visibility: int,
    note: str | None = None,
    by: Actor,
    now: datetime,
) -> Demonstration:
    """Score the record, in hundredths, while it is in work."""
    if not can(by, Permission.DEMONSTRATION_LIST, demonstration):
        raise NotPermitted()
    if demonstration.state is not DemonstrationState.EDITING:
        raise StateMovedOn()
    check_hold(demonstration)
    given = (benefit, breadth, visibility)
    refusals = [
        Refusal("score_range", _l("The score lies outside its range."), name)
        for name, value, most in zip(SCORES, given, maxima(demonstration), strict=True)
        if not 0 <= value <= most
    ]
    if refusals:
        raise RuleBroken(refusals)
    demonstration.benefit_score, demonstration.breadth_score, demonstration.visibility_score = given
    demonstration.score_note = (note or "").strip()
    data = dict(zip(SCORES, given, strict=True))
    record(
        session, demonstration, "score", by=by, now=now, data=data, permission=Permission.DEMONSTRATION_LIST
    )
    return demonstration


def file_effect_report(
    session: Session,
    demonstration: Demonstration,
    *,
    year: int,
    text: str,
    rows: Sequence[Mapping[str, Any]],
    by: Actor,
    now: datetime,
) -> EffectReport:
    """File the effect report of a year, once. rows: [{indicator, value, unit}]."""
    if not can(by, Permission.DEMONSTRATION_EDIT, demonstration):
        raise NotPermitted()
    if demonstration.state not in REPORTING or demonstration.listed_at is None:
        raise StateMovedOn()
    refusals = []
    if not day_of(demonstration.listed_at).year <= year <= day_of(now).year:
        refusals.append(
            Refusal("year_range", _l("Choose a year since the listing, this one at the latest."), "year")
        )
    if any(each.year == year for each in demonstration.reports):
        refusals.append(Refusal("reported_before", _l("The report of this year is filed already."), "year"))
    if not text.strip():
        refusals.append(Refusal("report_missing", _l("Write the report."), "text"))
    if not rows:
        refusals.append(Refusal("rows_missing", _l("Give at least one figure."), "rows"))
    if refusals:
        raise RuleBroken(refusals)
    report = EffectReport(
        demonstration_id=demonstration.id,
        year=year,
        text=text.strip(),
        rows=[dict(each) for each in rows],
        author_id=by.user_id,
        at=now,
    )
    session.add(report)
    demonstration.last_report_on = day_of(now)
    session.flush()
    session.expire(demonstration, ["reports"])
    record(session, demonstration, "file_report", by=by, now=now, data={"year": year})
    return report


def check_hold(thing: Any) -> None:
    """Nothing moves on a thing on hold."""
    if thing.is_held:
        raise RuleBroken(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted.")))


def _record_refusals(values: Mapping[str, Any], now: datetime) -> list[Refusal]:
    found = []
    if "title" in values and not str(values["title"] or "").strip():
        found.append(Refusal("title_missing", _l("Give the project a name."), "title"))
    started_on = values.get("started_on")
    if started_on is not None and started_on > day_of(now):
        found.append(Refusal("started_future", _l("The day of first use lies in the future."), "started_on"))
    for index, row in enumerate(values.get("effects") or ()):
        if row["measured_on"] > day_of(now):
            field = f"effects.{index}.measured_on"
            found.append(Refusal("measured_future", _l("The day of measuring lies in the future."), field))
    return found
