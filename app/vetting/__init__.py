"""Vetting (论证): officers or a panel score a demand; the organizer approves it, sends it back, merges or drops it."""

from flask import Flask, url_for

from app.access import Permission, can
from app.core.i18n import _l
from app.demands.extras import add_demand_buttons
from app.experts.views_seats import register_work
from app.models.demands import Demand
from app.models.procedure_codes import PanelPurpose
from app.models.states import DemandState
from app.vetting import panels, views
from app.vetting import views_panel as _panel  # noqa: F401 - puts its pages on the blueprint
from app.vetting import views_selection as _selection  # noqa: F401 - puts its pages on the blueprint
from app.web.actions import Button, button
from app.web.context import actor
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow import DEMAND, listen


def init_app(app: Flask) -> None:
    """Register pages, the work area, and the way here from the page of a demand."""
    app.register_blueprint(views.blueprint)
    register_work(PanelPurpose.VETTING, "vetting.seat")
    for action in ("approve", "reject", "merge"):
        listen(DEMAND, action, panels.dissolve)
    DONE["panel.dissolve"] = _l("Vetting panel dissolved: the demand is decided")
    DONE["panel.recall"] = _l("Vetting panel called again")
    DONE["demand_selection.record"] = _l("Collective decision on the selection recorded")
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
