"""Which bids a person may see: before the opening only their own unit's, and nobody else learns that they exist."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import Actor
from app.models.base import State
from app.models.bids import Bid, BidFile, BidParty, BidVersion, CreditListing, FormalCheck, OpeningRecord
from app.models.demands import Demand, DemandEdition
from app.models.procedure_codes import CheckPoint, OfficerDuty, Role
from app.models.records import Event
from app.models.reviews import Assignment, Conflict, Panel
from app.models.rounds import Round, RoundOfficer
from app.models.states import AssignmentState, BidState, DemandState
from app.workflow import state_at

# What an expert with a seat may read: bids that passed the formal check, and what became of them.
REVIEWED = frozenset(
    {
        BidState.ELIGIBLE,
        BidState.SCORED,
        BidState.SHORTLISTED,
        BidState.RECOMMENDED,
        BidState.RESERVE,
        BidState.NOT_SELECTED,
        BidState.AWARDED,
        BidState.DECLINED,
    }
)
# How a bid fared in the review: its unit and the owner learn it when the outcome is told.
JUDGED_STATES = (
    BidState.SCORED,
    BidState.SHORTLISTED,
    BidState.RECOMMENDED,
    BidState.RESERVE,
    BidState.NOT_SELECTED,
)
ON_NOTICE = (DemandState.IN_NOTICE, DemandState.AWARDED, DemandState.COMPLETED)
SEATED = (AssignmentState.ACCEPTED, AssignmentState.DONE)
# Each of these begins the formal check of a bid anew.
RECHECKED = ("cure", "readmit", "check_again")


def visible_to(actor: Actor) -> Select[Bid]:
    """The bids the actor may see, content included; the same select serves lists, pages, files and counts."""
    return (
        select(Bid)
        .where(_visible(actor))
        .options(joinedload(Bid.demand).joinedload(Demand.round), joinedload(Bid.lead))
    )


def _visible(actor: Actor) -> ColumnElement[bool]:
    allowed: list[ColumnElement[bool]] = []
    of_round = select(Demand.id).join(Round, Demand.round_id == Round.id)
    if actor.organisation_id is not None:
        if actor.has(Role.BIDDER):
            allowed.append(Bid.lead_id == actor.organisation_id)
        if actor.has(Role.ORGANIZER):
            ours = of_round.where(Round.organiser_id == actor.organisation_id)
            allowed.append(and_(Bid.opened_at.is_not(None), Bid.demand_id.in_(ours)))
        if actor.has(Role.DEMAND_OWNER):
            posted = select(Demand.id).where(Demand.owner_id == actor.organisation_id)
            allowed.append(and_(Bid.opened_at.is_not(None), Bid.demand_id.in_(posted)))
        if actor.has(Role.SUPERVISOR):
            allowed.append(Bid.opened_at.is_not(None))
    if actor.expert_id is not None:
        allowed.append(_assigned(actor.expert_id))
    return or_(*allowed) if allowed else false()


def _assigned(expert_id: UUID) -> ColumnElement[bool]:
    seat = exists().where(
        Panel.demand_id == Bid.demand_id,
        Panel.is_live,
        Assignment.panel_id == Panel.id,
        Assignment.expert_id == expert_id,
        Assignment.is_reserve.is_(False),
        Assignment.state.in_(SEATED),
        Assignment.pledged_at.is_not(None),
    )
    conflict = exists().where(Conflict.expert_id == expert_id, Conflict.demand_id == Bid.demand_id)
    return and_(Bid.opened_at.is_not(None), Bid.state.in_(REVIEWED), seat, ~conflict)


def is_own(bid: Bid, actor: Actor) -> bool:
    """Whether the actor is a member of the lead unit in the role that bids."""
    return actor.has(Role.BIDDER) and actor.organisation_id == bid.lead_id


def reads_as_expert(bid: Bid, actor: Actor) -> bool:
    """Whether a person who may see the bid sees it through a seat on the panel alone."""
    if actor.expert_id is None or is_own(bid, actor) or actor.has(Role.SUPERVISOR):
        return False
    as_organiser = actor.has(Role.ORGANIZER) and bid.organiser_id == actor.organisation_id
    as_owner = actor.has(Role.DEMAND_OWNER) and bid.owner_id == actor.organisation_id
    return not as_organiser and not as_owner


def outcome_told() -> ColumnElement[bool]:
    """Of a demand: whether the outcome of its present review is out, on notice or later, or ended without award.

    Back from the award to the next rank, what was on notice stays known; back with the panel, nothing is."""
    return or_(
        Demand.state.in_(ON_NOTICE),
        and_(Demand.state == DemandState.NO_AWARD, Demand.review_concluded_at.is_not(None)),
        and_(
            Demand.state == DemandState.RECOMMENDED,
            Demand.awarded_at.is_not(None),
            Demand.awarded_at >= Demand.review_concluded_at,
        ),
    )


def outcome_is_told(demand: Demand) -> bool:
    """The same of one demand that is at hand."""
    if demand.state in ON_NOTICE:
        return True
    if demand.state is DemandState.NO_AWARD:
        return demand.review_concluded_at is not None
    if demand.state is not DemandState.RECOMMENDED or not demand.awarded_at or not demand.review_concluded_at:
        return False
    return demand.awarded_at >= demand.review_concluded_at


def learns_outcome_later(bid: Bid, actor: Actor) -> bool:
    """Whether the reader is the bidder or the owner, who learn how the bid fared when the outcome is told."""
    if actor.has(Role.SUPERVISOR) or reads_as_expert(bid, actor):
        return False
    is_office = actor.has(Role.ORGANIZER) and actor.organisation_id == bid.organiser_id
    return not is_office and not outcome_is_told(bid.demand)


def state_shown(bid: Bid, actor: Actor, now: datetime) -> State:
    """The state of the bid as this reader may know it: until the outcome is told, a judged bid is one in review."""
    if bid.state in JUDGED_STATES and learns_outcome_later(bid, actor):
        return BidState.ELIGIBLE
    return state_at(bid, now)


def mine_shown_as(actor: Actor, state: BidState) -> Select[Bid]:
    """The unit's own bids that are shown in this state: a filter tells no more than the list."""
    is_told = Bid.demand.has(outcome_told())
    if state is BidState.ELIGIBLE:
        untold = and_(Bid.state.in_(JUDGED_STATES), ~is_told)
        return mine(actor).where(or_(Bid.state == state, untold))
    if state in JUDGED_STATES:
        return mine(actor).where(Bid.state == state, is_told)
    return mine(actor).where(Bid.state == state)


