"""Awards, public notices and objections."""

from datetime import datetime

from app.access import Permission as P
from app.core.errors import Refusal
from app.core.i18n import _l
from app.models.awards import Award, Notice, Objection
from app.models.states import AwardState as A
from app.models.states import BidState, DemandState
from app.models.states import NoticeState as N
from app.models.states import ObjectionState as O
from app.workflow.engine import Transition, Workflow, register


def demand_is_awarded(award: Award, _now: datetime) -> Refusal | None:
    """An award comes into force with its demand: the notice is over and no objection is open."""
    if award.demand.state is not DemandState.AWARDED:
        return Refusal("notice_running", _l("The public notice is not over."))
    if any(objection.is_open for objection in award.objections):
        return Refusal("objection_open", _l("An objection is still open."))
    return None


def bid_was_declined(award: Award, _now: datetime) -> Refusal | None:
    """An award is declined with its bid."""
    return (
        None
        if award.bid.state is BidState.DECLINED
        else Refusal("not_declined", _l("The winner has not declined."))
    )


def no_contract_in_force(award: Award, _now: datetime) -> Refusal | None:
    """An award with a signed contract is not cancelled: the contract is ended instead."""
    if any(contract.activated_at is not None for contract in award.contracts):
        return Refusal("contract_in_force", _l("A contract is signed: end the contract instead."))
    return None


AWARD = register(
    Workflow(
        Award,
        A,
        _l("Award"),
        (
            Transition(
                action="activate",
                sources=frozenset({A.PENDING}),
                target=A.ACTIVE,
                permission=None,
                label=_l("Bring into force"),
                done=_l("Award in force"),
                guards=(demand_is_awarded,),
                stamps="activated_at",
            ),
            Transition(
                action="drop",
                sources=frozenset({A.PENDING}),
                target=A.UNSUCCESSFUL,
                permission=P.AWARD_DECIDE,
                label=_l("Take the proposed award back"),
                done=_l("Proposed award not made"),
                needs_reason=True,
                stamps="ended_at",
                style="danger",
            ),
            Transition(
                action="fall",
                sources=frozenset({A.PENDING, A.ACTIVE}),
                target=A.UNSUCCESSFUL,
                permission=None,
                label=_l("Fall with an objection"),
                done=_l("Proposed award fell with an upheld objection"),
                guards=(no_contract_in_force,),
                stamps="ended_at",
            ),
            Transition(
                action="cancel",
                sources=frozenset({A.ACTIVE}),
                target=A.CANCELLED,
                permission=P.AWARD_DECIDE,
                label=_l("Cancel the award"),
                done=_l("Award cancelled"),
                guards=(no_contract_in_force,),
                needs_reason=True,
                stamps="ended_at",
                style="danger",
            ),
            Transition(
                action="decline",
                sources=frozenset({A.ACTIVE}),
                target=A.DECLINED,
                permission=None,
                label=_l("Declined"),
                done=_l("Award fell: the winner declined"),
                guards=(bid_was_declined, no_contract_in_force),
                stamps="ended_at",
            ),
        ),
    )
)


def is_frozen(notice: Notice, _now: datetime) -> Refusal | None:
    """A notice is published with its window and its hash."""
    if notice.digest is None or notice.ends_at is None or notice.first_on is None:
        return Refusal("notice_incomplete", _l("The notice has no window yet."))
    return None


def no_objection_is_open(notice: Notice, _now: datetime) -> Refusal | None:
    """Nothing ends while an objection is open."""
    if any(objection.is_open for objection in notice.objections):
        return Refusal("objection_open", _l("An objection is still open."))
    return None


def had_no_objection(notice: Notice, _now: datetime) -> Refusal | None:
    """No objection was admitted in the window, and none waits for admission."""
    if any(objection.state is not O.NOT_ADMITTED for objection in notice.objections):
        return Refusal("had_objection", _l("There were objections."))
    return None


def had_objection(notice: Notice, now: datetime) -> Refusal | None:
    """At least one objection was admitted, and all are settled."""
    if had_no_objection(notice, now) is None:
        return Refusal("had_no_objection", _l("There was no objection."))
    return no_objection_is_open(notice, now)


def other_is_published(notice: Notice, _now: datetime) -> Refusal | None:
    """Only a notice in force or over can be superseded or revoked."""
    return None if notice.published_at else Refusal("not_published", _l("The notice was never published."))


PUBLISHED = frozenset({N.IN_FORCE, N.CLOSED_CLEAN, N.CLOSED_WITH_OBJECTION})

