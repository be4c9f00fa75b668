"""Writing checked demands in bulk: a few statements for a whole sheet, each row with its event, in one transaction."""

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
from app.models.accounts import Organisation
from app.models.bulk import insert_rows
from app.models.demands import Demand, DemandFunding, DemandIndicator
from app.models.jobs import SheetImport
from app.models.procedure_codes import Role
from app.models.rounds import Round
from app.models.states import DemandState, OrganisationState
from app.notifications.audiences import holders, people
from app.notifications.services import notify
from app.workflow.events import record_rows

Row = dict[str, Any]


def may_import(session: Session, sheet: SheetImport, by: Actor, now: datetime) -> None:
    """Whether the actor may bring demands into the sheet's round now. Raises NotPermitted, RuleBroken."""
    if sheet.round is None:
        raise NotPermitted()
    known.scope_of(session, by, sheet.round)
    check_window(sheet.round, now)


def write_demands(session: Session, sheet: SheetImport, plan: Plan, by: Actor, now: datetime) -> int:
    """Write the units and the demands of a plan as drafts, and tell the units. Returns how many demands.

    Raises RuleBroken when someone registered a unit or wrote a demand of the same name since the check."""
    # Two imports into one round wait for each other here, so that neither misses what the other writes.
    round_ = session.scalars(select(Round).where(Round.id == sheet.round_id).with_for_update()).one()
    _check_still_new(session, plan)
    units = [_unit_row(unit, now) for unit in plan.units.values()]
    insert_rows(session, Organisation, units)
    owners = known.units_by_code(session, plan.owners)
    rows = [_demand_row(each, round_, owners[each.uscc], by, now) for each in plan.demands]
    insert_rows(session, Demand, rows)
    for model, name in ((DemandIndicator, "indicators"), (DemandFunding, "fundings")):
        insert_rows(session, model, _children(plan.demands, rows, name))
    record_rows(session, Organisation, units, "register", by=by, now=now, data={"import": str(sheet.id)})
    record_rows(session, Demand, rows, "import", by=by, now=now, data={"import": str(sheet.id)})
    _tell(session, plan, rows, owners, sheet, by=by, now=now)
    return len(rows)


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
        "public_phone": owner.phone or "",
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


def _tell(
    session: Session,
    plan: Plan,
    rows: list[Row],
    owners: dict[str, Organisation],
    sheet: SheetImport,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """One message to the people of each unit, about the first of its drafts; one to operators about new units."""
    title = sheet.round.title if sheet.round is not None else ""
    told: set[UUID] = set()
    for planned, row in zip(plan.demands, rows, strict=True):
        owner = owners[planned.uscc]
        if owner.id in told or planned.uscc in plan.units:
            continue
        told.add(owner.id)
        who = people(session, [owner.id], Role.DEMAND_OWNER) - {by.user_id}
        thing = session.get(Demand, row["id"]) if who else None
        notify(
            session, who, "demand.import", now=now, data={"title": row["title"], "number": ""}, thing=thing
        )
    if plan.units:
        data = {"title": title, "number": str(len(plan.units))}
        notify(session, holders(session, Role.OPERATOR), "organisation.register_imported", now=now, data=data)
