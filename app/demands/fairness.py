"""The fairness check (公平性检查): wording and terms that narrow a competition, found before anyone has bid.

A finding asks the author for an answer, which vetters read. Only an indicator that cannot be measured blocks."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from app.core.i18n import Lazy, _l
from app.models.base import Rows
from app.models.codes import ConditionKind
from app.models.demands import Demand
from app.workflow.demand_rules import is_measurable

PATTERNS = Path(__file__).resolve().parents[2] / "seed" / "fairness" / "patterns.json"
TEXT_FIELDS = (
    "title",
    "site",
    "pain_point",
    "goal",
    "content_required",
    "novelty",
    "acceptance_note",
    "test_environment",
    "interface_constraints",
    "safety_note",
    "purchase_commitment",
    "ip_clause",
    "benefit_sharing",
    "expected_benefit",
)
SHORT_MONTHS = 3
BLOCKING = "not_measurable"

Finding = tuple[str, str, str]

WORDING: dict[str, Lazy] = {
    "brand": _l("A brand or maker is named"),
    "patent": _l("A patent or proprietary technology is named"),
    "model": _l("A product model is named"),
    "sole_vendor": _l("The wording suits one supplier only"),
    "region_condition": _l("A condition on the place of business"),
    "capital_condition": _l("A condition on capital, turnover or age of the firm"),
    "short_window": _l("An unusually short time"),
    "hard_without_why": _l("A hard condition without a reason"),
    "not_measurable": _l("An indicator that cannot be measured"),
    "similar_title": _l("A published listing has a similar title"),
}
ADVICE: dict[str, Lazy] = {
    "brand": _l("Describe the function and performance needed instead, or add “or equivalent” and say why."),
    "patent": _l(
        "Describe the effect needed, not the technology of one owner, or say why there is no other way."
    ),
    "model": _l("Give the performance needed instead of a model, or say why only this one can be connected."),
    "sole_vendor": _l("Open the wording to every able unit, or say why this is needed."),
    "region_condition": _l(
        "Listings are open to all units; say why a place of business is needed, or remove it."
    ),
    "capital_condition": _l(
        "Size says little about ability; say why it is needed, or ask for cases instead."
    ),
    "short_window": _l(
        "A short time favours whoever is prepared already; lengthen it, or say why it is needed."
    ),
    "hard_without_why": _l("Say beside the condition why it is needed, or make it a soft one."),
    "not_measurable": _l(
        "Give it a number, a comparison, a unit and a test condition: this cannot be answered."
    ),
    "similar_title": _l("Say how this demand differs from that listing."),
}


def check_fairness(demand: Demand) -> Rows:
    """The findings on the demand as it stands: [{code, field, text, answer}], answers of the same findings kept.

    `text` is the passage found, `field` a field or a cell such as `conditions.0.text`."""
    return keep_answers(demand, found_in(demand))


def keep_answers(demand: Demand, findings: Iterable[Finding]) -> Rows:
    """The findings as the demand keeps them, each once, with the answer that the same finding had before."""
    answers = {
        (row["code"], row["field"].partition(".")[0], row["text"]): row.get("answer") or ""
        for row in demand.findings or []
    }
    rows: Rows = []
    seen = set()
    for code, path, text in findings:
        key = (code, path.partition(".")[0], text)
        if key not in seen:
            seen.add(key)
            rows.append({"code": code, "field": path, "text": text, "answer": answers.get(key, "")})
    return rows


def found_in(demand: Demand) -> Iterator[Finding]:
    """Everything the check objects to: code, field, passage."""
    yield from _wording(demand)
    yield from _conditions(demand)
    if 0 < demand.deadline_months < SHORT_MONTHS:
        yield "short_window", "deadline_months", str(demand.deadline_months)
    for index, indicator in enumerate(demand.indicators):
        if not is_measurable(indicator):
            yield BLOCKING, f"indicators.{index}.target", indicator.name or str(index + 1)


def _wording(demand: Demand) -> Iterator[Finding]:
    for path, text in _texts(demand):
        for code, pattern in _patterns("texts"):
            for match in pattern.finditer(text):
                yield code, path, match.group(0).strip()


def _conditions(demand: Demand) -> Iterator[Finding]:
    for index, row in enumerate(demand.conditions or []):
        path, text = f"conditions.{index}.text", str(row.get("text") or "")
        found = [code for code, pattern in _patterns("conditions") if pattern.search(text)]
        if row.get("kind") == ConditionKind.REGION.value:
            found.append("region_condition")
        for code in dict.fromkeys(found):
            yield code, path, text
        if row.get("is_hard") and not str(row.get("why") or "").strip():
            yield "hard_without_why", f"conditions.{index}.why", text


def _texts(demand: Demand) -> Iterator[tuple[str, str]]:
    for name in TEXT_FIELDS:
        yield name, getattr(demand, name) or ""
    for index, row in enumerate(demand.conditions or []):
        yield f"conditions.{index}.text", str(row.get("text") or "")
    for index, row in enumerate(demand.deliverables or []):
        yield f"deliverables.{index}.name", str(row.get("name") or "")
    for index, indicator in enumerate(demand.indicators):
        for cell in ("name", "condition", "method"):
            yield f"indicators.{index}.{cell}", getattr(indicator, cell) or ""
    for index, milestone in enumerate(demand.milestones):
        yield f"milestones.{index}.deliverable", f"{milestone.name} {milestone.deliverable}"


@cache
def _patterns(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    listed = json.loads(PATTERNS.read_text(encoding="utf-8"))[kind]
    return tuple(
        (code, re.compile(pattern, re.IGNORECASE))
        for code, patterns in listed.items()
        for pattern in patterns
    )
