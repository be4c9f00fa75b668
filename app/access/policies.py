"""Where a permission reaches: one small predicate per permission, each a sentence of one line.

`can` is role and reach. It never asks for the state of a thing: that is the workflow's part."""

from collections.abc import Callable
from typing import Any

from app.access.actor import Actor
from app.access.permissions import ROLES, Permission
from app.models.procedure_codes import Role

P = Permission
Reach = Callable[[Actor, Any], bool]


def anywhere(_actor: Actor, _thing: Any) -> bool:
    """The whole site."""
    return True


def own_organisation(actor: Actor, thing: Any) -> bool:
    """The organisation the actor acts for."""
    return actor.organisation_id is not None and thing.organisation_id == actor.organisation_id


def organised_by_us(actor: Actor, thing: Any) -> bool:
    """Things of rounds that the actor's organisation runs."""
    return actor.organisation_id is not None and thing.organiser_id == actor.organisation_id


def posted_by_us(actor: Actor, thing: Any) -> bool:
    """Things of demands that the actor's organisation posted."""
    return actor.organisation_id is not None and thing.owner_id == actor.organisation_id


def led_by_us(actor: Actor, thing: Any) -> bool:
    """Things of bids that the actor's organisation leads."""
    return actor.organisation_id is not None and thing.lead_id == actor.organisation_id


def posted_or_led_by_us(actor: Actor, thing: Any) -> bool:
    """Things to which the actor's organisation is a party."""
    return posted_by_us(actor, thing) or led_by_us(actor, thing)


def posted_by_others(actor: Actor, thing: Any) -> bool:
    """Demands of other organisations: nobody bids on, or asks about, their own."""
    return actor.organisation_id is not None and thing.owner_id != actor.organisation_id


def our_region(actor: Actor, thing: Any) -> bool:
    """Demands of the recommending unit's own region, or those that name it."""
    if actor.organisation_id is None:
        return False
    return bool(thing.recommender_id == actor.organisation_id or thing.region == actor.region)


def taken_in_by_us(actor: Actor, round_: Any) -> bool:
    """Rounds that the actor's organisation runs, and for other roles every round: rows are held to region and unit."""
    if actor.organisation_id is None:
        return False
    return organised_by_us(actor, round_) or actor.has(Role.RECOMMENDER) or actor.has(Role.DEMAND_OWNER)


def organised_but_not_written_by_me(actor: Actor, thing: Any) -> bool:
    """Demands of our rounds that the actor did not write."""
    return organised_by_us(actor, thing) and thing.author_id != actor.user_id


def my_seat(actor: Actor, thing: Any) -> bool:
    """The actor's own seat on a panel."""
    return actor.expert_id is not None and thing.expert_id == actor.expert_id


def my_sheet(actor: Actor, thing: Any) -> bool:
    """The actor's own score sheet."""
    return actor.user_id is not None and thing.author_id == actor.user_id


def my_panel(actor: Actor, thing: Any) -> bool:
    """A sheet or seat of the panel that the actor chairs."""
    seat = getattr(thing, "assignment", thing)
    if actor.expert_id is None or seat is None:
        return False
    return any(each.is_chair and each.expert_id == actor.expert_id for each in seat.panel.assignments)


def handled_by_me(actor: Actor, thing: Any) -> bool:
    """An objection assigned to the actor, who did not take the decision it attacks."""
    if actor.user_id is None or thing.handler_id != actor.user_id:
        return False
    return thing.award is None or thing.award.decided_by_id != actor.user_id


def adopted_by_us(actor: Actor, thing: Any) -> bool:
    """A replication by the actor's organisation."""
    return actor.organisation_id is not None and thing.adopter_id == actor.organisation_id


def listed_by_others(actor: Actor, thing: Any) -> bool:
    """A demonstration of another organisation."""
    return actor.organisation_id is not None and thing.owner_id != actor.organisation_id


def owed_by_us_or_recorded_by_finance(actor: Actor, thing: Any) -> bool:
    """A payment the actor's organisation owes, or any payment for a finance officer."""
    return actor.has(Role.FINANCE) or posted_by_us(actor, thing)


