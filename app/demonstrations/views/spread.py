"""Replications: interest, the page of one, adoption, the adopter's report."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import RuleBroken
from app.core.i18n import Lazy, _, _l
from app.demonstrations import queries, services
from app.demonstrations.forms import AdoptionEffectForm, AdoptionForm, InterestForm, ReplicationFilter
from app.demonstrations.views.base import blueprint, load_demonstration, load_replication
from app.milestones.views.work import blocking
from app.models.outcomes import Replication
from app.models.states import ReplicationState
from app.web.access import requires, signed_in, writes
from app.web.actions import Button, button, buttons, may
from app.web.attachments import attach, attachments_of, listed
from app.web.context import actor, db, now
from app.web.pages import paginate
from app.web.timeline import timeline

SLOTS: dict[str, Lazy] = {"evidence": _l("Supporting evidence")}


@blueprint.get("/replications")
@signed_in
def replications() -> ResponseReturnValue:
    """The replications that one registered, or of one's own projects."""
    form = ReplicationFilter(request.args)
    page = paginate(db(), queries.replication_list(actor(), **form.chosen()))
    return render_template("demonstrations/replications.html", form=form, page=page)


@blueprint.route("/demonstrations/<uuid:demonstration_id>/adopt", methods=["GET", "POST"])
@requires(Permission.REPLICATION_REGISTER)
@writes
def register_interest(demonstration_id: UUID) -> ResponseReturnValue:
    """Register that one's unit wants to take the project up."""
    demonstration = load_demonstration(demonstration_id)
    form = InterestForm(data={"region": actor().region})
    if form.validate_on_submit():
        try:
            made = services.register_interest(
                db(),
                demonstration,
                **form.values(),
                by=actor(),
                now=now(),
            )
            flash(_("Your interest was registered. The organizer will bring you together."), "success")
            return redirect(url_for("demonstrations.replication", replication_id=made.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return (
        render_template("demonstrations/register_interest.html", demonstration=demonstration, form=form),
        status,
    )


@blueprint.get("/replications/<uuid:replication_id>")
@signed_in
def replication(replication_id: UUID) -> ResponseReturnValue:
    """One replication."""
    found = load_replication(replication_id)
    return render_template(
        "demonstrations/replication.html",
        replication=found,
        demonstration=found.demonstration,
        actions=[*_effect_button(found), *buttons(found)],
        files=listed(attachments_of(db(), found), SLOTS),
        entries=timeline(db(), found),
    )


@blueprint.route("/replications/<uuid:replication_id>/adopt", methods=["GET", "POST"])
@requires(Permission.REPLICATION_EDIT)
@writes
def adopt(replication_id: UUID) -> ResponseReturnValue:
    """Record the adoption."""
    found = load_replication(replication_id)
    form = AdoptionForm(obj=found)
    blocked = blocking(found, "adopt", "adoption_incomplete")
    if form.validate_on_submit():
        try:
            services.adopt(db(), found, values=form.values(), by=actor(), now=now())
            flash(_("The adoption was recorded."), "success")
            return redirect(url_for("demonstrations.replication", replication_id=found.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("demonstrations/adopt.html", replication=found, form=form, blocked=blocked), status


@blueprint.route("/replications/<uuid:replication_id>/effect", methods=["GET", "POST"])
@requires(Permission.REPLICATION_EDIT)
@writes
def report_effect(replication_id: UUID) -> ResponseReturnValue:
    """The adopter's report with figures."""
    found = load_replication(replication_id)
    form = AdoptionEffectForm(
        data={"effect": found.effect, "effect_rows": [dict(e) for e in found.effect_rows]}
    )
    is_sent = request.method == "POST" and not form.row_command()
    if is_sent and form.validate():
        try:
            services.report_effect(
                db(),
                found,
                effect=form.effect.data,
                rows=form.effect_rows.data,
                by=actor(),
                now=now(),
            )
            attach(db(), found, form.evidence.files, "evidence", by=actor(), now=now())
            flash(_("The effect was reported. The organizer will verify it."), "success")
            return redirect(url_for("demonstrations.replication", replication_id=found.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return (
        render_template("demonstrations/report_effect.html", replication=found, form=form),
        422 if is_sent else 200,
    )


def _effect_button(found: Replication) -> list[Button]:
    if found.state is not ReplicationState.ADOPTED or not may(Permission.REPLICATION_EDIT, found):
        return []
    url = url_for("demonstrations.report_effect", replication_id=found.id)
    return [button(_l("Report the effect"), url, style="primary")]
