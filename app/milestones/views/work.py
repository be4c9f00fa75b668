"""Milestones and payments: lists, the page of a milestone, the report form, the record of a payment."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import Lazy, _, _l
from app.milestones import queries, services
from app.milestones.forms import MilestoneFilter, PaymentFilter, PaymentForm, report_form
from app.milestones.views.base import blueprint
from app.models.contracts import Milestone
from app.web.access import requires, signed_in, writes
from app.web.actions import buttons, page_of
from app.web.attachments import attach, attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.timeline import timeline
from app.workflow import offered

SLOTS: dict[str, Lazy] = {
    "evidence": _l("Supporting evidence"),
    "voucher": _l("Voucher"),
    "proof": _l("Proof of the change"),
}


@blueprint.get("/milestones")
@signed_in
def index() -> ResponseReturnValue:
    """The milestones of one's contracts."""
    form = MilestoneFilter(request.args)
    page = paginate(db(), queries.milestone_list(actor(), **form.chosen()))
    return render_template("milestones/index.html", form=form, page=page)


@blueprint.get("/payments")
@signed_in
def payments() -> ResponseReturnValue:
    """The payments of one's contracts."""
    form = PaymentFilter(request.args)
    page = paginate(db(), queries.payment_list(actor(), **form.chosen()))
    return render_template("milestones/payments.html", form=form, page=page)


@blueprint.get("/milestones/<uuid:milestone_id>")
@signed_in
def show(milestone_id: UUID) -> ResponseReturnValue:
    """One milestone with its evidence and its course."""
    milestone = load(db(), queries.visible_to(actor()), milestone_id)
    return render_template(
        "milestones/show.html",
        milestone=milestone,
        contract=milestone.contract,
        actions=buttons(milestone),
        files=listed(attachments_of(db(), milestone), SLOTS),
        entries=timeline(db(), milestone),
    )


@blueprint.route("/milestones/<uuid:milestone_id>/submit", methods=["GET", "POST"])
@requires(Permission.MILESTONE_REPORT)
@writes
def submit(milestone_id: UUID) -> ResponseReturnValue:
    """Hand in the evidence of a milestone."""
    milestone = load(db(), queries.visible_to(actor()), milestone_id, lock=request.method == "POST")
    indicators = queries.indicators_of(milestone)
    form = report_form(indicators)(data=_former(milestone, [each.name for each in indicators]))
    blocked = blocking(milestone, "submit", "report_missing")
    if form.validate_on_submit():
        try:
            attach(db(), milestone, form.evidence.files, "evidence", by=actor(), now=now())
            report, results = form.report.data, form.results(indicators)
            services.submit_milestone(db(), milestone, report=report, results=results, by=actor(), now=now())
            flash(_("The evidence was handed in. The demand owner will judge it."), "success")
            return redirect(url_for("milestones.show", milestone_id=milestone.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return (
        render_template(
            "milestones/submit.html", milestone=milestone, form=form, indicators=indicators, blocked=blocked
        ),
        status,
    )


@blueprint.route("/payments/<uuid:payment_line_id>/record", methods=["GET", "POST"])
@requires(Permission.PAYMENT_RECORD)
@writes
def record_payment(payment_line_id: UUID) -> ResponseReturnValue:
    """Record that a payment was made."""
    line = load(db(), queries.payments_visible_to(actor()), payment_line_id, lock=request.method == "POST")
    form = PaymentForm()
    blocked = blocking(line, "pay", "voucher_missing")
    if form.validate_on_submit():
        try:
            attach(db(), line, form.voucher.files, "voucher", by=actor(), now=now())
            values = form.values()
            day, number = values["paid_on"], values["voucher_number"]
            services.record_payment(db(), line, paid_on=day, voucher_number=number, by=actor(), now=now())
            flash(_("The payment was recorded."), "success")
            return redirect(page_of(line))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return (
        render_template(
            "milestones/record_payment.html", line=line, form=form, blocked=blocked, back=page_of(line)
        ),
        status,
    )


def blocking(thing: Any, action: str, *answered_by_form: str) -> Refusal | None:
    """What stands against the action before the form is filled in, less what the form itself answers."""
    offer = next((each for each in offered(thing, actor(), now()) if each.action == action), None)
    if offer is None:
        return Refusal("not_now", _l("This is not possible in the present state."))
    if offer.refusal is None or offer.refusal.code in answered_by_form:
        return None
    return offer.refusal


def _former(milestone: Milestone, names: list[str]) -> dict[str, Any]:
    """What was handed in before, for the form of a rework."""
    known = {each.get("indicator"): each for each in milestone.results}
    values: dict[str, Any] = {"report": milestone.report}
    for index, name in enumerate(names):
        row = known.get(name, {})
        values[f"measured_{index}"] = row.get("measured", "")
        values[f"note_{index}"] = row.get("note", "")
    return values
