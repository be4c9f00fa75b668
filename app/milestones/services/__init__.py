"""What is done to milestones, payments and contract changes."""

from app.milestones.services.changes import (
    approve_change,
    consent,
    file_change,
    filing_refusals,
    latest_end,
    standing,
)
from app.milestones.services.work import record_payment, submit_milestone

__all__ = [
    "approve_change",
    "consent",
    "file_change",
    "filing_refusals",
    "latest_end",
    "record_payment",
    "standing",
    "submit_milestone",
]
