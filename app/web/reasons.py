"""The smallest form: a reason, asked for where the table asks for one."""

from app.core.i18n import _l
from app.web.fields import LongText
from app.web.forms import Form


class ReasonForm(Form):
    """Why something is done; empty where the transition needs no reason."""

    reason = LongText(_l("Reason"), max=2000)
