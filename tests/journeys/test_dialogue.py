"""Between publication and closing: a correction, questions without an asker, visits; and a withdrawal after closing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.core.clock import local
from app.models import Demand, Question, SiteVisit
from app.models.demands import VisitSignup
from app.models.records import Event
from app.models.states import DemandState
from tests.browsing import text_of
from tests.journeys.dialogue_steps import corrects, decides, mailed, previews, refused_in_both, told
from tests.journeys.walking import Walk

OTHERS = ("owner", "organizer", "recommender", "other_bidder", "third_bidder", "finance", "operator")


def test_corrects_one_cell_and_asks_bidders_to_confirm(walk: Walk) -> None:
    demand = walk.has_listing()
    first, second = walk.bids("bidder", demand), walk.bids("other_bidder", demand)
    closed = demand.closes_at
    change = {"indicators-1-target": "12", "reason": "反馈用时的要求写错。"}
    page = previews(walk, demand, change)
    refused = decides(walk, demand, page, {"is_material": None, "closes_at": ""})
    assert refused.status_code == 422
    early = decides(walk, demand, refused, {"is_material": "y", "closes_at": ""})
    assert "至少" in text_of(early.tree.find(".//main"))
    due = local(closed + timedelta(days=demand.round.amend_extend_min_days)).strftime("%Y-%m-%dT%H:%M")
    assert decides(walk, demand, early, {"closes_at": due}).status_code == 302
    walk.client.sign_out()
    public = walk.sees(f"/demands/{demand.id}/editions/2")
    assert "反馈用时" in public
    rows = walk.client.get(f"/demands/{demand.id}/editions/2").tree.findall(".//*[@id='changes']//tbody/tr")
    assert sorted("目标值" in text_of(row) for row in rows) == [False, True]
    for name in ("bidder", "other_bidder"):
        assert "bid.confirm_asked" in told(walk, name)
    walk.be("bidder")
    shown = walk.sees(f"/bids/{first.id}/confirm-edition")
    assert "12" in shown
    walk.send(f"/bids/{first.id}/confirm-edition")
    assert (first.confirmed_edition, second.confirmed_edition) == (2, 1)
    walk.until(demand.closes_at - timedelta(days=2))
    walk.wait(hours=1)
    assert told(walk, "other_bidder").count("bid.remind_confirm") == 1
    assert "bid.remind_confirm" not in told(walk, "bidder")
    walk.opens(demand)
    assert demand.state is DemandState.SCREENING


@pytest.fixture
def marked(walk: Walk) -> Iterator[list[str]]:
    """The bidder's names and numbers made unlike anything else on the site."""
    person, unit = walk.world.people["bidder"], walk.world.orgs["bidder"]
    person.name, person.phone, person.email = "欧阳琥珀", "13977665544", "hupo.ouyang@qzq.example"
    former, unit.name = unit.name, "琥珀光年智能（演示）有限公司"
    walk.session.commit()
    yield [person.name, "13977665544", "hupo.ouyang", "琥珀光年", str(person.id), str(unit.id), unit.uscc]
    unit.name = former
    walk.session.commit()


