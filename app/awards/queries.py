"""Who sees which award, the candidates of a decision, and the public results."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import Actor
from app.models.accounts import Organisation
from app.models.awards import Award, Notice
from app.models.bids import Bid, BidParty
from app.models.demands import Demand
from app.models.procedure_codes import NoticeKind, Role
from app.models.rounds import Round
from app.models.states import AwardState, BidState, DemandState
from app.reviews.queries import staff, winning_places

__all__ = [
    "best_reserve",
    "bids_in",
    "candidates",
    "conducted_demands",
    "decided_demands",
    "figures",
    "fiscal_committed",
    "free_slots",
    "out_of_rank",
    "pending",
    "places",
    "results",
    "staff",
    "visible_to",
    "waiting",
    "winners",
    "years",
]

LIVE = (AwardState.PENDING, AwardState.ACTIVE)
IN_FORCE_ONCE = (AwardState.ACTIVE, AwardState.CANCELLED, AwardState.DECLINED)
CANDIDATES = (BidState.RECOMMENDED, BidState.RESERVE, BidState.SHORTLISTED)
DECIDED_STATES = (
    DemandState.RECOMMENDED,
    DemandState.IN_NOTICE,
    DemandState.AWARDED,
    DemandState.COMPLETED,
    DemandState.NO_AWARD,
)
WAITING_SHOWN = 50
RESULT_STATES = (DemandState.AWARDED, DemandState.COMPLETED, DemandState.NO_AWARD)


def visible_to(actor: Actor) -> Select[Award]:
    """Awards: all to the organizer of the round, the owner and the supervisor; to the winner from the notice on; to
    finance once in force. The public reads the results page."""
    allowed: list[ColumnElement[bool]] = []
    if actor.has(Role.SUPERVISOR):
        allowed.append(Award.id.is_not(None))
    if actor.has(Role.FINANCE):
        allowed.append(Award.state.in_(IN_FORCE_ONCE))
    if actor.organisation_id is not None:
        if actor.has(Role.ORGANIZER):
            ours = select(Demand.id).join(Round, Demand.round_id == Round.id)
            allowed.append(Award.demand_id.in_(ours.where(Round.organiser_id == actor.organisation_id)))
        if actor.has(Role.DEMAND_OWNER):
            posted = select(Demand.id).where(Demand.owner_id == actor.organisation_id)
            allowed.append(Award.demand_id.in_(posted))
        if actor.has(Role.BIDDER):
            allowed.append(and_(_won_by(actor.organisation_id), _is_public()))
    query = select(Award).where(or_(*allowed) if allowed else false())
    return query.options(
        joinedload(Award.demand).joinedload(Demand.round), joinedload(Award.bid).joinedload(Bid.lead)
    )


def _won_by(organisation_id: UUID) -> ColumnElement[bool]:
    led = select(Bid.id).where(Bid.lead_id == organisation_id)
    joined = (
        select(BidParty.bid_id)
        .join(Organisation, Organisation.uscc == BidParty.uscc)
        .where(Organisation.id == organisation_id)
    )
    return or_(Award.bid_id.in_(led), Award.bid_id.in_(joined))


def _is_public() -> ColumnElement[bool]:
    """Whether the award was ever in force, or stands in a notice that was published after its decision."""
    noticed = exists().where(
        Notice.demand_id == Award.demand_id,
        Notice.kind == NoticeKind.AWARD,
        Notice.published_at.is_not(None),
        Notice.published_at >= Award.decided_at,
        or_(Award.ended_at.is_(None), Award.ended_at >= Notice.published_at),
    )
    return or_(Award.state.in_(IN_FORCE_ONCE), noticed)


def decided_demands(actor: Actor) -> Select[Demand]:
    """Demands whose decision the actor takes (organizer) or watches (supervisor)."""
    query = select(Demand).where(Demand.state.in_(DECIDED_STATES), Demand.review_concluded_at.is_not(None))
    if actor.has(Role.SUPERVISOR):
        reach: ColumnElement[bool] = Demand.id.is_not(None)
    elif actor.has(Role.ORGANIZER) and actor.organisation_id is not None:
        reach = Demand.round_id.in_(select(Round.id).where(Round.organiser_id == actor.organisation_id))
    else:
        reach = false()
    return query.where(reach).options(joinedload(Demand.round), joinedload(Demand.owner))


def conducted_demands(actor: Actor) -> Select[Demand]:
    """Published demands of the rounds that the actor's unit runs, in any state."""
    if not actor.has(Role.ORGANIZER) or actor.organisation_id is None:
        return select(Demand).where(false())
    ours = select(Round.id).where(Round.organiser_id == actor.organisation_id)
    return select(Demand).where(Demand.published_at.is_not(None), Demand.round_id.in_(ours))


def waiting(session: Session, actor: Actor) -> list[Demand]:
    """Demands of ours that wait for a decision or its notice, or whose winner fell away; the longest waiting first."""
    live = exists().where(Award.demand_id == Demand.id, Award.state == AwardState.ACTIVE)
    query = decided_demands(actor).where(
        or_(
            Demand.state == DemandState.RECOMMENDED,
            and_(Demand.state == DemandState.AWARDED, ~live),
        )
    )
    return list(session.scalars(query.order_by(Demand.review_concluded_at, Demand.id).limit(WAITING_SHOWN)))


