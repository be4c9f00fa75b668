"""The canonical text of a value, against vectors that must never change."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import digests
from app.core.i18n import _l


class Colour(StrEnum):
    RED = "red"


class Size(Enum):
    LARGE = 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
NONCE = bytes(range(32))
FILE = hashlib.sha256(b"file").hexdigest()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (10**20, "100000000000000000000"),
        ({"b": 1, "a": [1, "二", None], "B": {}}, '{"B":{},"a":[1,"二",null],"b":1}'),
        ({"二": 1, "z": 2, "Z": 3}, '{"Z":3,"z":2,"二":1}'),
        ((1, 2), "[1,2]"),
        ('quote " slash / line \n', '"quote \\" slash / line \\n"'),
        (datetime(2026, 3, 2, 1, 2, 3, 45, tzinfo=UTC), '"2026-03-02T01:02:03.000045Z"'),
        (datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8))), '"2026-03-02T01:00:00.000000Z"'),
        (datetime(7, 1, 1, tzinfo=UTC), '"0007-01-01T00:00:00.000000Z"'),
        (date(2026, 3, 2), '"2026-03-02"'),
        (Decimal("120.50"), '"120.50"'),
        (Decimal("1E+3"), '"1000"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        ({Colour.RED: Colour.RED, "size": Size.LARGE}, '{"red":"red","size":3}'),
    ],
)
def test_canonical_json_writes_one_text(value: object, expected: str) -> None:
    assert digests.canonical_json(value) == expected.encode()


@given(JSON)
def test_canonical_json_is_read_back_unchanged(value: Any) -> None:
    canonical = digests.canonical_json(value)
    assert json.loads(canonical) == value
    assert digests.canonical_json(json.loads(canonical)) == canonical


@given(st.dictionaries(st.text(), st.integers()))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, int]) -> None:
    assert digests.canonical_json(dict(reversed(value.items()))) == digests.canonical_json(value)


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), b"bytes", {1, 2}, {1: "one"}, object(), [bytearray()], _l("wording"), Decimal("NaN")],
    ids=lambda value: type(value).__name__,
)
def test_canonical_json_refuses_what_has_no_one_text(value: object) -> None:
    with pytest.raises(TypeError):
        digests.canonical_json(value)


@pytest.mark.parametrize("value", [datetime(2026, 3, 2), "\ud800"], ids=["naive", "surrogate"])  # noqa: DTZ001
def test_canonical_json_refuses_moments_without_a_zone_and_broken_texts(value: object) -> None:
    with pytest.raises(ValueError):
        digests.canonical_json(value)


def test_digest_is_the_sha256_of_the_canonical_text() -> None:
    assert digests.sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digests.digest({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()


def test_commitment_is_made_of_its_four_parts() -> None:
    expected = hashlib.sha256(b'\x00{"price_fen":100}' + bytes.fromhex(FILE) + NONCE).hexdigest()
    assert digests.commitment({"price_fen": 100}, [FILE], NONCE) == expected


def test_commitment_changes_with_every_part() -> None:
    other = hashlib.sha256(b"other").hexdigest()
    made = [
        digests.commitment({"price_fen": 100}, [FILE, other], NONCE),
        digests.commitment({"price_fen": 101}, [FILE, other], NONCE),
        digests.commitment({"price_fen": 100}, [other, FILE], NONCE),
        digests.commitment({"price_fen": 100}, [FILE], NONCE),
        digests.commitment({"price_fen": 100}, [], NONCE),
        digests.commitment({"price_fen": 100}, [FILE, other], NONCE[::-1]),
    ]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize(
    ("hashes", "nonce"), [([FILE], b"short"), ([FILE], b""), (["abcd"], NONCE), (["not hex"], NONCE)]
)
def test_commitment_refuses_parts_of_the_wrong_size(hashes: list[str], nonce: bytes) -> None:
    with pytest.raises(ValueError):
        digests.commitment({}, hashes, nonce)


def test_commitment_refuses_a_content_that_does_not_end_itself() -> None:
    with pytest.raises(TypeError):
        digests.commitment(12, [], NONCE)  # type: ignore[arg-type]
