"""Carrying out what an upheld objection leads to: the site takes award and demand back, people go on by hand."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import Lazy, _l
from app.models.awards import Award, Objection
from app.models.demands import Demand
from app.models.procedure_codes import HoldReason, Remedy
from app.models.states import BidState, ContractState, DemandState, ObjectionState
from app.objections.services.handling import let_go, live
from app.workflow import move, record
from app.workflow.holds import lift_hold

UPHELD = (ObjectionState.UPHELD, ObjectionState.PARTLY_UPHELD)
# Remedies that touch the whole proposal, not only the award under attack.
WHOLE = (Remedy.RESCORE, Remedy.RECHECK, Remedy.RELIST)

NEXT_STEPS: dict[Remedy, Lazy] = {
    Remedy.NEXT_RANK: _l("The organizer now disqualifies the bid and decides on the next rank."),
    Remedy.RESCORE: _l("The organizer now sends the demand back to the panel."),
    Remedy.RECHECK: _l("The organizer now reopens the formal check."),
    Remedy.RELIST: _l("The demand ended without award. Its owner may list it again."),
}


def carry_out_remedy(session: Session, objection: Objection, *, by: Actor, now: datetime) -> None:
    """Lift the hold, let the award fall, and take the demand back to where the remedy begins.

    Awards of the same demand that are in force already stay. A signed contract must be ended first. For notices that
    announce no award the remedy is done by hand and only recorded here."""
    if not can(by, Permission.OBJECTION_HANDLE, objection):
        raise NotPermitted()
    if objection.state not in UPHELD or objection.remedied_at is not None:
        raise StateMovedOn()
    if objection.remedy is None:
        raise RuleBroken(Refusal("remedy_missing", _l("Choose the remedy."), "remedy"))
    demand = objection.demand
    if demand is not None:
        session.flush()
        session.refresh(demand, with_for_update=True)
        _undo(session, objection, objection.remedy, demand, by=by.as_system(), now=now)
    objection.remedied_at = now
    session.flush()
    event = record(
        session, objection, "carry_out_remedy", by=by, now=now, data={"remedy": objection.remedy.value}
    )
    let_go(session, objection, event, by, now)


def falling(session: Session, objection: Objection) -> list[Award]:
    """The awards that fall: the one under attack, and with it what is only proposed if all is done again."""
    query = select(Award).where(Award.demand_id == objection.notice.demand_id).order_by(Award.slot)
    awards = [award for award in session.scalars(query) if live(award)]
    is_whole = objection.remedy in WHOLE or objection.award_id is None
    return [
        award
        for award in awards
        if award.id == objection.award_id or (is_whole and award.activated_at is None)
    ]


def _undo(
    session: Session, objection: Objection, remedy: Remedy, demand: Demand, *, by: Actor, now: datetime
) -> None:
    fallen = falling(session, objection)
    for award in fallen:
        session.expire(award, ["contracts"])
        if any(contract.state is ContractState.ACTIVE for contract in award.contracts):
            raise RuleBroken(
                Refusal("contract_in_force", _l("A contract is signed: end the contract first."))
            )
    fallen = [award for award in fallen if all(each.activated_at is None for each in award.contracts)]
    for award in fallen:
        if award.is_held and award.hold_reason == HoldReason.OBJECTION.value:
            lift_hold(session, award, by=by, now=now)
        move(session, award, "fall", by=by, now=now)
        session.expire(award.bid, ["award"])
        if award.bid.state is BidState.AWARDED:
            move(session, award.bid, "lose", by=by, now=now)
    session.expire(demand, ["awards"])
    if fallen and demand.state in (DemandState.IN_NOTICE, DemandState.AWARDED):
        move(session, demand, "take_back", by=by, now=now)
    if remedy is Remedy.RELIST and demand.state is DemandState.RECOMMENDED:
        move(session, demand, "fail", by=by, now=now)
