"""What the review tells whom: the owner's satisfaction, the ranking, and each bidder's own result."""

from uuid import UUID

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.access import Permission
from app.core.errors import NotSeen
from app.core.i18n import _
from app.models.bids import Bid
from app.models.states import BidState, DemandState
from app.reviews import queries, services
from app.reviews.forms import advice_count, satisfaction_form
from app.reviews.views.blueprint import blueprint, to, try_to
from app.web.access import requires, signed_in, writes
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate


@blueprint.route("/demands/<uuid:demand_id>/satisfaction", methods=["GET", "POST"])
@requires(Permission.SATISFACTION_GIVE)
@writes
def satisfaction(demand_id: UUID) -> ResponseReturnValue:
    """The owner scores its satisfaction with each bid, apart from the panel."""
    demand = load(db(), queries.rated_demands(actor()), demand_id, lock=request.method == "POST")
    bids = queries.judged_bids(db(), demand)
    form = satisfaction_form(bids, demand.round.owner_satisfaction_max)

    def give() -> None:
        for bid, value in form.given(bids):
            if value != bid.satisfaction:
                services.give_satisfaction(db(), bid, value=value, by=actor(), now=now())

    if try_to(form, give):
        flash(_("Satisfaction saved. It can be changed until the totals are recorded."), "success")
        return to(url_for("reviews.satisfaction", demand_id=demand.id))
    is_open = demand.state is DemandState.REVIEWING and all(bid.state is BidState.ELIGIBLE for bid in bids)
    page = render_template("reviews/satisfaction.html", demand=demand, bids=bids, form=form, is_open=is_open)
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/demands/<uuid:demand_id>/ranking")
@signed_in
def ranking(demand_id: UUID) -> ResponseReturnValue:
    """Totals and ranks of all bids: organizer and supervisor when they stand, the owner after the decision."""
    demand = load(db(), queries.ranking_readers(actor()), demand_id)
    board = queries.board_of(db(), demand)
    if board is None or not queries.may_read_ranking(actor(), demand):
        raise NotSeen()
    if demand.state is DemandState.REVIEWING and not board.has_totals:
        raise NotSeen()
    bids = sorted(
        (bid for bid in board.bids if bid.total is not None),
        key=lambda bid: (bid.rank or 0, bid.number or ""),
    )
    return render_template(
        "reviews/ranking.html",
        demand=demand,
        bids=bids,
        board=board,
        maximum=queries.rubric_maximum(board.panel.rubric),
        tie_wording=queries.tie_wording,
        conducts=queries.conducts(actor(), demand),
        may_read_report=queries.may_read_report(actor(), board),
    )


@blueprint.get("/feedback")
@signed_in
def feedbacks() -> ResponseReturnValue:
    """The results of one's own bids that are out."""
    query = queries.feedback_bids(actor()).order_by(Bid.opened_at.desc(), Bid.id)
    return render_template("reviews/feedbacks.html", page=paginate(db(), query))


@blueprint.get("/bids/<uuid:bid_id>/feedback")
@signed_in
def feedback(bid_id: UUID) -> ResponseReturnValue:
    """A bidder's own result: score, rank, score per criterion, the panel's opinion. No expert and no rival is named."""
    bid = load(db(), queries.feedback_bids(actor()), bid_id)
    board = queries.board_of(db(), bid.demand)
    line = board.line_of(bid) if board is not None else None
    if board is None or line is None:
        raise NotSeen()
    return render_template(
        "reviews/feedback.html",
        bid=bid,
        demand=bid.demand,
        criteria=board.panel.rubric.criteria,
        scores=line.criterion_scores,
        maximum=line.maximum,
        pass_line=board.panel.rubric.pass_line,
        panel_score=(bid.total or 0) - (bid.satisfaction or 0),
        advice=advice_count(line.sheets),
        tie_wording=queries.tie_wording(bid.tie_note),
        ranked=_ranked(bid),
    )


def _ranked(bid: Bid) -> int:
    """Among how many bids the rank is counted. How many there were is public from the notice on."""
    query = select(Bid.id).where(Bid.demand_id == bid.demand_id, Bid.total.is_not(None))
    return len(db().scalars(query).all())
