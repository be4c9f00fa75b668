"""Demonstration projects, their replication by others, and the fiscal support of accepted projects."""

from flask import Flask

from app.access import Permission
from app.core.i18n import _l
from app.demonstrations import listeners, queries, services, views
from app.web.actions import register_place
from app.web.attachments import register_reader
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow import ACCEPTANCE, DEMONSTRATION, NOTICE, REPLICATION, SUBSIDY, listen
from app.workflow.ticking import register_job


def init_app(app: Flask) -> None:
    """Register pages, places, readers of files, listeners and the clock's part."""
    _register_places()
    register_reader("demonstration", queries.reader_of(queries.visible_to))
    register_reader("replication", queries.reader_of(queries.replications_visible_to))
    listen(ACCEPTANCE, "pass", listeners.on_pass)
    listen(NOTICE, "end_clean", listeners.on_notice_end)
    listen(NOTICE, "end_with_objection", listeners.on_notice_end)
    listen(DEMONSTRATION, "confirm", listeners.on_confirm)
    register_job(services.list_waiting)
    DONE.update(
        {
            "demonstration.create": _l("Became a candidate by passing acceptance"),
            "demonstration.edit": _l("Record changed"),
            "demonstration.score": _l("Record scored"),
            "demonstration.file_report": _l("Yearly effect report filed"),
            "demonstration.set_recheck": _l("Day of the next re-check set"),
            "demonstration.attach_files": _l("Files added to the record"),
            "demonstration.remove_picture": _l("Picture removed"),
            "replication.register": _l("Interest in a demonstration project registered"),
            "replication.describe": _l("Adoption described"),
            "replication.report_effect": _l("Adopter reported the effect"),
            "replication.attach_files": _l("Evidence of the effect added"),
            "subsidy.recommend": _l("Fiscal support recommended"),
        }
    )
    _add_desk_items()
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals.update(
        report_is_overdue=queries.is_report_overdue,
        support_buttons=views.support_buttons,
        support_shown=views.support_shown,
    )


def _register_places() -> None:
    register_place(
        views.blueprint,
        DEMONSTRATION,
        show="demonstrations.show",
        visible_to=queries.visible_to,
        title=lambda demonstration: demonstration.title,
        plain={"return_to_editing", "reexamine", "confirm", "suspend", "resume", "delist"},
        pages={
            "start_editing": "demonstrations.edit",
            "publish_notice": "demonstrations.publish_listing",
        },
    )
    register_place(
        views.blueprint,
        REPLICATION,
        show="demonstrations.replication",
        visible_to=queries.replications_visible_to,
        title=lambda replication: replication.demonstration.title,
        plain={"match", "verify", "abandon"},
        pages={"adopt": "demonstrations.adopt"},
    )
    register_place(
        views.blueprint,
        SUBSIDY,
        show="contracts.show",
        visible_to=queries.support_visible_to,
        title=lambda subsidy: subsidy.contract.title,
        plain={"approve"},
        pages={"pay": "demonstrations.pay_support"},
        shown_as=lambda subsidy: subsidy.contract,
    )


def _add_desk_items() -> None:
    add_desk_item(
        _l("Demonstration and replication"),
        _l("Our demonstration projects"),
        "demonstrations.mine",
        Permission.DEMONSTRATION_EDIT,
        Permission.DEMONSTRATION_LIST,
        Permission.MILESTONE_REPORT,
        Permission.HOLD_SET,
        order=70,
    )
    add_desk_item(
        _l("Demonstration and replication"),
        _l("Replications"),
        "demonstrations.replications",
        Permission.REPLICATION_EDIT,
        Permission.REPLICATION_MATCH,
        Permission.HOLD_SET,
        order=71,
    )
    add_desk_item(
        _l("Demonstration and replication"),
        _l("Fiscal support"),
        "demonstrations.ledger",
        Permission.SUBSIDY_RECOMMEND,
        Permission.SUBSIDY_PAY,
        Permission.HOLD_SET,
        order=72,
    )
