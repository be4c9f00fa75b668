"""Hashing at the cost of tests, and the rules for choosing a password."""

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import passwords
from app.core.passwords import Profile

GOOD = "江城五月落梅花-2026黄鹤楼"
CHEAP_TEXT = st.text(min_size=1, max_size=40)


@pytest.fixture(autouse=True)
def cheap() -> Iterator[None]:
    """Hashes cost next to nothing here, and what they cost elsewhere comes back afterwards."""
    before = passwords._Current.hasher
    passwords.configure(Profile.CHEAP)
    yield
    passwords._Current.hasher = before


def codes(password: str, email: str = "") -> list[str]:
    """The codes of what is wrong with a password."""
    return [problem.code for problem in passwords.problems(password, email=email)]


def test_verify_password_accepts_the_password_and_no_other() -> None:
    stored = passwords.hash_password(GOOD)
    assert stored.startswith("$argon2id$")
    assert passwords.verify_password(stored, GOOD)
    assert not passwords.verify_password(stored, GOOD + " ")
    assert not passwords.verify_password(stored, "")


def test_hash_password_salts() -> None:
    assert passwords.hash_password(GOOD) != passwords.hash_password(GOOD)


@given(CHEAP_TEXT)
def test_verify_password_agrees_however_the_input_method_composes(password: str) -> None:
    stored = passwords.hash_password(unicodedata.normalize("NFC", password))
    assert passwords.verify_password(stored, unicodedata.normalize("NFD", password))


@pytest.mark.parametrize("stored", ["", "!", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv", "plain"])
def test_verify_password_refuses_a_hash_that_is_none(stored: str) -> None:
    assert not passwords.verify_password(stored, GOOD)
    assert passwords.needs_new_hash(stored)


def test_verify_password_refuses_a_broken_text() -> None:
    assert not passwords.verify_password(passwords.hash_password(GOOD), "\ud800" * 12)


def test_configure_changes_what_the_next_hash_costs() -> None:
    stored = passwords.hash_password(GOOD)
    assert not passwords.needs_new_hash(stored)
    passwords.configure(Profile.STANDARD)
    assert passwords.needs_new_hash(stored)
    assert passwords.verify_password(stored, GOOD)
    standard = passwords.hash_password(GOOD)
    assert "$m=65536,t=3,p=4$" in standard
    assert not passwords.needs_new_hash(standard)


def test_verify_nothing_returns_nothing() -> None:
    passwords.verify_nothing()


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        (GOOD, []),
        ("correct horse battery", []),
        ("密码要长一点才能安全呀呀", []),
        ("a" * 5 + "b" * 5 + "c" * 2, []),
        ("x1y2z3w4v5u", ["password_short"]),
        ("", ["password_short"]),
        ("abcdefghij-" * 12, ["password_long"]),
        ("123456789012", ["password_common"]),
        ("qwertyuiop12", ["password_common"]),
        ("password1234", ["password_common"]),
        ("PassWord1234", ["password_common"]),
        ("ｐａｓｓｗｏｒｄ１２３４", ["password_common"]),
        ("woaini1314520", ["password_common"]),
        ("aaaaaaaaaaaaaaaaaaaaa", ["password_common"]),
        ("abababababababab", ["password_common"]),
        ("江城五月落梅花黄鹤楼中\ud800", ["password_broken"]),
    ],
)
def test_problems_names_what_is_wrong(password: str, expected: list[str]) -> None:
    assert codes(password) == expected


@pytest.mark.parametrize("length", [passwords.MIN_LENGTH, passwords.MAX_LENGTH])
def test_problems_accepts_the_shortest_and_the_longest(length: int) -> None:
    assert codes(("江城五月落梅花" * 30)[:length]) == []


@pytest.mark.parametrize(
    ("password", "email", "expected"),
    [
        ("zhangsan@example.com", "zhangsan@example.com", ["password_email"]),
        ("ZhangSan@Example.com1", "zhangsan@example.com", ["password_email"]),
        ("zhangsan2026", "zhangsan@example.com", ["password_email"]),
        ("zhangsanzhangsan1", "zhangsan@example.com", ["password_email"]),
        ("zhangsan 江城五月落梅花", "zhangsan@example.com", []),
        ("liu-river-crane-tower", "liu@example.com", []),
    ],
)
def test_problems_refuses_the_address_with_a_little_more(
    password: str, email: str, expected: list[str]
) -> None:
    assert codes(password, email) == expected


def test_problems_name_the_field_of_the_form() -> None:
    assert [problem.field for problem in passwords.problems("short", field="new_password")] == [
        "new_password"
    ]


def test_common_passwords_are_many_and_all_long_enough_to_be_chosen() -> None:
    common = passwords.common_passwords()
    assert len(common) >= 1_000
    assert [password for password in common if len(password) < passwords.MIN_LENGTH] == []
    changed = [
        password for password in common if unicodedata.normalize("NFKC", password).casefold() != password
    ]
    assert changed == []
