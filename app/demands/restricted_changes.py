"""What a correction changed in the restricted part: read by those alone to whom that part is open."""

from dataclasses import replace
from typing import Any

from app.core.i18n import _l
from app.demands.differences import Change, differences
from app.models.demands import Demand, DemandEdition

FILES = _l("Restricted files")


def restricted_differences(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The fields in which two restricted parts differ. The amount counts only while it is hidden in both."""
    names = [name for name in after if before.get(name) is not None or after[name] is not None]
    if before.get("budget_fen") is None or after.get("budget_fen") is None:
        names = [name for name in names if name not in ("budget_fen", "fundings")]
    found = differences({name: before.get(name) for name in names}, {name: after[name] for name in names})
    return [replace(change, label=FILES) if change.field == "files" else change for change in found]


def restricted_history(demand: Demand) -> list[tuple[DemandEdition, list[Change]]]:
    """The editions that changed the restricted part, latest first, each with what it changed.

    Editions from before the parts were kept say nothing and are passed over."""
    found = []
    for former, edition in zip(demand.editions, demand.editions[1:], strict=False):
        if former.restricted is None or edition.restricted is None:
            continue
        if changes := restricted_differences(former.restricted, edition.restricted):
            found.append((edition, changes))
    return found[::-1]
