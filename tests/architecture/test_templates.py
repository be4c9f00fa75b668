"""Templates hold no style, no script and no handler of their own: the content security policy would stop them."""

import re

import pytest

from tests.architecture.source import TEMPLATES, place

pytestmark = pytest.mark.lint

FILES = sorted(TEMPLATES.rglob("*.html"))
# Mail is read outside the site, where no style sheet reaches.
PAGES = [path for path in FILES if path.relative_to(TEMPLATES).parts[0] not in ("emails", "mail")]
CODE = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)

FORBIDDEN = {
    "inline style": re.compile(r"""<style\b|\sstyle\s*=\s*["']""", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "inline handler": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["']""", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
}


@pytest.mark.parametrize(("fault", "pattern"), FORBIDDEN.items(), ids=list(FORBIDDEN))
def test_hold_no(fault: str, pattern: re.Pattern[str]) -> None:
    found = [place(path) for path in PAGES if pattern.search(CODE.sub("", path.read_text(encoding="utf-8")))]
    assert found == [], fault


def test_escape_everything() -> None:
    past = re.compile(r"\|\s*safe\b|{%-?\s*autoescape\s+false")
    assert [place(path) for path in FILES if past.search(path.read_text(encoding="utf-8"))] == []


def test_give_every_post_form_a_token() -> None:
    form = re.compile(r"<form\b[^>]*method=[\"']post[\"'].*?</form>", re.IGNORECASE | re.DOTALL)
    found = [
        place(path)
        for path in PAGES
        for text in form.findall(path.read_text(encoding="utf-8"))
        if "csrf_token" not in text and "hidden_tag" not in text
    ]
    assert found == []
