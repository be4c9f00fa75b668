"""The courses a demand can take, each told from the beginning to where it ends in the demonstration."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.bids import services as bids
from app.core.clock import start_of_day
from app.demands import services as demands
from app.vetting import services as vetting
from app.workflow import move
from seed.demo import choosing, delivering, listing
from seed.demo.listing import Plan
from seed.demo.play import Play

BEFORE_LISTING = (
    "draft",
    "submitted",
    "returned",
    "not_recommended",
    "vetting",
    "rejected",
    "merged",
    "approved",
)


def course(play: Play, plan: Plan) -> Iterator[datetime]:
    """The whole course of one plan."""
    if plan.ending in BEFORE_LISTING:
        yield from _before_listing(play, plan)
        return
    yield from listing.until_published(play, plan)
    yield from _on_the_list(play, plan)


def _before_listing(play: Play, plan: Plan) -> Iterator[datetime]:
    officer = play.cast.officer
    if plan.demand is None:
        listing.draft(play, plan)
    if plan.ending == "draft":
        return
    yield play.day_after(1, 10)
    listing.submit(play, plan)
    if plan.ending == "submitted":
        return
    yield play.day_after(2, 10)
    if plan.ending == "not_recommended":
        reason = "与本地已立项建设内容重复，暂不推荐。"
        recommender = play.cast.actor(f"r{plan.row['region']}")
        move(
            play.session,
            choosing.demand_of(plan),
            "decline_recommendation",
            by=recommender,
            now=play.now,
            reason=reason,
        )
        return
    listing.recommend(play, plan)
    if plan.ending == "vetting":
        return
    yield play.day_after(3, 10)
    if plan.ending == "returned":
        listing.send_back(play, plan)
    elif plan.ending == "rejected":
        listing.vet(play, plan, share=0.6)
        reason = "论证得分未达到发榜线，建议完善后下一批次申报。"
        move(play.session, choosing.demand_of(plan), "reject", by=officer(0), now=play.now, reason=reason)
    elif plan.ending == "merged":
        target = plan.extra["into"].demand
        reason = "两项需求场景和指标高度相近，合并发榜。"
        vetting.merge_demand(
            play.session, choosing.demand_of(plan), target, reason=reason, by=officer(0), now=play.now
        )
    else:
        listing.vet(play, plan)
        vetting.approve_demand(play.session, choosing.demand_of(plan), by=officer(0), now=play.now)


def _on_the_list(play: Play, plan: Plan) -> Iterator[datetime]:
    demand = choosing.demand_of(plan)
    if plan.extra.get("asks"):
        play.schedule.add(listing.ask_and_answer(play, plan), play.day_after(5, 10))
    if plan.extra.get("corrects"):
        play.schedule.add(_correct(play, plan), play.day_after(8, 10))
    if plan.bidders:
        play.schedule.add(listing.bidding(play, plan), play.day_after(2, 9))
    if plan.ending == "withdrawn":
        yield play.day_after(10, 10)
        owner = play.cast.actor(plan.owner)
        move(
            play.session, demand, "withdraw", by=owner, now=play.now, reason="主管单位统筹建设，需求已取消。"
        )
        return
    while demand.closes_at is not None and demand.closes_at > play.now:
        yield demand.closes_at + timedelta(hours=1)
    if plan.ending in ("open", "closed"):
        return
    yield play.day_after(1, 9)
    yield from _after_closing(play, plan)


def _after_closing(play: Play, plan: Plan) -> Iterator[datetime]:
    yield from choosing.open_bids(play, plan)
    if choosing.has_no_award(plan):
        yield from _ended_without(play, plan)
        return
    if plan.ending == "screening":
        return
    failing = tuple(range(len(plan.bids))) if plan.ending == "none_valid" else plan.extra.get("failing", ())
    yield from choosing.check(play, plan, failing=failing, curing=plan.extra.get("curing", ()))
    if plan.ending == "none_valid":
        choosing.no_award(play, plan, "通过形式审查的申报不足规定数量。")
        yield from _ended_without(play, plan)
        return
    best = 0.52 if plan.ending == "below_line" else plan.extra.get("best", 0.88)
    yield from choosing.review(play, plan, best=best)
    if plan.ending == "reviewing" or choosing.has_no_award(plan):
        yield from _ended_without(play, plan)
        return
    yield from _decision(play, plan)


def _decision(play: Play, plan: Plan) -> Iterator[datetime]:
    if plan.ending == "recommended":
        return
    choosing.decide(play, plan)
    yield play.not_before(plan.extra.get("wait_until"))
    yield from choosing.announce(play, plan)
    if plan.ending in ("in_notice", "objection", "awarded"):
        return
    yield play.day_after(1, 10)
    if plan.ending == "declined":
        choosing.decline(play, plan)
        yield play.day_after(3, 10)
        choosing.no_award(play, plan, "中榜单位放弃揭榜，且无递补候选。")
        yield from _ended_without(play, plan)
        return
    yield from delivering.delivery(play, plan)


def _ended_without(play: Play, plan: Plan) -> Iterator[datetime]:
    again: Plan | None = plan.extra.get("relist")
    if again is None or not choosing.has_no_award(plan):
        return
    yield play.day_after(4, 10)
    owner = play.cast.actor(plan.owner)
    again.demand = demands.relist_demand(play.session, choosing.demand_of(plan), by=owner, now=play.now)
    again.publish_on = (play.now + timedelta(days=14)).date()
    play.schedule.add(course(play, again), play.day_after(1, 10))


def _correct(play: Play, plan: Plan) -> Iterator[datetime]:
    demand = choosing.demand_of(plan)
    if demand.closes_at is None:
        return
    demands.correct_demand(
        play.session,
        demand,
        values={"site": demand.site + "（更正：新增一处试点现场，规模约占 10%。）"},
        reason="试点现场范围调整，规模增加约 10%。",
        is_material=True,
        by=play.cast.actor(plan.owner),
        now=play.now,
        closes_at=start_of_day((demand.closes_at + timedelta(days=16)).date()) + timedelta(hours=9),
    )
    yield play.day_after(2, 10)
    for bid in plan.bids:
        lead = next(key for key, unit in play.cast.units.items() if unit.organisation.id == bid.lead_id)
        bids.confirm_edition(play.session, bid, by=play.cast.actor(lead), now=play.now)
