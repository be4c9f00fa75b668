"""The base of every form: clean text, our wording, refusals of a service beside their fields, rows and errors."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, FormField, PasswordField, StringField, TextAreaField
from wtforms.widgets import HiddenInput

from app.core.i18n import _l
from app.core.text import clean, clean_line
from app.web.choices import PLEASE_CHOOSE, CodeField
from app.web.rows import RowsField
from app.web.staging import DROP


class RefusalLike(Protocol):
    """Why a service said no."""

    @property
    def wording(self) -> Any: ...

    @property
    def field(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class ErrorItem:
    """One line of the list of errors: where it leads (an element's id) and what it says."""

    anchor: str
    wording: Any


def _cleaned(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _cleaned_line(value: Any) -> Any:
    return clean_line(value) if isinstance(value, str) else value


class Form(FlaskForm):
    """A form that trims and cleans what was typed, except passwords, and can show refusals beside its fields."""

    class Meta(FlaskForm.Meta):
        """Adds the cleaning to every text field, which no field declares by itself."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Bind the field, with the cleaning filter first when it holds text."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options = dict(options)
                cleaning = _cleaned if issubclass(kind, TextAreaField) else _cleaned_line
                options["filters"] = [cleaning, *options.get("filters", ())]
            return super().bind_field(form, unbound_field, options)

    @property
    def has_files(self) -> bool:
        """Whether the form must be sent as multipart."""
        return any(getattr(field, "kind", "") == "file" for field in _all_fields(self))

    def hidden_tag(self) -> Markup:
        """The token and the other hidden fields. The token has no id: a page may hold several forms."""
        hidden = [field for field in self if isinstance(field.widget, HiddenInput)]
        return Markup("\n").join(
            field(id=False) if field.name == "csrf_token" else field() for field in hidden
        )

    def values(self) -> dict[str, Any]:
        """The data of every field by name, without the token: the arguments of a service."""
        return {name: value for name, value in self.data.items() if name != "csrf_token"}

    def add_refusals(self, refusals: Iterable[RefusalLike]) -> None:
        """Put each refusal beside its field, or at the top when the form has no such field.

        `field` is a name, or for a cell `rows.index.name` (or with dashes), the index counting filled rows from 0.
        """
        for refusal in refusals:
            target = self._locate(refusal.field) if refusal.field else None
            if target is None:
                self.form_errors.append(refusal.wording)
            elif isinstance(target, RowsField):
                target.row_errors.append(refusal.wording)
                target.errors = [*target.errors, refusal.wording]
            else:
                target.errors = [*target.errors, refusal.wording]

    def _locate(self, path: str) -> Field | None:
        if path in self._fields:
            return self._fields[path]
        name, _dot, rest = path.replace("-", ".").partition(".")
        field = self._fields.get(name)
        if not isinstance(field, RowsField):
            return field
        index, _dot, cell = rest.partition(".")
        rows = field.filled
        if not index.isdecimal() or int(index) >= len(rows):
            return field
        return rows[int(index)].form._fields.get(cell, field)

    def error_list(self) -> list[ErrorItem]:
        """Every error in the order of the page, for the list at the top of the form."""
        items = [ErrorItem("", wording) for wording in self.form_errors]
        for field in self:
            if isinstance(field, RowsField):
                items += [ErrorItem(field.id, wording) for wording in field.row_errors]
                for entry in field.entries:
                    items += _errors_of(entry.form)
            else:
                items += [ErrorItem(field.id, wording) for wording in field.errors]
        return items

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whether everything is in order. Taking an upload out of a form saves nothing: the page is shown again."""
        return not request.form.get(DROP) and bool(super().validate(*args, **kwargs))

    def row_command(self) -> bool:
        """Carry out "add a row", "remove this row" or "remove this upload" if that is what was sent.

        True means: show the page again with status 200, validate and save nothing.
        """
        added = request.form.get("add_row")
        if added is not None:
            field = self._fields.get(added)
            if isinstance(field, RowsField):
                field.add_row()
            return True
        removed = request.form.get("remove_row")
        if removed is None:
            return bool(request.form.get(DROP))
        field = self._fields.get(removed.rpartition("-")[0])
        if isinstance(field, RowsField):
            field.remove_row(removed)
        return True


class Row(Form):
    """One row of a `RowsField`: a form of its own, guarded by the token of the form around it."""

    class Meta(Form.Meta):
        """No token of its own."""

        csrf = False


class FilterForm(Form):
    """A bar of filters, sent by GET; make it with `FilterForm(request.args)`."""

    class Meta(Form.Meta):
        """A GET changes nothing and needs no token."""

        csrf = False

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        for field in self:
            if isinstance(field, CodeField) and field.blank is PLEASE_CHOOSE:
                field.blank = _l("All")

    def chosen(self) -> dict[str, Any]:
        """The filters that were set and could be read; wrong ones count as not set."""
        self.validate()
        return {
            field.name: field.data for field in self if not field.errors and field.data not in (None, "", [])
        }


def _all_fields(form: Any) -> Iterable[Field]:
    for field in form:
        yield field
        if isinstance(field, RowsField):
            for entry in field.entries:
                yield from entry.form


def _errors_of(form: Any) -> list[ErrorItem]:
    return [
        ErrorItem(field.id, wording)
        for field in form
        if not isinstance(field, FormField)
        for wording in field.errors
    ]
