"""What follows by itself: passing makes a candidate, the end of the notice lists it, a confirmation dates it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor
from app.core.clock import add_months, day_of
from app.demonstrations.services.listing import RECHECK_MONTHS, list_if_clear
from app.demonstrations.services.record import create_candidate
from app.models.awards import Notice
from app.models.outcomes import Acceptance, Demonstration
from app.models.procedure_codes import NoticeKind
from app.models.records import Event
from app.workflow import record


def on_pass(session: Session, acceptance: Acceptance, event: Event, by: Actor, now: datetime) -> None:
    """Every passed acceptance may become a demonstration project."""
    create_candidate(session, acceptance, by=by, now=now)


def on_notice_end(session: Session, notice: Notice, event: Event, by: Actor, now: datetime) -> None:
    """A listing notice that is over lists its project, unless an objection is open or a hold is set."""
    if notice.kind is NoticeKind.DEMONSTRATION and notice.demonstration_id is not None:
        demonstration = session.get_one(Demonstration, notice.demonstration_id, with_for_update=True)
        list_if_clear(session, demonstration, by=by, now=now)


def on_confirm(
    session: Session, demonstration: Demonstration, event: Event, by: Actor, now: datetime
) -> None:
    """A confirmed listing is looked at again in two years."""
    demonstration.recheck_on = add_months(day_of(now), RECHECK_MONTHS)
    day = demonstration.recheck_on.isoformat()
    record(session, demonstration, "set_recheck", by=by.as_system(), now=now, data={"recheck_on": day})
