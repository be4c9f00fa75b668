"""What waits for a person without being a move of the workflow: to sign, to answer, to agree, to score.

Each errand is one question to the database: which things wait for this actor's own hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.access import Actor, Permission
from app.core.clock import day_of
from app.core.i18n import Lazy, _l
from app.models.awards import Award, Objection
from app.models.bids import Bid, FormalCheck, OpeningApproval
from app.models.contracts import ChangeRequest, Contract, ContractSignature, Milestone
from app.models.demands import Demand, Intent, Question
from app.models.outcomes import Acceptance, Demonstration
from app.models.procedure_codes import OfficerDuty
from app.models.reviews import Assignment, Panel, Sheet
from app.models.rounds import Round, RoundOfficer
from app.models.states import (
    AcceptanceState,
    AssignmentState,
    AwardState,
    BidState,
    ChangeState,
    ContractState,
    DemandState,
    DemonstrationState,
    MilestoneState,
    ObjectionState,
    SheetState,
)

Condition = Callable[[Actor, datetime], ColumnElement[bool]]
REPORT_AFTER = timedelta(days=335)
CHOICE_TIME = timedelta(days=30)
UNDECIDED = (BidState.OPENED, BidState.NEEDS_CURE)


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to do on a kind of thing, for holders of a permission."""

    model: type[Any]
    permission: Permission
    label: Lazy
    waits: Condition


def _ours(actor: Actor) -> ColumnElement[bool]:
    return Demand.owner_id == actor.organisation_id


def _run_by_us(actor: Actor) -> ColumnElement[bool]:
    return Demand.round.has(Round.organiser_id == actor.organisation_id)


def _owned(contract: Any, actor: Actor) -> ColumnElement[bool]:
    found: ColumnElement[bool] = contract.has(Contract.award.has(Award.demand.has(_ours(actor))))
    return found


def _names_me(actor: Actor, duty: OfficerDuty) -> ColumnElement[bool]:
    mine = RoundOfficer.round_id == Demand.round_id, RoundOfficer.user_id == actor.user_id
    return exists().where(*mine, RoundOfficer.duty == duty)


