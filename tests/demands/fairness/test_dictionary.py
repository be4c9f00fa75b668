"""Operators extend the dictionary and switch terms off; the shipped ones stay switched whatever is shipped next."""

import pytest
from sqlalchemy import select

from app.access import Actor
from app.core.errors import NotPermitted, NotSeen, RuleBroken
from app.demands.fairness import check_fairness, dictionary, terms
from app.models.fairness import FairnessKind, FairnessTerm
from app.models.procedure_codes import Role
from app.models.records import Event
from app.models.states import DemandState
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_demand

K = FairnessKind


@pytest.fixture
def operator(world: World) -> Actor:
    return world.actor(Role.OPERATOR)


def add(world: World, by: Actor, kind: K, term: str) -> FairnessTerm:
    return terms.add_term(world.session, kind=kind, term=term, note="", by=by, now=world.now)


def words(world: World, text: str) -> list[tuple[str, str]]:
    demand = make_demand(world, DemandState.DRAFT, content_required=text)
    return [(row["code"], row["text"]) for row in check_fairness(demand)]


@pytest.mark.both_databases
def test_finds_an_added_term_and_writes_down_who_added_it(world: World, operator: Actor) -> None:
    assert words(world, "采用楚天信号机。") == []
    row = add(world, operator, K.BRAND, " 楚天 ")
    assert words(world, "采用楚天信号机。") == [("brand", "楚天")]
    event = world.session.scalars(select(Event).where(Event.thing_id == row.id)).one()
    assert (event.action, event.actor_id, event.data) == ("add", world.operator.id, {"kind": "brand"})


def test_reads_a_star_as_a_short_stretch_of_one_clause(world: World, operator: Actor) -> None:
    add(world, operator, K.SOLE_VENDOR, "定点*工厂")
    assert words(world, "由定点扶持的工厂生产。") == [("sole_vendor", "定点扶持的工厂")]
    assert words(world, "定点采集，由工厂上传。") == []


@pytest.mark.parametrize("term", ["x+", "(a+)+b", "[甲乙]", "甲.乙", "a|b", "^甲乙$"])
def test_takes_every_other_sign_literally(world: World, operator: Actor, term: str) -> None:
    add(world, operator, K.BRAND, term if len(term) > 2 else term + "yz")
    assert words(world, "甲和乙共用接口，aaaaaaaaaaaaaaaaaaaaaaaaab。") == []


def test_finds_latin_terms_as_whole_words(world: World, operator: Actor) -> None:
    add(world, operator, K.BRAND, "Chu")
    assert words(world, "Use Chu boxes, not Chunk files.") == [("brand", "Chu")]


def test_an_exception_spares_what_lies_within_it(world: World, operator: Actor) -> None:
    assert words(world, "馆藏浪潮画卷数字化。") == [("brand", "浪潮")]
    add(world, operator, K.EXCEPTION, "浪潮画卷")
    assert words(world, "馆藏浪潮画卷数字化。") == []


@pytest.mark.both_databases
def test_switches_a_shipped_term_off_for_good(world: World, operator: Actor) -> None:
    def switch(is_active: bool) -> None:
        terms.switch_term(
            world.session,
            kind=K.BRAND,
            term="浪潮",
            is_shipped=True,
            is_active=is_active,
            by=operator,
            now=world.now,
        )

    switch(False)
    assert words(world, "采用浪潮整机。") == []
    # A new version of what is shipped is read from the files: the switch is not among them.
    dictionary.shipped.cache_clear()
    assert words(world, "采用浪潮整机。") == []
    switch(True)
    assert words(world, "采用浪潮整机。") == [("brand", "浪潮")]
    assert len(world.session.scalars(select(FairnessTerm)).all()) == 1


@pytest.mark.parametrize(
    ("term", "code"),
    [
        ("一", "term_too_short"),
        ("**", "term_too_short"),
        ("*楚天", "term_wildcard"),
        ("甲*乙*丙*丁*戊", "term_wildcard"),
        ("华为", "term_known"),
    ],
)
def test_refuses_terms_that_find_everything_or_are_known(
    world: World, operator: Actor, term: str, code: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        add(world, operator, K.BRAND, term)
    assert refused.value.codes == {code}


def test_only_operators_keep_the_dictionary(world: World) -> None:
    for role in (Role.ORGANIZER, Role.DEMAND_OWNER, Role.SUPERVISOR):
        with pytest.raises(NotPermitted):
            add(world, world.actor(role), K.BRAND, "楚天")


def test_switches_nothing_unknown(world: World, operator: Actor) -> None:
    with pytest.raises(NotSeen):
        terms.switch_term(
            world.session,
            kind=K.BRAND,
            term="无此词条",
            is_shipped=True,
            is_active=False,
            by=operator,
            now=world.now,
        )


def test_keep_the_dictionary_on_its_page(client: FussyClient, world: World) -> None:
    client.sign_in(world.operator)
    assert client.submit("/fairness", {"kind": "brand", "term": "一"}).status_code == 422
    assert client.submit("/fairness", {"kind": "brand", "term": "楚天", "note": "信号机"}).status_code == 302
    assert "楚天" in text_of(client.get("/fairness?is_changed=y").tree)
    tried = client.get("/fairness?sentence=采用楚天信号机").tree
    assert [each.text for each in tried.findall(".//mark")] == ["楚天"]
    gone = {"kind": "brand", "term": "楚天", "is_shipped": "0", "is_active": "0"}
    assert client.submit("/fairness/switch", gone, exact=True).status_code == 302
    assert client.get("/fairness?sentence=采用楚天信号机").tree.findall(".//mark") == []
    assert client.submit("/fairness/switch", gone | {"kind": "x"}, exact=True).status_code == 404


def test_let_vetters_read_it_and_nobody_else_come_near(client: FussyClient, world: World) -> None:
    assert client.sign_in(world.organizer).get("/fairness").status_code == 200
    assert client.submit("/fairness", {"kind": "brand", "term": "楚天"}, exact=True).status_code == 403
    assert client.sign_in(world.bidder).get("/fairness").status_code == 403
