"""Uploads that are what they claim, and every way in which one may not be."""

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import archives
from app.core.inspection import MEDIA_TYPES, OLE, OLE_ENCRYPTED, WITH_ARCHIVES, inspect
from app.core.office import MAIN_PART
from app.core.refused_files import REASONS, FileRefused
from tests.core.sample_files import (
    MAIN_NAME,
    PDF,
    XML,
    make_jpeg,
    make_office,
    make_png,
    make_webp,
    make_zip,
    office_entries,
)

GOOD = {
    "report.pdf": PDF,
    "申报书.docx": make_office("docx"),
    "预算.XLSX": make_office("xlsx"),
    "路演.pptx": make_office("pptx"),
    "logo.png": make_png(),
    "照片.jpg": make_jpeg(),
    "照片.JPEG": make_jpeg(),
    "image.webp": make_webp(),
}


def code_of(content: bytes, name: str, folder: Path, limit: int | None = None) -> str:
    """The media type of the content under this name, or the code of its refusal."""
    path = folder / "upload"
    path.write_bytes(content)
    try:
        return inspect(path, name, limit=limit, allowed=WITH_ARCHIVES)
    except FileRefused as refused:
        assert refused.codes == {refused.code}
        assert "%(" not in str(refused.wording)
        return refused.code


@pytest.mark.parametrize(("name", "content"), GOOD.items())
def test_inspect_names_the_media_type(name: str, content: bytes, tmp_path: Path) -> None:
    kind = name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    assert code_of(content, name, tmp_path) == MEDIA_TYPES[kind]


@pytest.mark.parametrize(("name", "content"), GOOD.items())
def test_inspect_refuses_good_content_under_every_other_extension(
    name: str, content: bytes, tmp_path: Path
) -> None:
    own = name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    for kind in MEDIA_TYPES:
        if kind not in (own, "zip"):
            assert code_of(content, f"renamed.{kind}", tmp_path) == "file_content"


@pytest.mark.parametrize(
    "name", ["tool.exe", "page.html", "drawing.svg", "old.doc", "macro.docm", "none", "", "a.pdf.exe"]
)
def test_inspect_refuses_other_extensions(name: str, tmp_path: Path) -> None:
    assert code_of(PDF, name, tmp_path) == "file_kind"


