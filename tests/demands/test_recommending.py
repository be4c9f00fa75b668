"""Recommending units: quotas under lock, several demands at once, letters that can be verified."""

from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.access import Actor
from app.core.db import Database
from app.core.errors import NotPermitted, ProcedureError, RuleBroken
from app.demands import recommended, recommending, services
from app.models.demands import Demand
from app.models.procedure_codes import Role
from app.models.records import Event
from app.models.states import DemandState as S
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_demand

OPINION = "需求真实，条件具备，同意推荐。"


@pytest.fixture
def recommender(world: World) -> Actor:
    return world.actor(Role.RECOMMENDER)


def submitted(world: World, count: int, *, quota: int = 0) -> list[Demand]:
    world.round.recommend_quota = quota
    return [make_demand(world, S.SUBMITTED, recommender_id=world.recommender_org.id) for _ in range(count)]


def recommend(world: World, demand: Demand, by: Actor) -> None:
    services.recommend_demand(world.session, demand, opinion=OPINION, by=by, now=world.now)


def test_recommends_within_the_quota_and_refuses_one_too_many(world: World, recommender: Actor) -> None:
    first, second, third = submitted(world, 3, quota=2)
    recommend(world, first, recommender)
    recommend(world, second, recommender)
    with pytest.raises(RuleBroken) as refused:
        recommend(world, third, recommender)
    assert refused.value.codes == {"quota_used"}
    assert third.state is S.SUBMITTED


def test_a_demand_sent_back_holds_its_place_and_needs_no_second_one(world: World, recommender: Actor) -> None:
    first, second = submitted(world, 2, quota=1)
    recommend(world, first, recommender)
    first.state = S.SUBMITTED
    with pytest.raises(RuleBroken):
        recommend(world, second, recommender)
    recommend(world, first, recommender)
    assert first.state is S.VETTING


def test_without_a_quota_there_is_no_limit(world: World, recommender: Actor) -> None:
    for demand in submitted(world, 4):
        recommend(world, demand, recommender)


