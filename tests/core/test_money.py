"""Amounts: nothing is lost between 万元 and fen, and every split sums to its whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import money

STEPS = st.integers(0, money.MAX_FEN // money.FEN_PER_STEP)
FEN = st.integers(0, money.MAX_FEN)


@st.composite
def percentages(draw: st.DrawFn) -> list[int]:
    """One to twelve percentages in hundredths that make up the whole."""
    cuts = sorted(draw(st.lists(st.integers(0, money.WHOLE), max_size=11)))
    return [end - start for start, end in zip([0, *cuts], [*cuts, money.WHOLE], strict=True)]


@pytest.mark.parametrize(
    ("entered", "fen"),
    [
        ("0", 0),
        ("1", 1_000_000),
        ("0.01", 10_000),
        ("120.5", 120_500_000),
        (" 120.50 ", 120_500_000),
        ("1,234.50", 1_234_500_000),
        ("１，２３４．５０", 1_234_500_000),
        ("007.10", 7_100_000),
        ("12.", 12_000_000),
        (Decimal("300.00"), 300_000_000),
        (Decimal(300), 300_000_000),
        ("1000000", 10**12),
        ("1,000,000.00", 10**12),
    ],
)
def test_fen_from_wan_reads_what_people_enter(entered: str | Decimal, fen: int) -> None:
    assert money.fen_from_wan(entered) == fen


@pytest.mark.parametrize(
    ("entered", "code"),
    [
        ("", "amount_unreadable"),
        (".5", "amount_unreadable"),
        ("-1", "amount_unreadable"),
        ("-0.01", "amount_unreadable"),
        ("+1", "amount_unreadable"),
        ("1e3", "amount_unreadable"),
        ("1E3", "amount_unreadable"),
        ("NaN", "amount_unreadable"),
        ("inf", "amount_unreadable"),
        ("12 万", "amount_unreadable"),
        ("1.2.3", "amount_unreadable"),
        ("12,34", "amount_unreadable"),
        ("1,2345", "amount_unreadable"),
        ("٣", "amount_unreadable"),
        ("1" * 13, "amount_unreadable"),
        (Decimal("NaN"), "amount_unreadable"),
        (Decimal("sNaN"), "amount_unreadable"),
        (Decimal("Infinity"), "amount_unreadable"),
        (Decimal("1E+3"), "amount_unreadable"),
        (Decimal("-0.00"), "amount_unreadable"),
        ("0.001", "amount_too_fine"),
        ("1.500", "amount_too_fine"),
        (Decimal("1.005"), "amount_too_fine"),
        ("1000000.01", "amount_too_large"),
        ("999999999999", "amount_too_large"),
    ],
)
def test_fen_from_wan_refuses_what_is_no_amount(entered: str | Decimal, code: str) -> None:
    with pytest.raises(money.AmountRefused) as caught:
        money.fen_from_wan(entered)
    assert isinstance(caught.value, ValueError)
    assert (caught.value.code, caught.value.codes) == (code, {code})


@given(st.text(max_size=20))
def test_fen_from_wan_reads_or_refuses_any_text(text: str) -> None:
    try:
        fen = money.fen_from_wan(text)
    except money.AmountRefused:
        return
    assert 0 <= fen <= money.MAX_FEN
    assert fen % money.FEN_PER_STEP == 0


@given(STEPS)
def test_amounts_survive_the_way_to_the_screen_and_back(steps: int) -> None:
    fen = steps * money.FEN_PER_STEP
    assert money.fen_from_wan(money.format_wan(fen)) == fen
    assert money.fen_from_wan(money.wan(fen)) == fen


@given(FEN)
def test_wan_is_exact(fen: int) -> None:
    assert money.wan(fen) * 1_000_000 == fen
    assert -money.wan(fen).as_tuple().exponent >= 2  # type: ignore[operator]


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (0, "0.00"),
        (1_234_500_000, "1,234.50"),
        (10**12, "1,000,000.00"),
        (4_999, "0.00"),
        (5_000, "0.01"),
        (14_999, "0.01"),
        (15_000, "0.02"),
        (-1_234_500_000, "-1,234.50"),
    ],
)
def test_format_wan_shows_two_decimals_rounded_half_up(fen: int, shown: str) -> None:
    assert money.format_wan(fen) == shown


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "0.00"), (5, "0.05"), (1_234_567, "12,345.67"), (-150, "-1.50")]
)
def test_format_yuan_shows_every_fen(fen: int, shown: str) -> None:
    assert money.format_yuan(fen) == shown


@pytest.mark.parametrize(
    ("total", "percent", "part"),
    [
        (100, 3000, 30),
        (1, 5000, 1),
        (1, 4999, 0),
        (3, 5000, 2),
        (10**12, 10_000, 10**12),
        (7, 0, 0),
        (0, 3000, 0),
    ],
)
def test_share_rounds_half_a_fen_up(total: int, percent: int, part: int) -> None:
    assert money.share(total, percent) == part


@pytest.mark.parametrize(("total", "percent"), [(-1, 100), (100, -1), (100, 10_001)])
def test_share_refuses_what_is_no_part(total: int, percent: int) -> None:
    with pytest.raises(ValueError, match="share"):
        money.share(total, percent)


@given(FEN, percentages())
def test_split_by_percent_always_sums_to_the_whole(total: int, percents: list[int]) -> None:
    parts = money.split_by_percent(total, percents)
    assert sum(parts) == total
    for part, percent in zip(parts, percents, strict=True):
        assert abs(part * money.WHOLE - total * percent) < money.WHOLE


@pytest.mark.parametrize(
    ("total", "percents", "parts"),
    [
        (100, [3000, 3000, 3000, 1000], [30, 30, 30, 10]),
        (10, [3333, 3333, 3334], [3, 3, 4]),
        (2, [3333, 3333, 3334], [1, 0, 1]),
        (1, [5000, 5000], [1, 0]),
        (1, [0, 10_000], [0, 1]),
        (0, [10_000], [0]),
    ],
)
def test_split_by_percent_gives_the_rest_to_the_largest_remainders(
    total: int, percents: list[int], parts: list[int]
) -> None:
    assert money.split_by_percent(total, percents) == parts


@pytest.mark.parametrize(
    ("total", "percents"), [(100, []), (100, [9999]), (100, [-1, 10_001]), (-1, [10_000])]
)
def test_split_by_percent_refuses_what_is_no_whole(total: int, percents: list[int]) -> None:
    with pytest.raises(ValueError, match="100 %"):
        money.split_by_percent(total, percents)
