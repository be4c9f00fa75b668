"""Rounds: their settings, rubrics and officers, their public rules and their overview; and the working-day calendar."""

from flask import Flask

from app.access import Permission
from app.core.i18n import _l
from app.rounds import views, views_calendar
from app.rounds.forms import criterion_label
from app.web.attachments import register_reader
from app.web.navigation import add_desk_item
from app.web.timeline import DONE


def init_app(app: Flask) -> None:
    """Register pages, the reader of policy files, the work areas and the wording of events."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(views_calendar.blueprint)
    app.jinja_env.filters["criterion_label"] = criterion_label
    register_reader("round", views.may_read_file)
    add_desk_item(_l("Rounds and demands"), _l("Our rounds"), "rounds.mine", Permission.ROUND_EDIT, order=30)
    add_desk_item(
        _l("Platform"),
        _l("Working-day calendar"),
        "calendar.index",
        Permission.CALENDAR_KEEP,
        Permission.ROUND_EDIT,
        order=90,
    )
    DONE.update(
        {
            "round.create": _l("Round created"),
            "round.copy": _l("Round copied from an earlier one"),
            "round.edit": _l("Settings changed"),
            "round.set_rubric": _l("Rubric changed"),
            "round.set_officers": _l("Officers named"),
            "round.attach_files": _l("Policy documents added"),
            "round.remove_file": _l("Policy document taken off"),
            "organisation.load_calendar": _l("Working-day calendar of a year loaded"),
        }
    )
