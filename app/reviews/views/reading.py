"""The expert's part: the panels one sits on, a bid beside its sheet, and the panel's figures once all is locked."""

from uuid import UUID

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import content
from app.bids.answers import PLEDGE_WORDING
from app.bids.queries import visible_to as bids_visible_to
from app.bids.views.links import listed_files
from app.core.errors import NotSeen, Refusal, StateMovedOn
from app.core.i18n import _, _l
from app.experts.queries import seats_visible_to
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.reviews import Assignment
from app.models.states import DemandState
from app.reviews import queries
from app.reviews.queries import Board
from app.reviews.views.blueprint import blueprint, seated_board, to, try_to
from app.scoring.forms import SheetForm, sheet_form
from app.scoring.services import save_sheet, sheet_for, submit_sheet
from app.web.access import requires, signed_in, writes_on_get
from app.web.actions import Button, button, may, page_of
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate


@blueprint.get("/seats/<uuid:assignment_id>/work")
@requires(Permission.REPORT_SIGN)
def work(assignment_id: UUID) -> ResponseReturnValue:
    """From a seat to its sheets; before the review begins there is nothing to read."""
    seat = load(db(), seats_visible_to(actor()), assignment_id)
    if not may(Permission.REPORT_SIGN, seat) or seat.panel.demand is None:
        raise NotSeen()
    if not db().scalar(queries.panels_sat_on(actor()).where(Demand.id == seat.panel.demand_id)):
        flash(_("The bids open to you when the organizer starts the review."), "info")
        return to(page_of(seat))
    return to(url_for("reviews.panel", demand_id=seat.panel.demand_id))


@blueprint.get("/my-reviews")
@requires(Permission.REPORT_SIGN)
def my_panels() -> ResponseReturnValue:
    """The demands on whose panels one sits, those under review first."""
    query = queries.panels_sat_on(actor()).order_by(
        (Demand.state != DemandState.REVIEWING), Demand.review_started_at.desc(), Demand.id
    )
    return render_template("reviews/my_panels.html", page=paginate(db(), query))


@blueprint.get("/my-reviews/<uuid:demand_id>")
@signed_in
def panel(demand_id: UUID) -> ResponseReturnValue:
    """One's own sheets on the demand's bids; once all are locked, the figures of the whole panel."""
    board = seated_board(demand_id)
    seat = my_seat(board)
    return render_template(
        "reviews/panel.html",
        board=board,
        demand=board.demand,
        seat=seat,
        is_blind=board.demand.round.is_blind,
        is_reading=board.demand.state is DemandState.REVIEWING,
        tie_wording=queries.tie_wording,
        sheet_url=lambda sheet: url_for("scoring.show", sheet_id=sheet.id),
        offers=panel_offers(board, seat),
    )


@blueprint.route("/my-reviews/<uuid:demand_id>/bids/<uuid:bid_id>", methods=["GET", "POST"])
@signed_in
@writes_on_get
def read_bid(demand_id: UUID, bid_id: UUID) -> ResponseReturnValue:
    """A bid beside one's own sheet. In a blind stage the bidder's name stays hidden."""
    board = seated_board(demand_id)
    seat = my_seat(board)
    bid = load(db(), bids_visible_to(actor()), bid_id)
    line = board.line_of(bid)
    if line is None or board.demand.state is not DemandState.REVIEWING:
        raise NotSeen()
    sheet = board.sheet_of(bid, seat)
    is_open = sheet is None or not queries.is_locked(sheet)
    if request.method == "POST" and not is_open:
        raise StateMovedOn(_l("This sheet is locked."))
    form = sheet_form(board.panel.rubric, sheet)
    if is_open and try_to(form, lambda: _keep(board, bid, seat, form)):
        flash(
            _("Saved as a draft.") if "draft" in request.form else _("Sheet submitted and locked"), "success"
        )
        if "draft" in request.form:
            return to(url_for("reviews.read_bid", demand_id=demand_id, bid_id=bid_id))
        return to(url_for("reviews.panel", demand_id=demand_id))
    text = content.read(db(), bid, by=actor(), now=now())
    page = render_template(
        "reviews/read_bid.html",
        board=board,
        demand=board.demand,
        bid=bid,
        sheet=sheet,
        form=form,
        is_open=is_open,
        is_blind=board.demand.round.is_blind,
        around=neighbours(board, bid),
        text=text,
        sums=content.all_sums(text),
        files=listed_files(bid, content.files(db(), bid, by=actor())),
        indicators={str(each.id): each for each in board.demand.indicators},
        codes=content.LABELS,
        pledges=PLEDGE_WORDING,
    )
    return page, 422 if request.method == "POST" else 200


def my_seat(board: Board) -> Assignment:
    """One's own seat, without which the page is not there."""
    seat = queries.my_seat_on(actor(), board)
    if seat is None:
        raise NotSeen()
    return seat


def panel_offers(board: Board, seat: Assignment) -> list[Button]:
    """What a member does next: the chair settles ties and drafts, everybody signs."""
    demand_id = board.demand.id
    is_running = board.demand.state is DemandState.REVIEWING and board.panel.report_signed_at is None
    is_drafted = board.panel.report_drafted_at is not None
    found = []
    if is_running and seat.is_chair and board.is_complete:
        missing = Refusal("totals_missing", _l("The totals must be recorded first."))
        refusal = None if board.has_totals else missing
        if any(queries.is_open_tie(bid) for bid in board.bids):
            url = url_for("reviews.settle_tie", demand_id=demand_id)
            found.append(button(_l("Record the vote on a tie"), url, style="primary", refusal=refusal))
        label = _l("Draft the report again") if is_drafted else _l("Draft the report")
        url = url_for("reviews.draft_report", demand_id=demand_id)
        found.append(button(label, url, style="secondary" if is_drafted else "primary", refusal=refusal))
    if is_running and is_drafted and seat.signed_at is None:
        found.append(
            button(
                _l("Sign the report"), url_for("reviews.sign_report", demand_id=demand_id), style="primary"
            )
        )
    if is_drafted:
        found.append(button(_l("Read the report"), url_for("reviews.report", demand_id=demand_id)))
    return found


def neighbours(board: Board, bid: Bid) -> tuple[Bid | None, Bid | None]:
    """The bids before and after this one in the order of the list."""
    ids = [each.id for each in board.bids]
    at = ids.index(bid.id)
    return board.bids[at - 1] if at else None, board.bids[at + 1] if at + 1 < len(ids) else None


def _keep(board: Board, bid: Bid, seat: Assignment, form: SheetForm) -> None:
    sheet = sheet_for(
        db(),
        rubric=board.panel.rubric,
        author_id=seat.expert.user_id,
        now=now(),
        assignment=seat,
        bid=bid,
    )
    save_sheet(db(), sheet, by=actor(), now=now(), scores=form.scores(), **form.texts())
    if "draft" not in request.form:
        submit_sheet(db(), sheet, by=actor(), now=now())
