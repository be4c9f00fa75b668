"""Walking through the site as a person would: open a page, fill its form in, send it, follow the link.

Every act goes over HTTP with the fussy client. Nothing here calls a service; the session only looks things up."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.clock import local, start_of_day
from app.demands.labels import section_of
from app.demands.writing import WRITTEN
from app.models import (
    Assignment,
    Bid,
    Contract,
    Demand,
    Demonstration,
    Notice,
    Panel,
    Replication,
    Round,
    User,
)
from app.models.procedure_codes import CheckPoint
from app.models.states import AssignmentState, BidState
from app.workflow.ticking import tick
from tests.browsing import FussyClient, text_of
from tests.core.sample_files import PDF
from tests.factories.world import World
from tests.moments import Clock

PLEDGES = ("integrity", "truth", "unrelated", "no_repeat", "confidentiality")
TEXT = "内容完整，依据充分，已与业务部门逐项核对。"


class Walk:
    """One journey: the client, the people, the clock, and acts named after what people do."""

    def __init__(self, client: FussyClient, world: World, clock: Clock, database: Any) -> None:
        self.client, self.world, self.clock, self.database = client, world, clock, database
        self.session = world.session

    # People and time.

    def be(self, name: str) -> "Walk":
        """Sign in as the person of this name in the world, acting for their organisation."""
        return self.be_user(
            self.world.people[name], self.world.orgs.get(name.removeprefix("second_").removesuffix("_bidder"))
        )

    def be_user(self, user: User, organisation: Any = None) -> "Walk":
        """Sign in as this person."""
        self.client.sign_in(user)
        if organisation is not None:
            self.client.acting_for(organisation)
        return self

    def wait(self, days: int = 0, hours: int = 0) -> None:
        """Let time pass, and the clock job record what it made true."""
        self.until(self.clock.now + timedelta(days=days, hours=hours))

    def until(self, moment: datetime) -> None:
        """Let time pass up to the moment."""
        self.clock.set(max(moment, self.clock.now))
        self.session.commit()
        tick(self.database, self.clock.now)
        self.session.expire_all()

    # Sending forms.

    def send(self, url: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Fill the form in and send it; anything but a redirect is a fault that shows what the page said."""
        answer = self.client.submit(url, data, **kwargs)
        assert answer.status_code in (302, 303), f"{url}: {answer.status_code} {said(answer)}"
        self.session.expire_all()
        return answer

    def refused(self, url: str, data: dict[str, Any] | None = None, **kwargs: Any) -> str:
        """Send a form that the site must refuse with 422; gives back what the page said."""
        answer = self.client.submit(url, data, **kwargs)
        assert answer.status_code == 422, f"{url}: {answer.status_code} instead of 422"
        self.session.expire_all()
        return said(answer)

    def do(self, thing: Any, action: str, reason: str | None = None) -> None:
        """A plain action on the confirm page."""
        url = f"/{thing.__tablename__}/{thing.id}/do/{action}"
        self.send(url, {"reason": reason} if reason else {})

    def sees(self, url: str) -> str:
        """The text of a page that this person sees."""
        answer = self.client.get(url)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
        return text_of(answer.tree.find(".//main"))  # type: ignore[attr-defined]

    def misses(self, url: str) -> None:
        """A page that does not exist for this person."""
        assert self.client.get(url).status_code == 404, url

    def newest(self, model: Any, *where: Any) -> Any:
        """The one row that matches."""
        self.session.expire_all()
        return self.session.scalars(select(model).where(*where)).one()

    # From draft to listing.

    def writes_demand(self, title: str = "门诊病历智能质控与随访提醒", **extra: Any) -> Demand:
        """The owner writes and completes a draft."""
        self.be("owner")
        start = {
            "round_id": str(self.world.round.id),
            "title": title,
            "demand_type": "scenario_build",
            "field": "F08",
        }
        self.send("/demands/new", start)
        demand = self.newest(Demand, Demand.title == title)
        typed = demand_form() | extra
        for code, data in demand_sections(typed).items():
            self.send(f"/demands/{demand.id}/sections/{code}", data)
        return demand

    def submits_demand(self, demand: Demand) -> None:
        """The owner submits."""
        self.be("owner").send(f"/demands/{demand.id}/submit")

    def lists_demand(self, demand: Demand, days: int = 35) -> None:
        """Recommendation, two vetting sheets, approval, publication."""
        self.be("recommender").send(
            f"/demands/{demand.id}/recommend", {"opinion": "需求真实，条件具备，同意推荐。"}
        )
        for officer in ("organizer", "second_organizer"):
            self.be(officer).send(
                f"/vetting/{demand.id}", sheet_form(self.rubric("demand"), 0.85) | {"advice_text": TEXT}
            )
        self.send(f"/vetting/{demand.id}/approve")
        closes = local(self.clock.now + timedelta(days=days)).replace(hour=17, minute=0)
        self.send(f"/demands/{demand.id}/publish", {"closes_at": closes.strftime("%Y-%m-%dT%H:%M")})

    def has_listing(self, **extra: Any) -> Demand:
        """A demand on the list."""
        demand = self.writes_demand(**extra)
        self.submits_demand(demand)
        self.lists_demand(demand)
        return demand

    def rubric(self, kind: str) -> Any:
        """The round's rubric of a kind."""
        found: Round = self.world.round
        return next(each for each in found.rubrics if each.kind.value == kind)

    # Bids.

    def bids(self, name: str, demand: Demand, price: str = "280.00") -> Bid:
        """A firm fills in every section, adds the files and submits."""
        self.be(name).send(f"/demands/{demand.id}/bid", exact=True)
        bid: Bid = self.newest(Bid, Bid.demand_id == demand.id, Bid.lead_id == self.world.orgs[name].id)
        for code, data in bid_sections(demand, price).items():
            self.send(f"/bids/{bid.id}/sections/{code}", data)
        for slot in ("proposal", "licence", "commitment", "credit_report"):
            content = PDF.replace(b"%%EOF", b"%% " + f"{name} {slot}".encode() + b"\n%%EOF")
            files = {f"file_{slot}": (BytesIO(content), f"{slot}.pdf")}
            self.send(f"/bids/{bid.id}/files/{slot}", files, exact=True, content_type="multipart/form-data")
        self.send(f"/bids/{bid.id}/submit")
        assert bid.state is BidState.SUBMITTED
        return bid

    def opens(self, demand: Demand) -> None:
        """After closing, both named officers agree and the bids are opened."""
        assert demand.closes_at is not None
        self.until(demand.closes_at + timedelta(hours=1))
        for officer in ("organizer", "second_organizer"):
            self.be(officer).send(f"/demands/{demand.id}/opening/agree", exact=True)
        self.send(f"/demands/{demand.id}/opening")

    def checks(self, demand: Demand) -> None:
        """Two officers check every bid, and all pass."""
        for bid in self.session.scalars(
            select(Bid).where(Bid.demand_id == demand.id, Bid.state == BidState.OPENED)
        ).all():
            for officer in ("organizer", "second_organizer"):
                self.be(officer).send(f"/bids/{bid.id}/check", check_form())
            self.send(f"/bids/{bid.id}/decide", {"passes": "yes"})

    # Panels.

    def panel_of(self, **subject: Any) -> Panel:
        """The live panel of a demand or an acceptance."""
        return self.newest(
            Panel, Panel.is_live, *(getattr(Panel, name) == value for name, value in subject.items())
        )

    def seats(self, panel: Panel) -> list[Assignment]:
        """The seats that are not reserves and not left."""
        left = (AssignmentState.DECLINED, AssignmentState.RECUSED, AssignmentState.REPLACED)
        query = select(Assignment).where(Assignment.panel_id == panel.id, ~Assignment.is_reserve)
        return [
            seat
            for seat in self.session.scalars(query.order_by(Assignment.position))
            if seat.state not in left
        ]

    def sits(self, panel: Panel) -> None:
        """Every invited expert declares no conflict, signs the pledge and accepts."""
        for seat in self.seats(panel):
            self.be_user(seat.expert.user)
            page = f"/seats/{seat.id}"
            self.send(f"{page}/declare", {"is_true": "y"}, page=page)
            self.send(f"{page}/pledge", {"is_signed": "y"}, page=page)
            self.do(seat, "accept")

    def reviews(self, demand: Demand, *qualities: float) -> None:
        """Panel, seats, chair, start, sheets, totals, report, conclusion. One quality per bid, oldest first."""
        self.be("organizer").send(f"/demands/{demand.id}/review/draw")
        panel = self.panel_of(demand_id=demand.id)
        self.send(f"/panels/{panel.id}/invite", exact=True)
        self.sits(panel)
        chair = self.seats(panel)[0]
        self.be("organizer").send(f"/seats/{chair.id}/chair", exact=True)
        self.send(f"/demands/{demand.id}/review/start")
        self.scores(demand, panel, *qualities)
        self.reports(demand, panel)

    def scores(self, demand: Demand, panel: Panel, *qualities: float) -> None:
        """Every expert fills in and locks a sheet for every bid."""
        query = (
            select(Bid)
            .where(Bid.demand_id == demand.id, Bid.state == BidState.ELIGIBLE)
            .order_by(Bid.created_at)
        )
        bids = list(self.session.scalars(query))
        for seat in self.seats(panel):
            self.be_user(seat.expert.user)
            for bid, quality in zip(bids, qualities, strict=True):
                data = sheet_form(panel.rubric, quality) | {
                    "strengths": TEXT,
                    "weaknesses": TEXT,
                    "advice_text": TEXT,
                }
                self.send(f"/my-reviews/{demand.id}/bids/{bid.id}", data | {"advice": "recommend"})

    def reports(self, demand: Demand, panel: Panel) -> None:
        """Totals, the chair's report, everybody's signature, the organizer's conclusion."""
        self.be("organizer").send(f"/demands/{demand.id}/review/totals")
        chair = next(seat for seat in self.seats(panel) if seat.is_chair)
        self.be_user(chair.expert.user).send(f"/demands/{demand.id}/report/draft", {"text": TEXT})
        for seat in self.seats(panel):
            self.be_user(seat.expert.user).send(f"/demands/{demand.id}/report/sign", {"has_read": "y"})
        self.be("organizer").send(f"/demands/{demand.id}/review/conclude")

    # Award and notice.

    def decides(self, demand: Demand, *chosen: Bid) -> None:
        """The organizer decides as the form proposes, or for the given bids."""
        data = {"basis": "按评审排序确定，经集体研究。"} | {f"chosen_{bid.id.hex}": "y" for bid in chosen}
        self.be("organizer").send(f"/demands/{demand.id}/decision", data)

    def announces(self, demand: Demand) -> Notice:
        """The award goes on public notice."""
        self.be("organizer").send(f"/demands/{demand.id}/award-notice")
        notices = [each for each in demand.notices if each.state.value == "in_force"]
        assert len(notices) == 1
        return notices[0]

    def lets_notice_end(self, notice: Notice) -> None:
        """The notice period passes."""
        assert notice.ends_at is not None
        self.until(notice.ends_at + timedelta(minutes=1))

    # Contract to acceptance.

    def signs_contract(self, demand: Demand, name: str) -> Contract:
        """The owner drafts and sends, both parties sign."""
        award = next(
            each
            for each in demand.awards
            if each.lead_id == self.world.orgs[name].id and each.state.value == "active"
        )
        self.be("owner").send(f"/awards/{award.id}/contract")
        contract: Contract = self.newest(Contract, Contract.award_id == award.id)
        self.do(contract, "send_for_signature")
        for party in ("owner", name):
            self.be(party).send(f"/contracts/{contract.id}/sign", {"is_authorised": "y"})
        return contract

    def delivers(self, contract: Contract, name: str) -> None:
        """Every milestone is reported, confirmed and paid."""
        for milestone in list(contract.milestones):
            self.until(start_of_day(milestone.due_on) - timedelta(days=3) + timedelta(hours=9))
            page = f"/milestones/{milestone.id}/submit"
            measured = {f"measured_{index}": "达到目标" for index in range(len(contract.indicators))}
            self.be(name).send(
                page, {"report": TEXT} | {k: v for k, v in measured.items() if self.has_field(page, k)}
            )
            self.be("owner").do(milestone, "meet")
            for line in [each for each in contract.payments if each.milestone_id == milestone.id]:
                self.be(name).do(line, "request")
                self.be("owner").send(
                    f"/payments/{line.id}/record", {"voucher_number": f"FK-{line.position}"}
                )

    def has_field(self, page: str, name: str) -> bool:
        """Whether the form of the page has this field."""
        tree = self.client.get(page).tree  # type: ignore[attr-defined]
        return any(each.get("name") == name for each in tree.iter())

    def package(self, contract: Contract) -> dict[str, Any]:
        """The acceptance package, every indicator at its target."""
        data: dict[str, Any] = {
            "summary": TEXT,
            "self_assessment": TEXT,
            "user_report": TEXT,
            "financial_report": TEXT,
            "spent_fen": "200.00",
            "running_since_on": contract.milestones[0].due_on.isoformat(),
        }
        for index, indicator in enumerate(contract.indicators):
            data |= {f"measured_{index}": str(indicator.target), f"evidence_{index}": "第三方检测报告第 3 页"}
        return data

    def judges_acceptance(self, acceptance: Any, quality: float = 0.86) -> None:
        """Panel, seats, start, sheets, the owner's opinion, total."""
        base = f"/acceptances/{acceptance.id}"
        self.be("organizer").send(f"{base}/draw")
        panel = self.panel_of(acceptance_id=acceptance.id)
        self.sits(panel)
        self.be("organizer").do(acceptance, "start_review")
        for seat in self.seats(panel):
            data = sheet_form(panel.rubric, quality) | {
                "strengths": TEXT,
                "weaknesses": TEXT,
                "advice_text": TEXT,
            }
            self.be_user(seat.expert.user).send(f"{base}/score", data | {"advice": "recommend"})
        self.be("owner").send(f"{base}/opinion/owner", {"owner_opinion": "系统好用，同意验收。"})

    def finds(self, acceptance: Any, *, passes: bool, outcome: str, reason: str = "") -> None:
        """The organizer records verdicts and decides."""
        base = f"/acceptances/{acceptance.id}"
        part = "yes" if passes else "no"
        verdicts = {
            f"verdict_{index}": "met" if passes else "not_met"
            for index in range(len(acceptance.contract.indicators))
        }
        data = {
            "technical": part,
            "financial": "yes",
            "opinion": TEXT,
            "problems": "" if passes else "夜间样本不足。",
        }
        self.be("organizer").send(f"{base}/findings", verdicts | data)
        self.send(f"{base}/decide", {"outcome": outcome, "reason": reason})

    # Demonstration and replication.

    def lists_demonstration(self, found: Demonstration) -> None:
        """The owner writes the record, the organizer scores it and puts it on notice, time lists it."""
        self.be("owner").send(f"/demonstrations/{found.id}/edit", record_form(found))
        self.wait(days=200)
        scores = {"benefit": "34", "breadth": "28", "visibility": "20", "note": TEXT}
        self.be("organizer").send(f"/demonstrations/{found.id}/score", scores)
        self.send(f"/demonstrations/{found.id}/listing")
        notice = self.newest(Notice, Notice.demonstration_id == found.id)
        self.lets_notice_end(notice)

    def replicates(self, found: Demonstration) -> Replication:
        """Another unit registers interest, is matched, adopts, reports the effect; the organizer verifies it."""
        page = f"/demonstrations/{found.id}/adopt"
        self.be("adopter").send(page, {"statement": "我院条件相近，希望引进。", "region": "421000"})
        replication: Replication = self.newest(Replication, Replication.demonstration_id == found.id)
        self.be("organizer").do(replication, "match")
        data = {
            "kind": "copy",
            "contract_fen": "60.00",
            "adopted_on": local(self.clock.now).date().isoformat(),
        }
        self.be("adopter").send(f"/replications/{replication.id}/adopt", data)
        rows = {
            "effect_rows-0-indicator": "质控用时",
            "effect_rows-0-before": "40",
            "effect_rows-0-after": "8",
            "effect_rows-0-unit": "分钟",
        }
        self.send(f"/replications/{replication.id}/effect", {"effect": "上线后用时明显缩短。"} | rows)
        self.be("organizer").do(replication, "verify")
        return replication


