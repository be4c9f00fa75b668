"""The model score = round mean + bid + expert + noise, fitted by restricted maximum likelihood (REML).

Bids and experts are crossed normal effects, and any cell may be missing. The likelihood and its gradient need only
counts and sums per bid and expert, so the cost hangs on their number, not on that of the scores."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _l
from app.scoring.statistics.table import ScoreTable

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[float64]

# A variance below this share of all variance is none.
NOTHING = 1e-6
# The search runs over logarithms of variances; these are shares of the variance of all scores.
LOWEST, HIGHEST = 1e-7, 1e3
STARTS = ((0.5, 0.2, 0.5), (0.05, 0.05, 1.0))


class Variances(NamedTuple):
    """The variance of each part of a score."""

    bid: float
    expert: float
    noise: float


@dataclass(frozen=True, slots=True)
class Components:
    """Variances in squared hundredths of a point."""

    bid: float
    expert: float
    noise: float

    def reliability(self, size: int = 1) -> float:
        """ICC(2,k): the share of variance of a mean of `size` experts that is the bids' own, also with gaps."""
        rest = (self.expert + self.noise) / size
        return self.bid / (self.bid + rest) if self.bid else 0.0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a bid or an expert adds to the round mean, in hundredths, with the standard error of that prediction."""

    key: str
    value: float
    error: float
    scores: int


@dataclass(frozen=True)
class Fit:
    """The fitted model. `mean` in hundredths; `deviance` is -2 log likelihood; `levels` and `covariance` are mean plus
    bid effect of each bid in the table's order, and the (co)variance of their prediction errors."""

    components: Components
    mean: float
    deviance: float
    bids: tuple[Effect, ...]
    experts: tuple[Effect, ...]
    levels: "Array"
    covariance: "Array"


@dataclass(frozen=True, slots=True)
class _State:
    """The likelihood at one point: P is the inverse covariance of the scores with their mean projected out."""

    deviance: float
    slope: tuple[float, float, float]
    mean: float
    one: float  # 1' V^-1 1
    reach: "Array"  # Z_bid' V^-1 1
    pull: tuple["Array", "Array"]  # Z' P y of the bids, of the experts
    traces: tuple["Array", "Array"]  # the diagonal of Z' P Z
    own: "Array"  # Z_bid' V_bid^-1 Z_bid, which is diagonal
    shared: tuple["Array", "Array"]  # Z_bid' V_bid^-1 Z_expert, and it times the experts' inverse


