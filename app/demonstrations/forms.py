"""Forms of demonstration projects, replications and fiscal support."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from wtforms import BooleanField

from app.core.clock import day_of
from app.core.i18n import _l
from app.models.base import Coded
from app.models.codes import HUBEI_REGIONS, Category, Field, Region
from app.models.outcomes import Demonstration
from app.models.procedure_codes import ReplicationKind
from app.models.states import DemonstrationState, ReplicationState, SubsidyState
from app.web.context import now
from app.web.fields import CodeField, CountField, DayField, HundredthsField, LongText, MoneyField, ShortText
from app.web.forms import FilterForm, Form, Row
from app.web.rows import RowsField
from app.web.slots import FileSlot
from app.web.validators import Required

PUBLIC_STATES = (
    DemonstrationState.LISTED,
    DemonstrationState.UNDER_REEXAMINATION,
    DemonstrationState.SUSPENDED,
    DemonstrationState.DELISTED,
)
PICTURES = ("png", "jpg", "jpeg", "webp")


class Sorting(Coded):
    """The orders of the catalogue beside the usual one."""

    REPLICATED = "replicated", _l("Most often replicated")
    SCORE = "score", _l("Highest score")
    NAME = "name", _l("By name")


@dataclass(frozen=True, slots=True)
class Year:
    """A year to choose."""

    value: int

    @property
    def label(self) -> str:
        """The year as it is read."""
        return str(self.value)


class CatalogueFilter(FilterForm):
    """What the catalogue shows."""

    q = ShortText(_l("Name, problem, place or unit"), 80)
    field = CodeField(_l("Field of application"), Field)
    category = CodeField(_l("AI plus"), Category)
    region = CodeField(_l("City or prefecture"), HUBEI_REGIONS)
    state = CodeField(_l("Listing state"), PUBLIC_STATES)
    year = CodeField(_l("Listed in"), ())
    sort = CodeField(_l("Order"), Sorting, blank=_l("Latest first"))

    def query_arguments(self) -> dict[str, Any]:
        """The arguments of `queries.catalogue`."""
        chosen = self.chosen()
        if "year" in chosen:
            chosen["year"] = chosen["year"].value
        if "sort" in chosen:
            chosen["sort"] = chosen["sort"].value
        return chosen


class EffectRow(Row):
    """A row of the effect table."""

    indicator = ShortText(_l("What was measured"), 120, [Required()])
    before = ShortText(_l("Before the project"), 80, [Required()])
    after = ShortText(_l("After the project"), 80, [Required()])
    unit = ShortText(_l("Unit of measure"), 40)
    measured_by = ShortText(_l("Measured by"), 120, [Required()])
    measured_on = DayField(_l("Measured on"), [Required()])


class RecordForm(Form):
    """The record of a demonstration project."""

    title = ShortText(_l("Name of the project"), 120, [Required()])
    site = LongText(
        _l("Site of use"), 1000, lines=2, description=_l("Where it runs: unit, department, address.")
    )
    problem = LongText(
        _l("Problem to solve"), 4000, description=_l("What was bad before, in figures if you have them.")
    )
    solution = LongText(_l("Solution"), 8000, lines=8)
    technologies = LongText(_l("Technologies"), 1000, description=_l("One per line."))
    started_on = DayField(_l("First used on"))
    investment_fen = MoneyField(_l("Investment"))
    users_served = CountField(_l("Users served"))
    ip_and_awards = LongText(_l("Intellectual property and awards"), 2000, lines=3)
    effects = RowsField(EffectRow, _l("Effect table"), max_rows=20, add_label=_l("Add an effect"))
    needs_data = LongText(_l("Data needed to copy it"), 2000, lines=2)
    needs_compute = LongText(_l("Computing power needed"), 2000, lines=2)
    needs_money = LongText(_l("Money needed"), 2000, lines=2)
    needs_time = LongText(_l("Time needed"), 2000, lines=2)
    needs_people = LongText(_l("People needed"), 2000, lines=2)
    price_guide = LongText(_l("Price guide"), 2000, lines=2)
    policy_used = LongText(_l("Policies used"), 2000, lines=2)
    visit_note = LongText(_l("How to visit"), 2000, lines=2)
    contact_public = ShortText(
        _l("Public contact"), 200, description=_l("An office and its telephone; everyone can read it.")
    )
    has_no_incident = BooleanField(_l("There was no safety or privacy incident since the first use."))
    pictures = FileSlot(_l("Pictures"), types=PICTURES, multiple=True, max_files=6)

    def record(self) -> dict[str, Any]:
        """The values that the service takes."""
        values = {name: value for name, value in self.values().items() if name != "pictures"}
        for name, value in values.items():
            if value is None and name not in ("started_on",):
                values[name] = 0 if name in ("investment_fen", "users_served") else ""
        values["technologies"] = [
            line.strip() for line in values["technologies"].splitlines() if line.strip()
        ]
        return values


def record_form(demonstration: Demonstration) -> RecordForm:
    """The form with what the record says; effects begin with what the acceptance measured."""
    names = [name for name in RecordForm()._fields if hasattr(demonstration, name)]
    start = {name: getattr(demonstration, name) for name in names}
    start["technologies"] = "\n".join(demonstration.technologies)
    rows = ("indicator", "before", "after", "unit", "measured_by", "measured_on")
    start["effects"] = [{name: getattr(each, name) for name in rows} for each in demonstration.effects]
    if not start["effects"]:
        start["effects"] = _measured_effects(demonstration)
    return RecordForm(data=start)


def _measured_effects(demonstration: Demonstration) -> list[dict[str, Any]]:
    acceptance = demonstration.acceptance
    baselines: dict[UUID | None, str] = {each.id: each.baseline for each in demonstration.demand.indicators}
    rows = [each for each in acceptance.results if each.attempt == acceptance.attempt]
    return [
        {
            "indicator": each.indicator.name,
            "before": baselines.get(each.indicator.demand_indicator_id) or "",
            "after": each.measured_text or (format(each.measured, "f") if each.measured is not None else ""),
            "unit": each.indicator.unit,
            "measured_by": "",
            "measured_on": day_of(acceptance.decided_at) if acceptance.decided_at else None,
        }
        for each in rows
    ]


class ScoreForm(Form):
    """Hubei's three words as numbers; `score_form` sets the maxima."""

    benefit = HundredthsField(_l("Good benefit"), [Required()])
    breadth = HundredthsField(_l("Wide spread"), [Required()])
    visibility = HundredthsField(_l("High visibility"), [Required()])
    note = LongText(_l("Reasons for the scores"), 4000)


