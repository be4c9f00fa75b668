"""The inbox: a list, opening a message, and marking all as read."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.i18n import _, ngettext
from app.models.records import Message
from app.notifications import queries, services
from app.notifications.wording import headline
from app.web.access import signed_in, writes, writes_on_get
from app.web.actions import PLACES, page_of
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")


@blueprint.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The messages of the person, newest first."""
    query = queries.visible_to(actor())
    only_unread = request.args.get("unread") == "1"
    if only_unread:
        query = query.where(Message.read_at.is_(None))
    page = paginate(db(), query)
    return render_template("inbox/index.html", page=page, only_unread=only_unread, headline=headline)


@blueprint.get("/<uuid:message_id>")
@signed_in
@writes_on_get
def open_message(message_id: UUID) -> ResponseReturnValue:
    """Mark the message as read and go to what it tells of."""
    message = load(db(), queries.visible_to(actor()), message_id)
    services.mark_read(db(), message, now=now())
    return redirect(_address(message) or url_for("inbox.index"))


@blueprint.post("/read")
@signed_in
@writes
def read_all() -> ResponseReturnValue:
    """Mark everything as read."""
    count = services.mark_all_read(db(), actor().user_id or UUID(int=0), now=now())
    flash(ngettext("%(num)d message marked as read.", "%(num)d messages marked as read.", count), "success")
    return redirect(url_for("inbox.index"))


def _address(message: Message) -> str | None:
    place = PLACES.get(message.thing_type or "")
    thing = db().get(place.workflow.model, message.thing_id) if place else None
    if thing is None:
        flash(_("What this message told of has no page of its own."), "info")
        return None
    return page_of(thing)
