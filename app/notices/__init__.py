"""Public notices: what a decision waits behind, for everyone to read and to object to."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from app.access import Actor
from app.models.procedure_codes import NoticeKind
from app.models.records import Event
from app.models.states import DemandState
from app.notices import queries, services, views
from app.web.actions import register_place
from app.workflow import NOTICE, listen, move
from app.workflow.ticking import register_job


def award_notice_ended(session: Session, notice: Any, _event: Event, by: Actor, now: datetime) -> None:
    """The end of an award notice brings its awards into force, in the same act."""
    if notice.kind is NoticeKind.AWARD and notice.demand is not None:
        services.finish_award(session, notice.demand, by=by, now=now)


def award_notice_revoked(session: Session, notice: Any, _event: Event, by: Actor, now: datetime) -> None:
    """A revoked award notice brings nothing about: the demand goes back to the decision."""
    is_waiting = notice.demand is not None and notice.demand.state is DemandState.IN_NOTICE
    if notice.kind is NoticeKind.AWARD and is_waiting:
        move(session, notice.demand, "take_back", by=by.as_system(), now=now)


def init_app(app: Flask) -> None:
    """Register pages, the place of notices, what follows from their end, and the clock's part."""
    register_place(
        views.blueprint,
        NOTICE,
        show="notices.show",
        visible_to=queries.visible_to,
        title=lambda notice: notice.title,
        plain={"publish", "revoke"},
    )
    app.register_blueprint(views.blueprint)
    listen(NOTICE, "end_clean", award_notice_ended)
    listen(NOTICE, "end_with_objection", award_notice_ended)
    listen(NOTICE, "revoke", award_notice_revoked)
    register_job(services.finish_waiting_awards)
