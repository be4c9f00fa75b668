"""What is measured: pages under load and single figures. A new one is a function with a decorator.

    @page("listings", budget=2.5, statements=6)
    def listings(scene: Scene) -> Load:
        return Load([get("/listings")])

    @figure("draw 2,000 x 600", budget=5.0, unit="s")
    def draw(scene: Scene) -> float:
        return seconds(lambda: ...)

A page's budget is a multiple of its unit, which is measured in the same run; a figure's is in its own unit. Either
function may raise `Skip` with the reason why it cannot be measured here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bench.client import Request

if TYPE_CHECKING:
    from tests.bench.scene import Scene

CORE = "core"


class Skip(Exception):
    """It cannot be measured here; the message says why."""


@dataclass(frozen=True)
class Load:
    """What the connections ask for, in turn. `is_once`: each request may be sent one time only, as a form is."""

    requests: Sequence[Request]
    expected: int = 200
    is_once: bool = False


@dataclass(frozen=True)
class Page:
    """A page and what it may cost: CPU in multiples of `unit`, and statements."""

    name: str
    load: Callable[[Scene], Load]
    budget: float | None
    statements: int | None
    unit: str


@dataclass(frozen=True)
class Figure:
    """One number, and the most it may be; `databases` is empty when it has nothing to do with one."""

    name: str
    take: Callable[[Scene], float]
    budget: float | None
    unit: str


@dataclass
class Registry:
    """Everything there is to measure, in the order of its definition."""

    pages: dict[str, Page] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)


REGISTRY = Registry()


def page(
    name: str, *, budget: float | None = None, statements: int | None = None, unit: str = CORE
) -> Callable[[Callable[[Scene], Load]], Callable[[Scene], Load]]:
    """Register a page under load."""

    def register(load: Callable[[Scene], Load]) -> Callable[[Scene], Load]:
        REGISTRY.pages[name] = Page(name, load, budget, statements, unit)
        return load

    return register


def figure(
    name: str, *, budget: float | None = None, unit: str
) -> Callable[[Callable[[Scene], float]], Callable[[Scene], float]]:
    """Register a single figure."""

    def register(take: Callable[[Scene], float]) -> Callable[[Scene], float]:
        REGISTRY.figures[name] = Figure(name, take, budget, unit)
        return take

    return register
