"""What later stages add to the page of a demand: buttons for their own acts, and links to their own pages."""

from collections.abc import Callable

from app.core.i18n import Lazy
from app.models.demands import Demand
from app.web.actions import Button

ButtonMaker = Callable[[Demand], list[Button]]
LinkMaker = Callable[[Demand], list[tuple[Lazy, str]]]
_BUTTONS: list[ButtonMaker] = []
_LINKS: list[LinkMaker] = []


def add_demand_buttons(maker: ButtonMaker) -> None:
    """Let a later stage put buttons on the page of a demand: `maker(demand)`, for the actor of the request."""
    if maker not in _BUTTONS:
        _BUTTONS.append(maker)


def add_demand_links(maker: LinkMaker) -> None:
    """Let a later stage link its pages (opening record, notice, contract) from the page of a demand."""
    if maker not in _LINKS:
        _LINKS.append(maker)


def extra_buttons(demand: Demand) -> list[Button]:
    """The buttons of all later stages."""
    return [each for maker in _BUTTONS for each in maker(demand)]


def extra_links(demand: Demand) -> list[tuple[Lazy, str]]:
    """The links of all later stages."""
    return [each for maker in _LINKS for each in maker(demand)]
