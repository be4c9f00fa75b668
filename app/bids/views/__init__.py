"""The pages of bidding, by what one does: write, hand in, read, open, check, import a credit list."""

from app.bids.views import (
    checking,
    confirming,
    credit_lists,
    files,
    handing_in,
    opening,
    reading,
    sections,
    writing,
)
from app.bids.views.links import demand_buttons, demand_links
from app.bids.views.site import blueprint, register_bid_place

__all__ = [
    "blueprint",
    "checking",
    "confirming",
    "credit_lists",
    "demand_buttons",
    "demand_links",
    "files",
    "handing_in",
    "opening",
    "reading",
    "register_bid_place",
    "sections",
    "writing",
]
