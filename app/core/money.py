"""Money: whole fen in the database, 万元 (10,000 yuan) with two decimals on forms, screens and spreadsheets.

1 万元 is 1,000,000 fen, so the smallest step a person can enter, 0.01 万元, is 100 yuan or 10,000 fen.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from app.core.errors import Refusal, RuleBroken
from app.core.i18n import Lazy, _l

FEN_PER_STEP = 10_000
MAX_FEN = 10**12
WHOLE = 10_000
"""100 per cent, in hundredths of a per cent: the unit of every percentage here."""

STEP = Decimal("0.01")
PLAIN = re.compile(r"(?P<whole>[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.(?P<part>[0-9]*))?")


class AmountRefused(RuleBroken, ValueError):
    """What was entered is no amount of 万元. `code` says why, `wording` tells the reader."""

    def __init__(self, code: str, wording: Lazy) -> None:
        self.code = code
        super().__init__(Refusal(code, wording))


def fen_from_wan(amount: Decimal | str) -> int:
    """Fen of an amount in 万元. Full-width digits and thousands commas are understood in a text.

    Raises AmountRefused for signs, exponents, NaN, more than two decimals, and more than 10^12 fen.
    """
    text = unicodedata.normalize("NFKC", str(amount)).strip()
    match = PLAIN.fullmatch(text)
    if match is None:
        raise AmountRefused("amount_unreadable", _l("Enter an amount in 10,000 yuan, for example 120.50."))
    part = match["part"]
    if part is not None and len(part) > 2:
        raise AmountRefused("amount_too_fine", _l("An amount in 10,000 yuan has at most two decimals."))
    steps = int(match["whole"].replace(",", "")) * 100 + int((part or "").ljust(2, "0"))
    if steps * FEN_PER_STEP > MAX_FEN:
        raise AmountRefused("amount_too_large", _l("The amount is larger than this site can record."))
    return steps * FEN_PER_STEP


def wan(fen: int) -> Decimal:
    """The exact amount in 万元, with two decimals or as many more as the fen need."""
    exact = Decimal(fen).scaleb(-6)
    rounded = exact.quantize(STEP)
    return rounded if rounded == exact else exact


def format_wan(fen: int) -> str:
    """The amount in 万元 for a reader: thousands commas and two decimals, rounded half away from 0."""
    return f"{Decimal(fen).scaleb(-6).quantize(STEP, ROUND_HALF_UP):,f}"


def format_yuan(fen: int) -> str:
    """The amount in yuan and fen for a contract: `1234567` is 12,345.67."""
    return f"{Decimal(fen).scaleb(-2):,.2f}"


def share(total_fen: int, percent_hundredths: int) -> int:
    """A percentage of an amount in fen, half a fen rounded up. The percentage is 0 to 10,000 hundredths."""
    if total_fen < 0 or not 0 <= percent_hundredths <= WHOLE:
        raise ValueError("a share lies between nothing and the whole of an amount")
    return (total_fen * percent_hundredths * 2 + WHOLE) // (2 * WHOLE)


def split_by_percent(total_fen: int, percents: Sequence[int]) -> list[int]:
    """The amount split by percentages (hundredths, 10,000 in all) into parts that sum to it exactly.

    Every part is rounded down, and the fen left over go to the largest remainders, the earlier part first
    when two are equal. Raises ValueError when the percentages are negative or do not make up the whole.
    """
    if total_fen < 0 or min(percents, default=0) < 0 or sum(percents) != WHOLE:
        raise ValueError("the percentages do not make up 100 %")
    parts = [total_fen * percent // WHOLE for percent in percents]
    by_remainder = sorted(range(len(parts)), key=lambda index: -(total_fen * percents[index] % WHOLE))
    for index in by_remainder[: total_fen - sum(parts)]:
        parts[index] += 1
    return parts