class Likelihood:
    """The restricted likelihood of a table, in units in which the scores have variance 1.

    The bids are eliminated first, their block being diagonal: what is inverted is as wide as there are experts."""

    def __init__(self, table: ScoreTable) -> None:
        """Raises RuleBroken (`too_few`, `no_repeats`, `no_noise`) for a table that cannot tell the parts apart."""
        import numpy as np

        _check(table)
        rows, columns, values = (np.array(each) for each in zip(*table.cells, strict=True))
        self.table, self.count = table, len(values)
        self.middle, self.unit = float(values.mean()), float(values.std(ddof=1))
        scaled = (values - self.middle) / self.unit
        self.met = np.zeros((len(table.bids), len(table.experts)))
        self.met[rows, columns] = 1
        self.visits = self.met.sum(axis=1), self.met.sum(axis=0)
        self.sums = np.bincount(rows, scaled), np.bincount(columns, scaled)
        self.total, self.squares = float(scaled.sum()), float(scaled @ scaled)

    def at(self, point: Variances) -> _State:
        """Deviance, its derivative by each variance, and what the effects are made of."""
        import numpy as np
        from scipy.linalg import cho_factor, cho_solve

        by_bid, by_expert = self.visits
        scale = 1 + point.bid / point.noise * by_bid
        own, shared = by_bid / scale / point.noise, self.met / scale[:, None] / point.noise
        # What the bids leave of each product of columns p and q: (p'q - sum over bids of share * p q) / noise.
        share = point.bid / point.noise / scale
        experts = (np.diag(by_expert) - self.met.T @ (share[:, None] * self.met)) / point.noise
        factor = cho_factor(np.eye(len(by_expert)) + point.expert * experts, lower=True)
        ones = (by_expert - self.met.T @ (share * by_bid)) / point.noise
        sums = (self.sums[1] - self.met.T @ (share * self.sums[0])) / point.noise
        solved = point.expert * cho_solve(factor, np.column_stack([experts, ones, sums]))
        through, to_one, to_sum = solved[:, :-2], solved[:, -2], solved[:, -1]

        one = float((self.count - (share * by_bid) @ by_bid) / point.noise - ones @ to_one)
        cross = float((self.total - (share * by_bid) @ self.sums[0]) / point.noise - ones @ to_sum)
        square = float((self.squares - (share * self.sums[0]) @ self.sums[0]) / point.noise - sums @ to_sum)
        reach = own - shared @ to_one, ones - experts @ to_one
        mean = cross / one
        pull = (
            self.sums[0] / scale / point.noise - shared @ to_sum - reach[0] * mean,
            sums - experts @ to_sum - reach[1] * mean,
        )
        inner = point.expert * cho_solve(factor, shared.T).T
        traces = (
            own - (inner * shared).sum(axis=1) - reach[0] ** 2 / one,
            experts.diagonal() - (experts * through.T).sum(axis=1) - reach[1] ** 2 / one,
        )
        rest = square - one * mean**2
        size = 2 * np.log(np.diag(factor[0])).sum() + np.log(scale).sum() + self.count * math.log(point.noise)
        deviance = (self.count - 1) * math.log(2 * math.pi) + float(size) + math.log(one) + rest
        slope = self._slope(point, traces, pull, rest)
        return _State(deviance, slope, mean, one, reach[0], pull, traces, own, (shared, inner))

    def _slope(
        self,
        point: Variances,
        traces: tuple["Array", "Array"],
        pull: tuple["Array", "Array"],
        rest: float,
    ) -> tuple[float, float, float]:
        trace = [float(each.sum()) for each in traces]
        square = [float((each**2).sum()) for each in pull]
        # P V P = P gives the noise's own part from what the others leave.
        over = self.count - 1 - rest
        over -= point.bid * (trace[0] - square[0]) + point.expert * (trace[1] - square[1])
        return trace[0] - square[0], trace[1] - square[1], over / point.noise

    def best(
        self, fixed: dict[str, float] | None = None, starts: Sequence[Sequence[float]] = STARTS
    ) -> tuple[Variances, float]:
        """The variances of least deviance, and that deviance; `fixed` ones by name stay as they are."""
        held = fixed or {}
        free = [name for name in Variances._fields if name not in held]
        found = []
        for start in starts:
            first = Variances(*start)._replace(**held)
            found.append(self._search(first, free))
        return min(found, key=lambda each: each[1])

    def _search(self, first: Variances, free: Sequence[str]) -> tuple[Variances, float]:
        import numpy as np
        from scipy.optimize import minimize

        places = [Variances._fields.index(name) for name in free]

        def point(logs: "Array") -> Variances:
            return first._replace(**dict(zip(free, np.exp(logs).tolist(), strict=True)))

        def value(logs: "Array") -> tuple[float, "Array"]:
            here = point(logs)
            state = self.at(here)
            return state.deviance, np.array([state.slope[place] * here[place] for place in places])

        bounds = [(math.log(LOWEST), math.log(HIGHEST))] * len(free)
        begin = np.log(np.clip([first[place] for place in places], LOWEST, HIGHEST))
        done = minimize(
            value, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-9}
        )
        return point(done.x), float(done.fun)

    @cached_property
    def optimum(self) -> tuple[Variances, float]:
        """The best variances; those that come to nothing are 0."""
        found, _deviance = self.best()
        bid, expert = (0.0 if value < NOTHING else value for value in found[:2])
        kept = Variances(bid, expert, found.noise)
        return kept, self.at(kept).deviance


