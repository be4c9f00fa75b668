"""Texts people type, made safe, comparable or masked."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import text

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=60)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  智能制造  ", "智能制造"),
        ("\u3000智能制造\u3000", "智能制造"),
        ("a\x00b\x1bc\x7fd", "abcd"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\tb", "a\tb"),
        ("e\u0301", "\u00e9"),
        ("\ud800broken\udfff", "broken"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("\ufeffname\uffff", "name"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("\x00", ""),
    ],
)
def test_clean_keeps_what_can_be_seen(typed: str, stored: str) -> None:
    assert text.clean(typed) == stored


@given(ANY_TEXT)
def test_clean_makes_any_text_safe_to_store(typed: str) -> None:
    cleaned = text.clean(typed)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [char for char in cleaned if unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n"]
    assert text.clean(cleaned) == cleaned


def test_clean_line_leaves_one_line() -> None:
    assert text.clean_line(" 湖北省\r\n 揭榜\t挂帅\u3000平台 ") == "湖北省 揭榜 挂帅 平台"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("揭榜（挂帅）", "揭榜(挂帅)"),
        ("ＡＩ＋医疗", "ai医疗"),
        ("大模型 · 平台", "大模型平台"),
        ("“揭榜”，挂帅！", "揭榜挂帅"),
        ("e\u0301tude", "\u00c9TUDE"),
        ("STRASSE", "straße"),
        ("①", "1"),
    ],
)
def test_normalize_for_compare_makes_alike_what_people_call_the_same(one: str, other: str) -> None:
    assert text.normalize_for_compare(one) == text.normalize_for_compare(other) != ""


def test_normalize_for_compare_keeps_different_texts_apart() -> None:
    assert text.normalize_for_compare("5G 基站") != text.normalize_for_compare("6G 基站")


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("027-87654321", "027*****4321"),
        ("87654321", "******21"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_mask_phone_keeps_the_ends(phone: str, masked: str) -> None:
    assert text.mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("zhangsan@example.com", "z***@example.com"),
        ("z@example.com", "z***@example.com"),
        ('"a@b"@example.com', '"***@example.com'),
        ("no address", "***"),
        ("", "***"),
    ],
)
def test_mask_email_keeps_the_first_letter_and_the_domain(address: str, masked: str) -> None:
    assert text.mask_email(address) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三丰", "张**"), ("张三", "张*"), ("张", "张*"), ("John Smith", "J*** S****"), ("", "")],
)
def test_mask_name_keeps_the_first_character(name: str, masked: str) -> None:
    assert text.mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("420106199001011234", "420***********1234"), ("1234567890", "**********"), ("", "")],
)
def test_mask_id_hides_the_date_of_birth(number: str, masked: str) -> None:
    assert text.mask_id(number) == masked
