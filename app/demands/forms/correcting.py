"""The form of a correction notice: the whole text in force, the files, and what is decided before publication."""

from typing import Any, Self
from uuid import UUID

from wtforms import BooleanField, HiddenField

from app.core.i18n import _l
from app.demands.corrections import Correction
from app.demands.files import LABELS as SLOT_LABELS
from app.demands.forms.demand import PICTURES
from app.demands.forms.parts import (
    MeansPart,
    MoneyPart,
    TargetsPart,
    TermsPart,
    ValuePart,
    WhatPart,
    WhoPart,
)
from app.models.demands import Demand
from app.models.records import Attachment
from app.web.choices import CodesField
from app.web.fields import LongText, MomentField
from app.web.slots import FileSlot
from app.web.validators import Required

# What belongs to the notice itself and to no field of the demand.
OWN = frozenset(
    {
        "base_edition",
        "reason",
        "is_material",
        "departure_reason",
        "closes_at",
        "removed_files",
        "picture",
        "description",
    }
)


class FileChoice:
    """A file as a box to tick: its id, and its name with who reads it."""

    def __init__(self, row: Attachment) -> None:
        self.value = str(row.id)
        self.label = f"{row.name} · {SLOT_LABELS[row.slot]}"


class CorrectionForm(WhoPart, WhatPart, TargetsPart, MeansPart, MoneyPart, TermsPart, ValuePart):
    """The published text to change, with a reason. What is decided last stands on the preview."""

    base_edition = HiddenField()
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
    departure_reason = LongText(
        _l("Why it is not material all the same"),
        max=1000,
        lines=2,
        description=_l("Only if you take the tick away. Published with the correction."),
    )
    closes_at = MomentField(_l("New closing time"), description=_l("Leave it if the closing time stays."))
    removed_files = CodesField(
        _l("Files to take off"),
        description=_l("Tick what no longer holds. Former editions keep its name and fingerprint."),
    )
    picture = FileSlot(
        _l("Further public files"),
        types=PICTURES,
        multiple=True,
        description=_l("Published with the correction. Until then only you and the organizer see them."),
    )
    description = FileSlot(
        _l("Further restricted files"),
        multiple=True,
        description=_l("Added to those opened after the pledge, when the correction is published."),
    )

    @classmethod
    def of(cls, demand: Demand, files: list[Attachment]) -> Self:
        """The form as it was sent, or filled with the text in force."""
        form = cls(obj=demand)
        return form._ready(demand, files, is_new=not form.is_submitted())

    @classmethod
    def fresh(cls, demand: Demand, files: list[Attachment]) -> Self:
        """The form filled with the demand as it stands now, whatever was sent."""
        return cls(formdata=None, obj=demand)._ready(demand, files, is_new=True)

    def _ready(self, demand: Demand, files: list[Attachment], *, is_new: bool) -> Self:
        # The number carries the field, which therefore stays.
        del self.field
        self.removed_files.use([FileChoice(row) for row in files])
        if is_new:
            self.procedure.process_data(demand.process)
            self.base_edition.data = str(demand.edition)
            self.closes_at.data = None
        return self

    def take_notice(self, sent: Self) -> None:
        """Take over what was sent of the notice itself: its reason and what was decided."""
        for name in ("reason", "is_material", "departure_reason", "closes_at", "removed_files"):
            self[name].data = sent[name].data

    def values(self) -> dict[str, Any]:
        """The fields of the demand by name, without what belongs to the notice itself."""
        found = {name: value for name, value in super().values().items() if name not in OWN}
        return found | {"process": found.pop("procedure")}

    def correction(self) -> Correction:
        """What the officer wants, for the services."""
        base = str(self.base_edition.data or "")
        return Correction(
            values=self.values(),
            reason=self.reason.data or "",
            is_material=self.is_material.data,
            departure_reason=self.departure_reason.data or "",
            closes_at=self.closes_at.data,
            removed_files=[UUID(code) for code in self.removed_files.codes],
            base_edition=int(base) if base.isascii() and base.isdecimal() and len(base) < 10 else None,
        )