def test_inspect_takes_archives_only_where_a_slot_wants_them(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(make_zip({"a.pdf": PDF}))
    assert inspect(path, "a.zip", allowed=WITH_ARCHIVES) == "application/zip"
    with pytest.raises(FileRefused) as caught:
        inspect(path, "a.zip")
    assert caught.value.code == "file_kind"
    assert "zip" not in str(caught.value.wording)


def test_inspect_refuses_empty_and_too_large_files(tmp_path: Path) -> None:
    assert code_of(b"", "a.pdf", tmp_path) == "file_empty"
    assert code_of(PDF, "a.pdf", tmp_path, limit=len(PDF)) == "application/pdf"
    assert code_of(PDF, "a.pdf", tmp_path, limit=len(PDF) - 1) == "file_too_large"


@pytest.mark.parametrize(
    "content",
    [b"MZ" + bytes(600), b"<html>", b"GIF89a/*<script>*/", b"plain text", bytes(600), b"PK\x03\x04"],
)
@pytest.mark.parametrize("kind", sorted(MEDIA_TYPES))
def test_inspect_refuses_other_content_under_good_names(content: bytes, kind: str, tmp_path: Path) -> None:
    assert code_of(content, f"a.{kind}", tmp_path) in ("file_content", "file_damaged")


# --- pdf


@pytest.mark.parametrize(
    "key",
    [
        b"/Encrypt 5 0 R",
        b"/Encrypt\n12 0 R",
        b"/Encrypt<</Filter/Standard>>",
        b"/#45ncryp#74 5 0 R",
        b"/ID [] /Encrypt  5  0  R",
    ],
)
def test_inspect_refuses_encrypted_pdf(key: bytes, tmp_path: Path) -> None:
    assert code_of(PDF.replace(b"/Root", key + b" /Root"), "a.pdf", tmp_path) == "file_encrypted"


def test_inspect_finds_the_key_across_the_seam_of_two_pieces(tmp_path: Path) -> None:
    padding = b"%" + b"x" * (2**20 - len(b"%PDF-1.4\n") - 6) + b"\n"
    content = PDF.replace(b"1 0 obj", padding + b"/Encrypt 5 0 R 1 0 obj", 1)
    assert content.index(b"/Encrypt") < 2**20 < content.index(b" 5 0 R")
    assert code_of(content, "a.pdf", tmp_path) == "file_encrypted"


def test_inspect_takes_a_pdf_that_only_speaks_of_encryption(tmp_path: Path) -> None:
    assert (
        code_of(PDF.replace(b"endobj", b"(/Encrypt is a key)endobj"), "a.pdf", tmp_path) == "application/pdf"
    )


def test_inspect_refuses_a_pdf_that_was_cut_off(tmp_path: Path) -> None:
    assert code_of(PDF[:60], "a.pdf", tmp_path) == "file_damaged"


# --- pictures


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", make_png(10_000, 5_000)),
        ("a.jpg", make_jpeg(10_000, 5_000)),
        ("a.webp", make_webp(b"VP8X", 10_000, 5_000)),
        ("a.webp", make_webp(b"VP8L", 10_000, 5_000)),
        ("a.webp", make_webp(b"VP8 ", 10_000, 5_000)),
    ],
)
def test_inspect_takes_fifty_million_pixels(name: str, content: bytes, tmp_path: Path) -> None:
    assert code_of(content, name, tmp_path).startswith("image/")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", make_png(10_000, 5_001)),
        ("a.jpg", make_jpeg(10_000, 5_001)),
        ("a.webp", make_webp(b"VP8X", 10_000, 5_001)),
        ("a.webp", make_webp(b"VP8L", 10_000, 5_001)),
        ("a.webp", make_webp(b"VP8 ", 10_000, 5_001)),
    ],
)
def test_inspect_refuses_more_pixels(name: str, content: bytes, tmp_path: Path) -> None:
    assert code_of(content, name, tmp_path) == "file_pixels"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", make_png()[:20]),
        ("a.png", make_png(0, 5)),
        ("a.jpg", make_jpeg()[:30]),
        ("a.jpg", make_jpeg()[:4] + b"\0\0" + make_jpeg()[6:]),
        ("a.jpg", make_jpeg(0, 0)),
        ("a.webp", make_webp()[:28]),
        ("a.webp", make_webp().replace(b"VP8X", b"VP8Z")),
    ],
)
def test_inspect_refuses_damaged_pictures(name: str, content: bytes, tmp_path: Path) -> None:
    assert code_of(content, name, tmp_path) == "file_damaged"


# --- office documents


@pytest.mark.parametrize("kind", sorted(MAIN_PART))
@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("word/vbaProject.bin", b"code"),
        ("xl/VBAPROJECT.BIN", b"code"),
        ("xl/macrosheets/sheet1.xml", "<m/>"),
        ("word/activeX/activeX1.xml", "<a/>"),
        ("word/embeddings/inner.xlsm", b"code"),
        ("word/embeddings/tool.exe", b"code"),
    ],
)
def test_inspect_refuses_active_content_by_name(
    kind: str, part: str, content: bytes | str, tmp_path: Path
) -> None:
    assert code_of(make_office(kind, {part: content}), f"a.{kind}", tmp_path) == "file_macros"


@pytest.mark.parametrize(
    "main_type",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-excel.sheet.MACROENABLED.main+xml",
        "application/vnd.ms-office.vbaProject",
    ],
)
def test_inspect_refuses_active_content_by_declared_type(main_type: str, tmp_path: Path) -> None:
    content = make_zip(office_entries("docx", main_type))
    assert code_of(content, "a.docx", tmp_path) == "file_macros"


def test_inspect_refuses_an_archive_without_the_main_part(tmp_path: Path) -> None:
    entries = office_entries("docx")
    del entries[MAIN_NAME["docx"]]
    assert code_of(make_zip(entries), "a.docx", tmp_path) == "file_content"
    assert code_of(make_zip({"a.pdf": PDF}), "a.docx", tmp_path) == "file_content"
    template = office_entries("docx", MAIN_PART["docx"].replace("document.main", "template.main"))
    assert code_of(make_zip(template), "a.docx", tmp_path) == "file_content"


BOMB = "<!DOCTYPE b [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>"


