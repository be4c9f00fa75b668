"""The record: written by the owner with its pictures, scored by the organiser, followed by yearly reports."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from app.access import Permission
from app.core.errors import NotPermitted, NotSeen, RuleBroken
from app.core.i18n import _
from app.demonstrations import queries, services
from app.demonstrations.forms import ReportForm, record_form, score_form
from app.demonstrations.views.base import blueprint, load_demonstration
from app.models.outcomes import Demonstration
from app.models.procedure_codes import Visibility
from app.models.records import Attachment
from app.web.access import requires, writes
from app.web.actions import may
from app.web.attachments import attach
from app.web.context import actor, db, now
from app.workflow import record as record_event
from app.workflow.outcomes import record_is_complete


@blueprint.route("/demonstrations/<uuid:demonstration_id>/edit", methods=["GET", "POST"])
@requires(Permission.DEMONSTRATION_EDIT)
@writes
def edit(demonstration_id: UUID) -> ResponseReturnValue:
    """Write the record."""
    demonstration = load_demonstration(demonstration_id)
    _only_if(Permission.DEMONSTRATION_EDIT, demonstration)
    form = record_form(demonstration)
    is_sent = request.method == "POST" and not form.row_command()
    if is_sent and form.validate():
        try:
            services.edit_record(db(), demonstration, values=form.record(), by=actor(), now=now())
            _add_pictures(demonstration, form.pictures.files)
            flash(_("The record was saved."), "success")
            return redirect(url_for("demonstrations.show", demonstration_id=demonstration.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return (
        render_template(
            "demonstrations/edit.html",
            demonstration=demonstration,
            form=form,
            pictures=queries.pictures_of(db(), [demonstration.id]).get(demonstration.id, []),
            missing=len(record_is_complete(demonstration, now())),
        ),
        422 if is_sent else 200,
    )


@blueprint.post("/demonstrations/<uuid:demonstration_id>/pictures/<uuid:attachment_id>/remove")
@requires(Permission.DEMONSTRATION_EDIT)
@writes
def remove_picture(demonstration_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """Take a picture off the record."""
    demonstration = load_demonstration(demonstration_id)
    _only_if(Permission.DEMONSTRATION_EDIT, demonstration)
    row = db().get(Attachment, attachment_id)
    if row is None or row.thing_id != demonstration.id or row.slot != queries.PICTURE:
        raise NotSeen()
    row.removed_at = now()
    data = {"sha256": row.sha256}
    record_event(db(), demonstration, "remove_picture", by=actor(), now=now(), data=data)
    flash(_("The picture was removed."), "success")
    return redirect(url_for("demonstrations.edit", demonstration_id=demonstration.id))


@blueprint.route("/demonstrations/<uuid:demonstration_id>/score", methods=["GET", "POST"])
@requires(Permission.DEMONSTRATION_LIST)
@writes
def score(demonstration_id: UUID) -> ResponseReturnValue:
    """Score benefit, breadth and visibility."""
    demonstration = load_demonstration(demonstration_id)
    maxima = services.maxima(demonstration)
    form = score_form(demonstration, maxima)
    if form.validate_on_submit():
        try:
            services.score(
                db(),
                demonstration,
                by=actor(),
                now=now(),
                **form.values(),
            )
            flash(_("The scores were recorded."), "success")
            return redirect(url_for("demonstrations.show", demonstration_id=demonstration.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return (
        render_template("demonstrations/score.html", demonstration=demonstration, form=form, maxima=maxima),
        status,
    )


@blueprint.route("/demonstrations/<uuid:demonstration_id>/reports/new", methods=["GET", "POST"])
@requires(Permission.DEMONSTRATION_EDIT)
@writes
def report(demonstration_id: UUID) -> ResponseReturnValue:
    """File the yearly effect report."""
    demonstration = load_demonstration(demonstration_id)
    form = ReportForm()
    is_sent = request.method == "POST" and not form.row_command()
    if is_sent and form.validate():
        try:
            services.file_effect_report(
                db(),
                demonstration,
                year=form.values()["year"],
                text=form.text.data,
                rows=form.rows.data,
                by=actor(),
                now=now(),
            )
            attach(db(), demonstration, form.material.files, "report", by=actor(), now=now())
            flash(_("The effect report was filed."), "success")
            return redirect(url_for("demonstrations.show", demonstration_id=demonstration.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return (
        render_template("demonstrations/report.html", demonstration=demonstration, form=form),
        422 if is_sent else 200,
    )


def _only_if(permission: Permission, demonstration: Demonstration) -> None:
    if not may(permission, demonstration):
        raise NotPermitted()


def _add_pictures(demonstration: Demonstration, uploads: list[FileStorage]) -> None:
    attach(
        db(),
        demonstration,
        uploads,
        queries.PICTURE,
        by=actor(),
        now=now(),
        visibility=Visibility.PUBLIC,
    )
