"""The expert pool: taking a registered person in, and keeping their profile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, grants
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.accounts import Membership, User
from app.models.procedure_codes import Role
from app.models.reviews import Expert
from app.models.states import ExpertState
from app.workflow import record

PROFILE = (
    "unit_name",
    "unit_uscc",
    "region",
    "title",
    "kind",
    "fields",
    "keywords",
    "languages",
    "max_load",
)


def user_by_email(session: Session, email: str) -> User:
    """The confirmed account with the address. Raises RuleBroken beside `email` when there is none."""
    user = session.scalar(
        select(User).where(
            User.email == email.strip().lower(),
            User.email_confirmed_at.is_not(None),
            User.disabled_at.is_(None),
        )
    )
    if user is None:
        wording = _l("No confirmed account has this address. The expert registers first.")
        raise RuleBroken(Refusal("no_account", wording, "email"))
    return user


def enroll_expert(session: Session, user: User, *, by: Actor, now: datetime, **values: Any) -> Expert:
    """Take a registered person into the pool. `values` are columns of the profile, and `is_demo`.

    Nobody is in it twice, and nobody who supervises: who judges is not the one who watches the judges."""
    if not by.is_system and not grants(by, Permission.EXPERT_KEEP):
        raise NotPermitted()
    if session.scalar(select(Expert.id).where(Expert.user_id == user.id)) is not None:
        raise RuleBroken(Refusal("expert_twice", _l("This person is in the pool already."), "email"))
    supervises = select(Membership.id).where(
        Membership.user_id == user.id, Membership.role == Role.SUPERVISOR, Membership.ended_at.is_(None)
    )
    if session.scalar(supervises) is not None:
        raise RuleBroken(Refusal("expert_supervises", _l("A supervisor cannot be an expert."), "email"))
    serial = (session.scalar(select(func.count()).select_from(Expert)) or 0) + 1
    expert = Expert(user=user, number=_number(session, serial), created_at=now, **_checked(values))
    session.add(expert)
    session.flush()
    record(session, expert, "enroll", by=by, now=now, data={"number": expert.number})
    return expert


def edit_expert(
    session: Session, expert: Expert, *, by: Actor, now: datetime, values: Mapping[str, Any]
) -> Expert:
    """Change the profile of an expert who has not left the pool."""
    if not grants(by, Permission.EXPERT_KEEP):
        raise NotPermitted()
    if expert.state is ExpertState.RETIRED:
        raise StateMovedOn(_l("This expert has left the pool."))
    changed = [name for name, value in _checked(values).items() if getattr(expert, name) != value]
    for name in changed:
        setattr(expert, name, values[name])
    record(session, expert, "edit", by=by, now=now, data={"changed": changed})
    return expert


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - {*PROFILE, "is_demo"}
    if unknown:
        raise KeyError(f"an expert has no columns {sorted(unknown)}")
    if "fields" in values and not values["fields"]:
        raise RuleBroken(Refusal("fields_missing", _l("Choose at least one field."), "fields"))
    return dict(values)


def _number(session: Session, serial: int) -> str:
    taken = set(session.scalars(select(Expert.number)))
    while (number := f"ZJ{serial:05d}") in taken:
        serial += 1
    return number
