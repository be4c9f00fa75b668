"""Which handler does which kind of work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.jobs.running import Work

Handler = Callable[["Work"], dict[str, Any] | None]

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of work is done.

    A handler must report progress more often than `lease`: one that is silent for longer is taken for dead."""

    name: str
    handler: Handler
    lease: timedelta
    max_attempts: int


_KINDS: dict[str, Kind] = {}


def register(
    name: str, handler: Handler, *, lease: timedelta = LEASE, max_attempts: int = MAX_ATTEMPTS
) -> None:
    """Say who does the work of this kind. Registering again replaces: a second application of a process does it."""
    _KINDS[name] = Kind(name, handler, lease, max_attempts)


def registered(name: str) -> Kind:
    """How this kind of work is done. Raises KeyError when nobody in this process knows."""
    return _KINDS[name]


def known_kinds() -> list[str]:
    """The kinds that this process can do."""
    return sorted(_KINDS)
