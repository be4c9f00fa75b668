"""Two officers correct one listing at once: what the second left alone follows the first, the rest is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.demands.content import restricted_part, snapshot
from app.demands.corrections import FIXED, Correction
from app.demands.differences import Change, differences
from app.demands.drafting import apply_values
from app.models.demands import Demand, DemandEdition

T = TypeVar("T")
# Of these the public text shows a part only.
PROTECTED = ("data_provided", "budget_fen", "fundings")


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What was published since the officer began: the differences, and which of them the officer changed too."""

    edition: DemandEdition
    changes: list[Change]
    contested: list[Change]


def follow(
    session: Session, demand: Demand, correction: Correction, build: Callable[[Demand], T]
) -> tuple[Meanwhile, T]:
    """Put the officer's own changes on the text now in force and let `build` make something of it; nothing is kept.

    Raises ValueError when the edition the officer began with is unknown."""
    by_number = {each.number: each for each in demand.editions}
    if correction.base_edition not in by_number:
        raise ValueError("the edition that was corrected does not exist")
    base, current = by_number[correction.base_edition], demand.editions[-1]
    changes = differences(base.content, current.content)
    since = {change.field for change in changes}
    mine = _tried(session, demand, dict(correction.values), lambda: _texts(session, demand))
    read = _known(base.content, base.restricted)
    left_alone = {name for name in correction.values if name in read and mine.get(name) == read[name]}
    own = {name: value for name, value in correction.values.items() if name not in left_alone}
    built = _tried(session, demand, own, lambda: build(demand))
    contested = [change for change in changes if change.field in since - left_alone and change.field in own]
    return Meanwhile(current, changes, contested), built


def _texts(session: Session, demand: Demand) -> dict[str, Any]:
    return _known(snapshot(session, demand), restricted_part(session, demand))


def _known(content: dict[str, Any], restricted: dict[str, Any] | None) -> dict[str, Any]:
    """The whole text of an edition; without what was not kept where it was protected."""
    if restricted is None:
        return {name: value for name, value in content.items() if name not in PROTECTED}
    whole = {name: value for name, value in restricted.items() if value is not None and name != "files"}
    return content | whole


def _tried(session: Session, demand: Demand, values: dict[str, Any], look: Callable[[], T]) -> T:
    with session.begin_nested() as trial:
        apply_values(session, demand, {k: value for k, value in values.items() if k not in FIXED})
        session.flush()
        found = look()
        trial.rollback()
    return found
