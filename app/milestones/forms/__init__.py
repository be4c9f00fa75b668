"""Forms of milestones, payments and contract changes. Some have a field per indicator or budget line of a contract."""

from collections.abc import Sequence
from typing import Any

from app.core.clock import day_of
from app.core.i18n import _l
from app.models.contracts import ContractIndicator
from app.models.states import MilestoneState, PaymentState
from app.web.context import now
from app.web.fields import CodeField, DayField, LongText, ShortText
from app.web.forms import FilterForm, Form
from app.web.slots import FileSlot
from app.web.validators import Required


class ReportForm(Form):
    """Evidence of a milestone; `report_form` adds the measured values."""

    report = LongText(
        _l("Milestone report"),
        8000,
        [Required()],
        lines=10,
        description=_l("What was done, what was delivered, what is still missing and why."),
    )
    evidence = FileSlot(_l("Files of evidence"), multiple=True)

    def results(self, indicators: Sequence[ContractIndicator]) -> list[dict[str, Any]]:
        """What was measured, one row per indicator that was filled in."""
        return [
            {
                "indicator": each.name,
                "measured": self[f"measured_{index}"].data or "",
                "note": self[f"note_{index}"].data or "",
            }
            for index, each in enumerate(indicators)
        ]


def report_form(indicators: Sequence[ContractIndicator]) -> type[ReportForm]:
    """The form with two fields, `measured_<n>` and `note_<n>`, for each indicator."""
    cells: dict[str, Any] = {}
    for index, _each in enumerate(indicators):
        cells[f"measured_{index}"] = ShortText(_l("Measured value"), 80)
        cells[f"note_{index}"] = ShortText(_l("How and by whom it was measured"), 200)
    return type("ReportFormOfContract", (ReportForm,), cells)


class PaymentForm(Form):
    """The record of a payment made."""

    paid_on = DayField(_l("Day of payment"), [Required()], default=lambda: day_of(now()))
    voucher_number = ShortText(_l("Voucher number"), 60, [Required()])
    voucher = FileSlot(_l("Voucher, scanned"))


class MilestoneFilter(FilterForm):
    """Which milestones are listed."""

    state = CodeField(_l("Milestone state"), MilestoneState)


class PaymentFilter(FilterForm):
    """Which payments are listed."""

    state = CodeField(_l("Payment state"), PaymentState)
