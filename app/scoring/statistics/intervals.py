"""Intervals of the variance components by profile likelihood.

Chosen over a bootstrap: no seed, the end may be 0, they are as lopsided as the knowledge is, and they cost less."""

import math
from dataclasses import dataclass

from app.scoring.statistics.reml import HIGHEST, LOWEST, STARTS, Likelihood, Variances


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimated variance with the ends of its interval, in squared hundredths. No `high`: the scores set none."""

    estimate: float
    low: float
    high: float | None


def intervals(likelihood: Likelihood, confidence: float = 0.95) -> dict[str, Interval]:
    """The interval of each part (`bid`, `expert`, `noise`): all values of its variance that a likelihood-ratio test
    would not reject."""
    from scipy.stats import chi2

    allowed = likelihood.optimum[1] + float(chi2.ppf(confidence, 1))
    return {part: _interval(likelihood, part, allowed) for part in Variances._fields}


def _interval(likelihood: Likelihood, part: str, allowed: float) -> Interval:
    best = likelihood.optimum[0]
    estimate, unit = getattr(best, part), likelihood.unit**2
    low, high = (_edge(likelihood, part, allowed, step) for step in (-1.0, 1.0))
    return Interval(estimate * unit, (low or 0.0) * unit, high and high * unit)


def _edge(likelihood: Likelihood, part: str, allowed: float, step: float) -> float | None:
    """Where the deviance passes what is allowed on this side of the estimate; None where it never does."""
    from scipy.optimize import brentq

    best = likelihood.optimum[0]
    starts = [[max(value, 10 * LOWEST) for value in best], STARTS[0]]

    def over(log: float) -> float:
        return likelihood.best({part: math.exp(log)}, starts)[1] - allowed

    inside = math.log(max(getattr(best, part), LOWEST))
    while math.log(LOWEST) <= inside + step <= math.log(HIGHEST):
        outside = inside + step
        if over(outside) > 0:
            return math.exp(brentq(over, *sorted((inside, outside)), xtol=1e-4))
        inside = outside
    return None
