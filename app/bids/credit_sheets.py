"""Credit lists (失信名单) as spreadsheets: each cell checked, then the local copy replaced as a whole."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Permission, grants
from app.bids.credit import MAX_ROWS, CreditList, import_list
from app.core.errors import NotPermitted
from app.core.i18n import _l
from app.documents import wording
from app.documents.cells import fault_at, read_row
from app.documents.columns import Column, Kind
from app.documents.imports import Checked, Importer, Task
from app.documents.reading import Book, Table
from app.documents.wording import SheetRefused
from app.models.jobs import SheetImport
from app.models.procedure_codes import SheetKind

wording.WORDING["listed_twice"] = _l("stands in row %(row)s already")

COLUMNS = (
    Column(
        id="uscc",
        zh="统一社会信用代码",
        en="Unified social credit code",
        kind=Kind.USCC,
        is_required=True,
        width=24,
    ),
    Column(id="name", zh="名称", en="Name", is_required=True, width=36, most=120),
    Column(id="reason", zh="事由", en="Reason", kind=Kind.LINES, width=60, most=2_000),
)
EXAMPLE = {"uscc": "示例", "name": "武汉示例公司（演示）", "reason": "未履行生效法律文书（演示）"}
NOTES = [
    "信用名单填表说明",
    "每行一家单位，从第 3 行起填写；第一栏写“示例”的行不会导入。",
    "整份名单替换平台上的同类名单；有一处错误时全部不导入。",
    "统一社会信用代码须为文本格式。",
]


def may_import(_session: Session, _sheet: SheetImport, by: Actor, _now: datetime) -> None:
    """Raises NotPermitted for anyone who does not keep the lists."""
    if by.organisation_id is None or not grants(by, Permission.CREDIT_IMPORT):
        raise NotPermitted()


def tables(book: Book, _sheet: SheetImport) -> list[tuple[Table, tuple[Column, ...]]]:
    """The one table of a list."""
    return [(book.table(COLUMNS), COLUMNS)]


def check(task: Task) -> Checked:
    """Every fault of the list. Raises SheetRefused."""
    [(table, columns)] = tables(task.book, task.sheet)
    if not table.rows:
        raise SheetRefused("sheet_empty")
    if len(table.rows) > MAX_ROWS:
        raise SheetRefused("sheet_rows", row=table.rows[-1].number, most=MAX_ROWS)
    checked = Checked(len(table.rows), [], plan=[])
    seen: dict[str, int] = {}
    for done, row in enumerate(table.rows, start=1):
        values, faults = read_row(table, row, columns)
        first = seen.setdefault(values["uscc"], row.number) if values["uscc"] else row.number
        if first != row.number:
            faults.append(fault_at(table, row, "uscc", "listed_twice", row=first))
        checked.faults += faults
        checked.plan.append(values)
        task.progress(done, len(table.rows), "")
    return checked


def write(session: Session, sheet: SheetImport, plan: Any, by: Actor, now: datetime) -> int:
    """Replace the list by the rows of the sheet, with the date it bears."""
    list_code = CreditList.of(sheet.list_code or "")
    return import_list(session, list_code, plan, by=by, now=now, listed_on=sheet.listed_on)


IMPORTER = Importer(
    SheetKind.CREDIT,
    Permission.CREDIT_IMPORT,
    may_import,
    tables,
    check,
    write,
    "bids.credit_lists",
    "bids.credit_lists",
)
