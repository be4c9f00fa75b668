"""Replication: another unit takes a listed project up, and only a verified effect counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.clock import day_of
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.demonstrations import queries
from app.demonstrations.services.record import check_hold
from app.models.codes import Region
from app.models.outcomes import Demonstration, Replication
from app.models.states import DemonstrationState, ReplicationState
from app.notifications import audiences as to
from app.notifications.services import notify
from app.notifications.subjects import subject
from app.workflow import move, record

ADOPTION = ("kind", "contract_fen", "adopted_on")


def register_interest(
    session: Session,
    demonstration: Demonstration,
    *,
    by: Actor,
    now: datetime,
    statement: str,
    region: Region,
) -> Replication:
    """Register that the actor's unit wants to take the project up. Once per unit, while the project is listed."""
    if not can(by, Permission.REPLICATION_REGISTER, demonstration):
        raise NotPermitted()
    refusals = []
    if demonstration.state is not DemonstrationState.LISTED or demonstration.is_held:
        refusals.append(Refusal("not_listed", _l("The demonstration project is not listed.")))
    if queries.own_replication(session, demonstration, by) is not None:
        refusals.append(Refusal("registered_before", _l("Your unit registered its interest before.")))
    if not statement.strip():
        refusals.append(
            Refusal("statement_missing", _l("Say where and for what you would use it."), "statement")
        )
    if refusals:
        raise RuleBroken(refusals)
    replication = Replication(
        demonstration=demonstration,
        adopter_id=by.organisation_id,
        author_id=by.user_id,
        region=region,
        statement=statement.strip(),
        created_at=now,
    )
    session.add(replication)
    session.flush()
    event = record(
        session, replication, "register", by=by, now=now, permission=Permission.REPLICATION_REGISTER
    )
    told = to.organisers(session, replication) | to.parties(session, replication)
    kind = "replication.register"
    notify(session, told, kind, now=now, data=subject(replication), thing=replication, event=event)
    return replication


def describe_adoption(
    session: Session, replication: Replication, *, values: Mapping[str, Any], by: Actor, now: datetime
) -> Replication:
    """Say how the project is adopted: `kind`, `contract_fen`, `adopted_on`. The move itself is `adopt`."""
    if not can(by, Permission.REPLICATION_EDIT, replication):
        raise NotPermitted()
    if replication.state is not ReplicationState.MATCHED:
        raise StateMovedOn()
    check_hold(replication)
    adopted_on = values.get("adopted_on")
    if adopted_on is not None and adopted_on > day_of(now):
        raise RuleBroken(
            Refusal("adopted_future", _l("The day of adoption lies in the future."), "adopted_on")
        )
    for name in ADOPTION:
        if name in values:
            setattr(replication, name, values[name])
    record(session, replication, "describe", by=by, now=now, permission=Permission.REPLICATION_EDIT)
    return replication


def adopt(
    session: Session, replication: Replication, *, values: Mapping[str, Any], by: Actor, now: datetime
) -> Replication:
    """Describe the adoption and record it, in one act."""
    describe_adoption(session, replication, values=values, by=by, now=now)
    move(session, replication, "adopt", by=by, now=now)
    return replication


def report_effect(
    session: Session,
    replication: Replication,
    *,
    effect: str,
    rows: Sequence[Mapping[str, Any]],
    by: Actor,
    now: datetime,
) -> Replication:
    """The adopter's report with figures: [{indicator, before, after, unit}]. It may be written anew until verified."""
    if not can(by, Permission.REPLICATION_EDIT, replication):
        raise NotPermitted()
    if replication.state is not ReplicationState.ADOPTED:
        raise StateMovedOn()
    check_hold(replication)
    refusals = []
    if not effect.strip():
        refusals.append(Refusal("effect_missing", _l("Describe the effect."), "effect"))
    if not rows:
        refusals.append(Refusal("rows_missing", _l("Give at least one figure."), "effect_rows"))
    if refusals:
        raise RuleBroken(refusals)
    replication.effect = effect.strip()
    replication.effect_rows = [dict(each) for each in rows]
    event = record(
        session, replication, "report_effect", by=by, now=now, permission=Permission.REPLICATION_EDIT
    )
    told = to.organisers(session, replication)
    kind = "replication.report_effect"
    notify(session, told, kind, now=now, data=subject(replication), thing=replication, event=event)
    return replication
