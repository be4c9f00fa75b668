"""Which refusal codes a guard can give, read from its source and from the functions it calls."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any

from app.workflow import Transition


def codes_of(transition: Transition) -> re.Pattern[str]:
    """A pattern that the codes of the transition's own guards match, and no other."""
    found = {code for guard in transition.guards for code in _codes(guard)}
    if transition.needs_reason:
        found.add("reason_missing")
    return re.compile("|".join(sorted(found)) or "(?!)")


@cache
def _codes(function: Callable[..., Any]) -> frozenset[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    found: set[str] = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "Refusal":
            found.add(_pattern(call.args[0]))
        called = function.__globals__.get(name)
        if (
            inspect.isfunction(called)
            and called.__module__.startswith("app.workflow")
            and called is not function
        ):
            found |= _codes(called)
    return frozenset(found)


def _pattern(code: ast.expr) -> str:
    if isinstance(code, ast.Constant):
        return re.escape(str(code.value))
    assert isinstance(code, ast.JoinedStr), ast.dump(code)
    parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+" for p in code.values]
    return "".join(parts)
