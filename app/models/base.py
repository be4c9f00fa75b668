"""The base of all tables: names for constraints, random identifiers, row versions, states and holds."""

from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from app.core.i18n import Lazy
from app.models.types import Json, Moment

# Predictable names: a broken constraint is turned into a sentence beside the field by its name.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Rows = list[dict[str, Any]]


class Base(DeclarativeBase):
    """Every table of the product."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment(),
        UUID: Uuid(),
        dict[str, Any]: Json,
        Rows: Json,
        list[str]: Json,
    }


class Coded(str, Enum):
    """A code list: what is stored is the code, what is read is the wording, and both stand on one line."""

    label: Lazy

    def __new__(cls, code: str, label: Lazy) -> "Coded":
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    @classmethod
    def of(cls, code: str) -> Self:
        """The member of this code. Raises KeyError for a code that is not in the list."""
        found: Self = cls._value2member_map_[code]  # type: ignore[assignment]
        return found

    def __str__(self) -> str:
        return str(self.value)


class State(str, Enum):
    """The states of one thing: code, wording and colour on one line."""

    label: Lazy
    colour: str

    def __new__(cls, code: str, label: Lazy, colour: str) -> "State":
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.colour = colour
        return member

    def __str__(self) -> str:
        return str(self.value)


class Identified:
    """A random identifier: it stands in addresses and is never a permission."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


class Versioned:
    """A row version that travels in every UPDATE: of two writers who read the same row, the second is refused."""

    version: Mapped[int] = mapped_column(default=1, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__dict__.get("version") or cls.__table__.c.version}  # type: ignore[attr-defined]


class Holdable:
    """A hold: nothing moves until it is lifted. It is a flag beside the state, never a state."""

    hold_reason: Mapped[str | None]
    hold_since_at: Mapped[datetime | None]
    hold_by_id: Mapped[UUID | None]
    is_hold_pausing_clock: Mapped[bool] = mapped_column(default=False)
    paused_seconds: Mapped[int] = mapped_column(default=0)

    @property
    def is_held(self) -> bool:
        """Whether a hold is in force."""
        return self.hold_since_at is not None


def hold_check() -> CheckConstraint:
    """A hold has a reason exactly while it is in force."""
    return CheckConstraint("(hold_reason IS NULL) = (hold_since_at IS NULL)", name="hold_has_reason")
