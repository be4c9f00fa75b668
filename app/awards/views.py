"""The decision, the awards and what becomes of them, and the public results."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.awards import queries, services
from app.awards.forms import LaneForm, ResultFilter, YearChoice, codes_of, decision_form
from app.bids.queries import visible_to as bids_visible_to
from app.core.errors import NotSeen, RuleBroken, StateMovedOn
from app.core.i18n import _, _l
from app.models.awards import Award
from app.models.codes import AwardMode
from app.models.demands import Demand
from app.models.states import AwardState, BidState, DemandState
from app.web.access import public, requires, signed_in, writes
from app.web.actions import Button, button, buttons, may, page_of, register_place
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.reasons import ReasonForm
from app.web.timeline import timeline
from app.workflow import AWARD

blueprint = Blueprint("awards", __name__)
OF_THE_DECISION = {
    "publish_notice",
    "invite_next_rank",
    "reopen_review",
    "reopen_check",
    "record_no_award",
}


@blueprint.get("/results")
@public
def results() -> ResponseReturnValue:
    """The outcome of every competition that is over; a winner is named once the award is in force."""
    form = ResultFilter(request.args)
    form.year.use([YearChoice(year) for year in queries.years(db())])
    page = paginate(db(), queries.results(**codes_of(form.chosen())))
    return render_template(
        "awards/results.html",
        page=page,
        form=form,
        figures=queries.figures(db()),
        winners=queries.winners,
        is_filtered=bool(form.chosen()),
    )


@blueprint.get("/awards")
@signed_in
def index() -> ResponseReturnValue:
    """The awards one may see, newest first; for the organizer also the demands that wait for a decision."""
    query = queries.visible_to(actor()).order_by(Award.decided_at.desc(), Award.id)
    waiting = queries.waiting(db(), actor())
    return render_template("awards/index.html", page=paginate(db(), query), waiting=waiting)


@blueprint.get("/awards/<uuid:award_id>")
@signed_in
def show(award_id: UUID) -> ResponseReturnValue:
    """One award: amounts, basis, state, and what may be done with it."""
    award = load(db(), queries.visible_to(actor()), award_id)
    return render_template(
        "awards/show.html",
        award=award,
        offers=[*buttons(award), *_extra(award)],
        entries=timeline(db(), award),
        shows_reasons=may(Permission.AWARD_DECIDE, award) or actor().organisation_id == award.owner_id,
    )


@blueprint.route("/demands/<uuid:demand_id>/decision", methods=["GET", "POST"])
@signed_in
@writes
def decision(demand_id: UUID) -> ResponseReturnValue:
    """The ranking and the decision on it. The supervisor reads it."""
    is_post = request.method == "POST"
    demand = load(db(), queries.decided_demands(actor()), demand_id, lock=is_post)
    candidates = queries.candidates(db(), demand)
    free = len(queries.free_slots(demand))
    form = decision_form(demand, candidates, free)
    if form.validate_on_submit():
        try:
            services.decide(
                db(),
                demand,
                choices=form.choices(candidates),
                basis=form.basis.data,
                out_of_rank_reason=form.out_of_rank_reason.data or None,
                by=actor(),
                now=now(),
            )
            flash(_("Decision recorded. The award notice can be published."), "success")
            return redirect(url_for("awards.decision", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    can_decide = (
        demand.state is DemandState.RECOMMENDED
        and not queries.pending(demand)
        and may(Permission.AWARD_DECIDE, demand)
    )
    page = render_template(
        "awards/decision.html",
        demand=demand,
        candidates=candidates,
        form=form,
        free=free,
        can_decide=can_decide,
        has_lanes=demand.award_mode is not AwardMode.SINGLE,
        offers=[each for each in buttons(demand) if each.action in OF_THE_DECISION],
        award_offers={award.id: buttons(award) for award in demand.awards},
        entries=timeline(db(), *demand.awards),
    )
    return page, 422 if is_post else 200


@blueprint.route("/awards/<uuid:award_id>/drop", methods=["GET", "POST"])
@requires(Permission.AWARD_DECIDE)
@writes
def drop_award(award_id: UUID) -> ResponseReturnValue:
    """Take a proposed award back, before its notice."""
    award = load(db(), queries.visible_to(actor()), award_id, lock=request.method == "POST")
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            services.drop_award(db(), award, reason=form.reason.data, by=actor(), now=now())
            flash(_("Proposed award taken back."), "success")
            return redirect(url_for("awards.decision", demand_id=award.demand_id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _ask(
        form,
        title=_("Take the proposed award back"),
        sentence=_("Award to %(name)s.", name=award.bid.lead.name),
        consequences=[_("The bid can be chosen again in a new decision.")],
        back=url_for("awards.decision", demand_id=award.demand_id),
    )


@blueprint.route("/awards/<uuid:award_id>/cancel", methods=["GET", "POST"])
@requires(Permission.AWARD_DECIDE)
@writes
def cancel_award(award_id: UUID) -> ResponseReturnValue:
    """Cancel an award in force for which no contract is signed."""
    award = load(db(), queries.visible_to(actor()), award_id, lock=request.method == "POST")
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            services.cancel_award(db(), award, reason=form.reason.data, by=actor(), now=now())
            flash(_("Award cancelled."), "success")
            return redirect(url_for("awards.decision", demand_id=award.demand_id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _ask(
        form,
        title=_("Cancel the award"),
        sentence=_("Award to %(name)s.", name=award.bid.lead.name),
        consequences=[
            _("The winner and the demand owner are told the reason."),
            _("The place becomes free: invite the next rank, or record that there is no award."),
        ],
        back=page_of(award),
    )


@blueprint.route("/awards/<uuid:award_id>/lane", methods=["GET", "POST"])
@requires(Permission.AWARD_DECIDE)
@writes
def lane(award_id: UUID) -> ResponseReturnValue:
    """Change where a winner stands in the race."""
    award = load(db(), queries.visible_to(actor()), award_id, lock=request.method == "POST")
    form = LaneForm(obj=award)
    if form.validate_on_submit() and form.lane.data is not None:
        try:
            services.set_lane(
                db(), award, lane=form.lane.data, reason=form.reason.data, by=actor(), now=now()
            )
            flash(_("Lane status changed."), "success")
            return redirect(page_of(award))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("awards/lane.html", award=award, form=form)
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/bids/<uuid:bid_id>/decline", methods=["GET", "POST"])
@requires(Permission.BID_DECLINE)
@writes
def decline_award(bid_id: UUID) -> ResponseReturnValue:
    """The winner declines the award of its bid."""
    bid = load(db(), bids_visible_to(actor()), bid_id, lock=request.method == "POST")
    if not may(Permission.BID_DECLINE, bid):
        raise NotSeen()
    award = bid.award
    if bid.state is not BidState.AWARDED or award is None or award.state is not AwardState.ACTIVE:
        raise StateMovedOn()
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            services.decline_award(db(), award, reason=form.reason.data, by=actor(), now=now())
            flash(_("Award declined. The organizer has been told."), "success")
            return redirect(page_of(award))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _ask(
        form,
        title=_("Decline the award"),
        sentence=_("Award of %(title)s.", title=award.demand.title),
        consequences=[
            _("This cannot be taken back: the next rank may be invited in your place."),
            _("It is entered in the record of your unit."),
        ],
        back=page_of(award),
    )


@blueprint.get("/bids/<uuid:bid_id>/promote")
@requires(Permission.AWARD_DECIDE)
def promote(bid_id: UUID) -> ResponseReturnValue:
    """A bid moves up from the reserve list with the invitation of the next rank, or by a decision."""
    bid = load(db(), bids_visible_to(actor()), bid_id)
    demand = load(db(), queries.decided_demands(actor()), bid.demand_id)
    end = "awards.invite_next_rank" if demand.state is DemandState.AWARDED else "awards.decision"
    return redirect(url_for(end, demand_id=demand.id))


@blueprint.route("/demands/<uuid:demand_id>/next-rank", methods=["GET", "POST"])
@requires(Permission.AWARD_DECIDE)
@writes
def invite_next_rank(demand_id: UUID) -> ResponseReturnValue:
    """Invite the next rank after a winner fell away: back to the decision, and to a new notice."""
    demand = load(db(), queries.decided_demands(actor()), demand_id, lock=request.method == "POST")
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            services.invite_next_rank(db(), demand, reason=form.reason.data, by=actor(), now=now())
            flash(_("Next rank invited. Record the decision."), "success")
            return redirect(url_for("awards.decision", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    best = queries.best_reserve(db(), demand)
    return _ask(
        form,
        title=_("Invite the next rank"),
        sentence=_("Next on the reserve list: %(name)s.", name=best.lead.name if best else "—"),
        consequences=[
            _("The next rank is invited once for a demand."),
            _("A new decision and a new public notice follow."),
        ],
        back=url_for("awards.decision", demand_id=demand.id),
        style="primary",
        blocked=_blocked(demand, "invite_next_rank"),
    )


@blueprint.route("/demands/<uuid:demand_id>/no-award", methods=["GET", "POST"])
@requires(Permission.DEMAND_CONDUCT)
@writes
def record_no_award(demand_id: UUID) -> ResponseReturnValue:
    """End a demand without award, with a published reason."""
    demand = load(db(), queries.conducted_demands(actor()), demand_id, lock=request.method == "POST")
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            services.record_no_award(db(), demand, reason=form.reason.data, by=actor(), now=now())
            flash(_("Recorded: no award."), "success")
            return redirect(page_of(demand))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _ask(
        form,
        title=_("Record that there is no award"),
        sentence=demand.title,
        consequences=[
            _("Proposed awards are taken back and no bid is selected."),
            _("The owner chooses whether the demand is listed again."),
        ],
        back=page_of(demand),
    )


def _ask(
    form: ReasonForm,
    *,
    title: str,
    sentence: str,
    consequences: list[str],
    back: str,
    style: str = "danger",
    blocked: object = None,
) -> ResponseReturnValue:
    page = render_template(
        "awards/ask.html",
        form=form,
        page_title=title,
        sentence=sentence,
        consequences=consequences,
        back=back,
        style=style,
        blocked=blocked,
    )
    return page, 422 if request.method == "POST" else 200


def _blocked(demand: Demand, action: str) -> object:
    return next((each.refusal for each in buttons(demand) if each.action == action), None)


def _extra(award: Award) -> list[Button]:
    """Buttons beside those of the workflow: the lane, and the winner's way to decline."""
    found = []
    is_live = award.state in (AwardState.PENDING, AwardState.ACTIVE)
    if is_live and award.demand.award_mode is not AwardMode.SINGLE and may(Permission.AWARD_DECIDE, award):
        found.append(button(_l("Change the lane status"), url_for("awards.lane", award_id=award.id)))
    if award.state is AwardState.ACTIVE and may(Permission.BID_DECLINE, award.bid):
        url = url_for("awards.decline_award", bid_id=award.bid_id)
        found.append(button(_l("Decline the award"), url, style="danger"))
    return found


register_place(
    blueprint,
    AWARD,
    show="awards.show",
    visible_to=queries.visible_to,
    title=lambda award: award.demand.title,
    pages={"drop": "awards.drop_award", "cancel": "awards.cancel_award"},
)
