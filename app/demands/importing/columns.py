"""The columns of the summary sheet (需求汇总表) and of the form of one demand (需求表), declared once."""

from dataclasses import replace

from app.documents.columns import Column, Kind
from app.models.codes import (
    HUBEI_REGIONS,
    AcceptanceMethod,
    Category,
    ConditionKind,
    Deliverable,
    DemandType,
    Field,
    FundingSource,
    IndicatorCategory,
    IpOwnership,
    Operator,
    OrganisationType,
    Region,
    Replicability,
    SafetyRequirement,
)
from app.models.rounds import Round

SUMMARY_SHEET = "需求汇总表"
FORM_SHEET = "需求表"
PLACES = (*HUBEI_REGIONS, Region.HUBEI)
MAX_LONG = 4_000

UNIT = Column(id="unit", zh="需求单位", en="Demand owner", is_required=True, width=28, most=120)
USCC = Column(
    id="uscc",
    zh="统一社会信用代码",
    en="Unified social credit code",
    kind=Kind.USCC,
    is_required=True,
    width=24,
    help="18 位，单元格须为文本格式。",
)
UNIT_TYPE = Column(
    id="unit_type",
    zh="单位类型",
    en="Kind of organisation",
    kind=Kind.CODE,
    codes=tuple(OrganisationType),
    is_required=True,
)
REGION = Column(id="region", zh="市州", en="Region", kind=Kind.CODE, codes=PLACES, is_required=True)
TITLE = Column(id="title", zh="需求名称", en="Title of the demand", is_required=True, width=36, most=60)
DEMAND_TYPE = Column(
    id="demand_type",
    zh="需求类型",
    en="Kind of demand",
    kind=Kind.CODE,
    codes=tuple(DemandType),
    is_required=True,
)
FIELD = Column(id="field", zh="所属领域", en="Field", kind=Kind.CODE, codes=tuple(Field), is_required=True)
CONTENT = Column(
    id="content_required",
    zh="主要内容",
    en="Main content",
    kind=Kind.LINES,
    is_required=True,
    width=50,
    most=MAX_LONG,
    help="要解决的问题和技术要求；不得指定品牌、型号、专利或唯一供应商。",
)
MONTHS = Column(
    id="deadline_months",
    zh="完成时限(月)",
    en="Time limit (months)",
    kind=Kind.WHOLE,
    is_required=True,
    least=1,
    most=36,
)
BUDGET = Column(
    id="budget_fen",
    zh="拟投入资金(万元)",
    en="Planned money (10,000 yuan)",
    kind=Kind.MONEY,
    is_required=True,
    help="单位：万元，最多两位小数，例如 120.50。",
)
IP = Column(
    id="ip_ownership",
    zh="产权归属",
    en="Ownership of results",
    kind=Kind.CODE,
    codes=tuple(IpOwnership),
    is_required=True,
)
CONTACT = Column(id="contact_name", zh="联系人", en="Contact person", is_required=True, most=80)
PHONE = Column(
    id="contact_phone", zh="联系电话", en="Contact phone", kind=Kind.PHONE, is_required=True, width=18
)

SUMMARY: tuple[Column, ...] = (
    Column(id="no", zh="序号", en="No.", width=8, most=20, help="写“示例”的行不会导入。"),
    REGION,
    Column(
        id="recommender",
        zh="推荐单位",
        en="Recommending unit",
        width=28,
        most=120,
        help="在平台登记的推荐单位全称；推荐单位自己导入时可不填。",
    ),
    UNIT,
    USCC,
    UNIT_TYPE,
    TITLE,
    DEMAND_TYPE,
    FIELD,
    CONTENT,
    Column(
        id="indicators",
        zh="核心考核指标",
        en="Core indicators",
        kind=Kind.LINES,
        is_required=True,
        width=50,
        most=MAX_LONG,
        help="每行一条：名称、比较符、数值、单位，括号内写测试条件，例如：派单准确率≥92.7%（测试集1万条）。",
    ),
    MONTHS,
    BUDGET,
    Column(
        id="paid_fen",
        zh="其中支付揭榜方(万元)",
        en="Of which paid to the bidder (10,000 yuan)",
        kind=Kind.MONEY,
        help="不得超过拟投入资金。",
    ),
    IP,
    Column(
        id="conditions",
        zh="揭榜方条件",
        en="Conditions on bidders",
        kind=Kind.LINES,
        width=36,
        most=MAX_LONG,
        help="每行一条，每条不超过 500 字。",
    ),
    Column(
        id="test_environment",
        zh="可提供数据与算力",
        en="Data and computing power provided",
        kind=Kind.LINES,
        width=36,
        most=MAX_LONG,
    ),
    CONTACT,
    PHONE,
    Column(id="opinion", zh="推荐意见", en="Recommendation", kind=Kind.LINES, width=30, most=1_000),
    Column(id="remark", zh="备注", en="Remark", width=24, most=1_000, help="备注不写入需求，随原表保存。"),
)

