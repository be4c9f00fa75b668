"""The one door through which a state changes, and what it asks on the way.

A workflow is a table of transitions. `move` is the only function that assigns a state: it checks permission, source
state, hold, reason and guards, then changes, stamps, writes the event and tells the listeners. Nothing else may.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import Lazy, _l
from app.models.base import State
from app.models.records import Event
from app.workflow.events import record

Guard = Callable[[Any, datetime], Refusal | Sequence[Refusal] | None]
Listener = Callable[[Session, Any, Event, Actor, datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One line of a workflow.

    `permission=None`: only the system may do it. `due_at` names the moment column at which the clock does it."""

    action: str
    sources: frozenset[State]
    target: State
    permission: Permission | None
    label: Lazy
    done: Lazy
    guards: tuple[Guard, ...] = ()
    stamps: str | None = None
    needs_reason: bool = False
    style: str = "secondary"
    due_at: str | None = None

    def is_due(self, thing: Any, now: datetime) -> bool:
        """Whether the clock has made this transition true: `now >= due_at`, to the microsecond."""
        moment = getattr(thing, self.due_at) if self.due_at else None
        return moment is not None and now >= moment and not self.refusals(thing, now)

    def refusals(self, thing: Any, now: datetime) -> list[Refusal]:
        """What the guards say against it."""
        found: list[Refusal] = []
        for guard in self.guards:
            said = guard(thing, now)
            if isinstance(said, Refusal):
                found.append(said)
            elif said:
                found.extend(said)
        return found


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition that the actor holds the permission for, and what stands against it now, if anything."""

    transition: Transition
    refusal: Refusal | None

    @property
    def action(self) -> str:
        """The transition's action."""
        return self.transition.action


@dataclass(frozen=True, slots=True)
class Workflow:
    """The state machine of one kind of thing."""

    model: type[Any]
    states: type[State]
    title: Lazy
    transitions: tuple[Transition, ...]
    by_action: dict[str, Transition] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_action = {each.action: each for each in self.transitions}
        if len(by_action) != len(self.transitions):
            raise ValueError(f"an action occurs twice in the workflow of {self.name}")
        object.__setattr__(self, "by_action", by_action)

    @property
    def name(self) -> str:
        """The thing's code in events and addresses: its table's name."""
        return str(self.model.__tablename__)

    def due(self, thing: Any, now: datetime) -> Transition | None:
        """The transition the clock has made true, if any."""
        if thing.is_held:
            return None
        for each in self.transitions:
            if each.due_at and thing.state in each.sources and each.is_due(thing, now):
                return each
        return None


WORKFLOWS: dict[type[Any], Workflow] = {}
_LISTENERS: dict[tuple[str, str], list[Listener]] = {}


def register(workflow: Workflow) -> Workflow:
    """Make a workflow known; called once per table file."""
    WORKFLOWS[workflow.model] = workflow
    return workflow


def listen(workflow: Workflow, action: str, listener: Listener) -> None:
    """Let a later stage hear of a transition, within its transaction. Registering twice changes nothing."""
    if action not in workflow.by_action:
        raise KeyError(f"{workflow.name} has no action {action}")
    known = _LISTENERS.setdefault((workflow.name, action), [])
    if listener not in known:
        known.append(listener)


def workflow_of(thing: Any) -> Workflow:
    """The workflow of a thing."""
    return WORKFLOWS[type(thing)]


def state_at(thing: Any, now: datetime) -> State:
    """The state that is true now, whether or not the clock job has recorded it yet."""
    due = workflow_of(thing).due(thing, now)
    state: State = due.target if due else thing.state
    return state


def settle(session: Session, thing: Any, now: datetime) -> None:
    """Record what time has made true of the thing."""
    workflow = workflow_of(thing)
    while due := workflow.due(thing, now):
        _change(session, thing, due, by=Actor(is_system=True), now=now, reason=None, data=None)


def move(
    session: Session,
    thing: Any,
    action: str,
    *,
    by: Actor,
    now: datetime,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
) -> Event:
    """Do the action, or say why not.

    Raises NotPermitted (403), StateMovedOn (409) or RuleBroken (422), in this order of checks; nothing is changed
    then. Returns the event written. `data` goes into the event: codes and numbers only."""
    transition = workflow_of(thing).by_action[action]
    _check_permission(transition, thing, by)
    settle(session, thing, now)
    if thing.state not in transition.sources:
        raise StateMovedOn()
    refusals = _hold(thing) or transition.refusals(thing, now)
    if transition.needs_reason and not (reason or "").strip():
        refusals = [*refusals, Refusal("reason_missing", _l("Give a reason."), "reason")]
    if refusals:
        raise RuleBroken(refusals)
    return _change(session, thing, transition, by=by, now=now, reason=reason, data=data)


def offered(thing: Any, actor: Actor, now: datetime) -> list[Offer]:
    """What the actor may do to the thing in its present state, each with what still stands against it."""
    state = state_at(thing, now)
    hold = _hold(thing)
    offers = []
    for each in workflow_of(thing).transitions:
        if each.permission is None or state not in each.sources or not can(actor, each.permission, thing):
            continue
        refusals = hold or each.refusals(thing, now)
        offers.append(Offer(each, refusals[0] if refusals else None))
    return offers


def transitions_for(permissions: Iterable[Permission]) -> list[tuple[Workflow, Transition]]:
    """Every transition that one of the permissions opens."""
    held = set(permissions)
    return [
        (workflow, each)
        for workflow in WORKFLOWS.values()
        for each in workflow.transitions
        if each.permission in held
    ]


def _check_permission(transition: Transition, thing: Any, by: Actor) -> None:
    if by.is_system:
        if transition.permission is not None:
            raise NotPermitted()
    elif transition.permission is None or not can(by, transition.permission, thing):
        raise NotPermitted()


def _hold(thing: Any) -> list[Refusal]:
    if not thing.is_held:
        return []
    return [Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted."))]


def _change(
    session: Session,
    thing: Any,
    transition: Transition,
    *,
    by: Actor,
    now: datetime,
    reason: str | None,
    data: dict[str, Any] | None,
) -> Event:
    before = thing.state
    thing.state = transition.target
    if transition.stamps:
        setattr(thing, transition.stamps, now)
    if reason is not None:
        thing.state_reason = reason.strip()
    try:
        session.flush()
    except StaleDataError as error:
        raise StateMovedOn() from error
    event = record(
        session,
        thing,
        transition.action,
        by=by,
        now=now,
        from_state=before,
        to_state=transition.target,
        data=data,
        permission=transition.permission,
    )
    for listener in _LISTENERS.get((str(type(thing).__tablename__), transition.action), ()):
        listener(session, thing, event, by, now)
    return event
