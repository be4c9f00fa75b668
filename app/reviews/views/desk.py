"""The organizer's desk of a review: the draw, the seats, progress, and the figures once all is locked."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.i18n import _, _l
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.states import DemandState
from app.reviews import queries, services
from app.reviews.queries import Board
from app.reviews.views.blueprint import ask, blueprint, desk_demand, to, try_to
from app.reviews.views.course import desk_url
from app.web.access import requires, signed_in, writes
from app.web.actions import Button, button, buttons, may
from app.web.context import actor, db, now
from app.web.filters import day
from app.web.forms import Form
from app.web.loading import load
from app.web.pages import paginate
from app.web.timeline import timeline

OF_THE_REVIEW = {"start_review", "conclude_review", "reopen_review", "reopen_check", "record_no_award"}


@blueprint.get("/reviews")
@signed_in
def index() -> ResponseReturnValue:
    """Reviews one conducts or watches; for an owner the demands to rate and the rankings that are open."""
    query = queries.desks(actor()).order_by(
        (Demand.state != DemandState.REVIEWING),
        (Demand.state != DemandState.SCREENING),
        Demand.opened_at.desc(),
        Demand.id,
    )
    rated = db().scalars(queries.rated_demands(actor()).order_by(Demand.review_started_at, Demand.id))
    owned = [] if actor().has(Role.SUPERVISOR) else _open_rankings()
    return render_template("reviews/index.html", page=paginate(db(), query), rated=rated.all(), owned=owned)


@blueprint.get("/demands/<uuid:demand_id>/review")
@signed_in
def desk(demand_id: UUID) -> ResponseReturnValue:
    """The review of one demand."""
    demand = load(db(), queries.desks(actor()), demand_id)
    board = queries.board_of(db(), demand)
    things = [demand, *([board.panel] if board else [])]
    return render_template(
        "reviews/desk.html",
        demand=demand,
        board=board,
        conducts=queries.conducts(actor(), demand),
        offers=desk_offers(demand, board),
        steps=steps(demand, board),
        sees_matrix=board is not None and board.is_complete,
        may_read_report=board is not None and queries.may_read_report(actor(), board),
        sheet_url=lambda sheet: url_for("scoring.show", sheet_id=sheet.id),
        tie_wording=queries.tie_wording,
        entries=timeline(db(), *things, hides_who=True),
    )


@blueprint.route("/demands/<uuid:demand_id>/review/draw", methods=["GET", "POST"])
@requires(Permission.PANEL_DRAW)
@writes
def draw(demand_id: UUID) -> ResponseReturnValue:
    """Draw the panel. The site makes the seed; nobody chooses it."""
    demand = desk_demand(demand_id)
    form = Form()
    if try_to(form, lambda: services.draw_review_panel(db(), demand, by=actor(), now=now())):
        flash(_("Panel drawn. The record shows seed, rules and everyone who was left out."), "success")
        panel = queries.live_panel(db(), demand)
        return to(url_for("experts.panel", panel_id=panel.id) if panel else desk_url(demand))
    settings = demand.round
    return ask(
        form,
        title=_("Draw the panel"),
        sentence=demand.title,
        consequences=(
            _(
                "%(n)s members and %(r)s reserves, at least %(p)s %% from outside the organizer, no two of one unit.",
                n=settings.panel_size,
                r=settings.panel_reserves,
                p=settings.panel_outside_percent,
            ),
            _("The draw is done once, by a random seed that stands in the record."),
        ),
        back=desk_url(demand),
    )


def _open_rankings() -> list[Demand]:
    query = queries.ranking_readers(actor()).where(Demand.owner_id == actor().organisation_id)
    found = db().scalars(query.order_by(Demand.review_concluded_at.desc(), Demand.id))
    return [demand for demand in found if queries.is_decided(demand)]


def desk_offers(demand: Demand, board: Board | None) -> list[Button]:
    """What the organizer can do next. Nothing for a supervisor, who reads."""
    if not may(Permission.PANEL_DRAW, demand):
        return []
    found = []
    if board is None and demand.state is DemandState.SCREENING:
        found.append(
            button(_l("Draw the panel"), url_for("reviews.draw", demand_id=demand.id), style="primary")
        )
    if board is not None and board.panel.report_signed_at is None:
        url = url_for("experts.panel", panel_id=board.panel.id)
        style = "secondary" if len(board.seats) >= board.panel.size and board.chair else "primary"
        found.append(button(_l("Invite, replace, record the chair"), url, style=style))
    if board is not None and demand.state is DemandState.REVIEWING and board.is_complete:
        style = "secondary" if board.has_totals else "primary"
        if board.panel.report_drafted_at is None:
            found.append(
                button(
                    _l("Record the totals"),
                    url_for("reviews.compute_totals", demand_id=demand.id),
                    style=style,
                )
            )
    if demand.review_concluded_at and demand.state is not DemandState.REVIEWING:
        found.append(
            button(_l("Award decision"), url_for("awards.decision", demand_id=demand.id), style="primary")
        )
    return [*found, *(each for each in buttons(demand) if each.action in OF_THE_REVIEW)]


def steps(demand: Demand, board: Board | None) -> list[dict[str, Any]]:
    """The way of a review, as progress."""
    panel = board.panel if board else None
    reached = [
        (_l("Draw of the panel"), panel.drawn_at if panel else None),
        (_l("Start of the review"), demand.review_started_at),
        (_l("Locking of all sheets"), None),
        (_l("Recording of the totals"), None),
        (_l("Signing of the report"), panel.report_signed_at if panel else None),
        (_l("Conclusion of the review"), demand.review_concluded_at),
    ]
    is_over = demand.state not in (DemandState.SCREENING, DemandState.REVIEWING)
    is_reviewing = demand.state is DemandState.REVIEWING and board is not None
    done = [
        panel is not None,
        demand.state is not DemandState.SCREENING,
        is_over or (is_reviewing and board is not None and board.is_complete),
        is_over or (is_reviewing and board is not None and board.has_totals),
        is_over or bool(panel and panel.report_signed_at),
        is_over,
    ]
    current = done.index(False) if False in done else len(done)
    return [
        {
            "label": label,
            "date": day(at) if is_done and at else None,
            "state": "done" if is_done else ("current" if number == current else "todo"),
        }
        for number, ((label, at), is_done) in enumerate(zip(reached, done, strict=True))
    ]
