"""The least files of each kind that are what they claim, for tests that upload something."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from app.core.office import MAIN_PART

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
MAIN_NAME = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def make_zip(entries: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of the entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def office_entries(kind: str, main_type: str | None = None) -> dict[str, bytes | str]:
    """The parts of a minimal office document of the kind."""
    main = MAIN_NAME[kind]
    return {
        "[Content_Types].xml": f"{XML}<Types><Default Extension='rels' ContentType='application/xml'/>"
        f"<Override PartName='/{main}' ContentType='{main_type or MAIN_PART[kind]}'/></Types>",
        "_rels/.rels": f"{XML}<Relationships><Relationship Id='r1' Target='{main}'/></Relationships>",
        main: f"{XML}<body>揭榜</body>",
    }


def make_office(kind: str, more: Mapping[str, bytes | str] | None = None) -> bytes:
    """A minimal office document, with more parts or with other content for its own."""
    return make_zip(office_entries(kind) | dict(more or {}))


def make_png(width: int = 1, height: int = 1) -> bytes:
    """A PNG picture whose header claims this size; it holds one row."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 4))
        + chunk(b"IEND", b"")
    )


def make_jpeg(width: int = 1, height: int = 1) -> bytes:
    """The segments of a JPEG picture that claims this size, with a scan of a few bytes."""
    application = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    tables = b"\xff\xdb" + struct.pack(">H", 67) + bytes(65)
    frame = b"\xff\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00" + b"\x12\x34"
    return b"\xff\xd8" + application + tables + frame + scan + b"\xff\xd9"


def make_webp(kind: bytes = b"VP8X", width: int = 1, height: int = 1) -> bytes:
    """A WebP picture of one of its three kinds that claims this size."""
    body = {
        b"VP8X": bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
        b"VP8L": b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14),
        b"VP8 ": b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height),
    }[kind]
    chunk = kind + struct.pack("<I", len(body)) + body + bytes(16)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
