"""Seats on a panel: invited, declared, pledged, accepted; given up, lost to a conflict, replaced from the reserves."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.experts import draw as drawing
from app.experts import pledge
from app.experts.candidates import candidates_for, subject_of
from app.experts.conflicts import Found, found_conflicts, recorded
from app.experts.draw import Rules
from app.experts.panels import recorded_candidates, reserves_of, rules_of, sitting
from app.models.procedure_codes import ConflictReason, ConflictSource
from app.models.records import Event
from app.models.reviews import Assignment, Conflict, Expert, Panel
from app.models.states import AssignmentState as A
from app.models.states import ExpertState
from app.workflow import move, record

ANSWERABLE = (A.INVITED, A.ACCEPTED)
READY = (A.ACCEPTED, A.DONE)
REASONS = {each.value: each for each in ConflictReason}


def invite_all(session: Session, panel: Panel, *, by: Actor, now: datetime) -> list[Assignment]:
    """Invite everyone who was drawn for a seat and is not invited yet."""
    seats = [seat for seat in sitting(panel) if seat.state is A.DRAWN]
    for seat in seats:
        move(session, seat, "invite", by=by, now=now)
    return seats


def declare(
    session: Session, seat: Assignment, conflicts: Iterable[Mapping[str, Any]], *, by: Actor, now: datetime
) -> Assignment:
    """The expert's declaration. `conflicts`: rows of bid_id (None: with the owner), reason, note; none is a clear one.

    A conflict with any party of the demand takes the expert off the panel: what they scored is void and the next
    reserve is called. May be repeated when a conflict comes to light later."""
    _check_own(seat, by)
    rows = [dict(row) for row in conflicts]
    _check_rows(session, seat, rows)
    seat.declared_at = now
    if not rows:
        record(session, seat, "declare", by=by, now=now, data={"conflicts": 0})
        return seat
    for row in rows:
        found = Found(row["reason"], row.get("bid_id"))
        note = str(row.get("note") or "")
        _keep_conflict(session, seat.expert, seat, found, ConflictSource.DECLARED, now, note=note)
    record(session, seat, "declare", by=by, now=now, data={"conflicts": len(rows)})
    move(session, seat, "take_off", by=by.as_system(), now=now)
    return seat


def sign_pledge(session: Session, seat: Assignment, *, by: Actor, now: datetime) -> Assignment:
    """Sign the pledge in force: who and when are in the event, what was signed is its digest."""
    _check_own(seat, by)
    if seat.declared_at is None:
        raise RuleBroken(Refusal("not_declared", _l("Declare your conflicts first.")))
    seat.pledged_at = now
    seat.pledge_digest = pledge.text_digest()
    record(
        session,
        seat,
        "pledge",
        by=by,
        now=now,
        data={"version": pledge.VERSION, "digest": seat.pledge_digest},
    )
    return seat


def accept(session: Session, seat: Assignment, *, by: Actor, now: datetime) -> Assignment:
    """Accept the invitation, after declaration and pledge."""
    move(session, seat, "accept", by=by, now=now)
    return seat


def decline(session: Session, seat: Assignment, *, reason: str, by: Actor, now: datetime) -> Assignment:
    """Decline the invitation; the next reserve is called."""
    move(session, seat, "decline", by=by, now=now, reason=reason)
    return seat


def recuse(session: Session, seat: Assignment, *, reason: str, by: Actor, now: datetime) -> Assignment:
    """Leave the panel of one's own accord; what was scored is void, the next reserve is called."""
    move(session, seat, "recuse", by=by, now=now, reason=reason)
    return seat


def replace(session: Session, seat: Assignment, *, reason: str, by: Actor, now: datetime) -> Assignment:
    """The organizer replaces an expert by the next reserve, which is given back.

    Raises RuleBroken when no reserve fits: a further draw comes first."""
    if not can(by, Permission.PANEL_DRAW, seat):
        raise NotPermitted()
    if next_reserve(session, seat, now) is None:
        raise RuleBroken(
            Refusal(
                "no_reserve", _l("No expert on the reserve list fits this seat. Draw further reserves first.")
            )
        )
    move(session, seat, "replace", by=by, now=now, reason=reason)
    return next(each for each in seat.panel.assignments if each.replaces_id == seat.id)


