"""How far the experts of one panel agree: intraclass correlations, Kendall's W, and what more experts would give.

The forms are those of Shrout and Fleiss (1979), the arithmetic is on fractions: the same on every machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from app.scoring.statistics.table import ScoreTable

PANEL_SIZES = (3, 5, 7, 9)


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """The two-way analysis of variance of a complete table, in squared hundredths."""

    bids: int
    experts: int
    between_bids: Fraction
    within_bids: Fraction
    between_experts: Fraction
    error: Fraction


@dataclass(frozen=True, slots=True)
class Intraclass:
    """Shrout and Fleiss's six coefficients, without unit, at most 1; below 0 when bids differ less than chance alone
    would make them.

    `one_*` is what a single expert's score is worth, `mean_*` the mean of the panel's. `random` (their form 2: these
    experts stand for all who could have sat there, and severity counts as disagreement) is the one to show; in
    `nested` (form 1) each bid has experts of its own, in `fixed` (form 3) severity does not count."""

    one_nested: float
    one_random: float
    one_fixed: float
    mean_nested: float
    mean_random: float
    mean_fixed: float


def mean_squares(table: ScoreTable) -> MeanSquares | None:
    """The analysis of variance, or None unless every one of at least two experts scored every one of at least two
    bids."""
    rows, columns = len(table.bids), len(table.experts)
    if rows < 2 or columns < 2 or not table.is_complete:
        return None
    values = list(table.scores.values())
    correction = Fraction(sum(values) ** 2, rows * columns)
    total = sum(value * value for value in values) - correction
    by_bid = Fraction(sum(sum(row.values()) ** 2 for row in table.of_bid.values()), columns) - correction
    by_expert = Fraction(sum(sum(row.values()) ** 2 for row in table.of_expert.values()), rows) - correction
    return MeanSquares(
        bids=rows,
        experts=columns,
        between_bids=by_bid / (rows - 1),
        within_bids=(total - by_bid) / (rows * (columns - 1)),
        between_experts=by_expert / (columns - 1),
        error=(total - by_bid - by_expert) / ((rows - 1) * (columns - 1)),
    )


def intraclass(table: ScoreTable) -> Intraclass | None:
    """The coefficients of a complete table, or None when it has gaps or all bids have the same scores.

    With gaps, take `Components.reliability` of the fitted model instead."""
    found = mean_squares(table)
    if found is None or not found.between_bids:
        return None
    n, k = found.bids, found.experts
    bms, wms, jms, ems = found.between_bids, found.within_bids, found.between_experts, found.error
    return Intraclass(
        one_nested=float((bms - wms) / (bms + (k - 1) * wms)),
        one_random=float((bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n)),
        one_fixed=float((bms - ems) / (bms + (k - 1) * ems)),
        mean_nested=float((bms - wms) / bms),
        mean_random=float((bms - ems) / (bms + (jms - ems) / n)),
        mean_fixed=float((bms - ems) / bms),
    )


def random_interval(table: ScoreTable, confidence: float = 0.95) -> tuple[float, float] | None:
    """The interval of `one_random` (Shrout and Fleiss, by Satterthwaite's degrees of freedom), or None as above, or
    when nothing but the bids makes scores differ. `project` takes its ends to those of `mean_random`."""
    from scipy.stats import f

    found, value = mean_squares(table), intraclass(table)
    if found is None or value is None or not found.error:
        return None
    n, k, rho = found.bids, found.experts, value.one_random
    bms, jms, ems = float(found.between_bids), float(found.between_experts), float(found.error)
    rest = n * (1 + (k - 1) * rho) - k * rho
    freedom = (
        (k - 1) * (n - 1) * (k * rho * jms / ems + rest) ** 2
        / ((n - 1) * (k * rho * jms / ems) ** 2 + rest**2)
    )  # fmt: skip
    tail = 1 - (1 - confidence) / 2
    low, high = float(f.ppf(tail, n - 1, freedom)), float(f.ppf(tail, freedom, n - 1))
    noise = k * jms + (k * n - k - n) * ems
    return (
        n * (bms - low * ems) / (low * noise + n * bms),
        n * (high * bms - ems) / (noise + n * high * bms),
    )


def project(one: float, size: int) -> float:
    """Spearman and Brown: the reliability of the mean of `size` experts, from that of one. Below 0 counts as 0."""
    if size < 1:
        raise ValueError("a panel has at least one member")
    if one <= 0:
        return 0.0
    return size * one / (1 + (size - 1) * one)


def projections(one: float, sizes: Sequence[int] = PANEL_SIZES) -> dict[int, float]:
    """What panels of other sizes would reach."""
    return {size: project(one, size) for size in sizes}


def kendall_w(table: ScoreTable) -> float | None:
    """Kendall's coefficient of concordance, 0 to 1, corrected for ties; of the bids that every expert scored.

    None for fewer than two experts or two such bids, or when nobody tells any bids apart."""
    common = [bid for bid in table.bids if len(table.of_bid[bid]) == len(table.experts)]
    bids, experts = len(common), len(table.experts)
    if bids < 2 or experts < 2:
        return None
    sums, ties = [0] * bids, 0
    for scores in table.of_expert.values():
        values = [scores[bid] for bid in common]
        ties += sum(count**3 - count for count in _equal(values))
        sums = [total + rank for total, rank in zip(sums, _twice_ranks(values), strict=True)]
    mean = experts * (bids + 1)
    scatter = sum((total - mean) ** 2 for total in sums)
    most = experts**2 * (bids**3 - bids) - experts * ties
    # Ranks are doubled to stay whole, so the scatter is four times the textbook's: 12 / 4 = 3.
    return float(Fraction(3 * scatter, most)) if most else None


def _equal(values: Sequence[int]) -> list[int]:
    return [len(list(group)) for _value, group in groupby(sorted(values))]


def _twice_ranks(values: Sequence[int]) -> list[int]:
    """Twice the rank of each value from below; equal ones share the mean of their ranks."""
    ordered = sorted(values)
    return [2 * ordered.index(value) + ordered.count(value) + 1 for value in values]
