"""Fields that choose from a code list; their data are its members, and the page shows their wording."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import Choice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, RadioInput

from app.core.i18n import Lazy, _, _l

Validators = Sequence[Callable[..., Any]]
PLEASE_CHOOSE = _l("Please choose")


class CodeLike(Protocol):
    """One entry of a code list: what is stored and what is read."""

    @property
    def value(self) -> Any: ...

    @property
    def label(self) -> Any: ...


class CodeField(SelectField):
    """One of a code list; data is its member, or None. `radio=True` shows all of them with round buttons."""

    def __init__(
        self,
        label: Lazy | None = None,
        codes: Iterable[CodeLike] = (),
        validators: Validators = (),
        *,
        radio: bool = False,
        blank: Lazy | None = PLEASE_CHOOSE,
        **kwargs: Any,
    ) -> None:
        self.members = {str(code.value): code for code in codes}
        self.blank = None if radio else blank
        self.kind = "radios" if radio else "select"
        super().__init__(label, validators, coerce=self._member, validate_choice=False, **kwargs)
        if radio:
            self.widget = ListWidget(prefix_label=False)
            self.option_widget = RadioInput()

    def use(self, codes: Iterable[CodeLike]) -> None:
        """Replace the list, when it depends on the round or the reader. Call it before validation."""
        sent = self.raw_data[0] if self.raw_data else None
        self.members = {str(code.value): code for code in codes}
        if sent is not None:
            self.process_formdata([sent])

    def _member(self, value: Any) -> Any:
        return self.members.get(str(getattr(value, "value", value)))

    @property
    def choices(self) -> Any:
        """Pairs of code and wording, the blank one first."""
        listed: list[tuple[str, Any]] = [(code, member.label) for code, member in self.members.items()]
        return listed if self.blank is None else [("", self.blank), *listed]

    @choices.setter
    def choices(self, value: Any) -> None:
        """WTForms assigns what it was given; the list here always comes from the codes."""

    def iter_choices(self) -> Any:
        """What the widget needs for each choice: value, wording, whether chosen, attributes."""
        chosen = "" if self.data is None else str(self.data.value)
        for value, label in self.choices:
            yield Choice(value, label, value == chosen, {})

    def process_data(self, value: Any) -> None:
        """Take a member or a code."""
        self.data = None if value is None else self._member(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the code that was sent; an unknown one is refused in `pre_validate`."""
        self.data = self._member(valuelist[0]) if valuelist else None

    def pre_validate(self, form: Any) -> None:
        """Refuse a code that is not in the list."""
        if self.data is None and self.raw_data and self.raw_data[0]:
            raise ValidationError(_("Choose one of the list"))


class CodesField(SelectMultipleField):
    """Any number of a code list, shown as boxes to tick; data is a list of members in the list's order."""

    kind = "checks"
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(
        self,
        label: Lazy | None = None,
        codes: Iterable[CodeLike] = (),
        validators: Validators = (),
        **kwargs: Any,
    ) -> None:
        self.members = {str(code.value): code for code in codes}
        super().__init__(label, validators, coerce=str, validate_choice=False, **kwargs)

    def use(self, codes: Iterable[CodeLike]) -> None:
        """Replace the list, when it depends on the round or the reader. Call it before validation."""
        self.members = {str(code.value): code for code in codes}
        if self.raw_data:
            self.process_formdata(list(self.raw_data))

    @property
    def codes(self) -> list[str]:
        """The codes of what was chosen, for a column that keeps a list of codes."""
        return [str(member.value) for member in self.data or []]

    @property
    def choices(self) -> Any:
        """Pairs of code and wording."""
        return [(code, member.label) for code, member in self.members.items()]

    @choices.setter
    def choices(self, value: Any) -> None:
        """WTForms assigns what it was given; the list here always comes from the codes."""

    def iter_choices(self) -> Any:
        """What the widget needs for each choice: value, wording, whether chosen, attributes."""
        chosen = set(self.codes)
        for value, label in self.choices:
            yield Choice(value, label, value in chosen, {})

    def _members(self, values: Iterable[Any]) -> list[Any]:
        wanted = {str(getattr(value, "value", value)) for value in values}
        return [member for code, member in self.members.items() if code in wanted]

    def process_data(self, value: Any) -> None:
        """Take a list of members or codes."""
        self.data = self._members(value or [])

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the codes that were sent; unknown ones are refused in `pre_validate`."""
        self.data = self._members(valuelist)

    def pre_validate(self, form: Any) -> None:
        """Refuse codes that are not in the list."""
        if any(str(value) not in self.members for value in self.raw_data or [] if value):
            raise ValidationError(_("Choose from the list only"))
