"""The desks of organisers and supervisors, and the decisions on one demand."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import RuleBroken
from app.core.i18n import _
from app.demands import queries, services
from app.demands.fairness import WORDING
from app.demands.files import SLOTS
from app.demands.forms.small import NoteForm, OfficeFilter, PublishForm, RecommendForm, ReturnForm
from app.demands.views import blueprint
from app.models.demands import Demand
from app.web.access import requires, writes
from app.web.attachments import attach
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate

P = Permission


@blueprint.get("/desk/listings")
@requires(P.DEMAND_CONDUCT, P.EVENT_READ)
def office() -> ResponseReturnValue:
    """Every submitted demand of the unit's rounds; for a supervisor those of all rounds."""
    form = OfficeFilter(request.args)
    filters = form.chosen() | {"round_id": request.args.get("round_id", type=UUID)}
    page = paginate(db(), queries.for_office(actor(), filters, now()))
    counts = queries.unanswered(db(), list(page.rows))
    return render_template("demands/office.html", form=form, page=page, counts=counts)


@blueprint.route("/demands/<uuid:demand_id>/recommend", methods=["GET", "POST"])
@requires(P.DEMAND_RECOMMEND)
@writes
def recommend(demand_id: UUID) -> ResponseReturnValue:
    """Recommend a demand with an opinion, and a letter if there is one."""
    demand = _load(demand_id)
    form = RecommendForm(opinion=demand.recommend_opinion)
    if form.validate_on_submit():
        try:
            services.recommend_demand(db(), demand, opinion=form.opinion.data, by=actor(), now=now())
            attach(
                db(),
                demand,
                form.letter.files,
                "letter",
                by=actor(),
                now=now(),
                visibility=SLOTS["letter"][0],
            )
            flash(_("Demand recommended."), "success")
            return redirect(url_for("demands.show", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("demands/recommend.html", demand=demand, form=form, wording=WORDING)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/demands/<uuid:demand_id>/return", methods=["GET", "POST"])
@requires(P.DEMAND_RECOMMEND)
@writes
def return_to_owner(demand_id: UUID) -> ResponseReturnValue:
    """Send a demand back to its owner, with a message for each field."""
    demand = _load(demand_id)
    form = ReturnForm()
    is_rows = form.is_submitted() and form.row_command()
    form.offer_fields()
    if not is_rows and form.validate_on_submit():
        try:
            services.return_to_owner(
                db(), demand, reason=form.reason.data, fields=form.listed(), by=actor(), now=now()
            )
            flash(_("Returned to the owner."), "success")
            return redirect(url_for("demands.show", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("demands/return.html", demand=demand, form=form)
    return page, 422 if form.is_submitted() and not is_rows else 200


@blueprint.route("/demands/<uuid:demand_id>/publish", methods=["GET", "POST"])
@requires(P.DEMAND_PUBLISH)
@writes
def publish(demand_id: UUID) -> ResponseReturnValue:
    """Publish a listing now or on a day."""
    demand = _load(demand_id)
    form = PublishForm(obj=demand)
    if form.validate_on_submit():
        try:
            services.publish_demand(
                db(),
                demand,
                **form.values(),
                by=actor(),
                now=now(),
            )
            is_later = demand.published_at is None
            flash(_("Publication scheduled.") if is_later else _("The listing is published."), "success")
            return redirect(url_for("demands.show", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("demands/publish.html", demand=demand, form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/demands/<uuid:demand_id>/withdrawal-note", methods=["GET", "POST"])
@requires(P.SUPERVISOR_NOTE)
@writes
def note_withdrawal(demand_id: UUID) -> ResponseReturnValue:
    """The supervisor's note on a request for withdrawal after closing."""
    demand = _load(demand_id)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            services.note_withdrawal(db(), demand, note=form.note.data, by=actor(), now=now())
            flash(_("Note saved."), "success")
            return redirect(url_for("demands.show", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("demands/note.html", demand=demand, form=form)
    return page, 422 if form.is_submitted() else 200


def _load(demand_id: UUID) -> Demand:
    return load(db(), queries.visible_to(actor()), demand_id, lock=request.method == "POST")
