"""Decisions: who takes a demand on, with how much; and what follows when a winner falls away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.awards import queries
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.models.awards import Award
from app.models.bids import Bid
from app.models.codes import AwardMode, LaneStatus
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.states import AwardState, BidState, DemandState
from app.notifications.services import notify
from app.workflow import move, record

DECIDABLE = frozenset({BidState.RECOMMENDED, BidState.RESERVE, BidState.SHORTLISTED})
OPEN_BIDS = frozenset({BidState.SCORED, BidState.SHORTLISTED, BidState.RESERVE, BidState.RECOMMENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One winner in a decision, with the amounts in fen."""

    bid: Bid
    amount_fen: int
    fiscal_fen: int = 0
    lane: LaneStatus | None = None


def decide(
    session: Session,
    demand: Demand,
    *,
    choices: Sequence[Choice | dict[str, Any]],
    basis: str,
    by: Actor,
    now: datetime,
    out_of_rank_reason: str | None = None,
) -> list[Award]:
    """Record the decision: an award for each chosen bid, pending until the public notice is over.

    The ranking is followed, or departed from with a written reason that stays on the award. Raises StateMovedOn when
    a decision stands already (of two officers at once the second is told), RuleBroken for anything else."""
    lock(session, demand)
    if not can(by, Permission.AWARD_DECIDE, demand):
        raise NotPermitted()
    if demand.state is not DemandState.RECOMMENDED or queries.pending(demand):
        raise StateMovedOn()
    _check_hold(demand)
    chosen = [each if isinstance(each, Choice) else Choice(**each) for each in choices]
    candidates = queries.candidates(session, demand)
    out_of_rank = queries.out_of_rank(candidates, [each.bid for each in chosen])
    _check_decision(session, demand, chosen, candidates, basis)
    if out_of_rank and not (out_of_rank_reason or "").strip():
        wording = _l("The choice departs from the ranking: give the reason in writing.")
        raise RuleBroken(Refusal("out_of_rank_reason", wording, "out_of_rank_reason"))
    _settle_bids(session, candidates, chosen, reason=out_of_rank_reason, by=by, now=now)
    awards = []
    for slot, choice in zip(queries.free_slots(demand), _by_rank(chosen), strict=False):
        is_in_order = choice.bid not in out_of_rank
        award = Award(
            demand_id=demand.id,
            bid_id=choice.bid.id,
            slot=slot,
            max_slots=queries.places(demand),
            lane=choice.lane or LaneStatus.LEAD,
            rank=choice.bid.rank,
            amount_fen=choice.amount_fen,
            fiscal_fen=choice.fiscal_fen,
            is_in_rank_order=is_in_order,
            out_of_rank_reason=None if is_in_order else (out_of_rank_reason or "").strip(),
            is_next_rank=demand.has_used_next_rank,
            basis=basis.strip(),
            decided_by_id=by.user_id,
            decided_at=now,
        )
        session.add(award)
        awards.append(award)
    _write(session, demand, awards)
    for award in awards:
        data = {
            "slot": award.slot,
            "amount": award.amount_fen,
            "fiscal": award.fiscal_fen,
            "rank": award.rank,
        }
        record(session, award, "decide", by=by, now=now, data=data | {"lane": award.lane.value})
    return awards


def drop_award(session: Session, award: Award, *, reason: str, by: Actor, now: datetime) -> None:
    """Take a proposed award back before its notice. While a notice runs, the notice is revoked first."""
    lock(session, award.demand)
    if award.demand.state is DemandState.IN_NOTICE:
        raise RuleBroken(
            Refusal("notice_running", _l("The public notice is running: revoke the notice first."))
        )
    move(session, award, "drop", by=by, now=now, reason=reason)


def decline_award(session: Session, award: Award, *, reason: str, by: Actor, now: datetime) -> None:
    """The winner declines: the bid and its award fall together, and the organizer is told."""
    demand = award.demand
    lock(session, demand)
    move(session, award.bid, "decline", by=by, now=now, reason=reason)
    event = move(session, award, "decline", by=by.as_system(), now=now, reason=reason)
    officers = queries.staff(session, demand.organiser_id, Role.ORGANIZER)
    owners = queries.staff(session, demand.owner_id, Role.DEMAND_OWNER)
    data = {"title": demand.title, "number": demand.number}
    notify(session, [*officers, *owners], "award.decline", now=now, data=data, thing=award, event=event)


