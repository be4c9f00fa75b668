"""Why a sheet is refused as a whole, and what can be wrong with a cell: one code and one sentence for each."""

from collections.abc import Mapping
from typing import Any

from app.core.errors import Refusal, RuleBroken
from app.core.i18n import Lazy, _l, filled

REFUSED: dict[str, Lazy] = {
    "sheet_unreadable": _l("The file cannot be read as a spreadsheet. Save it again as xlsx."),
    "sheet_empty": _l("The sheet has no rows below the headings."),
    "sheet_rows": _l(
        "The sheet reaches row %(row)s; at most %(most)s rows are taken. Delete the empty rows below the table."
    ),
    "sheet_columns": _l("The sheet reaches column %(column)s; at most %(most)s columns are taken."),
    "sheet_text": _l("The sheet holds more text than is taken in one file. Split it."),
    "sheet_external": _l("The file draws on other files or on a database. Save it with values only."),
    "sheet_header": _l("These columns are missing: %(names)s. Use the template."),
    "sheet_header_twice": _l("The column “%(name)s” stands there twice."),
    "sheet_missing": _l("The sheet “%(name)s” is missing. Use the template."),
    "csv_encoding": _l("The file is neither UTF-8 nor GB 18030 text. Save it as xlsx or as UTF-8 CSV."),
    "csv_nul": _l("The file holds NUL characters and is no text. Save it as xlsx or as UTF-8 CSV."),
    "csv_unreadable": _l("The file is no comma-separated table."),
    "sheet_changed": _l("The stored file is no longer the one that was checked. Upload it again."),
}

WORDING: dict[str, Lazy] = {
    "required": _l("must be filled in"),
    "too_long": _l("%(length)s characters; at most %(most)s"),
    "cell_formula": _l("holds a formula; enter the value itself"),
    "cell_error": _l("holds an error of the spreadsheet program"),
    "cell_merged": _l("is merged with other cells (%(range)s); undo the merging"),
    "uscc_wrong": _l("is not a valid unified social credit code: check each character"),
    "uscc_ruined": _l(
        "was turned into a number by the spreadsheet program; format the cell as text and type it again"
    ),
    "number_unreadable": _l("is not a number"),
    "whole_unreadable": _l("is not a whole number"),
    "out_of_range": _l("must lie between %(least)s and %(most)s"),
    "amount_unreadable": _l("is not an amount in 10,000 yuan"),
    "amount_negative": _l("is negative"),
    "amount_too_fine": _l("has more than two decimals (unit: 10,000 yuan)"),
    "amount_too_large": _l("is larger than can be recorded"),
    "percent_unreadable": _l("is not a percentage with at most two decimals"),
    "day_unreadable": _l("is not a day; write it like 2026-03-31"),
    "phone_wrong": _l("is not a telephone number; mobile numbers have 11 digits"),
    "email_wrong": _l("is not an e-mail address"),
    "code_unknown": _l("is not in the list; choose one of: %(choices)s"),
    "flag_unreadable": _l("is neither 是 nor 否"),
}
"""What is wrong with a cell, to be read after the column's name. Stages add their own."""


class SheetRefused(RuleBroken):
    """A sheet cannot be taken at all. `code` is a key of REFUSED."""

    def __init__(self, code: str, **details: str | int) -> None:
        self.code = code
        self.details = details
        super().__init__(Refusal(code, refusal_wording(code, details), "file"))


def refusal_wording(code: str, details: Mapping[str, Any]) -> Lazy:
    """The sentence of a refused sheet."""
    return filled(REFUSED[code], **details) if details else REFUSED[code]


def fault_wording(code: str, details: Mapping[str, Any]) -> Lazy:
    """What is wrong with a cell, in the reader's language."""
    return filled(WORDING[code], **details) if details else WORDING[code]
