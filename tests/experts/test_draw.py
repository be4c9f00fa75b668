"""The draw keeps every rule, finds a panel whenever there is one, and finds the same one again."""

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import RuleBroken
from app.experts import draw as drawing
from app.experts.draw import Candidate, Result, Rules, draw


def candidates_of(rows) -> list[Candidate]:
    return [
        Candidate(
            id=f"e{index:03d}",
            unit=f"u{unit}",
            kind="finance" if is_finance else "technical",
            is_outside=is_outside,
            is_field_match=is_match,
            is_newcomer=is_newcomer,
            load=load,
            max_load=2,
            reasons=("same_unit",) if has_conflict else (),
        )
        for index, (unit, is_finance, is_outside, is_match, is_newcomer, load, has_conflict) in enumerate(
            rows
        )
    ]


USUAL = st.sampled_from([True, True, True, False])
ROWS = st.tuples(
    st.integers(0, 9),
    st.booleans(),
    USUAL,
    USUAL,
    st.booleans(),
    st.sampled_from([0, 0, 0, 1, 2]),
    USUAL.map(lambda is_free: not is_free),
)
POOLS = st.lists(ROWS, max_size=11).map(candidates_of)
RULES = st.builds(
    Rules,
    size=st.sampled_from([3, 5]),
    reserves=st.integers(0, 2),
    outside_percent=st.sampled_from([0, 50, 67, 100]),
    needs_finance=st.booleans(),
    needs_field=st.booleans(),
    needs_newcomer=st.booleans(),
)


def broken(members: list[Candidate], rules: Rules) -> list[str]:
    """Which rules the panel breaks, said independently of the draw."""
    found = []
    if len(members) != rules.size:
        found.append("size")
    if len({each.unit for each in members}) != len(members):
        found.append("units")
    if sum(each.is_outside for each in members) * 100 < rules.size * rules.outside_percent:
        found.append("outside")
    if rules.needs_finance and not any(each.kind == "finance" for each in members):
        found.append("finance")
    if rules.needs_field and not any(each.is_field_match for each in members):
        found.append("field")
    if rules.needs_newcomer and not any(each.is_newcomer for each in members):
        found.append("newcomer")
    if any(each.reasons or each.load >= each.max_load for each in members):
        found.append("excluded")
    return found


def exists_by_trying_all(pool: list[Candidate], rules: Rules) -> bool:
    free = [each for each in pool if not each.reasons and each.load < each.max_load]
    if len({each.unit for each in free}) < rules.size + rules.reserves:
        return False
    return any(not broken(list(some), rules) for some in combinations(free, rules.size))


def try_to_draw(pool: list[Candidate], rules: Rules, seed: str) -> Result | None:
    try:
        return draw(pool, rules, seed)
    except RuleBroken:
        return None


@settings(max_examples=300, deadline=None)
@given(POOLS, RULES, st.text(max_size=8))
def test_draw_a_panel_exactly_when_there_is_one(pool, rules, seed) -> None:
    result = try_to_draw(pool, rules, seed)
    assert (result is not None) == exists_by_trying_all(pool, rules)
    if result is None:
        return
    by_id = {each.id: each for each in pool}
    assert broken([by_id[key] for key in result.seats], rules) == []
    everyone = [by_id[key] for key in (*result.seats, *result.reserves)]
    assert len(result.reserves) == rules.reserves
    assert len({each.unit for each in everyone}) == len(everyone)
    assert not any(each.excluded for each in everyone)


@settings(max_examples=100, deadline=None)
@given(POOLS, RULES, st.text(max_size=8), st.randoms())
def test_draw_the_same_panel_whatever_the_order_of_the_pool(pool, rules, seed, random) -> None:
    assert try_to_draw(pool, rules, seed) == try_to_draw(random.sample(pool, len(pool)), rules, seed)


@settings(max_examples=100, deadline=None)
@given(POOLS, RULES)
def test_name_who_was_kept_out_and_why(pool, rules) -> None:
    result = try_to_draw(pool, rules, "s")
    if result is None:
        return
    assert dict(result.excluded) == {each.id: each.excluded for each in pool if each.excluded}


@settings(max_examples=100, deadline=None)
@given(POOLS, RULES, st.data())
def test_fill_empty_seats_beside_those_who_sit(pool, rules, data) -> None:
    result = try_to_draw(pool, rules, "first")
    if result is None:
        return
    staying = data.draw(st.lists(st.sampled_from(result.seats), unique=True, max_size=rules.size))
    further = Rules(**{**rules_dict(rules), "reserves": 0})
    again = draw(pool, further, "second", seated=staying)
    by_id = {each.id: each for each in pool}
    assert broken([by_id[key] for key in (*staying, *again.seats)], rules) == []


def rules_dict(rules: Rules) -> dict:
    return {name: getattr(rules, name) for name in Rules.__slots__}


def plain(count: int, **more) -> list[Candidate]:
    return [
        Candidate(f"e{n:03d}", f"u{n}", "finance" if n == 0 else "technical", True, True, **more)
        for n in range(count)
    ]


