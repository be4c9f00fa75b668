"""Vetting by a panel: the officer draws it, the expert reads the demand and scores it from the seat."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.access import Permission, can
from app.core.errors import RuleBroken
from app.core.i18n import _
from app.demands.services import read_restricted
from app.experts import queries as experts
from app.models.procedure_codes import PanelPurpose
from app.models.reviews import Assignment
from app.models.states import AssignmentState, DemandState, SheetState
from app.scoring.forms import sheet_form
from app.vetting import panels, queries
from app.vetting.views import TEXTS, blueprint
from app.web.access import requires, writes, writes_on_get
from app.web.attachments import attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load

P = Permission
SEATED = (AssignmentState.ACCEPTED, AssignmentState.DONE)
OPEN_SHEETS = (SheetState.DRAFT, SheetState.RETURNED)


@blueprint.post("/vetting/<uuid:demand_id>/panel")
@requires(P.PANEL_DRAW)
@writes
def draw(demand_id: UUID) -> ResponseReturnValue:
    """Draw the panel that vets a demand."""
    demand = load(db(), queries.visible_to(actor()), demand_id, lock=True)
    panel = panels.draw_vetting_panel(db(), demand, by=actor(), now=now())
    flash(_("The panel is drawn. Invite its members."), "success")
    return redirect(url_for("experts.panel", panel_id=panel.id))


@blueprint.route("/vetting/seats/<uuid:assignment_id>", methods=["GET", "POST"])
@requires(P.ASSIGNMENT_ANSWER)
@writes_on_get
def seat(assignment_id: UUID) -> ResponseReturnValue:
    """The demand with its restricted part, and the expert's own sheet; open after pledge and acceptance."""
    found = _own(assignment_id)
    demand = panels.demand_of(found)
    if found.panel.is_live:
        read_restricted(db(), demand, by=actor(), now=now())
    own = panels.own_sheet(db(), found)
    is_open = demand.state is DemandState.VETTING and found.panel.is_live
    writable = is_open and (own is None or (own.state in OPEN_SHEETS and not own.is_void))
    form = sheet_form(found.panel.rubric, own, texts=TEXTS) if writable else None
    if request.method == "POST" and form is None:
        panels.score_from_seat(db(), found, by=actor(), now=now(), scores={})
    if form is not None and form.validate_on_submit():
        is_draft = "draft" in request.form
        try:
            panels.score_from_seat(
                db(),
                found,
                by=actor(),
                now=now(),
                scores=form.scores(),
                advice_text=form.advice_text.data or "",
                is_draft=is_draft,
            )
            flash(_("Saved as a draft.") if is_draft else _("Sheet submitted and locked"), "success")
            return redirect(url_for("vetting.seat", assignment_id=found.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(
        "vetting/seat.html",
        seat=found,
        demand=demand,
        rubric=found.panel.rubric,
        form=form,
        own=own,
        files=listed(attachments_of(db(), demand)) if found.panel.is_live else [],
    )
    return page, 422 if request.method == "POST" else 200


def _own(assignment_id: UUID) -> Assignment:
    """The actor's own seat on a vetting panel, taken and pledged; nothing else is there."""
    found: Assignment = load(
        db(), experts.seats_visible_to(actor()), assignment_id, lock=request.method == "POST"
    )
    is_own = can(actor(), P.ASSIGNMENT_ANSWER, found)
    is_ready = found.state in SEATED and found.pledged_at is not None
    if not is_own or not is_ready or found.panel.purpose is not PanelPurpose.VETTING:
        raise NotFound()
    return found