def test_answers_to_all_and_hides_the_asker_everywhere(walk: Walk, marked: list[str]) -> None:
    demand = walk.has_listing()
    ask = f"/demands/{demand.id}/ask"
    walk.be("bidder")
    for text, zh, en in (
        ("琥珀光年智能有限公司想问接口。", "请勿在问题中写明本单位名称", "Leave your unit's name out"),
        ("我们琥珀光年智能想问接口。", "疑似贵单位名称", "looks like your unit's name"),
        ("请回电 139 7766 5544。", "请删去您的电话", "Leave telephone numbers"),
        ("欧阳琥珀想问接口。", "疑似您的姓名", "looks like your own name"),
    ):
        refused_in_both(walk, ask, {"text": text}, zh, en, "text")
    walk.send(ask, {"text": "样本是否已经脱敏？"})
    first = walk.newest(Question, Question.demand_id == demand.id)
    walk.wait(hours=1)
    walk.be("other_bidder").send(ask, {"text": "数据脱敏了吗？"})
    walk.be("third_bidder").send(f"{ask}?follows={first.id}", {"text": "标注由谁负责？"})
    _seen_nowhere(walk, demand, marked)
    answer = f"/demands/{demand.id}/questions/{first.id}/answer"
    walk.be("owner")
    same = next(each for each in demand.questions if "脱敏了吗" in each.text)
    walk.send(answer, {"answer": "全部样本均已脱敏。", "also": str(same.id), "is_correction_due": "y"})
    assert (same.answer, same.answered_with_id) == ("全部样本均已脱敏。", first.id)
    assert "有 1 个问题尚未答复" in walk.sees(f"/demands/{demand.id}")
    corrects(walk, demand, {"test_environment": "提供脱敏环境。", "reason": "按答复写明。"})
    assert first.corrected_edition == 2
    walk.client.sign_out()
    page = walk.sees(f"/demands/{demand.id}/questions")
    assert page.count("全部样本均已脱敏") == 1
    assert "追问第 1 问" in page
    assert "标注由谁" not in walk.sees(f"/demands/{demand.id}/questions?q=脱敏")
    for name in ("bidder", "other_bidder", "third_bidder"):
        assert "question.answer" in told(walk, name)
    _seen_nowhere(walk, demand, marked)
    walk.until(demand.closes_at - timedelta(days=1))
    for name in ("owner", "organizer"):
        assert "demand.remind_questions" in told(walk, name)
    late = {"text": "还能问吗？"}
    walk.be("bidder")
    assert walk.client.submit(ask, late).status_code == 422


def _seen_nowhere(walk: Walk, demand: Demand, marks: list[str]) -> None:
    """Nobody but the supervisor meets anything of the asker's: on pages, in their source, in messages and mails."""
    pages = [
        f"/demands/{demand.id}{tail}" for tail in ("", "/questions", "/editions", "/print", "/restricted")
    ]
    pages += [f"/demands/{demand.id}/questions/{each.id}/answer" for each in demand.questions]
    pages += [
        "/desk",
        "/inbox",
        "/demands/mine",
        "/demands/office",
        "/listings",
        f"/rounds/{demand.round_id}",
    ]
    for name in OTHERS:
        walk.be(name)
        for page in pages:
            text = walk.client.get(page).get_data(as_text=True)
            assert not [mark for mark in marks if mark in text], (name, page)
    assert not [mark for mark in marks if mark in mailed(walk)]
    events = walk.session.query(Event).filter(Event.thing_type == "question", Event.action == "ask")
    assert {event.organisation_id for event in events} == {None}
    assert all(event.data == {} for event in events)


