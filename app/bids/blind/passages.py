"""Reading a blind copy: every text of a DOCX or PDF with its place, hidden ones and properties included.

A passage is `{kind, place, text}`: kind is a code of Where, place a page, a paragraph, or a property's name."""

import io
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

import pypdfium2  # type: ignore[import-untyped]
from PIL import ExifTags, Image, UnidentifiedImageError

from app.core.archives import Archive, Budget
from app.core.i18n import _l
from app.core.refused_files import FileRefused
from app.models.base import Coded

Passage = dict[str, Any]
MOST_CHARACTERS = 2_000_000
MOST_PAGES = 500
PROPERTIES = re.compile(r"docProps/(core|app|custom)\.xml")
TEXT_PART = re.compile(
    r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments\w*|people|glossary/document)\.xml"
)
PICTURE = re.compile(r"word/media/.+\.(jpe?g|png|webp|tiff?|gif)", re.IGNORECASE)
TEXT_TAGS = frozenset({"t", "delText", "instrText"})
AUTHOR_ATTRIBUTES = frozenset({"author", "initials", "userId"})
TELLING_PROPERTIES = frozenset(
    {"creator", "lastModifiedBy", "Company", "Manager", "contributor", "lpwstr", "identifier"}
)
TELLING_EXIF = frozenset(
    {"Artist", "Copyright", "XPAuthor", "HostComputer", "CameraOwnerName", "ImageDescription"}
)
TELLING_PDF = ("Author", "Creator", "Title", "Subject", "Keywords")
AUTHORS_PDF = ("Author",)


class Where(Coded):
    """Where in a document a passage stands."""

    PAGE = "page", _l("Page")
    PARAGRAPH = "paragraph", _l("Paragraph")
    HEADER = "header", _l("Header or footer")
    NOTE = "note", _l("Footnote")
    COMMENT = "comment", _l("Comment")
    CHANGE = "change", _l("Author of a tracked change or comment")
    PROPERTY = "property", _l("Document property")
    PICTURE = "picture", _l("Property of a picture")


def read_passages(path: Path, media_type: str) -> list[Passage] | None:
    """Every passage of the stored file; None for a kind that cannot be read, or a PDF without any text.

    The file was inspected before: a broken one is None, never an error."""
    try:
        with path.open("rb") as file:
            found = list(
                _limited(_docx(file) if "wordprocessingml" in media_type else _pdf(file, media_type))
            )
    except (FileRefused, expat.ExpatError, pypdfium2.PdfiumError, ValueError, OSError):
        return None
    has_text = any(each["kind"] not in (Where.PROPERTY.value, Where.PICTURE.value) for each in found)
    return found if has_text else None


def _limited(passages: Iterator[Passage]) -> Iterator[Passage]:
    left = MOST_CHARACTERS
    for each in passages:
        if each["text"].strip():
            yield each | {"text": each["text"][:left]}
            left -= len(each["text"])
        if left <= 0:
            return


def _pdf(file: BinaryIO, media_type: str) -> Iterator[Passage]:
    if media_type != "application/pdf":
        return
    with closing(pypdfium2.PdfDocument(file)) as document:
        for name, value in document.get_metadata_dict(skip_empty=True).items():
            if name in AUTHORS_PDF:
                yield _passage(Where.PROPERTY, name, value)
            elif name in TELLING_PDF:
                yield _passage(Where.PAGE, name, value)
        for number in range(min(len(document), MOST_PAGES)):
            with closing(document[number]) as page, closing(page.get_textpage()) as text:
                yield _passage(Where.PAGE, str(number + 1), text.get_text_bounded())


def _docx(file: BinaryIO) -> Iterator[Passage]:
    file.seek(0, 2)
    archive = Archive(file, Budget(file.tell()))
    for name, info in archive.entries.items():
        if PROPERTIES.fullmatch(name):
            yield from _properties(archive.content(info))
        elif TEXT_PART.fullmatch(name):
            yield from _part(name, archive.content(info))
        elif PICTURE.fullmatch(name):
            yield from _picture(name, archive.content(info))


def _properties(content: bytes) -> Iterator[Passage]:
    found: list[Passage] = []
    inside: list[str] = []

    def text(data: str) -> None:
        if inside and inside[-1] in TELLING_PROPERTIES:
            found.append(_passage(Where.PROPERTY, inside[-1], data))
        elif inside:
            found.append(_passage(Where.PAGE, inside[-1], data))

    _parse(
        content,
        start=lambda tag, _attributes: inside.append(_local(tag)),
        end=lambda _tag: inside.pop(),
        text=text,
    )
    return iter(found)


def _part(name: str, content: bytes) -> Iterator[Passage]:
    """The paragraphs of one part, with inserted and deleted text alike, and who wrote them."""
    where = _where(name)
    found: list[Passage] = []
    authors: dict[str, None] = {}
    pieces: list[str] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        inside.append(_local(tag))
        authors.update(
            (value, None) for key, value in attributes.items() if _local(key) in AUTHOR_ATTRIBUTES and value
        )
        if inside[-1] in ("tab", "br"):
            pieces.append(" ")

    def end(_tag: str) -> None:
        if inside.pop() == "p":
            found.append(_passage(where, str(len(found) + 1), "".join(pieces)))
            pieces.clear()

    def text(data: str) -> None:
        if inside and inside[-1] in TEXT_TAGS:
            pieces.append(data)

    _parse(content, start=start, end=end, text=text)
    found += [_passage(Where.CHANGE, name.rpartition("/")[2], author) for author in authors]
    return iter(found)


def _where(name: str) -> Where:
    part = name.rpartition("/")[2]
    if part.startswith(("header", "footer")):
        return Where.HEADER
    if part.startswith("comments"):
        return Where.COMMENT
    return Where.NOTE if part.startswith(("footnotes", "endnotes")) else Where.PARAGRAPH


def _picture(name: str, content: bytes) -> Iterator[Passage]:
    place = name.rpartition("/")[2]
    try:
        with Image.open(io.BytesIO(content)) as picture:
            exif = picture.getexif()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return
    for tag, value in exif.items():
        label = ExifTags.TAGS.get(tag, "")
        if label in TELLING_EXIF and (shown := _exif_text(value)):
            yield _passage(Where.PICTURE, f"{place} {label}", shown)


def _exif_text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-16-le", "ignore").strip("\x00 ")
    return str(value).strip("\x00 ")


def _parse(content: bytes, *, start: Any, end: Any, text: Any) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.Parse(content, True)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _passage(where: Where, place: str, text: str) -> Passage:
    return {"kind": where.value, "place": place, "text": text}
