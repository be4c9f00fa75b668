"""The course of a contract: milestones with their evidence, payments with their vouchers, and changes."""

from flask import Flask

from app.access import Permission
from app.core.i18n import _l
from app.milestones import queries, views
from app.web.actions import buttons, register_place
from app.web.attachments import register_reader
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow import CHANGE, MILESTONE, PAYMENT


def init_app(app: Flask) -> None:
    """Register pages, places, readers of files and work areas."""
    register_place(
        views.blueprint,
        MILESTONE,
        show="milestones.show",
        visible_to=queries.visible_to,
        title=lambda milestone: milestone.name,
        plain={"meet", "meet_partly", "miss"},
        pages={"submit": "milestones.submit"},
    )
    register_place(
        views.blueprint,
        PAYMENT,
        show="contracts.show",
        visible_to=queries.payments_visible_to,
        title=lambda line: line.contract.title,
        plain={"request"},
        pages={"pay": "milestones.record_payment"},
        shown_as=lambda line: line.contract,
    )
    register_place(
        views.blueprint,
        CHANGE,
        show="milestones.show_change",
        visible_to=queries.changes_visible_to,
        title=lambda change: change.kind.label,
        plain={"refuse"},
        pages={"approve": "milestones.approve_change"},
    )
    register_reader("milestone", queries.reader_of(queries.visible_to))
    register_reader("payment_line", queries.reader_of(queries.payments_visible_to))
    register_reader("change_request", queries.reader_of(queries.changes_visible_to))
    DONE.update(
        {
            "milestone.attach_files": _l("Evidence files added"),
            "milestone.use_rework": _l("One rework used"),
            "payment_line.attach_files": _l("Payment voucher added"),
            "change_request.attach_files": _l("Proof added to the change request"),
            "change_request.file": _l("Change request filed"),
            "change_request.consent": _l("Demand owner consented to the change"),
            "contract.change": _l("Contract changed, new version made"),
        }
    )
    add_desk_item(
        _l("Contracts and execution"),
        _l("Milestones"),
        "milestones.index",
        Permission.MILESTONE_REPORT,
        Permission.MILESTONE_JUDGE,
        Permission.CHANGE_DECIDE,
        Permission.HOLD_SET,
        order=62,
    )
    add_desk_item(
        _l("Contracts and execution"),
        _l("Payments"),
        "milestones.payments",
        Permission.PAYMENT_REQUEST,
        Permission.PAYMENT_RECORD,
        Permission.CONTRACT_END,
        Permission.HOLD_SET,
        order=63,
    )
    add_desk_item(
        _l("Contracts and execution"),
        _l("Contract changes"),
        "milestones.changes",
        Permission.CHANGE_FILE,
        Permission.CHANGE_CONSENT,
        Permission.CHANGE_DECIDE,
        Permission.HOLD_SET,
        order=64,
    )
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals.update(
        milestone_is_overdue=queries.is_overdue,
        milestone_is_near=queries.is_near,
        payment_light=queries.payment_light,
        days_late=queries.days_late,
        change_buttons=views.change_buttons,
        thing_buttons=buttons,
    )
