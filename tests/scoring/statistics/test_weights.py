"""How far the weights may move: against brute force over the same weightings."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scoring.statistics import weights

MAXIMA = {"R1": 4000, "R2": 4000, "R3": 2000}
MARKS = {
    "a": {"R1": 3600, "R2": 2000, "R3": 1000},
    "b": {"R1": 2000, "R2": 3200, "R3": 1300},
    "c": {"R1": 1000, "R2": 1000, "R3": 1000},
}
marks = st.lists(
    st.fixed_dictionaries({code: st.integers(0, top) for code, top in MAXIMA.items()}), min_size=2, max_size=5
).map(lambda rows: {f"bid{place}": row for place, row in enumerate(rows)})


def winner(found: dict[str, dict[str, int]]) -> str:
    return max(sorted(found), key=lambda bid: sum(found[bid].values()))


def holds(subject: dict[str, dict[str, int]], best: str, factors: dict[str, Fraction]) -> bool:
    """Whether the winner still leads (or ties) when each weight is multiplied by its factor."""
    totals = {bid: sum(row[code] * factors[code] for code in MAXIMA) for bid, row in subject.items()}
    return all(totals[best] >= total for total in totals.values())


def factors_for(code: str, weight: Fraction) -> dict[str, Fraction]:
    total = sum(MAXIMA.values())
    rest = (total - weight) / (total - MAXIMA[code])
    return {each: weight / MAXIMA[code] if each == code else rest for each in MAXIMA}


def test_finds_the_weight_at_which_the_winner_changes() -> None:
    found = {move.criterion: move for move in weights.moves(MARKS, MAXIMA, ["a"]) or ()}
    # 0.9 w + 0.5 * 2/3 (100-w) + 0.5 * 1/3 (100-w) = 0.5 w + 0.8 * 2/3 (100-w) + 0.65 * 1/3 (100-w) at w = 38.46.
    assert found["R1"].low == 3847
    assert found["R1"].below == ("a", "b")
    assert (found["R1"].high, found["R1"].above) == (10000, None)


@given(marks)
@settings(max_examples=100, deadline=None)
def test_within_the_range_the_winner_stays_and_beyond_it_goes(subject: dict[str, dict[str, int]]) -> None:
    best = winner(subject)
    found = weights.moves(subject, MAXIMA, [best])
    assert found is not None
    for move in found:
        assert move.low <= move.weight <= move.high
        assert holds(subject, best, factors_for(move.criterion, Fraction(move.low)))
        assert holds(subject, best, factors_for(move.criterion, Fraction(move.high)))
        assert (move.low > 0) == (move.below is not None) or move.low == 0
        if move.below is not None and move.low > 0:
            assert not holds(subject, best, factors_for(move.criterion, Fraction(move.low - 1)))
        if move.above is not None:
            assert not holds(subject, best, factors_for(move.criterion, Fraction(move.high + 1)))


def test_says_nothing_when_the_winner_is_not_ahead() -> None:
    assert weights.moves(MARKS, MAXIMA, ["b"]) is None


def test_looks_at_every_winner_and_every_rival() -> None:
    found = {move.criterion: move for move in weights.moves(MARKS, MAXIMA, ["a", "b"]) or ()}
    assert all((move.low, move.high) == (0, 10000) for move in found.values())


@given(marks, st.integers(1, 100))
@settings(max_examples=60, deadline=None)
def test_the_safe_shift_is_the_largest(subject: dict[str, dict[str, int]], percent: int) -> None:
    best = winner(subject)
    safe = weights.kept(subject, MAXIMA, [best], percent=percent, seed="s", draws=10).safe

    def all_corners(thousandths: int) -> bool:
        return all(
            holds(
                subject,
                best,
                {
                    code: 1 + sign * Fraction(thousandths, 1000)
                    for code, sign in zip(MAXIMA, signs, strict=True)
                },
            )
            for signs in product((-1, 1), repeat=len(MAXIMA))
        )

    assert all_corners(safe)
    assert safe == 1000 or not all_corners(safe + 1)


def test_the_exact_share_agrees_with_a_fine_grid() -> None:
    two = {bid: MARKS[bid] for bid in ("a", "b")}
    found = weights.kept(two, MAXIMA, ["a"], percent=20, seed="s")
    assert found.is_exact
    steps = [Fraction(2 * place - 19, 20) for place in range(20)]
    grid = [
        holds(two, "a", {code: 1 + Fraction(20, 100) * u for code, u in zip(MAXIMA, shifts, strict=True)})
        for shifts in product(steps, repeat=3)
    ]
    assert float(found.share) == pytest.approx(sum(grid) / len(grid), abs=0.02)
    assert found.error == 0


def test_nothing_within_reach_keeps_the_winner_exactly() -> None:
    found = weights.kept(MARKS, MAXIMA, ["a"], percent=1, seed="s")
    assert (found.share, found.is_exact) == (1, True)


def test_several_rivals_are_sampled_and_agree_with_the_exact_share_of_one() -> None:
    # A second rival equal to the first changes nothing but the method.
    twin = MARKS | {"b2": MARKS["b"]}
    exact = weights.kept(MARKS, MAXIMA, ["a"], percent=20, seed="s")
    drawn = weights.kept(twin, MAXIMA, ["a"], percent=20, seed="s")
    assert exact.is_exact
    assert not drawn.is_exact
    assert abs(drawn.share - exact.share) < 4 * drawn.error
    assert weights.kept(twin, MAXIMA, ["a"], percent=20, seed="s") == drawn


@pytest.mark.parametrize("percent", [0, 101])
def test_refuses_shifts_that_are_none(percent: int) -> None:
    with pytest.raises(ValueError, match="percent"):
        weights.kept(MARKS, MAXIMA, ["a"], percent=percent, seed="s")


def test_refuses_winners_without_marks() -> None:
    with pytest.raises(ValueError, match="winners have marks"):
        weights.moves(MARKS, MAXIMA, ["z"])
