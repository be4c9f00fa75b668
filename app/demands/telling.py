"""Whom a correction concerns beside the bidders, and what each of them is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor
from app.models.demands import Demand, DemandEdition, Intent, Question, RestrictedPledge
from app.models.procedure_codes import Role
from app.models.records import Event
from app.notifications import audiences as to
from app.notifications.services import notify


def subject(demand: Demand) -> dict[str, Any]:
    """What every message about a listing says of it."""
    return {"title": demand.title, "number": demand.number or ""}


def concerned(session: Session, demand: Demand) -> set[UUID]:
    """Who has taken part in the dialogue on a listing or watches it: told of what everyone may read, nothing else."""
    askers = select(Question.asker_id).where(Question.demand_id == demand.id)
    intents = select(Intent.user_id).where(Intent.demand_id == demand.id, Intent.withdrawn_at.is_(None))
    return to.watchers(session, demand) | set(session.scalars(askers)) | set(session.scalars(intents))


def tell_of_correction(
    session: Session,
    demand: Demand,
    edition: DemandEdition,
    event: Event,
    *,
    has_restricted: bool,
    by: Actor,
    now: datetime,
) -> None:
    """Tell those concerned and the organisers; units that signed the pledge, that the restricted part changed."""
    data = subject(demand) | {"edition": edition.number}
    people = concerned(session, demand) | to.organisers(session, demand)
    notify(session, people - {by.user_id}, "demand.correct", now=now, data=data, thing=demand, event=event)
    if has_restricted:
        units = select(RestrictedPledge.organisation_id).where(RestrictedPledge.demand_id == demand.id)
        readers = to.people(session, session.scalars(units), Role.BIDDER)
        kind = "demand.change_restricted"
        notify(session, readers - {by.user_id}, kind, now=now, data=data, thing=demand, event=event)