def mine(actor: Actor) -> Select[Bid]:
    """The bids that the actor's unit leads, newest first."""
    return (
        visible_to(actor)
        .where(Bid.lead_id == actor.organisation_id if actor.has(Role.BIDDER) else false())
        .order_by(Bid.created_at.desc(), Bid.id)
    )


def live_bid(session: Session, demand_id: UUID, lead_id: UUID) -> Bid | None:
    """The lead unit's one bid on the demand."""
    return session.scalar(select(Bid).where(Bid.demand_id == demand_id, Bid.lead_id == lead_id, Bid.is_live))


def listed_demands(actor: Actor) -> Select[Demand]:
    """Published demands of others, on which the actor's unit could bid."""
    return select(Demand).where(
        Demand.published_at.is_not(None) | (Demand.publish_at.is_not(None)),
        Demand.owner_id != actor.organisation_id,
    )


def organised_demands(actor: Actor) -> Select[Demand]:
    """Demands of the rounds that the actor's unit runs."""
    if not actor.has(Role.ORGANIZER) or actor.organisation_id is None:
        return select(Demand).where(false())
    return (
        select(Demand)
        .join(Round, Demand.round_id == Round.id)
        .where(Round.organiser_id == actor.organisation_id)
    )


def demands_at_work(actor: Actor) -> Select[Demand]:
    """Demands whose bids wait for the opening or the formal check, or have been opened; the earliest closing first."""
    return (
        organised_demands(actor)
        .where(Demand.published_at.is_not(None))
        .where(Demand.state.in_((DemandState.OPEN, DemandState.CLOSED)) | Demand.opened_at.is_not(None))
        .options(selectinload(Demand.opening_approvals), joinedload(Demand.opening_record))
        .order_by(Demand.closes_at.desc(), Demand.number)
    )


