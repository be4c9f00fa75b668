"""Vetting (论证): the organizer scores a demand, then approves it, sends it back, merges it or does not list it."""

from flask import Flask, url_for

from app.access import Permission, can
from app.core.i18n import _l
from app.demands.extras import add_demand_buttons
from app.models.demands import Demand
from app.models.states import DemandState
from app.vetting import views
from app.web.actions import Button, button
from app.web.context import actor
from app.web.navigation import add_desk_item


def init_app(app: Flask) -> None:
    """Register pages, the work area, and the way here from the page of a demand."""
    app.register_blueprint(views.blueprint)
    add_demand_buttons(_score_button)
    add_desk_item(
        _l("Demands and listings"),
        _l("Vetting of demands"),
        "vetting.index",
        Permission.DEMAND_VET,
        order=21,
    )


def _score_button(demand: Demand) -> list[Button]:
    if demand.state is not DemandState.VETTING or not can(actor(), Permission.DEMAND_VET, demand):
        return []
    return [button(_l("Score the demand"), url_for("vetting.show", demand_id=demand.id), style="primary")]
