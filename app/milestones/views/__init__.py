"""Pages of milestones, payments and contract changes."""

from app.milestones.views import changes, work
from app.milestones.views.base import blueprint
from app.milestones.views.changes import change_buttons

__all__ = ["blueprint", "change_buttons", "changes", "work"]