def places(demand: Demand) -> int:
    """How many winners the demand has at most."""
    return winning_places(demand)


def free_slots(demand: Demand) -> list[int]:
    """The numbers of the places that no live award takes."""
    taken = {award.slot for award in demand.awards if award.state in LIVE}
    return [slot for slot in range(1, places(demand) + 1) if slot not in taken]


def pending(demand: Demand) -> list[Award]:
    """The proposed awards."""
    return [award for award in demand.awards if award.state is AwardState.PENDING]


def candidates(session: Session, demand: Demand) -> list[Bid]:
    """The bids a decision chooses among, the best first; finalists without rank by number."""
    return bids_in(session, demand, CANDIDATES)


def bids_in(session: Session, demand: Demand, states: Iterable[BidState]) -> list[Bid]:
    """The demand's bids in these states, by rank and number."""
    query = select(Bid).where(Bid.demand_id == demand.id, Bid.state.in_(list(states)))
    rows = session.scalars(query.options(joinedload(Bid.lead), selectinload(Bid.parties)))
    return sorted(rows, key=_place)


def out_of_rank(candidates: Sequence[Bid], chosen: Sequence[Bid]) -> list[Bid]:
    """The chosen bids that a better one was passed over for: all must be the best of the candidates, as many as are
    chosen. Unranked finalists have no order to depart from."""
    ranked = sorted((bid for bid in candidates if bid.rank is not None), key=_place)
    best = {bid.id for bid in ranked[: len(chosen)]}
    return [bid for bid in chosen if bid.rank is not None and bid.id not in best]


def best_reserve(session: Session, demand: Demand) -> Bid | None:
    """The next bid on the reserve list: by rank, unranked finalists by total."""
    found = bids_in(session, demand, (BidState.RESERVE,))
    return min(found, key=lambda bid: (bid.rank or 0, -(bid.total or 0), bid.number or ""), default=None)


def fiscal_committed(session: Session, round_id: UUID) -> int:
    """Fiscal support in live awards of the round, in fen."""
    query = (
        select(func.coalesce(func.sum(Award.fiscal_fen), 0))
        .join(Demand, Award.demand_id == Demand.id)
        .where(Demand.round_id == round_id, Award.state.in_(LIVE))
    )
    return int(session.scalar(query) or 0)


def results(
    *, field: Any = None, region: Any = None, year: int | None = None, outcome: str | None = None
) -> Select[Demand]:
    """Published demands whose competition is over, newest outcome first. `outcome` is "awarded" or "no_award"."""
    query = _over().join(Round, Demand.round_id == Round.id)
    if field is not None:
        query = query.where(Demand.field == field)
    if region is not None:
        query = query.where(Demand.region == region)
    if year is not None:
        query = query.where(Round.year == year)
    if outcome == "awarded":
        query = query.where(Demand.state.in_((DemandState.AWARDED, DemandState.COMPLETED)))
    elif outcome == "no_award":
        query = query.where(Demand.state == DemandState.NO_AWARD)
    return query.options(
        joinedload(Demand.round),
        joinedload(Demand.owner),
        selectinload(Demand.awards).joinedload(Award.bid).joinedload(Bid.lead),
    ).order_by(func.coalesce(Demand.awarded_at, Demand.ended_at).desc(), Demand.number)


@dataclass(frozen=True, slots=True)
class Figures:
    """How the competitions went, all years together."""

    posted: int
    awarded: int
    no_award: int

    @property
    def success_percent(self) -> int:
        """The share of posted demands that were taken on, in hundredths of a percent."""
        return self.awarded * 100_00 // self.posted if self.posted else 0


def figures(session: Session) -> Figures:
    """Posted, taken on, ended without award."""
    query = select(Demand.state, func.count()).where(Demand.published_at.is_not(None)).group_by(Demand.state)
    found = {row[0]: int(row[1]) for row in session.execute(query)}
    awarded = found.get(DemandState.AWARDED, 0) + found.get(DemandState.COMPLETED, 0)
    return Figures(sum(found.values()), awarded, found.get(DemandState.NO_AWARD, 0))


def years(session: Session) -> list[int]:
    """The years of rounds with results, newest first."""
    query = select(Round.year).where(
        Round.id.in_(select(Demand.round_id).where(Demand.state.in_(RESULT_STATES)))
    )
    return sorted(set(session.scalars(query)), reverse=True)


def winners(demand: Demand) -> list[Award]:
    """The awards in force: nobody else is named in public."""
    return [award for award in demand.awards if award.state is AwardState.ACTIVE]


def _over() -> Select[Demand]:
    return select(Demand).where(Demand.state.in_(RESULT_STATES), Demand.published_at.is_not(None))


def _place(bid: Bid) -> tuple[int, str, str]:
    return bid.rank or 0, bid.number or "", str(bid.id)
