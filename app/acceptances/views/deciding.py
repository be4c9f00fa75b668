"""The decision, the opinion on paper, and the notice of the result."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.acceptances import queries, services
from app.acceptances.forms import DecisionForm, Outcome
from app.acceptances.views.base import WORDING, blueprint, load_acceptance
from app.access import Permission
from app.core.errors import NotSeen, RuleBroken
from app.core.i18n import _
from app.web.access import requires, signed_in, writes
from app.web.context import actor, db, now
from app.web.reasons import ReasonForm
from app.workflow import offered


@blueprint.route("/acceptances/<uuid:acceptance_id>/decide", methods=["GET", "POST"])
@requires(Permission.ACCEPTANCE_DECIDE)
@writes
def decide(acceptance_id: UUID) -> ResponseReturnValue:
    """Decide on the acceptance."""
    acceptance = load_acceptance(acceptance_id)
    form = DecisionForm(data={"opinion": acceptance.opinion})
    offers = {each.action: each for each in offered(acceptance, actor(), now())}
    form.outcome.use([each for each in Outcome if each.value in offers])
    if form.validate_on_submit():
        try:
            services.decide(
                db(),
                acceptance,
                outcome=form.values()["outcome"].value,
                opinion=form.opinion.data or None,
                reason=form.reason.data or None,
                by=actor(),
                now=now(),
            )
            flash(_("The decision was recorded."), "success")
            return redirect(url_for("acceptances.show", acceptance_id=acceptance.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    against = [(each, offers[each.value].refusal) for each in Outcome if each.value in offers]
    return (
        render_template(
            "acceptances/decide.html",
            acceptance=acceptance,
            form=form,
            rows=queries.results_of(acceptance),
            against=[(outcome.label, refusal) for outcome, refusal in against if refusal],
            pass_line=services.pass_line(acceptance),
        ),
        422 if request.method == "POST" else 200,
    )


@blueprint.get("/acceptances/<uuid:acceptance_id>/opinion")
@signed_in
def document(acceptance_id: UUID) -> ResponseReturnValue:
    """The acceptance opinion as a document to print; of the first attempt with `attempt=1`."""
    acceptance = load_acceptance(acceptance_id)
    attempt = request.args.get("attempt", acceptance.attempt, type=int)
    panel = queries.panel_of_attempt(acceptance, attempt)
    frozen = panel.report if panel is not None and (panel.report or {}).get("attempt") else None
    if frozen is None and attempt != acceptance.attempt:
        raise NotSeen()
    return render_template(
        "acceptances/document.html",
        acceptance=acceptance,
        paper=frozen or services.opinion_document(acceptance, panel),
        digest=panel.report_digest if frozen and panel is not None else None,
        **WORDING,
    )


@blueprint.route("/acceptances/<uuid:acceptance_id>/notice", methods=["GET", "POST"])
@requires(Permission.NOTICE_PUBLISH)
@writes
def publish_result(acceptance_id: UUID) -> ResponseReturnValue:
    """Put the result on public notice."""
    acceptance = load_acceptance(acceptance_id)
    form = ReasonForm()
    status = 200
    if form.validate_on_submit():
        try:
            notice = services.publish_result(db(), acceptance, by=actor(), now=now())
            flash(_("The notice was published."), "success")
            return redirect(url_for("notices.show", notice_id=notice.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
            status = 422
    return render_template("acceptances/publish.html", acceptance=acceptance, form=form), status
