"""Demands of the same round that may ask for the same: candidates for a merger, with what they have in common."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.core.text import normalize_for_compare
from app.models.demands import Demand
from app.vetting.queries import merge_targets

WORTH_SHOWING = 25
SHOWN = 5
# A phrase two demands share tells something from this length on.
PHRASE = 4


@dataclass(frozen=True, slots=True)
class Similar:
    """Another demand, how alike titles and scopes are in percent, and the longest phrases they share."""

    demand: Demand
    title_percent: int
    scope_percent: int
    phrases: tuple[str, ...]


def similar_demands(session: Session, demand: Demand) -> list[Similar]:
    """The most similar demands into which this one may be merged, the most similar first."""
    found = [compared(demand, other) for other in merge_targets(session, demand)]
    worth = [each for each in found if max(each.title_percent, each.scope_percent) >= WORTH_SHOWING]
    worth.sort(key=lambda each: (-each.title_percent - each.scope_percent, each.demand.title))
    return worth[:SHOWN]


def compared(demand: Demand, other: Demand) -> Similar:
    """How alike two demands are: the share of two-letter pieces that both have, for titles and for scopes."""
    titles = normalize_for_compare(demand.title), normalize_for_compare(other.title)
    scopes = _scope(demand), _scope(other)
    return Similar(other, percent(*titles), percent(*scopes), shared_phrases(*scopes))


def percent(one: str, two: str) -> int:
    """The pieces of two letters that both texts have, as a percentage of all their pieces."""
    mine, theirs = _pieces(one, 2), _pieces(two, 2)
    return 100 * len(mine & theirs) // len(mine | theirs) if mine | theirs else 0


def shared_phrases(one: str, two: str, *, limit: int = 3) -> tuple[str, ...]:
    """The longest phrases that stand in both texts, none within another."""
    found: list[str] = []
    size, common = PHRASE, _pieces(one, PHRASE) & _pieces(two, PHRASE)
    levels = []
    while common:
        levels.append(common)
        size += 1
        common = _pieces(one, size) & _pieces(two, size)
    for level in reversed(levels):
        for phrase in sorted(level, key=one.index):
            if len(found) < limit and not any(_overlap(one, phrase, other) for other in found):
                found.append(phrase)
    return tuple(found)


def _overlap(text: str, phrase: str, other: str) -> bool:
    at, there = text.index(phrase), text.index(other)
    return at < there + len(other) and there < at + len(phrase)


def _scope(demand: Demand) -> str:
    return normalize_for_compare(f"{demand.goal} {demand.content_required}")


def _pieces(text: str, size: int) -> set[str]:
    return {text[at : at + size] for at in range(len(text) - size + 1)}
