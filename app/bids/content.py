"""What a bid says: the one documented shape of its content, and the only door through which other stages read it.

The content is a dict that canonical JSON can hold: texts, whole numbers, booleans, None; decimals as texts.

    title, keywords                     texts
    lead            {name, uscc, org_type, region}: written at sealing, empty before
    leader          {name, title, phone, email}
    members         [{name, uscc, role, tasks, percent, ip_share, contact}]
                    percent: its part of the budget in hundredths of a percent
    responses       [{indicator_id, promised_value, promised_high, basis, test_plan, deviation}], one per indicator of
                    the demand, in its order; values are decimals as texts, promised_high for ranges; deviation is a
                    code of Deviation
    understanding, architecture, data_and_model, key_problems, safety, localisation   texts
    innovation      at most five texts
    risks           [{risk, measure}]
    milestones      [{no, name, start_month, end_month, deliverable, check, pay_percent}]   months from the start, the
                    first is 1; pay_percent in hundredths of a percent, 10000 in all
    team            [{name, role, title, unit, person_months, works}]
    works           [{kind, title, year, note}]     kind: a code of WorkKind, at most five each
    cases           [{title, client, year, amount_fen, contact, result}]
    budget          [{source, item, amount_fen, basis, unit, year}]     codes of BudgetSource and CostItem
    price_fen, fiscal_ask_fen, duration_months      whole numbers or None
                    the fiscal ask is what the budget lines ask of province and city
    ip              {background, foreground, licences}      texts
    promotion       {plan, pricing, after_sales}            texts
    pledges         {integrity, truth, unrelated, no_repeat, confidentiality}     booleans
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor
from app.bids import queries
from app.core.errors import NotSeen
from app.core.i18n import _l
from app.models.base import Coded
from app.models.bids import Bid, BidFile, BidVersion
from app.models.codes import BudgetSource, CostItem, Deviation
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot
from app.models.states import BidState
from app.workflow import record

Content = dict[str, Any]
FISCAL_SOURCES = frozenset({BudgetSource.PROVINCE.value, BudgetSource.CITY.value})
PLEDGES = ("integrity", "truth", "unrelated", "no_repeat", "confidentiality")
MAX_INNOVATIONS = 5
MAX_WORKS_PER_KIND = 5


class WorkKind(Coded):
    """Classes of representative works (代表作)."""

    AWARD = "award", _l("Award or prize")
    PROJECT = "project", _l("Research project")
    IP = "ip", _l("Patent or copyright")
    PAPER = "paper", _l("Paper or book")
    OTHER = "other", _l("Other work")


# The wording of the codes that stand in a content, for pages that show it.
LABELS: dict[str, Any] = {
    each.value: each.label for codes in (Deviation, BudgetSource, CostItem, WorkKind) for each in codes
}

TEXTS = (
    "title",
    "keywords",
    "understanding",
    "architecture",
    "data_and_model",
    "key_problems",
    "safety",
    "localisation",
)
NUMBERS = ("price_fen", "fiscal_ask_fen", "duration_months")
GROUPS: dict[str, dict[str, Any]] = {
    "lead": {"name": "", "uscc": "", "org_type": "", "region": ""},
    "leader": {"name": "", "title": "", "phone": "", "email": ""},
    "ip": {"background": "", "foreground": "", "licences": ""},
    "promotion": {"plan": "", "pricing": "", "after_sales": ""},
    "pledges": dict.fromkeys(PLEDGES, False),
}
ROWS: dict[str, dict[str, Any]] = {
    "members": {
        "name": "",
        "uscc": "",
        "role": "",
        "tasks": "",
        "percent": None,
        "ip_share": "",
        "contact": "",
    },
    "responses": {
        "indicator_id": "",
        "promised_value": None,
        "promised_high": None,
        "basis": "",
        "test_plan": "",
        "deviation": None,
    },
    "risks": {"risk": "", "measure": ""},
    "milestones": {
        "no": None,
        "name": "",
        "start_month": None,
        "end_month": None,
        "deliverable": "",
        "check": "",
        "pay_percent": None,
    },
    "team": {"name": "", "role": "", "title": "", "unit": "", "person_months": None, "works": ""},
    "works": {"kind": None, "title": "", "year": None, "note": ""},
    "cases": {"title": "", "client": "", "year": None, "amount_fen": None, "contact": "", "result": ""},
    "budget": {"source": None, "item": None, "amount_fen": None, "basis": "", "unit": "", "year": None},
}


def shaped(given: Mapping[str, Any]) -> Content:
    """The given values in the full shape: every key is there, unknown ones are not, values are plain.

    Raises TypeError for a value that canonical JSON cannot hold, such as a float."""
    content: Content = {name: _plain(given.get(name) or "") for name in TEXTS}
    content |= {name: _plain(given.get(name)) for name in NUMBERS}
    for name, group in GROUPS.items():
        content[name] = _row(group, given.get(name) or {})
    for name, row in ROWS.items():
        content[name] = [_row(row, each) for each in given.get(name) or []]
    content["innovation"] = [str(each) for each in given.get("innovation") or []]
    for number, milestone in enumerate(content["milestones"], start=1):
        milestone["no"] = number
    return content


def first_draft(demand: Demand) -> Content:
    """The content a new bid starts with: one response per indicator, and the milestones the demand prescribes."""
    milestones = [
        {"name": row.name, "end_month": row.due_month, "deliverable": row.deliverable, "check": row.check}
        for row in demand.milestones
    ]
    return with_every_response(shaped({"title": demand.title, "milestones": milestones}), demand)


def with_every_response(content: Content, demand: Demand) -> Content:
    """The content with exactly one response per indicator of the demand, in the demand's order."""
    known = {row["indicator_id"]: row for row in content["responses"]}
    content["responses"] = [
        known.get(str(each.id)) or _row(ROWS["responses"], {"indicator_id": str(each.id)})
        for each in demand.indicators
    ]
    return content


