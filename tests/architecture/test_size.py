"""Files and functions stay short enough to read in one go, and are named for what they hold."""

import ast
import re

import pytest

from tests.architecture.source import (
    APP,
    TEMPLATES,
    functions,
    place,
    python_files,
    tree_of,
)

pytestmark = pytest.mark.lint

SOURCE_LINES, TEST_LINES, TEMPLATE_LINES, FUNCTION_LINES = 500, 700, 150, 45
VAGUE = re.compile(r"utils?|helpers?|common|managers?|misc|stuff|base_?classes", re.IGNORECASE)

# Brackets, so that this line is none.
TASK = re.compile(r"\b([T]ODO|[F]IXME)\b")

# Longer than the rest, each for a reason.
LONG_FUNCTIONS = {
    "app/demands/views/showing.py:own_buttons": "a table: one button after the other",
    "app/rounds/settings.py:_fits": "a table: one check after the other",
}


def lines(path: object) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())  # type: ignore[attr-defined]


def test_keep_source_files_short() -> None:
    found = {place(p): lines(p) for p in python_files("app", "seed") if lines(p) > SOURCE_LINES}
    assert found == {}


def test_keep_test_files_short() -> None:
    found = {place(p): lines(p) for p in python_files("tests") if lines(p) > TEST_LINES}
    assert found == {}


def test_keep_templates_short() -> None:
    found = {place(p): lines(p) for p in sorted(TEMPLATES.rglob("*.html")) if lines(p) > TEMPLATE_LINES}
    assert found == {}


def test_keep_functions_short() -> None:
    found = {}
    for path in python_files("app"):
        for node in functions(path):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            # A stage's init_app is the list of what it registers.
            if length > FUNCTION_LINES and (node.name != "init_app" or length > 2 * FUNCTION_LINES):
                found[f"{place(path)}:{node.name}"] = length
    assert set(found) == set(LONG_FUNCTIONS), f"split these, or name the reason: {found}"


def test_name_no_module_or_class_vaguely() -> None:
    files = [
        place(p) for p in [*python_files("app", "seed"), *APP.rglob("*.html")] if VAGUE.fullmatch(p.stem)
    ]
    folders = [place(p) for p in APP.rglob("*") if p.is_dir() and VAGUE.fullmatch(p.name)]
    classes = [
        place(path, node)
        for path in python_files("app", "seed")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and re.search(r"(Utils?|Helpers?|Managers?|Common)$", node.name)
    ]
    assert [*files, *folders, *classes] == [], "say what it holds"


def test_leave_no_task_in_the_source() -> None:
    found = [
        f"{place(path)}:{number}"
        for path in [*python_files("app", "seed", "tests"), *sorted(TEMPLATES.rglob("*.html"))]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if TASK.search(line)
    ]
    assert found == []
