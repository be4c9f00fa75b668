"""The correction notice (更正公告): the only way in which a published listing changes."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import Lazy, _l, filled
from app.demands.completeness import gaps
from app.demands.content import differences, restricted_part, snapshot
from app.demands.drafting import apply_values, findings_now
from app.demands.fairness import WORDING
from app.demands.labels import LABELS
from app.demands.publication import check_not_held, closing_of, write_edition
from app.models.demands import Demand, DemandEdition
from app.models.states import DemandState
from app.notifications import audiences as to
from app.notifications.services import notify
from app.workflow import record, settle

Hook = Callable[[Session, Demand, DemandEdition, Actor, datetime], None]
_HOOKS: list[Hook] = []

# The number carries the field, and the pledges were given with the submission.
FIXED = frozenset({"field", "recommender_id", "has_credit_pledge", "has_integrity_pledge"})
# What bidders plan by: a change of it is material, whatever the owner calls it.
MATERIAL = frozenset(
    {
        "demand_type",
        "content_required",
        "out_of_scope",
        "indicators",
        "deliverables",
        "acceptance_methods",
        "milestones",
        "safety_requirements",
        "budget_fen",
        "fundings",
        "pay_schedule",
        "procurement_route",
        "deadline_months",
        "ip_ownership",
        "conditions",
        "is_consortium_allowed",
        "max_members",
        "award_mode",
        "lanes",
        "min_valid_bids",
        "process",
        "is_related_party_banned",
    }
)


def on_correction(hook: Hook) -> None:
    """Let a later stage hear of each correction, within its transaction. Registering twice changes nothing."""
    if hook not in _HOOKS:
        _HOOKS.append(hook)


def correct_demand(
    session: Session,
    demand: Demand,
    *,
    values: Mapping[str, Any],
    reason: str,
    is_material: bool,
    by: Actor,
    now: datetime,
    closes_at: datetime | None = None,
) -> DemandEdition:
    """Change the published text, write the next edition and tell watchers; bidders hear of it through `on_correction`.

    `closes_at` None leaves the closing time; it never moves forward, and a material correction puts it off by the
    round's days at least. Raises StateMovedOn once bidding has closed, RuleBroken for anything against the rules."""
    if not can(by, Permission.DEMAND_CORRECT, demand):
        raise NotPermitted()
    settle(session, demand, now)
    if demand.state is not DemandState.OPEN:
        raise StateMovedOn(_l("Bidding has closed: the listing can no longer be corrected."))
    check_not_held(demand)
    before = _latest(session, demand)
    restricted = restricted_part(session, demand)
    known = {(row["code"], row["text"]) for row in findings_now(session, demand)}
    old_close = closing_of(demand)
    apply_values(session, demand, {name: value for name, value in values.items() if name not in FIXED})
    demand.closes_at = closes_at or old_close
    session.flush()
    serial = int(before.get("restricted_edition") or 1)
    has_restricted_change = restricted_part(session, demand) != restricted
    after = snapshot(session, demand, restricted_edition=serial + has_restricted_change)
    changed = {change.field for change in differences(before, after)}
    refusals = [
        *_on_closing(demand, old_close, is_material=is_material),
        *_on_change(changed, has_restricted_change=has_restricted_change, is_material=is_material),
        *gaps(demand, now),
        *_new_findings(session, demand, known),
    ]
    if not reason.strip():
        refusals.append(Refusal("reason_missing", _l("Give a reason."), "reason"))
    if refusals:
        raise RuleBroken(refusals)
    edition = write_edition(
        session,
        demand,
        by=by,
        now=now,
        reason=reason.strip(),
        is_material=is_material,
        restricted_edition=after["restricted_edition"],
    )
    _tell(session, demand, edition, changed, by=by, now=now)
    return edition


def _latest(session: Session, demand: Demand) -> dict[str, Any]:
    """The text in force: the last edition, completed from the demand for what an older edition did not keep."""
    kept = demand.editions[-1].content if demand.editions else {}
    return {**snapshot(session, demand), **kept}


def _on_closing(demand: Demand, old_close: datetime, *, is_material: bool) -> list[Refusal]:
    closes_at = closing_of(demand)
    days = demand.round.amend_extend_min_days
    if closes_at < old_close:
        return [Refusal("closing_earlier", _l("The closing time never moves forward."), "closes_at")]
    if is_material and closes_at < old_close + timedelta(days=days):
        wording = _l("A material correction puts the closing time off by at least %(n)s days.", n=days)
        return [Refusal("extension_too_short", wording, "closes_at")]
    return []


def _on_change(changed: set[str], *, has_restricted_change: bool, is_material: bool) -> list[Refusal]:
    if not changed:
        return [Refusal("nothing_changed", _l("Nothing has changed."))]
    weighty = [LABELS[name] for name in LABELS if name in changed & MATERIAL]
    if has_restricted_change and not weighty:
        weighty = [LABELS["restricted_edition"]]
    if weighty and not is_material:
        wording: Lazy = filled(_l("A change of “%(field)s” is material: tick it."), field=weighty[0])
        return [Refusal("is_material", wording, "is_material")]
    return []


def _new_findings(session: Session, demand: Demand, known: set[tuple[str, str]]) -> list[Refusal]:
    return [
        Refusal(
            "correction_unfair",
            filled(
                _l("The fairness check objects to the new wording: %(finding)s (%(text)s)"),
                finding=WORDING[row["code"]],
                text=row["text"],
            ),
            row["field"],
        )
        for row in findings_now(session, demand)
        if (row["code"], row["text"]) not in known and row["code"] != "similar_title"
    ]


def _tell(
    session: Session, demand: Demand, edition: DemandEdition, changed: set[str], *, by: Actor, now: datetime
) -> None:
    data = {
        "edition": edition.number,
        "is_material": edition.is_material,
        "fields": sorted(changed),
        "closes_at": edition.closes_at.isoformat(),
    }
    event = record(session, demand, "correct", by=by, now=now, data=data)
    people = to.watchers(session, demand) | to.organisers(session, demand)
    subject = {"title": demand.title, "number": demand.number or ""}
    notify(
        session,
        people - {by.user_id},
        "demand.correct",
        now=now,
        data=subject | {"edition": edition.number},
        thing=demand,
        event=event,
    )
    for hook in _HOOKS:
        hook(session, demand, edition, by, now)
