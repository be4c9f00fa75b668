"""Expert review: the panel's work on a demand's bids, from the draw to the signed report and the ranking."""

from flask import Flask

from app.access import Permission
from app.core.i18n import _l
from app.experts.views_seats import register_work
from app.models.procedure_codes import PanelPurpose
from app.reviews import listeners, views
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow import ASSIGNMENT, SHEET, listen


def init_app(app: Flask) -> None:
    """Register pages, navigation, the wording of events, and what a review does by itself."""
    app.register_blueprint(views.blueprint)
    DONE.update(
        {
            "bid.give_satisfaction": _l("Owner's satisfaction scored"),
            "bid.recompute": _l("Total computed anew"),
            "panel.settle_tie": _l("Vote on a tie recorded"),
            "panel.draft_report": _l("Report drafted for signature"),
            "panel.withdraw_report": _l("Report taken back into the history"),
            "panel.close_report": _l("Report signed by every member"),
            "panel.all_locked": _l("All sheets of the panel are locked"),
            "assignment.sign_report": _l("Report signed"),
        }
    )
    register_work(PanelPurpose.REVIEW, "reviews.work")
    listen(SHEET, "submit", listeners.on_sheet_locked)
    listen(SHEET, "return", listeners.on_sheet_returned)
    for action in ("take_off", "recuse", "replace"):
        listen(ASSIGNMENT, action, listeners.on_seat_left)
    group = _l("Review and award")
    add_desk_item(
        group,
        _l("Reviews"),
        "reviews.index",
        Permission.PANEL_DRAW,
        Permission.SATISFACTION_GIVE,
        Permission.EVENT_READ,
        order=44,
    )
    add_desk_item(group, _l("My panels"), "reviews.my_panels", Permission.REPORT_SIGN, order=45)
    add_desk_item(group, _l("Results of my bids"), "reviews.feedbacks", Permission.BID_SUBMIT, order=47)
