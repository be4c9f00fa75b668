"""Who sees what of a review, as selects and as questions about one demand.

The matrix: sheets go to the organizer when all are locked, to the panel's members when all are locked, to the
supervisor; totals and ranks further to the owner after the decision, and a bidder's own from the notice on. Nobody
else, and names of experts to organizer and supervisor only."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import Session, joinedload

from app.access import Actor
from app.bids.queries import outcome_is_told, outcome_told
from app.models.accounts import Membership
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.reviews import Assignment, Panel
from app.models.rounds import Round
from app.models.states import AwardState, DemandState
from app.reviews.queries.boards import SEATED, UNDER_REVIEW, Board

REVIEWED = (
    DemandState.REVIEWING,
    DemandState.RECOMMENDED,
    DemandState.IN_NOTICE,
    DemandState.AWARDED,
    DemandState.COMPLETED,
)
ENDED = (DemandState.NO_AWARD, DemandState.WITHDRAWN)


def desks(actor: Actor) -> Select[Demand]:
    """Demands whose review the actor conducts (organizer) or watches (supervisor), from the formal check on."""
    has_panel = exists().where(Panel.demand_id == Demand.id)
    begun = or_(
        Demand.state.in_((DemandState.SCREENING, *REVIEWED)), and_(Demand.state.in_(ENDED), has_panel)
    )
    query = select(Demand).where(begun, _conducted(actor))
    return query.options(joinedload(Demand.round), joinedload(Demand.owner))


def panels_sat_on(actor: Actor) -> Select[Demand]:
    """Demands under review on whose panel the actor sits, with declaration and pledge signed."""
    query = select(Demand).where(Demand.state.in_((*REVIEWED, *ENDED)), _sat_on(actor))
    return query.options(joinedload(Demand.round), joinedload(Demand.owner))


def rated_demands(actor: Actor) -> Select[Demand]:
    """Own demands under review in rounds where the owner scores its satisfaction with each bid."""
    if actor.organisation_id is None or not actor.has(Role.DEMAND_OWNER):
        return select(Demand).where(false())
    return (
        select(Demand)
        .join(Round, Demand.round_id == Round.id)
        .where(
            Demand.owner_id == actor.organisation_id,
            Demand.state.in_(REVIEWED),
            Round.owner_satisfaction_max > 0,
        )
    )


def ranking_readers(actor: Actor) -> Select[Demand]:
    """Demands whose ranking the actor may come to read: those of the desk, and own ones once the review has begun."""
    owned: ColumnElement[bool] = false()
    if actor.organisation_id is not None and actor.has(Role.DEMAND_OWNER):
        owned = Demand.owner_id == actor.organisation_id
    query = select(Demand).where(
        Demand.state.in_((*REVIEWED, DemandState.NO_AWARD)), or_(_conducted(actor), owned)
    )
    return query.options(joinedload(Demand.round), joinedload(Demand.owner))


def report_readers(actor: Actor) -> Select[Demand]:
    """Demands whose report the actor may come to read: those of the desk, and those of one's own panels."""
    query = select(Demand).where(
        Demand.state.in_((*REVIEWED, *ENDED)), or_(_conducted(actor), _sat_on(actor))
    )
    return query.options(joinedload(Demand.round), joinedload(Demand.owner))


def feedback_bids(actor: Actor) -> Select[Bid]:
    """Own bids that were scored and whose demand's outcome is out."""
    if actor.organisation_id is None or not actor.has(Role.BIDDER):
        return select(Bid).where(false())
    return (
        select(Bid)
        .join(Demand, Bid.demand_id == Demand.id)
        .where(
            Bid.lead_id == actor.organisation_id,
            Bid.total.is_not(None),
            Bid.state.in_(UNDER_REVIEW),
            outcome_told(),
        )
        .options(joinedload(Bid.demand).joinedload(Demand.round))
    )


def is_decided(demand: Demand) -> bool:
    """Whether the organizer has recorded the decision, or it is out already."""
    if demand.state is DemandState.RECOMMENDED and any(
        award.state is AwardState.PENDING for award in demand.awards
    ):
        return True
    return outcome_is_told(demand)


def may_read_ranking(actor: Actor, demand: Demand) -> bool:
    """Whether the actor reads totals and ranks of all bids of a demand found by `ranking_readers`.

    Organizer and supervisor once the totals stand; the owner after the decision."""
    if conducts(actor, demand) or actor.has(Role.SUPERVISOR):
        return True
    is_owner = actor.has(Role.DEMAND_OWNER) and actor.organisation_id == demand.owner_id
    return is_owner and is_decided(demand)


def may_read_report(actor: Actor, board: Board) -> bool:
    """Whether the actor reads the panel's report: members once drafted, organizer and supervisor once signed."""
    if board.panel.report_drafted_at is None:
        return False
    if my_seat_on(actor, board) is not None:
        return True
    is_reader = conducts(actor, board.demand) or actor.has(Role.SUPERVISOR)
    return is_reader and board.panel.report_signed_at is not None


def my_seat_on(actor: Actor, board: Board) -> Assignment | None:
    """The actor's own seat on the panel of the board."""
    if actor.expert_id is None:
        return None
    return next((seat for seat in board.seats if seat.expert_id == actor.expert_id), None)


def conducts(actor: Actor, demand: Demand) -> bool:
    """Whether the actor is an officer of the round's organizer."""
    return actor.has(Role.ORGANIZER) and actor.organisation_id == demand.organiser_id


def _conducted(actor: Actor) -> ColumnElement[bool]:
    if actor.has(Role.SUPERVISOR):
        return Demand.id.is_not(None)
    if actor.has(Role.ORGANIZER) and actor.organisation_id is not None:
        return Demand.round_id.in_(select(Round.id).where(Round.organiser_id == actor.organisation_id))
    return false()


def _sat_on(actor: Actor) -> ColumnElement[bool]:
    if actor.expert_id is None:
        return false()
    return exists().where(
        Panel.demand_id == Demand.id,
        Panel.is_live,
        Assignment.panel_id == Panel.id,
        Assignment.expert_id == actor.expert_id,
        Assignment.is_reserve.is_(False),
        Assignment.state.in_(SEATED),
        Assignment.declared_at.is_not(None),
        Assignment.pledged_at.is_not(None),
    )


def staff(session: Session, organisation_id: UUID, role: Role) -> list[UUID]:
    """The people who hold the role in the unit now: whom messages go to."""
    query = select(Membership.user_id).where(
        Membership.organisation_id == organisation_id,
        Membership.role == role,
        Membership.ended_at.is_(None),
    )
    return sorted(set(session.scalars(query)))
