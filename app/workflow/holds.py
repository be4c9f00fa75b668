"""Holds: a flag on any thing that stops every move until it is lifted."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.procedure_codes import HoldReason
from app.models.records import Event
from app.workflow.events import record


def set_hold(
    session: Session,
    thing: Any,
    reason: HoldReason,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    pauses_clock: bool = False,
) -> Event:
    """Put the thing on hold. Supervisors may, and the system when an objection is admitted."""
    if not by.is_system and not can(by, Permission.HOLD_SET, thing):
        raise NotPermitted()
    if thing.is_held:
        raise StateMovedOn(_l("This is on hold already."))
    if not by.is_system and not note.strip():
        raise RuleBroken(Refusal("reason_missing", _l("Give a reason."), "note"))
    thing.hold_reason = reason.value
    thing.hold_since_at = now
    thing.hold_by_id = by.user_id
    thing.is_hold_pausing_clock = pauses_clock
    return record(session, thing, "set_hold", by=by, now=now, data={"reason": reason.value})


def lift_hold(session: Session, thing: Any, *, by: Actor, now: datetime) -> Event:
    """Lift the hold. What it paused is added to `paused_seconds`, by which the thing's clocks run later."""
    if not by.is_system and not can(by, Permission.HOLD_SET, thing):
        raise NotPermitted()
    if not thing.is_held:
        raise StateMovedOn(_l("There is no hold to lift."))
    reason = thing.hold_reason
    if thing.is_hold_pausing_clock:
        thing.paused_seconds += int((now - thing.hold_since_at).total_seconds())
    thing.hold_reason = None
    thing.hold_since_at = None
    thing.hold_by_id = None
    thing.is_hold_pausing_clock = False
    return record(session, thing, "lift_hold", by=by, now=now, data={"reason": reason})
