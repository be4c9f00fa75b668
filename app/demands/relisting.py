"""After a listing ended without an award (流标): the owner's choices, and the clock on them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core import clock
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.demands import queries
from app.demands.drafting import apply_values, copy_of, refresh_findings, submit_demand
from app.models.demands import Demand
from app.models.records import Event
from app.models.states import DemandState, RoundState
from app.rounds.calendar import work_calendar
from app.workflow import events_of, record, settle


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether the demand can be listed again: until which day, how often it was, and what stands against it.

    `left_at` is when the owner chose to leave it ended, None if it did not."""

    last_on: date
    list_round: int
    max_list_rounds: int
    refusal: Refusal | None
    left_at: datetime | None = None


def choice_of(session: Session, demand: Demand, now: datetime) -> Choice:
    """What the owner may still choose. Raises UnknownCalendarYear when the clock would enter a year not loaded."""
    ended_at = demand.ended_at or now
    days = demand.round.no_award_choice_wd
    last_on = work_calendar(session).add_workdays(clock.day_of(ended_at), days)
    most = demand.round.max_list_rounds
    refusal = _refusal(session, demand, last_on, now)
    left = [event.at for event in events_of(session, demand) if event.action == "leave_ended"]
    return Choice(last_on, demand.list_round, most, refusal, left[-1] if left else None)


def list_rounds(session: Session, demand: Demand) -> list[Demand]:
    """Every listing of the same need, from the first to the last; a discarded draft does not count."""
    chain = [demand]
    while chain[0].relists is not None:
        chain.insert(0, chain[0].relists)
    while (following := queries.relisted_as(session, chain[-1])) is not None:
        chain.append(following)
    return chain


def relist_demand(session: Session, demand: Demand, *, by: Actor, now: datetime, **changes: Any) -> Demand:
    """A new draft that lists the demand again, one list round further, with `changes` to its text (is_standing too)."""
    _check(session, demand, by=by, now=now)
    fresh = copy_of(session, demand, round_=demand.round, by=by, now=now)
    fresh.relists_id = demand.id
    fresh.list_round = demand.list_round + 1
    fresh.has_credit_pledge = demand.has_credit_pledge
    fresh.has_integrity_pledge = demand.has_integrity_pledge
    apply_values(session, fresh, changes)
    refresh_findings(session, fresh)
    record(session, fresh, "create", by=by, now=now, data={"relists": str(demand.id)})
    record(session, demand, "relist", by=by, now=now, data={"list_round": fresh.list_round})
    return fresh


def relist_unchanged(
    session: Session, demand: Demand, *, by: Actor, now: datetime, is_standing: bool = False
) -> Demand:
    """List the demand again as it is: the new one is submitted in the same act."""
    fresh = relist_demand(session, demand, by=by, now=now, is_standing=is_standing)
    return submit_demand(session, fresh, by=by, now=now)


def leave_ended(session: Session, demand: Demand, *, by: Actor, now: datetime) -> Event:
    """The owner decides not to list the demand again; it can still be changed until the clock runs out."""
    _check(session, demand, by=by, now=now)
    return record(session, demand, "leave_ended", by=by, now=now)


def _check(session: Session, demand: Demand, *, by: Actor, now: datetime) -> None:
    if not can(by, Permission.DEMAND_RELIST, demand):
        raise NotPermitted()
    settle(session, demand, now)
    if demand.state is not DemandState.NO_AWARD:
        raise StateMovedOn()
    refusal = choice_of(session, demand, now).refusal
    if refusal is not None:
        raise RuleBroken(refusal)


def _refusal(session: Session, demand: Demand, last_on: date, now: datetime) -> Refusal | None:
    if queries.relisted_as(session, demand) is not None:
        return Refusal("relisted_already", _l("This demand has been listed again already."))
    if demand.list_round >= demand.round.max_list_rounds:
        wording = _l("A demand is listed at most %(n)s times.", n=demand.round.max_list_rounds)
        return Refusal("list_rounds_used", wording)
    if demand.round.state not in (RoundState.OPEN, RoundState.CLOSED):
        return Refusal("round_not_open", _l("The round is archived: post the demand in a new round."))
    if now >= clock.end_of_day(last_on):
        return Refusal("choice_too_late", _l("The time for this choice is over."))
    return None
