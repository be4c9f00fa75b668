"""Pages of notices."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.digests import sha256_hex
from app.models.awards import Notice
from app.models.procedure_codes import NoticeKind, Role
from app.models.states import DemandState, NoticeState
from app.notices.services import publish_award_notice
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_award, make_demand, make_notice
from tests.moments import Clock


@pytest.fixture
def notice(world: World, session: Session) -> Notice:
    award = make_award(world)
    return publish_award_notice(session, award.demand, by=world.actor(Role.ORGANIZER), now=world.now)


def count_queries(client: FussyClient, url: str) -> int:
    """How many statements the page sends."""
    from sqlalchemy import event

    engine = client.application.extensions["database"].engine
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    assert client.get(url).status_code == 200
    return len(sent)


def test_index_lists_running_notices_first(client: FussyClient, world: World, clock: Clock) -> None:
    running = make_notice(world, NoticeState.IN_FORCE)
    over = make_notice(world, NoticeState.CLOSED_CLEAN, published_at=clock.now)
    page = client.get("/notices").get_data(as_text=True)
    assert page.index(running.title) < page.index(over.title)


def test_index_says_so_when_nothing_matches(client: FussyClient, world: World) -> None:
    make_notice(world, NoticeState.IN_FORCE)
    answer = client.get("/notices?kind=delisting&year=2026")
    assert answer.status_code == 200
    assert "jb-empty" in answer.get_data(as_text=True)


@pytest.mark.parametrize("query", ["kind=award", "year=2026", "q=拟立项", "year=abc&kind=zzz"])
def test_index_filters(client: FussyClient, world: World, query: str) -> None:
    notice = make_notice(world, NoticeState.IN_FORCE)
    assert notice.title in client.get(f"/notices?{query}").get_data(as_text=True)


def test_index_sends_as_many_queries_for_many_as_for_one(client: FussyClient, world: World) -> None:
    make_notice(world, NoticeState.IN_FORCE)
    one = count_queries(client, "/notices")
    for _number in range(15):
        make_notice(world, NoticeState.IN_FORCE)
    assert count_queries(client, "/notices") == one


def test_show_is_public_and_shows_the_window(client: FussyClient, notice: Notice) -> None:
    answer = client.get(f"/notices/{notice.id}")
    shown = text_of(answer.tree)  # type: ignore[attr-defined]
    assert "2026-03-17" in shown
    assert "2026-03-23" in shown
    assert "82.50" in shown
    assert str(notice.digest) in shown


def test_content_hashes_to_the_digest(client: FussyClient, notice: Notice) -> None:
    answer = client.get(f"/notices/{notice.id}/content.json")
    assert sha256_hex(answer.get_data()) == notice.digest
    assert json.loads(answer.get_data())["number"] == notice.number


def test_show_hides_a_draft_from_the_public(client: FussyClient, world: World) -> None:
    draft = make_notice(world, NoticeState.DRAFT)
    assert client.get(f"/notices/{draft.id}").status_code == 404


def test_publish_award_previews_and_publishes(client: FussyClient, world: World, session: Session) -> None:
    award = make_award(world)
    url = f"/demands/{award.demand_id}/award-notice"
    client.sign_in(world.organizer)
    answer = client.submit(url, {"title": "关于第一批拟揭榜项目的公示", "working_days": "7"})
    notice = session.scalars(select(Notice)).one()
    assert (answer.status_code, answer.location) == (302, f"/notices/{notice.id}")
    assert (notice.title, notice.working_days) == ("关于第一批拟揭榜项目的公示", 7)
    assert award.demand.state is DemandState.IN_NOTICE


def test_publish_award_keeps_what_was_typed_when_refused(client: FussyClient, world: World) -> None:
    award = make_award(world)
    url = f"/demands/{award.demand_id}/award-notice"
    client.sign_in(world.organizer)
    answer = client.submit(url, {"title": "", "steps": "经集体研究决定。"})
    assert answer.status_code == 422
    assert "经集体研究决定。" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("person", "status"), [("owner", 403), ("bidder", 403), ("supervisor", 403), ("other_organizer", 403)]
)
def test_publish_award_is_closed_to_others(
    client: FussyClient, world: World, person: str, status: int
) -> None:
    award = make_award(world)
    client.sign_in(world.people[person])
    assert client.get(f"/demands/{award.demand_id}/award-notice").status_code == status


def test_publish_award_says_what_is_missing(client: FussyClient, world: World) -> None:
    demand = make_demand(world, DemandState.RECOMMENDED)
    client.sign_in(world.organizer)
    answer = client.get(f"/demands/{demand.id}/award-notice")
    assert answer.status_code == 200
    assert 'name="title"' not in answer.get_data(as_text=True)


def test_publish_demand_selection(client: FussyClient, world: World, session: Session) -> None:
    demand = make_demand(world, DemandState.APPROVED)
    client.sign_in(world.organizer)
    answer = client.submit(f"/rounds/{demand.round_id}/demand-notice")
    notice = session.scalars(select(Notice)).one()
    assert answer.location == f"/notices/{notice.id}"
    assert (notice.kind, len(notice.annex)) == (NoticeKind.DEMAND_SELECTION, 1)


def test_revoke_by_the_shared_page(client: FussyClient, world: World, notice: Notice) -> None:
    client.sign_in(world.organizer)
    answer = client.submit(f"/notice/{notice.id}/do/revoke", {"reason": "附表有误"})
    assert answer.location == f"/notices/{notice.id}"
    assert notice.state is NoticeState.REVOKED
