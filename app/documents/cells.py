"""From what a cell holds to a value of its column, or the reason why not."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from flask import has_app_context
from flask_babel import force_locale

from app.core import uscc
from app.core.i18n import LOCALES
from app.core.money import AmountRefused, fen_from_wan
from app.core.text import clean, clean_line, normalize_for_compare
from app.documents.columns import Column, Fault, Kind
from app.documents.reading import Raw, SheetRow, Table
from app.models.base import Coded

RUINED = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,2}|[0-9]{15}0{3}(\.0+)?")
WHOLE = re.compile(r"-?[0-9]{1,12}")
DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"(\(?0[0-9]{2,3}\)?-?)?[2-9][0-9]{6,7}(-[0-9]{1,6})?")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
SEPARATORS = re.compile(r"[;；,，、\n]+")
YES, NO = ("是", "有", "yes", "y", "true", "1", "√"), ("否", "无", "no", "n", "false", "0", "×")
SHOWN_CHOICES = 6


class CellFault(Exception):
    """A cell cannot be read: a key of the fault wording, and what fills it."""

    def __init__(self, code: str, /, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def read_row(table: Table, row: SheetRow, columns: Iterable[Column]) -> tuple[dict[str, Any], list[Fault]]:
    """The values of a row by column id, None where nothing stands, and the faults of its cells."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column in columns:
        if column.id not in table.letters:
            values[column.id] = None
            continue
        try:
            values[column.id] = _checked(column, row)
        except CellFault as fault:
            values[column.id] = None
            # A merged range is one fault, in the cell where it begins.
            if fault.code != "cell_merged" or column.id in row.merged_first:
                faults.append(fault_at(table, row, column.id, fault.code, **fault.details))
    return values, faults


def fault_at(table: Table, row: SheetRow, column_id: str, code: str, /, **details: str | int) -> Fault:
    """A fault of one cell, found later than when it was read."""
    return Fault(
        table.sheet,
        row.number,
        table.letters.get(column_id, ""),
        column_id,
        table.names.get(column_id, ""),
        shown(row.cells.get(column_id, ""))[:200],
        code,
        details,
    )


def shown(raw: Raw) -> str:
    """A raw cell as one would see it."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return f"{raw:.15g}"
    if isinstance(raw, datetime):
        return raw.isoformat(" ")
    return clean(str(raw))


def _checked(column: Column, row: SheetRow) -> Any:
    if column.id in row.merged:
        raise CellFault("cell_merged", range=row.merged[column.id])
    if column.id in row.formulas:
        raise CellFault("cell_formula")
    if column.id in row.errors:
        raise CellFault("cell_error")
    raw = row.cells.get(column.id, "")
    if isinstance(raw, str) and not clean(raw):
        if column.is_required:
            raise CellFault("required")
        return None
    return read_cell(column, raw)


def read_cell(column: Column, raw: Raw) -> Any:
    """The value of a cell that is not empty. Raises CellFault."""
    return _READERS[column.kind](column, raw)


def _text(column: Column, raw: Raw) -> str:
    text = clean_line(_plain(raw))
    return _fitting(column, text)


def _lines(column: Column, raw: Raw) -> str:
    return _fitting(column, clean(_plain(raw)))


def _fitting(column: Column, text: str) -> str:
    if column.most and len(text) > column.most:
        raise CellFault("too_long", length=len(text), most=column.most)
    return text


def _plain(raw: Raw) -> str:
    """A cell as text: a whole number without the .0 that programs store it with."""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    return shown(raw)


def _half(raw: Raw) -> str:
    return unicodedata.normalize("NFKC", _plain(raw)).strip()


def _whole(column: Column, raw: Raw) -> int:
    text = _half(raw)
    if not WHOLE.fullmatch(text) or isinstance(raw, bool):
        raise CellFault("whole_unreadable")
    number = int(text)
    if number < column.least or (column.most and number > column.most):
        raise CellFault("out_of_range", least=column.least, most=column.most)
    return number


def _exact(raw: Raw) -> Decimal | None:
    """The number that was typed: a program's 120.10000000000001 is 120.1."""
    if isinstance(raw, bool):
        return None
    text = f"{raw:.12g}" if isinstance(raw, float) else _half(raw).replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and DECIMAL.fullmatch(format(number, "f")) else None


