"""When a correction is material: what bidders plan by, and why each part counts."""

from collections.abc import Collection
from dataclasses import dataclass

from app.core.i18n import Lazy, _l
from app.demands.labels import LABELS

_WORK = _l("It changes what has to be delivered.")
_JUDGED = _l("Bids are compared and results accepted by it.")
_MONEY = _l("It changes what a bidder earns, and when.")
_TIME = _l("It changes the time a bidder plans with.")
_TERMS = _l("It decides who may bid, and on which terms.")

# A longer bidding time alone is not here: nobody who has bid is worse off by it, and it is never shortened.
MATERIAL: dict[str, Lazy] = {
    "demand_type": _WORK,
    "content_required": _WORK,
    "out_of_scope": _WORK,
    "deliverables": _WORK,
    "milestones": _WORK,
    "safety_requirements": _WORK,
    "indicators": _JUDGED,
    "acceptance_methods": _JUDGED,
    "budget_fen": _MONEY,
    "budget_band": _MONEY,
    "fundings": _MONEY,
    "pay_schedule": _MONEY,
    "procurement_route": _MONEY,
    "deadline_months": _TIME,
    "ip_ownership": _TERMS,
    "conditions": _TERMS,
    "is_consortium_allowed": _TERMS,
    "max_members": _TERMS,
    "award_mode": _TERMS,
    "lanes": _TERMS,
    "min_valid_bids": _TERMS,
    "process": _TERMS,
    "is_related_party_banned": _TERMS,
    "restricted_edition": _l("Units that signed the pledge bid on the restricted part."),
}


@dataclass(frozen=True, slots=True)
class Weighty:
    """A changed part that makes a correction material, and the reason."""

    field: str
    label: Lazy
    reason: Lazy


def weighty(changed: Collection[str]) -> list[Weighty]:
    """Which of the changed fields are material, in the order of the page."""
    return [
        Weighty(name, LABELS[name], MATERIAL[name]) for name in LABELS if name in changed and name in MATERIAL
    ]
