"""Factories: the least valid thing in any state, with everything around it in states that go with it.

Every factory takes the world first, then the state, then keywords for whatever the test cares about; it writes the row
and gives it back. They build rows directly, past the workflow: for tests only."""

from tests.factories.accounts import make_expert, make_membership, make_organisation, make_user
from tests.factories.awards import make_award, make_notice, make_objection
from tests.factories.bids import bid_content, make_bid, make_checks, make_opening_approvals, make_version
from tests.factories.contracts import (
    make_change,
    make_contract,
    make_milestone,
    make_payment,
    make_subsidy,
    sign_contract,
)
from tests.factories.demands import fundings, indicators, make_demand, make_question, milestones
from tests.factories.outcomes import (
    add_results,
    judge_acceptance,
    make_acceptance,
    make_demonstration,
    make_replication,
)
from tests.factories.reviews import make_assignment, make_panel, make_sheet
from tests.factories.rounds import make_round, make_rubric
from tests.factories.world import PASSWORD, World

__all__ = [
    "PASSWORD",
    "World",
    "add_results",
    "bid_content",
    "fundings",
    "indicators",
    "judge_acceptance",
    "make_acceptance",
    "make_assignment",
    "make_award",
    "make_bid",
    "make_change",
    "make_checks",
    "make_contract",
    "make_demand",
    "make_demonstration",
    "make_expert",
    "make_membership",
    "make_milestone",
    "make_notice",
    "make_objection",
    "make_opening_approvals",
    "make_organisation",
    "make_panel",
    "make_payment",
    "make_question",
    "make_replication",
    "make_round",
    "make_rubric",
    "make_sheet",
    "make_subsidy",
    "make_user",
    "make_version",
    "milestones",
    "sign_contract",
]
