"""What a message says: the past tense of its action, in the language of whoever reads it."""

from app.core.i18n import Lazy
from app.web.timeline import describe


def headline(kind: str) -> Lazy:
    """The wording of a message or mail kind "table.action", the same as on timelines."""
    thing_type, _dot, action = kind.partition(".")
    return describe(thing_type, action)
