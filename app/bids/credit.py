"""Imported credit lists (失信名单): a local copy with its date. A unit on one of them cannot bid."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, grants
from app.core import uscc
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.core.text import clean, clean_line
from app.models.accounts import Organisation
from app.models.base import Coded
from app.models.bids import CreditListing
from app.models.bulk import complete, insert_rows
from app.workflow import record

COLUMNS = ("name", "uscc", "reason")
MAX_ROWS = 20_000
MAX_BYTES = 2 * 1024 * 1024
OLD_AFTER = timedelta(days=30)


class CreditList(Coded):
    """The lists that the site keeps a copy of."""

    DEBTORS = "debtors", _l("Judgement debtors who broke faith")
    SERIOUS = "serious", _l("Seriously dishonest entities")
    RESEARCH = "research", _l("Dishonesty in research")
    PROCUREMENT = "procurement", _l("Serious violations in government procurement")


def label_of(code: str) -> Any:
    """A list's wording; an unknown code stands for itself."""
    return next((each.label for each in CreditList if each.value == code), code)


def read_rows(text: str) -> list[dict[str, str]]:
    """The rows of an uploaded list: CSV with a header line, or a JSON array of objects; columns name, uscc, reason.

    Raises RuleBroken naming every bad row; nothing of a faulty list is taken."""
    raw = _from_json(text) if text.lstrip().startswith("[") else _from_csv(text)
    if not raw:
        raise RuleBroken(Refusal("list_empty", _l("The list has no rows."), "file"))
    if len(raw) > MAX_ROWS:
        raise RuleBroken(
            Refusal("list_too_long", _l("The list has more than %(n)s rows.", n=MAX_ROWS), "file")
        )
    rows, refusals, seen = [], [], set()
    for index, given in enumerate(raw, start=1):
        row = {name: clean(str(given.get(name) or "")) for name in COLUMNS}
        row["uscc"] = uscc.normalize(row["uscc"])
        row["name"] = clean_line(row["name"])[:120]
        if not uscc.is_valid(row["uscc"]):
            wording = _l("Row %(row)s: the unified social credit code is wrong.", row=index)
            refusals.append(Refusal("bad_uscc", wording, "file"))
        elif not row["name"]:
            refusals.append(
                Refusal("name_missing", _l("Row %(row)s: the name is missing.", row=index), "file")
            )
        elif row["uscc"] not in seen:
            seen.add(row["uscc"])
            rows.append(row)
    if refusals:
        raise RuleBroken(refusals[:50])
    return rows


def import_list(
    session: Session,
    list_code: CreditList,
    rows: Sequence[Mapping[str, str]],
    *,
    by: Actor,
    now: datetime,
    listed_on: date | None = None,
) -> int:
    """Replace the local copy of a list by these rows, imported now, bearing a date. Returns how many there are."""
    if by.organisation_id is None or not grants(by, Permission.CREDIT_IMPORT):
        raise NotPermitted()
    organisation = session.get_one(Organisation, by.organisation_id)
    session.execute(delete(CreditListing).where(CreditListing.list_code == list_code.value))
    listings = [
        {
            "list_code": list_code.value,
            "uscc": row["uscc"],
            "name": row["name"],
            "reason": row.get("reason") or "",
            "imported_at": now,
            "listed_on": listed_on,
        }
        for row in rows
    ]
    insert_rows(session, CreditListing, complete(CreditListing, listings))
    data = {"list": list_code.value, "rows": len(rows)}
    record(session, organisation, "import_credit_list", by=by, now=now, data=data)
    return len(rows)


def listed_days(session: Session) -> dict[str, date]:
    """The day that each imported list bears, by its code; a list without one is left out."""
    query = select(CreditListing.list_code, func.max(CreditListing.listed_on)).group_by(
        CreditListing.list_code
    )
    return {code: day for code, day in session.execute(query) if day is not None}


def is_old(imported_at: datetime, now: datetime) -> bool:
    """A list older than 30 days still blocks, but officers are warned that it is old."""
    return now - imported_at > OLD_AFTER


def _from_csv(text: str) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    header = [clean_line(name or "").lower() for name in reader.fieldnames or []]
    if not {"name", "uscc"} <= set(header):
        raise RuleBroken(
            Refusal("list_header", _l("The first line must name the columns name, uscc and reason."), "file")
        )
    reader.fieldnames = header
    try:
        return [dict(row) for row in reader]
    except csv.Error as error:
        raise RuleBroken(Refusal("list_unreadable", _l("The list cannot be read."), "file")) from error


def _from_json(text: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RuleBroken(Refusal("list_unreadable", _l("The list cannot be read."), "file")) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RuleBroken(Refusal("list_unreadable", _l("The list cannot be read."), "file"))
    return rows
