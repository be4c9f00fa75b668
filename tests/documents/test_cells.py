"""Cells read as people and programs fill them in, and written so that they read the same and never run."""

import io
import tracemalloc
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

from app.core import uscc
from app.documents.cells import CellFault, read_cell, read_row
from app.documents.columns import Column, Kind, letter
from app.documents.reading import open_book
from app.documents.writing import write_csv, writing
from app.models.codes import Field, Operator, Region

CODE = uscc.fictional("420100", "91", 7)


@pytest.fixture(autouse=True)
def _in_the_application(app: Flask) -> Any:
    with app.app_context():
        yield


def column(kind: Kind, **more: Any) -> Column:
    return Column(id="x", zh="栏", en="x", kind=kind, **more)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Kind.TEXT, 12.0, "12"),
        (Kind.TEXT, " 甲\n乙 ", "甲 乙"),
        (Kind.LINES, "甲\r\n乙", "甲\n乙"),
        (Kind.WHOLE, "１２", 12),
        (Kind.WHOLE, 12.0, 12),
        (Kind.NUMBER, 98.5, Decimal("98.5")),
        (Kind.MONEY, 120.1, 120_100_000),
        (Kind.MONEY, 0.1 + 0.2, 300_000),
        (Kind.MONEY, "1,234.50", 1_234_500_000),
        (Kind.PERCENT, "30%", 3_000),
        (Kind.PERCENT, 33.33, 3_333),
        (Kind.DAY, datetime(2026, 3, 31), date(2026, 3, 31)),  # noqa: DTZ001 - as a sheet gives it
        (Kind.DAY, "2026年3月31日", date(2026, 3, 31)),
        (Kind.DAY, "2026/3/31", date(2026, 3, 31)),
        (Kind.USCC, f" {CODE.lower()} ", CODE),
        (Kind.PHONE, 13800000000.0, "13800000000"),
        (Kind.PHONE, "027-88880000", "027-88880000"),
        (Kind.EMAIL, "A@Example.CN", "a@example.cn"),
        (Kind.FLAG, "否", False),
        (Kind.FLAG, True, True),
    ],
)
def test_read_what_was_meant(kind: Kind, raw: Any, value: Any) -> None:
    assert read_cell(column(kind, most=36 if kind is Kind.WHOLE else 0), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (Kind.WHOLE, 12.5, "whole_unreadable"),
        (Kind.WHOLE, True, "whole_unreadable"),
        (Kind.WHOLE, 37, "out_of_range"),
        (Kind.NUMBER, "约95", "number_unreadable"),
        (Kind.NUMBER, "nan", "number_unreadable"),
        (Kind.MONEY, "120万", "amount_unreadable"),
        (Kind.MONEY, -1, "amount_negative"),
        (Kind.MONEY, 1.005, "amount_too_fine"),
        (Kind.MONEY, 1e9, "amount_too_large"),
        (Kind.PERCENT, 101, "percent_unreadable"),
        (Kind.DAY, 46000.0, "day_unreadable"),
        (Kind.DAY, "2026-02-30", "day_unreadable"),
        (Kind.USCC, CODE[:-1] + ("A" if CODE[-1] != "A" else "B"), "uscc_wrong"),
        (Kind.USCC, 9.14201001234568e17, "uscc_ruined"),
        (Kind.USCC, "9.1E+17", "uscc_ruined"),
        (Kind.USCC, "9.1420100123457E+17", "uscc_ruined"),
        (Kind.USCC, "914201001234567000", "uscc_ruined"),
        (Kind.PHONE, "12345", "phone_wrong"),
        (Kind.EMAIL, "a@b", "email_wrong"),
        (Kind.FLAG, "也许", "flag_unreadable"),
    ],
)
def test_say_what_is_wrong(kind: Kind, raw: Any, code: str) -> None:
    with pytest.raises(CellFault) as fault:
        read_cell(column(kind, most=36 if kind is Kind.WHOLE else 0), raw)
    assert fault.value.code == code


