"""What a demand says in public: the snapshot that an edition keeps, and how it reads."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock
from app.core.digests import canonical_json
from app.core.i18n import Lazy, _
from app.core.money import format_wan
from app.core.numbers import format_hundredths
from app.demands.labels import CELLS, LABELS, SECTIONS, Section
from app.models.base import Coded
from app.models.codes import (
    AcceptanceMethod,
    AwardMode,
    Category,
    ConditionKind,
    DataAccess,
    Deliverable,
    DemandType,
    Field,
    FundingSource,
    IndicatorCategory,
    IpOwnership,
    Operator,
    OrganisationType,
    Process,
    ProcurementRoute,
    Region,
    Replicability,
    SafetyRequirement,
    Sensitivity,
)
from app.models.demands import Demand
from app.models.procedure_codes import Visibility
from app.models.records import Attachment

# Fields that never leave the parties' own pages: contact data, pledges, and the part behind the restricted pledge.
NOT_PUBLIC = frozenset(
    {
        "legal_rep",
        "contact_name",
        "contact_title",
        "contact_phone",
        "contact_email",
        "recommender_id",
        "interface_constraints",
        "has_credit_pledge",
        "has_integrity_pledge",
    }
)
# Of data that is not public itself, strangers read no more than what it is and how it can be reached.
SHOWN_OF_PROTECTED_DATA = ("name", "kind", "sensitivity", "access", "is_desensitised")

CODES: dict[str, type[Coded]] = {
    "owner_type": OrganisationType,
    "region": Region,
    "demand_type": DemandType,
    "field": Field,
    "categories": Category,
    "acceptance_methods": AcceptanceMethod,
    "safety_requirements": SafetyRequirement,
    "procurement_route": ProcurementRoute,
    "ip_ownership": IpOwnership,
    "award_mode": AwardMode,
    "process": Process,
    "replicability": Replicability,
    "indicators.category": IndicatorCategory,
    "indicators.operator": Operator,
    "fundings.source": FundingSource,
    "deliverables.kind": Deliverable,
    "data_provided.sensitivity": Sensitivity,
    "data_provided.access": DataAccess,
    "conditions.kind": ConditionKind,
}
MONEY = frozenset({"budget_fen", "fundings.amount_fen"})


def snapshot(session: Session, demand: Demand, *, restricted_edition: int = 1) -> dict[str, Any]:
    """The public text of the demand as it stands, made of texts, numbers and codes only.

    A hidden amount appears as its band, and takes the amounts of the sources with it."""
    content: dict[str, Any] = {}
    for section in SECTIONS:
        for name in section.fields:
            if name not in NOT_PUBLIC:
                content[name] = _value(session, demand, name, restricted_edition)
    found: dict[str, Any] = json.loads(canonical_json(content))
    return found


def restricted_part(session: Session, demand: Demand) -> dict[str, Any]:
    """What stands behind the restricted pledge, to tell whether a correction changed it."""
    return {
        "interface_constraints": demand.interface_constraints,
        "data_provided": demand.data_provided,
        "budget_fen": demand.budget_fen if demand.is_budget_hidden else None,
        "fundings": _fundings(demand) if demand.is_budget_hidden else None,
        "files": _files(session, demand, Visibility.RESTRICTED),
    }


def public_data_rows(demand: Demand) -> list[dict[str, Any]]:
    """The rows of provided data with what anyone may read of them."""
    return [
        row
        if row.get("sensitivity") == Sensitivity.PUBLIC.value
        else {name: row.get(name) for name in SHOWN_OF_PROTECTED_DATA}
        for row in demand.data_provided
    ]


def sections_of(content: dict[str, Any]) -> Iterator[tuple[Section, list[tuple[Lazy, str]]]]:
    """A snapshot for reading: each section with its labels and texts, empty fields left out."""
    for section in SECTIONS:
        rows = [(LABELS[name], shown(name, content.get(name))) for name in section.fields if name in content]
        filled = [(label, text) for label, text in rows if text]
        if filled:
            yield section, filled


def shown(name: str, value: Any) -> str:
    """A value of a snapshot in the reader's language; a list of rows has one numbered line for each row."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name in CELLS:
        return "\n".join(f"{number}. {_row(name, row)}" for number, row in enumerate(value, start=1))
    if name in CODES:
        labels = {code.value: code.label for code in CODES[name]}
        listed = value if isinstance(value, list) else [value]
        return _(", ").join(str(labels[each]) for each in listed)
    if name in MONEY:
        return _("%(amount)s × CNY 10,000", amount=format_wan(value))
    if name == "closes_at":
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        return clock.local(moment).strftime("%Y-%m-%d %H:%M")
    if name == "pay_schedule.percent":
        return f"{format_hundredths(value)}%"
    return str(value)


def _value(session: Session, demand: Demand, name: str, restricted_edition: int) -> Any:
    special: dict[str, Callable[[], Any]] = {
        "owner": lambda: demand.owner.name,
        "budget_fen": lambda: None if demand.is_budget_hidden else demand.budget_fen,
        "indicators": lambda: _rows(demand.indicators, "indicators"),
        "milestones": lambda: _rows(demand.milestones, "milestones"),
        "fundings": lambda: _fundings(demand, hides_amounts=demand.is_budget_hidden),
        "data_provided": lambda: public_data_rows(demand),
        "restricted_edition": lambda: restricted_edition,
        "files": lambda: _files(session, demand, Visibility.PUBLIC),
    }
    return special[name]() if name in special else getattr(demand, name)


def _rows(things: list[Any], name: str) -> list[dict[str, Any]]:
    return [{cell: getattr(thing, cell) for cell in CELLS[name]} for thing in things]


def _fundings(demand: Demand, *, hides_amounts: bool = False) -> list[dict[str, Any]]:
    rows = _rows(demand.fundings, "fundings")
    return [{**row, "amount_fen": None} for row in rows] if hides_amounts else rows


def _files(session: Session, demand: Demand, visibility: Visibility) -> list[dict[str, str]]:
    rows = session.scalars(
        select(Attachment)
        .where(
            Attachment.thing_type == "demand",
            Attachment.thing_id == demand.id,
            Attachment.visibility == visibility,
            Attachment.removed_at.is_(None),
        )
        .order_by(Attachment.created_at, Attachment.id)
    )
    return [{"name": row.name, "sha256": row.sha256} for row in rows]


def _row(name: str, row: dict[str, Any]) -> str:
    cells = ((label, shown(f"{name}.{cell}", row.get(cell))) for cell, label in CELLS[name].items())
    return _("; ").join(_("%(label)s: %(text)s", label=label, text=text) for label, text in cells if text)


def plain(value: Any) -> Any:
    """A form's value as a JSON column keeps it: codes for members of code lists, all else as it is."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def target_text(indicator: Any) -> str:
    """An indicator's target as it is read: comparison, number or range, unit."""
    if indicator.target is None:
        return ""
    low = format(indicator.target, "f")
    if indicator.operator is Operator.RANGE and indicator.target_high is not None:
        return f"{low} – {format(indicator.target_high, 'f')} {indicator.unit}"
    return f"{indicator.operator.label} {low} {indicator.unit}"
