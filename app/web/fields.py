"""Form fields whose data is what the services take: fen, hundredths, aware moments, days and codes.

A value that cannot be read keeps what was typed, with a sentence that shows the form to use. Each field class says
with `kind` how `components/forms.html` lays it out.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from wtforms import Field, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, DateInput, DateTimeLocalInput, ListWidget, NumberInput, RadioInput, TextInput

from app.core import clock, money, uscc
from app.core.i18n import Lazy, _, _l
from app.core.numbers import format_hundredths
from app.web.validators import Length, between

Validators = Sequence[Callable[..., Any]]


class CodeLike(Protocol):
    """One entry of a code list: what is stored and what is read."""

    @property
    def value(self) -> Any: ...

    @property
    def label(self) -> Any: ...


class ShortText(StringField):
    """One line of at most `max` characters."""

    kind = "text"

    def __init__(self, label: Lazy | None = None, max: int = 200, validators: Validators = (), **kwargs: Any) -> None:
        super().__init__(label, [*validators, Length(max=max)], **kwargs)


class LongText(TextAreaField):
    """Several lines of at most `max` characters, shown with a counter; `lines` is the height of the box."""

    kind = "textarea"

    def __init__(
        self, label: Lazy | None = None, max: int = 2000, validators: Validators = (), lines: int = 5, **kwargs: Any
    ) -> None:
        render = {"rows": lines, **(kwargs.pop("render_kw", None) or {})}
        super().__init__(label, [*validators, Length(max=max)], render_kw=render, **kwargs)


LongTextField = LongText


class ParsedField(Field):
    """A text box whose data is something else: `read` makes it, `write` shows it, and a bad text is kept as typed."""

    kind = "text"
    widget = TextInput()
    bad_wording: Lazy = _l("This value cannot be read")

    def read(self, text: str) -> Any:
        """The data for a text that is not empty. Raises ValueError (with a sentence, or empty for the usual one)."""
        raise NotImplementedError

    def write(self, data: Any) -> str:
        """The data as it is typed."""
        return str(data)

    def _value(self) -> str:
        if self.data is None:
            return str(self.raw_data[0]) if self.raw_data and isinstance(self.raw_data[0], str) else ""
        return self.write(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was sent, after full-width signs have become plain ones."""
        self.data = None
        text = unicodedata.normalize("NFKC", str(valuelist[0])).strip() if valuelist else ""
        if not text:
            return
        try:
            self.data = self.read(text)
        except (ValueError, InvalidOperation, OverflowError) as error:
            if isinstance(error, ValidationError):
                raise
            raise ValidationError(str(self.bad_wording)) from None


def read_hundredths(text: str) -> int:
    """A decimal number with at most two decimals as hundredths: "87.5" is 8750. Raises ValueError."""
    number = Decimal(text.replace(",", "").replace(" ", ""))
    if not number.is_finite() or number != number.quantize(Decimal("0.01")) or abs(number) > 10**13:
        raise ValueError
    return int(number * 100)


class HundredthsField(ParsedField):
    """A number with two decimals, such as a score; data is an int of hundredths, bounds are hundredths too."""

    bad_wording = _l("Enter a number with at most two decimals, such as 87.50")

    def __init__(
        self,
        label: Lazy | None = None,
        validators: Validators = (),
        minimum: int | None = 0,
        maximum: int | None = 10_000,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **{"render_kw": {"inputmode": "decimal", "autocomplete": "off"}} | kwargs)
        self.minimum = minimum
        self.maximum = maximum

    def read(self, text: str) -> int:
        """Hundredths from a decimal text."""
        return read_hundredths(text.rstrip("%"))

    def write(self, data: Any) -> str:
        """Hundredths with two decimals."""
        return format_hundredths(data)

    def pre_validate(self, form: Any) -> None:
        """Keep the number within its bounds."""
        if self.data is not None:
            shown = ["" if bound is None else format_hundredths(bound) for bound in (self.minimum, self.maximum)]
            between(self, self.data, (self.minimum, self.maximum), shown)


class MoneyField(ParsedField):
    """An amount typed in units of 10,000 yuan with two decimals; data is an int of fen, bounds are fen too."""

    suffix = _l("× CNY 10,000")

    def __init__(
        self,
        label: Lazy | None = None,
        validators: Validators = (),
        minimum: int | None = 0,
        maximum: int | None = money.MAX_FEN,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **{"render_kw": {"inputmode": "decimal", "autocomplete": "off"}} | kwargs)
        self.minimum = minimum
        self.maximum = maximum

    def read(self, text: str) -> int:
        """Fen from an amount in 10,000 yuan. Raises ValidationError with the reason of `app.core.money`."""
        try:
            return money.fen_from_wan(text)
        except money.AmountRefused as refused:
            raise ValidationError(str(refused.wording)) from None

    def write(self, data: Any) -> str:
        """The amount in 10,000 yuan, without grouping."""
        return format(money.wan(data), "f")

    def pre_validate(self, form: Any) -> None:
        """Keep the amount within its bounds."""
        if self.data is not None:
            shown = ["" if bound is None else money.format_wan(bound) for bound in (self.minimum, self.maximum)]
            between(self, self.data, (self.minimum, self.maximum), shown)


