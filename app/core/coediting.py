"""Two people at one text: what each of them changed, told by the digests of what they had read.

A form carries `fingerprint` of the values it showed. Whoever saves with another fingerprint than the stored values have
now is shown `clashes`, field by field, and nothing of either text is lost."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from app.core.digests import digest
from app.core.errors import StateMovedOn
from app.core.i18n import Lazy, _l

DIGITS = 12
TOKENS = re.compile(r"\w+|\s+|[^\w\s]")

Marked = list[tuple[bool, str]]
"""A text in pieces: whether the piece differs from the other text, and the piece."""


class SavedMeanwhile(StateMovedOn):
    """A colleague has saved the same part since it was read (409). Nothing was written."""

    def __init__(self) -> None:
        super().__init__(_l("A colleague has saved this section in the meantime. Compare both texts below."))


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that two people hold differently. `keeps` is what is chosen unless the writer says otherwise."""

    name: str
    label: Lazy
    theirs: Marked
    mine: Marked
    keeps: str


def fingerprint(values: Mapping[str, Any]) -> str:
    """What a form was read from: each field with the beginning of its digest. Values as for `canonical_json`."""
    return ",".join(f"{name}:{digest(values[name])[:DIGITS]}" for name in sorted(values))


def is_stale(base: str | None, saved: Mapping[str, Any]) -> bool:
    """Whether the stored values are no longer those of the fingerprint. Without a fingerprint nothing is stale."""
    return bool(base) and base != fingerprint(saved)


def differing(base: str, saved: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, str]:
    """The fields to decide on, each with what is kept by default: "mine" or "theirs".

    What only the writer changed is no question. What only the colleague changed is theirs; what both changed is mine
    until the writer chooses."""
    read = dict(part.partition(":")[::2] for part in base.split(","))
    found = {}
    for name, value in typed.items():
        stored = saved.get(name)
        if digest(stored) == digest(value) or read.get(name) == digest(stored)[:DIGITS]:
            continue
        found[name] = "theirs" if read.get(name) == digest(value)[:DIGITS] else "mine"
    return found


def clashes(
    base: str,
    saved: Mapping[str, Any],
    typed: Mapping[str, Any],
    *,
    label: Callable[[str], Lazy],
    shown: Callable[[str, Any], str],
) -> list[Clash]:
    """What two people hold differently, ready for the page. `shown` gives a value's text in the reader's language."""
    return [
        Clash(name, label(name), *marked(shown(name, saved.get(name)), shown(name, typed[name])), keeps)
        for name, keeps in differing(base, saved, typed).items()
    ]


def marked(before: str, after: str) -> tuple[Marked, Marked]:
    """Two texts in pieces, those that differ marked."""
    old, new = TOKENS.findall(before), TOKENS.findall(after)
    left: Marked = []
    right: Marked = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        is_changed = kind != "equal"
        if a < b:
            left.append((is_changed, "".join(old[a:b])))
        if c < d:
            right.append((is_changed, "".join(new[c:d])))
    return left, right