@pytest.mark.parametrize("part", ["[Content_Types].xml", "word/document.xml", "word/_rels/document.xml.rels"])
@pytest.mark.parametrize("declaration", [BOMB, "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>", "<!DOCTYPE html>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_inspect_refuses_declarations_of_outside_content(
    part: str, declaration: str, encoding: str, tmp_path: Path
) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>{declaration}<b>x</b>"
    assert code_of(make_office("docx", {part: text.encode(encoding)}), "a.docx", tmp_path) == "file_entities"


@pytest.mark.parametrize("part", ["[Content_Types].xml", "word/document.xml"])
@pytest.mark.parametrize(
    "content", ["", "<open>", "no markup", XML + "<a></b>", "<?xml version='1.0' encoding='x'?><a/>"]
)
def test_inspect_refuses_parts_that_are_not_well_formed(part: str, content: str, tmp_path: Path) -> None:
    assert code_of(make_office("docx", {part: content}), "a.docx", tmp_path) == "file_damaged"


def test_inspect_refuses_old_and_encrypted_office_containers(tmp_path: Path) -> None:
    assert code_of(OLE + bytes(2000), "a.docx", tmp_path) == "file_content"
    assert code_of(OLE + bytes(2000) + OLE_ENCRYPTED + bytes(100), "a.xlsx", tmp_path) == "file_encrypted"


# --- archives


def zip_with(
    info: zipfile.ZipInfo | str, content: bytes = PDF, compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """An archive of one entry whose directory line is the given one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, content, compress_type=compression)
    return buffer.getvalue()


def renamed(old: bytes, new: bytes, *contents: str) -> bytes:
    """An archive in which an entry's name was changed afterwards to one that no honest program writes."""
    assert len(old) == len(new)
    return make_zip(dict.fromkeys((old.decode(), *contents), PDF)).replace(old, new)


@pytest.mark.parametrize(
    "content",
    [
        renamed(b"aaa/bbb.pdf", b"../bbbb.pdf"),
        renamed(b"aaa/bbb.pdf", b"/aa/bbb.pdf"),
        renamed(b"aaa/bbb.pdf", b"C:\\\\bbb.pdf"),
        renamed(b"aaa/bbb.pdf", b"aaa\\bbb.pdf"),
        renamed(b"aaa/bbb.pdf", b"aa//bbb.pdf"),
        renamed(b"aaa/bbb.pdf", b"a/./bbb.pdf"),
        renamed(b"aaa/bbb.pdf", b"aa/..//.pdf"),
        renamed(b"aaa/bbb.pdf", b"aaa/b\x00b.pdf"),
        renamed(b"aaa/bbb.pdf", b"aaa/b\nb.pdf"),
        renamed(b"aaa/bbb.pdf", b"aaa/ccc.pdf", "aaa/ccc.pdf"),
        renamed(b"aaa/bbb.pdf", b"aaa/CCC.pdf", "aaa/ccc.pdf"),
    ],
)
def test_inspect_refuses_names_that_lead_outside_or_occur_twice(content: bytes, tmp_path: Path) -> None:
    assert code_of(content, "a.zip", tmp_path) == "archive_names"


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o600, stat.S_IFCHR | 0o600])
def test_inspect_refuses_links_and_special_files(mode: int, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.pdf")
    info.external_attr = mode << 16
    assert code_of(zip_with(info), "a.zip", tmp_path) == "archive_links"


@pytest.mark.parametrize("name", ["inner.zip", "tool.exe", "page.html", "macro.xlsm", "none", "deep/run.sh"])
def test_inspect_refuses_other_kinds_inside_an_archive(name: str, tmp_path: Path) -> None:
    assert code_of(make_zip({name: b"content"}), "a.zip", tmp_path) == "archive_kind"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"MZ", "file_content"),
        ("a.pdf", PDF.replace(b"/Root", b"/Encrypt 5 0 R /Root"), "file_encrypted"),
        ("a.docx", make_office("docx", {"word/vbaProject.bin": b"code"}), "file_macros"),
        ("a.docx", make_zip({"a.pdf": PDF}), "file_content"),
        ("a.png", make_png(10_000, 5_001), "file_pixels"),
        ("a.txt", b"\x00\x01", "archive_kind"),
    ],
)
def test_inspect_looks_into_the_files_of_an_archive(
    name: str, content: bytes, code: str, tmp_path: Path
) -> None:
    assert code_of(make_zip({f"folder/{name}": content}), "a.zip", tmp_path) == code


def test_inspect_takes_an_archive_of_documents_texts_and_folders(tmp_path: Path) -> None:
    entries = {f"附件/{name}": content for name, content in GOOD.items()}
    entries |= {"说明.txt": "揭榜".encode(), "empty/": b"", "数据.csv": b"a,b\n"}
    assert code_of(make_zip(entries), "a.zip", tmp_path) == "application/zip"


