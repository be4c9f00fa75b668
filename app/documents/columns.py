"""What a column of a sheet holds: declared once, used for template, import, error sheet and export."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.models.base import Coded


class Kind(StrEnum):
    """How the cells of a column are read and written."""

    TEXT = "text"
    LINES = "lines"
    WHOLE = "whole"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DAY = "day"
    USCC = "uscc"
    PHONE = "phone"
    EMAIL = "email"
    CODE = "code"
    CODES = "codes"
    FLAG = "flag"


AS_TEXT = frozenset({Kind.TEXT, Kind.LINES, Kind.USCC, Kind.PHONE, Kind.EMAIL})
"""Kinds whose cells are formatted as text, so that no program turns a code into 9.1E+17."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: `id` stands hidden in row 2, `zh` is its heading in row 1, `en` is understood as well.

    `most` is the number of characters of a text or the largest whole number; `least` the smallest one. `help` says in
    Chinese how to fill it in: the sheet is a Chinese form, whoever reads it."""

    id: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT
    is_required: bool = False
    width: int = 16
    least: int = 0
    most: int = 0
    codes: tuple[Coded, ...] = ()
    help: str = ""
    example: str | int | float = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell: `code` is a key of WORDING, `details` fill its sentence.

    `row` is the number that the program shows at the left; `column` is a letter and `name` its heading; `value` is what
    was typed."""

    sheet: str
    row: int
    column: str
    id: str
    name: str
    value: str
    code: str
    details: dict[str, str | int]


def letter(index: int) -> str:
    """The letters of a column: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def by_id(columns: Iterable[Column]) -> dict[str, Column]:
    """The columns by their ids."""
    return {column.id: column for column in columns}
