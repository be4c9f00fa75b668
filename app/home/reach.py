"""For the desk: which rows an actor's permissions reach, in SQL, and what to load with them.

Access is decided by `app.access` in Python, row by row; these conditions only keep the rows it would refuse anyway out
of the query, so that a limit cuts off what is the actor's own and nothing else."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import selectinload
from sqlalchemy.sql.base import ExecutableOption

from app.access import Actor
from app.models.awards import Award, Notice, Objection
from app.models.bids import Bid
from app.models.contracts import ChangeRequest, Contract, Milestone, PaymentLine, Subsidy
from app.models.demands import Demand
from app.models.outcomes import Acceptance, AcceptanceResult, Demonstration, Replication
from app.models.procedure_codes import Role
from app.models.reviews import Assignment, Panel, Sheet
from app.models.rounds import Round, Rubric

Condition = Callable[[Actor], ColumnElement[bool]]


def of_demand(actor: Actor) -> ColumnElement[bool]:
    """Demands that the actor's organisation posted, runs, or recommends."""
    ours = [
        Demand.owner_id == actor.organisation_id,
        Demand.round.has(Round.organiser_id == actor.organisation_id),
    ]
    if actor.has(Role.RECOMMENDER):
        ours += [Demand.recommender_id == actor.organisation_id, Demand.region == actor.region]
    return or_(*ours)


def of_bid(actor: Actor) -> ColumnElement[bool]:
    """Bids that the actor's organisation leads, or on demands of its rounds."""
    in_our_rounds = Bid.demand.has(Demand.round.has(Round.organiser_id == actor.organisation_id))
    return or_(Bid.lead_id == actor.organisation_id, in_our_rounds)


def of_award(actor: Actor) -> ColumnElement[bool]:
    """Awards to which the actor's organisation is a party, or that it decided."""
    return or_(
        Award.bid.has(Bid.lead_id == actor.organisation_id),
        Award.demand.has(of_demand(actor)),
    )


def of_contract(actor: Actor) -> ColumnElement[bool]:
    """Contracts to which the actor's organisation is a party, or of its rounds."""
    return Contract.award.has(of_award(actor))


def of_part(model: Any) -> Condition:
    """What hangs on a contract; finance officers reach all payments."""

    def condition(actor: Actor) -> ColumnElement[bool]:
        if actor.has(Role.FINANCE):
            return true()
        found: ColumnElement[bool] = model.contract.has(of_contract(actor))
        return found

    return condition


def of_demonstration(actor: Actor) -> ColumnElement[bool]:
    """Demonstrations of the actor's organisation or of its rounds."""
    return Demonstration.acceptance.has(Acceptance.contract.has(of_contract(actor)))


def of_replication(actor: Actor) -> ColumnElement[bool]:
    """Replications by the actor's organisation, or of its demonstrations."""
    return or_(
        Replication.adopter_id == actor.organisation_id,
        Replication.demonstration.has(of_demonstration(actor)),
    )


def of_seat(actor: Actor) -> ColumnElement[bool]:
    """The actor's own seats, and those on panels of its rounds."""
    run_by_us = Rubric.round.has(Round.organiser_id == actor.organisation_id)
    return or_(Assignment.expert_id == actor.expert_id, Assignment.panel.has(Panel.rubric.has(run_by_us)))


REACH: dict[str, Condition] = {
    "demand": of_demand,
    "bid": of_bid,
    "award": of_award,
    "contract": of_contract,
    "milestone": of_part(Milestone),
    "payment_line": of_part(PaymentLine),
    "change_request": of_part(ChangeRequest),
    "subsidy": of_part(Subsidy),
    "acceptance": of_part(Acceptance),
    "demonstration": of_demonstration,
    "replication": of_replication,
    "assignment": of_seat,
    "sheet": lambda actor: Sheet.author_id == actor.user_id,
    "notice": lambda actor: Notice.round.has(Round.organiser_id == actor.organisation_id),
    "objection": lambda actor: or_(
        Objection.handler_id == actor.user_id, Objection.author_id == actor.user_id
    ),
    "round": lambda actor: Round.organiser_id == actor.organisation_id,
}


def _contract(path: Any) -> list[ExecutableOption]:
    """What the parties and the guards of anything on a contract need."""
    award = path.selectinload(Contract.award)
    return [
        award.selectinload(Award.bid),
        award.selectinload(Award.demand)
        .selectinload(Demand.round)
        .selectinload(Round.rubrics)
        .selectinload(Rubric.criteria),
        award.selectinload(Award.demand).selectinload(Demand.indicators),
        path.selectinload(Contract.indicators),
        path.selectinload(Contract.acceptance),
        path.selectinload(Contract.notices),
        path.selectinload(Contract.payments),
    ]


