"""Every factory makes every state on both databases, and every person of the world can act."""

from collections.abc import Callable
from typing import Any

import pytest

from app.access import Actor
from app.models import states
from app.models.base import State
from app.models.procedure_codes import Role
from app.workflow import WORKFLOWS, workflow_of
from tests import factories
from tests.factories import World

MAKERS: dict[type[State], Callable[..., Any]] = {
    states.OrganisationState: factories.make_organisation,
    states.ExpertState: factories.make_expert,
    states.RoundState: factories.make_round,
    states.DemandState: factories.make_demand,
    states.BidState: factories.make_bid,
    states.AssignmentState: factories.make_assignment,
    states.SheetState: factories.make_sheet,
    states.AwardState: factories.make_award,
    states.NoticeState: factories.make_notice,
    states.ObjectionState: factories.make_objection,
    states.ContractState: factories.make_contract,
    states.MilestoneState: factories.make_milestone,
    states.PaymentState: factories.make_payment,
    states.ChangeState: factories.make_change,
    states.SubsidyState: factories.make_subsidy,
    states.AcceptanceState: factories.make_acceptance,
    states.DemonstrationState: factories.make_demonstration,
    states.ReplicationState: factories.make_replication,
}


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.__name__)
def test_make_every_state(world: World, kind: type[State]) -> None:
    for state in kind:
        made = MAKERS[kind](world, state)
        world.session.commit()
        assert made.state is state
        assert workflow_of(made).states is kind


def test_know_every_workflow() -> None:
    assert {workflow.states for workflow in WORKFLOWS.values()} == set(MAKERS)


@pytest.mark.parametrize("role", Role)
def test_act_in_every_role(world: World, role: Role) -> None:
    for person in (world.user(role), world.stranger(role)):
        actor: Actor = world.actor_of(person)
        assert actor.has(role)
        assert actor.user_id == person.id
