"""What a recommending unit sees: its work list, what is used of its quotas, its letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import Actor
from app.demands import queries
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.rounds import Round
from app.models.selection import LetterLine, RecommendationLetter
from app.models.states import DemandState, RoundState


@dataclass(frozen=True, slots=True)
class RoundWork:
    """A round on the desk of a recommending unit: demands that wait, and what is used of the quota (0: no limit)."""

    round: Round
    waiting: int
    used: int

    @property
    def left(self) -> int | None:
        """How many more the unit may recommend; None without a limit."""
        return max(0, self.round.recommend_quota - self.used) if self.round.recommend_quota else None


def work_list(actor: Actor, filters: Mapping[str, Any]) -> Select[Demand]:
    """The submitted demands of the unit's region, those that wait first. `filters`: state, field, round_id."""
    query = queries.for_recommender(actor, is_waiting=filters.get("state") is DemandState.SUBMITTED)
    if filters.get("state") not in (None, DemandState.SUBMITTED):
        query = query.where(Demand.state == filters["state"])
    elif filters.get("state") is None:
        query = queries.visible_to(actor).where(
            queries.recommended_by(actor), Demand.submitted_at.is_not(None)
        )
    for name in ("field", "round_id"):
        if filters.get(name):
            query = query.where(getattr(Demand, name) == filters[name])
    is_waiting = case((Demand.state == DemandState.SUBMITTED, 0), else_=1)
    return (
        query.order_by(None)
        .order_by(is_waiting, Demand.submitted_at, Demand.id)
        .options(
            joinedload(Demand.owner),
            joinedload(Demand.round),
            selectinload(Demand.indicators),
            selectinload(Demand.milestones),
            selectinload(Demand.fundings),
        )
    )


def rounds_at_work(session: Session, actor: Actor) -> list[RoundWork]:
    """The rounds that are open, or in which demands wait for the unit, by the end of their collection."""
    ours = (
        select(
            Demand.round_id,
            func.sum(case((Demand.state == DemandState.SUBMITTED, 1), else_=0)).label("waiting"),
            func.sum(
                case(
                    (
                        (Demand.recommender_id == actor.organisation_id) & Demand.recommended_at.is_not(None),
                        1,
                    ),
                    else_=0,
                )
            ).label("used"),
        )
        .where(queries.recommended_by(actor), Demand.submitted_at.is_not(None))
        .group_by(Demand.round_id)
        .subquery()
    )
    query = (
        select(Round, func.coalesce(ours.c.waiting, 0), func.coalesce(ours.c.used, 0))
        .outerjoin(ours, ours.c.round_id == Round.id)
        .where(or_(Round.state == RoundState.OPEN, ours.c.waiting > 0), Round.has_recommender)
        .order_by(Round.collection_closes_at, Round.id)
    )
    return [RoundWork(row[0], int(row[1]), int(row[2])) for row in session.execute(query)]


def unlettered(session: Session, round_: Round, actor: Actor) -> list[Demand]:
    """The demands that the unit has recommended in the round and not named in a letter yet, first come first."""
    own = (
        select(LetterLine.demand_id)
        .join(RecommendationLetter)
        .where(RecommendationLetter.organisation_id == actor.organisation_id)
    )
    query = (
        select(Demand)
        .where(
            Demand.round_id == round_.id,
            Demand.recommender_id == actor.organisation_id,
            Demand.recommended_at.is_not(None),
            Demand.id.not_in(own),
        )
        .options(joinedload(Demand.owner))
    )
    return list(session.scalars(query.order_by(Demand.recommended_at, Demand.id)))


def letters_visible_to(actor: Actor) -> Select[RecommendationLetter]:
    """Letters: the unit's own, those to the rounds that the organizer's unit runs, all for the supervisor."""
    query = select(RecommendationLetter).options(
        joinedload(RecommendationLetter.round), joinedload(RecommendationLetter.organisation)
    )
    if actor.has(Role.SUPERVISOR):
        return query
    reach = [
        *(
            [RecommendationLetter.organisation_id == actor.organisation_id]
            if actor.has(Role.RECOMMENDER)
            else []
        ),
        *(
            [
                RecommendationLetter.round_id.in_(
                    select(Round.id).where(Round.organiser_id == actor.organisation_id)
                )
            ]
            if actor.has(Role.ORGANIZER)
            else []
        ),
    ]
    return query.where(or_(*reach)) if reach else query.where(false())


def letters_of(session: Session, actor: Actor) -> Sequence[RecommendationLetter]:
    """The letters that the actor may read, the latest first."""
    order = (RecommendationLetter.issued_at.desc(), RecommendationLetter.id)
    return session.scalars(letters_visible_to(actor).order_by(*order).limit(50)).all()
