"""Jinja filters and functions: how amounts, moments, files and long texts are shown on every page."""

from datetime import date, datetime, timedelta

from flask import Flask
from markupsafe import Markup, escape
from wtforms import Field

from app.core import clock, money, numbers
from app.core.i18n import _, ngettext

NOTHING = "—"
"""Shown for a value that is not there."""


def wan(fen: int | None) -> str:
    """An amount of fen in units of 10,000 yuan with two decimals, grouped: 1,234.50."""
    return NOTHING if fen is None else money.format_wan(fen)


def yuan(fen: int | None) -> str:
    """An amount of fen in yuan with two decimals, grouped: 12,345,000.00."""
    return NOTHING if fen is None else money.format_yuan(fen)


def day(value: date | datetime | None) -> str:
    """A day as YYYY-MM-DD; a moment is first taken to Shanghai."""
    if value is None:
        return NOTHING
    return (clock.local(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


def moment(value: datetime | None) -> str:
    """A moment as YYYY-MM-DD HH:mm in Shanghai."""
    return NOTHING if value is None else clock.local(value).strftime("%Y-%m-%d %H:%M")


def hundredths(value: int | None) -> str:
    """A number kept in hundredths, with two decimals: 8750 is 87.50."""
    return NOTHING if value is None else numbers.format_hundredths(value)


def percent(value: int | None) -> str:
    """A share kept in hundredths of a percent: 3000 is 30.00%."""
    return NOTHING if value is None else f"{numbers.format_hundredths(value)}%"


def filesize(size: int | None) -> str:
    """A number of bytes in B, KB or MB (units of 1,024)."""
    if size is None:
        return NOTHING
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def paragraphs(text: str | None) -> Markup:
    """A plain text as escaped HTML: a blank line ends a paragraph, a single line end is kept."""
    blocks: list[list[str]] = [[]]
    for line in (text or "").replace("\r\n", "\n").split("\n"):
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block))
        for block in blocks
        if block
    )


def remaining(until: datetime, now: datetime) -> str:
    """How long until a deadline, in whole days, hours or minutes, in words; or that it has passed."""
    left: timedelta = until - now
    if left <= timedelta(0):
        return _("deadline passed")
    if left >= timedelta(days=1):
        return ngettext("%(num)d day left", "%(num)d days left", left.days)
    if left >= timedelta(hours=1):
        return ngettext("%(num)d hour left", "%(num)d hours left", left.seconds // 3600)
    return ngettext("%(num)d minute left", "%(num)d minutes left", max(left.seconds // 60, 1))


def field_kind(field: Field) -> str:
    """How a form field is laid out: hidden, boolean, radios, checks, select, textarea, file, rows or text."""
    own = getattr(field, "kind", None)
    if own:
        return str(own)
    kinds = {
        "HiddenField": "hidden",
        "CSRFTokenField": "hidden",
        "BooleanField": "boolean",
        "RadioField": "radios",
        "SelectField": "select",
        "SelectMultipleField": "select",
        "TextAreaField": "textarea",
        "FileField": "file",
        "MultipleFileField": "file",
        "FieldList": "rows",
    }
    return kinds.get(field.type, "text")


FILTERS = (wan, yuan, day, moment, hundredths, percent, filesize, paragraphs, remaining)


def register_filters(app: Flask) -> None:
    """Make every filter, and `field_kind()`, known to the templates of the app."""
    for function in FILTERS:
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals["field_kind"] = field_kind
