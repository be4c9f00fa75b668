"""A demand written section by section, by several people: what a section holds, what is wrong in it, and its saving."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor
from app.core.coediting import SavedMeanwhile, differing, is_stale
from app.core.errors import NotSeen, Refusal, RuleBroken
from app.demands import drafting
from app.demands.completeness import gaps
from app.demands.content import plain
from app.demands.labels import SECTIONS, Section, section_of
from app.models.demands import Demand
from app.workflow import record

# What a section holds beside these is given by the system: the number, the closing time, whether it is standing.
EDITED = {
    *drafting.TEXTS,
    *drafting.FLAGS,
    *drafting.NUMBERS,
    *drafting.CODES,
    *drafting.DAYS,
    *drafting.LISTS,
    *drafting.CHILDREN,
    "recommender_id",
} - {"is_standing"}

WRITTEN: tuple[Section, ...] = tuple(each for each in SECTIONS if EDITED & set(each.fields))
"""The sections that are written, in their order; files have a page of their own."""

# What contradicts itself, as against what is only missing so far.
WRONG = frozenset(
    {
        "funding_sum",
        "pay_sum",
        "weights_sum",
        "milestone_order",
        "lanes_single",
        "safety_contradiction",
        "deadline_too_long",
        "too_many_members",
        "region_outside",
        "route_missing",
        "finish_too_early",
        "finish_too_late",
    }
)


def find_section(code: str) -> Section:
    """The written section of this code. Raises NotSeen for any other text."""
    found = next((each for each in WRITTEN if each.code == code), None)
    if found is None:
        raise NotSeen()
    return found


def fields_of(code: str) -> tuple[str, ...]:
    """The names of what is written in a section."""
    return tuple(name for name in find_section(code).fields if name in EDITED)


def saved_values(demand: Demand, code: str) -> dict[str, Any]:
    """What a section holds now, in plain values that can be compared."""
    return plain_values({name: getattr(demand, name) for name in fields_of(code)}, demand)


def plain_values(values: Mapping[str, Any], demand: Demand) -> dict[str, Any]:
    """A form's or a demand's values as they would be stored: codes, texts, numbers, rows of cells without their ids."""
    return {name: _plain(name, value, demand) for name, value in values.items()}


def save_section(
    session: Session,
    demand: Demand,
    code: str,
    *,
    values: Mapping[str, Any],
    by: Actor,
    now: datetime,
    base: str | None = None,
    checks: bool = False,
) -> Demand:
    """Save one section as it is, complete or not, and leave the others alone.

    `base` is the fingerprint of what the writer had read: SavedMeanwhile is raised when a colleague's saved text
    differs from it and from what is written now. With `checks` RuleBroken is raised for what contradicts itself
    (sums, order); roll back then. A name that the section does not hold is a KeyError."""
    drafting.check_editable(session, demand, by=by, now=now)
    if unknown := set(values) - set(fields_of(code)):
        raise KeyError(sorted(unknown)[0])
    saved = saved_values(demand, code)
    if is_stale(base, saved) and differing(base or "", saved, plain_values(values, demand)):
        raise SavedMeanwhile()
    drafting.apply_values(session, demand, values)
    if checks and (found := wrong_in(demand, code, now)):
        raise RuleBroken(found)
    drafting.refresh_findings(session, demand)
    record(session, demand, "edit", by=by, now=now, data={"section": code})
    return demand


def wrong_in(demand: Demand, code: str, now: datetime) -> list[Refusal]:
    """What contradicts itself in a section. What is not there yet contradicts nothing."""
    return [
        each
        for each in gaps(demand, now)
        if each.code in WRONG and section_of(each.field or "").code == code and _is_begun(demand, each.code)
    ]


def _is_begun(demand: Demand, code: str) -> bool:
    begun = {
        "funding_sum": demand.budget_fen > 0 and any(row.amount_fen for row in demand.fundings),
        "pay_sum": any(row.get("percent") for row in demand.pay_schedule),
        "deadline_too_long": demand.deadline_months > 0,
        "lanes_single": demand.lanes > 0,
    }
    return begun.get(code, True)


def _plain(name: str, value: Any, demand: Demand) -> Any:
    if name in drafting.CHILDREN:
        return [_cells(drafting.CHILD_CELLS[name], row) for row in value]
    if name in drafting.TEXTS:
        return value or ""
    if name in drafting.FLAGS:
        return bool(value)
    if name in drafting.NUMBERS:
        return value or 0
    if name in drafting.CODES:
        return plain(getattr(demand, name) if value is None else value)
    return str(value) if name == "recommender_id" and value else plain(value)


def _cells(cells: Mapping[str, Any], row: Any) -> dict[str, Any]:
    found = {cell: drafting.cell_of(row, cell) for cell in cells}
    return {cell: plain(cells[cell] if value is None else value) for cell, value in found.items()}
