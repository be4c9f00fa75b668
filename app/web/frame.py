"""What every template may use, the reader's language, and the headers of every answer."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy import func, select

from app.core.i18n import DEFAULT_LOCALE, LOCALES
from app.models.accounts import Membership, Organisation
from app.models.records import Message
from app.web.access import public
from app.web.actions import buttons, page_of
from app.web.context import SIGNED_IN_KEY, actor, db, now, user
from app.web.navigation import desk_navigation, top_navigation

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FRAME_ENDPOINTS = {
    "home": "home.index",
    "search": "demands.listings",
    "sign_in": "accounts.sign_in",
    "register": "accounts.register",
    "sign_out": "accounts.sign_out",
    "desk": "home.desk",
    "inbox": "inbox.index",
    "profile": "accounts.profile",
    "switch_organisation": "accounts.switch_organisation",
    "about": "home.about",
    "procedure": "home.procedure",
    "privacy": "home.privacy",
    "accessibility": "home.accessibility",
}

blueprint = Blueprint("frame", __name__)


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person as the page's head shows them."""

    is_signed_in: bool = False
    display_name: str = ""
    organisation_name: str = ""
    organisations: tuple[Any, ...] = ()


@blueprint.get("/language/<code>")
@public
def language(code: str) -> ResponseReturnValue:
    """Choose the language of the site for this browser and go back to where one was."""
    if code in LOCALES:
        session["locale"] = code
    return redirect(safe_next(request.args.get("next")) or url_for("home.index"))


def safe_next(target: str | None) -> str | None:
    """The address if it stays on this site, else None."""
    is_local = bool(target) and str(target).startswith("/") and not str(target).startswith("//")
    # Browsers take a backslash for a slash, and leave control characters out before they look at an address.
    is_plain = not any(char == "\\" or ord(char) < 32 or ord(char) == 127 for char in str(target))
    return target if is_local and is_plain else None


def choose_locale() -> str:
    """The language chosen in this browser, else the person's own, else Chinese."""
    if not has_request_context():
        return DEFAULT_LOCALE
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    person = g.get("user")
    return person.locale if person is not None and person.locale in LOCALES else DEFAULT_LOCALE


def init_frame(app: Flask) -> None:
    """Register context, headers and the language switch."""
    app.register_blueprint(blueprint)
    app.context_processor(_context)
    app.after_request(_headers)


def _context() -> dict[str, Any]:
    locale = str(get_locale())
    other = "en" if locale.startswith("zh") else "zh_Hans_CN"
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    who = actor()
    views = current_app.view_functions
    return {
        "actor": _viewer(),
        "who": who,
        "nav": top_navigation(),
        "desk_nav": desk_navigation(who) if who.is_signed_in else [],
        "unread_count": _unread(who.user_id),
        "locale": locale,
        "other_locale_url": url_for("frame.language", code=other, next=target),
        "is_demo": current_app.config.get("DEMO", False),
        "now": now(),
        "site_urls": {name: url_for(end) for name, end in FRAME_ENDPOINTS.items() if end in views},
        "buttons": buttons,
        "page_of": page_of,
    }


def _viewer() -> Viewer:
    person = user()
    if person is None:
        return Viewer()
    if "viewer" not in g:
        rows = db().execute(
            select(Organisation.id, Organisation.name)
            .join(Membership, Membership.organisation_id == Organisation.id)
            .where(Membership.user_id == person.id, Membership.ended_at.is_(None))
            .group_by(Organisation.id, Organisation.name)
            .order_by(Organisation.name)
        )
        organisations = tuple(rows.all())
        current = next((each.name for each in organisations if each.id == actor().organisation_id), "")
        g.viewer = Viewer(True, person.name, current, organisations)
    found: Viewer = g.viewer
    return found


def _unread(user_id: UUID | None) -> int:
    if user_id is None:
        return 0
    if "unread" not in g:
        query = (
            select(func.count())
            .select_from(Message)
            .where(Message.user_id == user_id, Message.read_at.is_(None))
        )
        g.unread = db().scalar(query) or 0
    return int(g.unread)


def _headers(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", POLICY)
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if session.get(SIGNED_IN_KEY) and request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer
