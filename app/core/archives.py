"""Zip archives from strangers: what is checked before and while one is unpacked.

Nothing an archive says of itself is believed: names, sizes and places are checked first, then every entry is
unpacked once, in pieces, with its checksum, so that a size that lies is found out.
"""

import re
import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from app.core.refused_files import FileRefused

MAX_UNPACKED = 200 * 2**20
MAX_RATIO = 50
RATIO_COUNTS_ABOVE = 64 * 2**20
MAX_ENTRIES = 1_000
MAX_DIRECTORY = 2**20
PIECE = 2**16

END_RECORD = struct.Struct("<4s4H2LH")
LOCAL_HEADER_SIZE = 30
UNICODE_NAME = 0x800
ENCRYPTED = 0x1 | 0x40 | 0x2000
UNSAFE_NAME = re.compile(r"^/|^[A-Za-z]:|\\|[\x00-\x1f\x7f]|(^|/)\.{0,2}(/|$)")
DAMAGE = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
    struct.error,
    zlib.error,
)


class Budget:
    """How far one upload may expand, counted over its archive and the documents inside it."""

    def __init__(self, packed: int) -> None:
        """`packed` is the size in bytes of the file as it was uploaded."""
        self._limit = min(MAX_UNPACKED, max(RATIO_COUNTS_ABOVE, MAX_RATIO * packed))
        self._spent = 0

    def foresee(self, count: int) -> None:
        """Refuses when so many bytes more would be too many."""
        if self._spent + count > self._limit:
            raise FileRefused("archive_expands")

    def spend(self, count: int) -> None:
        """Counts bytes that were unpacked, and refuses at the first too many."""
        self.foresee(count)
        self._spent += count


class Archive:
    """An archive whose directory has passed the checks. Unpacking goes through `pieces` or `content` only."""

    def __init__(self, file: BinaryIO, budget: Budget) -> None:
        """Raises FileRefused when the directory fails a check."""
        self._budget = budget
        _check_end_record(file)
        try:
            self._zip = ZipFile(file)
        except DAMAGE as fault:
            raise FileRefused("file_damaged") from fault
        self.entries = {name_of(info): info for info in self._zip.infolist() if not info.is_dir()}
        _check_names(self._zip.infolist())
        _check_places(self._zip.infolist())
        budget.foresee(sum(info.file_size for info in self._zip.infolist()))

    def pieces(self, info: ZipInfo) -> Iterator[bytes]:
        """The entry's content in pieces. Raises FileRefused when it is damaged or expands too far."""
        try:
            with self._zip.open(info) as entry:
                while piece := entry.read(PIECE):
                    self._budget.spend(len(piece))
                    yield piece
        except DAMAGE as fault:
            raise FileRefused("file_damaged") from fault

    def content(self, info: ZipInfo, *, limit: int = MAX_UNPACKED) -> bytes:
        """The entry's whole content, refused when it is longer than the limit."""
        if info.file_size > limit:
            raise FileRefused("archive_expands")
        return b"".join(self.pieces(info))


def name_of(info: ZipInfo) -> str:
    """The entry's name as its maker saw it: programs on Chinese Windows write GB 18030 without saying so."""
    name = info.orig_filename
    if info.flag_bits & UNICODE_NAME:
        return name
    try:
        return name.encode("cp437").decode("gb18030")
    except UnicodeError:
        return name


def _check_end_record(file: BinaryIO) -> None:
    """Refuses an over-long directory before it is read into memory: its length is in the last record."""
    size = file.seek(0, 2)
    file.seek(0)
    if file.read(4) != b"PK\x03\x04":
        raise FileRefused("file_content")
    file.seek(max(size - 2**16 - END_RECORD.size - 20, 0))
    tail = file.read()
    place = len(tail) - END_RECORD.size
    if tail[place : place + 4] != b"PK\x05\x06" or tail[-2:] != b"\x00\x00":
        place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < END_RECORD.size:
        raise FileRefused("file_damaged")
    fields = END_RECORD.unpack_from(tail, place)
    if place + END_RECORD.size + fields[7] != len(tail):
        raise FileRefused("file_polyglot")
    is_zip64 = tail[max(place - 20, 0) : place].startswith(b"PK\x06\x07")
    if is_zip64 or fields[4] > MAX_ENTRIES or fields[5] > MAX_DIRECTORY:
        raise FileRefused("archive_entries", count=MAX_ENTRIES)


def _check_names(entries: list[ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise FileRefused("archive_entries", count=MAX_ENTRIES)
    seen: set[str] = set()
    for info in entries:
        name = name_of(info).removesuffix("/")
        folded = unicodedata.normalize("NFC", name).casefold()
        if UNSAFE_NAME.search(name) or folded in seen:
            raise FileRefused("archive_names", name=printable(name))
        seen.add(folded)
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise FileRefused("archive_links", name=printable(name))


def _check_places(entries: list[ZipInfo]) -> None:
    """Refuses encryption, unusual packing, something before the first entry, and entries that share bytes."""
    end = 0
    for info in sorted(entries, key=lambda info: info.header_offset):
        if info.flag_bits & ENCRYPTED:
            raise FileRefused("file_encrypted")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise FileRefused("file_damaged")
        if info.header_offset < end or (end == 0 and info.header_offset != 0):
            raise FileRefused("file_damaged")
        end = info.header_offset + LOCAL_HEADER_SIZE + len(info.orig_filename) + info.compress_size


def printable(name: str) -> str:
    """A hostile name, short and harmless enough to stand in a sentence."""
    shown = "".join(char if char.isprintable() else "?" for char in name)
    return shown if len(shown) <= 80 else shown[:79] + "…"
