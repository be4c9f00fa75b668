"""From the recommendation to the published listing, and the withdrawal after closing."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.digests import canonical_json, digest
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.demands.content import restricted_part, snapshot
from app.models.base import Rows
from app.models.demands import Demand, DemandEdition
from app.models.records import Event
from app.models.states import DemandState
from app.workflow import demand_rules as rules
from app.workflow import move, record, settle
from app.workflow.demands import WITHDRAWABLE

P = Permission


def return_to_owner(
    session: Session, demand: Demand, *, reason: str, fields: Rows, by: Actor, now: datetime
) -> Event:
    """Send the demand back for changes. `fields`: [{field, message}], shown beside the fields of the form."""
    if not can(by, P.DEMAND_RECOMMEND, demand):
        raise NotPermitted()
    event = move(session, demand, "return_to_owner", by=by, now=now, reason=reason)
    demand.returned_fields = fields
    return event


def publish_demand(
    session: Session,
    demand: Demand,
    *,
    closes_at: datetime,
    by: Actor,
    now: datetime,
    publish_at: datetime | None = None,
) -> Demand:
    """Publish the listing now, or on time when `publish_at` lies ahead; bidding ends at `closes_at`."""
    if not can(by, P.DEMAND_PUBLISH, demand):
        raise NotPermitted()
    settle(session, demand, now)
    for notice in demand.round.notices:
        settle(session, notice, now)
    if demand.state is not DemandState.APPROVED:
        raise StateMovedOn()
    demand.closes_at = closes_at
    demand.publish_at = publish_at if publish_at is not None and publish_at > now else None
    if demand.publish_at is None:
        move(session, demand, "publish", by=by, now=now)
        return demand
    check_not_held(demand)
    found = [
        each for each in (rules.has_number(demand, now), rules.window_is_long_enough(demand, now)) if each
    ]
    if found:
        raise RuleBroken(found)
    moments = {"publish_at": demand.publish_at.isoformat(), "closes_at": closes_at.isoformat()}
    record(session, demand, "schedule", by=by, now=now, data=moments)
    return demand


def write_edition(
    session: Session,
    demand: Demand,
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
    is_material: bool = False,
    departure_reason: str = "",
    restricted_edition: int = 1,
) -> DemandEdition:
    """Keep the text as it stands as the next edition: the public part with its digest, the restricted part beside."""
    content = snapshot(session, demand, restricted_edition=restricted_edition)
    edition = DemandEdition(
        number=demand.edition + 1,
        content=content,
        digest=digest(content),
        reason=reason,
        is_material=is_material,
        departure_reason=departure_reason,
        restricted=json.loads(canonical_json(restricted_part(session, demand))),
        closes_at=closing_of(demand),
        published_at=now,
        published_by_id=by.user_id,
    )
    demand.edition = edition.number
    demand.editions.append(edition)
    session.flush()
    return edition


def write_first_edition(session: Session, demand: Demand, _event: Event, by: Actor, now: datetime) -> None:
    """Listener of both ways of publication. A late start (a hold, a long outage) never shortens the window."""
    if demand.publish_at is not None and demand.closes_at is not None and now > demand.publish_at:
        late = now - demand.publish_at
        if late.days >= 1:
            demand.closes_at += late
    write_edition(session, demand, by=by, now=now)


def forget_schedule(_session: Session, demand: Demand, _event: Event, _by: Actor, _now: datetime) -> None:
    """Listener: a demand that is sent back before its day is no longer scheduled."""
    demand.publish_at = None
    demand.closes_at = None


def request_withdrawal(session: Session, demand: Demand, *, reason: str, by: Actor, now: datetime) -> Event:
    """The owner asks to take the listing down after closing; the supervisor notes it and the organiser does it."""
    if not can(by, P.DEMAND_WITHDRAW, demand):
        raise NotPermitted()
    _check_withdrawable(session, demand, now)
    if demand.withdrawal_requested_at is not None:
        raise StateMovedOn(_l("The withdrawal has been asked for already."))
    demand.withdrawal_request = _given(reason, "reason")
    demand.withdrawal_requested_at = now
    return record(session, demand, "request_withdrawal", by=by, now=now)


def note_withdrawal(session: Session, demand: Demand, *, note: str, by: Actor, now: datetime) -> Event:
    """The supervisor's note on the owner's request, without which the organiser cannot act on it."""
    if not can(by, P.SUPERVISOR_NOTE, demand):
        raise NotPermitted()
    _check_withdrawable(session, demand, now)
    if demand.withdrawal_requested_at is None:
        raise RuleBroken(Refusal("no_request", _l("The owner has not asked for a withdrawal.")))
    demand.supervisor_note = _given(note, "note")
    return record(session, demand, "note_withdrawal", by=by, now=now)


def closing_of(demand: Demand) -> datetime:
    """The closing time of a listing that was published: the table guarantees that it has one."""
    if demand.closes_at is None:
        raise ValueError("a published listing closes at some moment")
    return demand.closes_at


def check_not_held(demand: Any) -> None:
    """Raises RuleBroken while the thing is on hold."""
    if demand.is_held:
        raise RuleBroken(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted.")))


def _check_withdrawable(session: Session, demand: Demand, now: datetime) -> None:
    settle(session, demand, now)
    if demand.state not in WITHDRAWABLE:
        raise StateMovedOn()


def _given(text: str, field: str) -> str:
    if not text.strip():
        raise RuleBroken(Refusal("reason_missing", _l("Give a reason."), field))
    return text.strip()
