"""Writing sheets: templates with drop-downs and notes, exports, and the copy of a sheet with its faults marked.

Texts are written as texts: no cell of ours is ever run by a spreadsheet program."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from itertools import chain
from typing import IO, Any

import xlsxwriter

from app.core.money import wan
from app.core.numbers import format_hundredths
from app.core.text import clean
from app.documents.cells import label_zh
from app.documents.columns import AS_TEXT, Column, Kind, letter
from app.documents.reading import is_risky
from app.models.base import Coded

NOTES = "填表说明"
LISTS = "代码表"
FAULT_COLUMN = Column(id="faults", zh="错误说明", en="What is wrong", width=60)
VALIDATED_ROWS = 5_000
MAX_CELL = 32_767
MAX_SHEET_NAME = 31
Place = tuple[int, int]
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


class BookWriter:
    """An xlsx file in the making. Rows must come in order: only one is held in memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Use `writing(stream)`, which closes it."""
        self._book = xlsxwriter.Workbook(stream, OPTIONS)
        # The same rows give the same file: when it was made says nothing.
        self._book.set_properties({"created": datetime(2020, 1, 1, tzinfo=UTC)})
        self._lists: dict[tuple[Coded, ...], str] = {}
        self._pending_lists: list[tuple[Coded, ...]] = []
        add = self._book.add_format
        text = {"num_format": "@", "text_wrap": True, "valign": "top"}
        self._head = add(
            {"bold": True, "bg_color": "#DCE6F2", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self._needed = add(
            {"bold": True, "bg_color": "#F9E3D6", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self._text = add(text)
        self._risky = add(text | {"quote_prefix": True})
        self._money = add({"num_format": "#,##0.00", "valign": "top"})
        self._day = add({"num_format": "yyyy-mm-dd", "valign": "top"})
        self._plain = add({"valign": "top"})
        self._fault = add(text | {"bg_color": "#FFC7CE", "font_color": "#9C0006", "quote_prefix": True})
        self._small = add({"font_color": "#595959", "italic": True, "text_wrap": True, "valign": "top"})

    def sheet(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[Mapping[str, Any]],
        *,
        examples: Sequence[Mapping[str, Any]] = (),
        is_form: bool = False,
    ) -> None:
        """A sheet of rows by column id. A form gets help beside its headings and drop-downs below them."""
        sheet = self._opened(name, columns, is_form=is_form)
        for place, row in enumerate(chain(examples, rows), start=2):
            style = self._small if place < 2 + len(examples) else None
            for index, column in enumerate(columns):
                self._write(sheet, (place, index), column, row.get(column.id), style)

    def marked(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[tuple[Mapping[str, Any], Mapping[str, str]]],
    ) -> None:
        """A sheet of raw cells as they were typed, each with what is wrong by column id; the last column says all."""
        last = len(columns)
        sheet = self._opened(name, [*columns, FAULT_COLUMN], is_form=False)
        for place, (cells, faults) in enumerate(rows, start=2):
            for index, column in enumerate(columns):
                raw = cells.get(column.id, "")
                if column.id in faults:
                    sheet.write_string(place, index, _cell_text(raw), self._fault)
                    sheet.write_comment(place, index, faults[column.id], {"x_scale": 2})
                else:
                    self._write_raw(sheet, (place, index), raw)
            if faults:
                names = {column.id: column.zh for column in columns}
                said = "；".join(f"{names[each]}：{text}" for each, text in faults.items())
                sheet.write_string(place, last, said[:MAX_CELL], self._text)

    def notes(self, lines: Sequence[str]) -> None:
        """A sheet of sentences."""
        sheet = self._book.add_worksheet(NOTES)
        sheet.set_column(0, 0, 110)
        for index, line in enumerate(lines):
            sheet.write_string(index, 0, line, self._head if index == 0 else self._text)

    def close(self) -> None:
        """Write the hidden sheet of code lists and finish the file."""
        if self._pending_lists:
            sheet = self._book.add_worksheet(LISTS)
            sheet.hide()
            labels = [[label_zh(code) for code in codes] for codes in self._pending_lists]
            for row in range(max(len(each) for each in labels)):
                for column, each in enumerate(labels):
                    if row < len(each):
                        sheet.write_string(row, column, each[row])
        self._book.close()

    def _opened(self, name: str, columns: Sequence[Column], *, is_form: bool) -> Any:
        sheet = self._book.add_worksheet(name[:MAX_SHEET_NAME])
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width, self._format(column))
            if is_form:
                self._guide(sheet, index, column)
        sheet.set_row(0, 32)
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.zh, self._needed if column.is_required else self._head)
        sheet.set_row(1, None, None, {"hidden": True})
        for index, column in enumerate(columns):
            sheet.write_string(1, index, column.id)
        sheet.freeze_panes(2, 0)
        return sheet

    def _guide(self, sheet: Any, index: int, column: Column) -> None:
        if column.help:
            sheet.write_comment(0, index, column.help, {"x_scale": 2})
        if column.kind in (Kind.CODE, Kind.FLAG):
            source: Any = ["是", "否"] if column.kind is Kind.FLAG else self._list(column.codes)
            sheet.data_validation(
                2,
                index,
                VALIDATED_ROWS,
                index,
                {
                    "validate": "list",
                    "source": source,
                    "error_title": column.zh,
                    "error_message": "请从下拉列表中选择。",
                },
            )

    def _list(self, codes: tuple[Coded, ...]) -> str:
        """Where on the hidden sheet a code list stands."""
        if codes not in self._lists:
            place = letter(len(self._pending_lists))
            self._lists[codes] = f"={LISTS}!${place}$1:${place}${len(codes)}"
            self._pending_lists.append(codes)
        return self._lists[codes]

    def _format(self, column: Column) -> Any:
        if column.kind in AS_TEXT:
            return self._text
        return {Kind.MONEY: self._money, Kind.DAY: self._day}.get(column.kind, self._plain)

    def _write(self, sheet: Any, place: Place, column: Column, value: Any, style: Any) -> None:
        """A value of the column's kind, as `read_cell` would give it."""
        if value is None or value == "":
            return
        if column.kind is Kind.MONEY and isinstance(value, int):
            sheet.write_number(*place, float(wan(value)), style or self._money)
        elif isinstance(value, date) and not isinstance(value, datetime):
            sheet.write_datetime(*place, _midnight(value), style or self._day)
        elif column.kind in (Kind.WHOLE, Kind.NUMBER) and isinstance(value, int | Decimal):
            sheet.write_number(*place, float(value), style or self._plain)
        else:
            text = as_text(column, value)[:MAX_CELL]
            sheet.write_string(*place, text, style or (self._risky if is_risky(text) else self._text))

    def _write_raw(self, sheet: Any, place: Place, raw: Any) -> None:
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            sheet.write_number(*place, raw, self._plain)
        elif isinstance(raw, date):
            sheet.write_datetime(*place, raw if isinstance(raw, datetime) else _midnight(raw), self._day)
        elif text := _cell_text(raw):
            sheet.write_string(*place, text, self._risky if is_risky(text) else self._text)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a spreadsheet's day has no zone


@contextmanager
def writing(stream: IO[bytes]) -> Iterator[BookWriter]:
    """An xlsx file into the stream."""
    book = BookWriter(stream)
    yield book
    book.close()


def write_csv(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The rows as CSV in UTF-8 with a mark, Chinese headings first; nothing in it can be run as a formula."""
    yield "\ufeff".encode()
    yield _csv_line([column.zh for column in columns])
    for row in rows:
        yield _csv_line([harmless(as_text(column, row.get(column.id))) for column in columns])


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula: with a quote before it where it might."""
    return f"'{text}" if is_risky(text) else text


def as_text(column: Column, value: Any) -> str:
    """A value as a sheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Coded):
        return label_zh(value)
    if isinstance(value, list | tuple):
        return "；".join(as_text(column, each) for each in value)
    if column.kind is Kind.MONEY and isinstance(value, int):
        return format(wan(value), "f")
    if column.kind is Kind.PERCENT and isinstance(value, int):
        return format_hundredths(value)
    return str(value.value if isinstance(value, Enum) else value)


def _cell_text(raw: Any) -> str:
    return clean("" if raw is None else str(raw))[:MAX_CELL]


def _csv_line(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()