def score_form(demonstration: Demonstration, maxima: Sequence[int]) -> ScoreForm:
    """The form with the round's maxima, filled with the scores there are."""
    form = ScoreForm(
        data={
            "benefit": demonstration.benefit_score,
            "breadth": demonstration.breadth_score,
            "visibility": demonstration.visibility_score,
            "note": demonstration.score_note,
        }
    )
    for field, most in zip((form.benefit, form.breadth, form.visibility), maxima, strict=True):
        field.maximum = most
    return form


class ListingForm(Form):
    """The batch of a listing."""

    batch = ShortText(_l("Listing batch"), 40, [Required()])


class DelistingForm(Form):
    """Why a project shall be delisted."""

    reason = LongText(
        _l("Reason for delisting"), 2000, [Required()], description=_l("It stands in the notice.")
    )


class FigureRow(Row):
    """A figure of a yearly report."""

    indicator = ShortText(_l("What was measured"), 120, [Required()])
    value = ShortText(_l("Measured value"), 80, [Required()])
    unit = ShortText(_l("Unit of measure"), 40)


class ReportForm(Form):
    """The yearly effect report."""

    year = CountField(
        _l("Year of the report"), [Required()], minimum=2000, maximum=2100, default=lambda: day_of(now()).year
    )
    text = LongText(_l("Effect report"), 8000, [Required()], lines=8)
    rows = RowsField(FigureRow, _l("Figures of the year"), min_rows=1, add_label=_l("Add a line of figures"))
    material = FileSlot(_l("Proof of the figures"), multiple=True)


class InterestForm(Form):
    """A unit that wants to take a project up."""

    statement = LongText(_l("Where and for what you would use it"), 4000, [Required()], lines=6)
    region = CodeField(_l("City or prefecture of use"), Region, [Required()])


class AdoptionForm(Form):
    """How a project is taken up."""

    kind = CodeField(_l("How it is adopted"), ReplicationKind, [Required()], radio=True)
    contract_fen = MoneyField(_l("Amount of the adoption contract"), [Required()])
    adopted_on = DayField(_l("Adopted on"), [Required()])


class ComparisonRow(Row):
    """A figure before and after."""

    indicator = ShortText(_l("What was measured"), 120, [Required()])
    before = ShortText(_l("Before the project"), 80, [Required()])
    after = ShortText(_l("After the project"), 80, [Required()])
    unit = ShortText(_l("Unit of measure"), 40)


class AdoptionEffectForm(Form):
    """The adopter's report."""

    effect = LongText(_l("Effect at your unit"), 4000, [Required()], lines=6)
    effect_rows = RowsField(
        ComparisonRow, _l("Figures before and after"), min_rows=1, add_label=_l("Add a line of figures")
    )
    evidence = FileSlot(_l("Files of evidence"), multiple=True)


class SupportForm(Form):
    """A recommendation of fiscal support."""

    amount_fen = MoneyField(_l("Amount of support"), [Required()])
    basis = LongText(_l("Basis of the support"), 4000, [Required()])


class SupportPaymentForm(Form):
    """The record of paid support."""

    paid_on = DayField(_l("Day of payment"), [Required()], default=lambda: day_of(now()))
    voucher_number = ShortText(_l("Voucher number"), 60, [Required()])


class DemonstrationFilter(FilterForm):
    """Which own projects are listed."""

    state = CodeField(_l("State of the project"), DemonstrationState)


class ReplicationFilter(FilterForm):
    """Which replications are listed."""

    state = CodeField(_l("State of the replication"), ReplicationState)


class SupportFilter(FilterForm):
    """Which support is listed."""

    state = CodeField(_l("State of the support"), SubsidyState)
