"""Where a demand is begun, checked, given files, submitted, printed and copied; its sections are beside this file."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import NotSeen, RuleBroken
from app.core.i18n import _
from app.demands import queries, services
from app.demands.answers import answers, printed
from app.demands.completeness import progress
from app.demands.drafting import check_editable, findings_now
from app.demands.fairness import ADVICE, BLOCKING, WORDING
from app.demands.files import LABELS, SLOTS
from app.demands.forms.small import BeginForm, ConfirmForm, FilesForm, RoundForm, answers_form
from app.demands.views import blueprint
from app.demands.views.sections import CHECK, steps
from app.models.demands import Demand
from app.models.records import Attachment
from app.models.rounds import Round
from app.web.access import public, requires, writes
from app.web.actions import may
from app.web.attachments import attach, attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.longform import unsaved_parts
from app.web.pages import paginate
from app.workflow import record

P = Permission


@blueprint.get("/desk/demands")
@requires(P.DEMAND_CREATE)
def mine() -> ResponseReturnValue:
    """The demands of the acting unit."""
    page = paginate(db(), queries.owned_by(actor()))
    counts = queries.unanswered(db(), list(page.rows))
    return render_template("demands/mine.html", page=page, counts=counts)


@blueprint.route("/demands/new", methods=["GET", "POST"])
@requires(P.DEMAND_CREATE)
@writes
def begin() -> ResponseReturnValue:
    """Begin a draft: round, title, kind, field."""
    rounds = queries.open_rounds(db(), now())
    form = BeginForm()
    form.use_rounds(rounds)
    if not form.is_submitted() and request.args.get("round"):
        form.round_id.process_data(request.args["round"])
    if form.validate_on_submit():
        values = form.values()
        round_ = _round(rounds, values.pop("round_id").value)
        try:
            demand = services.create_demand(db(), round_=round_, by=actor(), now=now(), **values)
            flash(_("The draft is there. Fill in the rest and save as often as you like."), "success")
            return redirect(url_for("demands.edit", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("demands/begin.html", form=form, rounds=rounds)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/demands/<uuid:demand_id>/findings", methods=["GET", "POST"])
@requires(P.DEMAND_EDIT)
@writes
def findings(demand_id: UUID) -> ResponseReturnValue:
    """The findings of the fairness check, to be answered."""
    demand = _load(demand_id)
    check_editable(db(), demand, by=actor(), now=now())
    form = answers_form(demand.findings, lambda row: WORDING[row["code"]])
    if form.validate_on_submit():
        services.answer_findings(db(), demand, answers=form.answers(), by=actor(), now=now())
        flash(_("Answers saved."), "success")
        return redirect(url_for("demands.submit", demand_id=demand.id))
    page = render_template(
        "demands/findings.html",
        demand=demand,
        form=form,
        findings=demand.findings,
        wording=WORDING,
        advice=ADVICE,
        blocking=BLOCKING,
        steps=steps(demand, "findings"),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/demands/<uuid:demand_id>/files", methods=["GET", "POST"])
@requires(P.DEMAND_EDIT)
@writes
def manage_files(demand_id: UUID) -> ResponseReturnValue:
    """The files of a draft by slot."""
    demand = _load(demand_id)
    check_editable(db(), demand, by=actor(), now=now())
    form = FilesForm()
    if form.validate_on_submit():
        try:
            for slot, (visibility, _label) in SLOTS.items():
                uploads = form[slot].files if slot in form else []
                attach(db(), demand, uploads, slot, by=actor(), now=now(), visibility=visibility)
            flash(_("Files saved."), "success")
            return redirect(url_for("demands.manage_files", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    rows = attachments_of(db(), demand)
    pairs = list(zip(rows, listed(rows, LABELS), strict=True))
    page = render_template(
        "demands/files.html", demand=demand, form=form, pairs=pairs, steps=steps(demand, "files")
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/demands/<uuid:demand_id>/files/<uuid:file_id>/remove")
@requires(P.DEMAND_EDIT)
@writes
def remove_file(demand_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Take a file off a draft; its row stays, marked as removed."""
    demand = _load(demand_id)
    check_editable(db(), demand, by=actor(), now=now())
    row = db().get(Attachment, file_id)
    if row is None or row.thing_id != demand.id or row.removed_at is not None:
        raise NotSeen()
    row.removed_at = now()
    record(db(), demand, "remove_file", by=actor(), now=now(), data={"sha256": row.sha256, "slot": row.slot})
    flash(_("File removed."), "success")
    return redirect(url_for("demands.manage_files", demand_id=demand.id))


@blueprint.route("/demands/<uuid:demand_id>/submit", methods=["GET", "POST"])
@requires(P.DEMAND_SUBMIT)
@writes
def submit(demand_id: UUID) -> ResponseReturnValue:
    """What is still missing, and the submission."""
    demand = _load(demand_id)
    check_editable(db(), demand, by=actor(), now=now())
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            services.submit_demand(db(), demand, by=actor(), now=now())
            flash(_("Demand submitted."), "success")
            return redirect(url_for("demands.show", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    found = findings_now(db(), demand)
    parts = progress(demand, now())
    page = render_template(
        "demands/submit.html",
        demand=demand,
        form=form,
        gaps=[gap for each in parts for gap in each.gaps],
        parts=zip(parts, answers(demand), strict=True),
        findings=found,
        open_findings=[row for row in found if not (row.get("answer") or "").strip()],
        wording=WORDING,
        unsaved=[each.section for each in parts if each.section.code in unsaved_parts(demand)],
        files=listed(attachments_of(db(), demand), LABELS),
        steps=steps(demand, CHECK),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/demands/<uuid:demand_id>/print")
@public
def print_view(demand_id: UUID) -> ResponseReturnValue:
    """The demand on paper: all of it for its own authors, the public part for everyone else."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    text = printed(db(), demand, is_own=may(P.DEMAND_EDIT, demand))
    return render_template("demands/print.html", demand=demand, **text)


@blueprint.route("/demands/<uuid:demand_id>/copy", methods=["GET", "POST"])
@requires(P.DEMAND_CREATE)
@writes
def copy(demand_id: UUID) -> ResponseReturnValue:
    """A new draft in an open round with the text of a former demand."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    rounds = queries.open_rounds(db(), now())
    form = RoundForm()
    form.use_rounds(rounds)
    if form.validate_on_submit():
        try:
            round_ = _round(rounds, form.values()["round_id"].value)
            made = services.copy_demand(db(), demand, round_=round_, by=actor(), now=now())
            flash(_("The draft is there. Fill in the rest and save as often as you like."), "success")
            return redirect(url_for("demands.edit", demand_id=made.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("demands/copy.html", demand=demand, form=form, rounds=rounds)
    return page, 422 if form.is_submitted() else 200


def _load(demand_id: UUID) -> Demand:
    return load(db(), queries.visible_to(actor()), demand_id, lock=request.method == "POST")


def _round(rounds: list[Round], chosen: str) -> Round:
    return next(each for each in rounds if str(each.id) == chosen)
