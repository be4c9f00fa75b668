"""Site visits: announced, called off, signed up to, taken into one's calendar, minuted."""

from uuid import UUID

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.i18n import _
from app.demands import queries, services
from app.demands.forms.visits import MinutesForm, SignupForm, VisitForm
from app.demands.ical import calendar_entry
from app.demands.views import blueprint
from app.demands.views.filling import back_to, filled_in, load_demand, part_of
from app.demands.views.visiting import sight_of
from app.demands.visits import signup_of
from app.models.demands import SiteVisit
from app.web.access import public, requires, writes
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.reasons import ReasonForm

P = Permission


@blueprint.route("/demands/<uuid:demand_id>/visits/new", methods=["GET", "POST"])
@requires(P.VISIT_KEEP)
@writes
def plan_visit(demand_id: UUID) -> ResponseReturnValue:
    """Announce a visit to the site."""
    demand = load_demand(demand_id)
    form = VisitForm()
    return filled_in(
        demand,
        form,
        "demands/visit.html",
        lambda: services.plan_visit(db(), demand, by=actor(), now=now(), **form.values()),
        done=_("The visit is announced."),
        anchor="visits",
    )


@blueprint.route("/demands/<uuid:demand_id>/visits/<uuid:visit_id>/sign-up", methods=["GET", "POST"])
@requires(P.QUESTION_ASK)
@writes
def join_visit(demand_id: UUID, visit_id: UUID) -> ResponseReturnValue:
    """Sign the unit up with a number of people, or change that number."""
    demand = load_demand(demand_id)
    visit = part_of(demand, SiteVisit, visit_id)
    form = SignupForm.of(signup_of(db(), visit, actor()))
    return filled_in(
        demand,
        form,
        "demands/visit_signup.html",
        lambda: services.join_visit(db(), visit, people=form.people.data or 0, by=actor(), now=now()),
        done=_("Your unit is on the list. Show the pass number at the gate."),
        anchor="visits",
        sight=sight_of(visit),
    )


@blueprint.post("/demands/<uuid:demand_id>/visits/<uuid:visit_id>/leave")
@requires(P.QUESTION_ASK)
@writes
def leave_visit(demand_id: UUID, visit_id: UUID) -> ResponseReturnValue:
    """Give the unit's places back."""
    demand = load_demand(demand_id)
    services.leave_visit(db(), part_of(demand, SiteVisit, visit_id), by=actor(), now=now())
    flash(_("Your unit is off the list."), "success")
    return redirect(back_to(demand, "visits"))


@blueprint.route("/demands/<uuid:demand_id>/visits/<uuid:visit_id>/cancel", methods=["GET", "POST"])
@requires(P.VISIT_KEEP)
@writes
def cancel_visit(demand_id: UUID, visit_id: UUID) -> ResponseReturnValue:
    """Call a visit off, with a reason that everyone reads."""
    demand = load_demand(demand_id)
    visit = part_of(demand, SiteVisit, visit_id)
    form = ReasonForm()
    return filled_in(
        demand,
        form,
        "demands/visit_cancel.html",
        lambda: services.cancel_visit(db(), visit, reason=form.reason.data, by=actor(), now=now()),
        done=_("The visit is called off; whoever signed up is told."),
        anchor="visits",
        sight=sight_of(visit),
    )


@blueprint.route("/demands/<uuid:demand_id>/visits/<uuid:visit_id>/minutes", methods=["GET", "POST"])
@requires(P.VISIT_KEEP)
@writes
def visit_minutes(demand_id: UUID, visit_id: UUID) -> ResponseReturnValue:
    """Publish what was shown and said on a visit."""
    demand = load_demand(demand_id)
    visit = part_of(demand, SiteVisit, visit_id)
    form = MinutesForm()
    return filled_in(
        demand,
        form,
        "demands/visit_minutes.html",
        lambda: services.publish_minutes(db(), visit, minutes=form.minutes.data, by=actor(), now=now()),
        done=_("The minutes are published."),
        anchor="visits",
        sight=sight_of(visit),
    )


@blueprint.get("/demands/<uuid:demand_id>/visits/<uuid:visit_id>.ics")
@public
def visit_calendar(demand_id: UUID, visit_id: UUID) -> ResponseReturnValue:
    """The visit as an entry for a calendar."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    visit = part_of(demand, SiteVisit, visit_id)
    address = url_for("demands.show", demand_id=demand.id, _anchor="visits", _external=True)
    answer = Response(calendar_entry(visit, address), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="visit-{demand.number}.ics"'
    return answer