FORM: tuple[Column, ...] = (
    replace(UNIT, is_required=False),
    replace(USCC, is_required=False),
    replace(UNIT_TYPE, is_required=False),
    REGION,
    replace(SUMMARY[2], width=16),
    Column(id="legal_rep", zh="法定代表人", en="Legal representative", most=80),
    CONTACT,
    Column(id="contact_title", zh="联系人职务", en="Title of the contact person", most=80),
    PHONE,
    Column(id="contact_email", zh="联系邮箱", en="Contact e-mail", kind=Kind.EMAIL),
    TITLE,
    DEMAND_TYPE,
    FIELD,
    Column(
        id="categories",
        zh="人工智能+类别",
        en="AI plus categories",
        kind=Kind.CODES,
        codes=tuple(Category),
        help="可填多个，用分号隔开，例如：人工智能+工业；人工智能+科研。",
    ),
    Column(id="site", zh="应用场景地点与规模", en="Site and scale", kind=Kind.LINES, most=MAX_LONG),
    Column(id="pain_point", zh="现状与痛点", en="Present state", kind=Kind.LINES, most=MAX_LONG),
    Column(id="goal", zh="建设目标与预期效果", en="Goal", kind=Kind.LINES, most=MAX_LONG),
    CONTENT,
    Column(id="out_of_scope", zh="不包含内容", en="Out of scope", kind=Kind.LINES, most=MAX_LONG),
    Column(id="novelty", zh="自身为何无法解决", en="Why not in-house", kind=Kind.LINES, most=MAX_LONG),
    Column(
        id="acceptance_methods",
        zh="验收方式",
        en="Ways of acceptance",
        kind=Kind.CODES,
        codes=tuple(AcceptanceMethod),
        help="可填多个，用分号隔开。",
    ),
    Column(
        id="safety_requirements",
        zh="安全与合规",
        en="Safety and compliance",
        kind=Kind.CODES,
        codes=tuple(SafetyRequirement),
        help="可填多个，用分号隔开。",
    ),
    Column(
        id="test_environment",
        zh="试验环境与可提供数据、算力",
        en="Test environment, data and computing power",
        kind=Kind.LINES,
        most=MAX_LONG,
    ),
    BUDGET,
    Column(id="is_public_money", zh="是否财政性资金", en="Public money", kind=Kind.FLAG),
    MONTHS,
    IP,
    Column(
        id="ip_clause",
        zh="知识产权条款",
        en="Clause on intellectual property",
        kind=Kind.LINES,
        most=MAX_LONG,
    ),
    Column(id="benefit_sharing", zh="利益分配", en="Sharing of benefits", kind=Kind.LINES, most=MAX_LONG),
    Column(id="is_consortium_allowed", zh="是否接受联合体", en="Consortium allowed", kind=Kind.FLAG),
    Column(
        id="expected_benefit", zh="预期经济社会效益", en="Expected benefit", kind=Kind.LINES, most=MAX_LONG
    ),
    Column(
        id="replicability",
        zh="可推广范围",
        en="Range of replication",
        kind=Kind.CODE,
        codes=tuple(Replicability),
    ),
    Column(id="replicability_note", zh="推广说明", en="How it can spread", kind=Kind.LINES, most=MAX_LONG),
    Column(id="opinion", zh="推荐意见", en="Recommendation", kind=Kind.LINES, most=1_000),
)