def fiscal_part(content: Content) -> int:
    """What the budget lines ask of the province and the city, in fen."""
    return sum(row["amount_fen"] or 0 for row in content["budget"] if row.get("source") in FISCAL_SOURCES)


def sums(content: Content, key: str) -> list[tuple[str, int]]:
    """The budget's amounts by `source` or `item`: pairs of code and fen, in the order of the code list."""
    codes = [each.value for each in (BudgetSource if key == "source" else CostItem)]
    rows = content["budget"]
    found = {code: sum(row["amount_fen"] or 0 for row in rows if row[key] == code) for code in codes}
    return [(code, amount) for code, amount in found.items() if amount]


def read(session: Session, bid: Bid, *, by: Actor, now: datetime, number: int | None = None) -> Content:
    """The content of a bid for this reader; a reading by anybody but the bidder's own members is recorded.

    Before the opening only members of the lead unit; afterwards also the round's organiser, the demand's owner,
    supervisors, and experts with a pledged seat and no conflict, who get no contact data (and no names while a blind
    stage runs). Everybody else gets NotSeen. Own members read the newest version, or the one of the given number;
    the others read the version that counts."""
    version = version_for(session, bid, by=by, number=number)
    content = shaped(version.content)
    if by.is_system or is_own(bid, by):
        return content
    record(session, bid, "read_bid", by=by, now=now, data={"version": version.number})
    if queries.reads_as_expert(bid, by):
        return without_names(content) if bid.demand.round.is_blind else without_contacts(content)
    return content


def files(session: Session, bid: Bid, *, by: Actor, number: int | None = None) -> list[BidFile]:
    """The files of the version that this reader reads. In a blind stage an expert gets the blind copy alone."""
    rows = in_order(version_for(session, bid, by=by, number=number))
    if not by.is_system and queries.reads_as_expert(bid, by) and bid.demand.round.is_blind:
        return [row for row in rows if row.slot is BidSlot.BLIND]
    return rows


def file(session: Session, bid: Bid, file_id: Any, *, by: Actor, now: datetime) -> BidFile:
    """One file of a bid, for a download. Own members reach those of every version. A foreign reading is recorded."""
    row = session.get(BidFile, file_id)
    if row is None or row.version.bid_id != bid.id:
        raise NotSeen()
    if row not in files(session, bid, by=by, number=row.version.number if is_own(bid, by) else None):
        raise NotSeen()
    if not by.is_system and not is_own(bid, by):
        record(session, bid, "read_bid_file", by=by, now=now, data={"sha256": row.sha256})
    return row


def version_for(session: Session, bid: Bid, *, by: Actor, number: int | None = None) -> BidVersion:
    """The version this reader reads. Raises NotSeen for everybody the bid is closed to."""
    if by.is_system:
        is_readable = bid.opened_at is not None
    else:
        is_readable = session.scalar(queries.visible_to(by).where(Bid.id == bid.id)) is not None
    found = queries.version(session, bid, _wanted(bid, by, number)) if is_readable else None
    if found is None:
        raise NotSeen()
    return found


def is_own(bid: Bid, by: Actor) -> bool:
    """Whether the actor is a member of the unit that leads the bid, in the role that bids."""
    return queries.is_own(bid, by)


def in_order(version: BidVersion) -> list[BidFile]:
    """The files of a version in the order in which its commitment takes their hashes: by slot, hash and name."""
    return sorted(version.files, key=lambda row: (row.slot.value, row.sha256, row.name))


def without_contacts(content: Content) -> Content:
    """For experts: nobody's phone, mail or contact data."""
    shown = deepcopy(content)
    shown["leader"] |= {"phone": "", "email": ""}
    for row in [*shown["members"], *shown["cases"]]:
        row["contact"] = ""
    return shown


def without_names(content: Content) -> Content:
    """For experts in a blind stage: nothing that names a unit or a person."""
    shown = without_contacts(content)
    shown |= {"lead": dict(GROUPS["lead"]), "leader": dict(GROUPS["leader"]), "members": [], "works": []}
    for row in shown["team"]:
        row |= {"name": "", "unit": "", "works": ""}
    for row in shown["cases"]:
        row |= {"client": ""}
    for row in shown["budget"]:
        row |= {"unit": ""}
    return shown


def _wanted(bid: Bid, by: Actor, number: int | None) -> int | None:
    if by.is_system or not is_own(bid, by):
        return bid.sealed_version
    if number is not None:
        return number
    is_fixed = bid.opened_at is not None and bid.state is not BidState.NEEDS_CURE
    return bid.sealed_version if is_fixed else None


def _row(shape: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(given.get(name, default)) for name, default in shape.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or type(value) in (str, int, bool):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a bid")
