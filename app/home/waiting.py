"""What waits for a person: from where things live, what the workflow offers, and the errands beside it.

The number of queries depends on the kinds of things and the actor's permissions, never on the number of rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, true
from sqlalchemy.orm import Session

from app.access import ROLES, Actor, Permission
from app.core.clock import end_of_day
from app.core.i18n import Lazy
from app.home.errands import ERRANDS, Errand
from app.home.reach import LOADERS, REACH
from app.models.base import State
from app.models.contracts import Milestone
from app.models.states import BidState, DemandState, MilestoneState
from app.notifications.subjects import subject
from app.web.actions import PLACES, Place, page_of
from app.workflow import Offer, Transition, Workflow, offered, state_at

LOOK_AT = 60
"""How many rows of a kind are looked at, the most urgent first."""
SHOW = 10

# Steps forward that the table does not style as the main one; they wait for somebody only when nothing stands against.
ALSO_FORWARD = frozenset(
    {
        ("round", "close"),
        ("demand", "invite_next_rank"),
        ("bid", "readmit"),
        ("demonstration", "confirm"),
    }
)
# Steps that are months away while they are blocked: nobody is kept waiting by them.
QUIET_WHILE_BLOCKED = frozenset(
    {("contract", "close"), ("assignment", "invite"), ("payment_line", "request"), ("subsidy", "approve")}
)
AHEAD = timedelta(days=60)
"""How long before its day a milestone begins to wait."""
DEADLINES: dict[str, str] = {
    "round": "collection_closes_at",
    "notice": "ends_at",
    "contract": "sign_due_on",
    "milestone": "due_on",
    "payment_line": "planned_on",
    "objection": "reply_due_on",
    "acceptance": "rectify_due_on",
}
FAR = end_of_day(date(9000, 1, 1))


@dataclass(slots=True)
class Row:
    """One thing that waits: what to do, by when, and what stands against it if anything.

    `due_on` is the day where the deadline is one; `due_at` is then its end."""

    title: str
    context: str
    url: str
    state: State
    labels: list[Lazy]
    reason: Lazy | None
    is_blocked: bool
    due_at: datetime | None
    due_on: date | None


@dataclass(slots=True)
class Group:
    """The things of one kind. `more` counts those not shown, as far as was looked."""

    name: str
    title: Lazy
    rows: list[Row] = field(default_factory=list)
    more: int = 0

    @property
    def open_count(self) -> int:
        """How many can be done now."""
        return sum(not row.is_blocked for row in self.rows)


def waiting(session: Session, actor: Actor, now: datetime, *, known: Iterable[str]) -> list[Group]:
    """Everything that waits for the actor, kinds with something to do now first.

    `known` are the endpoints of the site: a kind whose page is not installed is left out."""
    endpoints = set(known)
    held = frozenset().union(*(ROLES[role] for role in actor.roles)) if actor.roles else frozenset()
    groups = []
    for name, place in PLACES.items():
        if place.show not in endpoints:
            continue
        rows = _errand_rows(session, place, actor, now, held)
        for thing, row in _offered_rows(session, place, actor, now, held).items():
            rows.setdefault(thing, row)
        if rows:
            found = sorted(rows.values(), key=_urgency)
            groups.append(Group(name, place.workflow.title, found[:SHOW], max(0, len(found) - SHOW)))
    return sorted(groups, key=lambda group: group.open_count == 0)


def _urgency(row: Row) -> tuple[bool, datetime, str]:
    return row.is_blocked, row.due_at or FAR, row.title


def _offered_rows(
    session: Session, place: Place, actor: Actor, now: datetime, held: frozenset[Permission]
) -> dict[UUID, Row]:
    forward = [
        each for each in place.workflow.transitions if each.permission in held and _is_forward(place, each)
    ]
    states = {state for each in forward for state in each.sources}
    if not states:
        return {}
    # What the clock has made true counts, whether or not the job has recorded it yet.
    timed = {
        s
        for each in place.workflow.transitions
        if each.due_at and each.target in states
        for s in each.sources
    }
    query = _query(place, actor).where(place.workflow.model.state.in_(states | timed))
    rows = {}
    for thing in session.scalars(query).unique():
        offers = [each for each in offered(thing, actor, now) if _waits(place, each)]
        if offers and not _is_far(thing, now):
            rows[thing.id] = _row(place, thing, offers, now)
    return rows


def _errand_rows(
    session: Session, place: Place, actor: Actor, now: datetime, held: frozenset[Permission]
) -> dict[UUID, Row]:
    rows: dict[UUID, Row] = {}
    for errand in ERRANDS:
        if errand.model is not place.workflow.model or errand.permission not in held:
            continue
        for thing in session.scalars(_errand_query(place, errand, actor, now)).unique():
            if thing.is_held:
                continue
            if thing.id in rows:
                rows[thing.id].labels.append(errand.label)
            else:
                rows[thing.id] = _plain_row(place, thing, [errand.label], now)
    return rows


def _query(place: Place, actor: Actor) -> Select[Any]:
    name = place.workflow.name
    model = place.workflow.model
    condition = REACH[name](actor) if name in REACH else true()
    query = _visible(place, actor).where(condition)
    order = getattr(model, DEADLINES[name]).asc() if name in DEADLINES else model.id
    return query.order_by(order, model.id)


def _errand_query(place: Place, errand: Errand, actor: Actor, now: datetime) -> Select[Any]:
    return _visible(place, actor).where(errand.waits(actor, now)).order_by(errand.model.id)


def _visible(place: Place, actor: Actor) -> Select[Any]:
    # As a subquery, so that what a stage loads with its own lists does not meet what is loaded here.
    seen = place.visible_to(actor).order_by(None).subquery()
    model = place.workflow.model
    loaders = LOADERS.get(place.workflow.name, [])
    return select(model).where(model.id.in_(select(seen.c.id))).options(*loaders).limit(LOOK_AT)


def _is_forward(place: Place, transition: Transition) -> bool:
    return transition.style == "primary" or (place.workflow.name, transition.action) in ALSO_FORWARD


def _waits(place: Place, offer: Offer) -> bool:
    step = (place.workflow.name, offer.action)
    if offer.transition.style == "primary":
        return offer.refusal is None or step not in QUIET_WHILE_BLOCKED
    return offer.refusal is None and step in ALSO_FORWARD


def _is_far(thing: Any, now: datetime) -> bool:
    if not isinstance(thing, Milestone) or thing.state is not MilestoneState.SCHEDULED:
        return False
    return end_of_day(thing.due_on) > now + AHEAD


def _row(place: Place, thing: Any, offers: list[Offer], now: datetime) -> Row:
    # A refusal that names a field says what is still to be written: that waits for this person and for nobody else.
    free = [each for each in offers if each.refusal is None or each.refusal.field is not None]
    shown = free or offers
    row = _plain_row(place, thing, [each.transition.label for each in shown], now)
    row.is_blocked = not free
    row.reason = next((each.refusal.wording for each in shown if each.refusal is not None), None)
    return row


def _plain_row(place: Place, thing: Any, labels: list[Lazy], now: datetime) -> Row:
    title = place.title(thing)
    about = subject(thing)
    due = deadline(place.workflow, thing)
    due_on = due if due is not None and not isinstance(due, datetime) else None
    return Row(
        title=title,
        context=" · ".join(each for each in (about["title"], about["number"]) if each and each not in title),
        url=page_of(thing),
        state=state_at(thing, now),
        labels=labels,
        reason=None,
        is_blocked=False,
        due_at=end_of_day(due_on) if due_on is not None else due,  # type: ignore[arg-type]
        due_on=due_on,
    )


def deadline(workflow: Workflow, thing: Any) -> datetime | date | None:
    """The moment or the day by which the thing should move, if it has one."""
    if workflow.name == "bid":
        moment = thing.cure_due_at if thing.state is BidState.NEEDS_CURE else None
        return moment or (thing.demand.closes_at if thing.state is BidState.DRAFT else None)
    if workflow.name == "demand":
        if thing.state in (DemandState.DRAFT, DemandState.RETURNED) and thing.relists_id is None:
            closes: datetime = thing.round.collection_closes_at
            return closes
        return thing.closes_at if thing.state is DemandState.OPEN else None
    if workflow.name == "contract" and thing.activated_at is not None:
        ends: date = thing.ends_on
        return ends
    name = DEADLINES.get(workflow.name)
    return getattr(thing, name) if name else None
