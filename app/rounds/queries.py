"""Which rounds a person may see, how many demands each holds by state, and what is due in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, case, false, func, or_, select, type_coerce
from sqlalchemy.orm import Session, joinedload

from app.access import Actor
from app.core.clock import day_of, end_of_day
from app.core.i18n import Lazy, _l
from app.core.workdays import UnknownCalendarYear
from app.models.accounts import Membership, User
from app.models.awards import Notice
from app.models.demands import Demand
from app.models.procedure_codes import NoticeKind, Role
from app.models.rounds import Round
from app.models.states import DemandState as D
from app.models.states import NoticeState, RoundState
from app.rounds.calendar import work_calendar

# What the public counts: a demand exists for it once it is published.
PUBLISHED = (
    D.OPEN,
    D.CLOSED,
    D.SCREENING,
    D.REVIEWING,
    D.RECOMMENDED,
    D.IN_NOTICE,
    D.AWARDED,
    D.COMPLETED,
    D.NO_AWARD,
    D.WITHDRAWN,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a round's work: the states in it and what the organizer does there."""

    code: str
    label: Lazy
    states: tuple[D, ...]
    task: Lazy


STAGES = (
    Stage(
        "collection",
        _l("Collection"),
        (D.SUBMITTED, D.RETURNED),
        _l("Wait for the recommending unit or the owner"),
    ),
    Stage("vetting", _l("Vetting"), (D.VETTING,), _l("Score and decide")),
    Stage("approved", _l("To be published"), (D.APPROVED,), _l("Set the dates and publish")),
    Stage("bidding", _l("Bidding"), (D.OPEN,), _l("Wait for the closing time")),
    Stage("opening", _l("Opening"), (D.CLOSED,), _l("Open the bids")),
    Stage("check", _l("Formal check"), (D.SCREENING,), _l("Check every bid and draw the panel")),
    Stage("review", _l("Expert review"), (D.REVIEWING,), _l("Follow the panel and conclude")),
    Stage("decision", _l("Decision"), (D.RECOMMENDED,), _l("Decide and publish the notice")),
    Stage("notice", _l("Public notice"), (D.IN_NOTICE,), _l("Wait for the end of the notice")),
    Stage("contract", _l("Contract"), (D.AWARDED,), _l("See that the contract is signed")),
    Stage("no_award", D.NO_AWARD.label, (D.NO_AWARD,), _l("Wait for the owner's choice")),
    Stage(
        "ended",
        _l("Ended"),
        (D.COMPLETED, D.WITHDRAWN, D.REJECTED, D.MERGED, D.NOT_RECOMMENDED),
        _l("Nothing more to do"),
    ),
)
STAGE_OF = {state: stage for stage in STAGES for state in stage.states}


@dataclass(frozen=True, slots=True)
class Due:
    """A demand on the overview: the state that is true now, its stage, and until when its step is due, if at all."""

    demand: Demand
    state: D
    stage: Stage
    due_at: datetime | None


def visible_to(actor: Actor) -> Select[Round]:
    """Rounds that have opened are public; a draft is seen by its own organizers and the supervisor."""
    query = select(Round).options(joinedload(Round.organiser))
    if actor.has(Role.SUPERVISOR):
        return query
    return query.where(or_(Round.state != RoundState.DRAFT, _ours(actor)))


def managed_by(actor: Actor) -> Select[Round]:
    """The rounds whose work the actor oversees: their unit's own, for the supervisor all."""
    query = select(Round).options(joinedload(Round.organiser))
    return query if actor.has(Role.SUPERVISOR) else query.where(_ours(actor))


def in_order(query: Select[Round]) -> Select[Round]:
    """Newest first."""
    return query.order_by(Round.year.desc(), Round.serial.desc(), Round.id)


def years(session: Session, query: Select[Round]) -> list[int]:
    """The years that have rounds within the query, newest first."""
    ids = query.with_only_columns(Round.id).order_by(None)
    found = select(Round.year).where(Round.id.in_(ids)).distinct().order_by(Round.year.desc())
    return list(session.scalars(found))


def published_counts(session: Session, rounds: Sequence[Round], now: datetime) -> dict[UUID, int]:
    """How many listings each round has published."""
    counts = (
        select(Demand.round_id, func.count())
        .where(Demand.round_id.in_([each.id for each in rounds]), _state_now(now).in_(_codes(PUBLISHED)))
        .group_by(Demand.round_id)
    )
    return {row[0]: row[1] for row in session.execute(counts)}


def counts_by_state(session: Session, round_: Round, now: datetime) -> dict[D, int]:
    """How many demands of the round are in each state now, in the order of the procedure. Drafts are not counted."""
    state = _state_now(now)
    rows = session.execute(
        select(state, func.count())
        .where(Demand.round_id == round_.id, Demand.submitted_at.is_not(None), Demand.state != D.DRAFT)
        .group_by(state)
    )
    by_code = {each.value: each for each in D}
    found = {by_code[row[0]]: row[1] for row in rows}
    return {each: found[each] for each in D if each in found}


def demands_of(round_: Round, now: datetime, stage: Stage | None = None) -> Select[Demand]:
    """The submitted demands of the round, those that wait longest first; of one stage if it is given."""
    query = select(Demand).options(joinedload(Demand.owner)).where(Demand.round_id == round_.id)
    query = query.where(Demand.submitted_at.is_not(None), Demand.state != D.DRAFT)
    if stage is not None:
        query = query.where(_state_now(now).in_(_codes(stage.states)))
    place = case(*[(Demand.state.in_(each.states), at) for at, each in enumerate(STAGES)], else_=len(STAGES))
    return query.order_by(place, Demand.closes_at, Demand.submitted_at, Demand.id)


def with_due(session: Session, round_: Round, demands: Sequence[Demand], now: datetime) -> list[Due]:
    """Each demand with the state that is true now and when its step is due."""
    ends = _notice_ends(session, demands)
    calendar = work_calendar(session)

    def due_at(demand: Demand, state: D) -> datetime | None:
        if state is D.OPEN:
            return demand.closes_at
        if state is D.APPROVED:
            return demand.publish_at
        if state is D.IN_NOTICE:
            return ends.get(demand.id)
        if state is D.AWARDED and demand.awarded_at:
            return demand.awarded_at + timedelta(days=round_.contract_sign_days)
        if state is D.NO_AWARD and demand.ended_at:
            try:
                return end_of_day(calendar.add_workdays(day_of(demand.ended_at), round_.no_award_choice_wd))
            except UnknownCalendarYear:
                return None
        return None

    found = []
    for demand in demands:
        state = state_now(demand, now)
        found.append(Due(demand, state, STAGE_OF[state], due_at(demand, state)))
    return found


def state_now(demand: Demand, now: datetime) -> D:
    """The state that time has made true, whether or not the clock job has written it."""
    if demand.state is D.OPEN and demand.closes_at and demand.closes_at <= now and not demand.is_held:
        return D.CLOSED
    return demand.state


def possible_officers(session: Session, round_: Round) -> list[User]:
    """The organizers of the round's unit, by name. Whoever supervises anywhere is not among them."""
    supervisors = select(Membership.user_id).where(
        Membership.role == Role.SUPERVISOR, Membership.ended_at.is_(None)
    )
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == round_.organiser_id,
            Membership.role == Role.ORGANIZER,
            Membership.ended_at.is_(None),
            User.disabled_at.is_(None),
            User.id.not_in(supervisors),
        )
        .order_by(User.name, User.id)
    )
    return list(session.scalars(query))


def _ours(actor: Actor) -> ColumnElement[bool]:
    if not actor.has(Role.ORGANIZER) or actor.organisation_id is None:
        return false()
    return Round.organiser_id == actor.organisation_id


def _codes(states: Sequence[D]) -> list[str]:
    return [each.value for each in states]


def _state_now(now: datetime) -> ColumnElement[str]:
    is_over = and_(Demand.state == D.OPEN, Demand.closes_at <= now, Demand.hold_since_at.is_(None))
    return case((is_over, D.CLOSED.value), else_=type_coerce(Demand.state, String))


def _notice_ends(session: Session, demands: Sequence[Demand]) -> dict[UUID, datetime]:
    ids = [each.id for each in demands if each.state is D.IN_NOTICE]
    if not ids:
        return {}
    rows = session.execute(
        select(Notice.demand_id, Notice.ends_at).where(
            Notice.demand_id.in_(ids),
            Notice.kind == NoticeKind.AWARD,
            Notice.state == NoticeState.IN_FORCE,
            Notice.ends_at.is_not(None),
        )
    )
    return {row[0]: row[1] for row in rows if row[0] is not None and row[1] is not None}
