"""The blueprint that the pages of this stage share, and loading what they are about."""

from uuid import UUID

from flask import Blueprint, request

from app.demonstrations import queries
from app.models.outcomes import Demonstration, Replication
from app.web.context import actor, db
from app.web.loading import load

blueprint = Blueprint("demonstrations", __name__)


def load_demonstration(demonstration_id: UUID) -> Demonstration:
    """The project of the page, if the actor may see it; locked while something is being done."""
    return load(db(), queries.visible_to(actor()), demonstration_id, lock=request.method == "POST")


def load_replication(replication_id: UUID) -> Replication:
    """The replication of the page, if the actor may see it; locked while something is being done."""
    return load(db(), queries.replications_visible_to(actor()), replication_id, lock=request.method == "POST")
