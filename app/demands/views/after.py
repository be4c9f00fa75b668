"""After closing: the request for withdrawal, and the choice after a listing without award."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.core.i18n import _
from app.demands import queries, services
from app.demands.forms.small import ConfirmForm, WithdrawalForm
from app.demands.relisting import choice_of, list_rounds
from app.demands.views import blueprint
from app.models.demands import Demand
from app.models.states import DemandState
from app.web.access import requires, writes
from app.web.actions import may
from app.web.context import actor, db, now
from app.web.loading import load
from app.workflow import state_at

P = Permission


@blueprint.route("/demands/<uuid:demand_id>/request-withdrawal", methods=["GET", "POST"])
@requires(P.DEMAND_WITHDRAW)
@writes
def request_withdrawal(demand_id: UUID) -> ResponseReturnValue:
    """The owner asks to take the listing down after closing."""
    demand = _load(demand_id)
    form = WithdrawalForm()
    if form.validate_on_submit():
        try:
            services.request_withdrawal(db(), demand, reason=form.reason.data, by=actor(), now=now())
            flash(_("The request is with the supervisor and the organizer."), "success")
            return redirect(url_for("demands.show", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("demands/request_withdrawal.html", demand=demand, form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/demands/<uuid:demand_id>/relist", methods=["GET", "POST"])
@requires(P.DEMAND_RELIST)
@writes
def relist(demand_id: UUID) -> ResponseReturnValue:
    """The owner's choices after a listing without award."""
    demand = _load(demand_id)
    _check_offered(demand, P.DEMAND_RELIST, DemandState.NO_AWARD)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            return redirect(_choose(demand, request.form.get("choice", "")))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    choice = choice_of(db(), demand, now())
    page = render_template(
        "demands/relist.html",
        demand=demand,
        form=form,
        choice=choice,
        rounds=list_rounds(db(), demand),
        questions=len(demand.questions),
    )
    return page, 422 if form.is_submitted() else 200


def _choose(demand: Demand, choice: str) -> str:
    """Carry out one of the choices; the address to go on to."""
    who, moment = actor(), now()
    if choice in ("again", "standing"):
        is_standing = choice == "standing"
        fresh = services.relist_unchanged(db(), demand, by=who, now=moment, is_standing=is_standing)
        flash(_("The demand is submitted again."), "success")
        return url_for("demands.show", demand_id=fresh.id)
    if choice == "amend":
        fresh = services.relist_demand(db(), demand, by=who, now=moment)
        flash(_("Change what kept bidders away, then submit."), "success")
        return url_for("demands.edit", demand_id=fresh.id)
    services.leave_ended(db(), demand, by=who, now=moment)
    flash(_("The listing stays ended."), "success")
    return url_for("demands.show", demand_id=demand.id)


def _check_offered(demand: Demand, permission: Permission, state: DemandState) -> None:
    if not may(permission, demand):
        raise NotPermitted()
    if state_at(demand, now()) is not state:
        raise StateMovedOn()


def _load(demand_id: UUID) -> Demand:
    return load(db(), queries.visible_to(actor()), demand_id, lock=request.method == "POST")
