"""A score sheet's page: the form for its author while it is open, else its content; and its return by the chair."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import object_session

from app.access import Permission
from app.core.errors import RuleBroken
from app.core.i18n import Lazy, _, _l
from app.models.outcomes import Acceptance
from app.models.procedure_codes import Role
from app.models.reviews import Sheet
from app.scoring import queries, services
from app.scoring.forms import ReturnForm, sheet_form
from app.web.access import requires, signed_in, writes
from app.web.actions import buttons, register_place
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.timeline import timeline
from app.workflow import SHEET, offered

blueprint = Blueprint("scoring", __name__)


@blueprint.route("/sheets/<uuid:sheet_id>", methods=["GET", "POST"])
@signed_in
@writes
def show(sheet_id: UUID) -> ResponseReturnValue:
    """The sheet. Its author saves a draft (`draft` in the form) or locks it."""
    sheet = load(db(), queries.visible_to(actor()), sheet_id, lock=request.method == "POST")
    if not is_editable(sheet) and request.method == "GET":
        return render_template("scoring/show.html", sheet=sheet, **_frame(sheet))
    form = sheet_form(sheet.rubric, sheet)
    if form.validate_on_submit():
        try:
            services.save_sheet(db(), sheet, by=actor(), now=now(), scores=form.scores(), **form.texts())
            if "draft" not in request.form:
                services.submit_sheet(db(), sheet, by=actor(), now=now())
            flash(
                _("Saved as a draft.") if "draft" in request.form else _("Sheet submitted and locked"),
                "success",
            )
            return redirect(url_for("scoring.show", sheet_id=sheet.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    elif request.method == "POST":
        services.check_writable(sheet, by=actor(), now=now())
    status = 422 if request.method == "POST" else 200
    return render_template("scoring/edit.html", sheet=sheet, form=form, **_frame(sheet)), status


@blueprint.route("/sheets/<uuid:sheet_id>/return", methods=["GET", "POST"])
@requires(Permission.SHEET_RETURN)
@writes
def return_sheet(sheet_id: UUID) -> ResponseReturnValue:
    """The chair returns a sheet for one of the four lawful reasons."""
    sheet = load(db(), queries.visible_to(actor()), sheet_id, lock=request.method == "POST")
    form = ReturnForm()
    if form.validate_on_submit():
        reason: Any = form.return_reason.data
        try:
            services.return_sheet(
                db(),
                sheet,
                reason=reason,
                note=form.reason.data,
                by=actor(),
                now=now(),
            )
            flash(_("Sheet returned to the expert"), "success")
            return redirect(after_return(sheet))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if request.method == "POST" else 200
    return render_template("scoring/return.html", sheet=sheet, form=form, **_frame(sheet)), status


def is_editable(sheet: Sheet) -> bool:
    """Whether the actor writes on this sheet now."""
    return any(each.action == "submit" for each in offered(sheet, actor(), now())) and not sheet.is_void


def after_return(sheet: Sheet) -> str:
    """Where the chair goes on: the sheet is closed to them until it is locked again."""
    panel = sheet.assignment.panel if sheet.assignment is not None else None
    chair = next((seat for seat in panel.assignments if seat.is_chair), None) if panel is not None else None
    return url_for("experts.seat", assignment_id=chair.id) if chair is not None else "/"


def subject_title(sheet: Sheet) -> str | Lazy:
    """What the sheet judges, without naming a bidder: a blind round must stay blind."""
    if sheet.bid is not None:
        return " ".join(part for part in (sheet.bid.number, sheet.bid.title) if part)
    if sheet.subject_demand is not None:
        return sheet.subject_demand.title
    session = object_session(sheet)
    acceptance = session.get(Acceptance, sheet.acceptance_id) if session is not None else None
    return acceptance.contract.award.demand.title if acceptance is not None else _l("Acceptance")


def _frame(sheet: Sheet) -> dict[str, object]:
    offers = [each for each in buttons(sheet) if each.action != "submit"]
    return {
        "title": subject_title(sheet),
        "offers": offers,
        "shows_author": actor().has(Role.ORGANIZER) or actor().has(Role.SUPERVISOR),
        "entries": timeline(db(), sheet, hides_who=True),
        "void_wording": services.VOID_WORDING.get(sheet.void_reason or ""),
    }


register_place(
    blueprint,
    SHEET,
    show="scoring.show",
    visible_to=queries.visible_to,
    title=subject_title,
    pages={"submit": "scoring.show", "return": "scoring.return_sheet"},
)
