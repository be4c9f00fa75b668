"""The blueprint that the pages of this stage share, and loading what they are about."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request

from app.acceptances import queries
from app.models.codes import Operator
from app.models.outcomes import Acceptance
from app.models.procedure_codes import IndicatorVerdict
from app.models.states import AcceptanceState
from app.web.context import actor, db
from app.web.loading import load

blueprint = Blueprint("acceptances", __name__)

# What puts the codes of a frozen document into words.
WORDING: dict[str, Any] = {
    "operators": {each.value: each for each in Operator},
    "verdicts": {each.value: each for each in IndicatorVerdict},
    "outcomes": {each.value: each for each in AcceptanceState},
}


def load_acceptance(acceptance_id: UUID) -> Acceptance:
    """The acceptance of the page, if the actor may see it; locked while something is being done."""
    return load(db(), queries.visible_to(actor()), acceptance_id, lock=request.method == "POST")