def fit(likelihood: Likelihood) -> Fit:
    """The model at its best variances."""
    likely, table = likelihood, likelihood.table
    point, _least = likely.optimum
    state, unit = likely.at(point), likely.unit
    bids, experts = (
        _effects(keys, point[part], unit, state.pull[part], state.traces[part], likely.visits[part].tolist())
        for part, keys in enumerate((table.bids, table.experts))
    )
    return Fit(
        components=Components(*(value * unit**2 for value in point)),
        mean=state.mean * unit + likely.middle,
        # Of the scores in hundredths: the change of unit moves it by a constant.
        deviance=state.deviance + 2 * (likely.count - 1) * math.log(unit),
        bids=bids,
        experts=experts,
        levels=(state.mean + point.bid * state.pull[0]) * unit + likely.middle,
        covariance=_covariance(state, point.bid) * unit**2,
    )


def _effects(
    keys: Sequence[str], variance: float, unit: float, *parts: "Array | Sequence[float]"
) -> tuple[Effect, ...]:
    """The effects of some keys from the pull, the traces and the visits of each."""
    found = []
    for key, drawn, trace, count in zip(keys, *parts, strict=True):
        error = math.sqrt(max(0.0, variance - variance**2 * float(trace)))
        found.append(Effect(key, variance * float(drawn) * unit, error * unit, int(count)))
    return tuple(found)


def _covariance(state: _State, variance: float) -> "Array":
    """Of the errors in predicting mean plus bid effect."""
    import numpy as np

    shared, inner = state.shared
    spread = np.diag(state.own) - inner @ shared.T - np.outer(state.reach, state.reach) / state.one
    errors = variance * np.eye(len(state.own)) - variance**2 * spread
    lean = variance * state.reach / state.one
    found: Array = errors + 1 / state.one - lean[:, None] - lean[None, :]
    return found


def expert_test(likelihood: Likelihood) -> tuple[float, float]:
    """The likelihood-ratio test that experts do not differ in severity: the statistic and its p value.

    The variance lies on its edge under the hypothesis, so half of the chi-squared's weight stands at 0."""
    _point, least = likelihood.optimum
    _without, deviance = likelihood.best(
        {"expert": 0.0}, starts=[(bid, 0.0, noise) for bid, _expert, noise in STARTS]
    )
    statistic = max(0.0, deviance - least)
    return statistic, 0.5 * math.erfc(math.sqrt(statistic / 2)) if statistic else 1.0


def _check(table: ScoreTable) -> None:
    bids, experts, scores = len(table.bids), len(table.experts), len(table.scores)
    if bids < 2 or experts < 2:
        wording = _l("At least two bids and two experts with scores are needed to tell them apart.")
        raise RuleBroken(Refusal("too_few", wording))
    if scores <= bids + experts - 1:
        wording = _l(
            "There are too few scores: what is the expert's and what is chance cannot be told apart."
        )
        raise RuleBroken(Refusal("no_repeats", wording))
    if _is_exact(table):
        wording = _l(
            "The experts' scores differ by the same amount on every bid: there is no chance to estimate."
        )
        raise RuleBroken(Refusal("no_noise", wording))


def _is_exact(table: ScoreTable) -> bool:
    """Whether every score is a bid's part plus an expert's part, exactly."""
    bids: dict[str, int] = {}
    experts: dict[str, int] = {}
    for first in table.bids:
        if first in bids:
            continue
        bids[first] = 0
        waiting = [first]
        while waiting:
            bid = waiting.pop()
            for expert, score in table.of_bid[bid].items():
                if expert not in experts:
                    experts[expert] = score - bids[bid]
                    new = [each for each in table.of_expert[expert] if each not in bids]
                    bids.update({each: table.of_expert[expert][each] - experts[expert] for each in new})
                    waiting += new
    return all(score == bids[bid] + experts[expert] for (bid, expert), score in table.scores.items())
