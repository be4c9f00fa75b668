"""Doing the work: what a handler is given, and what becomes of a job when it returns, refuses or breaks."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.errors import ProcedureError, RuleBroken
from app.core.files import FileStore
from app.jobs import queue
from app.jobs.queue import Taken

log = logging.getLogger(__name__)

SECONDS_BETWEEN_REPORTS = 0.4
"""Progress is written at most this often: a bar that moves twice a second is smooth enough, a commit is not free."""

Watcher = Callable[[int, int | None, str], None]


class LeaseLost(Exception):
    """Another worker has taken the job over, since this one was silent for too long. Nothing of it is committed."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What work needs of the application."""

    database: Database
    files: FileStore
    clock: Callable[[], datetime]


@dataclass
class Work:
    """A job in the hands of its handler."""

    taken: Taken
    tools: Tools
    watcher: Watcher | None = None
    is_finished: bool = field(default=False, init=False)
    _reported: float = field(default=0.0, init=False)
    _step: str = field(default="", init=False)

    @property
    def payload(self) -> dict[str, Any]:
        """What was asked for."""
        return self.taken.payload

    @property
    def job_id(self) -> UUID:
        """The job."""
        return self.taken.id

    def now(self) -> datetime:
        """The present moment."""
        return self.tools.clock()

    def progress(self, done: int, total: int | None, step: str = "") -> None:
        """Say how far the step is; call it freely, it writes seldom. Never inside an open write transaction.

        Raises LeaseLost."""
        if self.watcher is not None:
            self.watcher(done, total, step)
        moment = time.monotonic()
        if step == self._step and moment - self._reported < SECONDS_BETWEEN_REPORTS:
            return
        if not queue.keep(self.tools.database, self.taken, self.now(), done=done, total=total, step=step):
            raise LeaseLost
        self._reported, self._step = moment, step

    @contextmanager
    def finishing(self, result: dict[str, Any] | None = None) -> Iterator[Session]:
        """A write transaction whose commit also finishes the job with this result (which may be filled inside).

        Raises LeaseLost, and then nothing is written."""
        with self.tools.database.unit() as session:
            yield session
            session.flush()
            if not queue.finish(session, self.taken, self.now(), result):
                raise LeaseLost
        self.is_finished = True


def run_due(tools: Tools, *, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Do every job that is due, one after the other. Returns how many were taken."""
    count = 0
    queue.end_hopeless(tools.database, tools.clock())
    while not is_stopping() and (taken := queue.take(tools.database, tools.clock())):
        _do(Work(taken, tools))
        count += 1
    return count


def run_here(tools: Tools, job_id: UUID, watcher: Watcher | None = None) -> bool:
    """Do this one job in the present process. False when a worker was faster: it is being done elsewhere."""
    taken = queue.take(tools.database, tools.clock(), job_id)
    if taken is None:
        return False
    _do(Work(taken, tools, watcher))
    return True


def _do(work: Work) -> None:
    taken, tools = work.taken, work.tools
    try:
        result = taken.kind.handler(work)
        if not work.is_finished:
            with work.finishing(result):
                pass
    except LeaseLost:
        log.warning("job %s was taken over", taken.id)
    except ProcedureError as refused:
        # What the rules refuse they refuse again: no second attempt.
        fault = refused.refusals[0].code if isinstance(refused, RuleBroken) else type(refused).__name__
        queue.give_back(tools.database, taken, work.now(), fault, is_final=True)
    except Exception as error:
        log.exception("job %s (%s) broke", taken.id, taken.kind.name)
        queue.give_back(tools.database, taken, work.now(), type(error).__name__, is_final=False)