NOTICE = register(
    Workflow(
        Notice,
        N,
        _l("Notice"),
        (
            Transition(
                action="publish",
                sources=frozenset({N.DRAFT}),
                target=N.IN_FORCE,
                permission=P.NOTICE_PUBLISH,
                label=_l("Publish the notice"),
                done=_l("Notice published"),
                guards=(is_frozen,),
                stamps="published_at",
                style="primary",
            ),
            Transition(
                action="end_clean",
                sources=frozenset({N.IN_FORCE}),
                target=N.CLOSED_CLEAN,
                permission=None,
                label=_l("End"),
                done=_l("Notice ended without objection"),
                guards=(had_no_objection,),
                stamps="closed_at",
                due_at="ends_at",
            ),
            Transition(
                action="end_with_objection",
                sources=frozenset({N.IN_FORCE}),
                target=N.CLOSED_WITH_OBJECTION,
                permission=None,
                label=_l("End with objections"),
                done=_l("Notice ended, objections settled"),
                guards=(had_objection,),
                stamps="closed_at",
                due_at="ends_at",
            ),
            Transition(
                action="supersede",
                sources=PUBLISHED,
                target=N.SUPERSEDED,
                permission=None,
                label=_l("Supersede"),
                done=_l("Notice superseded by a new one"),
                guards=(other_is_published,),
            ),
            Transition(
                action="revoke",
                sources=PUBLISHED,
                target=N.REVOKED,
                permission=P.NOTICE_PUBLISH,
                label=_l("Revoke the notice"),
                done=_l("Notice revoked"),
                needs_reason=True,
                style="danger",
            ),
        ),
    )
)


def has_handler(objection: Objection, _now: datetime) -> Refusal | None:
    """The supervisor has named a handler without a conflict."""
    return (
        None
        if objection.handler_id
        else Refusal("no_handler", _l("The supervisor must name a handler first."))
    )


def has_due_day(objection: Objection, _now: datetime) -> Refusal | None:
    """An admitted objection has a last day for the reply."""
    return (
        None
        if objection.reply_due_on
        else Refusal("no_due_day", _l("The last day for the reply is not set."))
    )


def has_decision(objection: Objection, _now: datetime) -> Refusal | None:
    """A decision gives its reasons."""
    return (
        None
        if (objection.decision or "").strip()
        else Refusal("decision_missing", _l("Write the decision with its reasons."), "decision")
    )


def has_remedy(objection: Objection, now: datetime) -> Refusal | None:
    """An upheld objection names its remedy."""
    if objection.remedy is None:
        return Refusal("remedy_missing", _l("Choose the remedy."), "remedy")
    return has_decision(objection, now)


def has_reply(objection: Objection, _now: datetime) -> Refusal | None:
    """A written reply goes to the objector."""
    return (
        None
        if (objection.reply or "").strip()
        else Refusal("reply_missing", _l("Write the reply to the objector."), "reply")
    )


def grounds_are_given(objection: Objection, _now: datetime) -> Refusal | None:
    """A re-examination is asked for with grounds."""
    if not (objection.reexamination_grounds or "").strip():
        return Refusal(
            "grounds_missing", _l("Give the grounds for a re-examination."), "reexamination_grounds"
        )
    return None


def remedy_is_done(objection: Objection, _now: datetime) -> Refusal | None:
    """The reply tells what was done, so the remedy comes first."""
    if objection.remedy is not None and objection.remedied_at is None:
        return Refusal("remedy_open", _l("Carry out the remedy first."))
    return None


OBJECTION = register(
    Workflow(
        Objection,
        O,
        _l("Objection"),
        (
            Transition(
                action="not_admit",
                sources=frozenset({O.FILED}),
                target=O.NOT_ADMITTED,
                permission=P.OBJECTION_HANDLE,
                label=_l("Do not admit"),
                done=_l("Objection not admitted"),
                guards=(has_handler,),
                needs_reason=True,
                stamps="decided_at",
            ),
            Transition(
                action="admit",
                sources=frozenset({O.FILED}),
                target=O.ADMITTED,
                permission=P.OBJECTION_HANDLE,
                label=_l("Admit"),
                done=_l("Objection admitted"),
                guards=(has_handler, has_due_day),
                stamps="admitted_at",
                style="primary",
            ),
            Transition(
                action="uphold",
                sources=frozenset({O.ADMITTED, O.REEXAMINATION}),
                target=O.UPHELD,
                permission=P.OBJECTION_HANDLE,
                label=_l("Uphold"),
                done=_l("Objection upheld"),
                guards=(has_remedy,),
                stamps="decided_at",
            ),
            Transition(
                action="partly_uphold",
                sources=frozenset({O.ADMITTED, O.REEXAMINATION}),
                target=O.PARTLY_UPHELD,
                permission=P.OBJECTION_HANDLE,
                label=_l("Partly uphold"),
                done=_l("Objection partly upheld"),
                guards=(has_remedy,),
                stamps="decided_at",
            ),
            Transition(
                action="dismiss",
                sources=frozenset({O.ADMITTED}),
                target=O.DISMISSED,
                permission=P.OBJECTION_HANDLE,
                label=_l("Dismiss"),
                done=_l("Objection dismissed"),
                guards=(has_decision,),
                stamps="decided_at",
            ),
            Transition(
                # The service knows the objector by account or by key, and no event names the objector.
                action="ask_reexamination",
                sources=frozenset({O.DISMISSED}),
                target=O.REEXAMINATION,
                permission=None,
                label=_l("Ask for a re-examination"),
                done=_l("Re-examination asked for"),
                guards=(grounds_are_given,),
                stamps="reexamination_at",
            ),
            Transition(
                action="answer",
                sources=frozenset({O.UPHELD, O.PARTLY_UPHELD, O.DISMISSED, O.REEXAMINATION}),
                target=O.ANSWERED,
                permission=P.OBJECTION_HANDLE,
                label=_l("Send the reply"),
                done=_l("Objection answered"),
                guards=(remedy_is_done, has_reply),
                stamps="answered_at",
                style="primary",
            ),
        ),
    )
)
