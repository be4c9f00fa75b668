"""Decisions at their edges: slots, ranking, money, and winners that fall away."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from app.access import Actor
from app.awards import services
from app.awards.services import Choice
from app.core.db import Database
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.awards import Award
from app.models.bids import Bid
from app.models.codes import AwardMode, LaneStatus
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.records import Event, Message
from app.models.states import AwardState, BidState, ContractState, DemandState
from tests.factories import World, make_award, make_bid, make_contract, make_demand, make_round

BASIS = "经主任办公会研究决定。"


class Ranked:
    """A demand whose review is concluded, with bids ranked 1, 2, 3: the best recommended, the others in reserve."""

    def __init__(self, world: World, *, winners: int = 1, **more: Any) -> None:
        self.world = world
        self.demand: Demand = make_demand(world, DemandState.RECOMMENDED, **more)
        self.bids: list[Bid] = [
            make_bid(
                world,
                BidState.RECOMMENDED if rank <= winners else BidState.RESERVE,
                demand=self.demand,
                rank=rank,
                total=95_00 - rank * 5_00,
                number=f"{self.demand.number}-B{rank:02d}",
            )
            for rank in (1, 2, 3)
        ]

    def decide(
        self, *bids: Bid, reason: str | None = None, by: Actor | None = None, **more: Any
    ) -> list[Award]:
        choices = [Choice(bid=bid, amount_fen=bid.price_fen or 0, **more) for bid in bids]
        return services.decide(
            self.world.session,
            self.demand,
            choices=choices,
            basis=BASIS,
            out_of_rank_reason=reason,
            by=by or self.world.actor(Role.ORGANIZER),
            now=self.world.now,
        )


def refusals(ranked: Ranked, *bids: Bid, **more: Any) -> set[str]:
    """The codes with which the decision is refused."""
    with pytest.raises(RuleBroken) as refused:
        ranked.decide(*bids, **more)
    return refused.value.codes


def states(ranked: Ranked) -> list[BidState]:
    return [bid.state for bid in ranked.bids]


def test_proposes_an_award_in_the_order_of_the_ranking(world: World) -> None:
    ranked = Ranked(world)
    [award] = ranked.decide(ranked.bids[0])
    found = (award.state, award.slot, award.rank, award.is_in_rank_order, award.amount_fen)
    assert found == (AwardState.PENDING, 1, 1, True, ranked.bids[0].price_fen)
    assert ranked.demand.state is DemandState.RECOMMENDED
    assert world.session.query(Event).filter_by(action="decide", thing_id=award.id).count() == 1


def test_departing_from_the_ranking_needs_a_written_reason(world: World) -> None:
    ranked = Ranked(world)
    assert refusals(ranked, ranked.bids[1]) == {"out_of_rank_reason"}
    assert refusals(ranked, ranked.bids[1], reason="  ") == {"out_of_rank_reason"}
    [award] = ranked.decide(ranked.bids[1], reason="第一名负责人已调离。")
    assert (award.is_in_rank_order, award.out_of_rank_reason) == (False, "第一名负责人已调离。")
    assert states(ranked) == [BidState.RESERVE, BidState.RECOMMENDED, BidState.RESERVE]


def test_only_the_bid_that_overtakes_is_out_of_rank(world: World) -> None:
    ranked = Ranked(world, winners=2, award_mode=AwardMode.RANKED_POOL, lanes=2)
    awards = ranked.decide(ranked.bids[0], ranked.bids[2], reason="第二名已承担同类任务。")
    assert [(each.slot, each.rank, each.is_in_rank_order) for each in awards] == [(1, 1, True), (2, 3, False)]


def test_a_second_decision_is_told_that_one_stands(world: World) -> None:
    ranked = Ranked(world)
    ranked.decide(ranked.bids[0])
    with pytest.raises(StateMovedOn):
        ranked.decide(ranked.bids[1], reason="改选。")


def test_awards_no_more_than_there_are_places(world: World) -> None:
    single = Ranked(world)
    assert "too_many" in refusals(single, *single.bids[:2])
    pool = Ranked(world, winners=2, award_mode=AwardMode.HORSE_RACE, lanes=2)
    assert "too_many" in refusals(pool, *pool.bids)
    assert len(pool.decide(*pool.bids[:2])) == 2


def test_refuses_nobody_strangers_and_doubles(world: World) -> None:
    ranked = Ranked(world, award_mode=AwardMode.RANKED_POOL, lanes=3)
    below = make_bid(world, BidState.NOT_SELECTED, demand=ranked.demand)
    assert refusals(ranked) == {"nobody_chosen"}
    assert refusals(ranked, below, reason="x") == {"not_a_candidate"}
    assert "chosen_twice" in refusals(ranked, ranked.bids[0], ranked.bids[0])
    assert refusals(ranked, make_bid(world, BidState.RECOMMENDED), reason="x") == {"not_a_candidate"}


@pytest.mark.parametrize(
    ("amount", "fiscal", "code"),
    [
        (0, 0, "amount_missing"),
        (3_000_000_01, 0, "over_budget"),
        (2_800_000_01, 0, "over_price"),
        (2_800_000_00, 2_000_000_01, "over_fiscal_ceiling"),
        (1_000_000_00, 1_000_000_01, "fiscal_over_amount"),
        (2_800_000_00, -1, "over_fiscal_ceiling"),
    ],
)
def test_keeps_within_the_ceilings(world: World, amount: int, fiscal: int, code: str) -> None:
    ranked = Ranked(world)
    choice = Choice(bid=ranked.bids[0], amount_fen=amount, fiscal_fen=fiscal)
    with pytest.raises(RuleBroken) as refused:
        services.decide(
            world.session,
            ranked.demand,
            choices=[choice],
            basis=BASIS,
            by=world.actor(Role.ORGANIZER),
            now=world.now,
        )
    assert code in refused.value.codes


def test_takes_the_amounts_at_the_ceilings(world: World) -> None:
    ranked = Ranked(world)
    [award] = ranked.decide(ranked.bids[0], fiscal_fen=2_000_000_00)
    assert (award.amount_fen, award.fiscal_fen) == (2_800_000_00, 2_000_000_00)


def test_keeps_within_the_funds_of_the_round(world: World) -> None:
    round_ = make_round(world, fiscal_total_fen=3_000_000_00)
    first, second = Ranked(world, round_=round_), Ranked(world, round_=round_)
    first.decide(first.bids[0], fiscal_fen=2_000_000_00)
    assert refusals(second, second.bids[0], fiscal_fen=1_000_000_01) == {"over_fiscal_total"}
    assert len(second.decide(second.bids[0], fiscal_fen=1_000_000_00)) == 1


def test_needs_the_basis(world: World) -> None:
    ranked = Ranked(world)
    with pytest.raises(RuleBroken) as refused:
        services.decide(
            world.session,
            ranked.demand,
            choices=[{"bid": ranked.bids[0], "amount_fen": 1, "fiscal_fen": 0, "lane": None}],
            basis=" ",
            by=world.actor(Role.ORGANIZER),
            now=world.now,
        )
    assert refused.value.codes == {"basis_missing"}


@pytest.mark.parametrize("name", ["other_organizer", "owner", "bidder", "supervisor", "finance"])
def test_lets_only_the_own_organiser_decide(world: World, name: str) -> None:
    ranked = Ranked(world)
    with pytest.raises(NotPermitted):
        ranked.decide(ranked.bids[0], by=world.actor_of(world.people[name]))


def test_the_owners_choice_among_unranked_finalists_needs_no_departure(world: World) -> None:
    demand = make_demand(world, DemandState.RECOMMENDED, round_=make_round(world, is_split_award=True))
    bids = [make_bid(world, BidState.SHORTLISTED, demand=demand, rank=None) for _ in range(2)]
    choice = Choice(bid=bids[1], amount_fen=1_000_000_00)
    by = world.actor(Role.ORGANIZER)
    [award] = services.decide(world.session, demand, choices=[choice], basis=BASIS, by=by, now=world.now)
    assert (award.rank, award.is_in_rank_order) == (None, True)
    assert [bid.state for bid in bids] == [BidState.RESERVE, BidState.RECOMMENDED]


def test_a_dropped_award_makes_room_for_a_new_decision_on_the_same_bid(world: World) -> None:
    ranked = Ranked(world)
    [award] = ranked.decide(ranked.bids[0])
    by = world.actor(Role.ORGANIZER)
    services.drop_award(world.session, award, reason="金额有误。", by=by, now=world.now)
    [again] = ranked.decide(ranked.bids[0])
    assert (award.state, again.state, again.slot) == (AwardState.UNSUCCESSFUL, AwardState.PENDING, 1)


def test_drops_nothing_while_the_notice_runs(world: World) -> None:
    ranked = Ranked(world)
    [award] = ranked.decide(ranked.bids[0])
    ranked.demand.state = DemandState.IN_NOTICE
    with pytest.raises(RuleBroken) as refused:
        services.drop_award(world.session, award, reason="x", by=world.actor(Role.ORGANIZER), now=world.now)
    assert refused.value.codes == {"notice_running"}


def in_force(world: World) -> tuple[Award, Bid]:
    """An award in force, and the next bid on the reserve list."""
    award = make_award(world, AwardState.ACTIVE)
    make_bid(world, BidState.RESERVE, demand=award.demand, rank=3, total=70_00)
    reserve = make_bid(world, BidState.RESERVE, demand=award.demand, rank=2, total=80_00)
    return award, reserve


def test_a_winner_that_declines_falls_and_the_organiser_is_told(world: World) -> None:
    award, _reserve = in_force(world)
    services.decline_award(
        world.session, award, reason="核心人员变动。", by=world.actor(Role.BIDDER), now=world.now
    )
    assert (award.state, award.bid.state) == (AwardState.DECLINED, BidState.DECLINED)
    told = {each.user_id for each in world.session.query(Message).filter_by(kind="award.decline")}
    assert told == {world.organizer.id, world.second_organizer.id, world.owner.id}


def test_nobody_else_declines(world: World) -> None:
    award, _reserve = in_force(world)
    for by in (world.actor_of(world.other_bidder), world.actor(Role.ORGANIZER)):
        with pytest.raises(NotPermitted):
            services.decline_award(world.session, award, reason="x", by=by, now=world.now)


def test_a_cancelled_award_takes_its_bid_along(world: World) -> None:
    award, _reserve = in_force(world)
    by = world.actor(Role.ORGANIZER)
    services.cancel_award(world.session, award, reason="谈判未果。", by=by, now=world.now)
    assert (award.state, award.bid.state) == (AwardState.CANCELLED, BidState.NOT_SELECTED)


def test_no_award_is_cancelled_under_a_signed_contract(world: World) -> None:
    award, _reserve = in_force(world)
    make_contract(world, ContractState.ACTIVE, award=award)
    with pytest.raises(RuleBroken) as refused:
        services.cancel_award(world.session, award, reason="x", by=world.actor(Role.ORGANIZER), now=world.now)
    assert refused.value.codes == {"contract_in_force"}


def test_invites_the_best_of_the_reserve_list_once(world: World) -> None:
    award, reserve = in_force(world)
    by, demand = world.actor(Role.ORGANIZER), award.demand
    services.decline_award(world.session, award, reason="放弃。", by=world.actor(Role.BIDDER), now=world.now)
    bid = services.invite_next_rank(world.session, demand, reason="顺延。", by=by, now=world.now)
    assert (bid.id, bid.state, demand.state) == (reserve.id, BidState.RECOMMENDED, DemandState.RECOMMENDED)
    [again] = services.decide(
        world.session,
        demand,
        choices=[Choice(bid=bid, amount_fen=1_000_000_00)],
        basis=BASIS,
        by=by,
        now=world.now,
    )
    assert (again.is_next_rank, again.is_in_rank_order, again.slot) == (True, True, 1)

    again.state, demand.state = AwardState.DECLINED, DemandState.AWARDED
    world.session.flush()
    with pytest.raises(RuleBroken) as refused:
        services.invite_next_rank(world.session, demand, reason="再顺延。", by=by, now=world.now)
    assert refused.value.codes == {"next_rank_used"}


def test_invites_nobody_while_the_award_stands_or_no_reserve_is_left(world: World) -> None:
    award, _reserve = in_force(world)
    by = world.actor(Role.ORGANIZER)
    with pytest.raises(RuleBroken) as refused:
        services.invite_next_rank(world.session, award.demand, reason="x", by=by, now=world.now)
    assert refused.value.codes == {"award_stands"}
    alone = make_award(world, AwardState.CANCELLED)
    with pytest.raises(RuleBroken) as refused:
        services.invite_next_rank(world.session, alone.demand, reason="x", by=by, now=world.now)
    assert refused.value.codes == {"no_reserve"}


def test_ends_without_award_and_selects_nobody(world: World) -> None:
    ranked = Ranked(world)
    [award] = ranked.decide(ranked.bids[0])
    by = world.actor(Role.ORGANIZER)
    services.record_no_award(world.session, ranked.demand, reason="经费未落实。", by=by, now=world.now)
    assert (ranked.demand.state, award.state) == (DemandState.NO_AWARD, AwardState.UNSUCCESSFUL)
    assert states(ranked) == [BidState.NOT_SELECTED] * 3


def test_does_not_end_without_award_while_one_is_in_force_or_on_notice(world: World) -> None:
    award, _reserve = in_force(world)
    by = world.actor(Role.ORGANIZER)
    with pytest.raises(RuleBroken) as refused:
        services.record_no_award(world.session, award.demand, reason="x", by=by, now=world.now)
    assert refused.value.codes == {"award_in_force"}
    ranked = Ranked(world)
    ranked.decide(ranked.bids[0])
    ranked.demand.state = DemandState.IN_NOTICE
    with pytest.raises(RuleBroken) as refused:
        services.record_no_award(world.session, ranked.demand, reason="x", by=by, now=world.now)
    assert refused.value.codes == {"notice_running"}


def test_moves_a_winner_between_lanes_with_a_reason(world: World) -> None:
    ranked = Ranked(world, winners=2, award_mode=AwardMode.HORSE_RACE, lanes=2)
    award = ranked.decide(*ranked.bids[:2])[1]
    by = world.actor(Role.ORGANIZER)

    def lane(status: LaneStatus, reason: str) -> None:
        services.set_lane(world.session, award, lane=status, reason=reason, by=by, now=world.now)

    lane(LaneStatus.POTENTIAL, "中期评估靠后。")
    lane(LaneStatus.OUT, "第二阶段未达标。")
    events = world.session.query(Event).filter_by(action="set_lane").order_by(Event.seq)
    assert [event.data for event in events] == [
        {"from": "lead", "to": "potential"},
        {"from": "potential", "to": "out"},
    ]
    for wrong in ((LaneStatus.OUT, "x"), (LaneStatus.LEAD, " ")):
        with pytest.raises(RuleBroken):
            lane(*wrong)


def test_a_single_winner_has_no_lane(world: World) -> None:
    ranked = Ranked(world)
    [award] = ranked.decide(ranked.bids[0])
    with pytest.raises(RuleBroken) as refused:
        services.set_lane(
            world.session,
            award,
            lane=LaneStatus.OUT,
            reason="x",
            by=world.actor(Role.ORGANIZER),
            now=world.now,
        )
    assert refused.value.codes == {"no_lanes"}


@pytest.mark.both_databases
def test_of_two_officers_at_once_one_decides(world: World, database: Database) -> None:
    ranked = Ranked(world)
    officers = [world.actor_of(world.organizer), world.actor_of(world.second_organizer)]
    tasks = [
        (database, ranked.demand.id, bid.id, by, world.now)
        for bid, by in zip(ranked.bids[:2], officers, strict=True)
    ]
    world.session.commit()
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(lambda task: try_to_decide(*task), tasks))
    assert answers == ["decided", "refused"]
    assert world.session.query(Award).count() == 1


def try_to_decide(database: Database, demand_id: UUID, bid_id: UUID, by: Actor, now: Any) -> str:
    """Decide in a session of one's own."""
    try:
        with database.unit() as session:
            demand, bid = session.get_one(Demand, demand_id), session.get_one(Bid, bid_id)
            services.decide(
                session,
                demand,
                choices=[Choice(bid=bid, amount_fen=1_000_000_00)],
                basis=BASIS,
                out_of_rank_reason="顺序调整。",
                by=by,
                now=now,
            )
    except StateMovedOn:
        return "refused"
    return "decided"


@pytest.mark.both_databases
def test_the_database_itself_refuses_a_second_live_award(world: World) -> None:
    ranked = Ranked(world, award_mode=AwardMode.RANKED_POOL, lanes=2)
    make_award(world, bid=ranked.bids[0], max_slots=2)
    for bid, slot in ((ranked.bids[1], 1), (ranked.bids[0], 2), (ranked.bids[1], 3)):
        point = world.session.begin_nested()
        with pytest.raises(IntegrityError):
            make_award(world, bid=bid, slot=slot, max_slots=2)
        point.rollback()