def cancel_award(session: Session, award: Award, *, reason: str, by: Actor, now: datetime) -> None:
    """The organizer cancels an award in force, before a contract is signed: talks failed, or fault was found."""
    demand = award.demand
    lock(session, demand)
    event = move(session, award, "cancel", by=by, now=now, reason=reason)
    move(session, award.bid, "lose", by=by.as_system(), now=now, reason=reason)
    told = queries.staff(session, award.lead_id, Role.BIDDER)
    told += queries.staff(session, demand.owner_id, Role.DEMAND_OWNER)
    data = {"title": demand.title, "number": demand.number}
    notify(session, told, "award.cancel", now=now, data=data, thing=award, event=event)


def invite_next_rank(session: Session, demand: Demand, *, reason: str, by: Actor, now: datetime) -> Bid:
    """Back to the decision with the best bid of the reserve list. Once per demand; a new notice follows."""
    lock(session, demand)
    move(session, demand, "invite_next_rank", by=by, now=now, reason=reason)
    demand.has_used_next_rank = True
    bid = queries.best_reserve(session, demand)
    if bid is None:
        raise RuleBroken(Refusal("no_reserve", _l("There is no bid left on the reserve list.")))
    move(session, bid, "promote", by=by, now=now, reason=reason)
    return bid


def record_no_award(session: Session, demand: Demand, *, reason: str, by: Actor, now: datetime) -> None:
    """End the demand without award: proposed awards are taken back and no bid is selected."""
    lock(session, demand)
    if demand.state is DemandState.IN_NOTICE:
        raise RuleBroken(
            Refusal("notice_running", _l("The public notice is running: revoke the notice first."))
        )
    for award in queries.pending(demand):
        move(session, award, "drop", by=by, now=now, reason=reason)
    move(session, demand, "record_no_award", by=by, now=now, reason=reason)
    for bid in queries.bids_in(session, demand, OPEN_BIDS):
        move(session, bid, "not_select", by=by, now=now)


def set_lane(
    session: Session, award: Award, *, lane: LaneStatus, reason: str, by: Actor, now: datetime
) -> None:
    """Change where a winner stands in the pool or the race: selected, potential, or out of it."""
    lock(session, award.demand)
    if not can(by, Permission.AWARD_DECIDE, award):
        raise NotPermitted()
    if award.state not in (AwardState.PENDING, AwardState.ACTIVE):
        raise StateMovedOn()
    _check_hold(award)
    refusals = []
    if award.demand.award_mode is AwardMode.SINGLE:
        refusals.append(Refusal("no_lanes", _l("This demand has one winner and no lanes."), "lane"))
    elif lane is award.lane:
        refusals.append(Refusal("same_lane", _l("That is where this winner stands already."), "lane"))
    if not reason.strip():
        refusals.append(Refusal("reason_missing", _l("Give a reason."), "reason"))
    if refusals:
        raise RuleBroken(refusals)
    former = award.lane
    award.lane = lane
    award.state_reason = reason.strip()
    data = {"from": former.value, "to": lane.value}
    event = record(session, award, "set_lane", by=by, now=now, data=data)
    told = queries.staff(session, award.lead_id, Role.BIDDER)
    told += queries.staff(session, award.owner_id, Role.DEMAND_OWNER)
    title = {"title": award.demand.title, "number": award.demand.number}
    if award.state is AwardState.ACTIVE:
        notify(session, told, "award.set_lane", now=now, data=title, thing=award, event=event)


def lock(session: Session, demand: Demand) -> None:
    """Hold the demand's row until the commit: of two decisions at once the second sees the first."""
    session.flush()
    session.refresh(demand, with_for_update=True)
    session.expire(demand, ["awards", "bids", "notices"])


