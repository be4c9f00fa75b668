"""The pool as a draw sees it: unit, kind, match, load, and why someone may not be drawn for this panel."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import end_of_day, local, start_of_day
from app.core.text import normalize_for_compare
from app.experts.conflicts import (
    Person,
    authors_of,
    conflicts_with,
    opened_bids,
    parties_of,
    persons_of,
    recorded,
)
from app.experts.draw import Candidate
from app.models.accounts import Organisation, User
from app.models.bids import Bid
from app.models.contracts import Contract
from app.models.demands import Demand
from app.models.outcomes import Acceptance
from app.models.procedure_codes import PanelPurpose
from app.models.reviews import Assignment, Expert, Panel
from app.models.states import AssignmentState, ExpertState

# Seats that take an expert's time.
BUSY = (
    AssignmentState.DRAWN,
    AssignmentState.INVITED,
    AssignmentState.ACCEPTED,
    AssignmentState.DONE,
)
LEFT = (AssignmentState.DECLINED, AssignmentState.RECUSED, AssignmentState.REPLACED)
# Reasons beside those of ConflictReason.
INACTIVE = "inactive"
ON_RECORD = "conflict_on_record"
ON_PANEL = "on_panel"
LEFT_PANEL = "left_panel"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a panel judges: a demand's bids, or one acceptance."""

    purpose: PanelPurpose
    demand: Demand
    acceptance: Acceptance | None = None

    @property
    def thing(self) -> Demand | Acceptance:
        """The thing whose organizer draws."""
        return self.acceptance if self.acceptance is not None else self.demand

    def bids(self, session: Session) -> list[Bid]:
        """The bids whose units count as parties: all opened ones, or the one that is being accepted."""
        if self.acceptance is None:
            return opened_bids(session, self.demand)
        contract: Contract = self.acceptance.contract
        return [contract.award.bid]


def subject_of(session: Session, panel: Panel) -> Subject:
    """What an existing panel judges."""
    if panel.demand is not None:
        return Subject(panel.purpose, panel.demand)
    acceptance = session.get(Acceptance, panel.acceptance_id)
    if acceptance is None:
        raise ValueError("a panel judges a demand or an acceptance")
    return Subject(panel.purpose, acceptance.contract.award.demand, acceptance)


def candidates_for(
    session: Session, subject: Subject, now: datetime, *, panel: Panel | None = None
) -> list[Candidate]:
    """Every expert who has not left the pool, with what speaks for and against them.

    With a `panel`, those who sit on it stay in without reasons, and whoever left it is out."""
    experts = session.scalars(
        select(Expert).where(Expert.state != ExpertState.RETIRED).order_by(Expert.id)
    ).all()
    persons = persons_of(session, experts)
    sides = parties_of(session, subject.demand, subject.bids(session))
    authors = authors_of(session, subject.demand)
    on_record = recorded(session, subject.demand)
    loads = _loads(session, now)
    disabled = set(session.scalars(select(User.id).where(User.disabled_at.is_not(None))))
    selected = _selectors(session, subject.demand)
    seats = _seats(session, subject, panel)
    units = _units(experts)
    organiser = subject.demand.round.organiser
    found = []
    for expert in experts:
        reasons = [each.reason.value for each in conflicts_with(persons[expert.id], sides, authors)]
        reasons += [ON_RECORD] if expert.id in on_record else []
        reasons += [INACTIVE] if expert.state is not ExpertState.ACTIVE or expert.user_id in disabled else []
        reasons += seats.get(expert.id, [])
        found.append(
            Candidate(
                id=str(expert.id),
                unit=units[expert.id],
                kind=expert.kind.value,
                is_outside=not _belongs(persons[expert.id], organiser),
                is_field_match=subject.demand.field.value in expert.fields,
                is_newcomer=expert.id not in selected,
                load=loads[expert.id],
                max_load=min(expert.max_load, subject.demand.round.panel_max_load),
                reasons=tuple(sorted(set(reasons))),
            )
        )
    return found


def year_of(now: datetime) -> tuple[datetime, datetime]:
    """The calendar year around the moment: first moment, and first moment after."""
    year = local(now).year
    return start_of_day(date(year, 1, 1)), end_of_day(date(year, 12, 31))


def _loads(session: Session, now: datetime) -> Counter[UUID]:
    first, after = year_of(now)
    rows = session.execute(
        select(Assignment.expert_id, func.count())
        .join(Panel, Assignment.panel_id == Panel.id)
        .where(
            Assignment.is_reserve.is_(False),
            Assignment.state.in_(BUSY),
            Panel.drawn_at >= first,
            Panel.drawn_at < after,
        )
        .group_by(Assignment.expert_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def _selectors(session: Session, demand: Demand) -> set[UUID]:
    """Who sat on a panel that selected among the demand's bids."""
    return set(
        session.scalars(
            select(Assignment.expert_id)
            .join(Panel, Assignment.panel_id == Panel.id)
            .where(
                Panel.demand_id == demand.id,
                Assignment.is_reserve.is_(False),
                Assignment.state.in_((AssignmentState.ACCEPTED, AssignmentState.DONE)),
            )
        )
    )


def _seats(session: Session, subject: Subject, panel: Panel | None) -> dict[UUID, list[str]]:
    """Reasons from panels on the same subject: who left one may not come back; who sits on this one is taken."""
    key = Panel.acceptance_id if subject.acceptance is not None else Panel.demand_id
    rows = session.execute(
        select(Assignment.expert_id, Assignment.state, Panel.id)
        .join(Panel, Assignment.panel_id == Panel.id)
        .where(key == subject.thing.id)
    )
    found: dict[UUID, list[str]] = {}
    for row in rows:
        if row[1] in LEFT:
            found.setdefault(row[0], []).append(LEFT_PANEL)
        elif panel is not None and row[2] == panel.id:
            found.setdefault(row[0], []).append(ON_PANEL)
    return found


def _units(experts: Sequence[Expert]) -> dict[UUID, str]:
    """One key for each unit: its credit code where somebody named it, else its name."""
    codes = {
        normalize_for_compare(expert.unit_name): expert.unit_uscc for expert in experts if expert.unit_uscc
    }
    keys = {}
    for expert in experts:
        name = normalize_for_compare(expert.unit_name)
        keys[expert.id] = expert.unit_uscc or codes.get(name) or name
    return keys


def _belongs(person: Person, organisation: Organisation) -> bool:
    return organisation.uscc in person.codes or normalize_for_compare(organisation.name) in person.names
