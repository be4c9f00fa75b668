"""Pages of the review: the organizer's desk, the experts' reading and signing, the owner's and bidders' parts."""

from app.reviews.views import course, desk, outcomes, reading, report
from app.reviews.views.blueprint import blueprint

__all__ = ["blueprint", "course", "desk", "outcomes", "reading", "report"]
