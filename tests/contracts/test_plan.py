"""The sums of a contract come out to the fen, whatever the budget and the shares."""

from hypothesis import given
from hypothesis import strategies as st

from app.contracts.services import payments, scaled
from app.core.money import MAX_FEN, WHOLE
from app.models.codes import BudgetSource

amounts = st.integers(min_value=0, max_value=MAX_FEN)
lines = st.lists(st.tuples(st.sampled_from(list(BudgetSource)), amounts), max_size=12)


@st.composite
def shares(draw: st.DrawFn) -> list[int]:
    """Percentages in hundredths that make up the whole."""
    cuts = sorted(draw(st.lists(st.integers(0, WHOLE), max_size=7)))
    return [high - low for low, high in zip([0, *cuts], [*cuts, WHOLE], strict=True)]


@given(lines, shares())
def test_payments_with_own_money_are_the_budget_exactly(
    budget: list[tuple[BudgetSource, int]], percents: list[int]
) -> None:
    planned = payments(budget, percents)
    own = sum(amount for source, amount in budget if source is BudgetSource.SELF)
    assert sum(line.amount_fen for line in planned) + own == sum(amount for _source, amount in budget)
    assert all(line.amount_fen > 0 for line in planned)


@given(lines, shares())
def test_payments_of_each_payer_are_what_the_budget_says(
    budget: list[tuple[BudgetSource, int]], percents: list[int]
) -> None:
    planned = payments(budget, percents)
    for source in BudgetSource:
        wanted = sum(amount for payer, amount in budget if payer is source)
        found = sum(line.amount_fen for line in planned if line.source is source)
        assert found == (0 if source is BudgetSource.SELF else wanted)


@given(lines, st.lists(st.integers(0, WHOLE), max_size=6).filter(lambda percents: sum(percents) != WHOLE))
def test_payments_wait_for_shares_that_make_up_the_whole(
    budget: list[tuple[BudgetSource, int]], percents: list[int]
) -> None:
    assert payments(budget, percents) == []


@given(st.lists(amounts, min_size=1, max_size=12).filter(any), amounts)
def test_scaled_budget_is_the_award_exactly(parts: list[int], total: int) -> None:
    found = scaled(parts, total)
    assert sum(found) == total
    assert len(found) == len(parts)
    assert all(amount >= 0 for amount in found)


@given(st.lists(amounts, max_size=12))
def test_scaled_leaves_a_budget_that_comes_out(parts: list[int]) -> None:
    assert scaled(parts, sum(parts)) == parts
