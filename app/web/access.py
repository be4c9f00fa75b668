"""Every endpoint says who may call it and whether it writes. One that says nothing is refused at start-up."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Flask, current_app, flash, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.access import Permission, grants
from app.core.errors import NotPermitted
from app.core.i18n import _
from app.web.context import actor, close_db, db

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call an endpoint: everyone, anyone signed in, or holders of one of the permissions."""

    is_public: bool = False
    permissions: tuple[Permission, ...] = ()


def public(view: View) -> View:
    """Everyone may call this."""
    view.access = Access(is_public=True)  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anyone who is signed in may call this."""
    view.access = Access()  # type: ignore[attr-defined]
    return view


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Holders of one of the permissions may call this; how far it reaches is checked against the thing."""

    def declare(view: View) -> View:
        view.access = Access(permissions=permissions)  # type: ignore[attr-defined]
        return view

    return declare


def writes(view: View) -> View:
    """The request may write: it gets a write session (not when it only looks) and one commit, at its end.

    An answer of 400 or more commits nothing."""
    return _writing(view, looks={"GET", "HEAD", "OPTIONS"})


def writes_on_get(view: View) -> View:
    """A reading that must be recorded (a protected file, an unmasked name): GET writes too."""
    return _writing(view, looks={"HEAD", "OPTIONS"})


def _writing(view: View, *, looks: set[str]) -> View:
    @wraps(view)
    def unit_of_work(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        answer = make_response(view(*args, **kwargs))
        if g.is_writing and answer.status_code < 400:
            db().commit()
        return answer

    unit_of_work.looks = looks  # type: ignore[attr-defined]
    return unit_of_work


def declared(view: Any) -> Access | None:
    """What an endpoint declares, or None."""
    found: Access | None = getattr(view, "access", None)
    return found


def init_access(app: Flask) -> None:
    """Check every request against what its endpoint declares, and every endpoint once at start-up."""
    app.before_request(_check_request)
    app.teardown_appcontext(close_db)


def check_endpoints(app: Flask) -> None:
    """Refuse to start while an endpoint declares nothing, or takes POST without declaring that it writes."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint == "static":
            continue
        if declared(view) is None:
            raise RuntimeError(f"{rule.endpoint} declares no access: use @public, @signed_in or @requires")
        if "POST" in (rule.methods or ()) and not hasattr(view, "looks"):
            raise RuntimeError(f"{rule.endpoint} takes POST and does not declare @writes")


def _check_request() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    view = _view()
    looks = getattr(view, "looks", None)
    g.is_writing = looks is not None and request.method not in looks
    access = declared(view)
    if access is None:
        raise NotFound()
    if access.is_public:
        return None
    who = actor()
    if not who.is_signed_in:
        flash(_("Please sign in first."), "info")
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.sign_in", next=target))
    if access.permissions and not any(grants(who, each) for each in access.permissions):
        raise NotPermitted()
    return None


def _view() -> Any:
    return current_app.view_functions[str(request.endpoint)]
