"""The fairness check finds what narrows a competition, and nothing in a fair text."""

import timeit
from datetime import timedelta
from decimal import Decimal

import pytest

from app.demands.fairness import answered, check_fairness, open_findings
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.states import DemandState as S
from tests.factories import World, make_demand


@pytest.fixture
def demand(world: World) -> Demand:
    return make_demand(world, S.DRAFT)


def found(demand: Demand) -> list[tuple[str, str, str]]:
    return [(row["code"], row["field"], row["text"]) for row in check_fairness(demand)]


def test_finds_nothing_in_a_fair_demand(demand: Demand) -> None:
    assert found(demand) == []


@pytest.mark.parametrize(
    ("code", "text", "passage"),
    [
        ("brand", "服务器采用浪潮整机。", "浪潮"),
        ("brand", "GPU should be NVIDIA class.", "NVIDIA"),
        ("brand", "品牌须为国内前三", "品牌须为国内前三"),
        ("patent", "应采用专利号ZL202010123456.7的方法", "应采用专利"),
        ("patent", "须具有独家算法", "独家算法"),
        ("model", "摄像机型号为DS-2CD3T46", "型号为DS-2CD3T46"),
        ("model", "训练卡不低于 A100 水平", "A100"),
        ("sole_vendor", "由原系统唯一供应商实施", "唯一供应商"),
        ("sole_vendor", "须提供制造商的授权书", "制造商的授权书"),
        ("sole_vendor", "仅限某某科技有限公司参与", "仅限某某科技有限公司"),
        ("sole_vendor", "须由本地大学提供算法", "须由本地大学提供"),
        ("short_window", "签订合同后7日内完成部署", "签订合同后7日内完成部署"),
    ],
)
def test_finds_wording_that_suits_one_supplier(demand: Demand, code: str, text: str, passage: str) -> None:
    demand.content_required = text
    words = [
        words for found_code, path, words in found(demand) if (found_code, path) == (code, "content_required")
    ]
    assert any(each in passage or passage in each for each in words)


@pytest.mark.parametrize(
    "text",
    [
        "建设自主可控的智能分析平台，支持主流国产化环境。",
        "系统响应时间不超过三秒，全年可用率不低于99.9%。",
        "验收后30日内提交全部源代码。",
        "申请发明专利不少于两项，形成企业标准一项。",
        "提供模型训练、部署和运维服务，接口遵循国家标准。",
        "面向全国征集解决方案，鼓励产学研用联合体揭榜。",
    ],
)
def test_leaves_fair_wording_alone(demand: Demand, text: str) -> None:
    demand.content_required = text
    assert found(demand) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("region_condition", "注册地在武汉市的企业"),
        ("region_condition", "在省内设有分支机构，且办公场所位于武汉"),
        ("region_condition", "Registered in Hubei"),
        ("capital_condition", "注册资本不低于1000万元"),
        ("size_condition", "近三年年营业收入不低于5000万元"),
        ("size_condition", "成立三年以上"),
    ],
)
def test_finds_conditions_on_place_and_size(demand: Demand, code: str, text: str) -> None:
    demand.conditions = [{"text": text, "kind": "qualification", "is_hard": False, "why": ""}]
    passages = [
        words
        for found_code, path, words in found(demand)
        if (found_code, path) == (code, "conditions.0.text")
    ]
    assert passages and all(words in text for words in passages)


def test_finds_a_condition_of_the_kind_place_whatever_it_says(demand: Demand) -> None:
    demand.conditions = [{"text": "能驻场服务", "kind": "region", "is_hard": False, "why": ""}]
    assert found(demand) == [("region_condition", "conditions.0.text", "能驻场服务")]


def test_asks_why_a_condition_is_hard(demand: Demand) -> None:
    demand.conditions = [{"text": "通过等保三级测评", "kind": "qualification", "is_hard": True, "why": " "}]
    assert found(demand) == [("hard_without_why", "conditions.0.why", "通过等保三级测评")]
    demand.conditions = [{**demand.conditions[0], "why": "系统涉及患者信息"}]
    assert found(demand) == []


@pytest.mark.parametrize(
    ("months", "expected"), [(0, []), (1, ["short_window"]), (2, ["short_window"]), (3, [])]
)
def test_finds_a_short_time_limit(demand: Demand, months: int, expected: list[str]) -> None:
    demand.deadline_months = months
    assert [code for code, _field, _text in found(demand)] == expected


@pytest.mark.parametrize("lacking", ["target", "unit", "condition"])
def test_finds_an_indicator_that_cannot_be_measured(demand: Demand, lacking: str) -> None:
    setattr(demand.indicators[1], lacking, None if lacking == "target" else " ")
    assert found(demand) == [("not_measurable", "indicators.1.target", demand.indicators[1].name)]


