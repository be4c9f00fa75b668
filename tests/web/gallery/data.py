"""What the gallery shows: plain objects with the attributes that the components ask for."""

from datetime import UTC, datetime
from types import SimpleNamespace as Thing
from typing import Any

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
LONG = (
    "我市 12345 政务服务便民热线年均受理群众诉求约 186 万件，工单由话务员人工判断承办单位后派发，"
    "首次派单准确率仅为 81.3%，"
    "退单率 12.6%，平均派单时长 4 分 20 秒。\n涉及多个部门职责交叉的疑难工单反复流转，群众满意度受到影响。\n\n"
    "本场景拟依托大模型技术，对历史工单、职责清单和知识库进行学习，实现工单要素自动抽取、承办单位智能推荐和重复诉求归并。"
)
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def state(label: str, colour: str) -> Any:
    """A state as `app.models.states` has them."""
    return Thing(label=label, colour=colour)


STATES = [
    state("草稿", "grey"),
    state("评审中", "blue"),
    state("揭榜中", "green"),
    state("待推荐", "amber"),
    state("退回修改", "red"),
    state("实施中", "teal"),
    state("公示中", "purple"),
]

LISTINGS = [
    (
        "HB-2026-01-F10-0012",
        "武汉市 12345 热线工单智能派发与疑难诉求协同处置",
        "武汉市政务服务和大数据管理局",
        STATES[2],
        "350.00",
    ),
    ("HB-2026-01-F11-0015", "长江航道船舶违规行为智能识别", "长江航道管理处", STATES[1], "1,280.50"),
    (
        "HB-2026-01-F16-0023",
        "神农架林区森林火情早期识别与多源感知联动预警",
        "神农架林区管理委员会",
        STATES[5],
        "460.00",
    ),
]

FILES = [
    Thing(
        name="武汉市12345热线工单智能派发场景建设方案（2026年修订稿）.docx",
        size=2_516_582,
        url="/files/1",
        sha256=HASH,
        slot_label="技术方案",
    ),
    Thing(name="现场照片.jpg", size=655_360, url=None, sha256="", slot_label=""),
]

EVENTS = [
    Thing(
        at=NOW,
        wording="组织方发布榜单",
        who="湖北省揭榜挂帅办公室",
        detail="揭榜截止时间为 2026-12-15 17:30。\n请按时提交。",
    ),
    Thing(
        at=datetime(2026, 9, 1, 1, 30, tzinfo=UTC),
        wording="需求单位提交需求",
        who="武汉市政务服务和大数据管理局",
        detail="",
    ),
]

OFFERS = [
    Thing(label="提交揭榜方案", url="/bids/new", style="primary", refusal=None),
    Thing(label="提出问题", url="/questions/new", style="secondary", refusal=None),
    Thing(label="撤榜", url="/withdraw", style="danger", refusal=None),
    Thing(
        label="开标",
        url="/open",
        style="primary",
        refusal=Thing(code="too_early", wording="揭榜尚未截止，2026-12-15 17:30 之后方可开标。"),
    ),
]

STEPS: list[dict[str, str | None]] = [
    {"label": "需求发布", "date": "2026-09-01", "state": "done"},
    {"label": "揭榜报名", "date": "2026-09-30", "state": "done"},
    {"label": "专家评审", "date": "2026-11-20", "state": "current"},
    {"label": "结果公示", "date": "2026-12-05", "state": "todo"},
    {"label": "签约实施", "date": None, "state": "todo"},
]

PAGE = Thing(prev_url="?page=1", next_url="?page=3", number=2, pages=9, total=173, first=21, last=40)


def nav() -> list[dict[str, Any]]:
    """The main navigation."""
    labels = ["首页", "榜单", "需求征集", "示范项目", "公示公告", "揭榜结果"]
    return [{"label": label, "url": f"/#{n}", "active": n == 1} for n, label in enumerate(labels)]


def desk_nav() -> list[dict[str, Any]]:
    """The role areas of a signed-in person."""
    return [
        {
            "label": "需求单位",
            "items": [
                {"label": "我的需求", "url": "/a", "active": True, "count": 3},
                {"label": "合同与里程碑", "url": "/b", "active": False},
            ],
        },
        {
            "label": "揭榜单位",
            "items": [
                {"label": "我的揭榜申报", "url": "/c", "active": False, "count": 0},
                {"label": "异议与答复", "url": "/d", "active": False},
            ],
        },
    ]
