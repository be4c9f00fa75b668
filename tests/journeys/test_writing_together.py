"""Two members of a unit write one demand: sections, a clash, unsaved text, wrong sums, the check of all answers."""

from typing import Any

from app.core.clock import local
from app.models import Demand
from app.models.procedure_codes import Role
from app.models.states import DemandState
from tests.browsing import filled, form_of
from tests.factories import make_user
from tests.journeys.walking import Walk, demand_form, demand_sections

SUMS = {
    "zh_Hans_CN": ("各项资金来源合计须等于榜单金额。", "支付节点比例合计须为 100 %。"),
    "en": (
        "The funding sources must add up to the listed amount.",
        "The payment schedule must add up to 100 %.",
    ),
}


def form_on(walk: Walk, url: str) -> dict[str, Any]:
    """The section's form as a browser holds it."""
    return filled(form_of(walk.client.get(url).tree, url.partition("?")[0]))  # type: ignore[attr-defined]


def post(walk: Walk, url: str, data: dict[str, Any]) -> Any:
    """Send a form that has been open since before, as its browser would: with a token that still counts."""
    answer = walk.client.post(url, data=data | {"csrf_token": walk.client.token()})
    walk.session.expire_all()
    return answer


def test_two_members_write_one_demand(walk: Walk) -> None:
    world, client = walk.world, walk.client
    colleague = make_user(world, organisation=world.owner_org, role=Role.DEMAND_OWNER, name="祁连山")
    sections = demand_sections(demand_form())

    # One begins; both have the first section open, and each writes another one without disturbing the other.
    walk.be("owner").send(
        "/demands/new",
        {
            "round_id": str(world.round.id),
            "title": "门诊病历智能质控",
            "demand_type": "scenario_build",
            "field": "F08",
        },
    )
    demand: Demand = walk.newest(Demand, Demand.title == "门诊病历智能质控")
    url = f"/demands/{demand.id}/sections"
    what, money = form_on(walk, f"{url}/what"), form_on(walk, f"{url}/money")
    walk.be_user(colleague)
    for code in ("targets", "means", "value"):
        walk.send(f"{url}/{code}", sections[code])
    assert len(demand.indicators) == 3

    # The colleague saves the scenario first. The owner's saving is answered with both texts, and nothing is lost.
    theirs = sections["what"] | {"goal": "全部病历当日质控。"}
    walk.send(f"{url}/what", theirs)
    walk.be("owner")
    mine = what | sections["what"] | {"out_of_scope": "不含住院病历。"}
    answer = post(walk, f"{url}/what", mine)
    assert (answer.status_code, demand.goal) == (409, "全部病历当日质控。")
    page = answer.get_data(as_text=True)
    for text in ("祁连山", "全部病历当日质控", "病历全量质控", "不含住院病历。"):
        assert text in page
    chosen = filled(form_of(answer.tree, f"{url}/what")) | {"keep-goal": "theirs"}  # type: ignore[attr-defined]
    assert post(walk, f"{url}/what", chosen).status_code == 302
    walk.session.expire_all()
    assert (demand.goal, demand.out_of_scope) == ("全部病历当日质控。", "不含住院病历。")
    assert demand.site == sections["what"]["site"]

    # Typing breaks off; the next day the unsaved text is taken up again, and saved over nobody's work.
    terms = form_on(walk, f"{url}/terms")
    kept = post(walk, f"{url}/terms", terms | {"ip_clause": "成果归揭榜方所", "autosave": "1"})
    assert kept.json == {"kept": local(walk.clock.now).strftime("%H:%M")}
    walk.wait(days=1)
    assert "未保存的内容" in walk.sees(f"{url}/terms")
    assert "未保存" in walk.sees(f"/demands/{demand.id}/edit")
    resumed = form_on(walk, f"{url}/terms?unsaved=1")
    assert resumed["ip_clause"] == "成果归揭榜方所"
    assert post(walk, f"{url}/terms", resumed | sections["terms"]).status_code == 302
    assert "未保存的内容" not in walk.sees(f"{url}/terms")

    # Sums that do not add up are refused in the reader's language, with all that was typed kept.
    wrong = money | sections["money"] | {"fundings-0-amount_fen": "280.00"}
    wrong |= {f"pay_schedule-{index}-percent": text for index, text in enumerate(("30.00", "40.00", "20.00"))}
    wrong = {name: value for name, value in wrong.items() if value is not None}
    for locale, sentences in SUMS.items():
        client.get(f"/language/{locale}")
        answer = post(walk, f"{url}/money", wrong)
        assert answer.status_code == 422
        for sentence in sentences:
            assert sentence in answer.get_data(as_text=True)
        assert form_values(answer, f"{url}/money", wrong) == wrong_typed(wrong)
    client.get("/language/zh_Hans_CN")
    walk.session.expire_all()
    assert demand.budget_fen == 0
    assert post(walk, f"{url}/money", wrong | {"stay": "1"}).status_code == 302
    for code in ("who", "pledges"):
        walk.send(f"{url}/{code}", sections[code])

    # The check of all answers names what is wrong, refuses, and lets it through when it is mended.
    check = f"/demands/{demand.id}/submit"
    assert "280.00 / 300.00" in walk.sees(check)
    said = walk.refused(check)
    for sentence in SUMS["zh_Hans_CN"]:
        assert sentence in said
    walk.send(f"{url}/money?back=check", sections["money"])
    page = walk.sees(check)
    for text in (
        "全部病历当日质控。",
        "缺陷检出率",
        "300.00 万元",
        "质控系统",
        "已脱敏并经批准",
        "信息科主任",
    ):
        assert text in page
    walk.send(check)
    assert demand.state is DemandState.SUBMITTED


def wrong_typed(sent: dict[str, Any]) -> dict[str, Any]:
    """What must come back of what was typed: all but the token and the marks of the page."""
    return {name: value for name, value in sent.items() if name not in ("csrf_token", "base", "goes_on")}


def form_values(answer: Any, url: str, sent: dict[str, Any]) -> dict[str, Any]:
    """The same names as they stand in the form of an answer."""
    shown = filled(form_of(answer.tree, url))
    return {name: shown.get(name) for name in wrong_typed(sent)}
