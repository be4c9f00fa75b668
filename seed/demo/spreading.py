"""From a passed acceptance to what others copy: the record, the list, and its replication."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core.clock import add_months, day_of, local
from app.demonstrations import services as demonstrations
from app.models.codes import Region
from app.models.outcomes import Acceptance, Demonstration, Replication
from app.models.procedure_codes import ReplicationKind
from app.workflow import move
from seed.demo.choosing import demand_of
from seed.demo.listing import Plan
from seed.demo.play import Play


def demonstration(play: Play, plan: Plan, acceptance: Acceptance) -> Iterator[datetime]:
    """The candidate becomes a record, stands on notice, is listed, and goes on to the plan's ending."""
    found = play.session.scalar(select(Demonstration).where(Demonstration.acceptance_id == acceptance.id))
    if plan.ending == "candidate":
        return
    yield play.day_after(10, 10)
    owner = play.cast.actor(plan.owner)
    move(play.session, found, "start_editing", by=owner, now=play.now)
    demonstrations.edit_record(
        play.session, found, values=record_values(plan, acceptance), by=owner, now=play.now
    )
    if plan.ending == "editing":
        return
    ready = add_months(acceptance.running_since_on or day_of(play.now), 6) + timedelta(days=2)
    yield play.now + max(timedelta(days=5), ready - day_of(play.now))
    yield play.not_before(plan.extra.get("list_on"))
    demonstrations.score(
        play.session,
        found,
        benefit=34_00,
        breadth=28_00,
        visibility=21_00,
        note="效益可核算，推广条件成熟，社会反响良好。",
        by=play.cast.officer(0),
        now=play.now,
    )
    notice = demonstrations.publish_listing(play.session, found, by=play.cast.officer(0), now=play.now)
    if plan.ending == "demo_notice":
        return
    yield play.when_over(notice, 12)
    for adopter in plan.extra.get("adopters", ()):
        play.schedule.add(replication(play, found, *adopter), play.day_after(12, 10))
    if plan.ending == "listed":
        play.schedule.add(reports(play, plan, found), play.day_after(300, 10))
    yield play.day_after(40, 10)
    yield from _afterwards(play, plan, found)


def reports(play: Play, plan: Plan, found: Demonstration) -> Iterator[datetime]:
    """The owner reports the effect, year after year."""
    while True:
        demonstrations.file_effect_report(
            play.session,
            found,
            year=local(play.now).year,
            text="全年稳定运行，各项指标保持在验收水平以上，使用范围继续扩大。",
            rows=[{"indicator": "服务人次", "value": "18600", "unit": "人次"}],
            by=play.cast.actor(plan.owner),
            now=play.now,
        )
        yield play.day_after(365, 10)


def _afterwards(play: Play, plan: Plan, found: Demonstration) -> Iterator[datetime]:
    officer = play.cast.officer(0)
    if plan.ending == "suspended":
        move(
            play.session,
            found,
            "suspend",
            by=officer,
            now=play.now,
            reason="核查发现运行数据中断，限期说明。",
        )
    elif plan.ending in ("reexamined", "delisted"):
        move(
            play.session,
            found,
            "reexamine",
            by=officer,
            now=play.now,
            reason="例行复核发现使用频次明显下降。",
        )
    if plan.ending == "delisted":
        yield play.day_after(20, 10)
        notice = demonstrations.publish_delisting(
            play.session,
            found,
            reason="应用已停止运行，成效不可复现。",
            by=play.cast.officer(0),
            now=play.now,
        )
        yield play.when_over(notice, 12)
        reason = "应用已停止运行，成效不可复现，经公示予以摘牌。"
        move(play.session, found, "delist", by=play.cast.officer(0), now=play.now, reason=reason)


def replication(
    play: Play, found: Demonstration, adopter: str, region: str, ending: str
) -> Iterator[datetime]:
    """Another unit takes the demonstration up, as far as the ending says."""
    by = play.cast.actor(adopter)
    taken: Replication = demonstrations.register_interest(
        play.session,
        found,
        by=by,
        now=play.now,
        statement="我单位场景和数据条件相近，希望引进该示范项目并开展适配。",
        region=Region.of(region),
    )
    if ending == "interest":
        return
    yield play.day_after(6, 10)
    move(play.session, taken, "match", by=play.cast.officer(0), now=play.now)
    if ending == "matched":
        return
    yield play.day_after(30, 10)
    values = {"kind": ReplicationKind.COPY, "contract_fen": 68_0000_00, "adopted_on": day_of(play.now)}
    demonstrations.describe_adoption(play.session, taken, values=values, by=by, now=play.now)
    if taken.state.value == "matched":
        move(play.session, taken, "adopt", by=by, now=play.now)
    if ending == "adopted":
        return
    yield play.day_after(60, 10)
    rows = [{"indicator": "处理用时缩短", "before": "26", "after": "6", "unit": "分钟"}]
    demonstrations.report_effect(
        play.session,
        taken,
        effect="上线两个月，处理用时明显缩短，人员投入减少三成。",
        rows=rows,
        by=by,
        now=play.now,
    )
    yield play.day_after(7, 10)
    move(play.session, taken, "verify", by=play.cast.officer(0), now=play.now)


def record_values(plan: Plan, acceptance: Acceptance) -> dict[str, Any]:
    """The record of a demonstration project, written from the demand and the accepted results."""
    demand = demand_of(plan)
    row = plan.row
    return {
        "title": row["title"],
        "site": row["site"],
        "problem": row["pain"],
        "solution": f"围绕“{row['goal']}”建设，主要做法：{row['content']}",
        "technologies": ["多模态识别", "知识增强大模型", "云边协同"],
        "started_on": acceptance.running_since_on,
        "investment_fen": acceptance.contract.amount_fen,
        "users_served": 12000,
        "ip_and_awards": "形成软件著作权 2 项、地方标准草案 1 项。",
        "needs_data": "近 12 个月业务数据，字段口径见推广手册。",
        "needs_compute": "国产加速卡 4 张或等效云资源。",
        "needs_money": "首次部署约为本项目投入的三分之一。",
        "needs_time": "适配约 8 周，试运行 4 周。",
        "needs_people": "业务骨干 2 人、运维 1 人。",
        "price_guide": "同类单位按规模分三档，另计第三方检测费用。",
        "policy_used": "人工智能场景揭榜挂帅支持政策",
        "visit_note": "每月最后一周可预约现场观摩。",
        "contact_public": demand.public_phone,
        "has_no_incident": True,
        "effects": [
            {
                "indicator": each.name,
                "before": each.baseline or "尚无统计",
                "after": format(each.target or Decimal(0), "f") + each.unit,
                "unit": "",
                "measured_by": "第三方检测机构（演示）",
                "measured_on": acceptance.running_since_on,
            }
            for each in demand.indicators
        ],
    }
