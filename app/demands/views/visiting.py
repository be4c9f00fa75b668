"""What each reader sees of a site visit."""

from dataclasses import dataclass
from datetime import datetime

from app.demands import queries
from app.demands.visits import signup_ends_at, visit_ends_at
from app.models.demands import Demand, SiteVisit, VisitSignup
from app.models.procedure_codes import Role
from app.web.context import actor, db, now


@dataclass(frozen=True, slots=True)
class Sight:
    """A visit as the reader of this request sees it.

    `own` is the reader's own sign-up. `passes` is the list for the gate, read by owner, organiser and supervisor; the
    names in it are read by the supervisor alone and empty for the others."""

    visit: SiteVisit
    ends_at: datetime
    signup_ends_at: datetime
    is_full: bool
    own: VisitSignup | None
    passes: list[tuple[VisitSignup, str]]

    @property
    def people(self) -> int:
        """How many people the list for the gate holds."""
        return sum(signup.people for signup, _name in self.passes)

    @property
    def is_called_off(self) -> bool:
        """Whether it will not take place."""
        return self.visit.cancelled_at is not None

    @property
    def is_ahead(self) -> bool:
        """Whether it has still to begin."""
        return now() < self.visit.starts_at and not self.is_called_off

    @property
    def takes_signups(self) -> bool:
        """Whether units may sign up or give their places back now."""
        return self.is_ahead and now() < self.signup_ends_at


def sights_of(demand: Demand) -> list[Sight]:
    """The visits of a demand by date, in two queries however many there are."""
    signups = queries.signups_of(db(), demand)
    return [_sight(visit, demand, signups) for visit in queries.visits_of(db(), demand)]


def sight_of(visit: SiteVisit) -> Sight:
    """One visit, for its own pages."""
    return _sight(visit, visit.demand, queries.signups_of(db(), visit.demand))


def _sight(visit: SiteVisit, demand: Demand, signups: list[tuple[VisitSignup, str]]) -> Sight:
    here = [(signup, name) for signup, name in signups if signup.visit_id == visit.id]
    taken = sum(signup.people for signup, _name in here)
    own = actor().organisation_id
    passes: list[tuple[VisitSignup, str]] = []
    if queries.reads_as_party(actor(), demand):
        sees_names = actor().has(Role.SUPERVISOR)
        passes = sorted(
            ((signup, name if sees_names else "") for signup, name in here),
            key=lambda each: each[0].pass_number,
        )
    return Sight(
        visit,
        visit_ends_at(visit),
        signup_ends_at(visit),
        visit.capacity is not None and taken >= visit.capacity,
        next((signup for signup, _name in here if own is not None and signup.organisation_id == own), None),
        passes,
    )
