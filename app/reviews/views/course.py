"""The acts of the organizer that move a review on or send it back."""

from uuid import UUID

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids.queries import visible_to as bids_visible_to
from app.core.i18n import _
from app.models.demands import Demand
from app.models.states import DemandState
from app.reviews import queries, services
from app.reviews.views.blueprint import ask, blueprint, desk_demand, to, try_to
from app.web.access import requires, writes
from app.web.actions import buttons
from app.web.context import actor, db, now
from app.web.forms import Form
from app.web.loading import load
from app.web.reasons import ReasonForm

BOTH = ["GET", "POST"]


@blueprint.route("/demands/<uuid:demand_id>/review/start", methods=BOTH)
@requires(Permission.DEMAND_CONDUCT)
@writes
def start_review(demand_id: UUID) -> ResponseReturnValue:
    """Begin the expert review."""
    demand = desk_demand(demand_id)
    form = Form()
    if try_to(form, lambda: services.start_review(db(), demand, by=actor(), now=now())):
        flash(_("Expert review started. The panel can read and score the bids."), "success")
        return to(desk_url(demand))
    return ask(
        form,
        title=_("Start the expert review"),
        sentence=demand.title,
        consequences=(
            _("The members of the panel can read every bid that passed the formal check."),
            _("The rubric is frozen; nobody sees another's scores before all are locked."),
        ),
        back=desk_url(demand),
        blocked=blocked(demand, "start_review"),
    )


@blueprint.route("/demands/<uuid:demand_id>/review/totals", methods=BOTH)
@requires(Permission.BID_RANK)
@writes
def compute_totals(demand_id: UUID) -> ResponseReturnValue:
    """Record totals and ranks from the locked sheets."""
    demand = desk_demand(demand_id)
    form = Form()
    if try_to(form, lambda: services.compute_totals(db(), demand, by=actor(), now=now())):
        flash(_("Totals and ranks recorded. The chair can draft the report."), "success")
        return to(desk_url(demand))
    return ask(
        form,
        title=_("Record the totals"),
        sentence=demand.title,
        consequences=(
            _("Totals and ranks follow from the locked sheets by the published rules; nobody enters them."),
            _("If the chair returns a sheet, they are computed anew when it is locked again."),
        ),
        back=desk_url(demand),
    )


@blueprint.route("/demands/<uuid:demand_id>/review/conclude", methods=BOTH)
@requires(Permission.DEMAND_CONDUCT)
@writes
def conclude_review(demand_id: UUID) -> ResponseReturnValue:
    """Conclude the review on the signed report."""
    demand = desk_demand(demand_id)
    form = Form()
    found: list[bool] = []
    if try_to(form, lambda: found.append(services.conclude_review(db(), demand, by=actor(), now=now()))):
        if found[0]:
            flash(_("Review concluded. Record the decision."), "success")
        else:
            flash(_("No bid reached the line: the demand has ended without award."), "warning")
        return to(desk_url(demand))
    places = queries.winning_places(demand)
    return ask(
        form,
        title=_("Conclude the review"),
        sentence=demand.title,
        consequences=(
            _("All bids above the line are shortlisted without order; the owner's choice follows.")
            if demand.round.is_split_award
            else _(
                "The best above the line are recommended, up to %(n)s; the others above it go to the reserve list.",
                n=places,
            ),
            _("Bids below the line are not selected; if none reaches it, the demand ends without award."),
            _("All sheets become final."),
        ),
        back=desk_url(demand),
    )


@blueprint.route("/demands/<uuid:demand_id>/review/reopen", methods=BOTH)
@requires(Permission.DEMAND_CONDUCT)
@writes
def reopen_review(demand_id: UUID) -> ResponseReturnValue:
    """Send a demand back to its panel, with a reason."""
    demand = desk_demand(demand_id)
    form = ReasonForm()
    if try_to(
        form,
        lambda: services.reopen_review(db(), demand, reason=form.reason.data or "", by=actor(), now=now()),
    ):
        flash(_("Sent back to the panel. Its members can correct a copy of their sheets."), "success")
        return to(desk_url(demand))
    return ask(
        form,
        title=_("Send back to the panel"),
        sentence=demand.title,
        consequences=(
            _("Every bid is scored again; former scores stay in the record."),
            _("The signed report goes into the panel's history, and a new one is written."),
        ),
        back=desk_url(demand),
        style="danger",
        blocked=blocked(demand, "reopen_review"),
    )


@blueprint.route("/demands/<uuid:demand_id>/review/reopen-check", methods=BOTH)
@requires(Permission.DEMAND_CONDUCT)
@writes
def reopen_check(demand_id: UUID) -> ResponseReturnValue:
    """Send a demand back to its formal check, with a reason."""
    demand = desk_demand(demand_id)
    form = ReasonForm()
    if try_to(
        form,
        lambda: services.reopen_check(db(), demand, reason=form.reason.data or "", by=actor(), now=now()),
    ):
        flash(_("Sent back to the formal check."), "success")
        return to(desk_url(demand))
    return ask(
        form,
        title=_("Reopen the formal check"),
        sentence=demand.title,
        consequences=(
            _("Every bid is checked again by two officers, and scored again after that."),
            _("The signed report goes into the panel's history, and a new one is written."),
        ),
        back=desk_url(demand),
        style="danger",
        blocked=blocked(demand, "reopen_check"),
    )


@blueprint.get("/bids/<uuid:bid_id>/rank")
@requires(Permission.BID_RANK)
def rank_bid(bid_id: UUID) -> ResponseReturnValue:
    """Bids are ranked together: on to the desk of their demand."""
    bid = load(db(), bids_visible_to(actor()), bid_id)
    return to(desk_url(desk_demand(bid.demand_id)))


@blueprint.get("/bids/<uuid:bid_id>/score-again")
@requires(Permission.BID_RANK)
def score_again(bid_id: UUID) -> ResponseReturnValue:
    """A bid is scored again together with its rivals; while the review runs, the chair returns single sheets."""
    bid = load(db(), bids_visible_to(actor()), bid_id)
    demand = desk_demand(bid.demand_id)
    if demand.state is DemandState.RECOMMENDED:
        return to(url_for("reviews.reopen_review", demand_id=demand.id))
    flash(_("A demand goes back to its panel as a whole, once its review is concluded."), "info")
    return to(desk_url(demand))


def desk_url(demand: Demand) -> str:
    """The address of the review desk."""
    return url_for("reviews.desk", demand_id=demand.id)


def blocked(demand: Demand, action: str) -> object:
    """What stands against the action now, if anything."""
    return next((each.refusal for each in buttons(demand) if each.action == action), None)
