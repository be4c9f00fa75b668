"""The one documented shape of what a bid says. Older contents are read into it: what they lack is empty.

The content is a dict that canonical JSON can hold: texts, whole numbers, booleans, None; decimals and days as texts.

    title, keywords                     texts
    lead            {name, uscc, org_type, region}: written at sealing, empty before
    unit            {founded_on, registered_capital_fen, staff_count, rd_staff_count, revenue_fen, rd_spend_fen,
                    is_high_tech, is_specialised, legal_rep, credit_report_on}: facts of the lead; revenue and R&D
                    spend of last year; credit_report_on is the day of the credit report among the files
    leader          {name, title, phone, email, identity}: identity is a salted hash, see `app.bids.identity`
    members         [{name, uscc, role, tasks, percent, ip_share, contact}]
                    percent: its part of the budget in hundredths of a percent; the lead has the rest
    agreement       {signed_on, tasks, ip_share}: the day of the consortium agreement, and what falls to the lead
    relation        None, `none` or `some`: what the unit declares of its ties with the demand owner
    related         [{name, uscc, relation}]            the ties, when there are some
    shareholders    [{name, uscc, percent, is_controlling}]     those with 5 percent or more, or in control
    responses       [{indicator_id, promised_value, promised_high, basis, test_plan, deviation}], one per indicator of
                    the demand, in its order; values are decimals as texts, promised_high for ranges; deviation is a
                    code of Deviation, computed from the promise except where the target is approximate
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
    ip_items        [{kind, title, number, holder}]         background rights; kind: a code of RightKind
    promotion       {plan, pricing, after_sales}            texts
    pledges         {integrity, truth, unrelated, no_repeat, confidentiality}     booleans
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from app.core.i18n import _l
from app.models.base import Coded
from app.models.codes import BudgetSource, CostItem, Deviation

Content = dict[str, Any]
FISCAL_SOURCES = frozenset({BudgetSource.PROVINCE.value, BudgetSource.CITY.value})
PLEDGES = ("integrity", "truth", "unrelated", "no_repeat", "confidentiality")
MAX_INNOVATIONS = 5
MAX_WORKS_PER_KIND = 5
DIMENSIONS = ("source", "item", "unit", "year")
"""What the budget is summed by."""


class WorkKind(Coded):
    """Classes of representative works (代表作)."""

    AWARD = "award", _l("Award or prize")
    PROJECT = "project", _l("Research project")
    IP = "ip", _l("Patent or copyright")
    PAPER = "paper", _l("Paper or book")
    OTHER = "other", _l("Other work")


class RightKind(Coded):
    """Kinds of background intellectual property."""

    PATENT = "patent", _l("Patent")
    SOFTWARE = "software", _l("Software copyright")
    DATA = "data", _l("Rights to data")
    KNOW_HOW = "know_how", _l("Know-how")


class Relation(Coded):
    """What a bidder declares of its ties with the demand owner."""

    NONE = "none", _l("No ties with the demand owner")
    SOME = "some", _l("There are ties: they are listed below")


LISTS: dict[str, type[Coded]] = {
    "deviation": Deviation,
    "source": BudgetSource,
    "item": CostItem,
    "kind": WorkKind,
    "right": RightKind,
}
# The wording of the codes that stand in a content, for pages that show it: `item.ip`, and `better` for a deviation.
LABELS: dict[str, Any] = {
    f"{name}.{each.value}": each.label for name, codes in LISTS.items() for each in codes
} | {each.value: each.label for each in Deviation}

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
PLAIN = ("price_fen", "fiscal_ask_fen", "duration_months", "relation")
GROUPS: dict[str, dict[str, Any]] = {
    "lead": {"name": "", "uscc": "", "org_type": "", "region": ""},
    "unit": {
        "founded_on": None,
        "registered_capital_fen": None,
        "staff_count": None,
        "rd_staff_count": None,
        "revenue_fen": None,
        "rd_spend_fen": None,
        "is_high_tech": False,
        "is_specialised": False,
        "legal_rep": "",
        "credit_report_on": None,
    },
    "leader": {"name": "", "title": "", "phone": "", "email": "", "identity": ""},
    "agreement": {"signed_on": None, "tasks": "", "ip_share": ""},
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
    "related": {"name": "", "uscc": "", "relation": ""},
    "shareholders": {"name": "", "uscc": "", "percent": None, "is_controlling": False},
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
    "ip_items": {"kind": None, "title": "", "number": "", "holder": ""},
}


def shaped(given: Mapping[str, Any]) -> Content:
    """The given values in the full shape: every key is there, unknown ones are not, values are plain.

    Raises TypeError for a value that canonical JSON cannot hold, such as a float."""
    content: Content = {name: plain(given.get(name) or "") for name in TEXTS}
    content |= {name: plain(given.get(name)) for name in PLAIN}
    for name, group in GROUPS.items():
        content[name] = shaped_row(group, given.get(name) or {})
    for name, row in ROWS.items():
        content[name] = [shaped_row(row, each) for each in given.get(name) or []]
    content["innovation"] = [str(each) for each in given.get("innovation") or []]
    for number, milestone in enumerate(content["milestones"], start=1):
        milestone["no"] = number
    return content


def shaped_row(shape: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values in the shape of a row or group: what is missing takes its default."""
    return {name: plain(given.get(name, default)) for name, default in shape.items()}


def plain(value: Any) -> Any:
    """A value as the content keeps it. Raises TypeError for what canonical JSON cannot hold."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or type(value) in (str, int, bool):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a bid")


def prefix_of(group: str) -> str:
    """How the names of a group's fields begin where it lies flat: pledges.truth is pledge_truth."""
    return "pledge" if group == "pledges" else group


def flat(content: Content, keys: Iterable[str]) -> Content:
    """What some keys of a content hold, by the names of the form's fields: what two writers are compared by.

    Without what is computed from the rest, and without the identity number, which no form shows again."""
    found: Content = {}
    for key in keys:
        if key in GROUPS:
            found |= {f"{prefix_of(key)}_{name}": value for name, value in content[key].items()}
        else:
            found[key] = content[key]
    found.pop("leader_identity", None)
    found.pop("fiscal_ask_fen", None)
    return found


def fiscal_part(content: Content) -> int:
    """What the budget lines ask of the province and the city, in fen."""
    return sum(row["amount_fen"] or 0 for row in content["budget"] if row.get("source") in FISCAL_SOURCES)


def sums(content: Content, key: str) -> list[tuple[Any, int]]:
    """The budget's amounts by `source`, `item`, `unit` or `year`: pairs of what stands there and fen.

    Codes come in the order of their list, years in theirs, units as they first appear; empty cells come last."""
    rows = content["budget"]
    if key in ("source", "item"):
        order: list[Any] = [each.value for each in (BudgetSource if key == "source" else CostItem)]
    else:
        order = list(dict.fromkeys(row[key] for row in rows if row[key]))
        order = sorted(order) if key == "year" else order
    found = [(each, sum(row["amount_fen"] or 0 for row in rows if row[key] == each)) for each in order]
    rest = sum(row["amount_fen"] or 0 for row in rows if not row[key])
    return [pair for pair in (*found, (None, rest)) if pair[1]]


def all_sums(content: Content) -> dict[str, list[tuple[Any, int]]]:
    """The budget's amounts by each of the four dimensions."""
    return {key: sums(content, key) for key in DIMENSIONS}


def lead_percent(content: Content) -> int:
    """What the members leave of the budget to the lead, in hundredths of a percent."""
    return 100_00 - sum(row["percent"] or 0 for row in content["members"])