REACH: dict[Permission, Reach] = {
    P.ORGANISATION_VERIFY: anywhere,
    P.ORGANISATION_EDIT: own_organisation,
    P.MEMBERSHIP_MANAGE: anywhere,
    P.CALENDAR_KEEP: anywhere,
    P.FAIRNESS_KEEP: anywhere,
    P.ROUND_EDIT: organised_by_us,
    P.ROUND_RUN: organised_by_us,
    P.EXPERT_KEEP: anywhere,
    P.CREDIT_IMPORT: anywhere,
    P.DEMAND_CREATE: anywhere,
    P.DEMAND_IMPORT: taken_in_by_us,
    P.DEMAND_EDIT: posted_by_us,
    P.DEMAND_SUBMIT: posted_by_us,
    P.DEMAND_WITHDRAW: posted_by_us,
    P.DEMAND_RECOMMEND: our_region,
    P.DEMAND_VET: organised_but_not_written_by_me,
    P.DEMAND_PUBLISH: organised_by_us,
    P.DEMAND_CORRECT: posted_by_us,
    P.DEMAND_RELIST: posted_by_us,
    P.DEMAND_CONDUCT: organised_by_us,
    P.QUESTION_ASK: posted_by_others,
    P.QUESTION_ANSWER: posted_by_us,
    P.VISIT_KEEP: posted_by_us,
    P.INTENT_REGISTER: posted_by_others,
    P.BID_CREATE: posted_by_others,
    P.BID_EDIT: led_by_us,
    P.BID_SUBMIT: led_by_us,
    P.BID_OPEN: organised_by_us,
    P.BID_CHECK: organised_by_us,
    P.BID_CURE: led_by_us,
    P.BID_RANK: organised_by_us,
    P.BID_DECLINE: led_by_us,
    P.BID_DISQUALIFY: organised_by_us,
    P.PANEL_DRAW: organised_by_us,
    P.ASSIGNMENT_ANSWER: my_seat,
    P.SHEET_WRITE: my_sheet,
    P.SHEET_RETURN: my_panel,
    P.SATISFACTION_GIVE: posted_by_us,
    P.REPORT_DRAFT: my_panel,
    P.REPORT_SIGN: my_seat,
    P.AWARD_DECIDE: organised_by_us,
    P.NOTICE_PUBLISH: organised_by_us,
    P.OBJECTION_HANDLE: handled_by_me,
    P.OBJECTION_ASSIGN: anywhere,
    P.CONTRACT_DRAFT: posted_by_us,
    P.CONTRACT_SIGN: posted_or_led_by_us,
    P.CONTRACT_END: organised_by_us,
    P.MILESTONE_REPORT: led_by_us,
    P.MILESTONE_JUDGE: posted_by_us,
    P.PAYMENT_REQUEST: led_by_us,
    P.PAYMENT_RECORD: owed_by_us_or_recorded_by_finance,
    P.CHANGE_FILE: led_by_us,
    P.CHANGE_CONSENT: posted_by_us,
    P.CHANGE_DECIDE: organised_by_us,
    P.ACCEPTANCE_REQUEST: led_by_us,
    P.ACCEPTANCE_OPINION: posted_by_us,
    P.ACCEPTANCE_DECIDE: organised_by_us,
    P.DEMONSTRATION_EDIT: posted_by_us,
    P.DEMONSTRATION_LIST: organised_by_us,
    P.REPLICATION_REGISTER: listed_by_others,
    P.REPLICATION_EDIT: adopted_by_us,
    P.REPLICATION_MATCH: organised_by_us,
    P.REPLICATION_VERIFY: organised_by_us,
    P.SUBSIDY_RECOMMEND: organised_by_us,
    P.SUBSIDY_PAY: anywhere,
    P.HOLD_SET: anywhere,
    P.EVENT_READ: anywhere,
    P.SUPERVISOR_NOTE: anywhere,
}


def grants(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles holds the permission, wherever it reaches."""
    return any(permission in ROLES[role] for role in actor.roles)


def can(actor: Actor, permission: Permission, thing: Any) -> bool:
    """Whether the actor's roles hold the permission and it reaches the thing."""
    return grants(actor, permission) and REACH[permission](actor, thing)
