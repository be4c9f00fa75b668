"""Watching a listing, and its restricted part."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.i18n import _
from app.demands import queries, services
from app.demands.files import LABELS
from app.demands.forms.small import PledgeForm
from app.demands.pledges import PLEDGE
from app.demands.restricted_changes import restricted_history
from app.demands.views import blueprint
from app.demands.views.filling import back_to, filled_in, load_demand
from app.models.procedure_codes import Visibility
from app.web.access import requires, signed_in, writes, writes_on_get
from app.web.attachments import attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load

P = Permission


@blueprint.post("/demands/<uuid:demand_id>/<any(watch, unwatch):act>")
@signed_in
@writes
def watching(demand_id: UUID, act: str) -> ResponseReturnValue:
    """Watch a listing, or no longer."""
    demand = load_demand(demand_id)
    if act == "watch":
        services.watch(db(), demand, by=actor(), now=now())
        flash(_("You will be told of corrections, answers and results."), "success")
    else:
        services.unwatch(db(), demand, by=actor())
        flash(_("You will no longer be told of this listing."), "success")
    return redirect(back_to(demand))


@blueprint.get("/demands/<uuid:demand_id>/restricted")
@signed_in
@writes_on_get
def restricted(demand_id: UUID) -> ResponseReturnValue:
    """The restricted part, for those to whom it is open; the reading is recorded."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    services.read_restricted(db(), demand, by=actor(), now=now())
    files = [each for each in attachments_of(db(), demand) if each.visibility is Visibility.RESTRICTED]
    return render_template(
        "demands/restricted.html",
        demand=demand,
        files=listed(files, LABELS),
        history=restricted_history(demand),
    )


@blueprint.route("/demands/<uuid:demand_id>/pledge", methods=["GET", "POST"])
@requires(P.BID_CREATE)
@writes
def pledge(demand_id: UUID) -> ResponseReturnValue:
    """The pledge that opens the restricted part to a unit."""
    demand = load_demand(demand_id)
    form = PledgeForm()
    return filled_in(
        demand,
        form,
        "demands/pledge.html",
        lambda: services.sign_restricted_pledge(db(), demand, by=actor(), now=now()),
        done=_("Pledge signed."),
        to=url_for("demands.restricted", demand_id=demand.id),
        lines=PLEDGE,
    )
