"""A state changes through `app.workflow.engine.move` and nowhere else; who and when are arguments."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models import Base
from tests.architecture.source import APP, place, python_files, tree_of

pytestmark = pytest.mark.lint

DOOR = APP / "workflow" / "engine.py"
MODELS = {mapper.class_.__name__ for mapper in Base.registry.mappers}
WRITERS = {"values", "update", "setattr", "insert", "bulk_update_mappings"}


def assignments(path: Path) -> Iterator[ast.AST]:
    """Assignments to an attribute `state`, in any form Python has."""
    for node in ast.walk(tree_of(path)):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr | ast.For | ast.With):
            for target in targets:
                inside = ast.walk(target) if target is not None else ()
                if any(isinstance(each, ast.Attribute) and each.attr == "state" for each in inside):
                    yield node


def writes_past_the_door(path: Path) -> Iterator[ast.AST]:
    """Calls that write a state: a model made in one, `setattr(x, "state", ...)`, a bulk update with one."""
    for node in (each for each in ast.walk(tree_of(path)) if isinstance(each, ast.Call)):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        named = any(keyword.arg == "state" for keyword in node.keywords)
        quoted = any(isinstance(each, ast.Constant) and each.value == "state" for each in node.args)
        if (name in MODELS and named) or (name in WRITERS and (named or quoted)):
            yield node


def is_first_state(call: ast.AST) -> bool:
    """Whether a model is made in the state that things begin in, which is no move."""
    value = next(keyword.value for keyword in call.keywords if keyword.arg == "state")  # type: ignore[attr-defined]
    return ast.unparse(value).rpartition(".")[2] in {"DRAFT", "REGISTERED", "FILED", "REQUESTED", "DRAWN"}


def test_assign_states_in_one_place() -> None:
    found = [
        place(path, node)
        for path in python_files("app", "seed")
        if path != DOOR
        for node in assignments(path)
    ]
    assert found == [], "use app.workflow.move"
    assert [place(DOOR, node) for node in assignments(DOOR)] != []


def test_write_no_state_past_the_door() -> None:
    found = [
        place(path, node)
        for path in python_files("app", "seed")
        if path != DOOR
        for node in writes_past_the_door(path)
        if not (isinstance(node, ast.Call) and node.keywords and _has_state(node) and is_first_state(node))
    ]
    assert found == [], "things begin in their first state and go on through app.workflow.move"


def _has_state(call: ast.Call) -> bool:
    return any(keyword.arg == "state" for keyword in call.keywords)


@pytest.mark.parametrize(
    "source",
    [
        "demand.state = S.OPEN",
        "bid.demand.state, other = S.OPEN, 1",
        "demand.state: S = S.OPEN",
        "for demand.state in states: pass",
    ],
)
def test_see_every_form_of_assignment(tmp_path: Path, source: str) -> None:
    path = tmp_path / "some.py"
    path.write_text(source)
    assert len(list(assignments(path))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "Demand(title='x', state=S.OPEN)",
        "setattr(demand, 'state', S.OPEN)",
        "update(Demand).values(state=S.OPEN)",
        "query.update({}, state=S.OPEN)",
    ],
)
def test_see_every_way_past_the_door(tmp_path: Path, source: str) -> None:
    path = tmp_path / "some.py"
    path.write_text(source)
    assert len(list(writes_past_the_door(path))) == 1


def test_decide_without_asking_the_machine_for_the_time() -> None:
    asking = [
        place(path, node)
        for path in python_files("app", "seed")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and node.attr in ("utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    ]
    assert asking == []
    callers = {
        place(path)
        for path in python_files("app")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
        and node.module == "app.core.clock"
        and any(alias.name == "utcnow" for alias in node.names)
    }
    at_the_edge = {each for each in callers if each.endswith(("/commands.py", "/cli.py", "app/__init__.py"))}
    assert callers == at_the_edge, "the clock is handed in"
