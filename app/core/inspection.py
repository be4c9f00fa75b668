"""What a file really is: its extension, its first bytes and its container must agree, or it is refused."""

import io
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import filetype  # type: ignore[import-untyped]

from app.core.archives import Archive, Budget, printable
from app.core.office import MAIN_PART, check_office
from app.core.pdfs import check_pdf
from app.core.pictures import check_picture
from app.core.raw import mapped
from app.core.refused_files import FileRefused

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "zip": "application/zip",
}
SAME_KIND = {"jpeg": "jpg"}
DOCUMENTS = frozenset(MEDIA_TYPES) - {"zip"}
"""What every slot takes unless it says otherwise."""
WITH_ARCHIVES = frozenset(MEDIA_TYPES)
TEXTS = frozenset({"txt", "csv", "json", "md"})
"""What may lie in a zip archive besides documents."""

HEAD = 8192
PIECE = 2**20
MEGABYTE = 2**20
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SNIFFED_AS = {"image/apng": "image/png"}


def inspect(
    path: Path, original_name: str, *, limit: int | None = None, allowed: Collection[str] = DOCUMENTS
) -> str:
    """The media type of an uploaded file. Raises FileRefused with the reason.

    `limit` is in bytes; `allowed` are keys of MEDIA_TYPES. The name only gives the extension.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size == 0:
            raise FileRefused("file_empty")
        if limit is not None and size > limit:
            raise FileRefused("file_too_large", limit=format_megabytes(limit))
        kind = kind_of(original_name)
        if kind not in allowed or kind not in MEDIA_TYPES:
            raise FileRefused("file_kind", kinds=", ".join(sorted(allowed)))
        _check(file, kind, Budget(size))
    return MEDIA_TYPES[kind]


def kind_of(name: str) -> str:
    """The kind that a file name's extension claims; an empty text when it has none."""
    extension = name.strip().rpartition(".")[2].casefold() if "." in name else ""
    return SAME_KIND.get(extension, extension)


def format_megabytes(size: int) -> str:
    """Bytes as megabytes with at most one decimal: `0.5`, `20`."""
    return f"{size / MEGABYTE:.1f}".removesuffix(".0")


def _check(file: BinaryIO, kind: str, budget: Budget) -> None:
    file.seek(0)
    head = file.read(HEAD)
    if kind in MAIN_PART or kind == "zip":
        _check_container(file, kind, head, budget)
        return
    sniffed = filetype.guess_mime(head)
    if SNIFFED_AS.get(sniffed, sniffed) != MEDIA_TYPES[kind]:
        raise FileRefused("file_content")
    with mapped(file) as raw:
        if kind == "pdf":
            check_pdf(raw)
        else:
            check_picture(file, raw, kind)


def _check_container(file: BinaryIO, kind: str, head: bytes, budget: Budget) -> None:
    if head.startswith(OLE):
        file.seek(0)
        is_encrypted = any(OLE_ENCRYPTED in piece for piece in _overlapping(file, len(OLE_ENCRYPTED)))
        raise FileRefused("file_encrypted" if is_encrypted else "file_content")
    archive = Archive(file, budget)
    if kind == "zip":
        _check_entries(archive, budget)
    else:
        check_office(archive, kind)


def _check_entries(archive: Archive, budget: Budget) -> None:
    """Every file in a zip archive is one that could have been uploaded by itself, or a plain text."""
    for name, info in archive.entries.items():
        kind = kind_of(name)
        if kind not in DOCUMENTS | TEXTS:
            raise FileRefused("archive_kind", name=printable(name))
        content = archive.content(info)
        if kind in TEXTS:
            if b"\x00" in content:
                raise FileRefused("archive_kind", name=printable(name))
        elif content:
            _check(io.BytesIO(content), kind, budget)


def _overlapping(file: BinaryIO, overlap: int) -> Iterator[bytes]:
    """The rest of the file in pieces, each beginning with the end of the one before."""
    before = b""
    while piece := file.read(PIECE):
        yield before + piece
        before = piece[-overlap:]
