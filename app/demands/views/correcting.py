"""The correction notice, in two steps: the text is changed and looked at, then it is decided and published."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.core.i18n import _
from app.demands import correction_files, merging, queries, services
from app.demands.corrections import Proposal
from app.demands.forms.correcting import CorrectionForm
from app.demands.views import blueprint
from app.models.demands import Demand, Question
from app.models.records import Attachment
from app.models.states import DemandState
from app.web.access import requires, writes
from app.web.actions import may
from app.web.attachments import attach
from app.web.context import actor, db, now
from app.web.loading import load
from app.workflow import state_at

P = Permission
# The buttons of the preview, and what stands on it to be decided: the rest of the form is carried along.
BUTTONS = ("csrf_token", "publish", "back")
DECIDED = ("is_material", "departure_reason", "closes_at")


@blueprint.route("/demands/<uuid:demand_id>/correct", methods=["GET", "POST"])
@requires(P.DEMAND_CORRECT)
@writes
def correct(demand_id: UUID) -> ResponseReturnValue:
    """The correction notice: the text in force to change, then what that changes, then publication."""
    demand = _load(demand_id)
    form = CorrectionForm.of(demand, _files(demand))
    if form.is_submitted() and (form.row_command() or "back" in request.form):
        return _form_page(demand, form)
    if not form.is_submitted():
        return _form_page(demand, form)
    if not form.validate():
        return _form_page(demand, form), 422
    try:
        return _publish(demand, form) if "publish" in request.form else _preview(demand, form)
    except RuleBroken as error:
        return _refused(demand, form, error)
    except StateMovedOn:
        if not form.base_edition.data or form.base_edition.data == str(demand.edition):
            raise
        return _overtaken(demand, form)


def _preview(demand: Demand, form: CorrectionForm) -> ResponseReturnValue:
    """What the correction would change, with the proposal already filled in. New files wait with the parties."""
    for slot in ("picture", "description"):
        attach(db(), demand, form[slot].files, f"prepared_{slot}", by=actor(), now=now())
    proposal = services.propose_correction(db(), demand, form.correction(), by=actor(), now=now())
    if proposal.refusals:
        raise RuleBroken(proposal.refusals)
    form.is_material.data = proposal.is_material
    if proposal.is_material and form.closes_at.data is None:
        form.closes_at.data = proposal.earliest_close
    return _preview_page(demand, form, proposal)


def _publish(demand: Demand, form: CorrectionForm) -> ResponseReturnValue:
    wanted = form.correction()
    edition = services.correct_demand(
        db(),
        demand,
        values=wanted.values,
        reason=wanted.reason,
        is_material=wanted.is_material,
        departure_reason=wanted.departure_reason,
        closes_at=wanted.closes_at,
        removed_files=wanted.removed_files,
        base_edition=wanted.base_edition,
        by=actor(),
        now=now(),
    )
    flash(_("The correction is published."), "success")
    return redirect(url_for("demands.edition", demand_id=demand.id, number=edition.number))


def _refused(demand: Demand, form: CorrectionForm, error: RuleBroken) -> ResponseReturnValue:
    """What is wrong with the decision stands on the preview, all else on the form; nothing is saved."""
    db().rollback()
    demand = _load(demand.id)
    form.add_refusals(error.refusals)
    if "publish" not in request.form or any(each.field not in DECIDED for each in error.refusals):
        return _form_page(demand, form), 422
    proposal = services.propose_correction(db(), demand, form.correction(), by=actor(), now=now())
    return _preview_page(demand, form, proposal), 422


def _overtaken(demand: Demand, form: CorrectionForm) -> ResponseReturnValue:
    """A colleague published meanwhile: the own changes on the text now in force, to look at and send again."""
    files = _files(demand)
    try:
        meanwhile, built = merging.follow(
            db(), demand, form.correction(), lambda text: CorrectionForm.fresh(text, files)
        )
    except ValueError:
        raise StateMovedOn() from None
    built.take_notice(form)
    return _form_page(demand, built, meanwhile=meanwhile), 409


def _form_page(demand: Demand, form: CorrectionForm, *, meanwhile: merging.Meanwhile | None = None) -> str:
    waiting = [each for each in demand.questions if _announces(each)]
    return render_template(
        "demands/correct.html", demand=demand, form=form, meanwhile=meanwhile, waiting=waiting
    )


def _preview_page(demand: Demand, form: CorrectionForm, proposal: Proposal) -> str:
    carried = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in (*BUTTONS, *DECIDED) and not name.startswith(("add_row", "remove_row"))
    ]
    prepared = correction_files.prepared(db(), demand)
    return render_template(
        "demands/correct_preview.html",
        demand=demand,
        form=form,
        proposal=proposal,
        carried=carried,
        prepared=[row for row in prepared if str(row.id) not in form.removed_files.codes],
    )


def _announces(question: Question) -> bool:
    """Whether an answer promised a correction that has not come yet; one answer to several questions counts once."""
    is_waiting = question.is_correction_due and question.corrected_edition is None
    return is_waiting and question.answered_with_id is None


def _files(demand: Demand) -> list[Attachment]:
    return [*correction_files.published(db(), demand), *correction_files.prepared(db(), demand)]


def _load(demand_id: UUID) -> Demand:
    demand = load(db(), queries.visible_to(actor()), demand_id, lock=request.method == "POST")
    if not may(P.DEMAND_CORRECT, demand):
        raise NotPermitted()
    if state_at(demand, now()) is not DemandState.OPEN:
        raise StateMovedOn()
    return demand
