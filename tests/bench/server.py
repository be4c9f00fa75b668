"""What gunicorn loads in a benchmark: the site of `wsgi.py`, the floors beside it, and a count of statements.

The floors are what the same server, database and template engine take for the least thing of the kind:

- `/-floor/page`: a Jinja page of 20 rows by one SQLAlchemy Core query, the unit of all budgets;
- `/-floor/write`: one transaction of a bid, five rows that hang on it, and an event.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from threading import local
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import event, insert, select
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app.core.db import Database
from app.models.bids import Bid, BidParty
from app.models.demands import Demand
from app.models.procedure_codes import PartyRole
from app.models.records import Event
from app.models.states import BidState
from wsgi import app

MOMENT = datetime.fromisoformat(os.environ["BENCH_MOMENT"])
STARTED = time.monotonic()
OWN_STATEMENTS = ("BEGIN", "PRAGMA")
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<h1>{{ title }}</h1><table>
<thead><tr><th>编号</th><th>题目</th><th>领域</th><th>截止</th><th>金额</th></tr></thead><tbody>
{% for row in rows %}<tr><td>{{ row.number }}</td><td><a href="/demands/{{ row.id }}">{{ row.title }}</a></td>
<td>{{ row.field }}</td><td>{{ row.closes_at }}</td><td>{{ row.budget_fen }}</td></tr>
{% endfor %}</tbody></table></body></html>"""

_counted = local()


def _moment() -> datetime:
    """The moment at which the data were made, and the seconds since the server began."""
    return MOMENT.astimezone(UTC) + timedelta(seconds=time.monotonic() - STARTED)


def make_floor(database: Database) -> Flask:
    """The floors, as bare as this stack allows."""
    floor = Flask("floor")
    columns = (Demand.id, Demand.number, Demand.title, Demand.field, Demand.closes_at, Demand.budget_fen)
    newest = select(*columns).where(Demand.published_at.is_not(None))
    newest = newest.order_by(Demand.published_at.desc(), Demand.id).limit(20)
    template = floor.jinja_env.from_string(PAGE)

    @floor.get("/page")
    def page() -> str:
        with database.reading() as session:
            rows = session.execute(newest).all()
        return template.render(title="榜单", rows=rows)

    @floor.post("/write/<uuid:demand_id>/<uuid:lead_id>/<uuid:author_id>")
    def write(demand_id: UUID, lead_id: UUID, author_id: UUID) -> str:
        with database.unit() as session:
            for statement in _least_writes(demand_id, lead_id, author_id):
                session.execute(*statement)
        return "ok"

    return floor


def _least_writes(demand_id: UUID, lead_id: UUID, author_id: UUID) -> list[tuple[Any, ...]]:
    bid_id, now = uuid4(), _moment()
    bid = {
        "id": bid_id,
        "demand_id": demand_id,
        "lead_id": lead_id,
        "author_id": author_id,
        "state": BidState.DRAFT,
        # Not live: the rule of one bid for each unit and listing is not what is measured.
        "is_live": False,
        "created_at": now,
    }
    parties = [
        {
            "id": uuid4(),
            "bid_id": bid_id,
            "demand_id": demand_id,
            "uscc": f"{bid_id.int % 10**17}{number}",
            "name": "参与单位",
            "role": PartyRole.MEMBER,
            "is_live": False,
        }
        for number in range(5)
    ]
    record = {
        "id": uuid4(),
        "at": now,
        "actor_id": author_id,
        "action": "create",
        "thing_type": "bid",
        "thing_id": bid_id,
        "demand_id": demand_id,
        "data": {},
        "digest": "0" * 64,
    }
    return [(insert(Bid), bid), (insert(BidParty), parties), (insert(Event), record)]


def count_statements(database: Database) -> None:
    """Count what each thread sends to the database, less what opens a transaction."""

    @event.listens_for(database.engine, "before_cursor_execute")
    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(OWN_STATEMENTS):
            _counted.number = getattr(_counted, "number", 0) + 1


def saying_statements(inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Put the number of statements of each request into its answer's headers."""

    def outer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        _counted.number = 0

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, ("X-Statements", str(_counted.number))], *rest)

        return inner(environ, start)

    return outer


app.config["CLOCK"] = _moment
_database: Database = app.extensions["database"]
count_statements(_database)
application = saying_statements(DispatcherMiddleware(app.wsgi_app, {"/-floor": make_floor(_database)}))
