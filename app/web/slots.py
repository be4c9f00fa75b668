"""A place for uploads in a form: which kinds of file, how large, how many; the content is inspected by the stage."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import FileInput

from app.core.i18n import Lazy, _

DOCUMENTS = ("pdf", "docx", "xlsx", "pptx", "png", "jpg", "jpeg", "webp")
"""Extensions that a slot takes when it does not say otherwise."""


class FileSlot(Field):
    """Uploads of some kinds; data is a FileStorage or None, with `multiple=True` a list of them.

    `max_bytes` is the limit of one file. Extension, size and number are checked here, content and container elsewhere.
    """

    kind = "file"

    def __init__(
        self,
        label: Lazy | None = None,
        validators: Sequence[Callable[..., Any]] = (),
        *,
        types: Sequence[str] = DOCUMENTS,
        max_bytes: int = 20 * 1024 * 1024,
        multiple: bool = False,
        max_files: int = 10,
        **kwargs: Any,
    ) -> None:
        render = {"accept": ",".join(f".{extension}" for extension in types)}
        super().__init__(label, validators, **{"render_kw": render} | kwargs)
        self.types = tuple(types)
        self.max_bytes = max_bytes
        self.files: list[FileStorage] = []
        self.multiple = multiple
        self.max_files = max_files if multiple else 1
        self.widget = FileInput(multiple=multiple)

    @property
    def limits(self) -> str:
        """What may be uploaded here, in words."""
        shown = _(
            "%(types)s; each file at most %(size)s MB",
            types=_(", ").join(self.types),
            size=self.max_bytes // (1024 * 1024),
        )
        return shown + _("; at most %(count)s files", count=self.max_files) if self.multiple else shown

    def _value(self) -> bool:
        return False

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the uploads that have a name; an empty box sends one without."""
        self.files = [item for item in valuelist if isinstance(item, FileStorage) and item.filename]
        self.data = self.files if self.multiple else next(iter(self.files), None)
        self.raw_data = self.files

    def process_data(self, value: Any) -> None:
        """A file box never starts with a value."""
        self.files = []
        self.data = self.files if self.multiple else None

    def pre_validate(self, form: Any) -> None:
        """Refuse a wrong extension, an empty or too large file, and too many files."""
        if len(self.files) > self.max_files:
            raise ValidationError(_("At most %(count)s files may be added here", count=self.max_files))
        for upload in self.files:
            self._check(upload)

    def _check(self, upload: FileStorage) -> None:
        name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
        stem, _dot, extension = name.rpartition(".")
        if not stem or extension.lower() not in self.types:
            raise ValidationError(
                _(
                    "“%(name)s” is not of a permitted kind (%(types)s)",
                    name=name,
                    types=_(", ").join(self.types),
                )
            )
        upload.stream.seek(0, os.SEEK_END)
        size = upload.stream.tell()
        upload.stream.seek(0)
        if size == 0:
            raise ValidationError(_("“%(name)s” is empty", name=name))
        if size > self.max_bytes:
            raise ValidationError(
                _("“%(name)s” is larger than %(size)s MB", name=name, size=self.max_bytes // (1024 * 1024))
            )