def test_signs_up_for_a_visit_until_it_is_full(walk: Walk) -> None:
    demand = walk.has_listing()
    starts = local(walk.clock.now + timedelta(days=6)).replace(hour=9, minute=30)
    page = f"/demands/{demand.id}/visits/new"
    plan = {"starts_at": starts.strftime("%Y-%m-%dT%H:%M"), "place": "南门集合", "capacity": "3"}
    walk.be("owner")
    refused_in_both(
        walk,
        page,
        plan | {"ends_at": (starts - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")},
        "结束时间应晚于开始时间",
        "ends after it begins",
        "place",
    )
    closing = (starts - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    walk.send(page, plan | {"signup_until_at": closing})
    visit = walk.newest(SiteVisit, SiteVisit.demand_id == demand.id)
    join = f"/demands/{demand.id}/visits/{visit.id}/sign-up"
    walk.be("bidder").send(join, {"people": "2"})
    own = walk.newest(VisitSignup, VisitSignup.visit_id == visit.id).pass_number
    walk.be("other_bidder")
    refused_in_both(walk, join, {"people": "2"}, "仅剩 1 个名额", "Only 1 places are left", "people")
    walk.send(join, {"people": "1"})
    walk.be("third_bidder")
    refused_in_both(walk, join, {"people": "1"}, "名额已满", "is full", "people")
    listing = f"/demands/{demand.id}"
    rival = walk.sees(listing)
    assert walk.world.orgs["bidder"].name not in rival
    assert own not in rival
    gate = walk.be("owner").sees(listing)
    assert own in gate
    assert walk.world.orgs["bidder"].name not in gate
    assert walk.world.orgs["bidder"].name in walk.be("supervisor").sees(listing)
    calendar = walk.client.get(f"{listing}/visits/{visit.id}.ics")
    assert calendar.mimetype == "text/calendar"
    assert max(map(len, calendar.get_data().split(b"\r\n"))) <= 75
    walk.be("bidder").send(f"{listing}/visits/{visit.id}/leave", exact=True)
    walk.be("third_bidder").send(join, {"people": "2"})
    walk.until(visit.signup_until_at)
    assert walk.client.submit(join, {"people": "1"}).status_code == 409
    minutes = f"{listing}/visits/{visit.id}/minutes"
    walk.be("owner")
    early = {"minutes": "现场介绍了切片流转。"}
    refused_in_both(walk, minutes, early, "踏勘尚未开始", "has not begun yet", "minutes")
    walk.until(visit.starts_at + timedelta(hours=3))
    walk.send(minutes, early)
    assert walk.client.submit(minutes, early).status_code == 409
    assert "site_visit.minute" in told(walk, "third_bidder")
    walk.client.sign_out()
    assert "现场介绍了切片流转" in walk.sees(listing)


def test_calls_a_visit_off_with_a_reason(walk: Walk) -> None:
    demand = walk.has_listing()
    starts = local(walk.clock.now + timedelta(days=6)).strftime("%Y-%m-%dT%H:%M")
    walk.be("owner").send(f"/demands/{demand.id}/visits/new", {"starts_at": starts, "place": "南门"})
    visit = walk.newest(SiteVisit, SiteVisit.demand_id == demand.id)
    tail = f"/demands/{demand.id}/visits/{visit.id}"
    walk.be("bidder").send(f"{tail}/sign-up", {"people": "1"})
    walk.be("owner")
    refused_in_both(walk, f"{tail}/cancel", {"reason": ""}, "理由", "Give a reason", "reason")
    walk.send(f"{tail}/cancel", {"reason": "院区临时封闭。"})
    assert "site_visit.cancel" in told(walk, "bidder")
    assert walk.be("other_bidder").client.submit(f"{tail}/sign-up", {"people": "1"}).status_code == 409
    walk.client.sign_out()
    assert "院区临时封闭" in walk.sees(f"/demands/{demand.id}")


def test_withdraws_after_closing_with_a_published_reason(walk: Walk) -> None:
    demand = walk.has_listing()
    walk.bids("bidder", demand)
    walk.until(demand.closes_at + timedelta(hours=1))
    ask = f"/demands/{demand.id}/request-withdrawal"
    walk.be("owner")
    refused_in_both(walk, ask, {"reason": ""}, "请", "", "reason")
    withdraw = f"/demand/{demand.id}/do/withdraw_after_closing"
    answer = walk.be("organizer").client.submit(withdraw, {"reason": "场景取消。"}, exact=True)
    assert answer.status_code == 422
    walk.be("owner").send(ask, {"reason": "院区整体搬迁，场景不复存在。"})
    assert (
        walk.be("organizer").client.submit(withdraw, {"reason": "场景取消。"}, exact=True).status_code == 422
    )
    walk.be("supervisor").send(f"/demands/{demand.id}/withdrawal-note", {"note": "情况属实。"})
    walk.be("organizer").send(withdraw, {"reason": "应发榜方申请撤榜。"})
    assert demand.state is DemandState.WITHDRAWN
    assert "demand.withdraw_after_closing" in told(walk, "bidder")
    assert "情况属实" in walk.sees(f"/demands/{demand.id}")
    walk.client.sign_out()
    public = walk.sees(f"/demands/{demand.id}")
    assert "应发榜方申请撤榜" in public
    assert "情况属实" not in public


def test_refuses_the_fourth_listing_by_name(walk: Walk) -> None:
    demand = walk.has_listing()
    demand.list_round = demand.round.max_list_rounds
    walk.session.commit()
    walk.opens(demand)
    walk.be("owner")
    page = f"/demands/{demand.id}/relist"
    for locale, sentence in (("zh_Hans_CN", "最多"), ("en", "listed at most 3 times")):
        walk.client.get(f"/language/{locale}")
        assert sentence in walk.sees(page)
        answer = walk.client.submit(page, {"choice": "again"}, exact=True)
        assert (answer.status_code, sentence in text_of(answer.tree)) == (422, True)
