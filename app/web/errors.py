"""Error pages: a sentence the reader understands, the right status, and never what the machine thinks."""

import logging
from uuid import uuid4

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.core.errors import NotSeen, ProcedureError, RuleBroken, StateMovedOn
from app.core.i18n import Lazy, _l
from app.web.context import close_db

log = logging.getLogger(__name__)

TITLES: dict[int, Lazy] = {
    400: _l("This request cannot be read"),
    403: _l("Not permitted"),
    404: _l("Not found"),
    405: _l("Not possible in this way"),
    409: _l("Changed in the meantime"),
    413: _l("Too large"),
    422: _l("A rule stands against it"),
    429: _l("Too many attempts"),
    500: _l("Something went wrong on our side"),
    503: _l("Not available for the moment"),
}
SENTENCES: dict[int, Lazy] = {
    400: _l("The request was incomplete or damaged. Go back and try again."),
    405: _l("This address does not accept that kind of request."),
    413: _l("What you sent is larger than the site accepts."),
    429: _l("Wait a little before you try again."),
    500: _l("It has been noted. If it happens again, tell us the reference number below."),
    503: _l("Please try again in a minute. Nothing that you saved is lost."),
}


def init_errors(app: Flask) -> None:
    """Register the error pages."""
    app.register_error_handler(ProcedureError, _procedure)
    app.register_error_handler(StaleDataError, lambda _e: _procedure(StateMovedOn()))
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(DataError, lambda _e: _page(400))
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _procedure(error: ProcedureError) -> ResponseReturnValue:
    close_db()
    sentences = (
        [each.wording for each in error.refusals] if isinstance(error, RuleBroken) else [error.wording]
    )
    return _page(error.status, sentences)


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status == 404:
        return _procedure(NotSeen())
    if status < 400:
        return error.get_response()
    return _page(status)


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return _page(400, [_l("The form has expired or came from elsewhere. Open the page again and repeat.")])


def _conflict(error: IntegrityError) -> ResponseReturnValue:
    log.info("constraint refused a write: %s", type(error.orig).__name__)
    return _procedure(StateMovedOn())


def _unavailable(error: OperationalError) -> ResponseReturnValue:
    log.warning("database not available: %s", type(error.orig).__name__)
    body, status = _page(503)
    return body, status, {"Retry-After": "30"}


def _unexpected(error: Exception) -> ResponseReturnValue:
    reference = uuid4().hex[:12]
    log.error("unexpected error %s", reference, exc_info=error)
    close_db()
    return _page(500, reference=reference)


def _page(status: int, sentences: list[Lazy] | None = None, reference: str | None = None) -> tuple[str, int]:
    return (
        render_template(
            "errors/error.html",
            status=status,
            title=TITLES.get(status, TITLES[400]),
            sentence=" ".join(str(each) for each in sentences)
            if sentences
            else SENTENCES.get(status, SENTENCES[400]),
            reference=reference,
        ),
        status,
    )