def _check_hold(thing: Demand | Award | Bid) -> None:
    if thing.is_held:
        raise RuleBroken(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted.")))


def _check_decision(
    session: Session, demand: Demand, chosen: list[Choice], candidates: list[Bid], basis: str
) -> None:
    refusals = []
    free = len(queries.free_slots(demand))
    if not chosen:
        refusals.append(Refusal("nobody_chosen", _l("Choose at least one winner."), "choices"))
    if len(chosen) > free:
        wording = _l("More are chosen than there are places: %(n)s.", n=free)
        refusals.append(Refusal("too_many", wording, "choices"))
    if len({each.bid.id for each in chosen}) < len(chosen):
        refusals.append(Refusal("chosen_twice", _l("A bid is chosen once."), "choices"))
    known = {bid.id for bid in candidates}
    if any(each.bid.id not in known for each in chosen):
        refusals.append(Refusal("not_a_candidate", _l("Choose among the bids above the line."), "choices"))
    if not basis.strip():
        refusals.append(Refusal("basis_missing", _l("Give the basis of the decision."), "basis"))
    for each in chosen:
        refusals += _amount_refusals(demand, each)
    refusals += _total_refusals(session, demand, chosen)
    if refusals:
        raise RuleBroken(refusals)


def _amount_refusals(demand: Demand, choice: Choice) -> list[Refusal]:
    bid, found = choice.bid, []
    amount, fiscal = f"amount_{bid.id.hex}", f"fiscal_{bid.id.hex}"
    if bid.is_held:
        found.append(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted."), amount))
    if choice.amount_fen <= 0:
        found.append(Refusal("amount_missing", _l("Give the amount."), amount))
    if choice.amount_fen > demand.budget_fen:
        found.append(Refusal("over_budget", _l("The amount exceeds the listed amount."), amount))
    if bid.price_fen is not None and choice.amount_fen > bid.price_fen:
        found.append(Refusal("over_price", _l("The amount exceeds the price of the bid."), amount))
    if not 0 <= choice.fiscal_fen <= demand.round.fiscal_per_project_fen:
        wording = _l("The fiscal support exceeds the round's ceiling for one project.")
        found.append(Refusal("over_fiscal_ceiling", wording, fiscal))
    if choice.fiscal_fen > choice.amount_fen:
        found.append(Refusal("fiscal_over_amount", _l("The fiscal support exceeds the amount."), fiscal))
    return found


def _total_refusals(session: Session, demand: Demand, chosen: list[Choice]) -> list[Refusal]:
    ceiling = demand.round.fiscal_total_fen
    wanted = sum(each.fiscal_fen for each in chosen)
    if not ceiling or not wanted:
        return []
    if queries.fiscal_committed(session, demand.round_id) + wanted <= ceiling:
        return []
    return [Refusal("over_fiscal_total", _l("The fiscal support exceeds what is left of the round's funds."))]


def _settle_bids(
    session: Session,
    candidates: list[Bid],
    chosen: list[Choice],
    *,
    reason: str | None,
    by: Actor,
    now: datetime,
) -> None:
    ids = {each.bid.id for each in chosen}
    for bid in candidates:
        if bid.id in ids and bid.state is BidState.RESERVE:
            move(session, bid, "promote", by=by, now=now, reason=reason)
        elif bid.id in ids and bid.state is BidState.SHORTLISTED:
            move(session, bid, "recommend", by=by, now=now)
        elif bid.id not in ids and bid.state in (BidState.RECOMMENDED, BidState.SHORTLISTED):
            move(session, bid, "put_in_reserve", by=by, now=now)


def _by_rank(chosen: list[Choice]) -> list[Choice]:
    return sorted(chosen, key=lambda each: (each.bid.rank or 0, each.bid.number or ""))


def _write(session: Session, demand: Demand, awards: list[Award]) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if (
            "uq_award" in str(error.orig)
            or "award.slot" in str(error.orig)
            or "award.bid_id" in str(error.orig)
        ):
            raise StateMovedOn() from error
        raise
    session.expire(demand, ["awards"])
    for award in awards:
        session.expire(award.bid, ["award"])
