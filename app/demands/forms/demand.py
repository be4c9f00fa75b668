"""What several forms of a demand share: kinds of pictures, and a unit as something to choose."""

from dataclasses import dataclass

from app.models.accounts import Organisation

PICTURES = ("png", "jpg", "jpeg", "webp", "pdf")


@dataclass(frozen=True, slots=True)
class OrganisationChoice:
    """A unit as an entry of a list to choose from."""

    value: str
    label: str

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationChoice":
        """The entry of a unit."""
        return cls(str(organisation.id), organisation.name)