def _number(_column: Column, raw: Raw) -> Decimal:
    number = _exact(raw)
    if number is None:
        raise CellFault("number_unreadable")
    return number


def _money(_column: Column, raw: Raw) -> int:
    number = _exact(raw)
    if number is None:
        raise CellFault("amount_unreadable")
    if number < 0:
        raise CellFault("amount_negative")
    try:
        return fen_from_wan(format(number, "f"))
    except AmountRefused as refused:
        raise CellFault(refused.code) from refused


def _percent(_column: Column, raw: Raw) -> int:
    text = _half(raw).removesuffix("%").strip()
    number = _exact(text if isinstance(raw, str) else raw)
    if number is None or not 0 <= number <= 100 or number * 100 != int(number * 100):
        raise CellFault("percent_unreadable")
    return int(number * 100)


def _day(_column: Column, raw: Raw) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    match = DAY.fullmatch(_half(raw))
    try:
        return date(*(int(part) for part in match.groups())) if match else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise CellFault("day_unreadable")


def _uscc(_column: Column, raw: Raw) -> str:
    code = uscc.normalize(_plain(raw))
    if uscc.is_valid(code):
        return code
    # Fifteen digits is what a spreadsheet keeps of a number; the rest is lost and cannot be guessed.
    is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
    if is_number or RUINED.fullmatch(unicodedata.normalize("NFKC", str(raw)).strip()):
        raise CellFault("uscc_ruined")
    raise CellFault("uscc_wrong")


def _phone(_column: Column, raw: Raw) -> str:
    text = re.sub(r"\s+", "", _half(raw))
    if not (MOBILE.fullmatch(text) or LANDLINE.fullmatch(text)):
        raise CellFault("phone_wrong")
    return text


def _email(_column: Column, raw: Raw) -> str:
    text = _half(raw)
    if not EMAIL.fullmatch(text) or len(text) > 254:
        raise CellFault("email_wrong")
    return text.lower()


def _flag(_column: Column, raw: Raw) -> bool:
    text = _half(raw).casefold()
    if text in YES:
        return True
    if text in NO:
        return False
    raise CellFault("flag_unreadable")


def _code(column: Column, raw: Raw) -> Coded:
    found = choices(column.codes).get(_alike(_plain(raw)))
    if found is None:
        labels = [label_zh(each) for each in column.codes]
        more = "…" if len(labels) > SHOWN_CHOICES else ""
        raise CellFault("code_unknown", choices="、".join(labels[:SHOWN_CHOICES]) + more)
    return found


def _codes(column: Column, raw: Raw) -> list[Coded]:
    parts = [part for part in SEPARATORS.split(clean(_plain(raw))) if part.strip()]
    return list(dict.fromkeys(_code(column, part) for part in parts))


@cache
def choices(codes: tuple[Coded, ...]) -> dict[str, Coded]:
    """What may be written for each code: the code, its Chinese or English wording, or the code and the wording."""
    found: dict[str, Coded] = {}
    for code in codes:
        labels = [_in_locale(code, locale) for locale in LOCALES]
        for text in (str(code.value), *labels, *(f"{code.value} {label}" for label in labels)):
            found.setdefault(_alike(text), code)
    return found


def _alike(text: str) -> str:
    """What two spellings of a code have in common; signs such as ≥ are told apart, where letters count otherwise."""
    return normalize_for_compare(text) or unicodedata.normalize("NFKC", text).strip()


@cache
def label_zh(code: Coded) -> str:
    """The Chinese wording: what a sheet shows for a code."""
    return _in_locale(code, "zh_Hans_CN")


def _in_locale(code: Coded, locale: str) -> str:
    # Outside of the application nothing is translated, and what is remembered here would stay so.
    if not has_app_context():
        raise RuntimeError("the wording of codes needs the application")
    with force_locale(locale):
        return str(code.label)


_READERS = {
    Kind.TEXT: _text,
    Kind.LINES: _lines,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.PERCENT: _percent,
    Kind.DAY: _day,
    Kind.USCC: _uscc,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.CODE: _code,
    Kind.CODES: _codes,
    Kind.FLAG: _flag,
}
