"""Checking the form of one demand: a sheet of fields, and further sheets with rows of indicators, money and so on."""

from dataclasses import replace
from typing import Any

from app.demands.importing.columns import FORM_LAYOUT, FORM_ROWS, FORM_SHEET, KEY, VALUE, form_columns
from app.demands.importing.plan import PlannedDemand, Row
from app.demands.importing.rules import Rules, rules_for
from app.documents.cells import fault_at, read_row
from app.documents.columns import Column, Fault
from app.documents.imports import Checked, Task
from app.documents.reading import Book, SheetRow, Table
from app.documents.wording import SheetRefused
from app.models.base import Coded
from app.models.codes import ConditionKind, IndicatorCategory
from app.models.jobs import SheetImport

WHOLE = 100_00
NOT_COLUMNS = ("unit", "uscc", "unit_type", "recommender", "opinion")
ROW_DEFAULTS: dict[str, Row] = {
    "indicators": {"category": IndicatorCategory.TECHNICAL, "is_hard": False},
    "deliverables": {"quantity": 1},
    "conditions": {"kind": ConditionKind.QUALIFICATION, "is_hard": False},
}


def form_tables(book: Book, _sheet: SheetImport) -> list[tuple[Table, tuple[Column, ...]]]:
    """The sheet of fields, and those sheets of rows that are there. Raises SheetRefused."""
    found: list[tuple[Table, tuple[Column, ...]]] = [(book.table(FORM_LAYOUT, name=FORM_SHEET), FORM_LAYOUT)]
    found += [
        (book.table(columns, name=name), columns)
        for name, columns in FORM_ROWS.values()
        if name in book.names
    ]
    return found


def check_form(task: Task) -> Checked:
    """Every fault of the form, and the one demand it would write. Raises SheetRefused."""
    if task.sheet.round is None:
        raise SheetRefused("sheet_unreadable")
    tables = {table.sheet: table for table, _columns in form_tables(task.book, task.sheet)}
    fields = Fields(tables[FORM_SHEET], form_columns(task.sheet.round))
    task.progress(1, 3, "")
    values, rows, faults = fields.values, {}, list(fields.faults)
    for part, (name, columns) in FORM_ROWS.items():
        rows[part], said = _rows(tables.get(name), columns)
        faults += said
    task.progress(2, 3, "")
    rules = rules_for(task, {values["uscc"]} if values["uscc"] else set())
    _fill_unit(rules, values)
    faulty = {fault.id for fault in faults}
    problems = [
        each for each in rules.problems(fields.row_of("title").number, values) if each[0] not in faulty
    ]
    faults += [fields.fault(column, code, **details) for column, code, details in problems]
    faults += [] if faults else _sums(fields, tables, rows)
    checked = Checked(1, faults, plan=rules.plan)
    if not faults:
        checked.plan.demands.append(_planned(rules, fields, rows))
    return checked


class Fields:
    """The sheet of fields, each in a row of its own, read as if they stood side by side."""

    def __init__(self, table: Table, columns: tuple[Column, ...]) -> None:
        self._table = table
        self._rows = {str(row.cells[KEY.id]).strip(): row for row in table.rows}
        self.values: Row = {}
        self.faults: list[Fault] = []
        for column in columns:
            row = self.row_of(column.id)
            found, faults = read_row(self._one(column.id, column.zh), _renamed(row, column.id), [column])
            self.values |= found
            self.faults += faults

    def row_of(self, field_id: str) -> SheetRow:
        """Where the field stands. Raises SheetRefused when its row was deleted."""
        if field_id not in self._rows:
            raise SheetRefused("sheet_header", names=field_id)
        return self._rows[field_id]

    def fault(self, field_id: str, code: str, /, **details: str | int) -> Fault:
        """A fault of one field, in the column of values."""
        row = _renamed(self.row_of(field_id), field_id)
        return fault_at(self._one(field_id, field_id), row, field_id, code, **details)

    def _one(self, field_id: str, name: str) -> Table:
        return replace(self._table, letters={field_id: self._table.letters[VALUE.id]}, names={field_id: name})


def _renamed(row: SheetRow, field_id: str) -> SheetRow:
    """The row with its value under the id of the field."""
    here = frozenset({field_id})
    return SheetRow(
        row.number,
        {field_id: row.cells.get(VALUE.id, "")},
        here if VALUE.id in row.formulas else frozenset(),
        here if VALUE.id in row.errors else frozenset(),
        {field_id: row.merged[VALUE.id]} if VALUE.id in row.merged else {},
        here if VALUE.id in row.merged_first else frozenset(),
    )


def _rows(table: Table | None, columns: tuple[Column, ...]) -> tuple[list[Row], list[Fault]]:
    rows, faults = [], []
    for row in table.rows if table is not None else ():
        values, said = read_row(table, row, columns)  # type: ignore[arg-type]
        rows.append(values)
        faults += said
    return rows, faults


def _fill_unit(rules: Rules, values: Row) -> None:
    """Who writes for the own unit need not name it; of a known unit the kind need not be told either."""
    if rules.scope.is_own_unit and values["uscc"] is None:
        values["uscc"], values["unit"] = rules.scope.unit_uscc, rules.scope.unit_name
        rules.know_own_unit()
    unit = rules.units.get(values["uscc"] or "")
    if unit is not None:
        values["unit"] = values["unit"] or unit.name
        values["unit_type"] = values["unit_type"] or unit.org_type


def _sums(fields: Fields, tables: dict[str, Table], rows: dict[str, list[Row]]) -> list[Fault]:
    found = [
        fields.fault(name, "required") for name in ("uscc", "unit", "unit_type") if not fields.values[name]
    ]
    budget = fields.values["budget_fen"]
    if rows["fundings"] and sum(row["amount_fen"] for row in rows["fundings"]) != budget:
        found.append(fields.fault("budget_fen", "fundings_differ"))
    if rows["pay_schedule"] and sum(row["percent"] for row in rows["pay_schedule"]) != WHOLE:
        table = tables[FORM_ROWS["pay_schedule"][0]]
        found.append(fault_at(table, table.rows[-1], "percent", "percents_differ"))
    return found


def _planned(rules: Rules, fields: Fields, rows: dict[str, list[Row]]) -> PlannedDemand:
    values = fields.values
    row = fields.row_of("title").number
    columns = {name: _stored(value) for name, value in values.items() if name not in NOT_COLUMNS}
    columns |= {
        "owner_id": rules.owner_id(row, values),
        "owner_type": values["unit_type"],
        "recommender_id": rules.recommender_id(values),
        "recommend_opinion": None if rules.scope.is_own_unit else values["opinion"],
    }
    for part in ("deliverables", "pay_schedule", "conditions"):
        columns[part] = [_coded(_filled(part, each)) for each in rows[part]]
    return PlannedDemand(
        row,
        values["uscc"],
        columns,
        [_filled("indicators", each) for each in rows["indicators"]],
        [_filled("fundings", each) for each in rows["fundings"]],
    )


def _filled(part: str, row: Row) -> Row:
    """A row whose empty cells have the part's own defaults, or nothing."""
    defaults = ROW_DEFAULTS.get(part, {})
    numbers = ("target", "target_high")
    return {
        name: value if value is not None else defaults.get(name, None if name in numbers else "")
        for name, value in row.items()
    }


def _stored(value: Any) -> Any:
    """Lists of codes are stored as codes."""
    return [str(each.value) for each in value] if isinstance(value, list) else value


def _coded(row: Row) -> Row:
    return {name: str(value.value) if isinstance(value, Coded) else value for name, value in row.items()}
