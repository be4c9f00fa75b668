"""The files of a demand: which slots there are, and who reads each."""

from sqlalchemy.orm import Session

from app.access import Actor
from app.core.i18n import Lazy, _l
from app.demands import queries
from app.models.demands import Demand
from app.models.procedure_codes import Visibility
from app.models.records import Attachment

SLOTS: dict[str, tuple[Visibility, Lazy]] = {
    "picture": (Visibility.PUBLIC, _l("Pictures of the site")),
    "description": (Visibility.RESTRICTED, _l("Detailed description and drawings")),
    "pledge": (Visibility.INTERNAL, _l("Signed pledges")),
    "letter": (Visibility.INTERNAL, _l("Recommendation letter")),
}
# Files that wait for a correction: seen by the parties alone, and published under their slot with it.
PREPARED = {"prepared_picture": "picture", "prepared_description": "description"}
LABELS: dict[str, Lazy] = {slot: label for slot, (_visibility, label) in SLOTS.items()} | {
    "prepared_picture": _l("Public file that waits for a correction"),
    "prepared_description": _l("Restricted file that waits for a correction"),
}


def may_read(session: Session, actor: Actor, attachment: Attachment) -> bool:
    """Whether the actor may read a file: the demand must be seen, and then its class of visibility decides."""
    query = queries.visible_to(actor).where(Demand.id == attachment.thing_id)
    demand = session.scalar(query)
    if demand is None:
        return False
    if attachment.visibility is Visibility.PUBLIC:
        return True
    if attachment.visibility is Visibility.RESTRICTED:
        return queries.may_read_restricted(session, actor, demand)
    return queries.reads_as_party(actor, demand) or queries.recommends(actor, demand)
