"""Who tries every transition, and who is meant to succeed: written by hand, apart from the tables under test."""

from dataclasses import replace

from app.access import ANONYMOUS, SYSTEM, Actor
from app.access import Permission as P
from app.models.procedure_codes import Role
from app.workflow import Workflow
from tests.factories import World

# The clock and the site itself; not a person.
SYSTEM_NAME = "system"


def cast(world: World, workflow: Workflow) -> dict[str, Actor]:
    """Everybody who tries: each of the nine roles in reach, the same role elsewhere, a visitor, the system."""
    assert world.round.officers, "made now, so that it outlives the savepoints of a test"
    found = {"anonymous": ANONYMOUS, SYSTEM_NAME: SYSTEM}
    for role in Role:
        person = world.user(role)
        if workflow.name == "replication" and role is Role.DEMAND_OWNER:
            person = world.adopter
        if workflow.name == "replication" and role is Role.BIDDER:
            person = world.adopter_bidder
        found[role.value] = _alone(world.actor_of(person), role)
        found[f"other {role.value}"] = _alone(world.actor_of(world.stranger(role)), role)
    return found


def _alone(actor: Actor, role: Role) -> Actor:
    """The actor in this one role."""
    assert actor.has(role)
    return replace(actor, roles=frozenset({role}))


ORGANIZER = frozenset({"organizer"})
OWNER = frozenset({"demand_owner"})
BIDDER = frozenset({"bidder"})

# By permission: who of the cast may do what it opens, to a thing of ours.
MEANT: dict[P | None, frozenset[str]] = {
    None: frozenset({SYSTEM_NAME}),
    P.ORGANISATION_VERIFY: frozenset({"operator", "other operator", "organizer", "other organizer"}),
    P.EXPERT_KEEP: frozenset({"organizer", "other organizer"}),
    P.ROUND_RUN: ORGANIZER,
    P.DEMAND_SUBMIT: OWNER,
    P.DEMAND_WITHDRAW: OWNER,
    P.DEMAND_RECOMMEND: frozenset({"recommender"}),
    P.DEMAND_VET: ORGANIZER,
    P.DEMAND_PUBLISH: ORGANIZER,
    P.DEMAND_CONDUCT: ORGANIZER,
    P.BID_OPEN: ORGANIZER,
    P.BID_CHECK: ORGANIZER,
    P.BID_RANK: ORGANIZER,
    P.BID_DISQUALIFY: ORGANIZER,
    P.BID_SUBMIT: BIDDER,
    P.BID_CURE: BIDDER,
    P.BID_DECLINE: BIDDER,
    P.PANEL_DRAW: ORGANIZER,
    P.ASSIGNMENT_ANSWER: frozenset({"expert"}),
    P.SHEET_WRITE: frozenset({"expert"}),
    P.SHEET_RETURN: frozenset({"panel_chair"}),
    P.AWARD_DECIDE: ORGANIZER,
    P.NOTICE_PUBLISH: ORGANIZER,
    # The supervisor is the handler named on the objection.
    P.OBJECTION_HANDLE: frozenset({"supervisor"}),
    P.CONTRACT_DRAFT: OWNER,
    P.CONTRACT_END: ORGANIZER,
    P.MILESTONE_REPORT: BIDDER,
    P.MILESTONE_JUDGE: OWNER,
    P.PAYMENT_REQUEST: BIDDER,
    P.PAYMENT_RECORD: frozenset({"demand_owner", "finance", "other finance"}),
    P.CHANGE_DECIDE: ORGANIZER,
    P.SUBSIDY_PAY: frozenset({"finance", "other finance"}),
    P.ACCEPTANCE_REQUEST: BIDDER,
    P.ACCEPTANCE_DECIDE: ORGANIZER,
    P.DEMONSTRATION_EDIT: OWNER,
    P.DEMONSTRATION_LIST: ORGANIZER,
    P.REPLICATION_MATCH: ORGANIZER,
    P.REPLICATION_VERIFY: ORGANIZER,
    # On a replication these two are people of the adopting unit.
    P.REPLICATION_EDIT: frozenset({"demand_owner", "bidder"}),
}