def test_inspect_reads_names_as_chinese_windows_writes_them(tmp_path: Path) -> None:
    # The second byte of 芢 in GB 18030 is the backslash, which must not be taken for a separator.
    raw = "芢料.pdf".encode("gb18030")
    assert b"\\" in raw
    assert code_of(renamed(b"x" * (len(raw) - 4) + b".pdf", raw), "a.zip", tmp_path) == "application/zip"


def test_inspect_refuses_encrypted_archives(tmp_path: Path) -> None:
    content = bytearray(make_zip({"a.pdf": PDF}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert code_of(bytes(content), "a.zip", tmp_path) == "file_encrypted"
    assert code_of(bytes(content), "a.docx", tmp_path) == "file_encrypted"


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_inspect_refuses_unusual_packing(compression: int, tmp_path: Path) -> None:
    assert code_of(zip_with("a.pdf", PDF, compression), "a.zip", tmp_path) == "file_damaged"


def test_inspect_takes_a_thousand_entries_and_no_more(tmp_path: Path) -> None:
    entries: dict[str, bytes | str] = {f"{number}.txt": b"x" for number in range(archives.MAX_ENTRIES)}
    assert code_of(make_zip(entries), "a.zip", tmp_path) == "application/zip"
    assert code_of(make_zip(entries | {"more.txt": b"x"}), "a.zip", tmp_path) == "archive_entries"


def test_inspect_refuses_a_huge_directory_before_reading_it(tmp_path: Path) -> None:
    content = bytearray(make_zip({"a.pdf": PDF}))
    struct.pack_into("<L", content, len(content) - 10, archives.MAX_DIRECTORY + 1)
    assert code_of(bytes(content), "a.zip", tmp_path) == "archive_entries"


def test_inspect_refuses_a_bomb_by_ratio_and_by_size(tmp_path: Path) -> None:
    below = make_zip({"a.txt": b"x" * archives.RATIO_COUNTS_ABOVE})
    assert code_of(below, "a.zip", tmp_path) == "application/zip"
    above = make_zip({"a.txt": b"x" * (archives.RATIO_COUNTS_ABOVE + 1)})
    assert code_of(above, "a.zip", tmp_path) == "archive_expands"
    stored = make_zip({"a.txt": b"x" * (archives.MAX_UNPACKED + 1)}, zipfile.ZIP_STORED)
    assert code_of(stored, "a.zip", tmp_path) == "archive_expands"


def test_inspect_refuses_a_bomb_inside_a_document_inside_an_archive(tmp_path: Path) -> None:
    document = make_office("docx", {"word/media/a.bin": b"x" * (archives.RATIO_COUNTS_ABOVE // 2)})
    content = make_zip({"a.docx": document, "b.docx": document, "c.docx": document})
    assert code_of(content, "a.zip", tmp_path) == "archive_expands"
    assert code_of(make_zip({"a.docx": document}), "a.zip", tmp_path) == "application/zip"


def test_inspect_finds_a_size_that_lies(tmp_path: Path) -> None:
    content = bytearray(make_zip({"a.txt": b"x" * 10_000}))
    place = content.index(b"PK\x01\x02") + 24
    struct.pack_into("<L", content, place, 10)
    assert code_of(bytes(content), "a.zip", tmp_path) == "file_damaged"


def test_inspect_refuses_entries_that_share_bytes(tmp_path: Path) -> None:
    content = bytearray(make_zip({"a.txt": b"x" * 100, "b.txt": b"x" * 100}, zipfile.ZIP_STORED))
    second = content.rindex(b"PK\x01\x02")
    struct.pack_into("<L", content, second + 42, 0)
    assert code_of(bytes(content), "a.zip", tmp_path) == "file_damaged"


def test_inspect_refuses_something_before_or_after_the_entries(tmp_path: Path) -> None:
    good = make_zip({"a.pdf": PDF})
    assert code_of(b"MZ" + good, "a.zip", tmp_path) == "file_content"
    assert code_of(good + good, "a.zip", tmp_path) == "file_damaged"
    assert code_of(good[:-30], "a.zip", tmp_path) == "file_damaged"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(GOOD)), data=st.data())
def test_inspect_answers_or_refuses_whatever_is_broken(
    name: str, data: st.DataObject, tmp_path: Path
) -> None:
    content = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    answer = code_of(bytes(content[:cut] if data.draw(st.booleans()) else content), name, tmp_path)
    assert answer in REASONS or answer in MEDIA_TYPES.values()