def said(answer: TestResponse) -> str:
    """What the page told the reader: its alerts and errors."""
    tree = getattr(answer, "tree", None)
    if tree is None:
        return answer.get_data(as_text=True)[:500]
    marks = ("jb-error", "invalid-feedback", "jb-notice", "jb-field-error", "alert")
    hits = [
        text_of(each)
        for each in tree.iter()
        if each.get("role") == "alert" or any(mark in (each.get("class") or "") for mark in marks)
    ]
    return " | ".join(hits) or text_of(tree.find(".//main"))[:800]


def sheet_form(rubric: Any, quality: float) -> dict[str, str]:
    """Scores around the quality for every criterion, with comments."""
    found = {}
    for criterion in rubric.criteria:
        found[f"score_{criterion.code}"] = f"{int(criterion.max_score * quality) / 100:.2f}"
        found[f"comment_{criterion.code}"] = TEXT
    return found


def check_form() -> dict[str, str]:
    """All sixteen points of the formal check in order."""
    return {
        f"{point.value}_verdict": "na" if point is CheckPoint.BLIND_COPY else "yes" for point in CheckPoint
    }


def demand_sections(typed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is typed, by the section in which its field stands."""
    found: dict[str, dict[str, Any]] = {each.code: {} for each in WRITTEN}
    for name, value in typed.items():
        field = {"procedure": "process", "recommender": "recommender_id"}.get(name, name.partition("-")[0])
        found[section_of(field).code][name] = value
    return found


def demand_form() -> dict[str, Any]:
    """A complete demand with three measurable indicators and sums that add up."""
    data: dict[str, Any] = {
        "site": "门诊日均 6200 人次，病历约 5800 份，覆盖 31 个科室。",
        "pain_point": "人工抽检比例 3%，缺陷率 11%，反馈滞后 9 天。",
        "goal": "病历全量质控，缺陷当日反馈。",
        "content_required": "病历完整性、逻辑性、规范性检查；给出依据；与电子病历对接。",
        "acceptance_methods": ["third_party_test", "live_trial"],
        "acceptance_note": "连续试运行 30 天。",
        "categories": ["C2"],
        "safety_requirements": ["mlps", "pia"],
        "deliverables-0-name": "质控系统",
        "deliverables-0-quantity": "1",
        "milestones-0-name": "系统上线",
        "milestones-0-due_month": "4",
        "milestones-0-deliverable": "系统",
        "milestones-0-check": "约束性指标达标",
        "data_provided-0-name": "脱敏病历",
        "data_provided-0-kind": "文本",
        "data_provided-0-volume": "20 万份",
        "data_provided-0-period": "两年",
        "data_provided-0-legal_basis": "已脱敏并经批准",
        "budget_fen": "300.00",
        "fundings-0-amount_fen": "300.00",
        "fundings-0-condition": "按里程碑支付",
        "fundings-1-source": None,
        "pay_schedule-0-label": "签约",
        "pay_schedule-0-percent": "30",
        "pay_schedule-1-label": "上线",
        "pay_schedule-1-percent": "40",
        "pay_schedule-2-label": "验收",
        "pay_schedule-2-percent": "30",
        "deadline_months": "12",
        "ip_clause": "成果归揭榜方，发榜方免费使用。",
        "conditions-0-text": "具有独立法人资格",
        "conditions-0-why": "独立承担责任",
        "expected_benefit": "年节约人工成本约 90 万元。",
        "benefits-0-indicator": "年节约成本（万元）",
        "benefits-0-baseline": "0",
        "benefits-0-target": "90",
        "replicability_note": "流程一致的医院可直接部署。",
        "contact_title": "信息科主任",
        "has_credit_pledge": "y",
        "has_integrity_pledge": "y",
    }
    rows = (("缺陷检出率", "95", "%", "ge"), ("反馈用时", "24", "小时", "le"), ("误报率", "5", "%", "le"))
    for index, (name, target, unit, operator) in enumerate(rows):
        data |= {
            f"indicators-{index}-name": name,
            f"indicators-{index}-baseline": "见现状",
            f"indicators-{index}-operator": operator,
            f"indicators-{index}-target": target,
            f"indicators-{index}-unit": unit,
            f"indicators-{index}-condition": "真实病历 3000 份盲测",
            f"indicators-{index}-method": "第三方检测",
            f"indicators-{index}-evidence": "检测报告",
        }
    return data | {"indicators-0-is_hard": "y"}


def bid_sections(demand: Demand, price: str) -> dict[str, dict[str, Any]]:
    """What is typed into each section of a bid, by its code."""
    responses: dict[str, Any] = {}
    for index, indicator in enumerate(demand.indicators):
        responses |= {
            f"responses-{index}-promised_value": str(indicator.target),
            f"responses-{index}-basis": "同类项目实测",
            f"responses-{index}-test_plan": "按要求封存数据后测试",
        }
    plan: dict[str, Any] = {}
    for index, (name, start, end, percent) in enumerate(
        (("设计与数据", 1, 4, 40), ("上线与验收", 5, 10, 60))
    ):
        plan |= {
            f"milestones-{index}-name": name,
            f"milestones-{index}-start_month": str(start),
            f"milestones-{index}-end_month": str(end),
            f"milestones-{index}-pay_percent": str(percent),
            f"milestones-{index}-deliverable": "文档和系统",
            f"milestones-{index}-check": "达到阶段指标",
        }
    return {
        "basics": {
            "title": "病历智能质控实施方案",
            "leader_name": "简书言",
            "leader_title": "高级工程师",
            "leader_identity": "E12345678",
            "leader_phone": "19900000123",
            "leader_email": "leader@example.com",
            "price_fen": price,
            "duration_months": "10",
        },
        "unit": {"unit_legal_rep": "简望山", "unit_founded_on": "2015-06-01", "unit_staff_count": "120"},
        "declarations": {"relation": "none"},
        "responses": responses,
        "solution": {
            "understanding": TEXT,
            "architecture": TEXT,
            "data_and_model": TEXT,
            "key_problems": TEXT,
            "safety": TEXT,
            "risks-0-risk": "数据质量",
            "risks-0-measure": "进场摸底",
        },
        "plan": plan,
        "team": {
            "team-0-name": "简书言",
            "team-0-role": "负责人",
            "team-0-unit": "牵头单位",
            "team-0-person_months": "10",
        },
        "budget": {
            "budget-0-source": "owner",
            "budget-0-item": "staff",
            "budget-0-amount_fen": price,
            "budget-0-year": "2026",
            "budget-0-unit": "牵头单位",
            "budget-0-basis": "研发人员投入",
        },
        "terms": {"ip_background": TEXT, "ip_foreground": TEXT, "promotion_plan": TEXT},
        "pledges": {
            f"pledge_{name}": "y"
            for name in ("integrity", "truth", "unrelated", "no_repeat", "confidentiality")
        },
    }


def record_form(found: Demonstration) -> dict[str, Any]:
    """The record of a demonstration project."""
    texts = (
        "site",
        "problem",
        "solution",
        "needs_data",
        "needs_compute",
        "needs_money",
        "needs_time",
        "needs_people",
    )
    data: dict[str, Any] = dict.fromkeys(texts, TEXT)
    data |= {"technologies": "大模型、知识图谱", "contact_public": "027-00000000", "has_no_incident": "y"}
    measured_on = (found.started_on or local(found.created_at).date()).isoformat()
    for index in range(3):
        data |= {
            f"effects-{index}-indicator": f"质控用时之{index + 1}",
            f"effects-{index}-before": "40",
            f"effects-{index}-after": "8",
            f"effects-{index}-unit": "分钟",
            f"effects-{index}-measured_by": "第三方检测机构",
            f"effects-{index}-measured_on": measured_on,
        }
    return data
