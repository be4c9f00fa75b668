"""The fit against the analysis of variance, a dense likelihood written out, and simulated truth."""

from itertools import pairwise

import numpy as np
import pytest

from app.core.errors import RuleBroken
from app.scoring.statistics import agreement, reml
from app.scoring.statistics.intervals import intervals
from app.scoring.statistics.reml import Likelihood, Variances
from app.scoring.statistics.table import ScoreTable
from tests.scoring.statistics.making import SHROUT_FLEISS, simulated, table

GAPS = simulated(5, 9, 6, bid=800, expert=400, noise=500, missing=0.3)


def dense(subject: ScoreTable, point: Variances) -> tuple[float, np.ndarray, np.ndarray]:
    """Deviance, mean plus bid effects and their error covariance, from full matrices and nothing else."""
    cells = np.array(subject.cells)
    bids = (cells[:, :1] == np.arange(len(subject.bids))).astype(float)
    experts = (cells[:, 1:2] == np.arange(len(subject.experts))).astype(float)
    scores, ones = cells[:, 2].astype(float), np.ones((len(cells), 1))
    whole = point.bid * bids @ bids.T + point.expert * experts @ experts.T + point.noise * np.eye(len(cells))
    inverse = np.linalg.inv(whole)
    weight = (ones.T @ inverse @ ones).item()
    projected = inverse - inverse @ ones @ ones.T @ inverse / weight
    deviance = (
        (len(cells) - 1) * np.log(2 * np.pi)
        + np.linalg.slogdet(whole)[1]
        + np.log(weight)
        + scores @ projected @ scores
    )
    mean = (ones.T @ inverse @ scores).item() / weight
    levels = mean + point.bid * bids.T @ projected @ scores
    lean = point.bid * (bids.T @ inverse @ ones) / weight
    errors = point.bid * np.eye(len(subject.bids)) - point.bid**2 * bids.T @ projected @ bids
    return float(deviance), levels, errors + 1 / weight - lean - lean.T


def test_equals_the_analysis_of_variance_where_nothing_is_missing() -> None:
    squares = agreement.mean_squares(table(SHROUT_FLEISS))
    found = reml.fit(Likelihood(table(SHROUT_FLEISS)))
    assert squares is not None
    assert found.components.bid == pytest.approx(float(squares.between_bids - squares.error) / 4, rel=1e-5)
    assert found.components.expert == pytest.approx(
        float(squares.between_experts - squares.error) / 6, rel=1e-5
    )
    assert found.components.noise == pytest.approx(float(squares.error), rel=1e-5)
    assert [round(found.components.reliability(size), 2) for size in (1, 4)] == [0.29, 0.62]


def test_equals_full_matrices_where_cells_are_missing() -> None:
    likelihood = Likelihood(GAPS)
    found = reml.fit(likelihood)
    parts = found.components
    deviance, levels, covariance = dense(GAPS, Variances(parts.bid, parts.expert, parts.noise))
    assert found.deviance == pytest.approx(deviance)
    assert found.levels == pytest.approx(levels)
    assert found.covariance == pytest.approx(covariance, rel=1e-6)


def test_no_point_near_the_best_is_better() -> None:
    parts = reml.fit(Likelihood(GAPS)).components
    best = Variances(parts.bid, parts.expert, parts.noise)
    least = dense(GAPS, best)[0]
    for name in Variances._fields:
        for factor in (0.5, 0.9, 0.99, 1.01, 1.1, 2):
            assert dense(GAPS, best._replace(**{name: getattr(best, name) * factor}))[0] > least


def test_the_slope_is_that_of_the_deviance() -> None:
    likelihood, point, step = Likelihood(GAPS), Variances(0.7, 0.2, 0.4), 1e-6
    for name, slope in zip(Variances._fields, likelihood.at(point).slope, strict=True):
        up, down = (point._replace(**{name: getattr(point, name) + move}) for move in (step, -step))
        change = (likelihood.at(up).deviance - likelihood.at(down).deviance) / (2 * step)
        assert slope == pytest.approx(change, rel=1e-4)


