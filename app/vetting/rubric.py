"""The rubric by which a round vets demands."""

from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _l
from app.models.demands import Demand
from app.models.procedure_codes import RubricKind
from app.models.rounds import Rubric


def demand_rubric(demand: Demand) -> Rubric:
    """The rubric by which the round vets demands. An open round always has one."""
    rubric = demand.round.rubric(RubricKind.DEMAND)
    if rubric is None:
        raise RuleBroken(Refusal("rubric_missing", _l("The round has no rubric for demands.")))
    return rubric
