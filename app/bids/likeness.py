"""How alike two texts are: titles by their letters, longer texts by the runs of four characters they share."""

from rapidfuzz import fuzz

from app.bids.content import Content
from app.core.text import normalize_for_compare

GRAM = 4
LEAST_GRAMS = 60
"""Shorter texts share too much by chance to be compared."""
SAME_TITLE = 90
NEAR_TITLE = 75
SAME_TEXT = 80


def title_likeness(one: str, other: str) -> int:
    """0 to 100: how alike two titles are, punctuation, width and capitals left aside."""
    left, right = normalize_for_compare(one), normalize_for_compare(other)
    return round(fuzz.ratio(left, right)) if left and right else 0


def text_likeness(one: str, other: str) -> int:
    """0 to 100: how much of the shorter text stands in the longer one. Texts too short to compare are 0 alike.

    Characters serve Chinese and Latin script alike; a copy that was rewritten here and there keeps most runs."""
    left, right = grams(one), grams(other)
    fewer = min(len(left), len(right))
    return round(100 * len(left & right) / fewer) if fewer >= LEAST_GRAMS else 0


def grams(text: str) -> frozenset[str]:
    """The runs of four characters of a text, letters and digits only."""
    plain = normalize_for_compare(text)
    return frozenset(plain[place : place + GRAM] for place in range(len(plain) - GRAM + 1))


def scope_of(content: Content) -> str:
    """The part of a bid that says what is done: what is compared between bids."""
    names = ("understanding", "architecture", "data_and_model", "key_problems")
    return "\n".join([*(content[name] for name in names), *content["innovation"]])
