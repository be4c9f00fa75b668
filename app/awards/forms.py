"""Forms of the decision, of lanes, and the filters of the results."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from wtforms import BooleanField

from app.awards.services import Choice
from app.core.i18n import Lazy, _l
from app.models.base import Coded
from app.models.bids import Bid
from app.models.codes import HUBEI_REGIONS, AwardMode, Field, LaneStatus
from app.models.demands import Demand
from app.web.fields import CodeField, LongText, MoneyField
from app.web.forms import FilterForm, Form
from app.web.validators import Required


class Outcome(Coded):
    """How a competition ended, as a filter."""

    AWARDED = "awarded", _l("Taken on")
    NO_AWARD = "no_award", _l("No award")


class YearChoice:
    """A year as a code list entry."""

    def __init__(self, year: int) -> None:
        self.value = year
        self.label: Lazy = str(year)


class ResultFilter(FilterForm):
    """Filters of the public results."""

    field = CodeField(_l("Key field"), Field)
    region = CodeField(_l("Region"), HUBEI_REGIONS)
    year = CodeField(_l("Year"), ())
    outcome = CodeField(_l("Outcome"), Outcome)


class DecisionForm(Form):
    """The basis of a decision; `decision_form` adds the fields of each candidate."""

    basis = LongText(
        _l("Basis of the decision"),
        max=2000,
        validators=[Required()],
        lines=4,
        description=_l("For example the minutes of the leadership meeting, with date and number."),
    )
    out_of_rank_reason = LongText(
        _l("Reason for departing from the ranking"),
        max=2000,
        lines=3,
        description=_l("Only when a better placed bid is passed over. It stays on the award."),
    )

    def choices(self, candidates: Sequence[Bid]) -> list[Choice]:
        """The chosen bids with their amounts; what was left empty counts as nothing."""
        found = []
        for bid in candidates:
            key = bid.id.hex
            if not self[f"chosen_{key}"].data:
                continue
            lane = self[f"lane_{key}"].data if f"lane_{key}" in self else None
            found.append(
                Choice(
                    bid=bid,
                    amount_fen=self[f"amount_{key}"].data or 0,
                    fiscal_fen=self[f"fiscal_{key}"].data or 0,
                    lane=lane or LaneStatus.LEAD,
                )
            )
        return found


class LaneForm(Form):
    """Where a winner stands from now on, and why."""

    lane = CodeField(_l("Lane status"), LaneStatus, [Required()], radio=True)
    reason = LongText(_l("Reason"), max=2000, validators=[Required()], lines=3)


def decision_form(demand: Demand, candidates: Sequence[Bid], free: int) -> DecisionForm:
    """A form with the candidates: the best are chosen beforehand, each with the price of its bid."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for place, bid in enumerate(candidates):
        key = bid.id.hex
        fields[f"chosen_{key}"] = BooleanField(_l("Award to this bidder"))
        fields[f"amount_{key}"] = MoneyField(_l("Amount of the award"))
        fields[f"fiscal_{key}"] = MoneyField(_l("Fiscal support within it"))
        if demand.award_mode is not AwardMode.SINGLE:
            fields[f"lane_{key}"] = CodeField(
                _l("Lane status"), (LaneStatus.LEAD, LaneStatus.POTENTIAL), blank=None
            )
            data[f"lane_{key}"] = LaneStatus.LEAD
        data[f"chosen_{key}"] = place < free and not demand.round.is_split_award
        data[f"amount_{key}"] = bid.price_fen
        data[f"fiscal_{key}"] = 0
    made: Any = type("CandidatesForm", (DecisionForm,), fields)
    form: DecisionForm = made(data=data)
    return form


def codes_of(values: dict[str, Any]) -> dict[str, Any]:
    """Chosen filters as arguments of the query: the year as a number, the outcome as its code."""
    found = dict(values)
    for name in ("year", "outcome"):
        if name in found:
            member = found[name]
            found[name] = member.value if isinstance(member, (Enum, YearChoice)) else member
    return found
