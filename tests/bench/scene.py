"""What a benchmark may use to find out what to ask for: the data, the server, and people who are signed in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import html5lib
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.demo import DEMO_PASSWORD
from app.core.db import Database
from app.models.demands import Demand
from app.models.states import DemandState
from tests.bench.client import Answer, Connection, Request
from tests.bench.data import Prepared
from tests.bench.serving import Server

SAMPLE = 50
"""How many different things of a kind the connections ask for."""

FormData = tuple[tuple[str, str], ...]


class Scene:
    """A prepared database and the server on it."""

    def __init__(self, prepared: Prepared, server: Server) -> None:
        self.prepared = prepared
        self.server = server
        self.database = Database(prepared.url)
        self.connection: Connection = server.connection()
        self._cookies: dict[str, str] = {}

    @cached_property
    def session(self) -> Session:
        """A session that reads, for as long as the scene lasts."""
        return self.database.reader()

    def close(self) -> None:
        """Let go of the database and the server."""
        self.session.close()
        self.database.dispose()
        self.connection.close()

    def ids(self, query: Select[Any], most: int = SAMPLE) -> Sequence[Any]:
        """The first values of a query."""
        found = self.session.scalars(query.limit(most)).all()
        # Ends the transaction: writers are not to find a reader of an old state.
        self.session.rollback()
        return found

    def demand_ids(self, state: DemandState, most: int = SAMPLE) -> Sequence[Any]:
        """Demands in a state, always the same ones."""
        return self.ids(select(Demand.id).where(Demand.state == state).order_by(Demand.id), most)

    def get(self, path: str, who: str = "") -> Answer:
        """Ask once."""
        return self.connection.send(Request(path, self.cookie(who)))

    def cookie(self, who: str) -> str:
        """The session of the account, signed in when first asked for; "" is a visitor's."""
        if who and who not in self._cookies:
            form = self.connection.send(Request("/sign-in"))
            visitor = form.headers["set-cookie"]
            fields = {"email": who, "password": DEMO_PASSWORD, "csrf_token": form.token}
            answer = self.connection.send(Request("/sign-in", visitor, tuple(fields.items())))
            if answer.status != 302:
                raise RuntimeError(f"{who} cannot sign in: {answer.status}")
            # The first page after it puts the token of forms into the session.
            signed_in = answer.headers["set-cookie"]
            page = self.connection.send(Request("/desk", signed_in))
            self._cookies[who] = page.headers.get("set-cookie", signed_in)
        return self._cookies.get(who, "")

    def form(self, path: str, who: str, **changes: str) -> Request:
        """The page's main form as it stands, with what was typed over it."""
        answer = self.get(path, who)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        tree = html5lib.parse(answer.body.decode(), namespaceHTMLElements=False)
        forms = [each for each in tree.iter("form") if each.get("method", "").lower() == "post"]
        found = max(forms, key=lambda each: len(list(each.iter("input"))) + len(list(each.iter("textarea"))))
        fields = [pair for each in found.iter() if (pair := _field(each)) and pair[0] not in changes]
        return Request(found.get("action") or path, self.cookie(who), (*fields, *changes.items()))


def get(path: str, cookie: str = "") -> Request:
    """A request as a browser of today sends it, less its many other headers."""
    return Request(path, cookie, headers=(("Accept-Encoding", "gzip, br"),))


def _field(element: Any) -> tuple[str, str] | None:
    name = element.get("name")
    if not name or element.get("disabled") is not None:
        return None
    if element.tag == "textarea":
        return name, "".join(element.itertext()).removeprefix("\n")
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = next((each for each in options if each.get("selected") is not None), options[0])
        return name, chosen.get("value", "")
    if element.tag != "input" or element.get("type") in ("submit", "file", "button"):
        return None
    if element.get("type") in ("checkbox", "radio") and element.get("checked") is None:
        return None
    return name, element.get("value", "on" if element.get("type") == "checkbox" else "")
