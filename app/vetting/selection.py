"""The selection list (拟发榜清单) of a round, and the collective decision on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.access import Actor, Permission, can
from app.core.clock import day_of
from app.core.digests import digest
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.models.demands import Demand
from app.models.rounds import Round
from app.models.selection import DemandSelection
from app.models.states import DemandState as S
from app.vetting.queries import scores_of
from app.vetting.services import approve_demand
from app.workflow import record

# Everything that came to vetting; what was published stays on the list it was chosen by.
LISTED = (S.VETTING, S.APPROVED, S.REJECTED, S.MERGED)
DECIDED = (S.APPROVED, S.REJECTED, S.MERGED)
MIN_PARTICIPANTS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A demand on the selection list: its place by score, its sheets and total, and what was decided."""

    place: int
    demand: Demand
    sheets: int
    total: int | None


def selection_list(session: Session, round_: Round) -> list[Line]:
    """The demands of the round that were vetted or are being vetted, the highest total first."""
    query = (
        select(Demand)
        .where(Demand.round_id == round_.id, Demand.state.in_(LISTED))
        .options(joinedload(Demand.owner), joinedload(Demand.round), joinedload(Demand.merged_into))
    )
    demands = list(session.scalars(query))
    scores = scores_of(session, demands)
    none = (0, None)
    demands.sort(key=lambda each: (-(scores.get(each.id, none)[1] or -1), each.title, str(each.id)))
    return [Line(at, each, *scores.get(each.id, none)) for at, each in enumerate(demands, start=1)]


def decide_selection(
    session: Session,
    round_: Round,
    *,
    approve: Sequence[Demand],
    decided_on: date,
    participants: Sequence[str],
    note: str,
    by: Actor,
    now: datetime,
) -> DemandSelection:
    """Record a collective decision: approve these demands, all or none, and freeze the list with what was decided.

    `participants`: the roles of those who decided, two at least."""
    if not can(by, Permission.ROUND_RUN, round_):
        raise NotPermitted()
    session.get_one(Round, round_.id, with_for_update=True)
    roles = [role.strip() for role in participants if role.strip()]
    _check(decided_on, roles, now)
    _approve(session, approve, by=by, now=now)
    lines = [_frozen(each) for each in selection_list(session, round_) if each.demand.state in DECIDED]
    if not any(line["decision"] == S.APPROVED.value for line in lines):
        raise RuleBroken(Refusal("selection_empty", _l("No demand is approved for listing."), "approve"))
    serial = select(func.max(DemandSelection.serial)).where(DemandSelection.round_id == round_.id)
    selection = DemandSelection(
        round=round_,
        serial=1 + (session.scalar(serial) or 0),
        decided_on=decided_on,
        participants=[{"role": role} for role in roles],
        note=note.strip(),
        lines=lines,
        digest=digest({"decided_on": decided_on.isoformat(), "participants": roles, "lines": lines}),
        recorded_at=now,
        recorded_by_id=by.user_id,
    )
    session.add(selection)
    data = {"serial": selection.serial, "demands": len(lines), "digest": selection.digest}
    record(session, selection, "record", by=by, now=now, data=data)
    return selection


def decisions_of(session: Session, round_id: UUID) -> list[DemandSelection]:
    """The recorded decisions of the round, the latest first."""
    query = select(DemandSelection).where(DemandSelection.round_id == round_id)
    query = query.options(joinedload(DemandSelection.recorded_by))
    return list(session.scalars(query.order_by(DemandSelection.serial.desc())))


def _check(decided_on: date, roles: Sequence[str], now: datetime) -> None:
    found = []
    if decided_on > day_of(now):
        found.append(Refusal("decided_later", _l("The decision cannot lie in the future."), "decided_on"))
    if len(roles) < MIN_PARTICIPANTS:
        wording = _l("A collective decision names the roles of at least two who took part.")
        found.append(Refusal("participants_too_few", wording, "participants"))
    if found:
        raise RuleBroken(found)


def _approve(session: Session, demands: Sequence[Demand], *, by: Actor, now: datetime) -> None:
    found = []
    for demand in demands:
        try:
            approve_demand(session, demand, by=by, now=now)
        except RuleBroken as refused:
            found += [
                Refusal(each.code, _l("%(title)s: %(why)s", title=demand.title, why=each.wording), "approve")
                for each in refused.refusals
            ]
    if found:
        raise RuleBroken(found)


def _frozen(line: Line) -> dict[str, Any]:
    demand = line.demand
    merged = demand.merged_into
    return {
        "demand_id": str(demand.id),
        "number": demand.number,
        "title": demand.title,
        "owner": demand.owner.name,
        "place": line.place,
        "sheets": line.sheets,
        "total": line.total,
        "decision": demand.state.value,
        "reason": demand.state_reason if demand.state is not S.APPROVED else None,
        "merged_into": str(merged.id) if merged else None,
    }
