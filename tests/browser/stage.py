"""What the browser looks at: every main page with as much on it as a real case brings, in Chinese of real length."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from app.models.bids import Bid
from app.models.codes import AwardMode, Field, IndicatorCategory, Operator, Region
from app.models.demands import Demand, DemandIndicator
from app.models.procedure_codes import Role
from app.models.states import (
    AssignmentState,
    AwardState,
    BidState,
    ChangeState,
    DemandState,
    DemonstrationState,
    PaymentState,
    ReplicationState,
    SheetState,
)
from app.notices.services import publish_award_notice
from tests.browser.talking import talked
from tests.factories import (
    World,
    bid_content,
    make_assignment,
    make_award,
    make_bid,
    make_change,
    make_contract,
    make_demand,
    make_demonstration,
    make_panel,
    make_payment,
    make_question,
    make_replication,
    make_sheet,
)
from tests.reviews.stage import Review

LONG_NAME = "荆楚长江中游智能装备与数据要素联合研究院（宜昌三峡）股份有限公司"
TITLE = "面向全省县域医共体的多病种病理切片智能辅助诊断与远程会诊协同平台建设（含质量控制与持续学习）示范应用"
TITLES = (
    (
        "汽车零部件铸造车间表面微小缺陷在线视觉检测与工艺参数协同优化系统",
        Field.F01,
        Region.SHIYAN,
        4_680_000_00,
    ),
    ("长江干线危险化学品船舶航行风险智能识别与多部门联动预警", Field.F10, Region.YICHANG, 12_500_000_00),
    ("城市地下燃气管网泄漏声纹监测与抢修派单大模型应用", Field.F12, Region.XIANGYANG, 860_000_00),
    ("江汉平原稻虾共作水质调控与病害早期识别", Field.F05, Region.JINGZHOU, 1_234_567_00),
)
PARAGRAPH = (
    "我院承担全市及周边六县（市）约四百二十万人口的肿瘤病理诊断任务，近三年切片量年均增长百分之十八，而在岗病理医师仅十九人，"
    "其中具备亚专科诊断能力的不足三分之一。常规报告平均用时七十二小时，疑难病例外送会诊往返需五至九个工作日，"
    "基层医院送检标本的漏诊率、返工率长期偏高，患者多次往返就诊，医疗资源浪费明显。"
)
PARAGRAPHS = "\n".join(
    (
        f"一、现状。{PARAGRAPH}",
        "二、任务。建设覆盖胃、结直肠、肺、乳腺、宫颈等五类高发肿瘤的切片智能分析系统，支持四种扫描仪格式（SVS、NDPI、MRXS、KFB）。",
        "三、对接。与病理信息系统（LIS/PIS）、电子病历系统（EMR）和全省远程会诊平台双向对接。",
        f"四、要求。模型训练与推理均在院内完成，原始数据、标注数据和模型参数不得出院；{PARAGRAPH}",
    )
)
CLAUSE = (
    "甲乙双方共同享有专用模型及其衍生成果的知识产权；甲方及医共体成员单位享有永久、免费、不可撤销的使用权。"
    * 3
)
HARD_TO_BREAK = (
    "https://data.example.invalid/hubei/pathology/2026/first-batch/annotation-guideline-v2.3.1-final.pdf"
)


class Stage:
    """All things with a page, and `paths`: the address of each main page by name, with who reads it."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.orgs["third_bidder"].name = LONG_NAME
        self.paths: dict[str, tuple[str | None, str]] = {
            "home": (None, "/"),
            "listings": (None, "/listings"),
            "catalogue": (None, "/demonstrations"),
            "desk": ("organizer", "/desk"),
        }
        self._listings()
        self._under_review()
        self._reviewed()
        self._on_notice()
        self._under_contract()
        self._demonstrated()
        self.paths |= talked(world)

    def _listings(self) -> None:
        world = self.world
        for title, field, region, budget_fen in TITLES:
            make_demand(
                world, DemandState.OPEN, title=title, field=field, region=region, budget_fen=budget_fen
            )
        make_demand(world, DemandState.SUBMITTED, title=TITLE)
        make_demand(world, DemandState.VETTING, title=TITLES[0][0])
        demand = self._demand(DemandState.OPEN)
        make_question(world, demand, text=PARAGRAPH)
        make_question(
            world, demand, text="标注规范在哪里可以查阅？", answer=f"见 {HARD_TO_BREAK}。{PARAGRAPH}"
        )
        bid = make_bid(world, BidState.DRAFT, demand=demand, content=self._bid_content(demand))
        self.paths["demand"] = (None, f"/demands/{demand.id}")
        self.paths["bid"] = ("bidder", f"/bids/{bid.id}/sections/basics")
        self.paths["files of the bid"] = ("bidder", f"/bids/{bid.id}/files")
        self.paths["answers"] = ("bidder", f"/bids/{bid.id}/sections/responses")

    def _under_review(self) -> None:
        demand = self._demand(DemandState.REVIEWING)
        panel = make_panel(self.world, demand=demand)
        bids = [self._bid(BidState.ELIGIBLE, demand) for _each in range(2)]
        seat = panel.assignments[1]
        make_sheet(
            self.world,
            SheetState.DRAFT,
            seat=seat,
            bid=bids[0],
            strengths=PARAGRAPH,
            weaknesses=PARAGRAPH,
            advice_text=PARAGRAPH,
        )
        make_assignment(self.world, AssignmentState.INVITED, panel=panel)
        self.paths["score sheet"] = ("expert2", f"/my-reviews/{demand.id}/bids/{bids[0].id}")

    def _reviewed(self) -> None:
        review = Review(self.world, title=TITLE)
        review.lock([95, 82, 88, 79, 90], [75, 77, 71, 80, 69], [40, 55, 48, 61, 52])
        review.compute()
        review.draft(PARAGRAPHS)
        self.paths["ranking"] = ("expert1", f"/my-reviews/{review.demand.id}")
        self.paths["report"] = ("expert1", f"/demands/{review.demand.id}/report")
        decided = Review(self.world, title=TITLE).through([90] * 5, [78] * 5, [40] * 5)
        self.paths["decision"] = ("organizer", f"/demands/{decided.demand.id}/decision")

    def _on_notice(self) -> None:
        world = self.world
        demand = self._demand(DemandState.RECOMMENDED, lanes=3, award_mode=AwardMode.HORSE_RACE)
        for slot in (1, 2, 3):
            bid = self._bid(BidState.RECOMMENDED, demand, rank=slot, total=91_25 - 300 * slot)
            make_award(world, bid=bid, slot=slot, rank=slot, max_slots=3, amount_fen=2_765_432_10 + slot)
        world.session.expire_all()
        notice = publish_award_notice(world.session, demand, by=world.actor(Role.ORGANIZER), now=world.now)
        self.paths["notice"] = (None, f"/notices/{notice.id}")

    def _under_contract(self) -> None:
        award = make_award(
            self.world, AwardState.ACTIVE, bid=self._bid(BidState.AWARDED, self._demand(DemandState.AWARDED))
        )
        contract = make_contract(
            self.world,
            award=award,
            title=f"“{TITLE}”技术开发（委托）合同",
            objectives=PARAGRAPHS,
            ip_clause=CLAUSE,
            data_clause=CLAUSE,
            breach_clause=CLAUSE,
            promotion_duty=PARAGRAPH,
        )
        make_payment(self.world, PaymentState.REQUESTED, contract=contract)
        make_change(self.world, ChangeState.FILED, contract=contract, reason=PARAGRAPH)
        self.paths["contract"] = ("owner", f"/contracts/{contract.id}")

    def _demonstrated(self) -> None:
        world = self.world
        for title, *_others in TITLES[:2]:
            make_demonstration(world, DemonstrationState.LISTED, title=title)
        shown = make_demonstration(
            world,
            DemonstrationState.LISTED,
            title=TITLE,
            problem=PARAGRAPHS,
            solution=PARAGRAPHS,
            technologies=[
                "自监督视觉大模型",
                "多实例弱监督学习",
                "联邦学习与隐私计算",
                "数字病理全切片推理加速",
            ],
            needs_data=PARAGRAPH,
            visit_note=f"预约参观：{HARD_TO_BREAK}",
        )
        make_replication(world, ReplicationState.VERIFIED, demonstration=shown)
        make_replication(world, ReplicationState.ADOPTED, demonstration=shown, adopter=world.third_bidder_org)
        self.paths["demonstration"] = (None, f"/demonstrations/{shown.id}")

    def _demand(self, state: DemandState, **more: Any) -> Demand:
        demand = make_demand(
            self.world,
            state,
            title=TITLE,
            site=PARAGRAPH,
            pain_point=PARAGRAPHS,
            goal=PARAGRAPH,
            content_required=PARAGRAPHS,
            out_of_scope=f"不含扫描设备采购，设备清单见 {HARD_TO_BREAK}",
            novelty=PARAGRAPH,
            acceptance_note=PARAGRAPH,
            interface_constraints=f"接口说明：{HARD_TO_BREAK}",
            safety_note=PARAGRAPH,
            ip_clause=CLAUSE,
            expected_benefit=PARAGRAPH,
            **more,
        )
        demand.indicators.append(
            DemandIndicator(
                position=4,
                name="五类高发肿瘤切片级良恶性判别综合准确率（含不典型增生、原位癌与浸润性癌分级）",
                category=IndicatorCategory.PERFORMANCE,
                baseline="现行双人复核流程约 86.4%",
                operator=Operator.RANGE,
                target=Decimal("92.125"),
                target_high=Decimal("99.999"),
                unit="%（按切片数加权平均）",
                condition=PARAGRAPH,
                method=PARAGRAPH,
                evidence="国家级医疗器械检验机构出具的检测报告",
                is_hard=True,
            )
        )
        self.world.session.flush()
        return demand

    def _bid(self, state: BidState, demand: Demand, **more: Any) -> Bid:
        return make_bid(self.world, state, demand=demand, content=self._bid_content(demand), **more)

    def _bid_content(self, demand: Demand) -> dict[str, Any]:
        known: Any = SimpleNamespace(demand=demand, lead_id=self.world.bidder_org.id)
        content = bid_content(self.world, known)
        for answer in content["responses"]:
            answer |= {"basis": PARAGRAPH, "test_plan": PARAGRAPH}
        return content | {
            "title": TITLE,
            "keywords": "数字病理、自监督学习、多实例学习、联邦学习、隐私计算",
            "understanding": PARAGRAPHS,
            "architecture": PARAGRAPHS,
            "members": [{"name": LONG_NAME, "work": PARAGRAPH, "share_percent": 20_00}],
        }
