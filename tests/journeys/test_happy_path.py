"""From a draft to a verified replication, over HTTP, through every role."""

from app.models import Acceptance, Demonstration
from app.models.states import (
    AcceptanceState,
    ContractState,
    DemandState,
    DemonstrationState,
    ReplicationState,
)
from tests.journeys.walking import Walk


def test_walks_from_draft_to_verified_replication(walk: Walk) -> None:
    demand = walk.has_listing()
    assert demand.state is DemandState.OPEN
    walk.wait(days=3)
    walk.bids("bidder", demand, "280.00")
    walk.bids("other_bidder", demand, "260.00")
    walk.opens(demand)
    assert demand.state is DemandState.SCREENING
    walk.checks(demand)
    walk.reviews(demand, 0.9, 0.8)
    assert demand.state is DemandState.RECOMMENDED
    walk.decides(demand)
    notice = walk.announces(demand)
    walk.lets_notice_end(notice)
    assert demand.state is DemandState.AWARDED
    contract = walk.signs_contract(demand, "bidder")
    assert (contract.state, demand.state) == (ContractState.ACTIVE, DemandState.COMPLETED)
    walk.delivers(contract, "bidder")
    walk.be("bidder").send(f"/contracts/{contract.id}/acceptance/new", walk.package(contract))
    acceptance = walk.newest(Acceptance, Acceptance.contract_id == contract.id)
    walk.judges_acceptance(acceptance)
    walk.finds(acceptance, passes=True, outcome="pass")
    assert acceptance.state is AcceptanceState.PASSED
    walk.client.sign_out()
    assert acceptance.certificate is not None
    assert acceptance.certificate.number in walk.sees(f"/certificates/{acceptance.certificate.number}")
    walk.be("organizer").do(contract, "close")
    found = walk.newest(Demonstration, Demonstration.acceptance_id == acceptance.id)
    walk.lists_demonstration(found)
    assert found.state is DemonstrationState.LISTED
    replication = walk.replicates(found)
    assert replication.state is ReplicationState.VERIFIED
    walk.client.sign_out()
    assert found.title in walk.sees("/demonstrations")
