"""The other courses a demand takes: nobody bids, an objection is upheld, the winner declines, lanes, a correction."""

from datetime import timedelta

from sqlalchemy import select

from app.core.clock import local, start_of_day
from app.models import Award, Demand, Objection
from app.models.states import AwardState, BidState, DemandState, ObjectionState
from tests.journeys.dialogue_steps import corrects
from tests.journeys.walking import TEXT, Walk


def test_relists_three_times_when_nobody_bids(walk: Walk) -> None:
    demand = walk.has_listing()
    for number in (2, 3):
        walk.opens(demand)
        assert demand.state is DemandState.NO_AWARD
        walk.be("owner").send(f"/demands/{demand.id}/relist", {"choice": "amend"}, exact=True)
        again = walk.newest(Demand, Demand.relists_id == demand.id)
        assert again.list_round == number
        walk.send(
            f"/demands/{again.id}/sections/pledges", {"has_credit_pledge": "y", "has_integrity_pledge": "y"}
        )
        walk.submits_demand(again)
        walk.lists_demand(again)
        demand = again
    walk.opens(demand)
    assert demand.state is DemandState.NO_AWARD
    walk.be("owner")
    assert (
        walk.client.submit(f"/demands/{demand.id}/relist", {"choice": "again"}, exact=True).status_code == 422
    )
    assert walk.session.scalars(select(Demand).where(Demand.relists_id == demand.id)).all() == []


def test_refuses_a_late_bid_though_no_job_ran(walk: Walk) -> None:
    demand = walk.has_listing()
    early, late = walk.bids("bidder", demand), walk.bids("other_bidder", demand)
    assert demand.closes_at is not None
    for name, bid, moment, is_taken in (
        ("bidder", early, demand.closes_at - timedelta(seconds=1), True),
        ("other_bidder", late, demand.closes_at + timedelta(seconds=1), False),
    ):
        walk.be(name)
        version = bid.sealed_version
        walk.send(f"/bids/{bid.id}/sections/terms", {"ip_background": TEXT + name})
        walk.clock.set(moment)
        answer = walk.client.submit(f"/bids/{bid.id}/submit", {}, exact=True)
        walk.session.expire_all()
        assert (answer.status_code in (302, 303), bid.sealed_version) == (is_taken, version + int(is_taken))
        walk.clock.set(demand.closes_at - timedelta(days=1))
    assert demand.state is DemandState.OPEN


def _on_notice(walk: Walk, *qualities: float) -> Demand:
    demand = walk.has_listing()
    for name in ("bidder", "other_bidder", "third_bidder")[: len(qualities)]:
        walk.bids(name, demand)
    walk.opens(demand)
    walk.checks(demand)
    walk.reviews(demand, *qualities)
    walk.decides(demand)
    return demand


def test_takes_the_next_rank_when_an_objection_is_upheld(walk: Walk) -> None:
    demand = _on_notice(walk, 0.9, 0.8)
    notice = walk.announces(demand)
    assert notice.first_on is not None
    walk.until(start_of_day(notice.first_on) + timedelta(hours=10))
    walk.client.sign_out()
    first = demand.awards[0]
    filed = {
        "objection_type": "false_material",
        "facts": "申报书所列案例的实施单位与公开信息不一致。",
        "objector_kind": "person",
        "objector_name": "路见平",
        "objector_identity": "420100199001010011",
        "objector_contact": "19900000777",
        "is_true": "y",
    }
    answer = walk.client.submit(f"/notices/{notice.id}/object", filed)
    assert answer.status_code in (200, 302, 303)
    objection = walk.newest(Objection, Objection.notice_id == notice.id)
    page = f"/objections/{objection.id}"
    handler = {"handler_id": str(walk.world.supervisor.id)}
    walk.be("supervisor").send(f"{page}/assign", handler)
    walk.send(f"{page}/admit")
    assert first.is_held
    assert notice.ends_at is not None
    walk.until(notice.ends_at + timedelta(days=1))
    assert demand.state is DemandState.IN_NOTICE
    walk.be("supervisor")
    decision = {
        "remedy": "next_rank",
        "decision": "经核实材料不实。",
        "public_summary": "异议成立，由下一名次递补。",
    }
    walk.send(f"{page}/uphold", decision)
    walk.send(f"{page}/remedy")
    walk.send(f"{page}/answer", {"reply": "异议成立，已处理。"})
    assert (objection.state, first.state) == (ObjectionState.ANSWERED, AwardState.UNSUCCESSFUL)
    assert demand.state is DemandState.RECOMMENDED
    fallen = first.bid
    following = next(bid for bid in demand.bids if bid.id != fallen.id)
    walk.be("organizer").do(fallen, "disqualify", reason="材料不实")
    assert following.state is BidState.RESERVE
    walk.decides(demand, following)
    walk.lets_notice_end(walk.announces(demand))
    assert demand.state is DemandState.AWARDED
    active = walk.newest(Award, Award.demand_id == demand.id, Award.state == AwardState.ACTIVE)
    assert active.bid_id == following.id
    assert walk.signs_contract(demand, "other_bidder").award_id == active.id


