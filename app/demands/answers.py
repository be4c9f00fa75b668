"""A demand's answers field by field: for the check before submission and for paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.core.digests import digest
from app.core.i18n import Lazy
from app.demands.content import NOT_PUBLIC, sections_of, shown, snapshot
from app.demands.labels import CELLS, LABELS, Section
from app.demands.writing import WRITTEN, fields_of, saved_values
from app.models.codes import Sensitivity
from app.models.demands import Demand
from app.models.procedure_codes import Visibility

RESTRICTED = "interface_constraints"


@dataclass(frozen=True, slots=True)
class Answer:
    """One field as it reads: its name, wording, text (empty when nothing was given) and who may read it."""

    name: str
    label: Lazy
    text: str
    visibility: Visibility


def answers(demand: Demand) -> list[tuple[Section, list[Answer]]]:
    """Every written section with all its fields, empty ones too."""
    return [(section, list(_answers(demand, section))) for section in WRITTEN]


def visibility_of(demand: Demand, name: str) -> Visibility:
    """Who reads a field once the demand is published: everybody, units that signed the pledge, or its parties."""
    if name == RESTRICTED:
        return Visibility.RESTRICTED
    if name in NOT_PUBLIC:
        return Visibility.INTERNAL
    hides_rows = name == "data_provided" and any(
        row.get("sensitivity") != Sensitivity.PUBLIC.value for row in demand.data_provided
    )
    hides_amounts = name in ("budget_fen", "fundings") and demand.is_budget_hidden
    return Visibility.RESTRICTED if hides_rows or hides_amounts else Visibility.PUBLIC


def printed(session: Session, demand: Demand, *, is_own: bool) -> dict[str, Any]:
    """The demand as it is printed: `sections` of labels and texts, the `digest` of what stands there, whether it is
    the `whole` text. Strangers get the edition in force, or the public part of what is not published yet."""
    if is_own:
        whole = {name: value for each in WRITTEN for name, value in saved_values(demand, each.code).items()}
        texts = [
            (section, [(row.label, row.text) for row in rows if row.text])
            for section, rows in answers(demand)
        ]
        return {"sections": texts, "digest": digest(whole), "whole": True}
    edition = demand.editions[-1] if demand.editions else None
    content = edition.content if edition else snapshot(session, demand)
    return {
        "sections": list(sections_of(content)),
        "digest": edition.digest if edition else digest(content),
        "whole": False,
    }


def _answers(demand: Demand, section: Section) -> Iterator[Answer]:
    values = saved_values(demand, section.code)
    for name in fields_of(section.code):
        if name == "recommender_id":
            text = demand.recommender.name if demand.recommender else ""
        elif name == "budget_fen" and not demand.budget_fen:
            text = ""
        else:
            text = _text(name, values[name])
        yield Answer(name, LABELS[name], text, visibility_of(demand, name))


def _text(name: str, value: Any) -> str:
    if name in CELLS:
        known = CELLS[name]
        value = [{cell: each for cell, each in row.items() if cell in known} for row in value]
    return shown(name, value)
