"""The source under test: its files and their syntax trees, read once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app import STAGES

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
TEMPLATES = APP / "templates"


def python_files(*folders: str) -> list[Path]:
    """The Python files below the folders of the project."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.AST | None = None) -> str:
    """Where something stands, for a message."""
    line = getattr(node, "lineno", None)
    return f"{path.relative_to(ROOT).as_posix()}" + (f":{line}" if line else "")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


MISSING = [name for name in STAGES if not (APP / name / "__init__.py").exists()]
# What holds only once every stage is there.
whole = pytest.mark.skipif(bool(MISSING), reason=f"not there yet: {', '.join(MISSING)}")
