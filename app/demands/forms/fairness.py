"""Forms of the dictionary of the fairness check: a new term, a sentence to try, the filters of the list."""

from wtforms import BooleanField

from app.core.i18n import _l
from app.models.fairness import FairnessKind
from app.web.fields import CodeField, LongText, ShortText
from app.web.forms import FilterForm, Form
from app.web.validators import Required


class TermForm(Form):
    """A term of the operators' own."""

    kind = CodeField(_l("What it says"), FairnessKind, [Required()])
    term = ShortText(
        _l("Word or phrase"),
        80,
        [Required()],
        description=_l(
            "Read literally; * stands for up to twelve characters. For example: designated*plant."
        ),
    )
    note = ShortText(_l("Note on the term"), 200, description=_l("For example: maker of signal controllers."))


class TryForm(FilterForm):
    """A sentence to read with the dictionary."""

    sentence = LongText(_l("Try a sentence"), 500, lines=2)


class TermFilter(FilterForm):
    """Filters of the list."""

    q = ShortText(_l("Words of the term"), 60)
    meaning = CodeField(_l("What it says"), FairnessKind)
    is_changed = BooleanField(_l("Own and switched ones only"))
