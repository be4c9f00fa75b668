"""Pictures from strangers: their size is read from the header without decoding, and they end where they say."""

import struct
import zlib
from typing import BinaryIO

from app.core.raw import Raw, ends_as_archive
from app.core.refused_files import FileRefused

MAX_PIXELS = 50_000_000

# Frame headers of JPEG are C0 to CF, less the three that define tables.
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
JPEG_SCAN = b"\xff\xda"
JPEG_END = b"\xff\xd9"
# Phones append depth maps and second pictures to a photograph; what another program would run or open is refused.
FOREIGN_STARTS = (b"<", b"%PDF", b"MZ", b"\x7fELF", b"#!", b"PK", b"Rar!", b"7z\xbc\xaf")
PIECE = 2**16


def check_picture(file: BinaryIO, raw: Raw, kind: str) -> None:
    """Refuses a picture (`png`, `jpg`, `webp`) that is too large, cut off, or another file as well."""
    check_pixels(file, kind)
    try:
        {"png": _check_png, "jpg": _check_jpeg, "webp": _check_webp}[kind](raw)
    except struct.error as fault:
        raise FileRefused("file_damaged") from fault


def _check_png(raw: Raw) -> None:
    """Every chunk is whole, and the last is the last thing in the file."""
    place, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack(">I4s", raw[place : place + 8])
        end = place + 8 + length
        (checksum,) = struct.unpack(">I", raw[end : end + 4])
        found = zlib.crc32(name)
        for start in range(place + 8, end, PIECE):
            found = zlib.crc32(raw[start : min(start + PIECE, end)], found)
        if found != checksum:
            raise FileRefused("file_damaged")
        place = end + 4
    if place != len(raw):
        raise FileRefused("file_polyglot")


def _check_jpeg(raw: Raw) -> None:
    scan = raw.find(JPEG_SCAN)
    end = raw.find(JPEG_END, scan) if scan >= 0 else -1
    if end < 0:
        raise FileRefused("file_damaged")
    last = raw.rfind(JPEG_END) + 2
    rest = raw[last : last + 64].lstrip(b"\x00\t\n\r ")
    if ends_as_archive(raw) or rest.startswith(FOREIGN_STARTS):
        raise FileRefused("file_polyglot")


def _check_webp(raw: Raw) -> None:
    (length,) = struct.unpack("<I", raw[4:8])
    end = 8 + length + length % 2
    if end - length % 2 > len(raw):
        raise FileRefused("file_damaged")
    if len(raw) > end:
        raise FileRefused("file_polyglot")


def check_pixels(file: BinaryIO, kind: str) -> None:
    """Refuses a picture (`png`, `jpg`, `webp`) without a readable size or with too many pixels."""
    reader = {"png": _png_size, "jpg": _jpeg_size, "webp": _webp_size}[kind]
    file.seek(0)
    try:
        width, height = reader(file)
    except (struct.error, ValueError) as fault:
        raise FileRefused("file_damaged") from fault
    if width < 1 or height < 1:
        raise FileRefused("file_damaged")
    if width * height > MAX_PIXELS:
        raise FileRefused("file_pixels", millions=MAX_PIXELS // 1_000_000)


def _png_size(file: BinaryIO) -> tuple[int, int]:
    head = file.read(24)
    if head[12:16] != b"IHDR":
        raise ValueError("no header chunk")
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _jpeg_size(file: BinaryIO) -> tuple[int, int]:
    file.seek(2)
    while True:
        marker = _next_marker(file)
        if marker in JPEG_BARE:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if marker in JPEG_FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return width, height
        if length < 2:
            raise ValueError("a segment shorter than its length")
        file.seek(length - 2, 1)


def _next_marker(file: BinaryIO) -> int:
    if file.read(1) != b"\xff":
        raise ValueError("no marker where one must stand")
    byte = file.read(1)
    while byte == b"\xff":
        byte = file.read(1)
    return struct.unpack("B", byte)[0]  # type: ignore[no-any-return]


def _webp_size(file: BinaryIO) -> tuple[int, int]:
    head = file.read(30)
    kind = head[12:16]
    if len(head) < 30:
        raise ValueError("no room for a size")
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", head[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no picture in it")