FORM_ROWS: dict[str, tuple[str, tuple[Column, ...]]] = {
    "indicators": (
        "考核指标",
        (
            Column(id="name", zh="指标名称", en="Name", is_required=True, width=30, most=120),
            Column(id="category", zh="类别", en="Category", kind=Kind.CODE, codes=tuple(IndicatorCategory)),
            Column(id="baseline", zh="现状值", en="Baseline", most=80),
            Column(
                id="operator",
                zh="比较符",
                en="Operator",
                kind=Kind.CODE,
                codes=tuple(Operator),
                is_required=True,
                help="≥、≤、=、≈ 或区间；区间另填上限。",
            ),
            Column(id="target", zh="目标值", en="Target", kind=Kind.NUMBER, is_required=True),
            Column(id="target_high", zh="区间上限", en="Upper end", kind=Kind.NUMBER),
            Column(id="unit", zh="单位", en="Unit", is_required=True, most=40),
            Column(
                id="condition",
                zh="测试条件",
                en="Condition",
                kind=Kind.LINES,
                is_required=True,
                width=36,
                most=500,
            ),
            Column(id="method", zh="检测方法", en="Method", kind=Kind.LINES, width=30, most=500),
            Column(id="is_hard", zh="是否约束性", en="Hard", kind=Kind.FLAG),
        ),
    ),
    "deliverables": (
        "交付成果",
        (
            Column(
                id="kind", zh="类型", en="Kind", kind=Kind.CODE, codes=tuple(Deliverable), is_required=True
            ),
            Column(id="name", zh="名称", en="Name", is_required=True, width=40, most=200),
            Column(id="quantity", zh="数量", en="Quantity", kind=Kind.WHOLE, least=1, most=100_000),
        ),
    ),
    "fundings": (
        "资金构成",
        (
            Column(
                id="source",
                zh="来源",
                en="Source",
                kind=Kind.CODE,
                codes=tuple(FundingSource),
                is_required=True,
            ),
            Column(id="amount_fen", zh="金额(万元)", en="Amount", kind=Kind.MONEY, is_required=True),
            Column(id="condition", zh="支付条件", en="Condition", width=36, most=300),
        ),
    ),
    "pay_schedule": (
        "支付节点",
        (
            Column(id="label", zh="节点", en="Point", is_required=True, width=30, most=120),
            Column(id="percent", zh="比例(%)", en="Percent", kind=Kind.PERCENT, is_required=True),
        ),
    ),
    "conditions": (
        "揭榜方条件",
        (
            Column(
                id="text", zh="条件", en="Condition", kind=Kind.LINES, is_required=True, width=50, most=500
            ),
            Column(id="kind", zh="类型", en="Kind", kind=Kind.CODE, codes=tuple(ConditionKind)),
            Column(id="is_hard", zh="是否必须", en="Hard", kind=Kind.FLAG),
            Column(id="why", zh="必要性说明", en="Why needed", width=36, most=300),
        ),
    ),
}
"""The further sheets of the form: a name and its columns, by the part of the demand."""

ITEM = Column(id="item", zh="项目", en="Item", width=26)
VALUE = Column(id="value", zh="填写内容", en="Value", kind=Kind.LINES, is_required=True, width=70)
HELP = Column(id="help", zh="说明", en="How to fill it in", width=46)
KEY = Column(id="key", zh="栏目代码", en="Key", is_required=True, width=18)
FORM_LAYOUT = (ITEM, VALUE, HELP, KEY)


def summary_columns(round_: Round) -> tuple[Column, ...]:
    """The columns of the summary sheet with the limits of the round."""
    return tuple(_limited(column, round_) for column in SUMMARY)


def form_columns(round_: Round) -> tuple[Column, ...]:
    """The fields of the form with the limits of the round."""
    return tuple(_limited(column, round_) for column in FORM)


def _limited(column: Column, round_: Round) -> Column:
    return replace(column, most=round_.project_max_months) if column.id == MONTHS.id else column
