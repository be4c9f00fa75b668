"""Fiscal support: the ledger, the recommendation, the record of its payment."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.contracts import queries as contracts
from app.core.errors import RuleBroken
from app.core.i18n import _, _l
from app.demonstrations import queries, services
from app.demonstrations.forms import SupportFilter, SupportForm, SupportPaymentForm
from app.demonstrations.views.base import blueprint
from app.milestones.views.work import blocking
from app.models.contracts import Contract, Subsidy
from app.models.states import AcceptanceState
from app.web.access import requires, signed_in, writes
from app.web.actions import Button, button, may
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate


@blueprint.get("/support")
@signed_in
def ledger() -> ResponseReturnValue:
    """The fiscal support of the projects one may see."""
    form = SupportFilter(request.args)
    page = paginate(db(), queries.support_list(actor(), **form.chosen()))
    return render_template("demonstrations/ledger.html", form=form, page=page)


@blueprint.route("/contracts/<uuid:contract_id>/support/new", methods=["GET", "POST"])
@requires(Permission.SUBSIDY_RECOMMEND)
@writes
def recommend_support(contract_id: UUID) -> ResponseReturnValue:
    """Recommend fiscal support for a project."""
    contract = load(db(), contracts.visible_to(actor()), contract_id, lock=request.method == "POST")
    form = SupportForm()
    if form.validate_on_submit():
        try:
            values = form.values()
            amount, basis = values["amount_fen"], values["basis"]
            services.recommend_support(db(), contract, amount_fen=amount, basis=basis, by=actor(), now=now())
            flash(_("The support was recommended."), "success")
            return redirect(url_for("contracts.show", contract_id=contract.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("demonstrations/recommend_support.html", contract=contract, form=form), status


@blueprint.route("/support/<uuid:subsidy_id>/pay", methods=["GET", "POST"])
@requires(Permission.SUBSIDY_PAY)
@writes
def pay_support(subsidy_id: UUID) -> ResponseReturnValue:
    """Record that support was paid."""
    subsidy = load(db(), queries.support_visible_to(actor()), subsidy_id, lock=request.method == "POST")
    form = SupportPaymentForm()
    blocked = blocking(subsidy, "pay", "voucher_missing")
    if form.validate_on_submit():
        try:
            values = form.values()
            day, number = values["paid_on"], values["voucher_number"]
            services.record_support(db(), subsidy, paid_on=day, voucher_number=number, by=actor(), now=now())
            flash(_("The payment was recorded."), "success")
            return redirect(url_for("demonstrations.ledger"))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return (
        render_template("demonstrations/pay_support.html", subsidy=subsidy, form=form, blocked=blocked),
        status,
    )


def support_shown(contract: Contract) -> list[Subsidy]:
    """The support shown on the page of a contract."""
    return queries.support_of(db(), contract.id, actor())


def support_buttons(contract: Contract) -> list[Button]:
    """The button that recommends support, on the page of a contract that passed acceptance."""
    acceptance = contract.acceptance
    if acceptance is None or acceptance.state is not AcceptanceState.PASSED:
        return []
    if not may(Permission.SUBSIDY_RECOMMEND, contract):
        return []
    url = url_for("demonstrations.recommend_support", contract_id=contract.id)
    return [button(_l("Recommend fiscal support"), url)]
