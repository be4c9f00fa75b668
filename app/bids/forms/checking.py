"""The forms of officers: the sixteen points, the decision, the cure; and of bidders: a review, files; credit lists."""

from typing import Any

from wtforms import HiddenField

from app.bids.credit import MAX_BYTES, CreditList
from app.bids.services import FILES_PER_SLOT
from app.core.i18n import _l
from app.models.procedure_codes import BidSlot, CheckPoint, Severity, Verdict
from app.web.fields import CodeField, CodesField, DayField, LongText
from app.web.forms import Form
from app.web.slots import FileSlot
from app.web.validators import Required


class CheckForm(Form):
    """One officer's verdict on each point: yes or no, how grave, why. The fields are made from the list of points."""

    note = LongText(_l("Note for the file"), max=2000, lines=3)

    def verdicts(self) -> dict[str, dict[str, Any]]:
        """What was typed, by point."""
        return {
            point.value: {
                "verdict": self[f"{point.value}_verdict"].data,
                "severity": self[f"{point.value}_severity"].data,
                "reason": self[f"{point.value}_reason"].data,
            }
            for point in CheckPoint
        }


for _point in CheckPoint:
    setattr(CheckForm, f"{_point.value}_verdict", CodeField(_l("Verdict"), Verdict, radio=True))
    setattr(CheckForm, f"{_point.value}_severity", CodeField(_l("If no: curable or fatal"), Severity))
    setattr(CheckForm, f"{_point.value}_reason", LongText(_l("Reason of the verdict"), max=600, lines=2))


class DecisionForm(Form):
    """Pass or fail; the reason where one is needed."""

    passes = HiddenField()
    reason = LongText(_l("Reason for the bidder"), max=2000)


class CureForm(Form):
    """The points to cure and what is to be handed in."""

    points = CodesField(_l("Points to be cured"), CheckPoint, [Required()])
    request = LongText(_l("What is to be handed in"), 2000, [Required()])


class ReviewRequestForm(Form):
    """Why the result of the formal check is wrong."""

    text = LongText(_l("Why the result is wrong"), 2000, [Required()])


class SubmitForm(Form):
    """Which version is meant, so that sending it twice seals it once."""

    number = HiddenField()


class FilesForm(Form):
    """One place for uploads per slot, named file_<slot>."""


for _slot in BidSlot:
    setattr(
        FilesForm,
        f"file_{_slot.value}",
        FileSlot(_slot.label, multiple=FILES_PER_SLOT[_slot] > 1, max_files=FILES_PER_SLOT[_slot]),
    )


class CreditListForm(Form):
    """A credit list to import."""

    list_code = CodeField(_l("Which list"), CreditList, [Required()])
    listed_on = DayField(_l("Date of the list"), description=_l("The day that the list itself bears."))
    file = FileSlot(
        _l("List as xlsx, CSV or JSON"), [Required()], types=("xlsx", "csv", "json"), max_bytes=MAX_BYTES
    )
