"""What is done to acceptances."""

from app.acceptances.services.decisions import OUTCOMES, decide, issue_certificate, publish_result
from app.acceptances.services.documents import opinion_document, pass_line
from app.acceptances.services.judging import (
    compute_total,
    count_signed,
    draw_acceptance_panel,
    give_opinion,
    has_signed,
    opinion_digest,
    set_verdicts,
    sign_opinion,
    write_sheet,
)
from app.acceptances.services.requests import request_acceptance, request_refusals, resubmit

__all__ = [
    "OUTCOMES",
    "compute_total",
    "count_signed",
    "decide",
    "draw_acceptance_panel",
    "give_opinion",
    "has_signed",
    "issue_certificate",
    "opinion_digest",
    "opinion_document",
    "pass_line",
    "publish_result",
    "request_acceptance",
    "request_refusals",
    "resubmit",
    "set_verdicts",
    "sign_opinion",
    "write_sheet",
]