def _vet(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    locked = Sheet.demand_id == Demand.id, Sheet.author_id == actor.user_id, Sheet.state != SheetState.DRAFT
    return and_(
        Demand.state == DemandState.VETTING,
        _run_by_us(actor),
        Demand.author_id != actor.user_id,
        ~exists().where(*locked),
    )


def _answer(actor: Actor, now: datetime) -> ColumnElement[bool]:
    unanswered = exists().where(Question.demand_id == Demand.id, Question.answered_at.is_(None))
    return and_(Demand.state == DemandState.OPEN, Demand.closes_at > now, _ours(actor), unanswered)


def _confirm_intent(actor: Actor, now: datetime) -> ColumnElement[bool]:
    waiting = exists().where(Intent.demand_id == Demand.id, Intent.confirmed_at.is_(None))
    return and_(Demand.state == DemandState.OPEN, Demand.closes_at > now, _ours(actor), waiting)


def _agree_to_open(actor: Actor, now: datetime) -> ColumnElement[bool]:
    agreed = OpeningApproval.demand_id == Demand.id, OpeningApproval.user_id == actor.user_id
    is_closed = Demand.state.in_((DemandState.OPEN, DemandState.CLOSED)) & (Demand.closes_at <= now)
    return and_(is_closed, _names_me(actor, OfficerDuty.OPENING), ~exists().where(*agreed))


def _check(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    since = func.coalesce(Bid.cured_at, Bid.opened_at)
    done = FormalCheck.bid_id == Bid.id, FormalCheck.officer_id == actor.user_id, FormalCheck.at >= since
    is_mine = and_(Demand.state == DemandState.SCREENING, _names_me(actor, OfficerDuty.CHECK))
    return and_(Bid.state == BidState.OPENED, Bid.demand.has(is_mine), ~exists().where(*done))


def _draw(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    drawn = exists().where(Panel.demand_id == Demand.id, Panel.is_live)
    undecided = exists().where(Bid.demand_id == Demand.id, Bid.state.in_(UNDECIDED))
    return and_(Demand.state == DemandState.SCREENING, _run_by_us(actor), ~drawn, ~undecided)


def _score(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    locked = exists().where(
        Sheet.bid_id == Bid.id, Sheet.assignment_id == Assignment.id, Sheet.state.not_in(_OPEN_SHEETS)
    )
    unscored = exists().where(Bid.demand_id == Panel.demand_id, Bid.state == BidState.ELIGIBLE, ~locked)
    judged = exists().where(
        Sheet.acceptance_id == Panel.acceptance_id,
        Sheet.assignment_id == Assignment.id,
        Sheet.state.not_in(_OPEN_SHEETS),
    )
    in_review = exists().where(
        Acceptance.id == Panel.acceptance_id, Acceptance.state == AcceptanceState.IN_REVIEW, ~judged
    )
    bids = and_(Panel.demand.has(Demand.state == DemandState.REVIEWING), unscored)
    return and_(_seated(actor), Assignment.panel.has(Panel.is_live & or_(bids, in_review)))


_OPEN_SHEETS = (SheetState.DRAFT, SheetState.RETURNED)


def _seated(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Assignment.expert_id == actor.expert_id,
        Assignment.state == AssignmentState.ACCEPTED,
        Assignment.pledged_at.is_not(None),
    )


def _draft_report(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    totalled = exists().where(Bid.demand_id == Panel.demand_id, Bid.total.is_not(None))
    is_due = and_(Panel.is_live, Panel.report_drafted_at.is_(None), totalled)
    return and_(_seated(actor), Assignment.is_chair, Assignment.panel.has(is_due))


def _sign_report(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    is_drafted = and_(Panel.is_live, Panel.report_drafted_at.is_not(None), Panel.report_signed_at.is_(None))
    return and_(_seated(actor), Assignment.signed_at.is_(None), Assignment.panel.has(is_drafted))


def _give_satisfaction(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    missing = exists().where(
        Bid.demand_id == Demand.id, Bid.state == BidState.ELIGIBLE, Bid.satisfaction.is_(None)
    )
    asked = Demand.round.has(Round.owner_satisfaction_max > 0)
    return and_(Demand.state == DemandState.REVIEWING, _ours(actor), asked, missing)


def _decide(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    decided = exists().where(
        Award.demand_id == Demand.id, Award.state.in_((AwardState.PENDING, AwardState.ACTIVE))
    )
    return and_(Demand.state == DemandState.RECOMMENDED, _run_by_us(actor), ~decided)


def _choose_after_no_award(actor: Actor, now: datetime) -> ColumnElement[bool]:
    again = aliased(Demand)
    relisted = select(again.id).where(again.relists_id == Demand.id).exists()
    may_again = Demand.round.has(Round.max_list_rounds > Demand.list_round)
    is_fresh = and_(Demand.ended_at > now - CHOICE_TIME, ~Demand.is_standing)
    return and_(Demand.state == DemandState.NO_AWARD, _ours(actor), is_fresh, may_again, ~relisted)


def _note_withdrawal(_actor: Actor, _now: datetime) -> ColumnElement[bool]:
    running = (DemandState.CLOSED, DemandState.SCREENING, DemandState.REVIEWING, DemandState.RECOMMENDED)
    asked = Demand.withdrawal_request.is_not(None) & Demand.supervisor_note.is_(None)
    return and_(Demand.state.in_(running), asked)


def _assign(_actor: Actor, _now: datetime) -> ColumnElement[bool]:
    return and_(Objection.state == ObjectionState.FILED, Objection.handler_id.is_(None))


def _decide_objection(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    open_states = (ObjectionState.ADMITTED, ObjectionState.REEXAMINATION)
    return and_(Objection.state.in_(open_states), Objection.handler_id == actor.user_id)


def _draft_contract(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    made = exists().where(Contract.award_id == Award.id, Contract.state != ContractState.CANCELLED)
    return and_(Award.state == AwardState.ACTIVE, Award.demand.has(_ours(actor)), ~made)


def _sign_contract(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    signed = exists().where(
        ContractSignature.contract_id == Contract.id,
        ContractSignature.edition == Contract.edition,
        ContractSignature.organisation_id == actor.organisation_id,
    )
    led = Award.bid.has(Bid.lead_id == actor.organisation_id)
    is_party = Contract.award.has(or_(led, Award.demand.has(_ours(actor))))
    return and_(Contract.state == ContractState.IN_SIGNATURE, is_party, ~signed)


def _consent(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    asked = and_(ChangeRequest.state == ChangeState.FILED, ~ChangeRequest.has_owner_consent)
    return and_(asked, _owned(ChangeRequest.contract, actor))


def _request_acceptance(actor: Actor, now: datetime) -> ColumnElement[bool]:
    open_work = exists().where(Milestone.contract_id == Contract.id, Milestone.state != MilestoneState.MET)
    requested = exists().where(Acceptance.contract_id == Contract.id)
    is_due = or_(~open_work, Contract.ends_on <= day_of(now))
    led = Contract.award.has(Award.bid.has(Bid.lead_id == actor.organisation_id))
    return and_(Contract.state == ContractState.ACTIVE, led, is_due, ~requested)


def _give_opinion(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    open_states = (AcceptanceState.REQUESTED, AcceptanceState.IN_REVIEW)
    missing = and_(Acceptance.state.in_(open_states), Acceptance.owner_opinion.is_(None))
    return and_(missing, _owned(Acceptance.contract, actor))


def _draw_for_acceptance(actor: Actor, _now: datetime) -> ColumnElement[bool]:
    drawn = exists().where(Panel.acceptance_id == Acceptance.id, Panel.is_live)
    run_by_us = Acceptance.contract.has(Contract.award.has(Award.demand.has(_run_by_us(actor))))
    return and_(Acceptance.state == AcceptanceState.REQUESTED, run_by_us, ~drawn)


def _report_effect(actor: Actor, now: datetime) -> ColumnElement[bool]:
    old = now - REPORT_AFTER
    never = and_(Demonstration.last_report_on.is_(None), Demonstration.listed_at <= old)
    is_due = or_(never, Demonstration.last_report_on <= day_of(old))
    mine = Demonstration.acceptance.has(_owned(Acceptance.contract, actor))
    return and_(Demonstration.state == DemonstrationState.LISTED, is_due, mine)


P = Permission

ERRANDS: tuple[Errand, ...] = (
    Errand(Demand, P.DEMAND_VET, _l("Vet the demand"), _vet),
    Errand(Demand, P.QUESTION_ANSWER, _l("Answer questions"), _answer),
    Errand(Demand, P.QUESTION_ANSWER, _l("Confirm an intent"), _confirm_intent),
    Errand(Demand, P.BID_OPEN, _l("Agree to the opening"), _agree_to_open),
    Errand(Bid, P.BID_CHECK, _l("Do the formal check"), _check),
    Errand(Demand, P.PANEL_DRAW, _l("Draw the expert panel"), _draw),
    Errand(Acceptance, P.PANEL_DRAW, _l("Draw the expert panel"), _draw_for_acceptance),
    Errand(Assignment, P.SHEET_WRITE, _l("Score"), _score),
    Errand(Assignment, P.REPORT_DRAFT, _l("Draft the panel's report"), _draft_report),
    Errand(Assignment, P.REPORT_SIGN, _l("Sign the panel's report"), _sign_report),
    Errand(Demand, P.SATISFACTION_GIVE, _l("Say how far the bids meet the need"), _give_satisfaction),
    Errand(Demand, P.AWARD_DECIDE, _l("Decide on the award"), _decide),
    Errand(Demand, P.DEMAND_RELIST, _l("Choose how it goes on"), _choose_after_no_award),
    Errand(Demand, P.SUPERVISOR_NOTE, _l("Note the request to withdraw"), _note_withdrawal),
    Errand(Objection, P.OBJECTION_ASSIGN, _l("Name a handler"), _assign),
    Errand(Objection, P.OBJECTION_HANDLE, _l("Decide on the objection"), _decide_objection),
    Errand(Award, P.CONTRACT_DRAFT, _l("Draft the contract"), _draft_contract),
    Errand(Contract, P.CONTRACT_SIGN, _l("Sign the contract"), _sign_contract),
    Errand(ChangeRequest, P.CHANGE_CONSENT, _l("Say whether you consent"), _consent),
    Errand(Contract, P.ACCEPTANCE_REQUEST, _l("Request acceptance"), _request_acceptance),
    Errand(Acceptance, P.ACCEPTANCE_OPINION, _l("Give the user's opinion"), _give_opinion),
    Errand(Demonstration, P.DEMONSTRATION_EDIT, _l("File the yearly effect report"), _report_effect),
)
