"""An acceptance that does not pass at first: rectified once and passed; and not a second time."""

from app.models import Acceptance
from app.models.states import AcceptanceState
from tests.journeys.walking import Walk


def test_passes_after_one_rectification(walk: Walk) -> None:
    demand = walk.has_listing()
    walk.bids("bidder", demand)
    walk.opens(demand)
    walk.checks(demand)
    walk.reviews(demand, 0.9)
    walk.decides(demand)
    walk.lets_notice_end(walk.announces(demand))
    contract = walk.signs_contract(demand, "bidder")
    walk.delivers(contract, "bidder")
    walk.be("bidder").send(f"/contracts/{contract.id}/acceptance/new", walk.package(contract))
    acceptance = walk.newest(Acceptance, Acceptance.contract_id == contract.id)
    walk.judges_acceptance(acceptance)
    base = f"/acceptances/{acceptance.id}"
    walk.finds(acceptance, passes=False, outcome="require_rectification", reason="夜间样本不足，补充后复验。")
    assert (acceptance.state, acceptance.certificate) == (AcceptanceState.RECTIFY, None)
    walk.wait(days=20)
    walk.be("bidder").send(f"{base}/resubmit", walk.package(contract))
    assert (acceptance.state, acceptance.attempt) == (AcceptanceState.REQUESTED, 2)
    walk.judges_acceptance(acceptance)
    answer = walk.be("organizer").client.get(f"{base}/decide")
    assert answer.status_code == 200
    walk.finds(acceptance, passes=True, outcome="pass")
    assert acceptance.state is AcceptanceState.PASSED
    assert acceptance.certificate is not None
    assert [row.attempt for row in acceptance.results].count(1) == len(contract.indicators)
