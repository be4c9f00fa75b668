"""Background work: asked for in one transaction, done once, taken over from the dead, told with its progress."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import jobs
from app.access import SYSTEM
from app.core.db import Database
from app.core.errors import Refusal, RuleBroken
from app.core.files import FileStore
from app.jobs import LeaseLost, Tools, Work, queue
from app.models.jobs import Job
from app.models.rounds import CalendarYear
from app.models.states import JobState
from tests.moments import Clock

pytestmark = pytest.mark.both_databases


@pytest.fixture
def tools(database: Database, clock: Clock, tmp_path: Path) -> Tools:
    return Tools(database, FileStore(tmp_path / "files"), clock)


@pytest.fixture(autouse=True)
def _no_other_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.jobs.registry._KINDS", {})


def asked(session: Session, clock: Clock, kind: str = "test.work", **payload: Any) -> UUID:
    job = jobs.enqueue(session, kind, payload, by=SYSTEM, now=clock.now)
    job_id = job.id
    session.commit()
    return job_id


def read(tools: Tools, job_id: UUID) -> Job:
    """The job as it stands, read without holding SQLite's write lock."""
    with tools.database.reading() as session:
        job = session.get_one(Job, job_id)
        session.expunge(job)
        return job


def test_do_work_and_keep_its_result(tools: Tools, session: Session, clock: Clock) -> None:
    def handler(work: Work) -> dict[str, Any]:
        work.progress(1, 4, "counting")
        return {"sum": sum(work.payload["numbers"])}

    jobs.register("test.work", handler)
    job_id = asked(session, clock, numbers=[1, 2, 3])
    assert read(tools, job_id).state is JobState.QUEUED
    assert jobs.run_due(tools) == 1
    job = read(tools, job_id)
    assert (job.state, job.result, job.step, job.done, job.total, job.attempts) == (
        JobState.DONE,
        {"sum": 6},
        "counting",
        4,
        4,
        1,
    )
    assert jobs.run_due(tools) == 0


def test_leave_work_alone_that_was_never_committed(tools: Tools, session: Session, clock: Clock) -> None:
    jobs.register("test.work", lambda _work: {})
    jobs.enqueue(session, "test.work", {}, by=SYSTEM, now=clock.now)
    session.rollback()
    assert jobs.run_due(tools) == 0


def test_leave_work_alone_that_is_not_due_or_nobody_knows(
    tools: Tools, session: Session, clock: Clock
) -> None:
    jobs.register("test.work", lambda _work: {})
    jobs.enqueue(session, "test.work", {}, by=SYSTEM, now=clock.now, due_at=clock.now + timedelta(hours=1))
    asked(session, clock, "test.unknown")
    assert jobs.run_due(tools) == 0
    clock.advance(hours=1)
    assert jobs.run_due(tools) == 1


def test_show_progress_to_others_while_it_runs(tools: Tools, session: Session, clock: Clock) -> None:
    seen = []

    def handler(work: Work) -> None:
        work.progress(30, 120, "rows")
        with tools.database.reading() as reading:
            job = reading.get_one(Job, work.job_id)
            seen.append((job.state, job.done, job.total, job.percent, job.step))

    jobs.register("test.work", handler)
    asked(session, clock)
    jobs.run_due(tools)
    assert seen == [(JobState.RUNNING, 30, 120, 25, "rows")]


def test_try_again_after_a_growing_wait_and_then_give_up(
    tools: Tools, session: Session, clock: Clock
) -> None:
    def handler(_work: Work) -> None:
        raise RuntimeError("broken")

    jobs.register("test.work", handler, max_attempts=3)
    job_id = asked(session, clock)
    waits = []
    for _ in range(3):
        started = clock.now
        assert jobs.run_due(tools) == 1
        job = read(tools, job_id)
        waits.append((job.due_at - started).total_seconds())
        assert jobs.run_due(tools) == 0
        clock.advance(minutes=1)
    assert waits[:2] == [5, 10]
    assert (job.state, job.fault, job.attempts) == (JobState.FAILED, "RuntimeError", 3)


