"""The forms of site visits."""

from typing import Self

from app.core.i18n import _l
from app.demands.visits import MOST_PEOPLE
from app.models.demands import VisitSignup
from app.web.fields import CountField, LongText, MomentField, ShortText
from app.web.forms import Form
from app.web.validators import Required


class VisitForm(Form):
    """A visit to the site."""

    starts_at = MomentField(_l("Begins at"), [Required()])
    ends_at = MomentField(_l("Ends at"), description=_l("Left empty: two hours after it begins."))
    place = ShortText(
        _l("Meeting point"),
        max=200,
        validators=[Required()],
        description=_l("For example: south gate, building 3."),
    )
    capacity = CountField(
        _l("Most people"),
        minimum=1,
        maximum=999,
        description=_l("Of all units together. Left empty: any number."),
    )
    signup_until_at = MomentField(_l("Sign-up ends at"), description=_l("Left empty: when the visit begins."))
    note = LongText(
        _l("Notes for visitors"), max=1000, lines=2, description=_l("For example: bring your identity card.")
    )


class SignupForm(Form):
    """How many people of a unit come."""

    people = CountField(
        _l("Number of people"),
        [Required()],
        minimum=1,
        maximum=MOST_PEOPLE,
        description=_l("Nobody but the supervisor learns which unit they come from."),
    )

    @classmethod
    def of(cls, signup: VisitSignup | None) -> Self:
        """The form with the number signed up so far, or one person."""
        form = cls()
        if not form.is_submitted():
            form.people.data = signup.people if signup else 1
        return form


class MinutesForm(Form):
    """What was shown and said on a visit."""

    minutes = LongText(
        _l("Minutes of the visit"),
        max=5000,
        validators=[Required()],
        lines=8,
        description=_l("What was shown, asked and answered. Name no visitor and no unit."),
    )