def test_asks_for_both_ends_of_a_range(demand: Demand) -> None:
    indicator = demand.indicators[0]
    indicator.operator, indicator.target_high = type(indicator.operator).RANGE, indicator.target
    assert [code for code, _field, _text in found(demand)] == ["not_measurable"]
    indicator.target_high = indicator.target + Decimal(1)
    assert found(demand) == []


def test_leaves_descriptions_of_what_stands_there_alone(demand: Demand) -> None:
    demand.pain_point = "现有产线用西门子控制器，由唯一供应商维护。"
    demand.site = "武汉市本地企业三百家。"
    assert found(demand) == []


def test_spares_the_owners_own_name(demand: Demand) -> None:
    demand.owner.name = "联影示范医院"
    demand.content_required = "与联影示范医院的信息系统对接。"
    assert found(demand) == []


def test_keeps_an_answer_while_the_sentence_stands_and_asks_again_when_it_changes(
    demand: Demand, world: World
) -> None:
    demand.content_required = "前言。采用浪潮整机。"
    demand.findings = answered(
        check_fairness(demand), {0: "现有机房为同型设备"}, by=world.actor(Role.DEMAND_OWNER), now=world.now
    )
    first = demand.findings[0]
    assert (first["sentence"], first["answered_by"]) == ("采用浪潮整机", str(world.owner.id))
    demand.content_required = "另一段前言。采用浪潮整机。"
    demand.findings = check_fairness(demand)
    assert demand.findings == [first]
    demand.content_required = "采用浪潮或华为整机。"
    rows = {row["text"]: row for row in check_fairness(demand)}
    assert [row["answer"] for row in rows.values()] == ["", ""]
    assert rows["浪潮"]["former"] == "现有机房为同型设备"
    assert "former" not in rows["华为"]


def test_takes_over_the_answers_of_rows_written_before_sentences_were_kept(demand: Demand) -> None:
    demand.content_required = "采用浪潮整机。"
    demand.findings = [{"code": "brand", "field": "content_required", "text": "浪潮", "answer": "已说明"}]
    assert check_fairness(demand)[0]["answer"] == "已说明"


def test_signs_an_answer_only_when_it_changes(demand: Demand, world: World) -> None:
    demand.content_required = "采用浪潮整机。"
    by = world.actor(Role.DEMAND_OWNER)
    rows = answered(check_fairness(demand), {0: "理由"}, by=by, now=world.now)
    again = answered(rows, {0: "理由"}, by=by, now=world.now + timedelta(days=1))
    assert again == rows
    assert open_findings(demand) == 0
    demand.findings = answered(rows, {0: " "}, by=by, now=world.now)
    assert (open_findings(demand), "answered_by" in demand.findings[0]) == (1, False)


@pytest.mark.parametrize(
    "text", ["采集设备数据并实时分析，异常时告警，接口公开。", "近三年承担过5个项目", "A1-", "12345", "具有"]
)
def test_reads_a_whole_demand_within_milliseconds(demand: Demand, text: str) -> None:
    # What has no commas, or digits only, is what a pattern of repeated parts would choke on.
    demand.content_required = (text * 2000)[:2000]
    found(demand)
    best = min(timeit.repeat(lambda: found(demand), number=1, repeat=5))
    assert best < 0.25, f"{best * 1000:.0f} ms for a demand of {len(demand.content_required)} characters"


def test_finds_what_is_typed_in_full_width_and_shows_it_as_typed(demand: Demand) -> None:
    demand.content_required = "应用服务器限定戴尔 Ｒ７６０。"
    assert [(code, words) for code, _path, words in found(demand)] == [
        ("brand", "戴尔"),
        ("model", "Ｒ７６０"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "注册资本、成立年限均不作要求",
        "市内外单位均可参加",
        "不以营业收入超过 2000 万元为条件",
        "项目团队不少于 10 人，其中高级工程师 2 名",
        "项目负责人从业五年以上",
    ],
)
def test_leaves_conditions_alone_that_open_the_listing_or_speak_of_the_project(
    demand: Demand, text: str
) -> None:
    demand.conditions = [{"text": text, "kind": "qualification", "is_hard": False, "why": ""}]
    assert found(demand) == []


@pytest.mark.parametrize(
    "text",
    [
        "允许继续使用旧设备，平台达到高可用，提高通行效率，推广数字化应用。",
        "次日立即上报，经常发生拥堵，卫星网络覆盖，结构力学分析。",
        "对文件计算哈希值并上链。",
        "传感器用 PT100 铂电阻，防护等级 IP65，坐标采用 CGCS2000。",
        "采用 YOLOv8 或其他目标检测算法，按 IEC61850 建模。",
    ],
)
def test_reads_makers_and_models_neither_into_plain_words_nor_into_standards(
    demand: Demand, text: str
) -> None:
    demand.content_required = text
    assert found(demand) == []
