"""What time makes due: recorded by a job that may run late, twice, or twice at once without harm."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.errors import StateMovedOn
from app.workflow.engine import WORKFLOWS, Transition, Workflow, settle

Job = Callable[[Session, datetime], int]
_JOBS: list[Job] = []
_CHORES: list[Job] = []


def register_job(job: Job) -> None:
    """Let a stage do its own timed work (reminders, overdue marks) in each tick. Returns how much it did."""
    if job not in _JOBS:
        _JOBS.append(job)


def register_chore(chore: Job) -> None:
    """Let a floor or stage tidy up now and then (old scratches, files nobody names). No right hangs on a chore."""
    if chore not in _CHORES:
        _CHORES.append(chore)


def tick(database: Database, now: datetime) -> int:
    """Record every due transition, each in a unit of its own; then the stages' jobs. Returns the number of moves.

    A move can make another due (a notice ends, a demand is awarded), so it goes round until nothing is left."""
    moved = 0
    while done := sum(_settle_due(database, workflow, each, now) for workflow, each in _timed()):
        moved += done
    for job in _JOBS:
        with database.unit() as session:
            moved += job(session, now)
    return moved


def keep_house(database: Database, now: datetime) -> int:
    """Do every chore, each in a unit of its own. Returns how much was tidied up."""
    done = 0
    for chore in _CHORES:
        with database.unit() as session:
            done += chore(session, now)
    return done


def _timed() -> list[tuple[Workflow, Transition]]:
    return [
        (workflow, each) for workflow in WORKFLOWS.values() for each in workflow.transitions if each.due_at
    ]


def _settle_due(database: Database, workflow: Workflow, transition: Transition, now: datetime) -> int:
    model = workflow.model
    column = getattr(model, transition.due_at or "")
    due = select(model.id).where(
        model.state.in_(transition.sources), column <= now, model.hold_since_at.is_(None)
    )
    with database.reading() as session:
        ids = list(session.scalars(due))
    return sum(_settle_one(database, model, each, now) for each in ids)


def _settle_one(database: Database, model: type, thing_id: object, now: datetime) -> int:
    try:
        with database.unit() as session:
            thing = session.scalar(select(model).where(model.id == thing_id).with_for_update())  # type: ignore[attr-defined]
            if thing is None:
                return 0
            before = thing.state
            settle(session, thing, now)
            return int(thing.state is not before)
    except StateMovedOn:
        return 0  # Another tick was faster.
