"""Asking for work, taking it, and putting it back: each a single statement or a short transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.access import Actor
from app.core.db import Database
from app.jobs.registry import Kind, known_kinds, registered
from app.models.jobs import Job

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that this process holds the lease of."""

    id: UUID
    kind: Kind
    lease_id: UUID
    attempt: int
    payload: dict[str, Any]
    asked_by_id: UUID | None
    organisation_id: UUID | None


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    by: Actor,
    now: datetime,
    due_at: datetime | None = None,
) -> Job:
    """Ask for work, in the caller's transaction: no commit, no work. `due_at` puts it off."""
    job = Job(
        id=uuid4(),
        kind=kind,
        payload=payload,
        asked_by_id=by.user_id,
        organisation_id=by.organisation_id,
        created_at=now,
        due_at=due_at or now,
    )
    session.add(job)
    session.flush()
    return job


def take(database: Database, now: datetime, job_id: UUID | None = None) -> Taken | None:
    """Lease the job that has waited longest, or the named one; None when there is nothing to take.

    Of two workers one gets it: PostgreSQL skips the row the other has locked, SQLite lets one write at a time."""
    free = _is_free(now) if job_id is None else and_(_is_free(now), Job.id == job_id)
    # Looking first keeps an idle worker from taking SQLite's only write lock every second.
    with database.reading() as session:
        if session.scalar(select(Job.id).where(free).limit(1)) is None:
            return None
    first = select(Job.id).where(free).order_by(Job.due_at, Job.id).limit(1)
    lease_id = uuid4()
    with database.unit() as session:
        row = session.execute(
            update(Job)
            .where(Job.id == first.with_for_update(skip_locked=True).scalar_subquery())
            .values(lease_id=lease_id, leased_until_at=now, attempts=Job.attempts + 1, started_at=now)
            .returning(Job.id, Job.kind, Job.attempts, Job.payload, Job.asked_by_id, Job.organisation_id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if row is None:
            return None
        kind = registered(row.kind)
        session.execute(_mine(row.id, lease_id).values(leased_until_at=now + kind.lease))
    return Taken(
        row.id, kind, lease_id, row.attempts, dict(row.payload), row.asked_by_id, row.organisation_id
    )


def keep(database: Database, taken: Taken, now: datetime, *, done: int, total: int | None, step: str) -> bool:
    """Write down the progress and renew the lease, in a transaction of its own. False when the lease is lost."""
    with database.unit() as session:
        return _changed(
            session,
            _mine(taken.id, taken.lease_id).values(
                done=done, total=total, step=step, leased_until_at=now + taken.kind.lease
            ),
        )


def finish(session: Session, taken: Taken, now: datetime, result: dict[str, Any] | None) -> bool:
    """Finish the job in the caller's transaction. False when the lease is lost: then nothing must be committed."""
    return _changed(
        session,
        _mine(taken.id, taken.lease_id).values(
            finished_at=now,
            result=result,
            fault=None,
            lease_id=None,
            leased_until_at=None,
            done=func.coalesce(Job.total, Job.done),
        ),
    )


def give_back(database: Database, taken: Taken, now: datetime, fault: str, *, is_final: bool) -> None:
    """Note why an attempt ended: for good, or to be tried again after a growing wait."""
    is_over = is_final or taken.attempt >= taken.kind.max_attempts
    wait = min(FIRST_WAIT * 2 ** (taken.attempt - 1), LONGEST_WAIT)
    moments = {"finished_at": now} if is_over else {"due_at": now + wait}
    with database.unit() as session:
        _changed(
            session,
            _mine(taken.id, taken.lease_id).values(
                fault=fault[:80], lease_id=None, leased_until_at=None, **moments
            ),
        )


def end_hopeless(database: Database, now: datetime) -> int:
    """Fail jobs whose worker died at the last attempt they have. Returns how many there were."""
    due = and_(Job.finished_at.is_(None), Job.leased_until_at <= now)
    with database.reading() as session:
        dead = [(row.id, row.kind, row.attempts) for row in session.scalars(select(Job).where(due))]
    ended = 0
    for job_id, name, attempts in dead:
        if name in known_kinds() and attempts >= registered(name).max_attempts:
            with database.unit() as session:
                ended += _changed(
                    session,
                    update(Job)
                    .where(due, Job.id == job_id)
                    .values(finished_at=now, fault="worker_died", lease_id=None, leased_until_at=None),
                )
    return ended


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Due, of a kind we know, and held by nobody alive."""
    return and_(
        Job.finished_at.is_(None),
        Job.due_at <= now,
        Job.kind.in_(known_kinds()),
        or_(Job.leased_until_at.is_(None), Job.leased_until_at <= now),
    )


def _mine(job_id: UUID, lease_id: UUID) -> Any:
    return (
        update(Job)
        .where(Job.id == job_id, Job.lease_id == lease_id, Job.finished_at.is_(None))
        .execution_options(synchronize_session=False)
    )


def _changed(session: Session, statement: Any) -> bool:
    done: Any = session.execute(statement)
    return bool(done.rowcount == 1)
