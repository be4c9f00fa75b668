"""The import contracts stay complete: each package has its place, and stages are built alike."""

from __future__ import annotations

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


def test_builds_a_stage_like_every_other_stage() -> None:
    stages = _names(0) - FLOORS - ABOVE
    parts = _names(1)
    strange = {
        f"{stage}.{name}"
        for stage in stages
        if (APP / stage).is_dir()
        for name in _modules(APP / stage) - parts
    }
    assert strange == set(), f"a stage has {sorted(parts)}; move {sorted(strange)} into one of them"
