"""Sheets that mean harm end in a refusal that names the reason, quickly and in little memory."""

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from app.core.errors import RuleBroken
from app.core.files import FileStore
from app.documents.columns import Column
from app.documents.reading import open_book
from app.web.imports import kept_file

COLUMNS = (Column(id="name", zh="名称", en="Name", is_required=True), Column(id="note", zh="备注", en="Note"))


def plain(rows: int = 2) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    page = book.add_worksheet("表")
    page.write_row(0, 0, ["名称", "备注"])
    for index in range(rows):
        page.write_row(index + 1, 0, [f"甲{index}", "乙"])
    book.close()
    return file.getvalue()


def changed(parts: dict[str, bytes | Callable[[bytes], bytes]], base: bytes | None = None) -> bytes:
    """A workbook with some parts replaced, changed or added."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base or plain())) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            what = parts.get(name)
            content = old.read(name)
            new.writestr(
                name, content if what is None else what if isinstance(what, bytes) else what(content)
            )
        for name in set(parts) - set(old.namelist()):
            new.writestr(name, parts[name])
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
)


def shared_bomb() -> bytes:
    """One string of a million letters, shown ten thousand times."""
    text = b"<si><t>" + b"x" * 1_000_000 + b"</t></si>"
    strings = (
        b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        + text
        + b"</sst>"
    )
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (i, i) for i in range(1, 10_001))
    return changed({"xl/sharedStrings.xml": strings, SHEET: HEAD + cells + TAIL})


def zip_bomb() -> bytes:
    return changed({"xl/media/image1.bin": b"\x00" * (210 * 2**20)})


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "billion laughs": (lambda: changed({SHEET: LAUGHS}), "表.xlsx", "file_entities"),
    "a cell in the last corner": (
        lambda: changed({SHEET: HEAD + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + TAIL}),
        "表.xlsx",
        "sheet_rows",
    ),
    "a cell far to the right": (
        lambda: changed({SHEET: HEAD + b'<row r="1"><c r="XFD1"><v>1</v></c></row>' + TAIL}),
        "表.xlsx",
        "sheet_columns",
    ),
    "a million empty rows": (
        lambda: changed({SHEET: HEAD + b"<row/>" * 1_000_000 + TAIL}),
        "表.xlsx",
        "sheet_rows",
    ),
    "a place that is none": (
        lambda: changed({SHEET: HEAD + b'<row r="1"><c r="A0"><v>1</v></c></row>' + TAIL}),
        "表.xlsx",
        "sheet_unreadable",
    ),
    "a string that is not there": (
        lambda: changed({SHEET: HEAD + b'<row r="1"><c r="A1" t="s"><v>99999</v></c></row>' + TAIL}),
        "表.xlsx",
        "sheet_unreadable",
    ),
    "a long string ten thousand times": (shared_bomb, "表.xlsx", "sheet_text"),
    "a zip bomb": (zip_bomb, "表.xlsx", "archive_expands"),
    "links to other files": (
        lambda: changed({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}),
        "表.xlsx",
        "sheet_external",
    ),
    "a database connection": (
        lambda: changed({"xl/connections.xml": b"<connections/>"}),
        "表.xlsx",
        "sheet_external",
    ),
    "macros": (lambda: changed({"xl/vbaProject.bin": b"\x00"}), "表.xlsx", "file_macros"),
    "an encrypted file": (
        lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "表.xlsx",
        "file_encrypted",
    ),
    "half a file": (lambda: plain()[:-200], "表.xlsx", "file_damaged"),
    "no sheet at all": (lambda: changed({"xl/workbook.xml": b"<workbook/>"}), "表.xlsx", "sheet_unreadable"),
    "text under another name": (lambda: b"name,note\n", "表.xlsx", "file_content"),
    "an old binary sheet": (lambda: bytes.fromhex("d0cf11e0a1b11ae1"), "表.xls", "file_kind"),
    "a picture": (lambda: b"\x89PNG", "表.png", "file_kind"),
    "csv with NUL": (lambda: "名称,备注\n甲\x00,乙\n".encode(), "表.csv", "csv_nul"),
    "csv in no encoding of ours": (lambda: b"\x81\xff\xfe\x80name,note\n", "表.csv", "csv_encoding"),
    "csv with a loose quotation mark": (lambda: '名称,备注\n"甲"x,乙\n'.encode(), "表.csv", "csv_unreadable"),
    "csv without end": (lambda: "名称,备注\n".encode() + b"x,y\n" * 30_000, "表.csv", "sheet_rows"),
    "csv with a thousand columns": (lambda: b"," * 1_000 + b"\n", "表.csv", "sheet_columns"),
    "other columns": (lambda: "甲,乙\n1,2\n".encode(), "表.csv", "sheet_header"),
    "a column twice": (lambda: "名称,name\n1,2\n".encode(), "表.csv", "sheet_header_twice"),
    "nothing": (lambda: b"", "表.csv", "file_empty"),
}


def taken(content: bytes, name: str, tmp_path: Path) -> None:
    """What an upload and its check do, up to the table."""
    store = FileStore(tmp_path)
    upload = kept_file(store, io.BytesIO(content), name)
    open_book(store.path(upload.storage_name), upload.filename).table(COLUMNS)


@pytest.mark.parametrize("name", HOSTILE)
def test_refuse_a_hostile_sheet_by_name(app: object, tmp_path: Path, name: str) -> None:
    make, filename, expected = HOSTILE[name]
    content = make()
    started = time.process_time()
    tracemalloc.start()
    with pytest.raises(RuleBroken) as refused:
        taken(content, filename, tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.codes == {expected}
    assert str(refused.value.wording)
    assert peak < 64 * 2**20
    assert time.process_time() - started < 20


def test_read_what_chinese_office_programs_write(app: object, tmp_path: Path) -> None:
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "gb18030")):
        path = tmp_path / f"{number}.csv"
        path.write_bytes("名称,备注\n武汉楚岸医院,'=1+1\n".encode(encoding))
        [row] = open_book(path, "表.csv").table(COLUMNS).rows
        assert row.cells == {"name": "武汉楚岸医院", "note": "=1+1"}


def test_take_a_sheet_whose_stated_dimension_lies(app: object, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(
        changed(
            {SHEET: lambda old: old.replace(b'<dimension ref="A1:B3"/>', b'<dimension ref="A1:XFD1048576"/>')}
        )
    )
    assert len(open_book(path, "表.xlsx").table(COLUMNS).rows) == 2


def test_pass_hyperlinks_and_styled_blanks(app: object, tmp_path: Path) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    page = book.add_worksheet()
    page.write_row(0, 0, ["标题"])
    page.write_row(2, 1, ["备注", "名称"])
    page.write_url(3, 2, "https://example.org/", string="甲")
    for row in range(4, 3_000):
        page.write_blank(row, 1, None, book.add_format({"bold": True}) if row == 4 else None)
    book.close()
    path = tmp_path / "a"
    path.write_bytes(file.getvalue())
    table = open_book(path, "表.xlsx").table(COLUMNS)
    assert [(row.number, row.cells) for row in table.rows] == [(4, {"name": "甲", "note": ""})]
    assert table.letters == {"note": "B", "name": "C"}
