"""Form fields whose data is what the services take: fen, hundredths, aware moments, days and codes.

A value that cannot be read keeps what was typed, with a sentence that shows the form to use. Each field class says
with `kind` how `components/forms.html` lays it out.
"""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import Field, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput, DateTimeLocalInput, NumberInput, TextInput

from app.core import clock, money, uscc
from app.core.i18n import Lazy, _, _l
from app.core.numbers import format_hundredths
from app.web.choices import CodeField, CodesField
from app.web.validators import Length, between

__all__ = [
    "CodeField",
    "CodesField",
    "CountField",
    "DayField",
    "ExactField",
    "HundredthsField",
    "LongText",
    "MomentField",
    "MoneyField",
    "ShortText",
    "UsccField",
]

Validators = Sequence[Callable[..., Any]]


class ShortText(StringField):
    """One line of at most `max` characters."""

    kind = "text"

    def __init__(
        self, label: Lazy | None = None, max: int = 200, validators: Validators = (), **kwargs: Any
    ) -> None:
        super().__init__(label, [*validators, Length(max=max)], **kwargs)


class LongText(TextAreaField):
    """Several lines of at most `max` characters, shown with a counter; `lines` is the height of the box."""

    kind = "textarea"

    def __init__(
        self,
        label: Lazy | None = None,
        max: int = 2000,
        validators: Validators = (),
        *,
        lines: int = 5,
        **kwargs: Any,
    ) -> None:
        render = {"rows": lines, **(kwargs.pop("render_kw", None) or {})}
        super().__init__(label, [*validators, Length(max=max)], render_kw=render, **kwargs)


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
        *,
        minimum: int | None = 0,
        maximum: int | None = 10_000,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            label, validators, **{"render_kw": {"inputmode": "decimal", "autocomplete": "off"}} | kwargs
        )
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
            shown = [
                "" if bound is None else format_hundredths(bound) for bound in (self.minimum, self.maximum)
            ]
            between(self, self.data, (self.minimum, self.maximum), shown)


class MoneyField(ParsedField):
    """An amount typed in units of 10,000 yuan with two decimals; data is an int of fen, bounds are fen too."""

    suffix = _l("× CNY 10,000")

    def __init__(
        self,
        label: Lazy | None = None,
        validators: Validators = (),
        *,
        minimum: int | None = 0,
        maximum: int | None = money.MAX_FEN,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            label, validators, **{"render_kw": {"inputmode": "decimal", "autocomplete": "off"}} | kwargs
        )
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
            shown = [
                "" if bound is None else money.format_wan(bound) for bound in (self.minimum, self.maximum)
            ]
            between(self, self.data, (self.minimum, self.maximum), shown)


class CountField(ParsedField):
    """A whole number; data is an int."""

    widget = NumberInput(step="1")
    bad_wording = _l("Enter a whole number")

    def __init__(
        self,
        label: Lazy | None = None,
        validators: Validators = (),
        *,
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
        super().__init__(
            label, validators, **{"render_kw": {"inputmode": "decimal", "autocomplete": "off"}} | kwargs
        )

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
            raise ValidationError(
                _("A unified social credit code has 18 characters; this one has %(n)s", n=len(code))
            )
        if not uscc.is_valid(code):
            raise ValueError
        return code