def test_invites_the_next_rank_once_when_the_winner_declines(walk: Walk) -> None:
    demand = _on_notice(walk, 0.9, 0.8)
    walk.lets_notice_end(walk.announces(demand))
    winner = next(award.bid for award in demand.awards if award.state is AwardState.ACTIVE)
    walk.be("bidder").send(f"/bids/{winner.id}/decline", {"reason": "团队调整，无法投入。"})
    assert winner.state is BidState.DECLINED
    walk.be("organizer").send(f"/demands/{demand.id}/next-rank", {"reason": "原中榜单位放弃，按名次递补。"})
    assert demand.state is DemandState.RECOMMENDED
    walk.decides(demand)
    walk.lets_notice_end(walk.announces(demand))
    second = next(award.bid for award in demand.awards if award.state is AwardState.ACTIVE)
    walk.be("other_bidder").send(f"/bids/{second.id}/decline", {"reason": "同样无法投入。"})
    answer = walk.be("organizer").client.submit(
        f"/demands/{demand.id}/next-rank", {"reason": "再次递补"}, exact=True
    )
    assert answer.status_code == 422
    walk.send(f"/demands/{demand.id}/no-award", {"reason": "中榜单位均放弃。"})
    walk.session.expire_all()
    assert demand.state is DemandState.NO_AWARD


def test_runs_two_lanes_of_a_horse_race(walk: Walk) -> None:
    demand = walk.writes_demand(award_mode="horse_race", lanes="2")
    walk.submits_demand(demand)
    walk.lists_demand(demand)
    for name in ("bidder", "other_bidder", "third_bidder"):
        walk.bids(name, demand)
    walk.opens(demand)
    walk.checks(demand)
    walk.reviews(demand, 0.9, 0.85, 0.7)
    walk.decides(demand)
    walk.lets_notice_end(walk.announces(demand))
    active = [award for award in demand.awards if award.state is AwardState.ACTIVE]
    assert sorted(award.slot for award in active) == [1, 2]
    walk.signs_contract(demand, "bidder")
    assert demand.state is DemandState.AWARDED
    walk.signs_contract(demand, "other_bidder")
    assert demand.state is DemandState.COMPLETED


def test_moves_the_deadline_and_asks_bidders_again_on_a_material_correction(walk: Walk) -> None:
    demand = walk.has_listing()
    bid = walk.bids("bidder", demand)
    before = demand.closes_at
    assert before is not None
    closes = local(before + timedelta(days=16)).replace(hour=17, minute=0)
    correction = {
        "site": "门诊日均 7000 人次，新增一处院区。",
        "reason": "试点范围调整。",
        "is_material": "y",
        "closes_at": closes.strftime("%Y-%m-%dT%H:%M"),
    }
    decision = {name: correction.pop(name) for name in ("is_material", "closes_at")}
    corrects(walk, demand, correction, **decision)
    assert (demand.edition, demand.closes_at) == (2, closes)
    walk.be("bidder")
    assert bid.confirmed_edition == 1
    walk.send(f"/bids/{bid.id}/confirm-edition", exact=True)
    assert bid.confirmed_edition == 2
    walk.client.sign_out()
    assert "新增一处院区" in walk.sees(f"/demands/{demand.id}")
