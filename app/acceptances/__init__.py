"""The acceptance of a contract's results, its panel, its decision, and the certificate."""

from flask import Flask

from app.acceptances import listeners, queries, views
from app.access import Permission
from app.core.i18n import _l
from app.web.actions import register_place
from app.web.attachments import register_reader
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow import ACCEPTANCE, listen


def init_app(app: Flask) -> None:
    """Register pages, the place, the reader of files, and what follows by itself."""
    register_place(
        views.blueprint,
        ACCEPTANCE,
        show="acceptances.show",
        visible_to=queries.visible_to,
        title=lambda acceptance: acceptance.contract.title,
        plain={"start_review"},
        pages={
            **dict.fromkeys(
                ("pass", "require_rectification", "conclude", "fail", "fail_unrectified"),
                "acceptances.decide",
            ),
            "resubmit": "acceptances.resubmit",
        },
    )
    register_reader("acceptance", queries.reader())
    DONE.update(
        {
            "acceptance.request": _l("Acceptance was requested"),
            "acceptance.attach_files": _l("Files added to the package"),
            "acceptance.give_opinion": _l("Demand owner gave an opinion"),
            "acceptance.compute_total": _l("Total of the panel computed"),
            "acceptance.set_verdicts": _l("Findings of the panel recorded"),
            "acceptance.issue_certificate": _l("Certificate issued"),
            "assignment.sign_opinion": _l("Opinion signed"),
        }
    )
    listen(ACCEPTANCE, "start_review", listeners.freeze_rubric)
    add_desk_item(
        _l("Contracts and execution"),
        _l("Acceptances"),
        "acceptances.index",
        Permission.ACCEPTANCE_REQUEST,
        Permission.ACCEPTANCE_OPINION,
        Permission.ACCEPTANCE_DECIDE,
        Permission.SHEET_WRITE,
        Permission.HOLD_SET,
        order=65,
    )
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals.update(acceptance_buttons=views.acceptance_buttons)
