"""Contracts: drafting, editing, signing, and ending early."""

from app.contracts.services.drafting import draft_contract, plan_payments, promised
from app.contracts.services.editing import edit_contract
from app.contracts.services.ending import publish_termination, set_end, termination_row
from app.contracts.services.plan import Payment, payments, scaled
from app.contracts.services.signing import (
    complete_demand,
    content,
    fingerprint,
    has_signed,
    sign_contract,
    write_edition,
)

__all__ = [
    "Payment",
    "complete_demand",
    "content",
    "draft_contract",
    "edit_contract",
    "fingerprint",
    "has_signed",
    "payments",
    "plan_payments",
    "promised",
    "publish_termination",
    "scaled",
    "set_end",
    "sign_contract",
    "termination_row",
    "write_edition",
]