def _demand(path: Any) -> list[ExecutableOption]:
    """What the reach and the titles of things on a demand need."""
    return [path.selectinload(Demand.round), path.selectinload(Demand.owner)]


def _on_contract(model: Any) -> list[ExecutableOption]:
    return _contract(selectinload(model.contract))


def _seats(path: Any) -> ExecutableOption:
    found: ExecutableOption = path.selectinload(Panel.assignments).selectinload(Assignment.expert)
    return found


ROUND = selectinload(Demand.round)
SCORED = selectinload(Demonstration.acceptance)

LOADERS: dict[str, list[ExecutableOption]] = {
    "demand": [
        selectinload(Demand.owner),
        ROUND.selectinload(Round.officers),
        ROUND.selectinload(Round.rubrics).selectinload(Rubric.criteria),
        selectinload(Demand.indicators),
        selectinload(Demand.milestones),
        selectinload(Demand.fundings),
        selectinload(Demand.vetting_sheets).selectinload(Sheet.scores),
        selectinload(Demand.bids),
        selectinload(Demand.panels).selectinload(Panel.assignments),
        selectinload(Demand.awards).selectinload(Award.contracts),
        selectinload(Demand.notices).selectinload(Notice.objections),
        selectinload(Demand.opening_approvals),
    ],
    "bid": [
        *_demand(selectinload(Bid.demand)),
        selectinload(Bid.lead),
        selectinload(Bid.checks),
        selectinload(Bid.award),
    ],
    "award": [
        *_demand(selectinload(Award.demand)),
        selectinload(Award.bid).selectinload(Bid.lead),
        selectinload(Award.contracts),
        selectinload(Award.objections),
    ],
    "contract": [
        selectinload(Contract.award).selectinload(Award.bid),
        selectinload(Contract.award).selectinload(Award.demand).selectinload(Demand.round),
        selectinload(Contract.award).selectinload(Award.demand).selectinload(Demand.indicators),
        selectinload(Contract.indicators),
        selectinload(Contract.milestones),
        selectinload(Contract.budget),
        selectinload(Contract.payments),
        selectinload(Contract.signatures),
        selectinload(Contract.acceptance),
        selectinload(Contract.notices),
    ],
    "milestone": _on_contract(Milestone),
    "payment_line": [*_on_contract(PaymentLine), selectinload(PaymentLine.milestone)],
    "change_request": _on_contract(ChangeRequest),
    "subsidy": _on_contract(Subsidy),
    "acceptance": [
        *_on_contract(Acceptance),
        selectinload(Acceptance.results).selectinload(AcceptanceResult.indicator),
        _seats(selectinload(Acceptance.panels)),
        selectinload(Acceptance.sheets),
    ],
    "demonstration": [
        *_contract(SCORED.selectinload(Acceptance.contract)),
        SCORED.selectinload(Acceptance.sheets),
        selectinload(Demonstration.effects),
        selectinload(Demonstration.reports),
        selectinload(Demonstration.notices),
    ],
    "replication": [
        *_contract(
            selectinload(Replication.demonstration)
            .selectinload(Demonstration.acceptance)
            .selectinload(Acceptance.contract)
        ),
        selectinload(Replication.adopter),
    ],
    "assignment": [
        _seats(selectinload(Assignment.panel)),
        selectinload(Assignment.panel).selectinload(Panel.rubric).selectinload(Rubric.round),
        selectinload(Assignment.panel).selectinload(Panel.demand).selectinload(Demand.owner),
        selectinload(Assignment.expert),
    ],
    "sheet": [
        selectinload(Sheet.rubric).selectinload(Rubric.criteria),
        selectinload(Sheet.rubric).selectinload(Rubric.round),
        _seats(selectinload(Sheet.assignment).selectinload(Assignment.panel)),
        *_demand(selectinload(Sheet.bid).selectinload(Bid.demand)),
        selectinload(Sheet.bid).selectinload(Bid.lead),
        selectinload(Sheet.subject_demand),
        selectinload(Sheet.scores),
    ],
    "notice": [selectinload(Notice.round), selectinload(Notice.objections), selectinload(Notice.demand)],
    "objection": [
        selectinload(Objection.notice).selectinload(Notice.round),
        selectinload(Objection.notice).selectinload(Notice.demand),
        selectinload(Objection.award),
    ],
    "round": [
        selectinload(Round.officers),
        selectinload(Round.rubrics).selectinload(Rubric.criteria),
        selectinload(Round.organiser),
    ],
}
