"""Objections to what is on public notice: anyone may file, few know by whom, and nothing is final before an answer."""

from flask import Flask
from sqlalchemy.orm import Session

from app.access import Actor
from app.access import Permission as P
from app.core.i18n import _l
from app.models.awards import Objection
from app.models.records import Attachment
from app.objections import queries, services, views
from app.web.actions import register_place
from app.web.attachments import register_reader
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow import OBJECTION, listen


def may_read_evidence(session: Session, actor: Actor, attachment: Attachment) -> bool:
    """Evidence is for the handler and the supervisors; its author has it already."""
    objection = session.scalar(queries.visible_to(actor).where(Objection.id == attachment.thing_id))
    return objection is not None and queries.view_of(actor, objection) is queries.View.FULL


def init_app(app: Flask) -> None:
    """Register pages, the place of objections, who reads their files, and what their end sets free."""
    register_place(
        views.blueprint,
        OBJECTION,
        show="objections.show",
        visible_to=queries.visible_to,
        title=lambda objection: objection.number,
        plain={"not_admit"},
        pages={
            "admit": "objections.admit",
            "uphold": "objections.uphold",
            "partly_uphold": "objections.partly_uphold",
            "dismiss": "objections.dismiss",
            "answer": "objections.answer",
        },
    )
    app.register_blueprint(views.blueprint)
    register_reader("objection", may_read_evidence)
    for action in ("not_admit", "dismiss", "answer"):
        listen(OBJECTION, action, services.let_go)
    DONE.update(
        {
            "objection.file": _l("Objection filed"),
            "objection.attach_files": _l("Evidence added"),
            "objection.assign_handler": _l("Handler named"),
            "objection.carry_out_remedy": _l("Remedy carried out"),
            "objection.read_identity": _l("The objector's name was read"),
        }
    )
    add_desk_item(
        _l("Supervision"),
        _l("Register of objections"),
        "objections.index",
        P.OBJECTION_ASSIGN,
        P.OBJECTION_HANDLE,
        order=70,
    )
