"""Repeatable rows of a form, which can be added and removed with or without JavaScript."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from wtforms import BooleanField, Field, FieldList, FormField, HiddenField
from wtforms.utils import unset_value

from app.core.i18n import Lazy, _


def is_blank_field(field: Field) -> bool:
    """Whether nobody filled the field in: no data, a box not ticked, or still the default of a new row."""
    if isinstance(field, HiddenField):
        return True
    if isinstance(field, BooleanField):
        return not field.data
    sent = [value for value in field.raw_data or [] if not isinstance(value, str) or value.strip()]
    if field.data in (None, "", [], ()):
        return not sent
    default = field.default() if callable(field.default) else field.default
    return bool(field.data == default)


class RowsField(FieldList):
    """A list of sub-forms (`app.web.forms.Row`); data is a list of dicts without the rows left blank.

    `min_rows` and `max_rows` count filled rows; `shown` blank rows are offered on a new form. Errors of the list
    as a whole stand in `row_errors`, those of a cell at the cell.
    """

    kind = "rows"

    def __init__(
        self,
        row: type[Any],
        label: Lazy | None = None,
        validators: Sequence[Callable[..., Any]] = (),
        *,
        min_rows: int = 0,
        max_rows: int = 50,
        shown: int = 1,
        add_label: Lazy | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(FormField(row), label, validators, min_entries=0, max_entries=None, **kwargs)
        self.min_rows = min_rows
        self.max_rows = max_rows
        self.shown = max(shown, min_rows)
        self.add_label = add_label
        self.row_errors: list[Any] = []
        self.sent: list[int] = []
        if min_rows:
            self.flags.required = True

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Build the rows from what was sent, else from the data; a form not yet sent also gets blank ones."""
        self.sent = sorted(set(self._extract_indices(self.name, formdata))) if formdata else []
        super().process(formdata, data, extra_filters)
        if not formdata:
            while len(self.entries) < self.shown:
                self.append_entry()

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        # Numbers that int() would refuse (superscripts, thousands of digits) are no rows, and no reason to fail.
        for key in formdata:
            name, _dash, rest = key.partition(f"{prefix}-")
            number = rest.partition("-")[0]
            if not name and number.isascii() and number.isdecimal() and len(number) <= 6:
                yield int(number)

    @property
    def filled(self) -> list[Any]:
        """The entries that are not blank, in order."""
        return [entry for entry in self.entries if not all(is_blank_field(field) for field in entry.form)]

    @property
    def data(self) -> list[Any]:
        """One dict for each row that is not blank."""
        return [entry.data for entry in self.filled]

    @property
    def has_room(self) -> bool:
        """Whether another row may be added."""
        return len(self.entries) < self.max_rows

    def add_row(self, data: Any = unset_value) -> None:
        """Append a blank row, if there is room; or one with this data, in place of the rows left blank."""
        if data is not unset_value:
            self.entries = self.filled
            self._compact_indices()
        if self.has_room:
            self.append_entry(data)

    def remove_row(self, name: str) -> bool:
        """Take away the row with this name (`indicators-3`); whether there was one."""
        number = name.rpartition("-")[2]
        wanted = [index for index in self.sent if str(index) == number]
        if not wanted:
            return False
        # The rows were numbered anew from 0 when they were read; the button still has the number that was sent.
        del self.entries[self.sent.index(wanted[0])]
        self._compact_indices()
        return True

    def validate(self, form: Any, extra_validators: Sequence[Callable[..., Any]] = ()) -> bool:
        """Check each filled row, the number of rows, and the validators of the list."""
        self.errors: list[Any] = []
        self.row_errors = []
        filled = self.filled
        for entry in filled:
            entry.validate(form)
        self._run_validation_chain(form, [*self.validators, *extra_validators])
        self.row_errors.extend(self.errors)
        if len(filled) < self.min_rows:
            self.row_errors.append(
                _("%(label)s: at least %(count)s rows are needed", label=self.label.text, count=self.min_rows)
            )
        if len(filled) > self.max_rows:
            self.row_errors.append(
                _(
                    "%(label)s: at most %(count)s rows are possible",
                    label=self.label.text,
                    count=self.max_rows,
                )
            )
        self.errors = [*self.row_errors, *(entry.errors for entry in filled if entry.errors)]
        return not self.errors