class CountField(ParsedField):
    """A whole number; data is an int."""

    widget = NumberInput(step="1")
    bad_wording = _l("Enter a whole number")

    def __init__(
        self,
        label: Lazy | None = None,
        validators: Validators = (),
        minimum: int | None = 0,
        maximum: int | None = 1_000_000_000,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **{"render_kw": {"inputmode": "numeric"}} | kwargs)
        self.minimum = minimum
        self.maximum = maximum

    def read(self, text: str) -> int:
        """An int from digits, which may be grouped by commas."""
        return int(text.replace(",", ""))

    def pre_validate(self, form: Any) -> None:
        """Keep the number within its bounds."""
        if self.data is not None:
            between(self, self.data, (self.minimum, self.maximum), (str(self.minimum), str(self.maximum)))


class ExactField(ParsedField):
    """A decimal number kept exactly as written, such as an indicator's target; data is a Decimal."""

    bad_wording = _l("Enter a number, such as 95 or 0.85")

    def __init__(self, label: Lazy | None = None, validators: Validators = (), **kwargs: Any) -> None:
        super().__init__(label, validators, **{"render_kw": {"inputmode": "decimal", "autocomplete": "off"}} | kwargs)

    def read(self, text: str) -> Decimal:
        """A finite decimal of at most 30 characters."""
        number = Decimal(text.replace(",", ""))
        if not number.is_finite() or len(format(number, "f")) > 30:
            raise ValueError
        return number

    def write(self, data: Any) -> str:
        """The number without an exponent."""
        return format(data, "f")


class DayField(ParsedField):
    """A day; data is a date. Bounds are dates or functions that give one."""

    widget = DateInput()
    bad_wording = _l("Enter a day as YYYY-MM-DD, such as 2026-09-30")

    def read(self, text: str) -> date:
        """A date from YYYY-MM-DD; slashes and dots pass too."""
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))

    def write(self, data: Any) -> str:
        """YYYY-MM-DD."""
        return str(data.strftime("%Y-%m-%d"))


class MomentField(ParsedField):
    """A moment typed on the clock of Shanghai; data is aware, in UTC."""

    widget = DateTimeLocalInput()
    bad_wording = _l("Enter day and time, such as 2026-09-30 17:30")

    def read(self, text: str) -> datetime:
        """An aware UTC moment from YYYY-MM-DDTHH:MM (a blank for the T passes)."""
        naive = datetime.fromisoformat(text.replace("/", "-"))
        if naive.tzinfo is not None:
            raise ValueError
        return naive.replace(tzinfo=clock.SHANGHAI).astimezone(UTC)

    def write(self, data: Any) -> str:
        """YYYY-MM-DDTHH:MM in Shanghai."""
        return clock.local(data).strftime("%Y-%m-%dT%H:%M")


class UsccField(ParsedField):
    """A unified social credit code of 18 characters (GB 32100-2015), its check digit verified; data is upper case."""

    bad_wording = _l("A unified social credit code has 18 characters; check each of them")

    def __init__(self, label: Lazy | None = None, validators: Validators = (), **kwargs: Any) -> None:
        render = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        super().__init__(label, validators, **{"render_kw": render} | kwargs)

    def read(self, text: str) -> str:
        """The normal form of a valid code."""
        code = uscc.normalize(text)
        if len(code) != 18:
            raise ValidationError(_("A unified social credit code has 18 characters; this one has %(n)s", n=len(code)))
        if not uscc.is_valid(code):
            raise ValueError
        return code


class CodeField(SelectField):
    """One of a code list; data is its member, or None. `radio=True` shows all of them with round buttons."""

    def __init__(
        self,
        label: Lazy | None = None,
        codes: Iterable[CodeLike] = (),
        validators: Validators = (),
        radio: bool = False,
        blank: Lazy | None = _l("Please choose"),
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
            yield (value, label, value == chosen, {})

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
        self, label: Lazy | None = None, codes: Iterable[CodeLike] = (), validators: Validators = (), **kwargs: Any
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
            yield (value, label, value in chosen, {})

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