def test_depend_on_the_seed() -> None:
    pool, rules = plain(60), Rules(5, 2, 67)
    panels = {draw(pool, rules, f"seed-{n}").seats for n in range(10)}
    assert len(panels) == 10


def test_give_this_panel_for_this_seed() -> None:
    """A fixed result: should it ever differ, panels of the past could not be drawn again."""
    result = draw(plain(12), Rules(5, 2, 67), "2026-01")
    assert result == draw(plain(12), Rules(5, 2, 67), "2026-01")
    assert result.seats == ("e005", "e011", "e001", "e008", "e000")
    assert result.reserves == ("e007", "e003")


def test_draw_field_matches_first() -> None:
    others = [Candidate(f"x{n}", f"v{n}", "technical", True, False) for n in range(20)]
    result = draw([*others, *plain(8)], Rules(5, 2, 67), "s")
    assert all(key.startswith("e") for key in (*result.seats, *result.reserves))


def test_put_a_second_finance_expert_first_among_the_reserves() -> None:
    pool = [
        Candidate(f"e{n}", f"u{n}", "finance" if n in (3, 7) else "technical", True, True) for n in range(12)
    ]
    finance = {"e3", "e7"}
    for seed in map(str, range(20)):
        result = draw(pool, Rules(5, 2, 67), seed)
        assert len(finance & set(result.seats)) == 2 or result.reserves[0] in finance


@pytest.mark.parametrize(
    ("pool", "rules", "codes"),
    [
        (plain(6), Rules(5, 2, 0), {"draw_units"}),
        ([Candidate(f"e{n}", "u", "finance", True, True) for n in range(9)], Rules(5, 0, 0), {"draw_units"}),
        (plain(9)[1:], Rules(5, 2, 0), {"draw_finance"}),
        (plain(9, is_newcomer=False), Rules(5, 2, 0, needs_newcomer=True), {"draw_newcomer"}),
        (
            [Candidate(f"e{n}", f"u{n}", "finance", n < 3, True) for n in range(9)],
            Rules(5, 2, 67),
            {"draw_outside"},
        ),
        (
            [Candidate(f"e{n}", f"u{n}", "finance", True, False) for n in range(9)],
            Rules(5, 0, 0),
            {"draw_field"},
        ),
        (plain(9, load=3, max_load=3), Rules(5, 2, 0), {"draw_units", "draw_finance", "draw_field"}),
    ],
)
def test_name_every_rule_that_binds(pool: list[Candidate], rules: Rules, codes: set[str]) -> None:
    with pytest.raises(RuleBroken) as refused:
        draw(pool, rules, "s")
    assert refused.value.codes == codes


def test_name_the_rules_that_bind_together() -> None:
    """The only finance expert and the only match are of one unit: each rule can be met, both cannot."""
    pool = [Candidate(f"e{n}", f"u{n}", "technical", True, False) for n in range(8)]
    pool += [Candidate("f", "same", "finance", True, False), Candidate("m", "same", "technical", True, True)]
    with pytest.raises(RuleBroken) as refused:
        draw(pool, Rules(5, 0, 67), "s")
    assert refused.value.codes == {"draw_finance", "draw_field"}


def test_refuse_a_candidate_listed_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        draw([*plain(7), plain(7)[0]], Rules(5, 2, 0), "s")


@pytest.mark.parametrize(
    ("size", "percent", "outside"), [(5, 67, 4), (7, 67, 5), (9, 67, 7), (5, 0, 0), (5, 100, 5), (5, 60, 3)]
)
def test_round_the_share_from_outside_up(size: int, percent: int, outside: int) -> None:
    assert Rules(size, 0, percent).outside == outside


def test_keep_a_candidate_whole_in_the_record() -> None:
    for values in product([True, False], repeat=3):
        candidate = Candidate("e", "u", "legal", *values, load=1, max_load=3, reasons=("employed", "load"))
        assert drawing.from_row(drawing.as_row(candidate)) == candidate


def test_draw_quickly_from_a_large_pool() -> None:
    pool = [
        Candidate(
            f"e{n}",
            f"u{n % 700}",
            ("technical", "finance", "industry", "legal")[n % 4],
            n % 9 > 0,
            n % 16 == 0,
        )
        for n in range(2000)
    ]
    result = draw(pool, Rules(9, 4, 67, needs_newcomer=True), "s")
    assert len(result.seats) == 9


def test_fit_only_who_keeps_the_rules() -> None:
    rules = Rules(5, 2, 60)
    sitting = [Candidate(f"e{n}", f"u{n}", "technical", n < 2, n == 0) for n in range(4)]
    assert drawing.fits(rules, sitting, Candidate("f", "u9", "finance", True, False)) is True
    assert drawing.fits(rules, sitting, Candidate("f", "u1", "finance", True, False)) is False
    assert drawing.fits(rules, sitting, Candidate("f", "u9", "finance", False, False)) is False
    assert drawing.fits(rules, sitting, Candidate("f", "u9", "technical", True, False)) is False
    assert drawing.fits(rules, sitting[:3], Candidate("f", "u9", "technical", True, False)) is True
