"""The numbers people quote: references of things, such as HB-2026-01-F08-0007, and hundredths of points.

A reference grows by its parents: a round HB-2026-01, its demand …-F08-0007, and under that demand the bids
…-B03, contracts …-C01, acceptance certificates …-A01 and demonstration projects …-D01; likewise under a round
its notices …-N012 and under a notice its objections …-O02. A serial that outgrows its width gets longer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class NumberKind(StrEnum):
    """What a reference names."""

    ROUND = "round"
    DEMAND = "demand"
    BID = "bid"
    CONTRACT = "contract"
    CERTIFICATE = "certificate"
    DEMONSTRATION = "demonstration"
    NOTICE = "notice"
    OBJECTION = "objection"


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference taken apart. `parent` is the reference it hangs under, None for a round."""

    kind: NumberKind
    text: str
    parent: str | None
    serial: int
    year: int
    field_code: str | None = None


MIN_TO_TRIM = 3
NOT_ZERO = r"(?!0+(?:-|\Z))"
ROUND = rf"(?P<region>[A-Z]{{2,6}})-(?P<year>20[0-9]{{2}})-{NOT_ZERO}(?P<round>[0-9]{{2}}|[1-9][0-9]{{2,3}})"
DEMAND = rf"{ROUND}-(?P<field>[A-Z][0-9]{{2}})-{NOT_ZERO}(?P<demand>[0-9]{{4}}|[1-9][0-9]{{4,5}})"
NOTICE = rf"{ROUND}-N{NOT_ZERO}(?P<notice>[0-9]{{3}}|[1-9][0-9]{{3,5}})"
SERIAL = rf"{NOT_ZERO}(?P<serial>[0-9]{{2}}|[1-9][0-9]{{2,3}})"

PATTERNS = {
    NumberKind.ROUND: re.compile(ROUND),
    NumberKind.DEMAND: re.compile(DEMAND),
    NumberKind.BID: re.compile(rf"{DEMAND}-B{SERIAL}"),
    NumberKind.CONTRACT: re.compile(rf"{DEMAND}-C{SERIAL}"),
    NumberKind.CERTIFICATE: re.compile(rf"{DEMAND}-A{SERIAL}"),
    NumberKind.DEMONSTRATION: re.compile(rf"{DEMAND}-D{SERIAL}"),
    NumberKind.NOTICE: re.compile(NOTICE),
    NumberKind.OBJECTION: re.compile(rf"{NOTICE}-O{SERIAL}"),
}


def round_number(region: str, year: int, serial: int) -> str:
    """The reference of a round: `HB-2026-01`. Like all below, raises ValueError for parts that make none."""
    return _checked(f"{region}-{year:04d}-{serial:02d}", NumberKind.ROUND)


def demand_number(round_no: str, field_code: str, serial: int) -> str:
    """The reference of a demand by its main field, counted within the round: `HB-2026-01-F08-0007`."""
    return _checked(f"{round_no}-{field_code}-{serial:04d}", NumberKind.DEMAND)


def bid_number(demand_no: str, serial: int) -> str:
    """The reference of a bid on a demand: `HB-2026-01-F08-0007-B03`."""
    return _checked(f"{demand_no}-B{serial:02d}", NumberKind.BID)


def contract_number(demand_no: str, serial: int) -> str:
    """The reference of a contract under a demand, which has several in a horse race: `…-C01`."""
    return _checked(f"{demand_no}-C{serial:02d}", NumberKind.CONTRACT)


def certificate_number(demand_no: str, serial: int) -> str:
    """The reference of an acceptance certificate under a demand: `…-A01`."""
    return _checked(f"{demand_no}-A{serial:02d}", NumberKind.CERTIFICATE)


def demonstration_number(demand_no: str, serial: int) -> str:
    """The reference of a demonstration project that came of a demand: `…-D01`."""
    return _checked(f"{demand_no}-D{serial:02d}", NumberKind.DEMONSTRATION)


def notice_number(round_no: str, serial: int) -> str:
    """The reference of a public notice, counted within the round: `HB-2026-01-N012`."""
    return _checked(f"{round_no}-N{serial:03d}", NumberKind.NOTICE)


def objection_number(notice_no: str, serial: int) -> str:
    """The reference of an objection to a notice: `HB-2026-01-N012-O02`."""
    return _checked(f"{notice_no}-O{serial:02d}", NumberKind.OBJECTION)


def parse(text: str) -> Reference | None:
    """What a reference names; None for any other text. Only the exact form counts: one thing, one text."""
    for kind, pattern in PATTERNS.items():
        match = pattern.fullmatch(text)
        if match is not None:
            return _reference(kind, text, match.groupdict())
    return None


def is_number(text: str, kind: NumberKind) -> bool:
    """Whether the text is a reference of this kind."""
    return PATTERNS[kind].fullmatch(text) is not None


def mean_hundredths(values: Sequence[int]) -> int:
    """The mean of values in hundredths, in hundredths, half rounded up; integers only, so that it is exact.

    Raises ValueError for no values.
    """
    if not values:
        raise ValueError("no values have no mean")
    return (2 * sum(values) + len(values)) // (2 * len(values))


def trimmed_mean(values: Sequence[int], *, trim_from: int | None) -> int:
    """The mean in hundredths, half up: of all values, or without one highest and one lowest from `trim_from` on.

    Raises ValueError for no values, or a `trim_from` that could leave none."""
    if trim_from is not None and trim_from < MIN_TO_TRIM:
        raise ValueError("a trimmed mean needs at least three values")
    kept = sorted(values)
    if trim_from is not None and len(kept) >= trim_from:
        kept = kept[1:-1]
    return mean_hundredths(kept)


def format_hundredths(value: int) -> str:
    """Hundredths with two decimals: 8250 is `82.50`."""
    return f"{Decimal(value).scaleb(-2):.2f}"


def _checked(text: str, kind: NumberKind) -> str:
    if not is_number(text, kind):
        raise ValueError(f"{text!r} is no number of a {kind.value}")
    return text


def _reference(kind: NumberKind, text: str, parts: dict[str, str]) -> Reference:
    # A demand adds two parts to its parent, its field and its serial; everything else adds one.
    own = parts.get("serial") or parts.get("demand") or parts.get("notice") or parts["round"]
    steps = {NumberKind.ROUND: 0, NumberKind.DEMAND: 2}.get(kind, 1)
    return Reference(
        kind=kind,
        text=text,
        parent=text.rsplit("-", steps)[0] if steps else None,
        serial=int(own),
        year=int(parts["year"]),
        field_code=parts.get("field"),
    )