def test_try_what_the_rules_refuse_only_once(tools: Tools, session: Session, clock: Clock) -> None:
    def handler(_work: Work) -> None:
        raise RuleBroken(Refusal("too_late", "too late"))

    jobs.register("test.work", handler)
    job_id = asked(session, clock)
    jobs.run_due(tools)
    job = read(tools, job_id)
    assert (job.state, job.fault, job.attempts) == (JobState.FAILED, "too_late", 1)


def test_write_and_finish_in_one_commit(tools: Tools, session: Session, clock: Clock) -> None:
    attempts = []

    def handler(work: Work) -> None:
        attempts.append(work.taken.attempt)
        with work.finishing({"made": 1}) as writing:
            writing.add(CalendarYear(year=2031 + len(attempts), source="test", loaded_at=work.now()))
            writing.flush()
            if len(attempts) == 1:
                raise RuntimeError("dies before the commit")

    jobs.register("test.work", handler)
    asked(session, clock)
    jobs.run_due(tools)
    clock.advance(minutes=1)
    jobs.run_due(tools)
    years = session.scalars(select(CalendarYear.year).where(CalendarYear.year > 2030)).all()
    assert (attempts, years) == ([1, 2], [2033])


def test_take_over_from_a_worker_that_died_and_shut_the_dead_one_out(
    tools: Tools, session: Session, clock: Clock
) -> None:
    jobs.register("test.work", lambda _work: {"by": "second"})
    job_id = asked(session, clock)
    first = queue.take(tools.database, clock.now)
    assert first is not None
    assert queue.take(tools.database, clock.now) is None
    clock.advance(seconds=59)
    assert jobs.run_due(tools) == 0
    clock.advance(seconds=1)
    assert jobs.run_due(tools) == 1
    with pytest.raises(LeaseLost):
        Work(first, tools).progress(1, 2, "late")
    with pytest.raises(LeaseLost), Work(first, tools).finishing({"by": "first"}):
        pass
    assert read(tools, job_id).result == {"by": "second"}


def test_fail_work_whose_workers_died_at_every_attempt(tools: Tools, session: Session, clock: Clock) -> None:
    jobs.register("test.work", lambda _work: {}, max_attempts=2)
    job_id = asked(session, clock)
    for _ in range(2):
        assert queue.take(tools.database, clock.now) is not None
        clock.advance(minutes=2)
    assert jobs.run_due(tools) == 0
    job = read(tools, job_id)
    assert (job.state, job.fault) == (JobState.FAILED, "worker_died")


def test_give_each_job_to_one_of_several_workers(tools: Tools, session: Session, clock: Clock) -> None:
    done: list[UUID] = []
    lock = threading.Lock()

    def handler(work: Work) -> None:
        with lock:
            done.append(work.job_id)

    jobs.register("test.work", handler)
    wanted = {asked(session, clock, number=number) for number in range(40)}
    workers = [threading.Thread(target=jobs.run_due, args=(tools,)) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(timeout=60)
    assert len(done) == len(wanted)
    assert set(done) == wanted


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from app import jobs
from app.core.db import Database
from app.core.files import FileStore
from app.models.rounds import CalendarYear

def handler(work):
    work.progress(1, 2, "half")
    with work.finishing({}) as session:
        session.add(CalendarYear(year=2040, source="killed", loaded_at=work.now()))
        session.flush()
        os.kill(os.getpid(), signal.SIGKILL)

jobs.register("test.work", handler)
moment = datetime.fromisoformat(sys.argv[2])
jobs.run_due(jobs.Tools(Database(sys.argv[1]), FileStore(Path(sys.argv[3])), lambda: moment))
"""


def test_survive_a_worker_that_is_killed_while_it_writes(
    tools: Tools, session: Session, clock: Clock, database: Database, tmp_path: Path
) -> None:
    job_id = asked(session, clock)
    url = database.engine.url.render_as_string(hide_password=False)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, url, clock.now.isoformat(), str(tmp_path)],
        cwd=Path(__file__).resolve().parents[2],
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        timeout=120,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    job = read(tools, job_id)
    assert (job.state, job.step, job.done) == (JobState.RUNNING, "half", 1)
    assert session.scalar(select(func.count()).where(CalendarYear.year == 2040)) == 0
    session.rollback()
    jobs.register("test.work", lambda _work: {"again": True})
    clock.advance(minutes=2)
    assert jobs.run_due(tools) == 1
    assert read(tools, job_id).result == {"again": True}
