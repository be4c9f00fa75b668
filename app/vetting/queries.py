"""Which demands an organizer vets, who has scored them, and what may be merged into what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import Actor
from app.demands.queries import visible_to as demands_visible_to
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.reviews import Score, Sheet
from app.models.rounds import Criterion, Round, Rubric
from app.models.states import DemandState as D
from app.models.states import SheetState
from app.workflow.demand_rules import vetting_total

LOCKED = (SheetState.SUBMITTED, SheetState.FINAL)
IN_WORK = (D.VETTING, D.SUBMITTED, D.APPROVED, D.RETURNED)
MERGEABLE = (D.VETTING, D.APPROVED)


def visible_to(actor: Actor) -> Select[Demand]:
    """The demands that the actor's unit vets, drafts never; the supervisor reads along in every round."""
    query = demands_visible_to(actor).where(Demand.submitted_at.is_not(None))
    if actor.has(Role.SUPERVISOR):
        return query
    ours = select(Round.id).where(Round.organiser_id == actor.organisation_id)
    return query.where(Demand.round_id.in_(ours))


def rounds_visible_to(actor: Actor) -> Select[Round]:
    """The rounds whose selection the actor's unit makes; all for the supervisor."""
    query = select(Round)
    return query if actor.has(Role.SUPERVISOR) else query.where(Round.organiser_id == actor.organisation_id)


def listed(actor: Actor, filters: dict[str, Any]) -> Select[Demand]:
    """The demands before publication, those in vetting first and the longest waiting on top.

    `filters`: state, field, q (title), is_mine (None, or whether the actor has locked a sheet)."""
    query = visible_to(actor).options(joinedload(Demand.owner), joinedload(Demand.round))
    query = query.where(Demand.state.in_([filters["state"]] if "state" in filters else IN_WORK))
    if "field" in filters:
        query = query.where(Demand.field == filters["field"])
    if "q" in filters:
        query = query.where(Demand.title.icontains(filters["q"], autoescape=True))
    if filters.get("is_waiting_for_me"):
        mine = exists().where(
            Sheet.demand_id == Demand.id, Sheet.author_id == actor.user_id, Sheet.state.in_(LOCKED)
        )
        query = query.where(and_(Demand.state == D.VETTING, Demand.author_id != actor.user_id, ~mine))
    place = case(*[(Demand.state == state, at) for at, state in enumerate(IN_WORK)], else_=len(IN_WORK))
    return query.order_by(place, Demand.submitted_at, Demand.id)


def scores_of(session: Session, demands: Sequence[Demand]) -> dict[UUID, tuple[int, int]]:
    """How many sheets count for each demand and their total in hundredths; demands without any are left out."""
    rows = session.execute(
        select(Sheet.demand_id, Sheet.total).where(
            Sheet.demand_id.in_([each.id for each in demands]),
            Sheet.state.in_(LOCKED),
            Sheet.is_void.is_(False),
        )
    )
    totals: dict[UUID | None, list[int]] = {}
    for row in rows:
        totals.setdefault(row[0], []).append(row[1] or 0)
    return {
        each.id: (len(totals[each.id]), vetting_total(each.round, totals[each.id]))
        for each in demands
        if each.id in totals
    }


def sheets_of(session: Session, demand: Demand) -> list[Sheet]:
    """All vetting sheets of the demand, the earliest first."""
    query = select(Sheet).where(Sheet.demand_id == demand.id)
    query = query.options(joinedload(Sheet.author), selectinload(Sheet.scores))
    return list(session.scalars(query.order_by(Sheet.created_at, Sheet.id)))


def total_of(round_: Round, sheets: Sequence[Sheet]) -> int | None:
    """The total of the sheets that count by the round's rule, in hundredths; None while none is locked."""
    totals = [sheet.total or 0 for sheet in sheets if sheet.state in LOCKED and not sheet.is_void]
    return vetting_total(round_, totals) if totals else None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A criterion with the score of each sheet, in the order of the sheets, and how far they lie apart."""

    criterion: Criterion
    scores: list[Score | None]
    is_below_floor: bool

    @property
    def spread(self) -> int:
        """Highest less lowest score, in hundredths."""
        values = [score.value for score in self.scores if score is not None]
        return max(values) - min(values) if values else 0


def matrix(rubric: Rubric, sheets: Sequence[Sheet]) -> list[MatrixRow]:
    """The scores of the sheets by criterion."""
    rows = []
    for criterion in rubric.criteria:
        scores = [sheet.current_scores().get(criterion.id) for sheet in sheets]
        floor = criterion.floor_score
        is_below = floor is not None and any(score is not None and score.value < floor for score in scores)
        rows.append(MatrixRow(criterion, scores, is_below))
    return rows


def own_sheet(sheets: Sequence[Sheet], actor: Actor) -> Sheet | None:
    """The actor's own sheet among these."""
    return next((sheet for sheet in sheets if sheet.author_id == actor.user_id), None)


def merge_targets(session: Session, demand: Demand) -> list[Demand]:
    """The demands of the same round into which this one may be merged: in vetting, or approved and not published."""
    query = (
        select(Demand)
        .where(
            Demand.round_id == demand.round_id,
            Demand.id != demand.id,
            Demand.state.in_(MERGEABLE),
        )
        .options(joinedload(Demand.owner))
        .order_by(Demand.title, Demand.id)
    )
    return list(session.scalars(query))


def merged_into(session: Session, demand: Demand) -> list[Demand]:
    """The demands that this one took up."""
    query = select(Demand).where(Demand.merged_into_id == demand.id).options(joinedload(Demand.owner))
    return list(session.scalars(query.order_by(Demand.ended_at, Demand.id)))
