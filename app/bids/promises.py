"""What a bid promises for an indicator, held against the target: better, no deviation, or worse."""

from decimal import Decimal, InvalidOperation

from app.bids.content import Content, with_every_response
from app.models.codes import Deviation, Operator
from app.models.demands import Demand, DemandIndicator


def answered(content: Content, demand: Demand) -> Content:
    """The content with one response per indicator, each with the deviation that follows from what it promises."""
    content = with_every_response(content, demand)
    for row, indicator in zip(content["responses"], demand.indicators, strict=True):
        if is_comparable(indicator):
            found = deviation_of(indicator, number(row["promised_value"]), number(row["promised_high"]))
            row["deviation"] = found.value if found else None
    return content


def is_comparable(indicator: DemandIndicator) -> bool:
    """Whether a machine can say how a value deviates. Of an approximate target (≈) the bidder says it."""
    return indicator.target is not None and indicator.operator is not Operator.APPROX


def deviation_of(
    indicator: DemandIndicator, value: Decimal | None, high: Decimal | None = None
) -> Deviation | None:
    """How a promise deviates from a comparable target; None while there is no promise."""
    if value is None:
        return None
    if is_softer(indicator, value, high):
        return Deviation.WORSE
    return Deviation.BETTER if is_harder(indicator, value, high) else Deviation.NONE


def is_softer(indicator: DemandIndicator, value: Decimal | None, high: Decimal | None = None) -> bool:
    """Whether a value falls short of the indicator's target. One with ≈ is not compared."""
    target = indicator.target
    if target is None or value is None:
        return False
    if indicator.operator is Operator.GE:
        return value < target
    if indicator.operator is Operator.LE:
        return value > target
    if indicator.operator is Operator.EQ:
        return value != target
    if indicator.operator is Operator.RANGE:
        upper = indicator.target_high if indicator.target_high is not None else target
        return value < target or (high if high is not None else value) > upper
    return False


def is_harder(indicator: DemandIndicator, value: Decimal, high: Decimal | None = None) -> bool:
    """Whether a value goes beyond the target: above a least, below a most, within a narrower range."""
    target = indicator.target
    if target is None:
        return False
    if indicator.operator is Operator.GE:
        return value > target
    if indicator.operator is Operator.LE:
        return value < target
    if indicator.operator is Operator.RANGE and indicator.target_high is not None and high is not None:
        return target <= value and high <= indicator.target_high and (value, high) != _bounds(indicator)
    return False


def number(text: object) -> Decimal | None:
    """A decimal kept as text, or None when it is empty or no number."""
    try:
        return Decimal(str(text)) if text not in (None, "") else None
    except InvalidOperation:
        return None


def _bounds(indicator: DemandIndicator) -> tuple[Decimal | None, Decimal | None]:
    return indicator.target, indicator.target_high
