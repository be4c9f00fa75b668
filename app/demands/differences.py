"""How two editions of a listing differ: field by field, rows matched with the rows they were, cell by cell."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as made
from difflib import SequenceMatcher
from typing import Any, Literal

from app.core.i18n import Lazy
from app.demands.content import shown
from app.demands.labels import CELLS, LABELS, SECTIONS

# Chinese is compared sign by sign; words and figures of other scripts stay whole.
TOKENS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+(?:\.\d+)?|\s+|[^\w\s]")
# Rows that share less than this are a row taken out and a row put in, not one that changed.
ALIKE = 0.5
# What stands still between two changed places and is shorter than this is read as changed too.
STILL = 2

Parts = list[tuple[bool, str]]
Kind = Literal["changed", "added", "removed"]
# A row with its index.
Placed = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that differs; each side is a list of (is changed, text)."""

    label: Lazy
    before: Parts
    after: Parts


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that was changed, added or removed; numbers count from 1, None on the side where it does not stand."""

    kind: Kind
    title: str
    number_before: int | None
    number_after: int | None
    cells: list[CellChange]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs. A list has `rows` (none when only their order changed), any other field two texts."""

    field: str
    label: Lazy
    before: Parts = made(default_factory=list)
    after: Parts = made(default_factory=list)
    rows: list[RowChange] = made(default_factory=list)

    @property
    def is_list(self) -> bool:
        """Whether the field is a list of rows."""
        return self.field in CELLS


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The fields in which two snapshots differ, in the order of the page."""
    found = []
    for section in SECTIONS:
        for name in section.fields:
            old, new = before.get(name), after.get(name)
            if _said(old) != _said(new):
                found.append(_change(name, old, new))
    return found


def _said(value: Any) -> Any:
    """Nothing said is the same however it is kept."""
    return None if value in ("", []) else value


def _change(name: str, old: Any, new: Any) -> Change:
    if name in CELLS:
        return Change(name, LABELS[name], rows=list(_row_changes(name, old or [], new or [])))
    before, after = marked(shown(name, old), shown(name, new))
    return Change(name, LABELS[name], before, after)


def _row_changes(name: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[RowChange]:
    """The rows that differ, in the order in which they stand now, those taken out where they stood."""
    partner = _partners(name, old, new)
    removed = [index for index in range(len(old)) if index not in partner.values()]
    for place, row in enumerate(new):
        while removed and removed[0] <= partner.get(place, -1):
            gone = removed.pop(0)
            yield _row(name, "removed", (gone, old[gone]), None)
        if place not in partner:
            yield _row(name, "added", None, (place, row))
        elif old[partner[place]] != row:
            index = partner[place]
            yield _row(name, "changed", (index, old[index]), (place, row))
    for gone in removed:
        yield _row(name, "removed", (gone, old[gone]), None)


def _partners(name: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> dict[int, int]:
    """For each row that was there before, by its index now, the index it had: the most alike first."""
    pairs = sorted(
        (
            (-likeness, abs(place - index), place, index)
            for place, row in enumerate(new)
            for index, former in enumerate(old)
            if (likeness := _likeness(name, former, row)) >= ALIKE
        ),
    )
    found: dict[int, int] = {}
    for _likeness_of, _distance, place, index in pairs:
        if place not in found and index not in found.values():
            found[place] = index
    return found


def _likeness(name: str, old: dict[str, Any], new: dict[str, Any]) -> float:
    """From 0 to 1: rows of one name are one row; else the name and the share of equal cells count half each."""
    if old == new:
        return 1.0
    key = next(iter(_title_cells(name)))
    first, second = str(old.get(key) or ""), str(new.get(key) or "")
    if first and first == second:
        return 0.99
    cells = [cell for cell in CELLS[name] if _said(old.get(cell)) or _said(new.get(cell))]
    equal = sum(bool(old.get(cell) == new.get(cell)) for cell in cells) / max(len(cells), 1)
    alike: float = SequenceMatcher(None, first, second, autojunk=False).ratio()
    return (alike + equal) / 2


def _title_cells(name: str) -> list[str]:
    """What a row is called by: its name, else its first cell."""
    return [cell for cell in ("name", "text", "indicator", "label") if cell in CELLS[name]] or list(
        CELLS[name]
    )


def _row(name: str, kind: Kind, old: Placed | None, new: Placed | None) -> RowChange:
    was, row = old[1] if old else {}, new[1] if new else {}
    cells = []
    for cell, label in CELLS[name].items():
        before, after = (shown(f"{name}.{cell}", each.get(cell)) for each in (was, row))
        if before != after:
            cells.append(CellChange(label, *marked(before, after)))
    key = _title_cells(name)[0]
    title = shown(f"{name}.{key}", (row or was).get(key))
    return RowChange(kind, title, old[0] + 1 if old else None, new[0] + 1 if new else None, cells)


def marked(before: str, after: str) -> tuple[Parts, Parts]:
    """Both texts in pieces, each with whether it differs from the other side."""
    old, new = TOKENS.findall(before), TOKENS.findall(after)
    left: Parts = []
    right: Parts = []
    for kind, a, b, c, d in _blocks(old, new):
        if a < b:
            _put(left, kind != "equal", "".join(old[a:b]))
        if c < d:
            _put(right, kind != "equal", "".join(new[c:d]))
    return left, right


def _blocks(old: list[str], new: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (kind, a, b, c, d) in enumerate(blocks):
        is_between = 0 < number < len(blocks) - 1
        yield ("replace" if kind == "equal" and is_between and b - a < STILL else kind), a, b, c, d


def _put(parts: Parts, is_changed: bool, text: str) -> None:
    if parts and parts[-1][0] is is_changed:
        parts[-1] = (is_changed, parts[-1][1] + text)
    else:
        parts.append((is_changed, text))