def demands_in_check(actor: Actor) -> Select[Demand]:
    """Demands whose opened bids the actor may oversee: those of our rounds, and all for a supervisor."""
    if actor.has(Role.SUPERVISOR):
        return select(Demand).where(Demand.opened_at.is_not(None))
    return organised_demands(actor).where(Demand.opened_at.is_not(None))


def records_visible_to(actor: Actor) -> Select[OpeningRecord]:
    """Opening records: for every bidder whose bid was opened, the organiser, the owner and supervisors."""
    allowed: list[ColumnElement[bool]] = []
    if actor.organisation_id is not None:
        if actor.has(Role.BIDDER):
            opened = select(Bid.demand_id).where(
                Bid.lead_id == actor.organisation_id, Bid.opened_at.is_not(None)
            )
            allowed.append(OpeningRecord.demand_id.in_(opened))
        if actor.has(Role.ORGANIZER):
            ours = select(Demand.id).join(Round, Demand.round_id == Round.id)
            allowed.append(
                OpeningRecord.demand_id.in_(ours.where(Round.organiser_id == actor.organisation_id))
            )
        if actor.has(Role.DEMAND_OWNER):
            posted = select(Demand.id).where(Demand.owner_id == actor.organisation_id)
            allowed.append(OpeningRecord.demand_id.in_(posted))
        if actor.has(Role.SUPERVISOR):
            allowed.append(OpeningRecord.id.is_not(None))
    return select(OpeningRecord).where(or_(*allowed) if allowed else false())


def version(session: Session, bid: Bid, number: int | None) -> BidVersion | None:
    """The version of this number, or the newest. Only this package asks; others go through `content.read`."""
    query = select(BidVersion).where(BidVersion.bid_id == bid.id).options(selectinload(BidVersion.files))
    if number is not None:
        return session.scalar(query.where(BidVersion.number == number))
    return session.scalar(query.order_by(BidVersion.number.desc()).limit(1))


def sealed_versions(session: Session, bid: Bid) -> list[BidVersion]:
    """The sealed versions of a bid, newest first."""
    query = select(BidVersion).where(BidVersion.bid_id == bid.id, BidVersion.sealed_at.is_not(None))
    return list(
        session.scalars(query.options(selectinload(BidVersion.files)).order_by(BidVersion.number.desc()))
    )


def opened_bids(session: Session, demand: Demand) -> list[Bid]:
    """The opened bids of a demand in the order of their numbers, with checks and leads."""
    query = (
        select(Bid)
        .where(Bid.demand_id == demand.id, Bid.opened_at.is_not(None))
        .options(joinedload(Bid.lead), selectinload(Bid.checks))
        .order_by(Bid.number, Bid.id)
    )
    return list(session.scalars(query))


def attempts(session: Session, bids: Iterable[Bid]) -> dict[UUID, int]:
    """Which run of the formal check each bid is in, from 1: a cure, a readmission or an order begins a new one."""
    ids = [bid.id for bid in bids]
    query = (
        select(Event.thing_id, func.count())
        .where(Event.thing_type == "bid", Event.thing_id.in_(ids), Event.action.in_(RECHECKED))
        .group_by(Event.thing_id)
    )
    found = {row[0]: int(row[1]) for row in session.execute(query)} if ids else {}
    return {each: 1 + found.get(each, 0) for each in ids}


def checks_of(session: Session, bid: Bid, attempt: int) -> list[FormalCheck]:
    """The formal checks of one run, in the order in which they were handed in."""
    query = select(FormalCheck).where(FormalCheck.bid_id == bid.id, FormalCheck.attempt == attempt)
    return list(
        session.scalars(
            query.options(joinedload(FormalCheck.officer)).order_by(FormalCheck.at, FormalCheck.id)
        )
    )


