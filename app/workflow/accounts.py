"""Organisations and experts: who is let in, kept out, and let in again."""

from app.access import Permission as P
from app.core.i18n import _l
from app.models.accounts import Organisation
from app.models.reviews import Expert
from app.models.states import ExpertState as E
from app.models.states import OrganisationState as O
from app.workflow.engine import Transition, Workflow, register

ORGANISATION = register(
    Workflow(
        Organisation,
        O,
        _l("Organisation"),
        (
            Transition(
                action="verify",
                sources=frozenset({O.REGISTERED, O.REJECTED}),
                target=O.VERIFIED,
                permission=P.ORGANISATION_VERIFY,
                label=_l("Verify"),
                done=_l("Organisation verified"),
                stamps="verified_at",
                style="primary",
            ),
            Transition(
                action="reject",
                sources=frozenset({O.REGISTERED}),
                target=O.REJECTED,
                permission=P.ORGANISATION_VERIFY,
                label=_l("Refuse verification"),
                done=_l("Verification of the organisation refused"),
                needs_reason=True,
                style="danger",
            ),
            Transition(
                action="suspend",
                sources=frozenset({O.VERIFIED}),
                target=O.SUSPENDED,
                permission=P.ORGANISATION_VERIFY,
                label=_l("Suspend"),
                done=_l("Organisation suspended"),
                needs_reason=True,
                style="danger",
            ),
            Transition(
                action="reinstate",
                sources=frozenset({O.SUSPENDED}),
                target=O.VERIFIED,
                permission=P.ORGANISATION_VERIFY,
                label=_l("Reinstate"),
                done=_l("Organisation reinstated"),
                needs_reason=True,
            ),
        ),
    )
)

EXPERT = register(
    Workflow(
        Expert,
        E,
        _l("Expert"),
        (
            Transition(
                action="suspend",
                sources=frozenset({E.ACTIVE}),
                target=E.SUSPENDED,
                permission=P.EXPERT_KEEP,
                label=_l("Suspend from the pool"),
                done=_l("Expert suspended from the pool"),
                needs_reason=True,
                style="danger",
            ),
            Transition(
                action="reinstate",
                sources=frozenset({E.SUSPENDED, E.RETIRED}),
                target=E.ACTIVE,
                permission=P.EXPERT_KEEP,
                label=_l("Take back into the pool"),
                done=_l("Expert taken back into the pool"),
                needs_reason=True,
            ),
            Transition(
                action="retire",
                sources=frozenset({E.ACTIVE, E.SUSPENDED}),
                target=E.RETIRED,
                permission=P.EXPERT_KEEP,
                label=_l("Retire from the pool"),
                done=_l("Expert left the pool"),
                needs_reason=True,
            ),
        ),
    )
)
