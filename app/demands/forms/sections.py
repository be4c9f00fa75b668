"""The long form of a demand, a form for each section. None demands completeness: submission asks for the rest."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from wtforms import BooleanField, HiddenField

from app.core.coediting import fingerprint
from app.core.i18n import _l
from app.demands.forms.demand import OrganisationChoice
from app.demands.forms.parts import (
    MeansPart,
    MoneyPart,
    TargetsPart,
    TermsPart,
    ValuePart,
    WhatPart,
    WhoPart,
)
from app.demands.labels import LABELS, Section
from app.demands.templates import clause_of, indicator_of
from app.demands.writing import fields_of, saved_values
from app.models.accounts import Organisation
from app.models.demands import Demand
from app.web.fields import CodeField, LongText
from app.web.forms import Form
from app.web.rows import RowsField
from app.workflow.demand_rules import REQUIRED

# WTForms keeps the name `process` for itself, and a unit is chosen, not its id typed.
NAMES_ON_FORM = {"process": "procedure", "recommender_id": "recommender"}
INSERT = "insert"


def on_form(name: str) -> str:
    """What a field of the demand is called on the form, and in its address."""
    return NAMES_ON_FORM.get(name, name)


class SectionForm(Form):
    """What all sections have: the fingerprint of what the writer had read."""

    base = HiddenField()

    def written(self) -> dict[str, Any]:
        """The values by the names of the demand, as `save_section` takes them."""
        found = self.values()
        found.pop("base")
        for name, shown in NAMES_ON_FORM.items():
            if shown in found:
                found[name] = found.pop(shown)
        if chosen := found.get("recommender_id"):
            found["recommender_id"] = UUID(chosen.value)
        return found

    def insert_text(self) -> str | None:
        """Carry out "insert this template" if that is what was sent: the name of the field it went into, or an empty
        text when there is no such template. None when nothing of the kind was asked for."""
        if INSERT not in request.form:
            return None
        name, _colon, chosen = request.form[INSERT].partition(":")
        field = self._fields.get(name)
        if isinstance(field, RowsField) and (row := indicator_of(chosen)):
            field.add_row(row)
            return name
        if isinstance(field, LongText) and (clause := clause_of(name, chosen)):
            field.data = "\n".join(part for part in (field.data, clause) if part)
            return name
        return ""


class WhoForm(SectionForm, WhoPart):
    """Owner and contact."""

    recommender = CodeField(
        LABELS["recommender_id"],
        (),
        blank=_l("The recommending unit of the region"),
        description=_l("Leave it unless another unit has agreed to recommend the demand."),
    )


class WhatForm(SectionForm, WhatPart):
    """The scenario."""


class TargetsForm(SectionForm, TargetsPart):
    """Indicators and results."""


class MeansForm(SectionForm, MeansPart):
    """Conditions provided."""


class MoneyForm(SectionForm, MoneyPart):
    """Money and payment."""


class TermsForm(SectionForm, TermsPart):
    """Terms."""


class ValueForm(SectionForm, ValuePart):
    """Expected value."""


class PledgesForm(SectionForm):
    """Pledges."""

    has_credit_pledge = BooleanField(
        LABELS["has_credit_pledge"],
        description=_l("Our unit has had no record of bad faith in the last three years."),
    )
    has_integrity_pledge = BooleanField(
        LABELS["has_integrity_pledge"],
        description=_l(
            "What is stated here is true, the money is there, and nobody has been promised the award."
        ),
    )


FORMS: dict[str, type[SectionForm]] = {
    "who": WhoForm,
    "what": WhatForm,
    "targets": TargetsForm,
    "means": MeansForm,
    "money": MoneyForm,
    "terms": TermsForm,
    "value": ValueForm,
    "pledges": PledgesForm,
}


def data_of(demand: Demand, section: Section) -> dict[str, Any]:
    """What the fields of a section hold now, by their names on the form; an amount nobody has given is empty."""
    found = {on_form(name): getattr(demand, name) for name in fields_of(section.code)}
    if found.get("recommender"):
        found["recommender"] = str(found["recommender"])
    if "budget_fen" in found:
        found["budget_fen"] = found["budget_fen"] or None
    return found


def form_of(
    demand: Demand, section: Section, units: list[Organisation], given: Mapping[str, Any]
) -> SectionForm:
    """The form of a section. `given` is the unsaved text to show instead, as `Scratch.given` has it.

    What submission asks for is marked, and what a returned demand is to change stands beside its field as `asked`."""
    data = data_of(demand, section)
    base = fingerprint(saved_values(demand, section.code))
    form = FORMS[section.code](data=data | {"base": base}, **given)
    if isinstance(form, WhoForm):
        form.recommender.use([OrganisationChoice.of(unit) for unit in units])
        if not form.is_submitted() and not given:
            form.recommender.process_data(data["recommender"])
    for name in fields_of(section.code):
        form[on_form(name)].flags.required = name in REQUIRED or name in ("budget_fen", "indicators")
    for row in demand.returned_fields:
        if (field := form._fields.get(on_form(row["field"]))) is not None:
            field.asked = row["message"]
    return form
