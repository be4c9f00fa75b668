"""What will be written: demands with their rows, and the units that are not known yet."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.models.codes import OrganisationType, Region

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that the sheet names and the site does not know: registered, awaiting verification by an operator."""

    id: UUID
    uscc: str
    name: str
    org_type: OrganisationType
    region: Region
    legal_rep: str


@dataclass(frozen=True, slots=True)
class PlannedDemand:
    """A demand to be written: `values` are columns of the demand, `row` is where it stands in the sheet."""

    row: int
    uscc: str
    values: Row
    indicators: list[Row]
    fundings: list[Row]


@dataclass
class Plan:
    """Everything one sheet writes. `owners` gives the organisation of each code, new ones included."""

    demands: list[PlannedDemand] = field(default_factory=list)
    units: dict[str, NewUnit] = field(default_factory=dict)
    owners: dict[str, UUID] = field(default_factory=dict)
