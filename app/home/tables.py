"""The workflow tables as the procedure page reads them: the states of each thing, what leads to them, what follows."""

from dataclasses import dataclass

from app.access import ROLES, Permission
from app.core.i18n import Lazy
from app.models.base import State
from app.models.procedure_codes import Role
from app.workflow import WORKFLOWS, Transition, Workflow

ORDER = (
    "organisation",
    "round",
    "demand",
    "bid",
    "expert",
    "assignment",
    "sheet",
    "award",
    "notice",
    "objection",
    "contract",
    "milestone",
    "payment_line",
    "change_request",
    "acceptance",
    "demonstration",
    "replication",
    "subsidy",
)


@dataclass(frozen=True, slots=True)
class Step:
    """A way out of a state: what is done, by whom (nobody: the site itself or the clock), and where it leads."""

    label: Lazy
    roles: tuple[Lazy, ...]
    is_timed: bool
    target: State


@dataclass(frozen=True, slots=True)
class StateRow:
    """A state: what has happened when a thing is in it, and what may follow."""

    state: State
    entered: tuple[Lazy, ...]
    steps: tuple[Step, ...]
    is_first: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of one kind of thing."""

    name: str
    title: Lazy
    rows: tuple[StateRow, ...]


def machines() -> list[Machine]:
    """Every workflow in the order of the procedure."""
    by_name = {each.name: each for each in WORKFLOWS.values()}
    named = [by_name[name] for name in ORDER if name in by_name]
    rest = [each for name, each in sorted(by_name.items()) if name not in ORDER]
    return [_machine(each) for each in (*named, *rest)]


def _machine(workflow: Workflow) -> Machine:
    rows = tuple(_row(workflow, state, is_first=index == 0) for index, state in enumerate(workflow.states))
    return Machine(workflow.name, workflow.title, rows)


def _row(workflow: Workflow, state: State, *, is_first: bool) -> StateRow:
    entered = [each.done for each in workflow.transitions if each.target is state]
    steps = [_step(each) for each in workflow.transitions if state in each.sources]
    return StateRow(state, tuple(entered), tuple(steps), is_first)


def _step(transition: Transition) -> Step:
    target = transition.target
    return Step(transition.label, _holders(transition.permission), transition.due_at is not None, target)


def _holders(permission: Permission | None) -> tuple[Lazy, ...]:
    return tuple(role.label for role in Role if permission is not None and permission in ROLES[role])
