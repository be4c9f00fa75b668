"""The sums of a contract: a budget that is the amount exactly, and payments that are it exactly with the own money."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.money import FEN_PER_STEP, WHOLE, split_by_percent
from app.models.codes import BudgetSource

# Who pays, in the order of the payment lines. Self-raised funds are paid by nobody else.
PAYERS = tuple(source for source in BudgetSource if source is not BudgetSource.SELF)


@dataclass(frozen=True, slots=True)
class Payment:
    """A planned payment: which milestone makes it due (its index), who pays, and how much in fen."""

    milestone: int
    source: BudgetSource
    amount_fen: int


def scaled(amounts: Sequence[int], total_fen: int) -> list[int]:
    """The amounts in the same proportions with another sum, exactly.

    Steps are 100 yuan, what is finer goes to the largest part. Amounts that are all nothing stay so."""
    whole = sum(amounts)
    if whole in (0, total_fen):
        return list(amounts)
    steps, rest = divmod(total_fen, FEN_PER_STEP)
    parts = [amount * steps // whole for amount in amounts]
    by_remainder = sorted(range(len(amounts)), key=lambda index: -(amounts[index] * steps % whole))
    for index in by_remainder[: steps - sum(parts)]:
        parts[index] += 1
    found = [part * FEN_PER_STEP for part in parts]
    found[max(range(len(found)), key=found.__getitem__)] += rest
    return found


def payments(budget: Sequence[tuple[BudgetSource, int]], percents: Sequence[int]) -> list[Payment]:
    """What each payer pays at each milestone. With the self-raised funds it sums to the budget exactly.

    Nothing while the percentages (hundredths) do not make up the whole."""
    if sum(percents) != WHOLE or any(percent < 0 for percent in percents):
        return []
    lines = []
    for source in PAYERS:
        total = sum(amount for payer, amount in budget if payer is source)
        for milestone, part in enumerate(split_by_percent(total, percents)):
            if part:
                lines.append(Payment(milestone, source, part))
    return sorted(lines, key=lambda line: line.milestone)
