"""How well the fairness check reads the labelled sentences: `.venv/bin/python -m tests.demands.fairness.measuring`."""

import sys
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.demands.fairness import found_in
from app.models.codes import IndicatorCategory
from app.models.demands import Demand, DemandIndicator

FOLDER = Path(__file__).parent
SETS = ("development", "held_out", "fresh")


@dataclass
class Quality:
    """Counts of a code, or of all: found and expected, found only, expected only."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass
class Measured:
    """The quality by code, and the sentences that were read wrongly."""

    codes: dict[str, Quality] = field(default_factory=dict)
    faults: list[tuple[str, list[str], list[str]]] = field(default_factory=list)
    cases: int = 0

    @property
    def overall(self) -> Quality:
        kinds = self.codes.values()
        return Quality(*(sum(getattr(each, name) for each in kinds) for name in ("right", "wrong", "missed")))


def cases_of(name: str) -> list[dict[str, Any]]:
    """The labelled sentences of a file."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["case"]


def codes_found(case: dict[str, Any]) -> set[str]:
    """The codes that the shipped dictionary reports on a sentence in its place."""
    demand = Demand(deadline_months=12, conditions=[])
    if case["where"] == "conditions":
        kept = {name: case.get(name, default) for name, default in (("is_hard", False), ("why", "见说明"))}
        demand.conditions = [{"text": case["text"], "kind": "qualification", **kept}]
    elif case["where"] == "indicators":
        target = Decimal(case["target"]) if "target" in case else None
        demand.indicators = [
            DemandIndicator(
                position=1,
                name=case["text"],
                category=IndicatorCategory.PERFORMANCE,
                target=target,
                unit=case["unit"],
                condition=case["condition"],
            )
        ]
    else:
        setattr(demand, case["where"], case["text"])
    return {code for code, _path, _words in found_in(demand)}


def measure(name: str) -> Measured:
    """Read every sentence of a file and count."""
    measured = Measured()
    for case in cases_of(name):
        measured.cases += 1
        found, expected = codes_found(case), set(case["expected"])
        for code in found | expected:
            quality = measured.codes.setdefault(code, Quality())
            quality.right += code in found & expected
            quality.wrong += code in found - expected
            quality.missed += code in expected - found
        if found != expected:
            measured.faults.append((case["text"], sorted(expected), sorted(found)))
    return measured


def report(name: str) -> str:
    """Precision and recall overall and by code, as a table."""
    measured = measure(name)
    lines = [f"{name}: {measured.cases} sentences", f"{'code':20} precision  recall  (right, wrong, missed)"]
    for code, each in [*sorted(measured.codes.items()), ("all", measured.overall)]:
        counts = f"({each.right}, {each.wrong}, {each.missed})"
        lines.append(f"{code:20} {each.precision:9.2f} {each.recall:7.2f}  {counts}")
    return "\n".join(lines)


if __name__ == "__main__":
    print("\n\n".join(report(name) for name in SETS))
    if "--faults" in sys.argv:
        print(
            *(
                f"{text} expected {expected} found {found}"
                for text, expected, found in measure("development").faults
            ),
            sep="\n",
        )
    sys.exit(0)
