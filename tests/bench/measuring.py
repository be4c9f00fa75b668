"""One measurement: all pages in turn, several times over, and what each took of the server."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from tests.bench.client import Request, endless, loop
from tests.bench.registry import Figure, Load, Page, Skip
from tests.bench.scene import Scene
from tests.bench.serving import HOST

TRIED = 3
"""How many requests of a page are looked at for statements and size."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How long and how often."""

    seconds: float
    runs: int
    connections: int


@dataclass
class Taken:
    """What a page took. Times are milliseconds, sizes bytes; `ratio` is the CPU over the unit's in the same run."""

    page: Page
    cpu: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    requests: int = 0
    wrong: dict[int, int] = field(default_factory=dict)
    statements: int = 0
    sent: int = 0
    raw: int = 0
    ratio: float | None = None
    broke: str = ""

    @property
    def cpu_ms(self) -> float:
        """The median run's CPU per request."""
        return median(self.cpu) if self.cpu else 0.0

    @property
    def is_over(self) -> bool:
        """Whether it took more than it may, in CPU or in statements."""
        is_slow = self.page.budget is not None and self.ratio is not None and self.ratio > self.page.budget
        return is_slow or (self.page.statements is not None and self.statements > self.page.statements)

    def quantile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def as_data(self) -> dict[str, Any]:
        """For the file of results."""
        return {
            "name": self.page.name,
            "unit": self.page.unit,
            "cpu_ms": round(self.cpu_ms, 3),
            "cpu_ms_runs": [round(each, 3) for each in self.cpu],
            "ratio": None if self.ratio is None else round(self.ratio, 2),
            "budget": self.page.budget,
            "statements": self.statements,
            "statements_budget": self.page.statements,
            "p50_ms": round(self.quantile(0.5), 1),
            "p95_ms": round(self.quantile(0.95), 1),
            "sent": self.sent,
            "raw": self.raw,
            "requests": self.requests,
            "wrong": self.wrong,
            "is_over": self.is_over,
            "broke": self.broke,
        }


@dataclass(frozen=True)
class Number:
    """A figure that was taken."""

    figure: Figure
    value: float

    @property
    def is_over(self) -> bool:
        """Whether it is more than it may be."""
        return self.figure.budget is not None and self.value > self.figure.budget

    def as_data(self) -> dict[str, Any]:
        """For the file of results."""
        known = {key: value for key, value in asdict(self.figure).items() if key != "take"}
        return known | {"value": round(self.value, 3), "is_over": self.is_over}


def measure_pages(scene: Scene, pages: list[Page], options: Options, say: Say) -> list[Taken]:
    """Measure the pages in turn A B C A B C, so that what else the machine does meets them all alike.

    A page that does not answer as it should is left out of the rest, and says so in `broke`."""
    found: list[Taken] = []
    ready: list[tuple[Taken, Load, Iterator[Request]]] = []
    for page in pages:
        taken = Taken(page)
        try:
            load = page.load(scene)
            requests = iter(load.requests) if load.is_once else endless(list(load.requests))
            _look(scene, taken, load, requests)
        except Skip as why:
            say(f"{page.name} left out: {why}")
            continue
        except (RuntimeError, OSError) as error:
            scene.connection.close()
            taken.broke = str(error)
        else:
            ready.append((taken, load, requests))
        found.append(taken)
    for _ in range(options.runs):
        for taken, load, requests in ready:
            _run(scene, taken, load, requests, options)
    _compare(found)
    return found


def measure_figures(scene: Scene, figures: list[Figure], say: Say) -> list[Number]:
    """Take each figure once."""
    found = []
    for figure in figures:
        try:
            found.append(Number(figure, figure.take(scene)))
        except Skip as why:
            say(f"{figure.name} left out: {why}")
    return found


def _look(scene: Scene, taken: Taken, load: Load, requests: Iterator[Request]) -> None:
    for request, _ in zip(requests, range(TRIED), strict=False):
        answer = scene.connection.send(request)
        if answer.status != load.expected:
            raise RuntimeError(f"{taken.page.name}: {request.path} answered {answer.status}")
        body = answer.body
        is_packed = answer.headers.get("content-encoding") == "gzip"
        taken.statements = max(taken.statements, int(answer.headers.get("x-statements", 0)))
        taken.sent = max(taken.sent, len(body))
        taken.raw = max(taken.raw, len(gzip.decompress(body)) if is_packed else len(body))


def _run(scene: Scene, taken: Taken, load: Load, requests: Iterator[Request], options: Options) -> None:
    before = scene.server.cpu_seconds()
    run = loop(
        HOST,
        scene.server.port,
        requests,
        expected=load.expected,
        seconds=options.seconds,
        connections=options.connections,
    )
    used = scene.server.cpu_seconds() - before
    if not run.seconds:
        return
    taken.cpu.append(1000 * used / len(run.seconds))
    taken.seconds += run.seconds
    taken.requests += len(run.seconds)
    for status, number in run.wrong.items():
        taken.wrong[status] = taken.wrong.get(status, 0) + number


def _compare(found: list[Taken]) -> None:
    by_name = {taken.page.name: taken for taken in found}
    for taken in found:
        unit = by_name.get(taken.page.unit)
        if unit is not None and unit is not taken and taken.cpu:
            pairs = zip(taken.cpu, unit.cpu, strict=False)
            taken.ratio = median(own / of_unit for own, of_unit in pairs if of_unit)
