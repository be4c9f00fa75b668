"""The import contracts stay complete: each package has its place, and stages are built alike."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.lint

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "contracts"
]
FLOORS = {
    "notifications",
    "web",
    "documents",
    "search",
    "jobs",
    "ledger",
    "workflow",
    "access",
    "models",
    "core",
}
ABOVE = {"cli", "api", "insights", "home"}


def _names(contract: int) -> set[str]:
    layers = CONTRACTS[contract]["layers"]
    return {name.strip(" ()") for layer in layers for name in layer.split("|")}


def _modules(folder: Path) -> set[str]:
    files = {path.stem for path in folder.glob("*.py")}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return (files | packages) - {"__init__"}


def test_places_every_package_of_the_app() -> None:
    missing = _modules(APP) - _names(0)
    assert missing == set(), f"give {sorted(missing)} a place in the first import contract of pyproject.toml"


def test_gives_every_folder_with_code_an_init() -> None:
    bare = {path.parent.relative_to(ROOT).as_posix() for path in APP.rglob("*.py")}
    bare -= {path.parent.relative_to(ROOT).as_posix() for path in APP.rglob("__init__.py")}
    assert bare == set(), f"the import contracts do not see {sorted(bare)}: add __init__.py"


PAGES = ("views", "forms", "sheets", "extras", "__init__", "demo")
WEB = ("flask", "wtforms", "werkzeug", "app.web")


def _stages() -> set[str]:
    return {name for name in _names(0) - FLOORS - ABOVE if (APP / name).is_dir()}


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }


def test_gives_every_stage_its_pages_and_its_queries() -> None:
    bare = {
        f"{stage}.{part}"
        for stage in _stages()
        for part in ("views", "queries")
        if part not in _modules(APP / stage)
    }
    assert bare == set(), f"a stage has pages and the select they start from; missing: {sorted(bare)}"


def _is_page(name: str) -> bool:
    return name in PAGES or name.split("_")[0] in PAGES


def test_keeps_the_web_out_of_whatever_decides() -> None:
    looking_up = {
        f"{path.relative_to(APP)} imports {name}"
        for stage in _stages()
        for path in (APP / stage).rglob("*.py")
        if not _is_page(path.relative_to(APP / stage).parts[0].removesuffix(".py"))
        for name in _imports(path)
        if name.startswith(WEB) and not name.startswith("flask_babel")
    }
    remedy = "only views, forms, sheets and a stage's __init__ know the web; take who and when as arguments"
    assert looking_up == set(), f"{remedy}: {sorted(looking_up)}"
