"""Validators whose messages name the field, so that they read well beside it and in the list at the top."""

import re
from collections.abc import Iterable
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import Field, Form
from wtforms.validators import StopValidation, ValidationError

from app.core.i18n import Lazy, _

MOBILE = re.compile(r"1[3-9]\d{9}")


def is_missing(value: Any) -> bool:
    """Whether a field's data is nothing: None, blank text, an unticked box or an empty list. Zero is something."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or (isinstance(value, list | tuple | set) and not value)


def _missing_wording(field: Field) -> str:
    """The sentence for an empty field, by the way in which it is filled."""
    kind = getattr(field, "kind", "")
    if kind in ("radios", "checks", "select"):
        return _("Choose %(label)s", label=field.label.text)
    if kind == "file":
        return _("Add a file: %(label)s", label=field.label.text)
    if field.type == "BooleanField":
        return _("Tick to go on: %(label)s", label=field.label.text)
    return _("Fill in %(label)s", label=field.label.text)


class Required:
    """The field must not be empty. A value that could not be read keeps its own message."""

    def __init__(self, message: Lazy | None = None) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, form: Form, field: Field) -> None:
        if field.errors:
            raise StopValidation()
        if is_missing(field.data):
            raise StopValidation(self.message or _missing_wording(field))


class RequiredIf:
    """The field must not be empty when another field has one of the values (or any value, when none is given)."""

    def __init__(self, other: str, *values: Any, message: Lazy | None = None) -> None:
        self.other = other
        self.values = values
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        given = form[self.other].data
        applies = given in self.values if self.values else not is_missing(given)
        if field.errors or not is_missing(field.data):
            return
        if applies:
            raise StopValidation(self.message or _missing_wording(field))
        raise StopValidation()


class Length:
    """Between two numbers of characters; an empty field passes. The maximum is shown beside the field."""

    def __init__(self, min: int = 0, max: int | None = None) -> None:
        self.min = min
        self.max = max
        self.field_flags = {"max_chars": max} if max else {}

    def __call__(self, form: Form, field: Field) -> None:
        length = len((field.data or "").replace("\r\n", "\n"))
        if not length:
            return
        if length < self.min:
            raise ValidationError(
                _("%(label)s needs at least %(min)s characters", label=field.label.text, min=self.min)
            )
        if self.max is not None and length > self.max:
            raise ValidationError(
                _(
                    "%(label)s may have at most %(max)s characters; it has %(length)s",
                    label=field.label.text,
                    max=self.max,
                    length=length,
                )
            )


class Email:
    """An e-mail address by its form; nothing is looked up. An empty field passes."""

    def __call__(self, form: Form, field: Field) -> None:
        if is_missing(field.data):
            return
        try:
            validate_email(field.data, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError(_("This is not an e-mail address, such as name@example.cn")) from None


class Phone:
    """A mobile number of mainland China: eleven digits, the first 1, the second 3 to 9. An empty field passes."""

    def __call__(self, form: Form, field: Field) -> None:
        if not is_missing(field.data) and not MOBILE.fullmatch(field.data):
            raise ValidationError(_("A mobile number has 11 digits, such as 13800000000"))


class Pattern:
    """The whole text must match a regular expression; an empty field passes."""

    def __init__(self, pattern: str, message: Lazy) -> None:
        self.pattern = re.compile(pattern)
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        if not is_missing(field.data) and not self.pattern.fullmatch(field.data):
            raise ValidationError(self.message)


class SameAs:
    """The field must repeat another one, such as a new password."""

    def __init__(self, other: str, message: Lazy) -> None:
        self.other = other
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        if field.data != form[self.other].data:
            raise ValidationError(self.message)


def between(field: Field, value: Any, bounds: tuple[Any, Any], shown: Iterable[str]) -> None:
    """Refuse a value outside its bounds (None: open); `shown` are the bounds as a person reads them."""
    low, high = bounds
    low_text, high_text = shown
    if low is not None and value < low:
        raise ValidationError(
            _("%(label)s must be at least %(bound)s", label=field.label.text, bound=low_text)
        )
    if high is not None and value > high:
        raise ValidationError(
            _("%(label)s must be at most %(bound)s", label=field.label.text, bound=high_text)
        )
