"""References as people quote them, and means that are exact."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import numbers
from app.core.numbers import NumberKind, Reference

ROUND = "HB-2026-01"
DEMAND = "HB-2026-01-F08-0007"


def test_every_reference_hangs_under_its_parent() -> None:
    assert numbers.round_number("HB", 2026, 1) == ROUND
    assert numbers.demand_number(ROUND, "F08", 7) == DEMAND
    assert numbers.bid_number(DEMAND, 3) == "HB-2026-01-F08-0007-B03"
    assert numbers.contract_number(DEMAND, 1) == "HB-2026-01-F08-0007-C01"
    assert numbers.certificate_number(DEMAND, 1) == "HB-2026-01-F08-0007-A01"
    assert numbers.demonstration_number(DEMAND, 1) == "HB-2026-01-F08-0007-D01"
    assert numbers.notice_number(ROUND, 12) == "HB-2026-01-N012"
    assert numbers.objection_number("HB-2026-01-N012", 2) == "HB-2026-01-N012-O02"


def test_a_serial_that_outgrows_its_width_gets_longer() -> None:
    number = numbers.bid_number(numbers.demand_number("HB-2026-120", "F01", 12_345), 128)
    assert number == "HB-2026-120-F01-12345-B128"
    parsed = numbers.parse(number)
    assert parsed is not None
    assert (parsed.serial, parsed.parent) == (128, "HB-2026-120-F01-12345")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        (ROUND, Reference(NumberKind.ROUND, ROUND, None, 1, 2026)),
        (DEMAND, Reference(NumberKind.DEMAND, DEMAND, ROUND, 7, 2026, "F08")),
        (DEMAND + "-B03", Reference(NumberKind.BID, DEMAND + "-B03", DEMAND, 3, 2026, "F08")),
        (DEMAND + "-C01", Reference(NumberKind.CONTRACT, DEMAND + "-C01", DEMAND, 1, 2026, "F08")),
        (DEMAND + "-A01", Reference(NumberKind.CERTIFICATE, DEMAND + "-A01", DEMAND, 1, 2026, "F08")),
        (DEMAND + "-D02", Reference(NumberKind.DEMONSTRATION, DEMAND + "-D02", DEMAND, 2, 2026, "F08")),
        (ROUND + "-N012", Reference(NumberKind.NOTICE, ROUND + "-N012", ROUND, 12, 2026)),
        (ROUND + "-N012-O02", Reference(NumberKind.OBJECTION, ROUND + "-N012-O02", ROUND + "-N012", 2, 2026)),
    ],
)
def test_parse_takes_a_reference_apart(text: str, reference: Reference) -> None:
    assert numbers.parse(text) == reference
    assert [kind for kind in NumberKind if numbers.is_number(text, kind)] == [reference.kind]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HB",
        "HB-2026",
        "HB-2026-1",
        "HB-2026-00",
        "HB-2026-001",
        "hb-2026-01",
        "HB-1926-01",
        "HB-2026-01-",
        "HB-2026-01-F08",
        "HB-2026-01-F08-7",
        "HB-2026-01-F08-0000",
        "HB-2026-01-F08-00007",
        "HB-2026-01-F08-0007-X01",
        "HB-2026-01-F08-0007-B00",
        "HB-2026-01-F08-0007-B03\n",
        " HB-2026-01",
        "HB-2026-01-F08-０００７",
        "HB-2026-01-N012-B01",
    ],
)
def test_parse_refuses_what_is_no_reference(text: str) -> None:
    assert numbers.parse(text) is None


@given(
    st.from_regex(r"[A-Z]{2,6}", fullmatch=True),
    st.integers(2000, 2099),
    st.integers(1, 9999),
    st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True),
    st.integers(1, 999_999),
    st.integers(1, 9999),
)
def test_parse_returns_what_a_reference_was_made_of(
    region: str, year: int, round_serial: int, field: str, demand_serial: int, serial: int
) -> None:
    round_no = numbers.round_number(region, year, round_serial)
    demand_no = numbers.demand_number(round_no, field, demand_serial)
    bid_no = numbers.bid_number(demand_no, serial)
    assert numbers.parse(bid_no) == Reference(NumberKind.BID, bid_no, demand_no, serial, year, field)
    assert numbers.parse(demand_no) == Reference(
        NumberKind.DEMAND, demand_no, round_no, demand_serial, year, field
    )
    assert numbers.parse(round_no) == Reference(NumberKind.ROUND, round_no, None, round_serial, year)


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (numbers.round_number, ("HB", 2026, 0)),
        (numbers.round_number, ("HB", 2026, -1)),
        (numbers.round_number, ("湖北", 2026, 1)),
        (numbers.round_number, ("HB", 26, 1)),
        (numbers.demand_number, (DEMAND, "F08", 1)),
        (numbers.demand_number, (ROUND, "A1", 1)),
        (numbers.demand_number, (ROUND, "F08", 1_000_000)),
        (numbers.bid_number, (ROUND, 1)),
        (numbers.objection_number, (DEMAND, 1)),
    ],
)
def test_a_reference_is_refused_for_parts_that_make_none(make: object, parts: tuple[object, ...]) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match="is no number of a"):
        make(*parts)


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ([8250], 8250),
        ([8250, 8251], 8251),
        ([0, 1], 1),
        ([0, 0, 1], 0),
        ([0, 1, 1], 1),
        ([8000, 8100, 8333], 8144),
        ([10_000] * 7, 10_000),
    ],
)
def test_mean_hundredths_rounds_half_up(values: list[int], mean: int) -> None:
    assert numbers.mean_hundredths(values) == mean


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_mean_hundredths_is_the_nearest_whole_to_the_exact_mean(values: list[int]) -> None:
    difference = numbers.mean_hundredths(values) - Fraction(sum(values), len(values))
    assert Fraction(-1, 2) < difference <= Fraction(1, 2)


def test_mean_hundredths_refuses_no_values() -> None:
    with pytest.raises(ValueError, match="no values"):
        numbers.mean_hundredths([])


@pytest.mark.parametrize(
    ("value", "shown"), [(8250, "82.50"), (0, "0.00"), (7, "0.07"), (10_000, "100.00"), (-150, "-1.50")]
)
def test_format_hundredths_shows_two_decimals(value: int, shown: str) -> None:
    assert numbers.format_hundredths(value) == shown
