"""Playing many stories on one moving clock, in one transaction.

A story is a generator: it does something at the present moment and yields the moment at which it goes on. All stories
share the clock, so that loads, limits and numbers come about in the order of time. Everything happens in a single
transaction: a loader that is killed leaves nothing behind."""

import heapq
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count

from sqlalchemy.orm import Session

from app.core.db import Database
from app.workflow.ticking import tick

Story = Iterator[datetime]


class OneTransaction(Database):
    """A database whose units of work are all parts of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @contextmanager
    def unit(self) -> Iterator[Session]:
        """A part of the one transaction; written, not committed."""
        yield self.session
        self.session.flush()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The same session."""
        self.session.flush()
        yield self.session


class Schedule:
    """The moving clock and the stories that wait for it."""

    def __init__(self, session: Session, start: datetime, end: datetime) -> None:
        self.session = session
        self.now = start
        self.end = end
        self._database = OneTransaction(session)
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._order = count()
        self._ticked = start

    def add(self, story: Story, at: datetime | None = None) -> None:
        """Let a story begin at the moment, at once by default."""
        heapq.heappush(self._waiting, (at or self.now, next(self._order), story))

    def play(self) -> None:
        """Play every story up to the end; what would happen later never happens."""
        while self._waiting and self._waiting[0][0] <= self.end:
            moment, _order, story = heapq.heappop(self._waiting)
            self._advance(moment)
            following = next(story, None)
            if following is not None:
                self.add(story, max(following, self.now))
        self._advance(self.end)

    def _advance(self, moment: datetime) -> None:
        self.now = max(self.now, moment)
        if self.now > self._ticked:
            tick(self._database, self.now)
            self._ticked = self.now
