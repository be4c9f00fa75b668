"""The bidder's own pages: the list of bids, starting one, and its sections."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import queries, services
from app.bids.views.site import blueprint
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _l
from app.models.states import BidState
from app.web.access import requires, writes
from app.web.context import actor, db, now
from app.web.fields import CodeField
from app.web.forms import FilterForm
from app.web.loading import load
from app.web.pages import paginate


class BidFilter(FilterForm):
    """Own bids by state."""

    state = CodeField(_l("State of the bid"), BidState)


@blueprint.get("/bids")
@requires(Permission.BID_CREATE)
def index() -> ResponseReturnValue:
    """The bids of the actor's unit."""
    form = BidFilter(request.args)
    state = form.chosen().get("state")
    query = queries.mine(actor()) if state is None else queries.mine_shown_as(actor(), state)
    return render_template(
        "bids/index.html",
        page=paginate(db(), query),
        form=form,
        state_at=lambda bid, moment: queries.state_shown(bid, actor(), moment),
    )


@blueprint.route("/demands/<uuid:demand_id>/bid", methods=["GET", "POST"])
@requires(Permission.BID_CREATE)
@writes
def start(demand_id: UUID) -> ResponseReturnValue:
    """Begin a bid on a listing; with one begun before, go on with it."""
    demand = load(db(), queries.listed_demands(actor()), demand_id)
    refusals: list[Refusal] = []
    if request.method == "POST":
        try:
            bid = services.start_bid(db(), demand, by=actor(), now=now())
            return redirect(url_for("bids.show", bid_id=bid.id))
        except RuleBroken as error:
            refusals = error.refusals
    organisation_id = actor().organisation_id
    known = queries.live_bid(db(), demand.id, organisation_id) if organisation_id else None
    if known is not None:
        return redirect(url_for("bids.show", bid_id=known.id))
    status = 422 if request.method == "POST" else 200
    return render_template("bids/start.html", demand=demand, refusals=refusals), status
