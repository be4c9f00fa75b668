"""The panel's work: the draw, the expert's sheet beside the package, findings, signatures, the owner's opinion."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.acceptances import queries, services
from app.acceptances.forms import SLOTS, OpinionForm, Part, SignForm, verdict_form
from app.acceptances.views.base import blueprint, load_acceptance
from app.access import Permission
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _, _l
from app.models.outcomes import Acceptance
from app.models.states import AcceptanceState
from app.scoring.forms import sheet_form
from app.scoring.views import is_editable
from app.web.access import requires, writes
from app.web.attachments import attachments_of, listed
from app.web.context import actor, db, now
from app.web.reasons import ReasonForm
from app.workflow.outcomes import live_panel


@blueprint.route("/acceptances/<uuid:acceptance_id>/draw", methods=["GET", "POST"])
@requires(Permission.PANEL_DRAW)
@writes
def draw(acceptance_id: UUID) -> ResponseReturnValue:
    """Draw the acceptance panel."""
    acceptance = load_acceptance(acceptance_id)
    form = ReasonForm()
    status = 200
    if form.validate_on_submit():
        try:
            services.draw_acceptance_panel(db(), acceptance, by=actor(), now=now())
            flash(_("The panel was drawn and its members were invited."), "success")
            return redirect(url_for("acceptances.show", acceptance_id=acceptance.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
            status = 422
    return render_template("acceptances/draw.html", acceptance=acceptance, form=form), status


@blueprint.route("/acceptances/<uuid:acceptance_id>/score", methods=["GET", "POST"])
@requires(Permission.SHEET_WRITE)
@writes
def score(acceptance_id: UUID) -> ResponseReturnValue:
    """The expert's sheet beside the package. `draft` in the form saves without locking."""
    acceptance = load_acceptance(acceptance_id)
    seat = queries.seat_on(live_panel(acceptance), actor())
    if seat is None:
        raise NotPermitted()
    sheet = queries.sheet_of(db(), seat)
    if sheet is not None and not is_editable(sheet):
        return redirect(url_for("scoring.show", sheet_id=sheet.id))
    form = sheet_form(seat.panel.rubric, sheet)
    if form.validate_on_submit():
        try:
            services.write_sheet(
                db(),
                acceptance,
                scores=form.scores(),
                texts=form.texts(),
                is_final="draft" not in request.form,
                by=actor(),
                now=now(),
            )
            flash(_("The sheet was saved."), "success")
            return redirect(url_for("acceptances.score", acceptance_id=acceptance.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return (
        render_template(
            "acceptances/score.html",
            acceptance=acceptance,
            contract=acceptance.contract,
            rubric=seat.panel.rubric,
            form=form,
            rows=queries.results_of(acceptance),
            files=listed(attachments_of(db(), acceptance), SLOTS),
            blocked=_not_reviewing(acceptance),
        ),
        422 if request.method == "POST" else 200,
    )


@blueprint.route("/acceptances/<uuid:acceptance_id>/opinion/owner", methods=["GET", "POST"])
@requires(Permission.ACCEPTANCE_OPINION)
@writes
def give_opinion(acceptance_id: UUID) -> ResponseReturnValue:
    """The demand owner's opinion."""
    acceptance = load_acceptance(acceptance_id)
    form = OpinionForm(obj=acceptance)
    if form.validate_on_submit():
        try:
            services.give_opinion(db(), acceptance, text=form.owner_opinion.data, by=actor(), now=now())
            flash(_("Your opinion was recorded."), "success")
            return redirect(url_for("acceptances.show", acceptance_id=acceptance.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("acceptances/opinion_form.html", acceptance=acceptance, form=form), status


@blueprint.route("/acceptances/<uuid:acceptance_id>/findings", methods=["GET", "POST"])
@requires(Permission.ACCEPTANCE_DECIDE)
@writes
def set_verdicts(acceptance_id: UUID) -> ResponseReturnValue:
    """Record the total and what the panel found."""
    acceptance = load_acceptance(acceptance_id)
    rows = queries.results_of(acceptance)
    form = verdict_form(acceptance, rows)
    if form.validate_on_submit():
        try:
            if acceptance.total is None:
                services.compute_total(db(), acceptance, by=actor(), now=now())
            services.set_verdicts(
                db(),
                acceptance,
                verdicts=form.verdicts(rows),
                has_passed_technical=form.technical.data is Part.YES,
                has_passed_financial=form.financial.data is Part.YES,
                opinion=form.opinion.data,
                problems=form.problems.data or "",
                by=actor(),
                now=now(),
            )
            flash(_("The findings of the panel were recorded."), "success")
            return redirect(url_for("acceptances.show", acceptance_id=acceptance.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    panel = live_panel(acceptance)
    return (
        render_template(
            "acceptances/findings.html",
            acceptance=acceptance,
            form=form,
            rows=rows,
            sheets=queries.sheets_open_to(db(), panel, actor()) if panel else [],
            blocked=_not_reviewing(acceptance),
        ),
        422 if request.method == "POST" else 200,
    )


@blueprint.route("/acceptances/<uuid:acceptance_id>/sign", methods=["GET", "POST"])
@requires(Permission.REPORT_SIGN)
@writes
def sign(acceptance_id: UUID) -> ResponseReturnValue:
    """A member signs the opinion."""
    acceptance = load_acceptance(acceptance_id)
    form = SignForm()
    if form.validate_on_submit():
        try:
            services.sign_opinion(db(), acceptance, dissent=form.dissent.data, by=actor(), now=now())
            flash(_("Your signature was recorded."), "success")
            return redirect(url_for("acceptances.show", acceptance_id=acceptance.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    blocked = _not_reviewing(acceptance)
    return (
        render_template("acceptances/sign.html", acceptance=acceptance, form=form, blocked=blocked),
        status,
    )


def _not_reviewing(acceptance: Acceptance) -> Refusal | None:
    if acceptance.state is AcceptanceState.IN_REVIEW:
        return None
    return Refusal("not_reviewing", _l("The acceptance review is not running."))
