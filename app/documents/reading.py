"""Reading a sheet: rows of raw cells under the columns that were asked for, from xlsx or csv.

Headings may stand in any of the first rows, in any order, found by the hidden ids or by their Chinese or English names;
further columns are passed over. Nothing is evaluated: a formula is a fault, wherever it comes from."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from app.core.text import clean_line, normalize_for_compare
from app.documents.columns import Column, letter
from app.documents.structure import MAX_CHARACTERS, MAX_COLUMNS, MAX_ROWS, Shape, shapes
from app.documents.wording import SheetRefused

HEADER_WITHIN = 10
EXAMPLE_MARKS = ("示例", "example")
"""A row whose first cell is one of these shows how to fill the sheet in, and is passed over."""
RISKY = ("=", "+", "-", "@", "|", "%", "\t", "\r", "＝", "＋", "－", "＠", "｜", "％")

Raw = Any
"""What a cell holds: text, float, int, bool, date, datetime, time or timedelta; an empty text for nothing."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with anything in it: `number` as the program shows it, `cells` by column id, `spots` what they are."""

    number: int
    cells: dict[str, Raw]
    # Column ids of formulas, of errors, and of merged cells with the range they belong to.
    formulas: frozenset[str] = frozenset()
    errors: frozenset[str] = frozenset()
    merged: dict[str, str] = field(default_factory=dict)
    # The cell that a merged range begins in: the one place where it is reported.
    merged_first: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that was read: `letters` says in which column each id stands, `names` what its heading is."""

    sheet: str
    letters: dict[str, str]
    names: dict[str, str]
    rows: list[SheetRow]


class Book:
    """A spreadsheet file whose sheets can be read by name or position."""

    def __init__(self, sheets: list[tuple[Shape, list[list[Raw]]]]) -> None:
        self._sheets = sheets

    @property
    def names(self) -> list[str]:
        """The names of the sheets."""
        return [shape.name for shape, _rows in self._sheets]

    def table(self, columns: Sequence[Column], *, name: str | None = None) -> Table:
        """The rows of the named sheet, or of the first one. Raises SheetRefused when it or a column is missing."""
        found = [pair for pair in self._sheets if name is None or pair[0].name.strip() == name]
        if not found:
            raise SheetRefused("sheet_missing", name=name or "1")
        shape, rows = found[0]
        first, places = _header(rows, columns)
        kept = [row for row in _rows(shape, rows, first, places) if not _is_example(row, columns)]
        letters = {each: letter(index) for each, index in places.items()}
        return Table(shape.name, letters, {column.id: column.zh for column in columns}, kept)


def open_book(path: Path, filename: str) -> Book:
    """Read a stored file; the name only says whether it is csv. Raises SheetRefused or FileRefused."""
    if filename.casefold().endswith(".csv"):
        return Book([(Shape("CSV"), _csv_rows(path))])
    found = shapes(path)
    with path.open("rb") as file, _readable():
        book = CalamineWorkbook.from_filelike(file)
        return Book([(shape, _cells(book, shape.name)) for shape in found])


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (CalamineError, OSError, ValueError) as fault:
        raise SheetRefused("sheet_unreadable") from fault
    except BaseException as fault:
        # The reader is written in Rust and panics on some damage, which is no Exception in Python.
        if type(fault).__name__ != "PanicException":
            raise
        raise SheetRefused("sheet_unreadable") from fault


def _cells(book: CalamineWorkbook, name: str) -> list[list[Raw]]:
    if name not in book.sheet_names:
        return []
    sheet = book.get_sheet_by_name(name)
    # Rows are given from the first one on, cells only from the first column that is in use.
    before: list[Raw] = [""] * (sheet.start[1] if sheet.start else 0)
    return [before + row for row in sheet.iter_rows()]


def _csv_rows(path: Path) -> list[list[Raw]]:
    raw = path.read_bytes()
    if b"\x00" in raw:
        raise SheetRefused("csv_nul")
    text = _decoded(raw)
    if len(text) > MAX_CHARACTERS:
        raise SheetRefused("sheet_text")
    rows: list[list[Raw]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            rows.append([_unquoted(cell) for cell in row])
            if len(rows) > MAX_ROWS:
                raise SheetRefused("sheet_rows", row=len(rows), most=MAX_ROWS)
            if len(row) > MAX_COLUMNS:
                raise SheetRefused("sheet_columns", column=letter(len(row) - 1), most=MAX_COLUMNS)
    except csv.Error as fault:
        raise SheetRefused("csv_unreadable") from fault
    return rows


def _decoded(raw: bytes) -> str:
    """UTF-8 with or without a mark, else GB 18030, in which Chinese spreadsheet programs write CSV."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefused("csv_encoding")


def _unquoted(cell: str) -> str:
    """What was written with a quote before it, so that no program runs it, without that quote."""
    return cell[1:] if cell.startswith("'") and is_risky(cell[1:]) else cell


def is_risky(text: str) -> bool:
    """Whether a spreadsheet program might take the text for a formula or a command."""
    return text.startswith(RISKY) or text.lstrip(" \ufeff\u3000").startswith(RISKY)


def _header(rows: list[list[Raw]], columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """The first row of data, and where each column stands: by ids where there is a row of them, else by names."""
    best: tuple[int, dict[str, int]] = (0, {})
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        places = _places(row, columns)
        if len(places) >= max(len(best[1]), 1):
            best = (index + 1, places)
    missing = [column.zh for column in columns if column.is_required and column.id not in best[1]]
    if missing:
        raise SheetRefused("sheet_header", names="、".join(missing))
    return best


def _places(row: list[Raw], columns: Sequence[Column]) -> dict[str, int]:
    names: dict[str, Column] = {}
    for column in columns:
        for name in (column.id, column.zh, column.en):
            names.setdefault(normalize_for_compare(name), column)
    places: dict[str, int] = {}
    for index, cell in enumerate(row):
        found = names.get(normalize_for_compare(cell)) if isinstance(cell, str) and cell else None
        if found is not None and found.id in places:
            raise SheetRefused("sheet_header_twice", name=found.zh)
        if found is not None:
            places[found.id] = index
    return places


def _rows(shape: Shape, rows: list[list[Raw]], first: int, places: dict[str, int]) -> Iterator[SheetRow]:
    marked = {row for row, _column in shape.formulas | shape.errors}
    for (top, _left), (bottom, _right) in shape.merged:
        marked.update(range(top, min(bottom, len(rows)) + 1))
    for index in range(first, len(rows)):
        row = rows[index]
        cells = {each: row[place] if place < len(row) else "" for each, place in places.items()}
        if index in marked:
            yield _marked_row(shape, index, cells, places)
        elif any(cell != "" and str(cell).strip() for cell in cells.values()):
            yield SheetRow(index + 1, cells)


def _marked_row(shape: Shape, index: int, cells: dict[str, Raw], places: dict[str, int]) -> SheetRow:
    merged, firsts = {}, set()
    for each, place in places.items():
        found = shape.merging((index, place))
        if found is not None:
            (top, left), (bottom, right) = found
            merged[each] = f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}"
            if (index, place) == (top, left):
                firsts.add(each)
    return SheetRow(
        index + 1,
        cells,
        frozenset(each for each, place in places.items() if (index, place) in shape.formulas),
        frozenset(each for each, place in places.items() if (index, place) in shape.errors),
        merged,
        frozenset(firsts),
    )


def _is_example(row: SheetRow, columns: Sequence[Column]) -> bool:
    first = row.cells.get(columns[0].id, "")
    return isinstance(first, str) and clean_line(first).casefold() in EXAMPLE_MARKS
