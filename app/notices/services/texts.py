"""The standard text of a notice.

A notice is an official document of the province, so its frozen text is Chinese whatever the language of the page
around it. The organiser may change every part before it is published."""

from typing import Any

from app.models.procedure_codes import NoticeKind
from app.models.rounds import Round

PARTS = ("legal_basis", "steps", "how_to_object", "receiver", "supervision", "address")

SUBJECTS = {
    NoticeKind.DEMAND_SELECTION: "拟发榜需求",
    NoticeKind.AWARD: "拟揭榜项目",
    NoticeKind.ACCEPTANCE: "项目验收结果",
    NoticeKind.DEMONSTRATION: "拟认定示范工程",
    NoticeKind.DELISTING: "拟摘牌示范工程",
    NoticeKind.TERMINATION: "拟终止（撤销）项目",
}
STEPS = {
    NoticeKind.DEMAND_SELECTION: "经公开征集、推荐审核、需求论证等程序，拟将附表所列需求列入榜单发布。",
    NoticeKind.AWARD: "经公开揭榜、形式审查、专家评审、集体决策等程序，拟由附表所列单位揭榜。",
    NoticeKind.ACCEPTANCE: "经项目承担单位申请、专家验收、主管部门审定，附表所列项目的验收结果已经形成。",
    NoticeKind.DEMONSTRATION: "经项目验收、申报、评分、审定等程序，拟将附表所列项目认定为示范工程。",
    NoticeKind.DELISTING: "经复核并听取有关单位意见，拟将附表所列项目移出示范工程名单。",
    NoticeKind.TERMINATION: "因附表所列原因，相关项目合同拟提前终止或者撤销。",
}
HOW_TO_OBJECT = (
    "任何单位或者个人对公示内容有异议的，请在公示期内实名书面提出，说明事实和理由，并附证据材料。"
    "以单位名义提出的应当加盖公章，以个人名义提出的应当署真实姓名并留联系方式。"
    "匿名、逾期以及没有具体事实的异议不予受理。受理机关对提出异议的单位和个人的信息严格保密。"
)


def standard_title(kind: NoticeKind, round_: Round) -> str:
    """The title a notice of this kind has when nobody writes another."""
    return f"关于{round_.title}{SUBJECTS[kind]}的公示"


def standard_body(kind: NoticeKind, round_: Round, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """Every part of the body: what was given, else what the round or the standard text says."""
    organiser = round_.organiser
    body: dict[str, Any] = {
        "legal_basis": round_.legal_basis,
        "steps": STEPS[kind],
        "how_to_object": HOW_TO_OBJECT,
        "receiver": "\n".join(part for part in (organiser.name, round_.contact_public) if part),
        "supervision": round_.supervision_contact,
        "address": organiser.address or "",
    }
    body.update({name: text for name, text in (given or {}).items() if text})
    return body
