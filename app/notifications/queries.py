"""The messages of a person."""

from sqlalchemy import Select, select

from app.access import Actor
from app.models.records import Message


def visible_to(actor: Actor) -> Select[Message]:
    """The actor's own messages, newest first. Nobody reads another's inbox."""
    return (
        select(Message)
        .where(Message.user_id == actor.user_id)
        .order_by(Message.created_at.desc(), Message.id)
    )
