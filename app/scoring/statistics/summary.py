"""All figures of one review together, and the form in which the record keeps them."""

import importlib.metadata
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.core.errors import Refusal, RuleBroken
from app.scoring.statistics import agreement, reml, severity
from app.scoring.statistics.intervals import Interval, intervals
from app.scoring.statistics.outliers import Outlier, outliers
from app.scoring.statistics.ranks import DRAWS, RankDraws, draw_ranks
from app.scoring.statistics.table import ScoreTable

VERSION = 1


@dataclass(frozen=True)
class Question:
    """What the figures are wanted for. `places` win, `line` and `maximum` in hundredths, `size` members a panel."""

    places: int
    line: int | None
    maximum: int
    size: int
    seed: str
    conditions: severity.Conditions = field(default_factory=severity.Conditions)


@dataclass(frozen=True)
class Statistics:
    """The figures. Where the model cannot be fitted, `refusals` says why and what rests on it is empty.

    `reliability` is ICC(2,1) from the fitted variances, which stands with gaps too; `projections` what panels of 3, 5,
    7 and 9 would reach; `chance` the p value of the test that experts do not differ in severity."""

    question: Question
    intraclass: agreement.Intraclass | None
    concordance: float | None
    outliers: tuple[Outlier, ...]
    adjustment: severity.Adjustment
    refusals: tuple[Refusal, ...] = ()
    components: dict[str, Interval] = field(default_factory=dict)
    reliability: float | None = None
    panel_reliability: float | None = None
    projections: dict[int, float] = field(default_factory=dict)
    ranks: tuple[RankDraws, ...] = ()
    chance: float | None = None


def statistics_of(table: ScoreTable, question: Question) -> Statistics:
    """Everything about one table of scores."""
    plain: dict[str, Any] = {
        "question": question,
        "intraclass": agreement.intraclass(table),
        "concordance": agreement.kendall_w(table),
        "outliers": outliers(table, question.maximum),
    }
    try:
        likelihood = reml.Likelihood(table)
    except RuleBroken as error:
        adjustment = severity.adjust(table, None, None, question.conditions)
        return Statistics(**plain, adjustment=adjustment, refusals=tuple(error.refusals))
    fit = reml.fit(likelihood)
    one, (_statistic, chance) = fit.components.reliability(), reml.expert_test(likelihood)
    return Statistics(
        **plain,
        adjustment=severity.adjust(table, fit, chance, question.conditions),
        components=intervals(likelihood),
        reliability=one,
        panel_reliability=agreement.project(one, question.size),
        projections=agreement.projections(one),
        ranks=draw_ranks(fit, places=question.places, line=question.line, seed=question.seed),
        chance=chance,
    )


def as_record(found: Statistics) -> dict[str, Any]:
    """The figures as the record keeps them: texts and whole numbers only, floats rounded to what they can tell."""
    question = found.question
    return {
        "version": VERSION,
        "libraries": {name: importlib.metadata.version(name) for name in ("numpy", "scipy")},
        "seed": question.seed,
        "places": question.places,
        "line": question.line,
        "intraclass": None if found.intraclass is None else _rounded(found.intraclass.mean_random),
        "concordance": _rounded(found.concordance),
        "components": {
            part: [_points(each.estimate), _points(each.low), _points(each.high)]
            for part, each in found.components.items()
        },
        "reliability": _rounded(found.reliability),
        "projections": {str(size): _rounded(value) for size, value in found.projections.items()},
        "ranks": [
            {"bid": row.bid, "rank": [row.median, row.low, row.high], "wins": row.wins, "passes": row.passes}
            for row in found.ranks
        ],
        "draws": DRAWS,
        "outliers": [[each.bid, each.expert, each.score] for each in found.outliers],
        "severity": {
            "refusals": [each.code for each in found.adjustment.refusals],
            "adjusted": [[each.bid, each.mean, each.adjusted] for each in found.adjustment.bids],
            "flips": [list(pair) for pair in found.adjustment.flips],
        },
        "refusals": [each.code for each in found.refusals],
    }


def _rounded(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


def _points(variance: float | None) -> str | None:
    """A variance in squared hundredths as squared points."""
    return None if variance is None else f"{Decimal(variance) / 10_000:.2f}"
