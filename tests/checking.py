"""What journeys ask at every stop: does everything hold that must always hold?"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.accounts import Organisation
from app.workflow.invariants import broken
from tests.factories.world import ORGANISATIONS

# The units of the prepared world were verified before the first event.
PREPARED = "organisation_state_is_told_by_events"


def check_invariants(session: Session, *, made_by_factory: Collection[UUID] = ()) -> None:
    """Fail with the names of the invariants that do not hold and the rows that break them.

    Things `made_by_factory` have no events: their state is told by nothing."""
    session.flush()
    names = {name for name, *_rest in ORGANISATIONS.values()}
    prepared = set(session.scalars(select(Organisation.id).where(Organisation.name.in_(names))))
    found = broken(session, limit=100)
    found[PREPARED] = [row for row in found.get(PREPARED, []) if UUID(row) not in prepared]
    for name in [each for each in found if each.endswith("_state_is_told_by_events")]:
        found[name] = [row for row in found[name] if UUID(row) not in made_by_factory]
    told = [f"{name}: {', '.join(rows)}" for name, rows in found.items() if rows]
    assert told == [], "\n".join(told)
