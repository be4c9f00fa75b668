"""Forms of notices: the text before it is frozen, and the filters of the public list."""

from dataclasses import dataclass
from typing import Any

from app.core.i18n import _l
from app.models.procedure_codes import NoticeKind
from app.notices.services import HALF_YEAR_IN_WORKING_DAYS
from app.web.fields import CodeField, CountField, LongText, ShortText
from app.web.forms import FilterForm, Form
from app.web.validators import Required


class NoticeForm(Form):
    """Every part of a notice that its publisher may word."""

    title = ShortText(_l("Title of the notice"), 160, [Required()])
    working_days = CountField(
        _l("Working days on notice"), [Required()], minimum=1, maximum=HALF_YEAR_IN_WORKING_DAYS
    )
    legal_basis = LongText(_l("Legal basis"), 1000, [Required()], lines=3)
    steps = LongText(_l("Steps done and what is proposed"), 1000, [Required()], lines=3)
    how_to_object = LongText(_l("How to object"), 1500, [Required()], lines=5)
    receiver = LongText(_l("Who receives objections, with telephone and e-mail"), 500, [Required()], lines=3)
    supervision = LongText(_l("Supervision contact"), 500, [Required()], lines=3)
    address = ShortText(_l("Postal address"), 200)


@dataclass(frozen=True, slots=True)
class YearCode:
    """A year as a filter offers it."""

    value: str
    label: str


class NoticeFilter(FilterForm):
    """Filters of the public list."""

    kind = CodeField(_l("Kind of notice"), NoticeKind)
    year = CodeField(_l("Year of publication"))
    q = ShortText(_l("Title or number"), 60)

    def use_years(self, years: list[int]) -> None:
        """Offer the years in which something was published."""
        self.year.use([YearCode(str(year), str(year)) for year in years])

    def query_arguments(self) -> dict[str, Any]:
        """What was chosen, as the query takes it."""
        chosen = self.chosen()
        if "year" in chosen:
            chosen["year"] = int(chosen["year"].value)
        return chosen
