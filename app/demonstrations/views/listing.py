"""The public notices of listing and delisting."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import RuleBroken
from app.core.i18n import _
from app.demonstrations import queries, services
from app.demonstrations.forms import DelistingForm, ListingForm
from app.demonstrations.views.base import blueprint, load_demonstration
from app.milestones.views.work import blocking
from app.web.access import requires, writes
from app.web.context import actor, db, now


@blueprint.route("/demonstrations/<uuid:demonstration_id>/listing", methods=["GET", "POST"])
@requires(Permission.DEMONSTRATION_LIST)
@writes
def publish_listing(demonstration_id: UUID) -> ResponseReturnValue:
    """Put the listing on public notice."""
    demonstration = load_demonstration(demonstration_id)
    form = ListingForm(data={"batch": demonstration.batch or queries.latest_batch(db(), now())})
    if form.validate_on_submit():
        try:
            notice = services.publish_listing(
                db(), demonstration, batch=form.batch.data, by=actor(), now=now()
            )
            flash(_("The notice was published."), "success")
            return redirect(url_for("notices.show", notice_id=notice.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return (
        render_template(
            "demonstrations/publish_listing.html",
            demonstration=demonstration,
            form=form,
            blocked=blocking(demonstration, "publish_notice"),
        ),
        422 if request.method == "POST" else 200,
    )


@blueprint.route("/demonstrations/<uuid:demonstration_id>/delisting", methods=["GET", "POST"])
@requires(Permission.DEMONSTRATION_LIST)
@writes
def publish_delisting(demonstration_id: UUID) -> ResponseReturnValue:
    """Put the delisting on public notice."""
    demonstration = load_demonstration(demonstration_id)
    form = DelistingForm()
    if form.validate_on_submit():
        try:
            reason = form.reason.data
            notice = services.publish_delisting(db(), demonstration, reason=reason, by=actor(), now=now())
            flash(_("The notice was published."), "success")
            return redirect(url_for("notices.show", notice_id=notice.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return (
        render_template("demonstrations/publish_delisting.html", demonstration=demonstration, form=form),
        status,
    )
