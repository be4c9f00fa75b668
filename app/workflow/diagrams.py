"""The procedure on paper: every state machine as tables and a diagram in Markdown, made from what the site runs on."""

import inspect
from collections.abc import Callable, Iterable

from app.access import ROLES
from app.core.i18n import Lazy
from app.models.base import State
from app.workflow.engine import WORKFLOWS, Guard, Transition, Workflow

Words = Callable[[Lazy], tuple[str, str]]
"""Gives a wording in English and in Chinese."""

# The order of the procedure; what is not named here follows.
ORDER = (
    "organisation",
    "round",
    "expert",
    "demand",
    "bid",
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
    "subsidy",
    "demonstration",
    "replication",
)

HEAD = """\
# The procedure

Every thing that has a state, its states, and every transition with who may do it and under which conditions. Printed by
`flask --app wsgi procedure > docs/procedure.md` from the tables in `app/workflow`; a test keeps the two equal.

A transition without a role is done by the site itself, following another one, or by the clock at the moment named.
Nothing moves while a thing is on hold. Every transition writes one event.
"""


def procedure(words: Words) -> str:
    """The whole procedure as one Markdown document."""
    workflows = sorted(WORKFLOWS.values(), key=lambda each: (*ORDER, each.name).index(each.name))
    index = [f"- [{words(each.title)[0]}](#{_anchor(words(each.title)[0])})" for each in workflows]
    states = sum(len(list(each.states)) for each in workflows)
    transitions = sum(len(each.transitions) for each in workflows)
    totals = f"{len(workflows)} things, {states} states, {transitions} transitions.\n"
    parts = [HEAD, totals, "\n".join(index) + "\n", *(_section(each, words) for each in workflows)]
    return "\n".join(parts)


def mermaid(workflow: Workflow) -> str:
    """The state machine as a Mermaid diagram: parallel arrows are one arrow with all their actions."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for transition in workflow.transitions:
        for source in _in_order(workflow, transition.sources):
            arrows.setdefault((source, transition.target), []).append(transition.action)
    leaving = {source for source, _target in arrows}
    lines = ["stateDiagram-v2", f"    [*] --> {_first(workflow).value}"]
    lines += [
        f"    {source.value} --> {target.value}: {', '.join(actions)}"
        for (source, target), actions in sorted(arrows.items(), key=lambda each: _rank(workflow, *each[0]))
    ]
    lines += [f"    {state.value} --> [*]" for state in workflow.states if state not in leaving]
    return "\n".join(lines)


def _section(workflow: Workflow, words: Words) -> str:
    english, chinese = words(workflow.title)
    return "\n".join(
        [
            f"## {english}",
            "",
            f"{chinese} · `{workflow.name}`",
            "",
            "```mermaid",
            mermaid(workflow),
            "```",
            "",
            *_table(
                ("state", "English", "中文", "colour"), (_state_row(each, words) for each in workflow.states)
            ),
            "",
            *_table(
                ("action", "English", "中文", "from", "to", "who", "conditions", "stamps"),
                (_transition_row(workflow, each, words) for each in workflow.transitions),
            ),
            "",
        ]
    )


def _state_row(state: State, words: Words) -> list[str]:
    return [f"`{state.value}`", *words(state.label), state.colour]


def _transition_row(workflow: Workflow, transition: Transition, words: Words) -> list[str]:
    conditions = [_sentence(guard) for guard in transition.guards]
    if transition.needs_reason:
        conditions.append("A reason is given.")
    return [
        f"`{transition.action}`",
        *words(transition.label),
        ", ".join(f"`{each.value}`" for each in _in_order(workflow, transition.sources)),
        f"`{transition.target.value}`",
        _who(transition, words),
        " ".join(conditions),
        f"`{transition.stamps}`" if transition.stamps else "",
    ]


def _who(transition: Transition, words: Words) -> str:
    if transition.due_at:
        return f"the clock, at `{transition.due_at}`"
    if transition.permission is None:
        return "the site"
    return ", ".join(words(role.label)[0] for role, held in ROLES.items() if transition.permission in held)


def _sentence(guard: Guard) -> str:
    """The first sentence of a guard's docstring, on one line."""
    said = " ".join((inspect.getdoc(guard) or "").split())
    end = said.find(". ")
    return said if end < 0 else said[: end + 1]


def _table(head: tuple[str, ...], rows: Iterable[list[str]]) -> list[str]:
    cells = [list(head), ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]


def _first(workflow: Workflow) -> State:
    return next(iter(workflow.states))


def _in_order(workflow: Workflow, states: Iterable[State]) -> list[State]:
    held = set(states)
    return [each for each in workflow.states if each in held]


def _rank(workflow: Workflow, source: State, target: State) -> tuple[int, int]:
    order = list(workflow.states)
    return order.index(source), order.index(target)


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")
