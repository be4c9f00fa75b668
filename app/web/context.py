"""Of the present request: the database session, the actor, and the moment."""

from datetime import datetime
from uuid import UUID

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy.orm import Session

from app.access import ANONYMOUS, Actor
from app.access.loading import load_actor
from app.core.db import Database
from app.core.files import FileStore
from app.jobs import Tools
from app.models.accounts import User

# Where the sign-in library keeps who is signed in: "<user id>:<session version>".
SIGNED_IN_KEY = "_user_id"
ACTING_FOR_KEY = "organisation"


def database() -> Database:
    """The application's database."""
    found: Database = current_app.extensions["database"]
    return found


def files() -> FileStore:
    """The application's file store."""
    found: FileStore = current_app.extensions["files"]
    return found


def job_tools(app: Flask) -> Tools:
    """What background work needs of the application."""
    return Tools(app.extensions["database"], app.extensions["files"], app.config["CLOCK"])


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


class SignedIn(UserMixin):
    """A signed-in person with the actor of this request. Raising the session version ends every session at once."""

    def __init__(self, acting: Actor, person: User) -> None:
        self.acting = acting
        self.person = person

    def get_id(self) -> str:
        """What the session cookie carries."""
        return f"{self.person.id}:{self.person.session_version}"


def init_sign_in(app: Flask) -> None:
    """Let the sign-in library find the person of a session."""
    manager = LoginManager()
    manager.user_loader(_signed_in)
    manager.init_app(app, add_context_processor=False)


def sign_in(person: User) -> None:
    """Begin a signed-in session for the person. The session's former content is dropped."""
    language = session.get("locale")
    session.clear()
    login_user(SignedIn(ANONYMOUS, person))
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
    if isinstance(found := current_user._get_current_object(), SignedIn):
        return found.acting, found.person
    return ANONYMOUS, None


def _signed_in(cookie: str) -> SignedIn | None:
    person_id, _, version = cookie.partition(":")
    wanted = session.get(ACTING_FOR_KEY)
    found = load_actor(db(), UUID(person_id), UUID(wanted) if wanted else None)
    if found is None or str(found[1].session_version) != version:
        return None
    return SignedIn(*found)


def _forget() -> None:
    for name in ("actor", "user", "_login_user"):
        g.pop(name, None)
