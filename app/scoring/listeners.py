"""What happens to sheets by itself: those of an expert who leaves a panel become void."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor
from app.models.records import Event
from app.models.reviews import Assignment
from app.scoring.services import void_sheets


def void_on_leaving(session: Session, seat: Assignment, event: Event, by: Actor, now: datetime) -> None:
    """A recused, replaced or conflicted expert's scores do not count."""
    void_sheets(session, seat, reason=event.action, by=by.as_system(), now=now)
