"""The texts of a demand by their place, and the sentence around some words."""

import re
from collections.abc import Iterator

from app.models.demands import Demand

# Code, place (a field or a cell such as `conditions.0.text`), words found.
Finding = tuple[str, str, str]

# Where a demand says what is asked for. What only describes (site, present state, novelty, benefit) names whatever
# stands there already, and favours nobody.
REQUIREMENTS = (
    "title",
    "goal",
    "content_required",
    "acceptance_note",
    "test_environment",
    "interface_constraints",
    "safety_note",
    "purchase_commitment",
    "ip_clause",
    "benefit_sharing",
)
SENTENCE_END = re.compile(r"[。；;！？!?\n]")
SHOWN = 60


def requirements_of(demand: Demand) -> Iterator[tuple[str, str]]:
    """Place and text of everything that asks something of a solution."""
    for name in REQUIREMENTS:
        yield name, getattr(demand, name) or ""
    for index, row in enumerate(demand.deliverables or []):
        yield f"deliverables.{index}.name", str(row.get("name") or "")
    for index, indicator in enumerate(demand.indicators):
        for cell in ("name", "condition", "method"):
            yield f"indicators.{index}.{cell}", getattr(indicator, cell) or ""
    for index, milestone in enumerate(demand.milestones):
        yield f"milestones.{index}.name", milestone.name or ""
        yield f"milestones.{index}.deliverable", milestone.deliverable or ""


def conditions_of(demand: Demand) -> Iterator[tuple[str, str]]:
    """Place and text of every condition on bidders."""
    for index, row in enumerate(demand.conditions or []):
        yield f"conditions.{index}.text", str(row.get("text") or "")


def sentence_at(text: str, start: int, end: int) -> str:
    """The sentence around a passage of the text."""
    first = max((m.end() for m in SENTENCE_END.finditer(text, 0, start)), default=0)
    after = SENTENCE_END.search(text, end)
    return text[first : after.start() if after else len(text)].strip()


def sentence_of(demand: Demand, path: str, words: str) -> str:
    """The sentence of the demand in which the words stand, cut to what a list can show; empty if they stand nowhere."""
    for place, text in (*requirements_of(demand), *conditions_of(demand)):
        at = text.find(words) if place == path else -1
        if at >= 0:
            return _cut(sentence_at(text, at, at + len(words)), words)
    return ""


def _cut(sentence: str, words: str) -> str:
    at = sentence.find(words)
    first, last = max(0, at - SHOWN), at + len(words) + SHOWN
    return f"{'…' if first else ''}{sentence[first:last]}{'…' if last < len(sentence) else ''}"
