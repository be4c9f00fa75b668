"""The selection list of a round: what was vetted, with scores and decisions, and the collective decision on it."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, can
from app.core.clock import day_of
from app.core.errors import RuleBroken
from app.core.i18n import _
from app.models.rounds import Round
from app.models.states import DemandState
from app.rounds.settings import Option
from app.vetting import queries, selection
from app.vetting.forms import SelectionForm
from app.vetting.views import blueprint
from app.web.access import requires, writes
from app.web.context import actor, db, now
from app.web.loading import load
from app.workflow import DEMAND

P = Permission


@blueprint.route("/vetting/rounds/<uuid:round_id>/selection", methods=["GET", "POST"])
@requires(P.DEMAND_VET, P.EVENT_READ)
@writes
def selection_list(round_id: UUID) -> ResponseReturnValue:
    """The list, and the form in which a collective decision is recorded."""
    round_: Round = load(db(), queries.rounds_visible_to(actor()), round_id)
    lines = selection.selection_list(db(), round_)
    ready = [each.demand for each in lines if _is_ready(each)]
    form = SelectionForm(decided_on=day_of(now()))
    form.approve.use([Option(str(each.id), each.title) for each in ready])
    may_decide = can(actor(), P.ROUND_RUN, round_)
    if form.validate_on_submit():
        day: Any = form.decided_on.data
        try:
            decided = selection.decide_selection(
                db(),
                round_,
                approve=[each for each in ready if str(each.id) in form.approve.codes],
                decided_on=day,
                participants=(form.participants.data or "").splitlines(),
                note=form.note.data or "",
                by=actor(),
                now=now(),
            )
            flash(_("Decision %(serial)s is recorded.", serial=decided.serial), "success")
            return redirect(url_for("vetting.selection_list", round_id=round_.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(
        "vetting/selection.html",
        round=round_,
        lines=lines,
        form=form if may_decide else None,
        decisions=selection.decisions_of(db(), round_.id),
        states=DemandState,
    )
    return page, 422 if request.method == "POST" else 200


def _is_ready(line: selection.Line) -> bool:
    """Whether the demand may be approved: the panel is done, line and floor are reached."""
    is_vetted = line.demand.state is DemandState.VETTING and not line.demand.is_held
    return is_vetted and not DEMAND.by_action["approve"].refusals(line.demand, now())
