"""What follows by itself when an acceptance review starts: the rubric of its panel is frozen."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor
from app.models.outcomes import Acceptance
from app.models.records import Event
from app.notifications.services import notify
from app.notifications.subjects import subject
from app.workflow.outcomes import live_panel


def freeze_rubric(session: Session, acceptance: Acceptance, event: Event, _by: Actor, now: datetime) -> None:
    """The criteria stand as they are from the first sheet on; the members hear that they may begin."""
    panel = live_panel(acceptance)
    if panel is None:
        return
    panel.rubric_frozen_at = panel.rubric_frozen_at or now
    members = [each.expert.user_id for each in panel.assignments if not each.is_reserve and each.pledged_at]
    kind = "acceptance.start_review"
    notify(session, members, kind, now=now, data=subject(acceptance), thing=acceptance, event=event)
