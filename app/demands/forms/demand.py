"""The long form of a demand. It never demands completeness: a draft is saved as it is, submission asks for the rest."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from wtforms import BooleanField, HiddenField

from app.core.i18n import _l
from app.demands.forms.parts import (
    MeansPart,
    MoneyPart,
    TargetsPart,
    TermsPart,
    ValuePart,
    WhatPart,
    WhoPart,
)
from app.demands.labels import LABELS
from app.models.accounts import Organisation
from app.models.demands import Demand
from app.web.fields import CodeField, LongText, MomentField
from app.web.slots import FileSlot
from app.web.validators import Required
from app.workflow.demand_rules import REQUIRED

PICTURES = ("png", "jpg", "jpeg", "webp", "pdf")


@dataclass(frozen=True, slots=True)
class OrganisationChoice:
    """A unit as an entry of a list to choose from."""

    value: str
    label: str

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationChoice":
        """The entry of a unit."""
        return cls(str(organisation.id), organisation.name)


class WholeForm(WhoPart, WhatPart, TargetsPart, MeansPart, MoneyPart, TermsPart, ValuePart):
    """All parts together."""

    @classmethod
    def filled(cls, demand: Demand) -> Self:
        """The form with the demand's present values."""
        form = cls(obj=demand)
        if not form.is_submitted():
            form.procedure.process_data(demand.process)
        return form

    def values(self) -> dict[str, Any]:
        """The fields of the demand by name."""
        return (found := super().values()) | {"process": found.pop("procedure")}


class DemandForm(WholeForm):
    """The whole demand, as its owner writes it."""

    version = HiddenField()
    recommender = CodeField(
        LABELS["recommender_id"],
        (),
        blank=_l("The recommending unit of the region"),
        description=_l("Leave it unless another unit has agreed to recommend the demand."),
    )
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

    @classmethod
    def of(cls, demand: Demand, units: list[Organisation]) -> "DemandForm":
        """The form of a draft; amounts and titles that nobody has given yet are empty."""
        form = cls.filled(demand)
        for name in REQUIRED:
            # Marked for the reader: submission asks for them, saving does not.
            form[name].flags.required = True
        form.recommender.use([OrganisationChoice.of(unit) for unit in units])
        if not form.is_submitted():
            form.version.data = str(demand.version)
            form.recommender.process_data(str(demand.recommender_id) if demand.recommender_id else None)
            form.budget_fen.data = demand.budget_fen or None
        return form

    @property
    def expected_version(self) -> int | None:
        """The row version that the page showed, or None if it did not come back."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    def values(self) -> dict[str, Any]:
        """The fields of the demand by name."""
        found = super().values()
        found.pop("version")
        chosen = found.pop("recommender")
        return found | {"recommender_id": UUID(chosen.value) if chosen else None}


class CorrectionForm(WholeForm):
    """The published text with a reason and a new closing time."""

    reason = LongText(
        _l("Reason of the correction"),
        max=1000,
        validators=[Required()],
        lines=3,
        description=_l("Published with it. For example: the sample size of indicator 2 was given wrongly."),
    )
    is_material = BooleanField(
        _l("Material correction"),
        description=_l("Bidders must then confirm their bids, and the closing time moves back."),
    )
    closes_at = MomentField(_l("New closing time"), description=_l("Leave it if the closing time stays."))
    picture = FileSlot(
        _l("Further public files"),
        types=PICTURES,
        multiple=True,
        description=_l("Added to those already published."),
    )
    description = FileSlot(
        _l("Further restricted files"),
        multiple=True,
        description=_l("Added to those opened after the pledge."),
    )

    @classmethod
    def of(cls, demand: Demand) -> "CorrectionForm":
        """The form, filled with the text in force."""
        form = cls.filled(demand)
        # The number carries the field, which therefore stays.
        del form.field
        return form

    def values(self) -> dict[str, Any]:
        """The fields of the demand by name, without what belongs to the notice itself."""
        return {
            name: value
            for name, value in super().values().items()
            if name not in ("reason", "is_material", "closes_at", "picture", "description")
        }
