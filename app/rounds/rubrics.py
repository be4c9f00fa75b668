"""What a rubric must satisfy before it can judge anything."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.core.errors import Refusal
from app.core.i18n import _l
from app.models.procedure_codes import RubricKind

FULL = 100_00
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
# The published order of ties looks at these two criteria of the bid rubric.
TIE_CODES = ("R1", "R2")
# The columns of a demonstration's scores.
DEMONSTRATION_CODES = ("benefit", "breadth", "visibility")


def criteria_refusals(
    kind: RubricKind, pass_line: int, criteria: Sequence[Mapping[str, Any]]
) -> list[Refusal]:
    """What is wrong with the rows: codes, ranges and floors, the sum of 100, and what later steps rely on."""
    found = [refusal for index, row in enumerate(criteria) for refusal in _row(index, row)]
    codes = [str(row.get("code") or "") for row in criteria]
    for index, code in enumerate(codes):
        if code and code in codes[:index]:
            wording = _l("Two criteria have the code %(code)s.", code=code)
            found.append(Refusal("code_twice", wording, f"criteria.{index}.code"))
    if sum(int(row.get("max_score") or 0) for row in criteria) != FULL:
        found.append(Refusal("sum_not_100", _l("The maximum scores must add up to 100."), "criteria"))
    if not 0 < pass_line <= FULL:
        found.append(Refusal("line_range", _l("The line lies between 0.01 and 100."), "pass_line"))
    missing = [code for code in _needed(kind) if code not in codes]
    if missing:
        wording = _l("This rubric needs the criteria %(codes)s.", codes=", ".join(missing))
        found.append(Refusal("code_needed", wording, "criteria"))
    if kind is RubricKind.DEMAND and all(row.get("floor_score") is None for row in criteria):
        wording = _l("The demand rubric needs a floor for open and fair conditions.")
        found.append(Refusal("floor_needed", wording, "criteria"))
    return found


def _needed(kind: RubricKind) -> tuple[str, ...]:
    if kind is RubricKind.BID:
        return TIE_CODES
    return DEMONSTRATION_CODES if kind is RubricKind.DEMONSTRATION else ()


def _row(index: int, row: Mapping[str, Any]) -> list[Refusal]:
    found = []
    if not CODE.fullmatch(str(row.get("code") or "")):
        wording = _l("A code begins with a letter and has letters and digits only.")
        found.append(Refusal("code_form", wording, f"criteria.{index}.code"))
    if not str(row.get("label") or "").strip():
        found.append(Refusal("label_missing", _l("Give the criterion a name."), f"criteria.{index}.label"))
    top, floor = row.get("max_score") or 0, row.get("floor_score")
    if top <= 0:
        wording = _l("The maximum must be above nought.")
        found.append(Refusal("max_range", wording, f"criteria.{index}.max_score"))
    if floor is not None and not 0 <= floor <= top:
        wording = _l("The floor lies between nought and the maximum.")
        found.append(Refusal("floor_range", wording, f"criteria.{index}.floor_score"))
    return found
