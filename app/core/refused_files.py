"""Why an uploaded file is refused: one code and one sentence for each reason."""

from app.core.errors import Refusal, RuleBroken
from app.core.i18n import Lazy, _l, filled

REASONS: dict[str, Lazy] = {
    "file_empty": _l("The file is empty."),
    "file_too_large": _l("The file is larger than the %(limit)s MB allowed here."),
    "file_kind": _l("Files of this kind are not accepted here. Accepted: %(kinds)s."),
    "file_content": _l("The content of the file does not match its name. Save it again in the right format."),
    "file_damaged": _l("The file is damaged, incomplete or packed in an unusual way. Save it again."),
    "file_encrypted": _l("The file is encrypted or protected by a password. Remove the protection first."),
    "file_macros": _l("The file contains macros or other active content. Save it without them."),
    "file_entities": _l("The file declares outside content. Save it again with an office program."),
    "file_outside": _l(
        "The file loads a template or an object from another address. Remove that link first."
    ),
    "file_active": _l("The PDF contains a script or starts a program. Print it into a new PDF."),
    "file_embedded": _l(
        "The PDF holds other files inside. Print it into a new PDF and upload the other files by themselves."
    ),
    "file_polyglot": _l(
        "Something else is attached before or behind the content of the file. Save it again."
    ),
    "file_changed": _l("The file changed on the way. Choose it again."),
    "file_infected": _l("The malware scanner found %(finding)s in the file. It was not kept."),
    "file_pixels": _l("The picture has more than %(millions)s million pixels. Make it smaller."),
    "archive_expands": _l("The file expands too far when it is unpacked."),
    "archive_entries": _l("The archive holds more than %(count)s files."),
    "archive_names": _l("The archive holds a name that leads outside it, or the same name twice: %(name)s"),
    "archive_links": _l("The archive holds a link or another special file: %(name)s"),
    "archive_kind": _l("The archive holds a file of a kind that is not accepted: %(name)s"),
}


class FileRefused(RuleBroken):
    """An uploaded file is not accepted. `code` is a key of REASONS; the details fill the sentence."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        wording = filled(REASONS[code], **details) if details else REASONS[code]
        super().__init__(Refusal(code, wording))