def points_of(codes: Iterable[str]) -> list[CheckPoint]:
    """The points of the formal check behind their codes, in the order of the list."""
    wanted = set(codes)
    return [each for each in CheckPoint if each.value in wanted]


def is_officer(demand: Demand, actor: Actor, duty: OfficerDuty) -> bool:
    """Whether the round names the actor for the duty."""
    return actor.user_id in {each.user_id for each in demand.round.officers if each.duty is duty}


def officers(session: Session, demand: Demand, duty: OfficerDuty) -> list[RoundOfficer]:
    """The people the round names for the duty."""
    query = select(RoundOfficer).where(RoundOfficer.round_id == demand.round_id, RoundOfficer.duty == duty)
    return list(session.scalars(query.options(joinedload(RoundOfficer.user)).order_by(RoundOfficer.id)))


def last_material_edition(session: Session, demand: Demand) -> int:
    """The number of the last correction that bidders must confirm; 0 when there was none."""
    query = select(func.max(DemandEdition.number)).where(
        DemandEdition.demand_id == demand.id, DemandEdition.is_material, DemandEdition.number > 1
    )
    return session.scalar(query) or 0


def credit_hits(session: Session, codes: Iterable[str]) -> list[CreditListing]:
    """Rows of the imported credit lists for these units."""
    query = select(CreditListing).where(CreditListing.uscc.in_(list(codes)))
    return list(session.scalars(query.order_by(CreditListing.list_code, CreditListing.uscc)))


def credit_lists(session: Session) -> dict[str, tuple[datetime, int]]:
    """Of each imported credit list: when it was imported and how many rows it has."""
    query = select(CreditListing.list_code, func.max(CreditListing.imported_at), func.count()).group_by(
        CreditListing.list_code
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}


def in_other_bids(session: Session, bid: Bid, codes: Iterable[str]) -> list[BidParty]:
    """Parties of other live bids on the same demand that are among these units."""
    query = select(BidParty).where(
        BidParty.demand_id == bid.demand_id,
        BidParty.is_live,
        BidParty.bid_id != bid.id,
        BidParty.uscc.in_(list(codes)),
    )
    return list(session.scalars(query.order_by(BidParty.uscc)))


def bids_in_round(session: Session, bid: Bid, codes: Iterable[str]) -> dict[str, int]:
    """In how many other live bids of the round each unit stands, listings that were withdrawn left aside."""
    query = (
        select(BidParty.uscc, func.count())
        .join(Demand, BidParty.demand_id == Demand.id)
        .where(
            Demand.round_id == bid.demand.round_id,
            Demand.state != DemandState.WITHDRAWN,
            BidParty.is_live,
            BidParty.bid_id != bid.id,
            BidParty.uscc.in_(list(codes)),
        )
        .group_by(BidParty.uscc)
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}


def submitted_elsewhere(session: Session, bid: Bid) -> list[Bid]:
    """Opened bids of the same lead on other demands, for the point against repeated applications."""
    query = select(Bid).where(Bid.lead_id == bid.lead_id, Bid.id != bid.id, Bid.opened_at.is_not(None))
    return list(session.scalars(query.options(joinedload(Bid.demand)).order_by(Bid.opened_at, Bid.id)))


def files_shared_with_others(session: Session, bid: Bid, hashes: Iterable[str]) -> list[str]:
    """The hashes of files that opened bids of other units on the same listing hold too."""
    query = (
        select(BidFile.sha256)
        .join(BidVersion, BidFile.version_id == BidVersion.id)
        .join(Bid, BidVersion.bid_id == Bid.id)
        .where(
            Bid.demand_id == bid.demand_id,
            Bid.lead_id != bid.lead_id,
            Bid.opened_at.is_not(None),
            BidVersion.number == Bid.sealed_version,
            BidFile.sha256.in_(list(hashes)),
        )
        .distinct()
    )
    return sorted(session.scalars(query))
