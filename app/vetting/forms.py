"""Forms of the vetting: reasons, the target of a merger, and the filters of the list."""

from wtforms import BooleanField

from app.core.i18n import _l
from app.models.codes import Field
from app.models.states import DemandState
from app.vetting.queries import IN_WORK
from app.web.fields import CodeField, CodesField, DayField, LongText, ShortText
from app.web.forms import FilterForm, Form
from app.web.validators import Required

STATES = (*IN_WORK, DemandState.REJECTED, DemandState.MERGED, DemandState.NOT_RECOMMENDED)


class RejectForm(Form):
    """Why a demand is not listed."""

    reason = LongText(
        _l("Reason for the owner"),
        2000,
        [Required()],
        description=_l("The owner reads this; the public does not."),
    )


class MergeForm(Form):
    """Which demand takes this one up, and why."""

    into = CodeField(_l("Merge into"), (), [Required()])
    reason = LongText(_l("Reason for the owner"), 2000, [Required()])


class ApproveForm(Form):
    """Nothing to fill in: the page asks before it acts."""


class SelectionForm(Form):
    """A collective decision on the selection list."""

    approve = CodesField(_l("Approve for listing"), ())
    decided_on = DayField(_l("Day of the decision"), [Required()])
    participants = LongText(
        _l("Roles of those who decided, one a line"),
        1000,
        [Required()],
        lines=4,
        description=_l("For example: deputy director in charge; head of the division; discipline inspector."),
    )
    note = LongText(_l("Note on the decision"), 2000, lines=2)


class VettingFilter(FilterForm):
    """Filters of the list."""

    q = ShortText(_l("Words of the title"), 60)
    state = CodeField(_l("State"), STATES, blank=_l("Everything in work"))
    field = CodeField(_l("Field"), Field)
    is_waiting_for_me = BooleanField(_l("Waiting for my score"))
