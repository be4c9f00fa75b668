"""Of the present request: the database session, the actor, and the moment."""

from datetime import datetime
from uuid import UUID

from flask import current_app, g, request, session
from sqlalchemy.orm import Session

from app.access import ANONYMOUS, Actor
from app.access.loading import load_actor
from app.core.db import Database
from app.core.files import FileStore
from app.models.accounts import User

SIGNED_IN_KEY = "user"
ACTING_FOR_KEY = "organisation"


def database() -> Database:
    """The application's database."""
    found: Database = current_app.extensions["database"]
    return found


def files() -> FileStore:
    """The application's file store."""
    found: FileStore = current_app.extensions["files"]
    return found


def db() -> Session:
    """The request's session: a writer in a view that declares @writes and is not merely being looked at."""
    if "db" not in g:
        g.db = database().writer() if g.get("is_writing") else database().reader()
    opened: Session = g.db
    return opened


def close_db(_error: BaseException | None = None) -> None:
    """Give the session back; what was not committed is gone."""
    opened = g.pop("db", None)
    if opened is not None:
        opened.close()


def now() -> datetime:
    """The moment of the request: read once, so that one request has one time."""
    if "now" not in g:
        g.now = current_app.config["CLOCK"]()
    moment: datetime = g.now
    return moment


def actor() -> Actor:
    """Who is asking, built anew from the database for this request."""
    if "actor" not in g:
        g.actor, g.user = _load()
    found: Actor = g.actor
    return found


def user() -> User | None:
    """The person who is signed in, or None."""
    actor()
    found: User | None = g.user
    return found


def sign_in(person: User) -> None:
    """Begin a signed-in session for the person. The session's former content is dropped."""
    language = session.get("locale")
    session.clear()
    session[SIGNED_IN_KEY] = f"{person.id}:{person.session_version}"
    if language:
        session["locale"] = language
    session.permanent = True
    _forget()


def sign_out() -> None:
    """End the session."""
    session.clear()
    _forget()


def act_for(organisation_id: UUID) -> None:
    """Choose the organisation to act for; the next request checks the membership."""
    session[ACTING_FOR_KEY] = str(organisation_id)
    _forget()


def client_address() -> str:
    """Where the request comes from, as counted for sign-in failures."""
    return request.remote_addr or ""


def _load() -> tuple[Actor, User | None]:
    person_id, _, version = str(session.get(SIGNED_IN_KEY, "")).partition(":")
    if not version:
        return ANONYMOUS, None
    wanted = session.get(ACTING_FOR_KEY)
    found = load_actor(db(), UUID(person_id), UUID(wanted) if wanted else None)
    if found is None or str(found[1].session_version) != version:
        return ANONYMOUS, None
    return found


def _forget() -> None:
    g.pop("actor", None)
    g.pop("user", None)
