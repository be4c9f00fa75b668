"""Panels: drawn, recorded so that anyone can draw them again, and filled up when seats fall empty."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.experts import draw as drawing
from app.experts.candidates import Subject, candidates_for, subject_of
from app.experts.draw import Candidate, Result, Rules
from app.models.demands import Demand
from app.models.outcomes import Acceptance
from app.models.procedure_codes import PanelPurpose
from app.models.reviews import Assignment, Panel
from app.models.rounds import Round, Rubric
from app.models.states import AssignmentState, DemandState
from app.workflow import record

SITTING = (
    AssignmentState.DRAWN,
    AssignmentState.INVITED,
    AssignmentState.ACCEPTED,
    AssignmentState.DONE,
)


@dataclass(frozen=True, slots=True)
class Redraw:
    """A draw run again from its record."""

    is_same: bool
    has_same_inputs: bool
    seats: tuple[str, ...]
    reserves: tuple[str, ...]


def draw_panel(
    session: Session,
    *,
    purpose: PanelPurpose,
    rubric: Rubric,
    by: Actor,
    now: datetime,
    demand: Demand | None = None,
    acceptance: Acceptance | None = None,
    seed: str | None = None,
) -> Panel:
    """Draw a panel with its reserves for a demand's bids or for an acceptance, by the rules of the round.

    Raises RuleBroken when a panel stands already, when the bids are not opened, or naming the rules that cannot be
    met. Without a seed a random one is taken. Seats are drawn, nobody is invited yet."""
    subject = _subject(purpose, demand, acceptance)
    if not can(by, Permission.PANEL_DRAW, subject.thing):
        raise NotPermitted()
    _check_drawable(session, subject)
    seed = seed or secrets.token_hex(16)
    rules = rules_of(subject.demand.round, purpose)
    pool = candidates_for(session, subject, now)
    result = drawing.draw(pool, rules, seed)
    if by.user_id is None:
        raise NotPermitted()
    panel = Panel(
        purpose=purpose,
        demand=demand,
        acceptance_id=acceptance.id if acceptance is not None else None,
        rubric=rubric,
        size=rules.size,
        seed=seed,
        draw=_record(pool, rules, seed, result),
        drawn_at=now,
        drawn_by_id=by.user_id,
        rubric_frozen_at=now,
    )
    session.add(panel)
    _seat(panel, result, now)
    session.flush()
    data = {"seed": seed, "inputs_digest": result.inputs_digest, "size": rules.size}
    record(session, panel, "draw", by=by, now=now, data=data)
    return panel


def draw_more(session: Session, panel: Panel, *, by: Actor, now: datetime, seed: str | None = None) -> Panel:
    """Fill empty seats and the reserve list of a panel by a further draw under the same rules, recorded with the first.

    Raises RuleBroken when nothing is missing or the rules cannot be met."""
    if not can(by, Permission.PANEL_DRAW, panel.assignments[0]):
        raise NotPermitted()
    if panel.report_signed_at is not None or not panel.is_live:
        raise StateMovedOn()
    seats, waiting = sitting(panel), reserves_of(panel)
    rules = rules_of(panel.rubric.round, panel.purpose)
    rules = Rules(**(asdict(rules) | {"size": panel.size, "reserves": max(0, rules.reserves - len(waiting))}))
    if len(seats) >= panel.size and not rules.reserves:
        raise RuleBroken(Refusal("nothing_missing", _l("No seat is empty and the reserve list is full.")))
    seed = seed or secrets.token_hex(16)
    pool = candidates_for(session, subject_of(session, panel), now, panel=panel)
    seated = [str(each.expert_id) for each in seats]
    result = drawing.draw(pool, rules, seed, seated=seated)
    addition = _record(pool, rules, seed, result) | {"seated": seated, "at": now.isoformat()}
    # JSON columns notice a new value, not a changed one.
    panel.draw = panel.draw | {"additions": [*panel.draw.get("additions", []), addition]}
    _seat(panel, result, now, offset=len(panel.assignments))
    session.flush()
    data = {"seed": seed, "inputs_digest": result.inputs_digest, "seats": len(result.seats)}
    record(session, panel, "draw_more", by=by, now=now, data=data)
    return panel


def redraw(panel: Panel) -> Redraw:
    """Run the draw again from its record, with all additions, and compare."""
    runs = [_run(each) for each in (panel.draw, *panel.draw.get("additions", []))]
    first = runs[0]
    return Redraw(
        is_same=all(run.is_same for run in runs),
        has_same_inputs=all(run.has_same_inputs for run in runs),
        seats=first.seats,
        reserves=first.reserves,
    )


def rules_of(round_: Round, purpose: PanelPurpose) -> Rules:
    """The rules that the round lays down; an acceptance needs a member who did not select as well."""
    return Rules(
        size=round_.panel_size,
        reserves=round_.panel_reserves,
        outside_percent=round_.panel_outside_percent,
        needs_newcomer=purpose is PanelPurpose.ACCEPTANCE,
    )


def live_panel(
    session: Session, *, demand: Demand | None = None, acceptance: Acceptance | None = None
) -> Panel | None:
    """The panel in force of a demand or an acceptance."""
    query = select(Panel).where(Panel.is_live)
    if demand is not None:
        return session.scalar(query.where(Panel.demand_id == demand.id))
    return session.scalar(query.where(Panel.acceptance_id == (acceptance.id if acceptance else None)))


def sitting(panel: Panel) -> list[Assignment]:
    """The seats that are taken, by position."""
    seats = [each for each in panel.assignments if not each.is_reserve and each.state in SITTING]
    return sorted(seats, key=lambda each: each.position)


def reserves_of(panel: Panel) -> list[Assignment]:
    """Who may still be called, in the order of the draw."""
    waiting = [each for each in panel.assignments if each.is_reserve and each.state is AssignmentState.DRAWN]
    return sorted(waiting, key=lambda each: each.position)


def recorded_candidates(panel: Panel) -> dict[UUID, Candidate]:
    """Everyone the panel's draws looked at, as they were when last drawn, by expert id."""
    found = {}
    for each in (panel.draw, *panel.draw.get("additions", [])):
        for row in each["candidates"]:
            found[UUID(row["id"])] = drawing.from_row(row)
    return found


