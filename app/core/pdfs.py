"""PDF files from strangers: whole, not encrypted, with nothing in them that acts by itself and no files inside.

Objects may stand in the open or in compressed object streams; both are read. A document that hides its objects behind
any other packing is refused as unusual: programs that make documents do not write such files.
"""

import re
import zlib
from collections.abc import Iterator

from app.core.raw import Raw, ends_as_archive
from app.core.refused_files import FileRefused

TAIL = 2**16
PIECE = 2**16
DICTIONARY = 4096
MAX_OBJECTS_UNPACKED = 64 * 2**20
BLANK = b"\x00\t\n\x0c\r "


def _name(text: str) -> bytes:
    """A pattern for a name; each letter of it may be written as a hexadecimal escape."""
    return b"/" + b"".join(rb"(?:%c|#(?i:%02x))" % (letter, letter) for letter in text.encode())


def _any(*names: str) -> bytes:
    return b"(?:" + b"|".join(_name(each) for each in names) + rb")(?![A-Za-z0-9#])"


REFERENCE = rb"\s*(?:\d+\s+\d+\s+R|<<)"
ENCRYPTED = re.compile(_name("Encrypt") + REFERENCE)
# A name that stands as a value or a key; in the middle of a text it means nothing.
STANDS = rb"(?:/S|[\s\[\]()<>]|obj)"
ACTIVE = re.compile(STANDS + _any("JavaScript", "Launch", "RichMedia"))
EMBEDDED = re.compile(STANDS + _any("EmbeddedFile", "EmbeddedFiles", "FileAttachment"))
OBJECT_STREAM = re.compile(_any("ObjStm", "First"))
STREAM = re.compile(rb"(?<!end)stream\r?\n")
FILTER = re.compile(_name("Filter") + rb"\s*(\[[^\]]*\]|/[^\s/<>\[\]()]+|\d+\s+\d+\s+R)")
INFLATE = re.compile(rb"\[?\s*" + _any("FlateDecode") + rb"\s*\]?")


def check_pdf(raw: Raw) -> None:
    """Refuses a PDF that is cut off, encrypted, active, or holds another file."""
    end = raw.rfind(b"%%EOF", max(len(raw) - TAIL, 0))
    if end < 0:
        raise FileRefused("file_damaged")
    if raw[end + 5 :].strip(BLANK) or ends_as_archive(raw):
        raise FileRefused("file_polyglot")
    if ENCRYPTED.search(raw):
        raise FileRefused("file_encrypted")
    _check_objects(raw)
    for objects in _object_streams(raw):
        _check_objects(objects)


def _check_objects(raw: Raw | bytes) -> None:
    if ACTIVE.search(raw):
        raise FileRefused("file_active")
    if EMBEDDED.search(raw):
        raise FileRefused("file_embedded")


def _object_streams(raw: Raw) -> Iterator[bytes]:
    """What stands in the compressed object streams, in pieces that overlap."""
    spent = 0
    for found in STREAM.finditer(raw):
        start = max(raw.rfind(b"obj", max(found.start() - DICTIONARY, 0), found.start()), 0)
        dictionary = raw[start : found.start()]
        packing = FILTER.search(dictionary)
        if not OBJECT_STREAM.search(dictionary) or packing is None:
            continue
        if not INFLATE.fullmatch(packing[1]):
            raise FileRefused("file_damaged")
        before = b""
        for piece in _inflated(raw, found.end()):
            spent += len(piece)
            if spent > MAX_OBJECTS_UNPACKED:
                raise FileRefused("archive_expands")
            yield before + piece
            before = piece[-256:]


def _inflated(raw: Raw, place: int) -> Iterator[bytes]:
    unpacking = zlib.decompressobj()
    try:
        while not unpacking.eof and place < len(raw):
            packed = raw[place : place + PIECE]
            place += len(packed)
            while packed and not unpacking.eof:
                yield unpacking.decompress(packed, PIECE)
                packed = unpacking.unconsumed_tail
    except zlib.error as fault:
        raise FileRefused("file_damaged") from fault
