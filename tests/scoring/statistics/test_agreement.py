"""Agreement against published figures, definitions written out, and what must not change it."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from app.scoring.statistics import agreement
from app.scoring.statistics.table import ScoreTable
from tests.scoring.statistics.making import SHROUT_FLEISS, table

tables = st.integers(2, 6).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(0, 20), min_size=columns, max_size=columns).map(tuple), min_size=2, max_size=7
    )
)


def renamed(original: ScoreTable, seed: int) -> ScoreTable:
    """The same scores under other keys, so in another order."""
    drawn = Random(seed)
    bids = dict(zip(original.bids, drawn.sample(original.bids, len(original.bids)), strict=True))
    experts = dict(zip(original.experts, drawn.sample(original.experts, len(original.experts)), strict=True))
    return ScoreTable({(bids[bid], experts[expert]): v for (bid, expert), v in original.scores.items()})


def test_gives_the_published_coefficients_of_shrout_and_fleiss() -> None:
    found = agreement.intraclass(table(SHROUT_FLEISS))
    assert found is not None
    assert [round(found.one_nested, 2), round(found.one_random, 2), round(found.one_fixed, 2)] == [
        0.17,
        0.29,
        0.71,
    ]
    assert [round(found.mean_nested, 2), round(found.mean_random, 2), round(found.mean_fixed, 2)] == [
        0.44,
        0.62,
        0.91,
    ]


def test_gives_the_published_mean_squares() -> None:
    found = agreement.mean_squares(table(SHROUT_FLEISS))
    assert found is not None
    squares = (found.between_bids, found.within_bids, found.between_experts, found.error)
    assert [round(float(each), 2) for each in squares] == [11.24, 6.26, 32.49, 1.02]


def test_gives_the_interval_that_other_programs_give_for_that_table() -> None:
    low, high = agreement.random_interval(table(SHROUT_FLEISS)) or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.019, 0.761)
    assert (round(agreement.project(low, 4), 3), round(agreement.project(high, 4), 3)) == (0.071, 0.927)


def test_gives_kendalls_w_of_that_table_by_hand() -> None:
    # Sums of ranks 17, 6, 19, 7.5, 23.5, 11 about 14; five pairs of ties.
    scatter = sum((total - 14) ** 2 for total in (17, 6, 19, 7.5, 23.5, 11))
    found = agreement.kendall_w(table(SHROUT_FLEISS))
    assert found == pytest.approx(12 * scatter / (16 * 210 - 4 * 5 * 6))
    assert found == pytest.approx(0.89, abs=0.005)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_w_without_ties_is_the_mean_rank_correlation(rows: list[tuple[int, ...]]) -> None:
    distinct = [
        tuple(value * 100 + place for value in row) for place, row in enumerate(rows)
    ]  # no expert gives two bids the same
    subject = table(tuple(distinct))
    columns = list(zip(*distinct, strict=True))
    pairs = list(combinations(columns, 2))
    mean = sum(float(spearmanr(one, other).statistic) for one, other in pairs) / len(pairs)
    count = len(columns)
    assert agreement.kendall_w(subject) == pytest.approx((mean * (count - 1) + 1) / count)


def test_w_with_ties_follows_the_textbook_formula_written_out() -> None:
    rows = ((1, 2, 5), (1, 3, 5), (3, 3, 6), (4, 3, 7))
    # Ranks: 1.5 1.5 3 4 | 1 3 3 3 | 1.5 1.5 3 4; sums 4, 6, 9, 11; ties 2^3-2 + 3^3-3 + 2^3-2 = 36.
    scatter = sum((total - 7.5) ** 2 for total in (4, 6, 9, 11))
    expected = 12 * scatter / (9 * (64 - 4) - 3 * 36)
    assert agreement.kendall_w(table(rows)) == pytest.approx(expected)


def test_w_is_one_for_full_agreement_and_nothing_where_nobody_tells_bids_apart() -> None:
    assert agreement.kendall_w(table(((1, 10), (2, 20), (3, 90)))) == 1
    assert agreement.kendall_w(table(((5, 7), (5, 7)))) is None


def test_w_is_of_the_bids_that_everybody_scored() -> None:
    full = table(((1, 4), (2, 3), (3, 9)))
    gap = table(((1, 4), (2, 3), (3, 9), (9, None)))
    assert agreement.kendall_w(gap) == agreement.kendall_w(full)


@pytest.mark.parametrize("rows", [((1, 2),), ((1,), (2,)), ((1, 2), (3, None)), ((4, 4), (4, 4))])
def test_has_no_coefficient_where_there_is_none(rows: tuple[tuple[int | None, ...], ...]) -> None:
    assert agreement.intraclass(table(rows)) is None
    assert agreement.random_interval(table(rows)) is None


@given(tables, st.integers(0, 99), st.integers(-500, 500), st.integers(1, 9))
@settings(max_examples=80, deadline=None)
def test_order_shift_and_scale_play_no_part(
    rows: list[tuple[int, ...]], seed: int, shift: int, factor: int
) -> None:
    first = table(tuple(rows))
    moved = ScoreTable({key: factor * value + shift for key, value in renamed(first, seed).scores.items()})
    assert agreement.intraclass(moved) == agreement.intraclass(first)
    assert agreement.kendall_w(moved) == agreement.kendall_w(first)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_spearman_brown_takes_one_expert_to_the_panel(rows: list[tuple[int, ...]]) -> None:
    subject = table(tuple(rows))
    found = agreement.intraclass(subject)
    if found is not None and found.one_random > 0:
        assert agreement.project(found.one_random, len(subject.experts)) == pytest.approx(found.mean_random)


def test_projects_to_the_panel_sizes_in_use() -> None:
    assert agreement.projections(0.5) == {3: 0.75, 5: 5 / 6, 7: 0.875, 9: 0.9}
    assert agreement.projections(-0.2) == dict.fromkeys((3, 5, 7, 9), 0.0)
    with pytest.raises(ValueError, match="at least one"):
        agreement.project(0.5, 0)
