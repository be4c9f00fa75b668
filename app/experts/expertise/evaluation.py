"""How well the text score orders what experts themselves rated: `python -m app.experts.expertise.evaluation FOLDER`.

The folder, all in UTF-8:

    subjects/<subject>.txt        the text of a demand or paper
    experts/<expert>/<item>.txt   one item of the expert's profile a file: a paper, a project
    ratings.csv                   columns expert, subject, rating; a higher number means more expertise

The loss is weighted Kendall's: over all pairs of subjects that one expert rated differently, the difference of the
ratings where the scores order them the other way round, half of it where they are equal; divided by the sum of all
differences. 0 is the experts' own order, 0.5 what chance gives."""

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from app.core.chance import generator
from app.experts.expertise.scoring import text_scores

RESAMPLES, SEED = 1000, "expertise"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The loss, an interval that holds nine in ten resamples of the experts, and what it rests on."""

    loss: float
    low: float
    high: float
    experts: int
    subjects: int
    pairs: int


@dataclass(frozen=True, slots=True)
class _Tally:
    """One expert's part: the weight of what is ordered wrongly, of all, and the number of pairs."""

    wrong: float
    all: float
    pairs: int


def evaluate(folder: Path) -> Evaluation:
    """Measure the text score on a folder. Raises ValueError for one that is not as described above."""
    subjects = _texts(folder / "subjects")
    profiles = {each.name: list(_texts(each).values()) for each in _folders(folder / "experts")}
    ratings = _ratings(folder / "ratings.csv", subjects, profiles)
    matrix = text_scores(list(subjects.values()), list(profiles.values()))
    scores = {
        (expert, subject): matrix[row][column] or 0.0
        for column, expert in enumerate(profiles)
        for row, subject in enumerate(subjects)
    }
    tallies = [_tally(expert, rated, scores) for expert, rated in sorted(ratings.items())]
    if not any(each.all for each in tallies):
        raise ValueError("no expert rated two subjects differently: there is nothing to order")
    low, high = _interval(tallies)
    return Evaluation(
        _loss(tallies), low, high, len(tallies), len(subjects), sum(each.pairs for each in tallies)
    )


def _tally(expert: str, rated: Mapping[str, float], scores: Mapping[tuple[str, str], float]) -> _Tally:
    wrong = total = 0.0
    pairs = 0
    for one, other in combinations(sorted(rated), 2):
        gap = rated[one] - rated[other]
        if gap:
            order = (scores[expert, one] - scores[expert, other]) * gap
            wrong += abs(gap) * (0.5 if order == 0 else float(order < 0))
            total += abs(gap)
            pairs += 1
    return _Tally(wrong, total, pairs)


def _loss(tallies: Sequence[_Tally]) -> float:
    return sum(each.wrong for each in tallies) / sum(each.all for each in tallies)


def _interval(tallies: Sequence[_Tally]) -> tuple[float, float]:
    """Over experts drawn again: their ratings are not independent, they are."""
    useful = [each for each in tallies if each.all]
    drawn = generator(SEED).integers(len(useful), size=(RESAMPLES, len(useful))).tolist()
    losses = sorted(_loss([useful[place] for place in places]) for places in drawn)
    return losses[RESAMPLES // 20], losses[-RESAMPLES // 20]


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ValueError(f"{folder} is missing")
    return sorted(each for each in folder.iterdir() if each.is_dir())


def _texts(folder: Path) -> dict[str, str]:
    found = {each.stem: each.read_text(encoding="utf-8") for each in sorted(folder.glob("*.txt"))}
    if not found:
        raise ValueError(f"{folder} holds no .txt files")
    return found


def _ratings(
    file: Path, subjects: Mapping[str, str], profiles: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    if not file.is_file():
        raise ValueError(f"{file} is missing")
    found: dict[str, dict[str, float]] = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            try:
                expert, subject, rating = row["expert"], row["subject"], float(row["rating"])
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{file}, line {number}: expert, subject and a number are wanted") from error
            if expert not in profiles or subject not in subjects:
                raise ValueError(f"{file}, line {number}: {expert} or {subject} has no texts")
            found.setdefault(expert, {})[subject] = rating
    return found


def main(arguments: Sequence[str]) -> int:
    """Print the figures of a folder; 2 with a sentence where it cannot be read."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m app.experts.expertise.evaluation FOLDER\n")
        return 2
    try:
        found = evaluate(Path(arguments[0]))
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(
        f"weighted Kendall loss {found.loss:.4f} (90 % interval {found.low:.4f} to {found.high:.4f})\n"
        f"{found.experts} experts, {found.subjects} subjects, {found.pairs} pairs rated differently\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
