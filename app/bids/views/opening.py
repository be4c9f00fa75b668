"""The opening: the officers' work list, the page on which two agree and one opens, and the record."""

from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import opening, queries
from app.bids.sealing import FileCheck
from app.bids.views.site import blueprint, found, seconds, seen
from app.core.errors import Refusal, RuleBroken
from app.core.files import sha256_of
from app.core.i18n import _
from app.models.bids import BidFile, OpeningRecord
from app.models.demands import Demand
from app.models.procedure_codes import OfficerDuty
from app.web.access import requires, signed_in, writes
from app.web.context import actor, db, now
from app.web.context import files as store
from app.web.loading import load
from app.web.pages import paginate
from app.workflow import offered, state_at


@blueprint.get("/openings")
@requires(Permission.BID_OPEN, Permission.BID_CHECK)
def desk() -> ResponseReturnValue:
    """The demands of our rounds whose bids are to be opened or checked."""
    page = paginate(db(), queries.demands_at_work(actor()))
    states = {demand.id: state_at(demand, now()) for demand in page.rows}
    return render_template("bids/desk.html", page=page, states=states)


@blueprint.route("/demands/<uuid:demand_id>/opening", methods=["GET", "POST"])
@requires(Permission.BID_OPEN)
@writes
def open_bids(demand_id: UUID) -> ResponseReturnValue:
    """What the opening will do, who has agreed; and the opening itself."""
    demand = load(db(), queries.organised_demands(actor()), demand_id)
    if request.method == "POST":
        try:
            opening.open_bids(db(), demand, by=actor(), now=now(), check_file=check_stored())
            flash(_("The bids have been opened."), "success")
            return redirect(url_for("bids.opening_record", demand_id=demand.id))
        except RuleBroken as error:
            db().rollback()
            return _page(load(db(), queries.organised_demands(actor()), demand_id), error.refusals), 422
    return _page(demand, [])


@blueprint.post("/demands/<uuid:demand_id>/opening/agree")
@requires(Permission.BID_OPEN)
@writes
def approve_opening(demand_id: UUID) -> ResponseReturnValue:
    """Agree to the opening as a named officer."""
    demand = load(db(), queries.organised_demands(actor()), demand_id)
    try:
        opening.approve_opening(db(), demand, by=actor(), now=now())
    except RuleBroken as error:
        db().rollback()
        return _page(load(db(), queries.organised_demands(actor()), demand_id), error.refusals), 422
    flash(_("You have agreed to the opening."), "success")
    return redirect(url_for("bids.open_bids", demand_id=demand.id))


@blueprint.get("/demands/<uuid:demand_id>/opening-record")
@signed_in
def opening_record(demand_id: UUID) -> ResponseReturnValue:
    """The record of the opening, for every bidder of the listing, its owner, the organizer and supervisors."""
    query = queries.records_visible_to(actor()).where(OpeningRecord.demand_id == demand_id)
    record = found(db().scalars(query).one_or_none())
    return render_template(
        "bids/opening_record.html",
        record=record,
        demand=record.demand,
        problems=opening.PROBLEMS,
        line_times={line["bid_id"]: seconds(_moment(line["sealed_at"])) for line in record.lines},
        is_intact=opening.record_digest(record) == record.digest,
    )


@blueprint.get("/bids/<uuid:bid_id>/opening")
@requires(Permission.BID_OPEN)
def opening_of(bid_id: UUID) -> ResponseReturnValue:
    """A bid is opened with all others of its listing."""
    return redirect(url_for("bids.open_bids", demand_id=seen(bid_id).demand_id))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def check_stored() -> FileCheck:
    """Compares a stored file with the hash in its row."""
    folder = store()

    def check(row: BidFile) -> str:
        if not folder.exists(row.storage_name):
            return "file_missing"
        return "" if sha256_of(folder.path(row.storage_name)) == row.sha256 else "file_changed"

    return check


def _page(demand: Demand, refusals: list[Refusal]) -> str:
    named = queries.officers(db(), demand, OfficerDuty.OPENING)
    agreed = {each.user_id: each.at for each in demand.opening_approvals}
    offer = next((each for each in offered(demand, actor(), now()) if each.action == "open_bids"), None)
    is_closed = demand.closes_at is not None and now() >= demand.closes_at
    is_named = queries.is_officer(demand, actor(), OfficerDuty.OPENING)
    return render_template(
        "bids/opening.html",
        demand=demand,
        state=state_at(demand, now()),
        officers=[(each.user, agreed.get(each.user_id)) for each in named],
        refusals=refusals,
        offer=offer,
        is_closed=is_closed,
        is_done=demand.opening_record is not None,
        may_agree=is_named and is_closed and actor().user_id not in agreed and demand.opening_record is None,
        may_open=is_named and offer is not None and offer.refusal is None,
        is_named=is_named,
    )
