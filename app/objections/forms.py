"""Forms of objections."""

from dataclasses import dataclass

from wtforms import BooleanField

from app.core.i18n import Lazy, _l
from app.models.procedure_codes import ObjectionType, ObjectorKind, Remedy
from app.models.states import ObjectionState
from app.web.fields import CodeField, LongText, ShortText
from app.web.forms import FilterForm, Form
from app.web.slots import FileSlot
from app.web.validators import Required


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list made for a page: an award, a person, a filter."""

    value: str
    label: Lazy


class ObjectionForm(Form):
    """What an objection says and who stands behind it."""

    award_id = CodeField(_l("About which award"), blank=_l("The notice as a whole"))
    objection_type = CodeField(_l("What it is about"), ObjectionType, [Required()])
    facts = LongText(
        _l("Facts and reasons"),
        3000,
        [Required()],
        lines=8,
        description=_l("What happened, when, and who was involved, so that it can be checked."),
    )
    evidence_note = LongText(_l("What the evidence shows"), 1000, lines=3)
    evidence = FileSlot(_l("Evidence files"), multiple=True)
    objector_kind = CodeField(_l("Who objects"), ObjectorKind, [Required()], radio=True)
    objector_name = ShortText(_l("Full name of the person or unit"), 120, [Required()])
    objector_identity = ShortText(
        _l("Identity document number or unified social credit code"), 40, [Required()]
    )
    objector_contact = ShortText(_l("Telephone, e-mail or postal address"), 120, [Required()])
    wants_secrecy = BooleanField(_l("Keep my name secret from everyone but the handler"), default=True)
    is_true = BooleanField(
        _l("What I state is true, and I answer for knowingly false statements."), [Required()]
    )


class FollowForm(Form):
    """Number and key of an objection filed without an account."""

    number = ShortText(_l("Number of the objection"), 40, [Required()])
    key = ShortText(_l("Follow key"), 60, [Required()])


class GroundsForm(Form):
    """Why a dismissal should be examined again."""

    grounds = LongText(_l("Grounds for the re-examination"), 2000, [Required()], lines=6)


class HandlerForm(Form):
    """Who handles the objection."""

    handler_id = CodeField(_l("Handler"), validators=[Required()])


class DecisionForm(Form):
    """The decision with its reasons, and what the public reads of it."""

    remedy = CodeField(_l("Remedy"), Remedy, radio=True)
    decision = LongText(_l("Decision and reasons"), 4000, [Required()], lines=8)
    public_summary = LongText(
        _l("Summary for the public"),
        1000,
        [Required()],
        lines=4,
        description=_l("Stands on the page of the notice. Name nobody who objected."),
    )


class ReplyForm(Form):
    """The written reply to the objector."""

    reply = LongText(_l("Reply to the objector"), 3000, [Required()], lines=8)


ONLY = (Choice("mine", _l("Handled by me")), Choice("overdue", _l("Overdue for reply")))


class RegisterFilter(FilterForm):
    """Filters of the register."""

    state = CodeField(_l("State of the objection"), ObjectionState)
    only = CodeField(_l("Which ones"), ONLY)
