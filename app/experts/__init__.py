"""The expert pool, the draw of panels, the seats on them. Names are known to organizers and supervisors only."""

from flask import Flask

from app.access import Permission
from app.core.i18n import _l
from app.documents.imports import register_importer
from app.experts import seats, views
from app.experts import views_panels as _panels  # noqa: F401 - puts its pages on the blueprint
from app.experts import views_seats as _seats  # noqa: F401 - puts its pages on the blueprint
from app.experts.importing import IMPORTER
from app.experts.views_sheets import register_commands
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow import ASSIGNMENT, listen

LEAVING = ("decline", "recuse", "take_off", "replace")


def init_app(app: Flask) -> None:
    """Register pages, work areas, the wording of events, and the calling of reserves."""
    app.register_blueprint(views.blueprint)
    register_importer(IMPORTER)
    register_commands()
    for action in LEAVING:
        listen(ASSIGNMENT, action, seats.fill_from_reserves)
    add_desk_item(_l("My work"), _l("My panel seats"), "experts.mine", Permission.ASSIGNMENT_ANSWER, order=10)
    add_desk_item(
        _l("Experts"),
        _l("Expert pool"),
        "experts.index",
        Permission.EXPERT_KEEP,
        Permission.EVENT_READ,
        order=60,
    )
    DONE.update(
        {
            "expert.enroll": _l("Taken into the expert pool"),
            "expert.edit": _l("Profile changed"),
            "panel.draw": _l("Panel drawn"),
            "panel.draw_more": _l("Further experts drawn for the panel"),
            "panel.choose_chair": _l("Chair of the panel recorded"),
            "assignment.declare": _l("Conflicts declared"),
            "assignment.pledge": _l("Pledge signed"),
        }
    )
