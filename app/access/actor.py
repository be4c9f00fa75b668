"""Who is acting: a person in an organisation with the roles held there, the clock, or a visitor."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from app.models.codes import Region
from app.models.procedure_codes import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting for one organisation. Built anew for each request, so rights act at once.

    `roles` are those held in `organisation_id`, plus EXPERT and PANEL_CHAIR for a person in the expert pool: a seat
    decides which bids an expert reads and which panel a chair leads."""

    user_id: UUID | None = None
    organisation_id: UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    expert_id: UUID | None = None
    region: Region | None = None
    is_system: bool = False

    @property
    def is_signed_in(self) -> bool:
        """Whether a person stands behind this actor."""
        return self.user_id is not None

    def as_system(self) -> "Actor":
        """The site itself, acting on what this person has just done: the event still names the person."""
        return replace(self, is_system=True)

    def has(self, role: Role) -> bool:
        """Whether the actor holds the role."""
        return role in self.roles


ANONYMOUS = Actor()
SYSTEM = Actor(is_system=True)
