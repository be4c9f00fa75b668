"""The expert pool (专家库表) as a spreadsheet: taking registered people in, many at once, and giving the pool out."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.access import Actor, Permission, grants
from app.core.clock import day_of
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.core.text import mask_phone, normalize_for_compare
from app.documents import wording
from app.documents.cells import fault_at, read_row
from app.documents.columns import Column, Kind
from app.documents.imports import Checked, Importer, Task
from app.documents.reading import Book, Table
from app.documents.wording import SheetRefused
from app.experts import queries
from app.models.accounts import Membership, User
from app.models.bulk import complete, insert_rows
from app.models.codes import Field, Region
from app.models.jobs import SheetImport
from app.models.procedure_codes import ExpertKind, Role, SheetKind
from app.models.records import Event
from app.models.reviews import Expert
from app.models.states import ExpertState
from app.workflow.events import event_rows

MAX_ROWS = 5_000
wording.WORDING.update(
    {
        "no_account": _l("has no confirmed account here; the expert registers first"),
        "other_name": _l("is not the name of that account"),
        "expert_twice": _l("is in the pool already, or stands in another row"),
        "expert_supervises": _l("belongs to a supervisor, who cannot be an expert"),
    }
)

NAME = Column(id="name", zh="姓名", en="Full name", is_required=True, most=80)
UNIT = Column(id="unit_name", zh="单位", en="Unit", is_required=True, width=30, most=120)
TITLE = Column(id="title", zh="职称", en="Professional title", most=80)
FIELDS = Column(
    id="fields",
    zh="专业领域",
    en="Fields",
    kind=Kind.CODES,
    codes=tuple(Field),
    is_required=True,
    width=34,
    help="F01 至 F16 的代码或名称，可填多个，用分号隔开。",
)
COLUMNS: tuple[Column, ...] = (
    NAME,
    Column(
        id="email",
        zh="账号邮箱",
        en="E-mail of the account",
        kind=Kind.EMAIL,
        is_required=True,
        width=28,
        help="专家已在平台注册并验证的邮箱。",
    ),
    UNIT,
    Column(id="unit_uscc", zh="单位信用代码", en="Credit code of the unit", kind=Kind.USCC, width=24),
    Column(id="region", zh="所在地", en="Region", kind=Kind.CODE, codes=tuple(Region), is_required=True),
    TITLE,
    Column(
        id="kind",
        zh="专家类别",
        en="Kind of expert",
        kind=Kind.CODE,
        codes=tuple(ExpertKind),
        is_required=True,
    ),
    FIELDS,
    Column(id="keywords", zh="研究方向和关键词", en="Keywords", kind=Kind.LINES, width=40, most=1_000),
    Column(id="max_load", zh="年评审上限", en="Panels in a year", kind=Kind.WHOLE, least=1, most=100),
)
POOL: tuple[Column, ...] = (
    Column(id="number", zh="编号", en="Number"),
    NAME,
    UNIT,
    TITLE,
    FIELDS,
    Column(id="phone", zh="手机", en="Mobile phone"),
    Column(id="is_active", zh="是否在库", en="In the pool", kind=Kind.FLAG),
    Column(id="since", zh="入库时间", en="Since", kind=Kind.DAY),
)
"""What is given out; phones are masked."""
EXAMPLE = {"name": "示例", "unit_name": "江城示例大学（演示）", "title": "教授", "fields": [Field.F08]}
NOTES = [
    "专家库导入表填表说明",
    "每行一位专家，从第 3 行起填写；第一栏写“示例”的行不会导入。",
    "专家须先在平台注册并验证邮箱；已在库的专家不会被覆盖，监督人员不得入库。",
    "有一处错误时全部不导入。",
]


def may_import(_session: Session, _sheet: SheetImport, by: Actor, _now: datetime) -> None:
    """Raises NotPermitted for anyone who does not keep the pool."""
    if not grants(by, Permission.EXPERT_KEEP):
        raise NotPermitted()


def tables(book: Book, _sheet: SheetImport) -> list[tuple[Table, tuple[Column, ...]]]:
    """The one table of experts."""
    return [(book.table(COLUMNS), COLUMNS)]


def check(task: Task) -> Checked:
    """Every fault of the sheet. Raises SheetRefused."""
    [(table, columns)] = tables(task.book, task.sheet)
    if not table.rows:
        raise SheetRefused("sheet_empty")
    if len(table.rows) > MAX_ROWS:
        raise SheetRefused("sheet_rows", row=table.rows[-1].number, most=MAX_ROWS)
    accounts = _accounts(task.session)
    barred = _in_pool(task.session), _supervisors(task.session)
    checked = Checked(len(table.rows), [], plan=[])
    seen: set[UUID] = set()
    for done, row in enumerate(table.rows, start=1):
        values, faults = read_row(table, row, columns)
        for column, code in _problems(values, accounts, barred, seen):
            faults.append(fault_at(table, row, column, code))
        checked.faults += faults
        if not checked.faults:
            checked.plan.append(_profile(values, accounts[values["email"]][0]))
        task.progress(done, len(table.rows), "")
    return checked


def write(session: Session, sheet: SheetImport, plan: Any, by: Actor, now: datetime) -> int:
    """Take all people of the sheet into the pool."""
    if {row["user_id"] for row in plan} & (_in_pool(session) | _supervisors(session)):
        raise RuleBroken(Refusal("sheet_moved_on", _l("Something has changed since the check: check again.")))
    numbers = _free_numbers(session)
    rows = [row | {"id": uuid4(), "number": next(numbers), "created_at": now} for row in plan]
    insert_rows(session, Expert, complete(Expert, rows))
    events = event_rows(Expert, rows, "enroll", by=by, now=now, data={"import": str(sheet.id)})
    insert_rows(session, Event, events)
    return len(rows)


def exported(session: Session, actor: Actor, filters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of the pool that match, as the sheet of the pool has them."""
    query = queries.pool(actor, filters).options(joinedload(Expert.user))
    for expert in session.scalars(query):
        yield {
            "number": expert.number,
            "name": expert.user.name,
            "unit_name": expert.unit_name,
            "title": expert.title,
            "fields": [Field.of(code) for code in expert.fields],
            "phone": mask_phone(expert.user.phone or ""),
            "is_active": expert.state is ExpertState.ACTIVE,
            "since": day_of(expert.created_at),
        }


