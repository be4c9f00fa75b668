"""The pages of bidding, by what one does: write, hand in, read, open, check, import a credit list."""

from app.bids.views import checking, credit_lists, files, handing_in, opening, reading, writing
from app.bids.views.links import demand_buttons, demand_links
from app.bids.views.site import blueprint, register_bid_place

__all__ = [
    "blueprint",
    "checking",
    "credit_lists",
    "demand_buttons",
    "demand_links",
    "files",
    "handing_in",
    "opening",
    "reading",
    "register_bid_place",
    "writing",
]
