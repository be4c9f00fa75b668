"""A round: prepared, open, closed, archived. Its settings freeze when it opens."""

from datetime import datetime

from app.access import Permission as P
from app.core.errors import Refusal
from app.core.i18n import _l
from app.models.procedure_codes import OfficerDuty, RubricKind
from app.models.rounds import Round
from app.models.states import RoundState as S
from app.workflow.engine import Transition, Workflow, register

RUBRICS_NEEDED = (RubricKind.DEMAND, RubricKind.BID, RubricKind.ACCEPTANCE, RubricKind.DEMONSTRATION)


def has_rubrics(this: Round, _now: datetime) -> Refusal | None:
    """All four rubrics stand, each with criteria."""
    for kind in RUBRICS_NEEDED:
        rubric = this.rubric(kind)
        if rubric is None or not rubric.criteria:
            return Refusal("rubric_missing", _l("Every rubric needs its criteria before the round opens."))
    return None


def has_officers(this: Round, _now: datetime) -> Refusal | None:
    """Two people open bids together and two check them: a round names at least two for each duty."""
    for duty in OfficerDuty:
        if len({officer.user_id for officer in this.officers if officer.duty is duty}) < 2:
            return Refusal(
                "officers_missing",
                _l("Name at least two officers for the opening and two for the formal check."),
            )
    return None


def has_odd_panel(this: Round, _now: datetime) -> Refusal | None:
    """A panel is odd and has at least five members."""
    if this.panel_size < 5 or this.panel_size % 2 == 0:
        return Refusal(
            "panel_size", _l("A panel needs an odd number of members, at least five."), "panel_size"
        )
    return None


def collection_is_over(this: Round, now: datetime) -> Refusal | None:
    """A round closes after its collection window."""
    if now < this.collection_closes_at:
        return Refusal("collection_open", _l("The collection of demands is still open."))
    return None


ROUND = register(
    Workflow(
        Round,
        S,
        _l("Round"),
        (
            Transition(
                action="open",
                sources=frozenset({S.DRAFT}),
                target=S.OPEN,
                permission=P.ROUND_RUN,
                label=_l("Open the round"),
                done=_l("Round opened"),
                guards=(has_rubrics, has_officers, has_odd_panel),
                stamps="opened_at",
                style="primary",
            ),
            Transition(
                action="close",
                sources=frozenset({S.OPEN}),
                target=S.CLOSED,
                permission=P.ROUND_RUN,
                label=_l("Close the round"),
                done=_l("Round closed for new demands"),
                guards=(collection_is_over,),
                stamps="closed_at",
            ),
            Transition(
                action="archive",
                sources=frozenset({S.CLOSED}),
                target=S.ARCHIVED,
                permission=P.ROUND_RUN,
                label=_l("Archive the round"),
                done=_l("Round archived"),
                stamps="archived_at",
            ),
        ),
    )
)