def _problems(
    values: dict[str, Any],
    accounts: dict[str, tuple[UUID, str]],
    barred: tuple[set[UUID], set[UUID]],
    seen: set[UUID],
) -> Iterator[tuple[str, str]]:
    if values["email"] is None:
        return
    user_id, name = accounts.get(values["email"], (None, ""))
    if user_id is None:
        yield "email", "no_account"
        return
    if values["name"] and normalize_for_compare(values["name"]) != normalize_for_compare(name):
        yield "name", "other_name"
    if user_id in barred[0] or user_id in seen:
        yield "email", "expert_twice"
    elif user_id in barred[1]:
        yield "email", "expert_supervises"
    seen.add(user_id)


def _profile(values: dict[str, Any], user_id: UUID) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "unit_name": values["unit_name"],
        "unit_uscc": values["unit_uscc"],
        "region": values["region"],
        "title": values["title"] or "",
        "kind": values["kind"],
        "fields": [str(each.value) for each in values["fields"]],
        "keywords": values["keywords"] or "",
        "max_load": values["max_load"] or 12,
        "state": ExpertState.ACTIVE,
    }


def _accounts(session: Session) -> dict[str, tuple[UUID, str]]:
    """Confirmed accounts in use, by address: id and name."""
    query = select(User.email, User.id, User.name).where(
        User.email_confirmed_at.is_not(None), User.disabled_at.is_(None)
    )
    return {email: (user_id, name) for email, user_id, name in session.execute(query)}


def _in_pool(session: Session) -> set[UUID]:
    return set(session.scalars(select(Expert.user_id)))


def _supervisors(session: Session) -> set[UUID]:
    query = select(Membership.user_id).where(
        Membership.role == Role.SUPERVISOR, Membership.ended_at.is_(None)
    )
    return set(session.scalars(query))


def _free_numbers(session: Session) -> Iterator[str]:
    taken = set(session.scalars(select(Expert.number)))
    serial = len(taken)
    while True:
        serial += 1
        if (number := f"ZJ{serial:05d}") not in taken:
            yield number


IMPORTER = Importer(
    SheetKind.EXPERTS,
    Permission.EXPERT_KEEP,
    may_import,
    tables,
    check,
    write,
    "experts.import_pool",
    "experts.index",
)
