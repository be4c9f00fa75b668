"""Writing down what happened: one row per action, in the transaction of the change itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.access import ROLES, Actor, Permission
from app.core.digests import digest
from app.models.base import State
from app.models.demands import Demand
from app.models.records import Event
from app.models.rounds import Round


def record(
    session: Session,
    thing: Any,
    action: str,
    *,
    by: Actor,
    now: datetime,
    from_state: State | None = None,
    to_state: State | None = None,
    data: dict[str, Any] | None = None,
    permission: Permission | None = None,
) -> Event:
    """Write an event about the thing and flush it. `data`: codes and numbers, never wording or personal data."""
    session.flush()
    demand = getattr(thing, "demand", None)
    event = Event(
        id=uuid4(),
        at=now,
        actor_id=by.user_id,
        organisation_id=by.organisation_id,
        role=_role(by, permission),
        action=action,
        thing_type=type(thing).__tablename__,
        thing_id=thing.id,
        from_state=from_state.value if from_state else None,
        to_state=to_state.value if to_state else None,
        round_id=_round_id(thing, demand),
        demand_id=demand.id if isinstance(demand, Demand) else None,
        data=data or {},
        digest=digest(covered(thing)),
    )
    session.add(event)
    session.flush()
    return event


def event_rows(
    model: type[Any],
    rows: Sequence[dict[str, Any]],
    action: str,
    *,
    by: Actor,
    now: datetime,
    data: dict[str, Any],
) -> list[dict[str, Any]]:
    """The same event about each of many rows that are inserted in bulk, to be inserted with them in one transaction.

    Each row has every column of the model by name; the digest covers what `covered` does."""
    names = [name for name in _covered_names(model) if name in model.__table__.columns]
    return [
        {
            "id": uuid4(),
            "at": now,
            "actor_id": by.user_id,
            "organisation_id": by.organisation_id,
            "role": _role(by, None),
            "action": action,
            "thing_type": model.__tablename__,
            "thing_id": row["id"],
            "round_id": row.get("round_id"),
            "demand_id": row["id"] if model is Demand else row.get("demand_id"),
            "data": data,
            "digest": digest({name: row[name] for name in names}),
        }
        for row in rows
    ]


def covered(thing: Any) -> dict[str, Any]:
    """The columns of a row that its digest covers: all but personal ones and the row version."""
    return {name: getattr(thing, name) for name in _covered_names(type(thing))}


def events_of(session: Session, *things: Any) -> list[Event]:
    """The events of the things, oldest first."""
    if not things:
        return []
    ids = [thing.id for thing in things]
    # The kinds are named for the index's sake: it begins with them.
    kinds = {type(thing).__tablename__ for thing in things}
    query = select(Event).where(Event.thing_type.in_(kinds), Event.thing_id.in_(ids))
    return list(session.scalars(query.order_by(Event.seq)))


def _covered_names(model: type[Any]) -> list[str]:
    return [
        attribute.key
        for attribute in inspect(model).column_attrs
        if attribute.key != "version" and not attribute.columns[0].info.get("personal")
    ]


def _role(by: Actor, permission: Permission | None) -> str | None:
    # Rights without a person are those of a command run on the machine itself.
    if by.is_system or (by.user_id is None and by.roles):
        return "system"
    held = [role for role in by.roles if permission is None or permission in ROLES[role]]
    return sorted(role.value for role in held)[0] if held else None


def _round_id(thing: Any, demand: Any) -> Any:
    if isinstance(thing, Round):
        return thing.id
    if isinstance(demand, Demand):
        return demand.round_id
    return getattr(thing, "round_id", None)
