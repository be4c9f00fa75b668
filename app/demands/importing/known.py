"""What the site knows of a sheet's units and titles, asked in a few questions however many rows there are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted
from app.core.text import normalize_for_compare
from app.models.accounts import Organisation
from app.models.codes import Region
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.rounds import Round
from app.models.states import DemandState, OrganisationState

IN_ONE_QUESTION = 500
OVER = (
    DemandState.WITHDRAWN,
    DemandState.NOT_RECOMMENDED,
    DemandState.REJECTED,
    DemandState.MERGED,
    DemandState.COMPLETED,
    DemandState.NO_AWARD,
)
"""A demand that ended in one of these may be posted again under its name."""


@dataclass(frozen=True, slots=True)
class Existing:
    """A demand that is there already."""

    state: DemandState
    number: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose demands the actor may bring in: of the whole round, of one region, or of the own unit."""

    unit: UUID
    unit_uscc: str
    unit_name: str
    is_round: bool
    region: Region | None = None

    @property
    def is_own_unit(self) -> bool:
        """Whether only demands of the own unit may be brought in."""
        return not self.is_round and self.region is None


def scope_of(session: Session, actor: Actor, round_: Round) -> Scope:
    """How far the actor's right to import into the round reaches. Raises NotPermitted."""
    if actor.organisation_id is None or not can(actor, Permission.DEMAND_IMPORT, round_):
        raise NotPermitted()
    own = session.get_one(Organisation, actor.organisation_id)
    if actor.has(Role.ORGANIZER) and round_.organiser_id == own.id:
        return Scope(own.id, own.uscc, own.name, is_round=True)
    if actor.has(Role.RECOMMENDER):
        return Scope(own.id, own.uscc, own.name, is_round=False, region=actor.region)
    return Scope(own.id, own.uscc, own.name, is_round=False)


def units_by_code(session: Session, codes: Iterable[str]) -> dict[str, Organisation]:
    """The organisations that have one of the codes."""
    found: dict[str, Organisation] = {}
    for some in _batches(codes):
        rows = session.scalars(select(Organisation).where(Organisation.uscc.in_(some)))
        found |= {row.uscc: row for row in rows}
    return found


def demands_by_title(session: Session, owner_ids: Iterable[UUID]) -> dict[tuple[UUID, str], Existing]:
    """The live demands of the units, by unit and by title as people compare titles."""
    found: dict[tuple[UUID, str], Existing] = {}
    for some in _batches(owner_ids):
        rows = session.execute(
            select(Demand.owner_id, Demand.title, Demand.state, Demand.number).where(
                Demand.owner_id.in_(some), Demand.state.not_in(OVER)
            )
        )
        for owner_id, title, state, number in rows:
            found[owner_id, normalize_for_compare(title)] = Existing(state, number or "")
    return found


def recommenders_by_name(session: Session) -> dict[str, UUID]:
    """The verified recommending units by their names."""
    rows = session.execute(
        select(Organisation.name, Organisation.id).where(
            Organisation.can_recommend, Organisation.state == OrganisationState.VERIFIED
        )
    )
    return {normalize_for_compare(name): unit_id for name, unit_id in rows}


def _batches(values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    ordered = sorted(set(values), key=str)
    for start in range(0, len(ordered), IN_ONE_QUESTION):
        yield tuple(ordered[start : start + IN_ONE_QUESTION])
