"""Loading what a page is about: through the select of what this person may see, or not at all."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.core.errors import NotSeen

T = TypeVar("T")


def load(session: Session, visible: Select[T], thing_id: UUID, *, lock: bool = False) -> T:
    """The thing of this id within the select, or NotSeen (404). `lock` holds its row until the commit."""
    model: Any = visible.column_descriptions[0]["entity"]
    query = visible.where(model.id == thing_id)
    thing: Any = session.scalar(query.with_for_update(of=model) if lock else query)
    if thing is None:
        raise NotSeen()
    found: T = thing
    return found
