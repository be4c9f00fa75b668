"""Decisions on who takes a demand on, the awards they make, and the public results."""

from flask import Flask

from app.access import Permission
from app.awards import views
from app.core.i18n import _l
from app.web.navigation import add_desk_item
from app.web.timeline import DONE


def init_app(app: Flask) -> None:
    """Register pages, navigation and the wording of events."""
    app.register_blueprint(views.blueprint)
    DONE["award.decide"] = _l("Award proposed by decision")
    DONE["award.set_lane"] = _l("Lane status changed by decision")
    add_desk_item(
        _l("Review and award"),
        _l("Decisions and awards"),
        "awards.index",
        Permission.AWARD_DECIDE,
        Permission.SATISFACTION_GIVE,
        Permission.BID_DECLINE,
        Permission.EVENT_READ,
        Permission.SUBSIDY_PAY,
        order=46,
    )
