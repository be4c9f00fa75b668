"""Office documents (docx, xlsx, pptx): a zip archive with a table of contents, without macros and outside content."""

import re
from xml.parsers import expat
from zipfile import ZipInfo

from app.core.archives import Archive
from app.core.refused_files import FileRefused

CONTENT_TYPES = "[Content_Types].xml"
MAX_CONTENT_TYPES = 2**20
OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN_PART = {
    "docx": OFFICE + "wordprocessingml.document.main+xml",
    "xlsx": OFFICE + "spreadsheetml.sheet.main+xml",
    "pptx": OFFICE + "presentationml.presentation.main+xml",
}
ACTIVE_NAME = re.compile(
    r"vbaproject|vbadata|(^|/)(macrosheets|activex)/|\.(docm|dotm|xlsm|xltm|xlam|xlsb|pptm|exe|dll)$"
)
# A template or object fetched from the network when the document is opened; links that a reader clicks are harmless.
OUTSIDE_TARGET = re.compile(
    r"(https?|ftps?|smb|mhtml):|[\\/]{2}|file:(//[^/\\:]+[\\/]|[\\/]{4})", re.IGNORECASE
)
HARMLESS_LINKS = ("/hyperlink", "/image")
ACTIVE_TYPE = re.compile(r"macroenabled|vbaproject|vbadata|macrosheet|activex")


def check_office(archive: Archive, kind: str) -> None:
    """Refuses an archive that is not a document of this kind, or holds active or outside content."""
    names = set(archive.entries)
    if any(ACTIVE_NAME.search(name.casefold()) for name in names):
        raise FileRefused("file_macros")
    contents = archive.entries.get(CONTENT_TYPES)
    if contents is None:
        raise FileRefused("file_content")
    types = _content_types(archive, contents)
    if any(ACTIVE_TYPE.search(content_type.casefold()) for content_type in types.values()):
        raise FileRefused("file_macros")
    parts = {name.lstrip("/") for name, content_type in types.items() if content_type == MAIN_PART[kind]}
    if not parts & names:
        raise FileRefused("file_content")
    for name, info in archive.entries.items():
        if name != CONTENT_TYPES:
            _check_part(archive, info, name=name)


def _content_types(archive: Archive, info: ZipInfo) -> dict[str, str]:
    """Content types by part name (`/word/document.xml`) or, for defaults, by extension (`png`)."""
    types: dict[str, str] = {}

    def collect(_tag: str, attributes: dict[str, str]) -> None:
        key = attributes.get("PartName") or attributes.get("Extension") or ""
        types[key] = attributes.get("ContentType", "")

    parser = _strict_parser()
    parser.StartElementHandler = collect
    _feed(parser, archive.content(info, limit=MAX_CONTENT_TYPES), is_last=True)
    return types


def _check_part(archive: Archive, info: ZipInfo, *, name: str) -> None:
    """Unpacks the part once, which finds damage and size, and reads it if it is XML."""
    parser = _strict_parser() if name.endswith((".xml", ".rels")) else None
    if parser is not None and name.endswith(".rels"):
        parser.StartElementHandler = _check_relationship
    for piece in archive.pieces(info):
        if parser is not None:
            _feed(parser, piece, is_last=False)
    if parser is not None:
        _feed(parser, b"", is_last=True)


def _check_relationship(_tag: str, attributes: dict[str, str]) -> None:
    is_outside = attributes.get("TargetMode", "").casefold() == "external"
    if not is_outside or attributes.get("Type", "").endswith(HARMLESS_LINKS):
        return
    if OUTSIDE_TARGET.match(attributes.get("Target", "").strip()):
        raise FileRefused("file_outside")


def _strict_parser() -> expat.XMLParserType:
    """A parser that refuses any document type: it is where entities and outside content are declared."""

    def refuse(*_declaration: object) -> None:
        raise FileRefused("file_entities")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _feed(parser: expat.XMLParserType, content: bytes, *, is_last: bool) -> None:
    try:
        parser.Parse(content, is_last)
    except (expat.ExpatError, LookupError, ValueError) as fault:
        raise FileRefused("file_damaged") from fault
