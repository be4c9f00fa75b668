"""What is done to demonstration projects, their replications and the fiscal support of their contracts."""

from app.demonstrations.services.listing import (
    list_if_clear,
    list_waiting,
    publish_delisting,
    publish_listing,
    running_delisting,
)
from app.demonstrations.services.record import (
    create_candidate,
    edit_record,
    file_effect_report,
    maxima,
    score,
)
from app.demonstrations.services.spread import adopt, describe_adoption, register_interest, report_effect
from app.demonstrations.services.support import recommend_support, record_support, support_refusals

__all__ = [
    "adopt",
    "create_candidate",
    "describe_adoption",
    "edit_record",
    "file_effect_report",
    "list_if_clear",
    "list_waiting",
    "maxima",
    "publish_delisting",
    "publish_listing",
    "recommend_support",
    "record_support",
    "register_interest",
    "report_effect",
    "running_delisting",
    "score",
    "support_refusals",
]
