"""The expert pool as a spreadsheet: template, upload, and the pool as a file."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import RuleBroken
from app.core.i18n import _, _l
from app.documents.writing import writing
from app.experts.forms import ExpertFilter
from app.experts.importing import COLUMNS, EXAMPLE, NOTES, POOL, exported
from app.experts.views import blueprint
from app.models.procedure_codes import SheetKind
from app.web.access import requires, writes
from app.web.commands import import_command
from app.web.context import actor, db
from app.web.forms import Form
from app.web.imports import MAX_SHEET_BYTES, SHEET_TYPES, latest, send_sheet, sheet_file, take_sheet
from app.web.slots import FileSlot
from app.web.validators import Required


class PoolForm(Form):
    """The upload of a sheet of experts."""

    file = FileSlot(_l("Filled-in sheet"), [Required()], types=SHEET_TYPES, max_bytes=MAX_SHEET_BYTES)


@blueprint.route("/experts/import", methods=["GET", "POST"])
@requires(Permission.EXPERT_KEEP)
@writes
def import_pool() -> ResponseReturnValue:
    """Take the template, and upload it filled in."""
    form = PoolForm()
    if form.validate_on_submit():
        try:
            sheet = take_sheet(form.file.data, SheetKind.EXPERTS)
            flash(_("The sheet is here and is being checked."), "success")
            return redirect(url_for("imports.show", sheet_import_id=sheet.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    former = latest(db(), actor(), SheetKind.EXPERTS)
    return render_template(
        "experts/import.html", form=form, former=former
    ), 422 if form.is_submitted() else 200


@blueprint.get("/experts/import/template")
@requires(Permission.EXPERT_KEEP)
def pool_template() -> ResponseReturnValue:
    """An empty sheet of experts."""
    file = sheet_file()
    with writing(file) as book:
        book.sheet("专家库", COLUMNS, (), examples=[EXAMPLE], is_form=True)
        book.notes(NOTES)
    return send_sheet(file, "专家库导入表.xlsx")


@blueprint.get("/experts/pool.xlsx")
@requires(Permission.EXPERT_KEEP)
def export_pool() -> ResponseReturnValue:
    """The pool as it is filtered on its page."""
    file = sheet_file()
    with writing(file) as book:
        book.sheet("专家库", POOL, exported(db(), actor(), ExpertFilter(request.args).chosen()))
    return send_sheet(file, "专家库.xlsx")


def register_commands() -> None:
    """Add the command that takes experts in."""
    import_command("experts", SheetKind.EXPERTS)
