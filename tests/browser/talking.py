"""A listing that is talked about: corrected twice, asked about, visited, with intents, all in long Chinese."""

from datetime import timedelta
from decimal import Decimal

from app.access import Actor
from app.demands import services
from app.demands.publication import write_edition
from app.models.codes import Process
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.states import DemandState
from tests.factories import World, make_demand

ASKED = (
    "请问历史数据的标注规范由哪一方负责制定？标注人员是否需要到现场，现场是否提供脱敏后的样例、网络与算力？"
)
ANSWERED = "标注规范由发榜方业务部门牵头、双方共同确认；现场提供 200 条脱敏样例、专用网络与两台推理服务器。"


def talked(world: World) -> dict[str, tuple[str | None, str]]:
    """The pages of such a listing by name, each with who reads it."""
    owner, bidder = world.actor(Role.DEMAND_OWNER), world.actor(Role.BIDDER)
    demand = _listed(world)
    _corrected(world, demand, owner)
    question = _asked(world, demand, owner)
    visit = services.plan_visit(
        world.session,
        demand,
        starts_at=world.now + timedelta(days=9),
        place="门诊楼一层东侧报到处（请从南门步行进入，访客车辆停放于地下二层）",
        capacity=12,
        note="请携带身份证件；机房内不得拍照、录像。",
        by=owner,
        now=world.now,
    )
    services.join_visit(world.session, visit, people=3, by=bidder, now=world.now)
    services.join_visit(world.session, visit, people=2, by=world.actor_of(world.third_bidder), now=world.now)
    intent = services.register_intent(world.session, demand, statement=ANSWERED * 2, by=bidder, now=world.now)
    services.confirm_intent(world.session, intent, by=owner, now=world.now)
    services.sign_agreement(world.session, intent, by=bidder, now=world.now)
    page = f"/demands/{demand.id}"
    return {
        "talked about": ("owner", page),
        "talked about, supervisor": ("supervisor", page),
        "editions": (None, f"{page}/editions"),
        "edition": (None, f"{page}/editions/3"),
        "comparison": (None, f"{page}/compare?older=2&newer=4"),
        "correction": ("owner", f"{page}/correct"),
        "questions": (None, f"{page}/questions"),
        "answer": ("owner", f"{page}/questions/{question}/answer"),
        "ask": ("bidder", f"{page}/ask"),
        "visit": ("owner", f"{page}/visits/new"),
        "sign-up": ("other_bidder", f"{page}/visits/{visit.id}/sign-up"),
        "agreement": ("bidder", f"{page}/intents/{intent.id}/agreement"),
        "changes": (None, "/listings/changes"),
        "choice after no award": ("owner", _ended(world)),
    }


def _listed(world: World) -> Demand:
    demand = make_demand(
        world,
        DemandState.OPEN,
        title="跨院区多学科会诊记录的结构化抽取与随访提醒智能辅助系统建设需求",
        process=Process.MATCH_FIRST,
    )
    write_edition(world.session, demand, by=world.actor(Role.ORGANIZER), now=world.now)
    return demand


def _corrected(world: World, demand: Demand, owner: Actor) -> None:
    rows = [
        {"id": each.id, "name": each.name, "category": each.category, "operator": each.operator}
        | {"target": each.target, "unit": each.unit, "condition": each.condition, "is_hard": each.is_hard}
        for each in demand.indicators
    ]
    rows[0] |= {"condition": "以发榜方封存的 3000 例近两年切片盲测，三位主任医师独立复核。"}
    rows[1:2] = [
        {"name": "单例分析用时", "operator": "le", "target": Decimal(60), "unit": "秒", "condition": ANSWERED}
    ]
    for values in ({"indicators": rows, "goal": demand.goal + ANSWERED}, {"site": ASKED}):
        services.correct_demand(
            world.session,
            demand,
            values=values,
            reason="测试条件与现场情况核对后更正，样本量由 2000 例改为 3000 例。",
            is_material=True,
            closes_at=(demand.closes_at or world.now) + timedelta(days=20),
            by=owner,
            now=world.now,
        )


def _asked(world: World, demand: Demand, owner: Actor) -> object:
    first = None
    for text in (ASKED, "标注由谁负责？", "样例可否带离现场？"):
        asked = services.ask_question(
            world.session, demand, text=text, follows=first, by=world.actor(Role.BIDDER), now=world.now
        )
        first = first or asked
    assert first is not None
    services.answer_question(
        world.session,
        first,
        also=[demand.questions[1]],
        answer=ANSWERED,
        is_correction_due=True,
        by=owner,
        now=world.now,
    )
    return demand.questions[2].id


def _ended(world: World) -> str:
    return f"/demands/{make_demand(world, DemandState.NO_AWARD, state_reason='无有效申报。').id}/relist"
