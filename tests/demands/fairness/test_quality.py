"""Precision and recall on the labelled sentences; `python -m tests.demands.fairness.measuring` prints them by code."""

import pytest

from app.demands.fairness import WORDING
from app.models.codes import Field
from tests.demands.fairness.measuring import SETS, Quality, cases_of, measure

# The fresh set is in words the dictionary was never tuned on: what it misses there, it misses in practice.
FLOORS = {"development": (0.99, 0.99), "held_out": (0.97, 0.97), "fresh": (0.9, 0.74)}


@pytest.mark.parametrize("name", SETS)
def test_precision_and_recall_stay_above_their_floors(name: str) -> None:
    measured = measure(name)
    precision, recall = FLOORS[name]
    overall = measured.overall
    assert overall.precision >= precision, measured.faults
    assert overall.recall >= recall, measured.faults


@pytest.mark.parametrize("name", ["development", "held_out"])
def test_no_code_is_weak(name: str) -> None:
    weak = {
        code: each for code, each in measure(name).codes.items() if min(each.precision, each.recall) < 0.75
    }
    assert weak == {}


def test_the_set_is_large_and_balanced() -> None:
    cases = [case for name in SETS for case in cases_of(name)]
    chinese = [case for case in cases if not case["text"].isascii()]
    clean = sum(not case["expected"] for case in cases)
    assert (len(chinese) >= 120, len(cases) - len(chinese) >= 20) == (True, True)
    assert 0.4 <= clean / len(cases) <= 0.6
    assert {case["field"] for case in cases} == {
        field.value for field in Field if field.value.startswith("F")
    }
    assert {code for case in cases for code in case["expected"]} == set(WORDING) - {"similar_title"}
    assert len({case["text"] + case["where"] + str(case.get("why")) for case in cases}) == len(cases)


def test_counting() -> None:
    assert (Quality(3, 1, 2).precision, Quality(3, 1, 2).recall) == (0.75, 0.6)
