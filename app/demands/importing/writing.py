"""Writing checked demands in bulk: a few statements for a whole sheet, each row with its event, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.core.text import normalize_for_compare
from app.demands.drafting import check_window
from app.demands.importing import known
from app.demands.importing.plan import NewUnit, Plan, PlannedDemand
from app.documents.imports import Task
from app.models.accounts import Organisation
from app.models.bulk import complete, insert_rows
from app.models.demands import Demand, DemandFunding, DemandIndicator
from app.models.jobs import SheetImport
from app.models.procedure_codes import Role
from app.models.records import Event
from app.models.rounds import Round
from app.models.states import DemandState, OrganisationState
from app.notifications.audiences import holders, people
from app.notifications.services import notify
from app.workflow.events import event_rows

Row = dict[str, Any]


def may_import(session: Session, sheet: SheetImport, by: Actor, now: datetime) -> None:
    """Whether the actor may bring demands into the sheet's round now. Raises NotPermitted, RuleBroken."""
    if sheet.round is None:
        raise NotPermitted()
    known.scope_of(session, by, sheet.round)
    check_window(sheet.round, now)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is inserted, as rows by column name, complete and with its events."""

    plan: Plan
    units: list[Row]
    demands: list[Row]
    indicators: list[Row]
    fundings: list[Row]
    events: list[Row]


def prepare_demands(task: Task, plan: Plan) -> Prepared:
    """Make the rows and their events before the transaction opens: their digests take longer than the inserts."""
    round_, by, now = task.sheet.round, task.by, task.now
    if round_ is None:
        raise NotPermitted()
    known_units = known.units_by_code(task.session, plan.owners)
    units = complete(Organisation, [_unit_row(unit, now) for unit in plan.units.values()])
    owners: dict[str, Any] = {**plan.units, **known_units}
    rows = [_demand_row(each, round_, owners[each.uscc], by, now) for each in plan.demands]
    complete(Demand, rows)
    data = {"import": str(task.sheet.id)}
    return Prepared(
        plan,
        units,
        rows,
        complete(DemandIndicator, _children(plan.demands, rows, "indicators")),
        complete(DemandFunding, _children(plan.demands, rows, "fundings")),
        [
            *event_rows(Organisation, units, "register", by=by, now=now, data=data),
            *event_rows(Demand, rows, "import", by=by, now=now, data=data),
        ],
    )


def write_demands(session: Session, sheet: SheetImport, prepared: Prepared, by: Actor, now: datetime) -> int:
    """Write the units and the demands as drafts, and tell the units. Returns how many demands.

    Raises RuleBroken when someone registered a unit or wrote a demand of the same name since the check."""
    # Two imports into one round wait for each other here, so that neither misses what the other writes.
    session.scalars(select(Round).where(Round.id == sheet.round_id).with_for_update()).one()
    _check_still_new(session, prepared.plan)
    insert_rows(session, Organisation, prepared.units)
    insert_rows(session, Demand, prepared.demands)
    insert_rows(session, DemandIndicator, prepared.indicators)
    insert_rows(session, DemandFunding, prepared.fundings)
    insert_rows(session, Event, prepared.events)
    _tell(session, prepared, sheet, by=by, now=now)
    return len(prepared.demands)


def _check_still_new(session: Session, plan: Plan) -> None:
    existing = known.demands_by_title(session, plan.owners.values())
    titles = {(plan.owners[each.uscc], normalize_for_compare(each.values["title"])) for each in plan.demands}
    if titles & set(existing) or known.units_by_code(session, plan.units):
        wording = _l("Someone has registered one of these units or demands in the meantime. Check again.")
        raise RuleBroken(Refusal("sheet_moved_on", wording))


def _unit_row(unit: NewUnit, now: datetime) -> Row:
    return {
        "id": unit.id,
        "uscc": unit.uscc,
        "name": unit.name,
        "org_type": unit.org_type,
        "region": unit.region,
        "legal_rep": unit.legal_rep,
        "wants_post": True,
        "state": OrganisationState.REGISTERED,
        "created_at": now,
    }


def _demand_row(planned: PlannedDemand, round_: Round, owner: Organisation, by: Actor, now: datetime) -> Row:
    """The columns of a draft: what the sheet says over what is known of unit and round."""
    return {
        "id": uuid4(),
        "round_id": round_.id,
        "author_id": by.user_id,
        "legal_rep": owner.legal_rep,
        "public_phone": getattr(owner, "phone", None) or "",
        "process": round_.process,
        "award_mode": round_.award_mode,
        "lanes": round_.lanes,
        "min_valid_bids": round_.min_valid_bids,
        "max_members": round_.max_members,
        "created_at": now,
        **{name: value for name, value in planned.values.items() if value is not None},
        "state": DemandState.DRAFT,
    }


def _children(demands: list[PlannedDemand], rows: list[Row], name: str) -> list[Row]:
    return [
        {"id": uuid4(), "demand_id": row["id"], "position": position, **child}
        for planned, row in zip(demands, rows, strict=True)
        for position, child in enumerate(getattr(planned, name), start=1)
    ]


def _tell(session: Session, prepared: Prepared, sheet: SheetImport, *, by: Actor, now: datetime) -> None:
    """One message to the people of each unit, about the first of its drafts; one to operators about new units."""
    told: set[UUID] = set()
    for planned, row in zip(prepared.plan.demands, prepared.demands, strict=True):
        owner_id = row["owner_id"]
        if owner_id in told or planned.uscc in prepared.plan.units:
            continue
        told.add(owner_id)
        who = people(session, [owner_id], Role.DEMAND_OWNER) - {by.user_id}
        thing = session.get(Demand, row["id"]) if who else None
        data = {"title": row["title"], "number": ""}
        notify(session, who, "demand.import", now=now, data=data, thing=thing)
    if prepared.plan.units:
        title = sheet.round.title if sheet.round is not None else ""
        data = {"title": title, "number": str(len(prepared.plan.units))}
        notify(session, holders(session, Role.OPERATOR), "organisation.register_imported", now=now, data=data)