@pytest.mark.both_databases
def test_two_officers_at_once_take_the_last_place_once(
    world: World, session: Session, database: Database, recommender: Actor
) -> None:
    ids = [each.id for each in submitted(world, 2, quota=1)]
    now = world.now
    session.commit()
    gate, said = Barrier(2), ["", ""]

    def run(index: int, demand_id: UUID) -> None:
        gate.wait()
        try:
            with database.unit() as unit:
                demand = unit.get_one(Demand, demand_id, with_for_update=True)
                services.recommend_demand(unit, demand, opinion=OPINION, by=recommender, now=now)
            said[index] = "done"
        except ProcedureError as error:
            said[index] = type(error).__name__

    threads = [Thread(target=run, args=pair) for pair in enumerate(ids)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(said) == ["RuleBroken", "done"]
    session.expire_all()
    states = sorted(session.get_one(Demand, each).state.value for each in ids)
    assert states == ["submitted", "vetting"]


def test_recommends_several_together_or_none(world: World, recommender: Actor) -> None:
    first, second = submitted(world, 2)
    with pytest.raises(RuleBroken) as refused:
        recommending.recommend_together(
            world.session, [(first, OPINION), (second, " ")], by=recommender, now=world.now
        )
    assert [(each.code, each.field) for each in refused.value.refusals] == [("opinion_missing", "opinion_1")]
    assert second.title in str(refused.value.refusals[0].wording)


def test_freezes_a_letter_whose_digest_can_be_verified(world: World, recommender: Actor) -> None:
    first, second = submitted(world, 2)
    for demand in (first, second):
        recommend(world, demand, recommender)
    letter = recommending.issue_letter(
        world.session, world.round, [first, second], opinion="均已现场核实。", by=recommender, now=world.now
    )
    assert recommending.is_genuine(letter)
    assert [row["title"] for row in letter.content["demands"]] == [first.title, second.title]
    assert list(recommended.letters_of(world.session, recommender)) == [letter]
    assert recommended.unlettered(world.session, world.round, recommender) == []
    first.title = "改了名称"
    assert recommending.is_genuine(letter)
    kept = world.session.scalars(select(Event).where(Event.thing_id == letter.id)).one()
    assert (kept.action, kept.data["digest"]) == ("issue", letter.digest)
    # A change of the row past the site, which the page would show.
    world.session.expunge(letter)
    letter.content = letter.content | {"opinion": "改了意见"}
    assert not recommending.is_genuine(letter)


def test_refuses_letters_on_what_the_unit_did_not_recommend(world: World, recommender: Actor) -> None:
    (waiting,) = submitted(world, 1)
    for chosen, code in (([], "letter_empty"), ([waiting], "letter_unfit")):
        with pytest.raises(RuleBroken) as refused:
            recommending.issue_letter(
                world.session, world.round, chosen, opinion="x", by=recommender, now=world.now
            )
        assert refused.value.codes == {code}
    with pytest.raises(NotPermitted):
        recommending.issue_letter(
            world.session, world.round, [waiting], opinion="x", by=world.actor(Role.BIDDER), now=world.now
        )


def test_walks_from_the_work_list_to_the_stamped_letter(client: FussyClient, world: World) -> None:
    first, second, third = submitted(world, 3, quota=2)
    third.findings = [{"code": "brand", "field": "goal", "text": "浪潮", "answer": ""}]
    client.sign_in(world.recommender)
    page = text_of(client.get("/desk/recommendations").tree)
    assert (first.title in page, third.title in page) == (True, True)
    url = f"/desk/recommendations/together?demand={first.id}&demand={second.id}"
    assert client.submit(url, {"opinion_0": OPINION, "opinion_1": ""}).status_code == 422
    assert first.state is S.SUBMITTED
    assert client.submit(url, {"opinion_0": OPINION, "opinion_1": OPINION}).status_code == 302
    assert (first.state, second.state) == (S.VETTING, S.VETTING)
    refused = client.submit(f"/demands/{third.id}/recommend", {"opinion": OPINION})
    assert (refused.status_code, third.state) == (422, S.SUBMITTED)
    assert "本批次" in text_of(refused.tree)
    issued = client.submit(f"/rounds/{world.round.id}/letter", {"opinion": "均已现场核实。"})
    assert issued.status_code == 302
    letter = text_of(client.get(issued.location).tree)
    assert (first.title in letter, second.title in letter, third.title in letter) == (True, True, False)
    assert client.get(f"{issued.location}/content.json").status_code == 200
    for person, status in ((world.organizer, 200), (world.supervisor, 200), (world.other_recommender, 404)):
        assert client.sign_in(person).get(issued.location).status_code == status
    assert client.sign_in(world.bidder).get(issued.location).status_code == 403


def test_filters_the_work_list(client: FussyClient, world: World) -> None:
    (waiting,) = submitted(world, 1)
    decided = make_demand(world, S.VETTING)
    client.sign_in(world.recommender)

    def listed(query: str) -> tuple[bool, bool]:
        page = text_of(client.get(f"/desk/recommendations?{query}").tree.find(".//main"))
        return waiting.title in page, decided.title in page

    assert listed("") == (True, True)
    assert listed("state=submitted") == (True, False)
    assert listed("state=vetting") == (False, True)
    assert listed("field=F01") == (False, False)
    assert listed(f"round_id={world.round.id}") == (True, True)


def test_asks_the_database_no_more_for_more_rows(
    client: FussyClient, world: World, database: Database
) -> None:
    client.sign_in(world.recommender)
    counts = []
    for more in (2, 8):
        submitted(world, more)
        world.session.commit()
        statements: list[str] = []

        def note(_c, _cur, statement, *_rest, seen=statements) -> None:
            seen.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        client.get("/desk/recommendations")
        event.remove(database.engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_counts_only_the_own_unit(world: World, recommender: Actor) -> None:
    first, _second = submitted(world, 2, quota=1)
    first.recommender_id, first.recommended_at = world.organizer_org.id, world.now
    world.session.flush()
    assert recommending.used(world.session, recommender.organisation_id, world.round.id) == 0
