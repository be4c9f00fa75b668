"""Front-end files of others are the ones that were reviewed, and no page needs anything from the outside."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.lint

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = STATIC.parent / "templates"
LIST = VENDOR / "VENDORED.json"
PACKAGES = json.loads(LIST.read_text(encoding="utf-8"))["packages"]
FILES = [entry for package in PACKAGES for entry in package["files"]]
PERMISSIVE = {"MIT", "BSD-3-Clause", "Apache-2.0", "0BSD", "ISC"}

CSS_LOAD = re.compile(r"""@import\b[^;]*|url\(\s*(?!["']?(?:data:|#))[^)]*""", re.IGNORECASE)
OUTSIDE = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio|object)\b[^>]*\b(?:src|href|data)=["'](?:https?:)?//[^"']*"""
)


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["file"])
def test_keeps_vendored_file_as_reviewed(entry: dict[str, str]) -> None:
    digest = hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest()
    assert digest == entry["sha256"], (
        f"{entry['file']} changed: copy it from the package again and review the difference"
    )


def test_lists_every_vendored_file() -> None:
    # What `make static` packs beside them is made from them.
    files = (path for path in VENDOR.rglob("*") if path.is_file() and path.suffix not in (".gz", ".br"))
    found = {path.relative_to(VENDOR).as_posix() for path in files if path != LIST}
    assert found == {entry["file"] for entry in FILES}, f"{LIST.name} and the folder must name the same files"


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_ships_the_licence_of_each_package(package: dict[str, object]) -> None:
    assert package["licence"] in PERMISSIVE
    assert isinstance(package["files"], list)
    assert any(entry["file"].endswith("/LICENSE") for entry in package["files"])


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_loads_nothing_from_outside_in_styles(path: Path) -> None:
    loads = CSS_LOAD.findall(path.read_text(encoding="utf-8"))
    outside = [load for load in loads if "//" in load or load.startswith("@import")]
    assert outside == []


def test_loads_nothing_from_outside_in_templates() -> None:
    outside = {
        path.relative_to(TEMPLATES).as_posix(): loads
        for path in sorted(TEMPLATES.rglob("*.html"))
        if (loads := OUTSIDE.findall(path.read_text(encoding="utf-8")))
    }
    assert outside == {}, "serve it from app/static/vendor"