@pytest.mark.parametrize("typed", ["F08", "f08", "智慧医疗", "F08 智慧医疗", "Smart healthcare", "Ｆ０８"])
def test_know_a_code_by_any_of_its_names(typed: str) -> None:
    assert read_cell(column(Kind.CODE, codes=tuple(Field)), typed) is Field.F08


def test_read_several_codes_from_one_cell() -> None:
    wanted = column(Kind.CODES, codes=tuple(Field))
    assert read_cell(wanted, "F08；智慧教育、F08") == [Field.F08, Field.F07]


def test_tell_comparisons_apart() -> None:
    wanted = column(Kind.CODE, codes=tuple(Operator))
    assert [read_cell(wanted, typed) for typed in ("≥", "≤", "=", "≈")] == [
        Operator.GE,
        Operator.LE,
        Operator.EQ,
        Operator.APPROX,
    ]


def test_name_columns_as_programs_do() -> None:
    assert [letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


COLUMNS = (
    Column(id="code", zh="信用代码", en="Code", kind=Kind.USCC),
    Column(id="name", zh="名称", en="Name"),
    Column(id="money", zh="金额", en="Money", kind=Kind.MONEY),
    Column(id="day", zh="日期", en="Day", kind=Kind.DAY),
    Column(id="region", zh="市州", en="Region", kind=Kind.CODE, codes=tuple(Region)),
    Column(id="fields", zh="领域", en="Fields", kind=Kind.CODES, codes=tuple(Field)),
    Column(id="is_on", zh="是否", en="On", kind=Kind.FLAG),
)
DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "|calc",
    "%x",
    "＝1+1",
    " =1+1",
    "\ufeff=1",
    "=cmd|' /C calc'!A0",
]


def rows() -> list[dict[str, Any]]:
    return [
        {
            "code": CODE,
            "name": name,
            "money": 120_500_000,
            "day": date(2026, 3, 31),
            "region": Region.WUHAN,
            "fields": [Field.F07, Field.F08],
            "is_on": True,
        }
        for name in ["普通名称", *DANGEROUS]
    ]


def test_write_a_sheet_that_reads_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file, writing(file) as book:
        book.sheet("表", COLUMNS, rows())
    page = openpyxl.load_workbook(path)["表"]
    assert [cell.value for cell in page[2]] == [each.id for each in COLUMNS]
    assert {cell.data_type for row in page.iter_rows(min_row=3) for cell in row} <= {"s", "n", "d"}
    assert page["A3"].number_format == "@"
    assert (page["C3"].value, page["C3"].number_format) == (120.5, "#,##0.00")
    assert page["D3"].number_format == "yyyy-mm-dd"
    assert [page.cell(row, 2).quotePrefix for row in range(3, 5)] == [False, True]

    table = open_book(path, "a.xlsx").table(COLUMNS)
    read = [read_row(table, row, COLUMNS) for row in table.rows]
    assert [faults for _values, faults in read] == [[] for _ in read]
    cleaned = [each | {"name": each["name"].strip(" \ufeff")} for each in rows()]
    assert [values for values, _faults in read] == cleaned


def test_write_csv_that_no_program_runs_and_that_reads_back(tmp_path: Path) -> None:
    content = b"".join(write_csv(COLUMNS, rows()))
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0] == "信用代码,名称,金额,日期,市州,领域,是否"
    assert lines[1] == f"{CODE},普通名称,120.50,2026-03-31,武汉市,智慧教育；智慧医疗,是"
    for line, name in zip(lines[2:], DANGEROUS, strict=True):
        assert f"'{name}" in line
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    table = open_book(path, "a.csv").table(COLUMNS)
    names = [read_row(table, row, COLUMNS)[0]["name"] for row in table.rows]
    assert names[1:] == [name.strip(" \ufeff") for name in DANGEROUS]


def test_hold_one_row_in_memory_while_writing(tmp_path: Path) -> None:
    def many() -> Any:
        for index in range(5_000):
            yield {"code": CODE, "name": f"名称{index}", "money": index * 10_000}

    file = io.BytesIO()
    tracemalloc.start()
    with writing(file) as book:
        book.sheet("表", COLUMNS, many())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 2**20
