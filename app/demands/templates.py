"""Texts to begin from: indicators by key field and clauses, kept as data in seed/templates."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from app.core.i18n import Lazy, _l
from app.models.codes import Field, IndicatorCategory, IpOwnership, Operator

FOLDER = Path(__file__).resolve().parents[2] / "seed" / "templates"
GENERAL = "general"

SHARING: dict[str, Lazy] = {
    "sales_share": _l("A share of sales to others"),
    "owner_discount": _l("A lower price for the owner"),
    "equity_free": _l("No share, free maintenance instead"),
    "data_reward": _l("A share of what the owner's data bring in"),
}
LABELS: dict[str, dict[str, Lazy]] = {
    "ip_clause": {each.value: each.label for each in IpOwnership},
    "benefit_sharing": SHARING,
}


def indicators_for(field: Field) -> dict[str, dict[str, Any]]:
    """The indicator templates of a key field, then the general ones, by their code (`F08-1`, `general-3`).

    Each has name, category, operator, unit, typical, condition, method and evidence; `typical` is what such units
    often have today, for reading only. Numbers are left for the owner to fill in."""
    return {
        f"{group}-{number}": row
        for group in (field.value, GENERAL)
        for number, row in enumerate(_indicators()[group], start=1)
    }


def indicator_of(code: str) -> dict[str, Any] | None:
    """The cells of a new indicator row, made from a template; None for an unknown code."""
    group, _dash, number = code.rpartition("-")
    rows = _indicators().get(group, [])
    if not (number.isascii() and number.isdecimal()) or not 1 <= int(number[:4]) <= len(rows):
        return None
    row = {name: value for name, value in rows[int(number[:4]) - 1].items() if name != "typical"}
    return row | {"category": IndicatorCategory.of(row["category"]), "operator": Operator.of(row["operator"])}


def clauses_for(name: str) -> list[tuple[str, Lazy, str]]:
    """The clauses that can be inserted into a text field: code, what it is called, the text."""
    return [(code, LABELS[name][code], text) for code, text in _clauses().get(name, {}).items()]


def clause_of(name: str, code: str) -> str | None:
    """The text of a clause, or None."""
    return _clauses().get(name, {}).get(code)


@cache
def _indicators() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((FOLDER / "indicators.toml").read_text(encoding="utf-8"))


@cache
def _clauses() -> dict[str, dict[str, str]]:
    return tomllib.loads((FOLDER / "clauses.toml").read_text(encoding="utf-8"))
