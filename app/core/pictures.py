"""The size of a picture, read from its header without decoding it."""

import struct
from typing import BinaryIO

from app.core.refused_files import FileRefused

MAX_PIXELS = 50_000_000

# Frame headers of JPEG are C0 to CF, less the three that define tables.
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


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
