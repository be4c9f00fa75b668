"""The organizer's vetting list, the page of one demand with the officer's sheet, and the four decisions."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import RuleBroken
from app.core.i18n import _
from app.demands.forms.small import ReturnForm
from app.models.demands import Demand
from app.models.procedure_codes import VettingMode
from app.models.reviews import Sheet
from app.models.states import DemandState, SheetState
from app.rounds.settings import Option
from app.scoring.forms import SheetForm, sheet_form
from app.vetting import panels, queries, services
from app.vetting.forms import ApproveForm, MergeForm, RejectForm, VettingFilter
from app.vetting.rubric import demand_rubric
from app.vetting.similar import similar_demands
from app.web.access import requires, writes
from app.web.actions import buttons, may
from app.web.attachments import attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.timeline import timeline
from app.workflow import DEMAND
from app.workflow.demand_rules import live_panel, panel_has_scored

blueprint = Blueprint("vetting", __name__)
P = Permission
DECISIONS = ("approve", "send_back", "reject", "merge")
TEXTS = ("advice_text",)


@blueprint.get("/vetting")
@requires(P.DEMAND_VET, P.EVENT_READ)
def index() -> ResponseReturnValue:
    """The demands to vet, longest waiting first."""
    form = VettingFilter(request.args)
    page = paginate(db(), queries.listed(actor(), form.chosen()))
    return render_template(
        "vetting/index.html",
        page=page,
        filter_form=form,
        scores=queries.scores_of(db(), page.rows),
        rounds={demand.round_id: demand.round for demand in page.rows},
    )


@blueprint.route("/vetting/<uuid:demand_id>", methods=["GET", "POST"])
@requires(P.DEMAND_VET, P.EVENT_READ)
@writes
def show(demand_id: UUID) -> ResponseReturnValue:
    """A demand under vetting; the officer scores it here."""
    demand = _load(demand_id)
    form = _sheet_form(demand)
    if request.method == "POST" and form is None:
        services.save_draft(db(), demand, by=actor(), now=now(), scores={})
    if form is not None and form.validate_on_submit():
        is_draft = "draft" in request.form
        save = services.save_draft if is_draft else services.vet_demand
        try:
            save(
                db(),
                demand,
                by=actor(),
                now=now(),
                scores=form.scores(),
                advice_text=form.advice_text.data or "",
            )
            flash(_("Saved as a draft.") if is_draft else _("Sheet submitted and locked"), "success")
            return redirect(url_for("vetting.show", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _page(demand, form), 422 if request.method == "POST" else 200


@blueprint.route("/vetting/<uuid:demand_id>/approve", methods=["GET", "POST"])
@requires(P.DEMAND_VET)
@writes
def approve(demand_id: UUID) -> ResponseReturnValue:
    """Approve for listing; the demand gets its number."""
    demand = _load(demand_id)
    form = ApproveForm()
    if form.validate_on_submit():
        try:
            services.approve_demand(db(), demand, by=actor(), now=now())
            flash(_("Approved for listing under the number %(number)s.", number=demand.number), "success")
            return _to_demand(demand)
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _decision("vetting/approve.html", demand, form, "approve")


@blueprint.route("/vetting/<uuid:demand_id>/send-back", methods=["GET", "POST"])
@requires(P.DEMAND_VET)
@writes
def send_back(demand_id: UUID) -> ResponseReturnValue:
    """Send back for changes, with a message for each field."""
    demand = _load(demand_id)
    form = ReturnForm()
    is_rows = form.is_submitted() and form.row_command()
    form.offer_fields()
    if not is_rows and form.validate_on_submit():
        try:
            services.send_back(
                db(), demand, reason=form.reason.data or "", fields=form.listed(), by=actor(), now=now()
            )
            flash(_("Sent back to the owner."), "success")
            return _to_demand(demand)
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _decision("vetting/send_back.html", demand, form, "send_back", is_draft=is_rows)


@blueprint.route("/vetting/<uuid:demand_id>/reject", methods=["GET", "POST"])
@requires(P.DEMAND_VET)
@writes
def reject(demand_id: UUID) -> ResponseReturnValue:
    """Do not list, with a reason."""
    demand = _load(demand_id)
    form = RejectForm()
    if form.validate_on_submit():
        try:
            services.reject(db(), demand, reason=form.reason.data or "", by=actor(), now=now())
            flash(_("The demand is not listed."), "success")
            return _to_demand(demand)
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _decision("vetting/reject.html", demand, form, "reject")


@blueprint.route("/vetting/<uuid:demand_id>/merge", methods=["GET", "POST"])
@requires(P.DEMAND_VET)
@writes
def merge(demand_id: UUID) -> ResponseReturnValue:
    """Merge into another demand of the round."""
    demand = _load(demand_id)
    targets = {str(each.id): each for each in queries.merge_targets(db(), demand)}
    form = MergeForm()
    form.into.use(
        [
            Option(key, f"{each.number or ''} {each.title} · {each.owner.name}".strip())
            for key, each in targets.items()
        ]
    )
    if not form.is_submitted():
        form.into.data = form.into.members.get(request.args.get("into", ""))
    elif form.validate():
        chosen: Any = form.into.data
        try:
            services.merge_demand(
                db(), demand, targets[chosen.value], reason=form.reason.data or "", by=actor(), now=now()
            )
            flash(_("The demand is merged."), "success")
            return _to_demand(demand)
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    similar = similar_demands(db(), demand)
    return _decision("vetting/merge.html", demand, form, "merge", targets=targets, similar=similar)


def _load(demand_id: UUID) -> Demand:
    return load(db(), queries.visible_to(actor()), demand_id, lock=request.method == "POST")


def _to_demand(demand: Demand) -> ResponseReturnValue:
    return redirect(url_for("vetting.show", demand_id=demand.id))


def _sheet_form(demand: Demand) -> SheetForm | None:
    """The form of the officer's own sheet while it may be written."""
    by_panel = demand.round.demand_vetting is VettingMode.PANEL
    if demand.state is not DemandState.VETTING or by_panel or not may(P.DEMAND_VET, demand):
        return None
    own = queries.own_sheet(queries.sheets_of(db(), demand), actor())
    if own is not None and (own.is_void or own.state not in (SheetState.DRAFT, SheetState.RETURNED)):
        return None
    return sheet_form(demand_rubric(demand), own, texts=TEXTS)


