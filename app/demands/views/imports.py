"""Demands from spreadsheets: the templates, and the upload. What follows is the shared page of an uploaded sheet."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import NotSeen, RuleBroken
from app.core.i18n import _
from app.core.text import clean_line
from app.demands import queries
from app.demands.forms.importing import ImportForm
from app.demands.importing.kinds import kind_of_upload
from app.demands.sheets import write_form, write_summary
from app.demands.views import blueprint
from app.documents.writing import writing
from app.models.procedure_codes import SheetKind
from app.models.rounds import Round
from app.web.access import requires, writes
from app.web.context import actor, db, now
from app.web.imports import latest, send_sheet, sheet_file, take_sheet

TEMPLATES = {"summary": ("需求汇总表", write_summary), "form": ("需求表", write_form)}


@blueprint.route("/demands/import", methods=["GET", "POST"])
@requires(Permission.DEMAND_IMPORT)
@writes
def import_sheet() -> ResponseReturnValue:
    """Take a template, and upload it filled in."""
    rounds = queries.rounds_to_import_into(db(), actor(), now())
    form = ImportForm()
    form.use_rounds(rounds)
    if not form.is_submitted() and len(rounds) == 1:
        form.round_id.process_data(str(rounds[0].id))
    if form.validate_on_submit():
        round_ = next(each for each in rounds if str(each.id) == form.values()["round_id"].value)
        try:
            sheet = take_sheet(form.file.data, kind_of_upload(form.file.data), round_=round_)
            flash(_("The sheet is here and is being checked."), "success")
            return redirect(url_for("imports.show", sheet_import_id=sheet.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    former = latest(db(), actor(), SheetKind.DEMANDS, SheetKind.DEMAND_FORM)
    page = render_template("demands/import.html", form=form, rounds=rounds, former=former)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/demands/import/template/<uuid:round_id>/<any(summary, form):shape>")
@requires(Permission.DEMAND_IMPORT)
def import_template(round_id: UUID, shape: str) -> ResponseReturnValue:
    """An empty sheet with the round's name, drop-downs, an example and notes."""
    round_ = _round(round_id)
    title, write = TEMPLATES[shape]
    file = sheet_file()
    with writing(file) as book:
        write(book, round_)
    return send_sheet(file, f"{title}-{round_.number}-{clean_line(round_.title)}.xlsx")


def _round(round_id: UUID) -> Round:
    for each in queries.rounds_to_import_into(db(), actor(), now()):
        if each.id == round_id:
            return each
    raise NotSeen()
