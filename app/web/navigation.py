"""The two navigations: the public one on top, and the work areas at the side of a signed-in person's pages."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from app.access import Actor, Permission, grants
from app.core.i18n import Lazy, _l

TOP: tuple[tuple[Lazy, str], ...] = (
    (_l("Home"), "home.index"),
    (_l("Listings"), "demands.listings"),
    (_l("Demand collection"), "rounds.index"),
    (_l("Demonstration projects"), "demonstrations.catalogue"),
    (_l("Public notices"), "notices.index"),
    (_l("Results"), "awards.results"),
)


@dataclass(frozen=True, slots=True)
class DeskItem:
    """A work area: shown to holders of one of its permissions, or to everyone signed in when it names none."""

    group: Lazy
    label: Lazy
    endpoint: str
    permissions: tuple[Permission, ...]
    order: int


_DESK: list[DeskItem] = []


def add_desk_item(group: Lazy, label: Lazy, endpoint: str, *permissions: Permission, order: int = 50) -> None:
    """Let a stage add a work area. The same endpoint is added once."""
    if all(item.endpoint != endpoint for item in _DESK):
        _DESK.append(DeskItem(group, label, endpoint, permissions, order))
        _DESK.sort(key=lambda item: item.order)


def top_navigation() -> list[dict[str, Any]]:
    """The entries of the public navigation."""
    return [_entry(label, endpoint) for label, endpoint in TOP if endpoint in current_app.view_functions]


def desk_navigation(actor: Actor) -> list[dict[str, Any]]:
    """The work areas of the actor, grouped."""
    groups: dict[str, dict[str, Any]] = {}
    for item in _DESK:
        if item.permissions and not any(grants(actor, each) for each in item.permissions):
            continue
        group = groups.setdefault(str(item.group), {"label": item.group, "items": []})
        group["items"].append(_entry(item.label, item.endpoint))
    return list(groups.values())


def _entry(label: Lazy, endpoint: str) -> dict[str, Any]:
    return {"label": label, "url": url_for(endpoint), "active": request.endpoint == endpoint}
