"""What bidding adds to the page of a demand (the way into a bid, to the opening, its record and the formal check), and
the addresses of a bid's files."""

from collections.abc import Iterable

from flask import url_for

from app.access import Permission, grants
from app.bids import queries
from app.core.i18n import Lazy, _l
from app.models.bids import Bid, BidFile, OpeningRecord
from app.models.demands import Demand
from app.models.states import DemandState
from app.web.actions import Button, button, may
from app.web.attachments import Listed, list_one
from app.web.context import actor, db, now
from app.web.storage import scans_of
from app.workflow import state_at


def demand_buttons(demand: Demand) -> list[Button]:
    """Begin a bid while the listing is open, or go on with one's own."""
    unit = actor().organisation_id
    if unit is None or not grants(actor(), Permission.BID_CREATE):
        return []
    known = queries.live_bid(db(), demand.id, unit)
    if known is not None:
        return [button(_l("To our bid"), url_for("bids.show", bid_id=known.id), style="primary")]
    if state_at(demand, now()) is not DemandState.OPEN or not may(Permission.BID_CREATE, demand):
        return []
    return [button(_l("Bid on this listing"), url_for("bids.start", demand_id=demand.id), style="primary")]


def demand_links(demand: Demand) -> list[tuple[Lazy, str]]:
    """The opening, its record and the formal check, for those who may see them."""
    links: list[tuple[Lazy, str]] = []
    if demand.opened_at is None:
        if demand.published_at is not None and may(Permission.BID_OPEN, demand):
            links.append((_l("Opening of bids"), url_for("bids.open_bids", demand_id=demand.id)))
        return links
    record = queries.records_visible_to(actor()).where(OpeningRecord.demand_id == demand.id)
    if db().scalars(record).one_or_none() is not None:
        links.append((_l("Record of the opening"), url_for("bids.opening_record", demand_id=demand.id)))
    overseen = queries.demands_in_check(actor()).where(Demand.id == demand.id)
    if db().scalars(overseen).one_or_none() is not None:
        links.append((_l("Formal check"), url_for("bids.check_list", demand_id=demand.id)))
    return links


def listed_files(bid: Bid, rows: Iterable[BidFile]) -> list[Listed]:
    """The files of a bid that this reader reads, for the `file_list` macro; one query."""
    held = list(rows)
    scans = scans_of(db(), [row.storage_name for row in held])
    return [
        list_one(
            row,
            scans[row.storage_name],
            url=url_for("bids.download", bid_id=bid.id, file_id=row.id),
            view_url=url_for("bids.view_file", bid_id=bid.id, file_id=row.id),
            is_own=queries.is_own(bid, actor()),
            slot_label=row.slot.label,
        )
        for row in held
    ]
