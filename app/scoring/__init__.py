"""Score sheets: one shape for vetting, bid review, defence and acceptance; and the arithmetic of totals and ranks."""

from flask import Flask

from app.core.i18n import _l
from app.scoring import listeners, views
from app.web.timeline import DONE
from app.workflow import ASSIGNMENT, listen


def init_app(app: Flask) -> None:
    """Register the pages, the wording of events and what follows when an expert leaves a panel."""
    app.register_blueprint(views.blueprint)
    DONE["sheet.save"] = _l("Sheet saved as a draft")
    DONE["sheet.void"] = _l("Sheet declared void")
    for action in ("take_off", "recuse", "replace"):
        listen(ASSIGNMENT, action, listeners.void_on_leaving)
