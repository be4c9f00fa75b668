"""The opening of bids (开标): two named officers agree, one opens, once, after the closing time, on the record."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.bids import queries
from app.bids.content import shaped
from app.bids.sealing import FileCheck, problem_of
from app.bids.services import lock_demand
from app.core.digests import digest
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import Lazy, _l
from app.core.numbers import bid_number
from app.models.bids import Bid, BidVersion, OpeningApproval, OpeningRecord
from app.models.demands import Demand
from app.models.procedure_codes import OfficerDuty
from app.models.states import BidState, DemandState
from app.workflow import move, offered, record, settle

PROBLEMS: dict[str, Lazy] = {
    "commitment": _l("The content does not match the receipt."),
    "missing": _l("The sealed version is missing."),
    "file_missing": _l("A file is missing."),
    "file_changed": _l("A file does not match the receipt."),
}


def approve_opening(session: Session, demand: Demand, *, by: Actor, now: datetime) -> OpeningApproval:
    """A named officer agrees to the opening, after the closing time, once."""
    demand = lock_demand(session, demand.id)
    _check_officer(demand, by)
    _check_closed(session, demand, now)
    agreed = select(OpeningApproval).where(OpeningApproval.demand_id == demand.id)
    if any(each.user_id == by.user_id for each in session.scalars(agreed)):
        raise RuleBroken(Refusal("agreed_before", _l("You have agreed to this opening already.")))
    approval = OpeningApproval(demand_id=demand.id, user_id=by.user_id, at=now)
    session.add(approval)
    record(session, demand, "approve_opening", by=by, now=now)
    session.expire(demand, ["opening_approvals"])
    return approval


def open_bids(
    session: Session, demand: Demand, *, by: Actor, now: datetime, check_file: FileCheck | None = None
) -> OpeningRecord:
    """Open every submitted bid, compare each with its receipt, number them by the time of sealing, write the record.

    Two officers must have agreed; the one who opens is a named officer. `check_file` compares a stored file with its
    hash. With fewer submitted bids than the listing's minimum, or none, the demand ends without award.
    Raises NotPermitted, StateMovedOn when it is done already, RuleBroken; nothing is changed then."""
    demand = lock_demand(session, demand.id)
    session.expire(demand, ["opening_approvals"])
    _check_officer(demand, by)
    _check_closed(session, demand, now)
    _check_offered(demand, by, now)
    submitted = (
        select(Bid)
        .where(Bid.demand_id == demand.id, Bid.state == BidState.SUBMITTED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    pairs = [
        (bid, queries.version(session, bid, bid.sealed_version)) for bid in session.scalars(submitted).all()
    ]
    pairs.sort(key=_by_time_of_sealing)
    lines = [
        _open_one(session, bid, version, serial, by=by, now=now, check_file=check_file)
        for serial, (bid, version) in enumerate(pairs, start=1)
    ]
    written = _write_record(session, demand, lines, now=now)
    move(session, demand, "open_bids", by=by, now=now, data={"bids": len(lines), "record": written.digest})
    if len(lines) < max(1, demand.min_valid_bids):
        cause = {"cause": "too_few_bids", "bids": len(lines), "minimum": max(1, demand.min_valid_bids)}
        move(session, demand, "fail", by=by.as_system(), now=now, data=cause)
    return written


def record_digest(written: OpeningRecord) -> str:
    """The digest of a record as it stands, to be compared with the one kept at its writing."""
    return _digest(written.demand_id, written.opened_at, written.officers, written.lines)


def _check_officer(demand: Demand, by: Actor) -> None:
    if not can(by, Permission.BID_OPEN, demand):
        raise NotPermitted()
    if not queries.is_officer(demand, by, OfficerDuty.OPENING):
        raise NotPermitted(_l("The round names other officers for the opening."))


def _check_closed(session: Session, demand: Demand, now: datetime) -> None:
    if demand.closes_at is None or now < demand.closes_at:
        raise RuleBroken(Refusal("too_early", _l("Bids may not be opened before the closing time.")))
    settle(session, demand, now)
    if demand.state is not DemandState.CLOSED:
        raise StateMovedOn()


def _check_offered(demand: Demand, by: Actor, now: datetime) -> None:
    offer = next((each for each in offered(demand, by, now) if each.action == "open_bids"), None)
    if offer is None:
        raise StateMovedOn()
    if offer.refusal is not None:
        raise RuleBroken(offer.refusal)


def _by_time_of_sealing(pair: tuple[Bid, BidVersion | None]) -> tuple[datetime, str]:
    bid, version = pair
    moment = version.sealed_at if version is not None and version.sealed_at else bid.submitted_at
    return moment or bid.created_at, str(bid.id)


def _open_one(
    session: Session,
    bid: Bid,
    version: BidVersion | None,
    serial: int,
    *,
    by: Actor,
    now: datetime,
    check_file: FileCheck | None,
) -> dict[str, Any]:
    content = shaped(version.content) if version is not None else {}
    problem = "missing" if version is None else problem_of(version, check_file)
    bid.opened_at = now
    bid.number = bid_number(bid.demand.number or "", serial)
    bid.title = str(content.get("title") or bid.demand.title)[:120]
    bid.price_fen = content.get("price_fen")
    bid.duration_months = content.get("duration_months")
    bid.fiscal_ask_fen = content.get("fiscal_ask_fen")
    bid.has_seal_problem = bool(problem)
    move(session, bid, "open", by=by, now=now, data={"problem": problem} if problem else None)
    sealed_at = version.sealed_at if version is not None else None
    return {
        "bid_id": str(bid.id),
        "number": bid.number,
        "lead": bid.lead.name,
        "price_fen": bid.price_fen,
        "duration_months": bid.duration_months,
        "sealed_at": sealed_at.isoformat() if sealed_at else None,
        "commitment": version.commitment if version is not None else None,
        "matches": not problem,
        "problem": problem,
    }


def _write_record(
    session: Session, demand: Demand, lines: list[dict[str, Any]], *, now: datetime
) -> OpeningRecord:
    agreed = (
        select(OpeningApproval)
        .where(OpeningApproval.demand_id == demand.id)
        .order_by(OpeningApproval.at, OpeningApproval.user_id)
    )
    officers = [
        {"user_id": str(each.user_id), "name": each.user.name, "at": each.at.isoformat()}
        for each in session.scalars(agreed)
    ]
    written = OpeningRecord(
        demand_id=demand.id,
        opened_at=now,
        officers=officers,
        lines=lines,
        digest=_digest(demand.id, now, officers, lines),
    )
    session.add(written)
    session.flush()
    return written


def _digest(demand_id: Any, opened_at: datetime, officers: Iterable[Any], lines: Iterable[Any]) -> str:
    return digest(
        {"demand": demand_id, "opened_at": opened_at, "officers": list(officers), "lines": list(lines)}
    )
