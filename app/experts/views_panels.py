"""A panel as its organizer and the supervisor see it: members, reserves, the record of the draw, another run of it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, can
from app.core.i18n import Lazy, _, _l, ngettext
from app.experts import panels, queries, seats
from app.experts.candidates import INACTIVE, LEFT_PANEL, ON_PANEL, ON_RECORD, subject_of
from app.experts.draw import LOAD
from app.experts.views import blueprint
from app.models.procedure_codes import ConflictReason
from app.models.reviews import Panel
from app.models.states import AssignmentState
from app.web.access import requires, writes
from app.web.actions import PLACES, page_of
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.timeline import timeline

REASONS: dict[str, Lazy] = {
    **{each.value: each.label for each in ConflictReason},
    LOAD: _l("Has reached the number of panels in a year"),
    INACTIVE: _l("Not active in the pool"),
    ON_RECORD: _l("A conflict with this demand is on record"),
    ON_PANEL: _l("Is on this panel already"),
    LEFT_PANEL: _l("Has left a panel on the same matter"),
}


@blueprint.get("/panels/<uuid:panel_id>")
@requires(Permission.PANEL_DRAW, Permission.EVENT_READ)
def panel(panel_id: UUID) -> ResponseReturnValue:
    """One panel."""
    found = load(db(), queries.panels_visible_to(actor()), panel_id)
    subject = subject_of(db(), found)
    thing = subject.thing
    has_page = type(thing).__tablename__ in PLACES
    records = [found.draw, *found.draw.get("additions", [])]
    ids = [UUID(row["id"]) for each in records for row in each.get("candidates", [])]
    may_run = can(actor(), Permission.PANEL_DRAW, thing) and found.is_live and not found.report_signed_at
    return render_template(
        "experts/panel.html",
        panel=found,
        demand=subject.demand,
        subject_url=page_of(thing) if has_page else None,
        sitting=panels.sitting(found),
        reserves=panels.reserves_of(found),
        gone=[each for each in found.assignments if each.state not in panels.SITTING],
        records=records,
        names=queries.names_of(db(), ids),
        reasons=REASONS,
        redraw=panels.redraw(found),
        may_run=may_run,
        has_uninvited=any(each.state is AssignmentState.DRAWN for each in panels.sitting(found)),
        is_short=len(panels.sitting(found)) < found.size
        or len(panels.reserves_of(found)) < found.rubric.round.panel_reserves,
        ready=seats.READY,
        entries=timeline(db(), found),
    )


@blueprint.post("/panels/<uuid:panel_id>/invite")
@requires(Permission.PANEL_DRAW)
@writes
def invite(panel_id: UUID) -> ResponseReturnValue:
    """Invite everyone drawn for a seat."""
    found = _locked(panel_id)
    invited = seats.invite_all(db(), found, by=actor(), now=now())
    flash(ngettext("%(num)s expert invited", "%(num)s experts invited", len(invited)), "success")
    return _back(found)


@blueprint.post("/panels/<uuid:panel_id>/draw-more")
@requires(Permission.PANEL_DRAW)
@writes
def draw_more(panel_id: UUID) -> ResponseReturnValue:
    """Fill empty seats and the reserve list."""
    found = _locked(panel_id)
    panels.draw_more(db(), found, by=actor(), now=now())
    flash(_("Further experts drawn."), "success")
    return _back(found)


@blueprint.post("/panels/<uuid:panel_id>/screen")
@requires(Permission.PANEL_DRAW)
@writes
def screen(panel_id: UUID) -> ResponseReturnValue:
    """Compare the members with the parties once more."""
    found = _locked(panel_id)
    taken = seats.screen(db(), found, by=actor(), now=now())
    if taken:
        flash(
            ngettext(
                "%(num)s expert was taken off for a conflict",
                "%(num)s experts were taken off for a conflict",
                len(taken),
            ),
            "warning",
        )
    else:
        flash(_("No conflict was found."), "success")
    return _back(found)


@blueprint.post("/seats/<uuid:assignment_id>/chair")
@requires(Permission.PANEL_DRAW)
@writes
def choose_chair(assignment_id: UUID) -> ResponseReturnValue:
    """Record whom the panel has elected as its chair."""
    found = load(db(), queries.seats_visible_to(actor()), assignment_id, lock=True)
    seats.choose_chair(db(), found.panel, found, by=actor(), now=now())
    flash(_("The chair is recorded."), "success")
    return _back(found.panel)


def _locked(panel_id: UUID) -> Panel:
    return load(db(), queries.panels_visible_to(actor()), panel_id, lock=True)


def _back(found: Panel) -> ResponseReturnValue:
    return redirect(url_for("experts.panel", panel_id=found.id))