@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_recovers_simulated_components(missing: float) -> None:
    truth = (800.0**2, 400.0**2, 600.0**2)
    fits = []
    for seed in range(60):
        subject = simulated(seed, 24, 9, bid=800, expert=400, noise=600, missing=missing)
        parts = reml.fit(Likelihood(subject)).components
        fits.append([parts.bid, parts.expert, parts.noise])
    # REML is close to unbiased: the mean of sixty lies within 4 of its standard errors and 15 % of the truth.
    mean, spread = np.mean(fits, axis=0), np.std(fits, axis=0, ddof=1) / 60**0.5
    for place, value in enumerate(truth):
        assert abs(mean[place] - value) < min(4 * spread[place], 0.15 * value)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    truth = {"bid": 800.0**2, "expert": 400.0**2, "noise": 600.0**2}
    inside = dict.fromkeys(truth, 0)
    for seed in range(20):
        subject = simulated(seed, 16, 7, bid=800, expert=400, noise=600, missing=0.2)
        for part, found in intervals(Likelihood(subject)).items():
            inside[part] += found.low <= truth[part] <= (found.high or np.inf)
    # Of twenty 95 % intervals, 16 or more hold the truth in 99.7 % of runs, of sixty 52 or more in 99.8 %.
    assert all(count >= 16 for count in inside.values()), inside
    assert sum(inside.values()) >= 52


def test_says_zero_where_experts_do_not_differ() -> None:
    # Each expert's scores have the same mean, exactly.
    subject = table(((900, 800, 850), (500, 620, 560), (700, 680, 690)))
    found = reml.fit(Likelihood(subject)).components
    assert found.expert == 0
    assert reml.expert_test(Likelihood(subject)) == (pytest.approx(0, abs=1e-6), pytest.approx(1, abs=0.51))
    assert intervals(Likelihood(subject))["expert"].low == 0


def test_the_test_of_severity_tells_severe_experts_from_equal_ones() -> None:
    severe = simulated(1, 20, 7, bid=800, expert=500, noise=500)
    equal = simulated(1, 20, 7, bid=800, expert=0, noise=500)
    assert reml.expert_test(Likelihood(severe))[1] < 0.001
    assert reml.expert_test(Likelihood(equal))[1] > 0.05


def test_the_test_holds_its_level() -> None:
    chances = [
        reml.expert_test(Likelihood(simulated(seed, 10, 5, bid=800, expert=0, noise=500)))[1]
        for seed in range(100)
    ]
    # At 5 %, five of a hundred are expected; 15 or more would happen once in 10,000.
    assert sum(chance < 0.05 for chance in chances) < 15


def test_order_and_shift_play_no_part_and_scale_squares() -> None:
    first = reml.fit(Likelihood(GAPS))
    other = reml.fit(
        Likelihood(ScoreTable({(b[::-1], e[::-1]): 3 * v + 500 for (b, e), v in GAPS.scores.items()}))
    )
    for name in Variances._fields:
        assert getattr(other.components, name) == pytest.approx(9 * getattr(first.components, name), rel=1e-5)
    mine = {each.key[::-1]: 3 * each.value for each in first.experts}
    assert mine == pytest.approx({each.key: each.value for each in other.experts}, rel=1e-4)


def test_intervals_hold_the_estimate_and_widen_with_confidence() -> None:
    likelihood = Likelihood(GAPS)
    narrow, wide = intervals(likelihood, 0.8), intervals(likelihood, 0.99)
    for part in Variances._fields:
        ends = [wide[part].low, narrow[part].low, narrow[part].estimate, narrow[part].high, wide[part].high]
        assert all(low <= high for low, high in pairwise(ends))


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (((1, 2, 3),), "too_few"),
        (((1,), (2,), (3,)), "too_few"),
        (((1, 2), (3, None)), "no_repeats"),
        (((1, 2), (3, 4), (5, 6)), "no_noise"),
        (((5, 5), (5, 5)), "no_noise"),
        (((1, 2, None), (3, 4, 5), (None, 9, 10)), "no_noise"),
    ],
)
def test_refuses_tables_that_cannot_tell_the_parts_apart(
    rows: tuple[tuple[int | None, ...], ...], code: str
) -> None:
    with pytest.raises(RuleBroken) as error:
        Likelihood(table(rows))
    assert error.value.codes == {code}
