"""The correction notice (更正公告): the only way in which a published listing changes."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l, filled
from app.demands import correction_files
from app.demands.completeness import gaps
from app.demands.content import restricted_part, snapshot
from app.demands.differences import Change, differences
from app.demands.drafting import apply_values, findings_now
from app.demands.fairness import WORDING
from app.demands.material import Weighty, weighty
from app.demands.publication import check_not_held, closing_of, write_edition
from app.demands.restricted_changes import restricted_differences
from app.demands.telling import tell_of_correction
from app.models.demands import Demand, DemandEdition
from app.models.states import DemandState
from app.workflow import record, settle

Hook = Callable[[Session, Demand, DemandEdition, Actor, datetime], None]
_HOOKS: list[Hook] = []

# The number carries the field, and the pledges were given with the submission.
FIXED = frozenset({"field", "recommender_id", "has_credit_pledge", "has_integrity_pledge"})


def on_correction(hook: Hook) -> None:
    """Let a later stage hear of each correction, within its transaction. Registering twice changes nothing."""
    if hook not in _HOOKS:
        _HOOKS.append(hook)


@dataclass(frozen=True, slots=True)
class Correction:
    """What an officer wants to change: values by field, files to take off, a reason, and what was decided.

    `closes_at` None leaves the closing time. `departure_reason` says why a correction that the system holds to be
    material is not called so; it is published. `base_edition` is the edition the officer started from, if known."""

    values: Mapping[str, Any]
    reason: str = ""
    is_material: bool = False
    departure_reason: str = ""
    closes_at: datetime | None = None
    removed_files: Collection[UUID] = ()
    base_edition: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a correction would change, why the system holds it to be material, and what stands against its text."""

    changes: list[Change]
    restricted_changes: list[Change]
    weighty: list[Weighty]
    old_close: datetime
    earliest_close: datetime
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def is_material(self) -> bool:
        """Whether the system holds the correction to be material."""
        return bool(self.weighty)


def propose_correction(
    session: Session, demand: Demand, correction: Correction, *, by: Actor, now: datetime
) -> Proposal:
    """What the correction would do, without doing it. Raises as `correct_demand` does, RuleBroken excepted."""
    _check_correctable(session, demand, correction, by=by, now=now)
    with session.begin_nested() as trial:
        proposal, _after = _applied(session, demand, correction, now=now)
        trial.rollback()
    return proposal


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
    departure_reason: str = "",
    removed_files: Collection[UUID] = (),
    base_edition: int | None = None,
) -> DemandEdition:
    """Change the published text, write the next edition and tell everyone concerned; bidders hear by `on_correction`.

    The arguments are those of `Correction`. The closing time never moves forward, and a material correction puts it
    off by the round's days at least. Raises StateMovedOn once bidding has closed or someone else corrected since
    `base_edition`, RuleBroken for anything against the rules."""
    wanted = Correction(values, reason, is_material, departure_reason, closes_at, removed_files, base_edition)
    _check_correctable(session, demand, wanted, by=by, now=now)
    proposal, after = _applied(session, demand, wanted, now=now)
    refusals = [
        *_on_closing(proposal, closing_of(demand), is_material=is_material),
        *_on_decision(proposal, wanted),
        *proposal.refusals,
    ]
    if refusals:
        raise RuleBroken(refusals)
    edition = write_edition(
        session,
        demand,
        by=by,
        now=now,
        reason=reason.strip(),
        is_material=is_material,
        departure_reason=departure_reason.strip() if proposal.is_material and not is_material else "",
        restricted_edition=after["restricted_edition"],
    )
    _finish(session, demand, edition, proposal, by=by, now=now)
    return edition


def _check_correctable(
    session: Session, demand: Demand, correction: Correction, *, by: Actor, now: datetime
) -> None:
    if not can(by, Permission.DEMAND_CORRECT, demand):
        raise NotPermitted()
    settle(session, demand, now)
    if demand.state is not DemandState.OPEN:
        raise StateMovedOn(_l("Bidding has closed: the listing can no longer be corrected."))
    check_not_held(demand)
    if correction.base_edition is not None and correction.base_edition != demand.edition:
        raise StateMovedOn(
            _l("Edition %(n)s was published while you wrote: your correction is not.", n=demand.edition)
        )


def _applied(
    session: Session, demand: Demand, correction: Correction, *, now: datetime
) -> tuple[Proposal, dict[str, Any]]:
    """Put the new text on the row; what that changes, and the snapshot of it."""
    before, restricted = _latest(session, demand), restricted_part(session, demand)
    known = {(row["code"], row["text"]) for row in findings_now(session, demand)}
    old_close = closing_of(demand)
    apply_values(session, demand, {k: value for k, value in correction.values.items() if k not in FIXED})
    correction_files.apply(session, demand, removed=correction.removed_files, now=now)
    demand.closes_at = correction.closes_at or old_close
    session.flush()
    restricted_changes = restricted_differences(restricted, restricted_part(session, demand))
    serial = int(before.get("restricted_edition") or 1) + bool(restricted_changes)
    after = snapshot(session, demand, restricted_edition=serial)
    changes = differences(before, after)
    refusals = [*gaps(demand, now), *_new_findings(session, demand, known)]
    if not changes:
        refusals.append(Refusal("nothing_changed", _l("Nothing has changed.")))
    if not correction.reason.strip():
        refusals.append(Refusal("reason_missing", _l("Give a reason."), "reason"))
    proposal = Proposal(
        changes,
        restricted_changes,
        weighty({change.field for change in changes}),
        old_close,
        old_close + timedelta(days=demand.round.amend_extend_min_days),
        refusals,
    )
    return proposal, after


def _latest(session: Session, demand: Demand) -> dict[str, Any]:
    """The text in force: the last edition, completed from the demand for what an older edition did not keep."""
    kept = demand.editions[-1].content if demand.editions else {}
    return {**snapshot(session, demand), **kept}


def _on_closing(proposal: Proposal, closes_at: datetime, *, is_material: bool) -> list[Refusal]:
    if closes_at < proposal.old_close:
        return [Refusal("closing_earlier", _l("The closing time never moves forward."), "closes_at")]
    if is_material and closes_at < proposal.earliest_close:
        days = (proposal.earliest_close - proposal.old_close).days
        wording = _l("A material correction puts the closing time off by at least %(n)s days.", n=days)
        return [Refusal("extension_too_short", wording, "closes_at")]
    return []


def _on_decision(proposal: Proposal, correction: Correction) -> list[Refusal]:
    if correction.is_material or not proposal.weighty or correction.departure_reason.strip():
        return []
    wording = filled(
        _l("A change of “%(field)s” is material: tick it, or say why it is not."),
        field=proposal.weighty[0].label,
    )
    return [Refusal("is_material", wording, "is_material")]


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


def _finish(
    session: Session, demand: Demand, edition: DemandEdition, proposal: Proposal, *, by: Actor, now: datetime
) -> None:
    """Answers that announced the correction point to it; the event is written; everyone concerned is told."""
    for question in demand.questions:
        if question.is_correction_due and question.corrected_edition is None:
            question.corrected_edition = edition.number
    data = {
        "edition": edition.number,
        "is_material": edition.is_material,
        "proposed_material": proposal.is_material,
        "fields": sorted(change.field for change in proposal.changes),
        "closes_at": edition.closes_at.isoformat(),
    }
    event = record(session, demand, "correct", by=by, now=now, data=data)
    tell_of_correction(
        session, demand, edition, event, has_restricted=bool(proposal.restricted_changes), by=by, now=now
    )
    for hook in _HOOKS:
        hook(session, demand, edition, by, now)
