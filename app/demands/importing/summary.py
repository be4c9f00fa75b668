"""Checking a summary sheet: every cell, every row, and the rows among each other; and the demands it would write."""

from typing import Any

from app.core.money import format_wan
from app.demands.importing.columns import FORM_SHEET, summary_columns
from app.demands.importing.lines import Indicator, conditions, indicators
from app.demands.importing.plan import PlannedDemand, Row
from app.demands.importing.rules import Rules, rules_for
from app.documents.cells import fault_at, read_row
from app.documents.columns import Column, Fault
from app.documents.imports import Checked, Task
from app.documents.reading import Book, Table
from app.documents.wording import SheetRefused
from app.models.codes import FundingSource
from app.models.jobs import SheetImport

MAX_ROWS = 10_000
MAX_CONDITION = 500
TAKEN_AS_THEY_ARE = (
    "region",
    "title",
    "demand_type",
    "field",
    "content_required",
    "deadline_months",
    "budget_fen",
    "ip_ownership",
    "contact_name",
    "contact_phone",
)


def summary_tables(book: Book, sheet: SheetImport) -> list[tuple[Table, tuple[Column, ...]]]:
    """The one table of a summary sheet. Raises SheetRefused."""
    if sheet.round is None or FORM_SHEET in book.names:
        raise SheetRefused("sheet_unreadable")
    columns = summary_columns(sheet.round)
    return [(book.table(columns), columns)]


def check_summary(task: Task) -> Checked:
    """Every fault of the sheet, and what would be written if there is none. Raises SheetRefused."""
    [(table, columns)] = summary_tables(task.book, task.sheet)
    if not table.rows:
        raise SheetRefused("sheet_empty")
    if len(table.rows) > MAX_ROWS:
        raise SheetRefused("sheet_rows", row=table.rows[-1].number, most=MAX_ROWS)
    read = []
    for done, row in enumerate(table.rows, start=1):
        read.append((row, *read_row(table, row, columns)))
        task.progress(done, len(table.rows), "")
    codes = {values["uscc"] for _row, values, _faults in read if values["uscc"]}
    rules = rules_for(task, codes)
    checked = Checked(len(table.rows), [], plan=rules.plan)
    for row, values, faults in read:
        faulty = {fault.id for fault in faults}
        for column, code, details in (*rules.problems(row.number, values), *_lines(values)):
            if column not in faulty:
                faults.append(fault_at(table, row, column, code, **details))
        checked.faults.extend(faults)
        if not checked.faults:
            _plan(checked, rules, table, row, values)
    return checked


def _lines(values: Row) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        ("conditions", "line_too_long", {"line": index, "most": MAX_CONDITION})
        for index, line in enumerate(conditions(values["conditions"] or ""), start=1)
        if len(line["text"]) > MAX_CONDITION
    ]


def _plan(checked: Checked, rules: Rules, table: Table, row: Any, values: Row) -> None:
    found = indicators(values["indicators"])
    checked.notes.extend(_notes(table, row, found))
    checked.plan.demands.append(
        PlannedDemand(
            row.number,
            values["uscc"],
            {name: values[name] for name in TAKEN_AS_THEY_ARE}
            | {
                "owner_id": rules.owner_id(row.number, values),
                "owner_type": values["unit_type"],
                "recommender_id": rules.recommender_id(values),
                "recommend_opinion": _opinion(rules, values),
                "conditions": conditions(values["conditions"] or ""),
                "test_environment": values["test_environment"] or "",
            },
            [each.values for each in found],
            [_funding(values)],
        )
    )


def _notes(table: Table, row: Any, found: list[Indicator]) -> list[Fault]:
    return [
        fault_at(table, row, "indicators", f"lacks_{what}", text=each.values["name"][:60])
        for each in found
        # A line without a number has nothing else either: one remark is enough.
        for what in each.lacks[:1]
    ]


def _opinion(rules: Rules, values: Row) -> str | None:
    """The opinion counts when it comes from an office: a unit cannot recommend itself."""
    return None if rules.scope.is_own_unit else values["opinion"]


def _funding(values: Row) -> Row:
    """One source is all the summary sheet knows: the owner's money, and how much of it goes to the bidder."""
    paid = values["paid_fen"]
    said = f"其中支付揭榜方 {format_wan(paid)} 万元" if paid is not None else ""
    return {"source": FundingSource.OWNER_PAID, "amount_fen": values["budget_fen"], "condition": said}
