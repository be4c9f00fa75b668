"""Bids (揭榜申报): written, sealed with a receipt, opened by two officers, and formally checked.

Only this package reads the tables `bid_version` and `bid_file`. Other stages read a bid through `content.read`, which
refuses before the opening and records every foreign reading."""

from flask import Flask

from app.access import Permission
from app.bids import credit_sheets, listeners, reminders, views
from app.bids.views.commands import CREDIT_OPTIONS, credit_options
from app.core.i18n import _l
from app.demands.extras import add_demand_buttons, add_demand_links
from app.documents.imports import register_importer
from app.models.procedure_codes import SheetKind
from app.web.commands import import_command
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow.ticking import register_job


def init_app(app: Flask) -> None:
    """Register pages, actions, listeners, wording and work areas."""
    views.register_bid_place()
    app.register_blueprint(views.blueprint)
    register_importer(credit_sheets.IMPORTER)
    import_command("credit-list", SheetKind.CREDIT, *CREDIT_OPTIONS, options=credit_options)
    listeners.register_listeners()
    register_job(reminders.remind_to_confirm)
    add_demand_buttons(views.demand_buttons)
    add_demand_links(views.demand_links)
    DONE.update(
        {
            "bid.start": _l("Bid begun"),
            "bid.save": _l("Draft saved"),
            "bid.add_file": _l("File added to the bid"),
            "bid.remove_file": _l("File taken out of the bid"),
            "bid.confirm_edition": _l("Bid confirmed for the corrected listing"),
            "bid.confirm_asked": _l("The listing was corrected: confirm your bid"),
            "bid.remind_confirm": _l("Confirm your bid soon: bidding closes, and the listing was corrected"),
            "bid.listing_corrected": _l("The listing of your bid was corrected"),
            "bid.record_check": _l("One officer has done the formal check"),
            "bid.request_check_review": _l("Review of the formal check asked for"),
            "bid.read_bid": _l("Bid read"),
            "bid.read_bid_file": _l("File of the bid read"),
            "demand.approve_opening": _l("An officer agreed to the opening"),
            "organisation.import_credit_list": _l("Credit list imported"),
        }
    )
    bidding, checking = _l("Bidding"), _l("Opening and formal check")
    add_desk_item(bidding, _l("My bids"), "bids.index", Permission.BID_CREATE, order=40)
    add_desk_item(checking, _l("Openings and checks"), "bids.desk", Permission.BID_OPEN, order=50)
    add_desk_item(checking, _l("Credit lists"), "bids.credit_lists", Permission.CREDIT_IMPORT, order=55)
