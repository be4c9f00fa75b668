"""Counting how often a page asks the database."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from app.core.db import Database
from tests.browsing import FussyClient


@pytest.fixture
def count_queries(database: Database) -> Callable[[FussyClient, str], int]:
    """Fetch a page and give the number of SELECTs it took."""

    def fetch(client: FussyClient, path: str) -> int:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if statement.lstrip().upper().startswith("SELECT"):
                seen.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            answer = client.get(path)
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        assert answer.status_code == 200
        return len(seen)

    return fetch
