"""Totals, means and ranks in hundredths of a point: arithmetic on whole numbers, the same on every machine."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.core.i18n import _l
from app.core.numbers import trimmed_mean
from app.models.base import Coded
from app.models.reviews import Sheet
from app.models.rounds import Round

TECHNICAL_CODE = "R2"
FIT_CODE = "R1"


class TieRule(Coded):
    """What placed a bid among others of the same total, in the published order."""

    TECHNICAL = "technical", _l("Same total: placed by the score for the technical solution")
    FIT = "fit", _l("Same total and technical score: placed by the score for meeting the demand")
    FISCAL = "fiscal", _l("Same total, technical score and demand score: placed by the lower fiscal ask")
    OPEN = "open", _l("Same in every respect: the panel votes, and the vote is recorded")


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides a bid's place. Scores in hundredths; an ask of None means that nothing is asked for."""

    key: Hashable
    total: int
    technical: int = 0
    fit: int = 0
    fiscal_ask_fen: int | None = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """A place in the ranking, from 1. Bids that nothing tells apart share a place, and the next one is left out."""

    key: Hashable
    rank: int
    tie: TieRule | None


def trim_from(round_: Round) -> int | None:
    """From how many sheets the round drops one highest and one lowest, or None when it drops none."""
    return round_.trim_from_size if round_.has_trimmed_mean else None


def aggregate(values: Sequence[int], *, trim_from: int | None = 5) -> int:
    """The trimmed mean of scores in hundredths; a round drops extremes from five sheets on unless it says otherwise."""
    return trimmed_mean(values, trim_from=trim_from)


def by_criterion(sheets: Iterable[Sheet], *, trim_from: int | None = 5) -> dict[str, int]:
    """The aggregate of each criterion over the sheets that scored it, by the criterion's code."""
    values: dict[str, list[int]] = {}
    for sheet in sheets:
        for score in sheet.current_scores().values():
            values.setdefault(score.criterion.code, []).append(score.value)
    return {code: aggregate(found, trim_from=trim_from) for code, found in values.items()}


def rank(rows: Iterable[Standing]) -> list[Placed]:
    """The rows by place: higher total, then higher technical score (R2), then higher demand score (R1), then the
    lower fiscal ask. What is still equal shares its place, marked OPEN. The order of the rows plays no part."""
    ordered = sorted(rows, key=lambda row: (*_order(row), str(row.key)))
    placed: list[Placed] = []
    for _total, group in groupby(ordered, key=lambda row: row.total):
        equals = list(group)
        first = len(placed) + 1
        placed += [
            Placed(row.key, first + sum(_order(other) < _order(row) for other in equals), _tie(row, equals))
            for row in equals
        ]
    return placed


def _order(row: Standing) -> tuple[int, int, int, int]:
    return -row.total, -row.technical, -row.fit, row.fiscal_ask_fen or 0


def _tie(row: Standing, equals: Sequence[Standing]) -> TieRule | None:
    if len(equals) == 1:
        return None
    rivals = [other for other in equals if other.technical == row.technical]
    if len(rivals) == 1:
        return TieRule.TECHNICAL
    rivals = [other for other in rivals if other.fit == row.fit]
    if len(rivals) == 1:
        return TieRule.FIT
    same_ask = [other for other in rivals if (other.fiscal_ask_fen or 0) == (row.fiscal_ask_fen or 0)]
    return TieRule.FISCAL if len(same_ask) == 1 else TieRule.OPEN