def _subject(purpose: PanelPurpose, demand: Demand | None, acceptance: Acceptance | None) -> Subject:
    if (purpose is PanelPurpose.ACCEPTANCE) == (acceptance is None) or (demand is None) == (
        acceptance is None
    ):
        raise ValueError("a vetting and a review are of a demand, an acceptance review of an acceptance")
    if demand is not None:
        return Subject(purpose, demand)
    found: Any = acceptance
    return Subject(purpose, found.contract.award.demand, found)


def _check_drawable(session: Session, subject: Subject) -> None:
    standing = live_panel(
        session,
        demand=None if subject.acceptance is not None else subject.demand,
        acceptance=subject.acceptance,
    )
    if standing is not None:
        raise RuleBroken(
            Refusal("panel_stands", _l("A panel is drawn already. Replace single experts instead."))
        )
    if subject.purpose is PanelPurpose.VETTING:
        if subject.demand.state is not DemandState.VETTING:
            raise StateMovedOn()
        return
    if subject.acceptance is None and subject.demand.opened_at is None:
        wording = _l("Conflicts are known only once the bids are open: open them before the panel is drawn.")
        raise RuleBroken(Refusal("bids_not_open", wording))


def _record(pool: list[Candidate], rules: Rules, seed: str, result: Result) -> dict[str, Any]:
    return {
        "version": drawing.VERSION,
        "seed": seed,
        "rules": asdict(rules),
        "inputs_digest": result.inputs_digest,
        "candidates": [drawing.as_row(each) for each in sorted(pool, key=lambda each: each.id)],
        "excluded": [{"id": key, "reasons": list(reasons)} for key, reasons in result.excluded],
        "seats": list(result.seats),
        "reserves": list(result.reserves),
    }


def _run(record_: dict[str, Any]) -> Redraw:
    if not record_.get("candidates"):
        return Redraw(False, False, (), ())
    pool = [drawing.from_row(row) for row in record_["candidates"]]
    rules, seated = Rules(**record_["rules"]), record_.get("seated", [])
    result = drawing.draw(pool, rules, record_["seed"], seated=seated)
    has_same_inputs = result.inputs_digest == record_["inputs_digest"]
    same = list(result.seats) == record_["seats"] and list(result.reserves) == record_["reserves"]
    return Redraw(same and has_same_inputs, has_same_inputs, result.seats, result.reserves)


def _seat(panel: Panel, result: Result, now: datetime, *, offset: int = 0) -> None:
    drawn = [(key, False) for key in result.seats] + [(key, True) for key in result.reserves]
    for position, (key, is_reserve) in enumerate(drawn, start=offset + 1):
        panel.assignments.append(
            Assignment(
                expert_id=UUID(key),
                position=position,
                is_reserve=is_reserve,
                created_at=now,
            )
        )
