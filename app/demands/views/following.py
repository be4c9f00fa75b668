"""The changes of all listings, latest first, for everyone or for what one watches."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.demands.following import news, with_listings
from app.demands.views import blueprint
from app.web.access import public
from app.web.context import actor, db
from app.web.pages import paginate
from app.web.timeline import describe


@blueprint.get("/listings/changes")
@public
def changes() -> ResponseReturnValue:
    """What happened lately on the listings; with `watched` only on those the reader watches."""
    is_watched = actor().is_signed_in and "watched" in request.args
    page = paginate(db(), news(actor(), is_watched=is_watched))
    return render_template(
        "demands/changes.html",
        page=page,
        news=with_listings(db(), page.rows),
        is_watched=is_watched,
        describe=describe,
    )
