"""The panel's report: the chair drafts it and records votes on ties, members sign it, those who may read it."""

from uuid import UUID

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import NotSeen
from app.core.i18n import _
from app.models.bids import Bid
from app.reviews import queries, services
from app.reviews.forms import SignForm, advice_count, report_form, tie_form
from app.reviews.queries import Board
from app.reviews.views.blueprint import blueprint, seated_board, to, try_to
from app.scoring.totals import TieRule
from app.web.access import requires, signed_in, writes
from app.web.context import actor, db, now
from app.web.loading import load


@blueprint.route("/demands/<uuid:demand_id>/report/draft", methods=["GET", "POST"])
@requires(Permission.REPORT_DRAFT)
@writes
def draft_report(demand_id: UUID) -> ResponseReturnValue:
    """The chair writes the report and an opinion on each bid."""
    board = chaired(demand_id)
    form = report_form(board)
    if try_to(
        form,
        lambda: services.draft_report(
            db(),
            board.panel,
            text=form.text.data or "",
            opinions=form.opinions(board.bids),
            by=actor(),
            now=now(),
        ),
    ):
        flash(_("Report drafted. Every member is asked to sign it."), "success")
        return to(url_for("reviews.report", demand_id=demand_id))
    page = render_template("reviews/report_draft.html", board=board, form=form, advice_count=advice_count)
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/demands/<uuid:demand_id>/report/tie", methods=["GET", "POST"])
@requires(Permission.REPORT_DRAFT)
@writes
def settle_tie(demand_id: UUID) -> ResponseReturnValue:
    """The chair records how the panel voted on bids that share a place."""
    board = chaired(demand_id)
    bids = first_tie(board)
    if not bids:
        flash(_("No bids share a place."), "info")
        return to(url_for("reviews.panel", demand_id=demand_id))
    form = tie_form(bids)
    if try_to(
        form,
        lambda: services.settle_tie(
            db(),
            board.demand,
            order=form.order(bids),
            note=form.note.data or "",
            by=actor(),
            now=now(),
        ),
    ):
        flash(_("Vote recorded."), "success")
        return to(url_for("reviews.panel", demand_id=demand_id))
    page = render_template("reviews/tie.html", board=board, bids=bids, form=form)
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/demands/<uuid:demand_id>/report/sign", methods=["GET", "POST"])
@requires(Permission.REPORT_SIGN)
@writes
def sign_report(demand_id: UUID) -> ResponseReturnValue:
    """A member signs the report."""
    board = seated_board(demand_id)
    seat = queries.my_seat_on(actor(), board)
    if seat is None or board.panel.report_drafted_at is None:
        raise NotSeen()
    form = SignForm()
    if try_to(
        form,
        lambda: services.sign_report(db(), board.panel, dissent=form.dissent.data, by=actor(), now=now()),
    ):
        flash(_("Report signed."), "success")
        return to(url_for("reviews.report", demand_id=demand_id))
    page = render_template("reviews/report.html", board=board, form=form, **report_context(board))
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/demands/<uuid:demand_id>/report")
@signed_in
def report(demand_id: UUID) -> ResponseReturnValue:
    """The report with its signatures: to members once drafted, to organizer and supervisor once signed."""
    demand = load(db(), queries.report_readers(actor()), demand_id)
    board = queries.board_of(db(), demand)
    if board is None or not queries.may_read_report(actor(), board):
        raise NotSeen()
    return render_template("reviews/report.html", board=board, form=None, **report_context(board))


def report_context(board: Board) -> dict[str, object]:
    """What the report page needs: one's own seat, whether one signs, and who may be named."""
    seat = queries.my_seat_on(actor(), board)
    may_sign = seat is not None and seat.signed_at is None and board.panel.report_signed_at is None
    return {
        "demand": board.demand,
        "seat": seat,
        "may_sign": may_sign,
        "shows_names": seat is None,
        "ranking": (board.panel.report or {}).get("ranking", []),
        "opinions": (board.panel.report or {}).get("opinions", {}),
        "tie_wording": queries.tie_wording,
    }


def chaired(demand_id: UUID) -> Board:
    """The board of a panel that the actor chairs, every sheet of it locked."""
    board = seated_board(demand_id)
    seat = queries.my_seat_on(actor(), board)
    if seat is None or not seat.is_chair or not board.is_complete:
        raise NotSeen()
    return board


def first_tie(board: Board) -> list[Bid]:
    """The bids of the best placed open tie."""
    tied = [bid for bid in board.bids if bid.tie_note == TieRule.OPEN.value and bid.rank is not None]
    best = min((bid.rank for bid in tied if bid.rank is not None), default=None)
    return [bid for bid in tied if bid.rank == best]