def _page(demand: Demand, form: SheetForm | None) -> str:
    sheets = queries.sheets_of(db(), demand)
    locked = [sheet for sheet in sheets if sheet.state in queries.LOCKED and not sheet.is_void]
    panel = panels.vetting_panel(db(), demand)
    shown = locked if _sees_scores(demand, locked) else []
    rubric = demand_rubric(demand)
    return render_template(
        "vetting/show.html",
        demand=demand,
        form=form,
        rubric=rubric,
        sheets=shown,
        matrix=queries.matrix(rubric, shown),
        locked_count=len(locked),
        total=queries.total_of(demand.round, shown),
        sees_scores=bool(shown),
        wrote_it=demand.author_id == actor().user_id,
        panel=panel,
        may_draw=_may_draw(demand),
        similar=similar_demands(db(), demand) if demand.state in queries.MERGEABLE else [],
        merged=queries.merged_into(db(), demand),
        files=listed(attachments_of(db(), demand)),
        offers=[each for each in buttons(demand) if each.action in DECISIONS],
        entries=timeline(db(), demand, *sheets),
    )


def _sees_scores(demand: Demand, locked: list[Sheet]) -> bool:
    """Officers score without having seen each other's numbers; a panel's are seen once all are locked."""
    if demand.state is not DemandState.VETTING or not may(P.DEMAND_VET, demand):
        return True
    if demand.round.demand_vetting is VettingMode.PANEL:
        return panel_has_scored(demand, now()) is None
    return queries.own_sheet(locked, actor()) is not None


def _may_draw(demand: Demand) -> bool:
    is_asked = demand.round.demand_vetting is VettingMode.PANEL and demand.state is DemandState.VETTING
    return is_asked and may(P.PANEL_DRAW, demand) and live_panel(demand) is None


def _decision(
    template: str, demand: Demand, form: Any, action: str, *, is_draft: bool = False, **more: Any
) -> ResponseReturnValue:
    offer = next((each for each in buttons(demand) if each.action == action), None)
    blocked = offer.refusal if offer is not None and action == "approve" else None
    page = render_template(
        template, demand=demand, form=form, transition=DEMAND.by_action[action], blocked=blocked, **more
    )
    return page, 422 if form.is_submitted() and not is_draft else 200
