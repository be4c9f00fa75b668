"""Texts as weighted counts of words (TF-IDF), for Chinese and English in one.

A Latin word or number is a word. A run of Chinese characters is cut at the small words that carry no subject; its
pieces are words, and its single characters and pairs of them count beside, because pieces are a rough cut."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:[+#.-]+[a-z0-9]+)*[+#]*")
SMALL_HAN = re.compile("[的与及或和等之其并将被]+")
# fmt: off
SMALL_LATIN = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "into", "is",
    "it", "its", "of", "on", "or", "our", "that", "the", "their", "this", "to", "was", "we", "were",
    "with", "which", "will", "can", "using", "used", "based", "between", "over", "under", "than", "such",
    "these", "those", "not", "also",
))
# fmt: on
# Marks of a Chinese character, so that it is never taken for a word of one letter.
ONE, TWO = "\u4e00:", "\u4e8c:"


def features(text: str) -> Counter[str]:
    """The words and pairs of neighbouring words of a text, and characters and pairs of them for Chinese."""
    words: list[str] = []
    found: Counter[str] = Counter()
    for run in RUN.findall(unicodedata.normalize("NFKC", text).casefold()):
        if run[0] < "\u3400":
            if run not in SMALL_LATIN and len(run) > 1:
                words.append(_stem(run))
            continue
        found.update(ONE + char for char in run)
        found.update(TWO + one + other for one, other in pairwise(run))
        words += [piece for piece in SMALL_HAN.split(run) if len(piece) > 1]
    found.update(words)
    found.update(f"{one} {other}" for one, other in pairwise(words))
    return found


def _stem(word: str) -> str:
    """An English word without the plural's ending."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def similarities(subjects: Sequence[str], texts: Sequence[str]) -> "NDArray[float64]":
    """The cosine (0 to 1) of each subject (rows) with each text (columns).

    Counts are dampened (1 + log), and a feature weighs the less the more of all these texts have it."""
    both = [features(text) for text in (*subjects, *texts)]
    matrix = _weighted(both)
    found: NDArray[float64] = (matrix[: len(subjects)] @ matrix[len(subjects) :].T).toarray()
    return found.clip(0, 1)


def _weighted(counts: Sequence[Counter[str]]) -> Any:
    import numpy as np
    from scipy.sparse import csr_array

    spread = Counter(key for each in counts for key in each)
    place = {key: number for number, key in enumerate(sorted(spread))}
    rarity = {key: math.log((1 + len(counts)) / (1 + many)) + 1 for key, many in spread.items()}
    rows = [_row(each, place, rarity) for each in counts]
    ends = np.cumsum(np.array([0] + [len(row) for row in rows], dtype=np.int64))
    values = np.array([value for row in rows for _place, value in row], dtype=float)
    columns = np.array([column for row in rows for column, _value in row], dtype=np.int64)
    return csr_array((values, columns, ends), shape=(len(counts), max(1, len(place))))


def _row(counts: Counter[str], place: dict[str, int], rarity: dict[str, float]) -> list[tuple[int, float]]:
    weights = sorted((place[key], (1 + math.log(count)) * rarity[key]) for key, count in counts.items())
    length = math.sqrt(math.fsum(weight**2 for _place, weight in weights))
    return [(column, weight / length) for column, weight in weights]
