"""After a correction: what changed since the bid was made or last confirmed, and the button that confirms it."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import queries
from app.bids.views.site import blueprint, crumbs, own
from app.core.i18n import _l
from app.demands.differences import differences
from app.models.states import BidState
from app.web.access import requires
from app.web.context import db, now
from app.workflow.bids import bidding_is_open


@blueprint.get("/bids/<uuid:bid_id>/confirm-edition")
@requires(Permission.BID_EDIT)
def confirmation(bid_id: UUID) -> ResponseReturnValue:
    """What was corrected, until when to confirm, and what happens otherwise."""
    bid = own(bid_id)
    demand = bid.demand
    by_number = {each.number: each for each in demand.editions}
    since, current = by_number.get(bid.confirmed_edition), by_number.get(demand.edition)
    is_live = bid.state in (BidState.DRAFT, BidState.SUBMITTED)
    return render_template(
        "bids/confirm_edition.html",
        bid=bid,
        demand=demand,
        changes=differences(since.content, current.content) if since and current else [],
        editions=[each for each in demand.editions if each.number > bid.confirmed_edition],
        is_due=bid.confirmed_edition < queries.last_material_edition(db(), demand),
        refusal=bidding_is_open(bid, now()) if is_live else None,
        is_live=is_live,
        crumbs=crumbs(bid, (_l("Confirm the bid"), None)),
    )
