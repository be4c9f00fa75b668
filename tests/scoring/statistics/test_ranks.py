"""Uncertain ranks, outliers, and the summary that the record keeps."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.digests import canonical_json, digest
from app.scoring.statistics.outliers import outliers
from app.scoring.statistics.ranks import DRAWS, draw_ranks
from app.scoring.statistics.reml import Likelihood, fit
from app.scoring.statistics.summary import Question, as_record, statistics_of
from tests.scoring.statistics.making import simulated, table

CLEAR = table(((9000, 9100, 9050), (7000, 7050, 7100), (5000, 5100, 4950)))
CLOSE = simulated(3, 6, 5, bid=200, expert=300, noise=600)


def test_a_clear_ranking_is_certain() -> None:
    first, second, third = draw_ranks(fit(Likelihood(CLEAR)), places=1, line=6000, seed="a")
    assert [(row.median, row.low, row.high) for row in (first, second, third)] == [
        (1, 1, 1),
        (2, 2, 2),
        (3, 3, 3),
    ]
    assert [first.win_share, second.win_share, third.win_share] == [1, 0, 0]
    assert [first.pass_share, second.pass_share, third.pass_share] == [1, 1, 0]


def test_shares_agree_with_the_normal_distribution_they_are_drawn_from() -> None:
    from scipy.stats import norm

    model = fit(Likelihood(CLOSE))
    for place, row in enumerate(draw_ranks(model, places=2, line=7000, seed="b")):
        deviation = model.covariance[place, place] ** 0.5
        expected = 1 - norm.cdf((7000 - model.levels[place]) / deviation)
        assert row.pass_share == pytest.approx(expected, abs=4 * (0.25 / DRAWS) ** 0.5)


@given(st.text(max_size=8), st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_as_many_win_as_there_are_places(seed: str, places: int) -> None:
    rows = draw_ranks(fit(Likelihood(CLOSE)), places=places, line=None, seed=seed, draws=200)
    assert sum(row.wins for row in rows) == 200 * places
    assert all(row.low <= row.median <= row.high for row in rows)
    assert all(row.pass_share is None for row in rows)


def test_the_seed_decides_and_nothing_else() -> None:
    model = fit(Likelihood(CLOSE))
    first = draw_ranks(model, places=1, line=None, seed="one")
    assert draw_ranks(model, places=1, line=None, seed="one") == first
    assert draw_ranks(model, places=1, line=None, seed="two") != first


def test_a_last_bit_of_the_fit_changes_no_draw() -> None:
    model = fit(Likelihood(CLOSE))
    nudged = replace(model, levels=model.levels * (1 + 1e-13), covariance=model.covariance * (1 - 1e-13))
    assert draw_ranks(nudged, places=1, line=7000, seed="x") == draw_ranks(
        model, places=1, line=7000, seed="x"
    )


def test_bids_that_cannot_be_told_apart_share_their_chances() -> None:
    # Every bid has the same mean, so no variance between bids is left.
    even = table(((700, 500), (500, 700), (600, 600)))
    rows = draw_ranks(fit(Likelihood(even)), places=1, line=None, seed="even")
    assert all(abs(row.win_share - 1 / 3) < 0.04 for row in rows)


def test_refuses_no_places() -> None:
    with pytest.raises(ValueError, match="at least one"):
        draw_ranks(fit(Likelihood(CLOSE)), places=0, line=None, seed="")


def test_finds_who_is_far_from_the_median() -> None:
    found = outliers(table(((8000, 8100, 5000, 8050), (6000, 6100, 6200, 6300))), 10000)
    assert [(each.bid, each.expert, each.distance) for each in found] == [("b00", "e02", -3025)]


def test_a_fifth_of_the_range_itself_is_no_outlier() -> None:
    assert not outliers(table(((5000, 5000, 7000),)), 10000)
    assert len(outliers(table(((5000, 5000, 7001),)), 10000)) == 1
    assert not outliers(table(((0, 10000),)), 10000)


def test_keeps_a_record_that_has_one_text() -> None:
    question = Question(places=1, line=6000, maximum=10000, size=5, seed="record")
    record = as_record(statistics_of(CLOSE, question))
    assert canonical_json(record) == canonical_json(as_record(statistics_of(CLOSE, question)))
    assert record["severity"]["refusals"] == ["severity_off"]
    assert set(record["projections"]) == {"3", "5", "7", "9"}
    assert len(record["ranks"]) == 6


def test_another_machine_gives_the_same_record() -> None:
    """Written down on the machine where the figures were made first; the libraries' versions are not part of it."""
    question = Question(places=1, line=6000, maximum=10000, size=5, seed="golden")
    record = as_record(statistics_of(CLOSE, question))
    del record["libraries"]
    assert digest(record) == "ceb4fd8ba9d1006c1a62b8fe42dfb793c719f6d951accb885ca19eba94765362"


def test_says_why_a_table_has_no_model() -> None:
    found = statistics_of(table(((7000, 8000, 6000),)), Question(1, None, 10000, 3, "s"))
    assert [each.code for each in found.refusals] == ["too_few"]
    assert found.ranks == ()
    assert as_record(found)["refusals"] == ["too_few"]


def test_loads_no_numbers_library_before_it_calculates() -> None:
    names = "summary agreement reml intervals ranks outliers weights severity table"
    code = (
        "import sys, importlib\n"
        f"for name in {names.split()!r}: importlib.import_module('app.scoring.statistics.' + name)\n"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
