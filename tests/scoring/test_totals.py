"""Means, trimming and ranks: exact, whatever the order in which values come."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.states import SheetState
from app.scoring import totals
from app.scoring.totals import Standing, TieRule, aggregate, rank
from tests.factories import World, make_bid, make_panel, make_round, make_sheet

SCORES = st.lists(st.integers(0, 100_00), min_size=1, max_size=15)


@pytest.mark.parametrize(
    ("values", "trim_from", "mean"),
    [
        ([80_00], 5, 80_00),
        ([70_00, 80_00, 90_00, 100_00], 5, 85_00),
        ([0, 70_00, 80_00, 90_00, 100_00], 5, 80_00),
        ([0, 70_00, 80_00, 90_00, 100_00], None, 68_00),
        ([0, 70_00, 80_00, 90_00, 100_00], 7, 68_00),
        ([50_00, 50_00, 50_00, 50_00, 50_00], 5, 50_00),
        ([1, 2], 5, 2),
        ([0, 0, 1], None, 0),
        ([10, 20, 30], 3, 20),
    ],
)
def test_aggregate(values: list[int], trim_from: int | None, mean: int) -> None:
    assert aggregate(values, trim_from=trim_from) == mean


@pytest.mark.parametrize("trim_from", [0, 1, 2])
def test_aggregate_refuses_trimming_that_leaves_nothing(trim_from: int) -> None:
    with pytest.raises(ValueError, match="three values"):
        aggregate([1, 2], trim_from=trim_from)


def test_aggregate_refuses_no_values() -> None:
    with pytest.raises(ValueError, match="no values"):
        aggregate([])


@given(SCORES, st.one_of(st.none(), st.integers(3, 9)), st.randoms())
def test_aggregate_is_the_rounded_mean_of_what_is_kept(values, trim_from, random) -> None:
    kept = sorted(values)
    if trim_from is not None and len(kept) >= trim_from:
        kept = kept[1:-1]
    exact = Decimal(sum(kept)) / len(kept)
    shuffled = random.sample(values, len(values))
    assert aggregate(shuffled, trim_from=trim_from) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@given(SCORES)
def test_aggregate_without_the_extremes_ignores_how_extreme_they_are(values) -> None:
    values = [*values, 0, 0, 100_00, 100_00]
    worse = [*sorted(values)[1:-1], 0, 100_00]
    assert aggregate(values) == aggregate(worse)


STANDINGS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2), st.sampled_from([None, 0, 1, 2])),
    max_size=9,
).map(lambda rows: [Standing(index, *row) for index, row in enumerate(rows)])


def order(row: Standing) -> tuple[int, int, int, int]:
    return -row.total, -row.technical, -row.fit, row.fiscal_ask_fen or 0


@given(STANDINGS, st.randoms())
def test_rank_puts_everyone_after_exactly_those_who_are_better(rows, random) -> None:
    placed = rank(random.sample(rows, len(rows)))
    by_key = {row.key: row for row in rows}
    assert {each.key: each.rank for each in placed} == {
        key: 1 + sum(order(other) < order(row) for other in rows) for key, row in by_key.items()
    }
    assert [each.rank for each in placed] == sorted(each.rank for each in placed)


@given(STANDINGS)
def test_rank_marks_ties_and_only_ties(rows) -> None:
    by_key = {row.key: row for row in rows}
    for each in rank(rows):
        row = by_key[each.key]
        equals = [other for other in rows if other.total == row.total and other.key != row.key]
        assert (each.tie is not None) == bool(equals)
        assert (each.tie is TieRule.OPEN) == any(order(other) == order(row) for other in equals)


def test_rank_names_what_decided() -> None:
    rows = [
        Standing("a", 80_00, technical=20_00),
        Standing("b", 80_00, technical=19_00, fit=15_00),
        Standing("c", 80_00, technical=19_00, fit=14_00, fiscal_ask_fen=100),
        Standing("d", 80_00, technical=19_00, fit=14_00, fiscal_ask_fen=None),
        Standing("e", 70_00, technical=25_00, fit=20_00),
    ]
    assert [(each.key, each.rank, each.tie) for each in rank(rows)] == [
        ("a", 1, TieRule.TECHNICAL),
        ("b", 2, TieRule.FIT),
        ("d", 3, TieRule.FISCAL),
        ("c", 4, TieRule.FISCAL),
        ("e", 5, None),
    ]


def test_rank_leaves_an_open_tie_to_the_panel() -> None:
    placed = rank([Standing("b", 80_00), Standing("a", 80_00), Standing("c", 79_99)])
    assert [(each.key, each.rank, each.tie) for each in placed] == [
        ("a", 1, TieRule.OPEN),
        ("b", 1, TieRule.OPEN),
        ("c", 3, None),
    ]


def test_trim_from_follows_the_round(world: World) -> None:
    assert totals.trim_from(make_round(world, trim_from_size=7)) == 7
    assert totals.trim_from(make_round(world, has_trimmed_mean=False)) is None


def test_by_criterion_takes_the_present_revision(world: World) -> None:
    bid = make_bid(world)
    panel = make_panel(world, demand=bid.demand)
    sheets = [
        make_sheet(world, SheetState.SUBMITTED, seat=seat, bid=bid, percent=percent)
        for seat, percent in zip(panel.assignments[:3], (60, 70, 100), strict=True)
    ]
    found = totals.by_criterion(sheets, trim_from=3)
    assert found == {each.code: each.max_score * 70 // 100 for each in panel.rubric.criteria}
