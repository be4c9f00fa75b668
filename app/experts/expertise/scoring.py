"""The expertise score of each expert for each demand, with the parts it is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.experts.expertise.text import similarities

FULL = 1000


@dataclass(frozen=True, slots=True)
class Profile:
    """An expert's items (papers, projects, patents: one text each), fields, and own ratings of demands: 0, none, to
    1000, fully, by the demand's id."""

    id: str
    items: tuple[str, ...]
    fields: frozenset[str]
    ratings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Subject:
    """A demand, or a bid, with its text and fields, the first being its main one."""

    id: str
    text: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the parts count, shown beside the score. A part that is missing gives its weight to the others."""

    text: int = 60
    fields: int = 25
    own: int = 15


@dataclass(frozen=True, slots=True)
class Score:
    """A score and its parts in thousandths; None where a part is missing (no items, no rating)."""

    value: int
    text: int | None
    fields: int
    own: int | None


def scores(
    subjects: Sequence[Subject], profiles: Sequence[Profile], weights: Weights | None = None
) -> dict[tuple[str, str], Score]:
    """The score of every pair, by (subject id, expert id).

    Text: the root of the mean similarity over the expert's items, for similarities of good fits lie near a quarter.
    Fields: all for the main field, half for another of the subject's."""
    weights = weights or Weights()
    texts = text_scores([each.text for each in subjects], [each.items for each in profiles])
    found = {}
    for row, subject in enumerate(subjects):
        for column, profile in enumerate(profiles):
            text = None if texts[row][column] is None else round(FULL * (texts[row][column] or 0.0) ** 0.5)
            fields = _fields(subject, profile)
            own = profile.ratings.get(subject.id)
            parts = [(weights.text, text), (weights.fields, fields), (weights.own, own)]
            found[subject.id, profile.id] = Score(_blended(parts), text, fields, own)
    return found


def text_scores(subjects: Sequence[str], items: Sequence[Sequence[str]]) -> list[list[float | None]]:
    """The mean similarity of each subject with each expert's items, 0 to 1; None for an expert without any."""
    matrix = similarities(subjects, [text for each in items for text in each])
    found: list[list[float | None]] = [[] for _ in subjects]
    start = 0
    for each in items:
        for row, line in enumerate(found):
            values = matrix[row, start : start + len(each)].tolist()
            # Rounded, so that the last bits of a sum never order two experts.
            line.append(round(sum(values) / len(values), 9) if values else None)
        start += len(each)
    return found


def _fields(subject: Subject, profile: Profile) -> int:
    if subject.fields and subject.fields[0] in profile.fields:
        return FULL
    return FULL // 2 if profile.fields & set(subject.fields) else 0


def _blended(parts: Sequence[tuple[int, int | None]]) -> int:
    known = [(weight, value) for weight, value in parts if value is not None]
    total = sum(weight for weight, _value in known)
    return round(sum(weight * value for weight, value in known) / total) if total else 0
