"""Reading a demand with the dictionary, and the findings that need no dictionary."""

from collections.abc import Iterator

from sqlalchemy.orm import object_session

from app.demands.fairness.answers import keep_answers
from app.demands.fairness.dictionary import Dictionary, dictionary_of
from app.demands.fairness.texts import BLOCKING
from app.demands.fairness.words import Finding, conditions_of, requirements_of
from app.models.accounts import Organisation
from app.models.base import Rows
from app.models.codes import ConditionKind
from app.models.demands import Demand
from app.models.fairness import FairnessKind
from app.workflow.demand_rules import is_given, is_measurable

SHORT_MONTHS = 3


def check_fairness(demand: Demand) -> Rows:
    """The findings on the demand as it stands, as the demand keeps them; answers to the same findings are kept."""
    return keep_answers(demand, found_in(demand))


def found_in(demand: Demand) -> Iterator[Finding]:
    """Everything the check objects to, with the dictionary of the demand's own database."""
    yield from _wording(demand, dictionary_of(object_session(demand)))
    yield from _conditions(demand)
    if 0 < demand.deadline_months < SHORT_MONTHS:
        yield FairnessKind.WINDOW.value, "deadline_months", str(demand.deadline_months)
    for index, indicator in enumerate(demand.indicators):
        if not is_measurable(indicator):
            yield BLOCKING, f"indicators.{index}.target", indicator.name or str(index + 1)


def _wording(demand: Demand, dictionary: Dictionary) -> Iterator[Finding]:
    # The owner's own name in its own text favours no bidder.
    owner: Organisation | None = demand.owner
    own = owner.name if owner is not None else ""
    for texts, is_condition in ((requirements_of(demand), False), (conditions_of(demand), True)):
        for path, text in texts:
            for kind, words in dictionary.read(text, is_condition=is_condition):
                if kind is not FairnessKind.BRAND or words not in own:
                    yield kind.value, path, words


def _conditions(demand: Demand) -> Iterator[Finding]:
    for index, row in enumerate(demand.conditions or []):
        text = str(row.get("text") or "")
        if row.get("kind") == ConditionKind.REGION.value:
            yield FairnessKind.REGION.value, f"conditions.{index}.text", text
        if row.get("is_hard") and not is_given(str(row.get("why") or "")):
            yield "hard_without_why", f"conditions.{index}.why", text
