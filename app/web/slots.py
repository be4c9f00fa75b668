"""A place for uploads in a form: which kinds of file, how large, how many.

What a slot of documents receives is stored, inspected and scanned at once, and shown again whenever its form is."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app, has_request_context, url_for
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import FileInput

from app.core.errors import RuleBroken
from app.core.i18n import Lazy, _
from app.core.inspection import MEDIA_TYPES, SAME_KIND
from app.models.files import StagedUpload
from app.web import staging
from app.web.context import actor
from app.web.staging import ReceivedFile

DOCUMENTS = ("pdf", "docx", "xlsx", "pptx", "png", "jpg", "jpeg", "webp")
"""Extensions that a slot takes when it does not say otherwise."""


class FileSlot(Field):
    """Uploads of some kinds; data is a FileStorage or None, with `multiple=True` a list of them.

    `max_bytes` is the limit of one file. Slots of documents keep what they receive (ReceivedFile); a slot of other
    kinds (a table as CSV) passes it on, checked by extension, size and number.
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
        self.purpose = (
            staging.purpose_of(type(kwargs.get("_form")), self.name) if has_request_context() else ""
        )
        self.is_keeping = all(SAME_KIND.get(each, each) in MEDIA_TYPES for each in types)
        self.named: list[str] = []
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
        shown += _("; at most %(count)s files", count=self.max_files) if self.multiple else ""
        if self.is_keeping and not staging.scanner().is_configured:
            shown += _("; this site has no malware scanner")
        return shown

    @property
    def kept(self) -> list[ReceivedFile]:
        """Uploads that need not be chosen again: what came with this request, and what waits since an earlier one."""
        if not self.is_keeping:
            return []
        fresh = [each for each in self.files if isinstance(each, ReceivedFile)]
        ids = {each.id for each in fresh}
        found = [each for each in staging.staged(self.purpose) if each.id not in ids] + fresh
        return found if self.multiple else found[-1:]

    @property
    def interrupted(self) -> list[StagedUpload]:
        """Uploads that broke off; choosing the same file again goes on where it stopped."""
        return staging.interrupted(self.purpose) if self.is_keeping else []

    @property
    def uploading(self) -> dict[str, str]:
        """What the script needs to upload in chunks, as attributes; nothing for visitors and other kinds of slot."""
        if not self.is_keeping or not actor().is_signed_in:
            return {}
        ticket = {
            "holder": staging.holder(),
            "purpose": self.purpose,
            "types": list(self.types),
            "max_bytes": self.max_bytes,
            "max_files": self.max_files,
        }
        return {"data-upload": url_for("uploads.start"), "data-ticket": tickets().dumps(ticket)}

    def _value(self) -> bool:
        return False

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Read the uploads, new ones and those that the page said it had; errors show even if nobody validates."""
        self.named = formdata.getlist(f"{self.name}-kept") if formdata is not None else []
        super().process(formdata, *args, **kwargs)
        self.errors = list(self.process_errors)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the uploads that have a name; an empty box sends one without."""
        given = [item for item in valuelist if isinstance(item, FileStorage) and item.filename]
        found = [*self._waiting(), *self._received(given)] if self.is_keeping else given
        # Where one file has its place, a newer one takes it.
        self.files = found if self.multiple or not self.is_keeping else found[-1:]
        self.data = self.files if self.multiple else next(iter(self.files), None)
        self.raw_data = given or self.files

    def process_data(self, value: Any) -> None:
        """A file box never starts with a value."""
        self.files = []
        self.data = self.files if self.multiple else None

    def pre_validate(self, form: Any) -> None:
        """Refuse too many files, and those of a slot that only passes on."""
        if len(self.files) > self.max_files:
            raise ValidationError(_("At most %(count)s files may be added here", count=self.max_files))
        for upload in [] if self.is_keeping else self.files:
            self._check(upload)

    def _waiting(self) -> list[FileStorage]:
        staged = {str(each.id): each for each in staging.staged(self.purpose)} if self.named else {}
        named = [each for each in dict.fromkeys(self.named) if each != staging.dropped()]
        if any(each not in staged for each in named):
            self.process_errors.append(str(staging.GONE))
        return [staged[each] for each in named if each in staged]

    def _received(self, given: list[FileStorage]) -> list[FileStorage]:
        """Each upload that is acceptable; the others leave an error with their name."""
        received: list[FileStorage] = []
        for upload in given[: self.max_files]:
            try:
                self._check(upload)
                received.append(
                    staging.receive(
                        upload, purpose=self.purpose, limit=self.max_bytes, types=kinds(self.types)
                    )
                )
            except ValidationError as refused:
                self.process_errors.append(str(refused))
            except RuleBroken as refused:
                self.process_errors.append(str(staging.named_reason(upload.filename, refused)))
        if len(given) > self.max_files:
            self.process_errors.append(_("At most %(count)s files may be added here", count=self.max_files))
        return received

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


def tickets() -> URLSafeTimedSerializer:
    """Signs what a slot takes, so that the address for chunks needs to know no form."""
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="upload")


def kinds(extensions: Sequence[str]) -> set[str]:
    """The kinds of document that the extensions stand for."""
    return {SAME_KIND.get(each, each) for each in extensions}
