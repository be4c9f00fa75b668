"""Pages of demonstration projects, replications and fiscal support."""

from app.demonstrations.views import catalogue, listing, record, spread, support
from app.demonstrations.views.base import blueprint
from app.demonstrations.views.support import support_buttons, support_shown

__all__ = [
    "blueprint",
    "catalogue",
    "listing",
    "record",
    "spread",
    "support",
    "support_buttons",
    "support_shown",
]
