"""The review as acts: draw, start, satisfaction, totals, report, conclusion, and going back to the panel."""

from app.reviews.services.conclusion import conclude_review, reopen_check, reopen_review
from app.reviews.services.panels import draw_review_panel, give_satisfaction, start_review
from app.reviews.services.reports import draft_report, sign_report, withdraw_report
from app.reviews.services.totals import compute_totals, record_totals, settle_tie

__all__ = [
    "compute_totals",
    "conclude_review",
    "draft_report",
    "draw_review_panel",
    "give_satisfaction",
    "record_totals",
    "reopen_check",
    "reopen_review",
    "settle_tie",
    "sign_report",
    "start_review",
    "withdraw_report",
]
