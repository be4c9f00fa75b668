"""The course of a thing, from its events: what happened, when, and who did it for whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.i18n import Lazy, _l
from app.models.accounts import Organisation
from app.models.procedure_codes import Role
from app.models.records import Event
from app.workflow import WORKFLOWS, events_of

# Wording of recorded actions that move no state: "table.action" -> wording. Stages add theirs at import.
DONE: dict[str, Lazy] = {
    "set_hold": _l("Put on hold"),
    "lift_hold": _l("Hold lifted"),
}
# Whose organisation is not named beside an action: experts and objectors stay unnamed.
UNNAMED = {Role.EXPERT.value, Role.PANEL_CHAIR.value}
# Readings of what is protected are recorded for the audit; who read what is nobody else's business.
READING = "read_"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline."""

    at: datetime
    wording: Lazy
    who: str | Lazy
    detail: str = ""


def describe(thing_type: str, action: str) -> Lazy:
    """The past-tense wording of an event."""
    workflow = next((each for each in WORKFLOWS.values() if each.name == thing_type), None)
    if workflow is not None and action in workflow.by_action:
        return workflow.by_action[action].done
    return DONE.get(f"{thing_type}.{action}") or DONE.get(action) or action


def timeline(
    session: Session, *things: Any, hides_who: bool = False, without: Collection[str] = ()
) -> list[Entry]:
    """The entries of the things, oldest first.

    `hides_who` names nobody (objections, seats); `without` leaves out actions."""
    events = [
        event
        for event in events_of(session, *things)
        if not event.action.startswith(READING) and event.action not in without
    ]
    ids = {event.organisation_id for event in events if event.organisation_id}
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    names: dict[Any, str] = {row.id: row.name for row in session.execute(query)} if ids else {}
    return [
        Entry(event.at, describe(event.thing_type, event.action), "" if hides_who else _who(event, names))
        for event in events
    ]


def _who(event: Event, names: dict[Any, str]) -> str | Lazy:
    if event.actor_id is None:
        return _l("By the clock")
    if event.role in UNNAMED:
        return _l("Expert")
    return names.get(event.organisation_id, "")
