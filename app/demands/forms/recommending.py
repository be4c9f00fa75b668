"""Forms of recommending units: filters of the work list, opinions on several demands, the letter."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.i18n import _l
from app.demands.forms.small import SUBMITTED_STATES, Option
from app.models.codes import Field
from app.models.demands import Demand
from app.models.rounds import Round
from app.web.fields import CodeField, CodesField, LongText
from app.web.forms import FilterForm, Form
from app.web.slots import FileSlot
from app.web.validators import Required

SCANS = ("pdf", "png", "jpg")


class WorkFilter(FilterForm):
    """Filters of the work list."""

    state = CodeField(_l("State"), SUBMITTED_STATES)
    field = CodeField(_l("Field"), Field)
    round_id = CodeField(_l("Round"), ())

    def use_rounds(self, rounds: Sequence[Round]) -> None:
        """Offer these rounds."""
        self.round_id.use([Option(str(each.id), f"{each.number} {each.title}") for each in rounds])

    def chosen(self) -> dict[str, Any]:
        """The filters as the query takes them."""
        found = super().chosen()
        if "round_id" in found:
            found["round_id"] = UUID(found["round_id"].value)
        return found


class TogetherForm(Form):
    """An opinion on each of several demands; made by `together_form`."""

    def opinions(self, count: int) -> list[str]:
        """What was written, in the order of the demands."""
        return [self[f"opinion_{index}"].data or "" for index in range(count)]


def together_form(demands: Sequence[Demand]) -> TogetherForm:
    """The form with a box for each demand."""
    boxes = {
        f"opinion_{index}": LongText(
            _l("Recommendation opinion"), 2000, [Required()], lines=3, default=demand.recommend_opinion or ""
        )
        for index, demand in enumerate(demands)
    }
    made: TogetherForm = type("OpinionsForm", (TogetherForm,), boxes)()
    return made


class LetterForm(Form):
    """What a letter says of the demands together."""

    demands = CodesField(_l("Demands in the letter"), ())
    opinion = LongText(
        _l("Opinion of the unit"),
        1000,
        [Required()],
        lines=3,
        description=_l("For example: checked on site; needs are real, money is there; recommended."),
    )


class ScanForm(Form):
    """The stamped letter as a scan."""

    scan = FileSlot(_l("Scan of the stamped letter"), [Required()], types=SCANS)