def choose_chair(session: Session, panel: Panel, seat: Assignment, *, by: Actor, now: datetime) -> Panel:
    """Record the chair whom the panel has elected among those who accepted."""
    if not can(by, Permission.PANEL_DRAW, seat):
        raise NotPermitted()
    if seat.panel_id != panel.id or seat.is_reserve or seat.state not in READY:
        raise RuleBroken(Refusal("chair_not_ready", _l("Only a member who has accepted can be the chair.")))
    if panel.report_signed_at is not None:
        raise StateMovedOn(_l("The panel's report is signed already."))
    for each in panel.assignments:
        each.is_chair = False
    # Two chairs are never stored, not even for a moment.
    session.flush()
    seat.is_chair = True
    record(session, panel, "choose_chair", by=by, now=now, data={"seat": str(seat.id)})
    return panel


def screen(session: Session, panel: Panel, *, by: Actor, now: datetime) -> list[Assignment]:
    """Compare everyone who sits with the parties once more, and take off whom the system finds in conflict."""
    if not by.is_system and not can(by, Permission.PANEL_DRAW, panel.assignments[0]):
        raise NotPermitted()
    demand = subject_of(session, panel).demand
    taken = []
    for seat in sitting(panel):
        found = found_conflicts(session, seat.expert, demand)
        for each in found:
            _keep_conflict(session, seat.expert, seat, each, ConflictSource.FOUND, now)
        if found:
            move(session, seat, "take_off", by=by.as_system(), now=now)
            taken.append(seat)
    return taken


def fill_from_reserves(session: Session, seat: Assignment, _event: Event, by: Actor, now: datetime) -> None:
    """Listener: when a seat falls free, its chair falls too, and the next reserve that fits is called and invited."""
    seat.is_chair = False
    session.flush()
    panel = seat.panel
    if seat.is_reserve or not panel.is_live or panel.report_signed_at is not None:
        return
    reserve = next_reserve(session, seat, now)
    if reserve is None:
        return
    reserve.is_reserve = False
    reserve.replaces_id = seat.id
    session.flush()
    move(session, reserve, "call", by=by.as_system(), now=now, data={"replaces": str(seat.id)})


def next_reserve(session: Session, leaving: Assignment, now: datetime) -> Assignment | None:
    """The first reserve with whom, after this seat is gone, the rules of the draw still hold; None if there is none."""
    panel, subject = leaving.panel, subject_of(session, leaving.panel)
    known = recorded_candidates(panel) or {
        UUID(each.id): each for each in candidates_for(session, subject, now, panel=panel)
    }
    stored = panel.draw.get("rules")
    rules = Rules(**stored) if stored else rules_of(panel.rubric.round, panel.purpose)
    on_record = recorded(session, subject.demand)
    staying = [
        known[seat.expert_id] for seat in sitting(panel) if seat.id != leaving.id and seat.expert_id in known
    ]
    for reserve in reserves_of(panel):
        expert = reserve.expert
        if expert.state is not ExpertState.ACTIVE or expert.id in on_record or expert.id not in known:
            continue
        if not drawing.fits(rules, staying, known[expert.id]):
            continue
        if not found_conflicts(session, expert, subject.demand):
            return reserve
    return None


def _check_own(seat: Assignment, by: Actor) -> None:
    if not can(by, Permission.ASSIGNMENT_ANSWER, seat):
        raise NotPermitted()
    if seat.state not in ANSWERABLE:
        raise StateMovedOn()
    if seat.is_held:
        raise RuleBroken(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted.")))
    if seat.panel.report_signed_at is not None:
        raise StateMovedOn(_l("The panel's report is signed already."))


def _check_rows(session: Session, seat: Assignment, rows: list[dict[str, Any]]) -> None:
    bids = {bid.id for bid in subject_of(session, seat.panel).bids(session)}
    for row in rows:
        if row.get("bid_id") is not None and row["bid_id"] not in bids:
            raise RuleBroken(Refusal("bid_unknown", _l("This bid is not judged by your panel.")))
        row["reason"] = REASONS[str(row["reason"])]
        if row["reason"] is ConflictReason.OTHER and not str(row.get("note") or "").strip():
            raise RuleBroken(
                Refusal("note_missing", _l("Say in a few words what the other conflict is."), "note")
            )


def _keep_conflict(
    session: Session,
    expert: Expert,
    seat: Assignment,
    found: Found,
    source: ConflictSource,
    now: datetime,
    *,
    note: str = "",
) -> None:
    demand_id: UUID = subject_of(session, seat.panel).demand.id
    key = {"expert_id": expert.id, "demand_id": demand_id, "bid_id": found.bid_id, "reason": found.reason}
    if session.query(Conflict).filter_by(**key).first() is None:
        session.add(Conflict(**key, source=source, note=note.strip(), at=now))
        session.flush()
