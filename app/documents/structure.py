"""The shape of an xlsx file, read in one pass before anything is loaded: how far its sheets reach, how much they hold,
which cells are formulas, errors or merged. A reader of values tells none of this, and would allocate whatever is asked.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from app.core.archives import Archive, Budget
from app.core.refused_files import FileRefused
from app.documents.columns import letter
from app.documents.wording import SheetRefused

MAX_ROWS = 20_100
MAX_COLUMNS = 100
MAX_CELLS = 1_000_000
MAX_CHARACTERS = 24_000_000
MAX_SHEETS = 30

REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
EXTERNAL_PART = re.compile(
    r"^xl/(externallinks/|connections\.xml|querytables/|embeddings/|activex/)", re.IGNORECASE
)

Cell = tuple[int, int]
"""Row and column, both counted from 0."""


@dataclass
class Shape:
    """One worksheet: what is in it besides values."""

    name: str
    formulas: set[Cell] = field(default_factory=set)
    errors: set[Cell] = field(default_factory=set)
    merged: list[tuple[Cell, Cell]] = field(default_factory=list)

    def merging(self, cell: Cell) -> tuple[Cell, Cell] | None:
        """The merged range that the cell lies in."""
        return next((each for each in self.merged if _inside(cell, each)), None)


def shapes(path: Path) -> list[Shape]:
    """The worksheets of the file in their order. Raises SheetRefused, or FileRefused for a damaged archive."""
    with path.open("rb") as file:
        archive = Archive(file, Budget(path.stat().st_size))
        if any(EXTERNAL_PART.search(name) for name in archive.entries):
            raise SheetRefused("sheet_external")
        parts = _parts(archive)
        if not parts or len(parts) > MAX_SHEETS:
            raise SheetRefused("sheet_unreadable")
        meter = _Meter(_shared_lengths(archive))
        return [_shape(archive, name, part, meter) for name, part in parts]


def _inside(cell: Cell, merged: tuple[Cell, Cell]) -> bool:
    (top, left), (bottom, right) = merged
    return top <= cell[0] <= bottom and left <= cell[1] <= right


def _parts(archive: Archive) -> list[tuple[str, str]]:
    """Name and part of each sheet, in the order of the workbook."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship":
            targets[attributes.get("Id", "")] = _part_name(attributes.get("Target", ""))

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            key = next((value for name, value in attributes.items() if _local(name) == "id"), "")
            sheets.append((attributes.get("name", ""), key))

    _read(archive, "xl/_rels/workbook.xml.rels", start=relation)
    _read(archive, "xl/workbook.xml", start=sheet)
    found = [(name, targets.get(key, "")) for name, key in sheets]
    return [(name, part) for name, part in found if part in archive.entries]


def _part_name(target: str) -> str:
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")


def _shared_lengths(archive: Archive) -> list[int]:
    """How long each shared string is: a sheet may repeat one a million times."""
    lengths: list[int] = []

    def start(tag: str, _attributes: dict[str, str]) -> None:
        if _local(tag) == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    if "xl/sharedStrings.xml" in archive.entries:
        _read(archive, "xl/sharedStrings.xml", start=start, text=text)
    return lengths


class _Meter:
    """Counts what all sheets of the file hold together."""

    def __init__(self, shared: list[int]) -> None:
        self.shared = shared
        self.cells = 0
        self.characters = 0

    def cell(self) -> None:
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise SheetRefused("sheet_text")

    def text(self, count: int) -> None:
        self.characters += count
        if self.characters > MAX_CHARACTERS:
            raise SheetRefused("sheet_text")

    def shared_text(self, index: str) -> None:
        if not index.strip().isdecimal() or int(index) >= len(self.shared):
            raise SheetRefused("sheet_unreadable")
        self.text(self.shared[int(index)])


class _SheetReader:
    """Follows one worksheet element by element."""

    def __init__(self, shape: Shape, meter: _Meter) -> None:
        self.shape = shape
        self.meter = meter
        self.row = -1
        self.column = -1
        self.rows = 0
        self.kind = ""
        self.is_value = False
        self.value: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._row(attributes)
        elif name == "f":
            self.shape.formulas.add((self.row, self.column))
        elif name == "v":
            self.is_value, self.value = True, []
        elif name == "mergeCell":
            self.shape.merged.append(_range(attributes.get("ref", "")))

    def end(self, tag: str) -> None:
        if _local(tag) == "v":
            self.is_value = False
            if self.kind == "s":
                self.meter.shared_text("".join(self.value))

    def text(self, data: str) -> None:
        self.meter.text(len(data))
        if self.is_value:
            self.value.append(data)

    def _row(self, attributes: dict[str, str]) -> None:
        self.rows += 1
        given = attributes.get("r", "")
        self.row = _whole(given) - 1 if given else self.row + 1
        self.column = -1
        # Rows are counted too: a million empty ones reach no cell and are still to be read.
        if max(self.rows, self.row + 1) > MAX_ROWS:
            raise SheetRefused("sheet_rows", row=max(self.rows, self.row + 1), most=MAX_ROWS)

    def _cell(self, attributes: dict[str, str]) -> None:
        self.meter.cell()
        self.kind = attributes.get("t", "")
        reference = attributes.get("r", "")
        row, column = cell_of(reference) if reference else (self.row, self.column + 1)
        if row + 1 > MAX_ROWS:
            raise SheetRefused("sheet_rows", row=row + 1, most=MAX_ROWS)
        if column + 1 > MAX_COLUMNS:
            raise SheetRefused("sheet_columns", column=letter(column), most=MAX_COLUMNS)
        self.row, self.column = row, column
        if self.kind == "e":
            self.shape.errors.add((row, column))


def cell_of(reference: str) -> Cell:
    """Row and column of a reference such as B7. Raises SheetRefused for anything else."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise SheetRefused("sheet_unreadable")
    column = 0
    for char in match[1]:
        column = column * 26 + ord(char) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _range(reference: str) -> tuple[Cell, Cell]:
    first, _colon, last = reference.partition(":")
    return cell_of(first), cell_of(last or first)


def _whole(text: str) -> int:
    if not text.isdecimal() or not 0 < len(text) <= 9 or int(text) == 0:
        raise SheetRefused("sheet_unreadable")
    return int(text)


def _shape(archive: Archive, name: str, part: str, meter: _Meter) -> Shape:
    shape = Shape(name)
    reader = _SheetReader(shape, meter)
    _read(archive, part, start=reader.start, end=reader.end, text=reader.text)
    return shape


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _read(
    archive: Archive,
    name: str,
    *,
    start: Callable[[str, dict[str, str]], Any],
    end: Callable[[str], Any] | None = None,
    text: Callable[[str], Any] | None = None,
) -> None:
    """Feed one part to the handlers. A document type, where entities are declared, is refused."""

    def refuse(*_declaration: object) -> None:
        raise FileRefused("file_entities")

    if name not in archive.entries:
        raise SheetRefused("sheet_unreadable")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        for piece, is_last in _marked(archive.pieces(archive.entries[name])):
            parser.Parse(piece, is_last)
    except expat.ExpatError as fault:
        raise SheetRefused("sheet_unreadable") from fault


def _marked(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    yield from ((piece, False) for piece in pieces)
    yield b"", True
