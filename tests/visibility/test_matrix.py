"""The visibility matrix: who sees which object at which moment, on any page of the site and in any download.

The world of `stage.py` is read through by everybody (`crawling.py`); every row here says in full who met a text that
was planted in one object, or who got one page or file. Whoever is not named did not."""

import re

import pytest

from tests.visibility.conftest import Sights
from tests.visibility.stage import NAMES, SEATS, planted

ALL = frozenset({"public", *NAMES, *SEATS, "unit"})
OFFICE = frozenset({"organizer", "second_organizer"})
CONDUCT = OFFICE | {"supervisor"}
WITH_OWNER = CONDUCT | {"owner"}
PARTIES = WITH_OWNER | {"bidder"}
CONTRACT = PARTIES | {"finance"}
SEATED = frozenset({"chair", "expert"})
# In other reviews than the one where they have not signed yet, they are members like the others.
PANEL = SEATED | {"unpledged"}

# Object, moment, planted text, everybody who meets it.
TEXTS: tuple[tuple[str, str, str, frozenset[str]], ...] = (
    ("demand", "draft", "draft", frozenset({"owner"})),
    ("demand, unsaved text of the owner", "draft", "unsaved", frozenset({"owner"})),
    ("demand, unsaved text of a person without rights", "draft", "unsaved-elsewhere", frozenset()),
    ("sheet of demands, what was typed", "checked", "sheet-cell", frozenset({"organizer"})),
    ("demand", "submitted", "submitted", WITH_OWNER | {"recommender"}),
    ("recommendation letter", "submitted", "letter-file", WITH_OWNER | {"recommender"}),
    ("vetting sheet", "vetting", "vetting-sheet", frozenset({"organizer", "supervisor"})),
    ("demand, public part", "published", "listed", ALL),
    ("public picture", "published", "picture-file", ALL),
    ("demand, contact", "published", "contact", WITH_OWNER | {"recommender"}),
    ("demand, restricted part", "bidder has signed the pledge", "interface", PARTIES),
    ("restricted file", "bidder has signed the pledge", "description-file", PARTIES),
    ("restricted file, name", "bidder has signed the pledge", "description-file-name", PARTIES),
    ("question", "published", "question", ALL),
    ("intent", "registered by the bidder", "intent", PARTIES),
    ("bid, text", "sealed", "sealed-title", frozenset({"bidder"})),
    ("bid, file", "sealed", "sealed-file", frozenset({"bidder"})),
    ("bid of the unit, text", "sealed", "unit-sealed-title", frozenset({"unit"})),
    ("bid of the unit, file", "sealed", "unit-sealed-file", frozenset({"unit"})),
    ("bid, text", "opened", "opened-text", PARTIES),
    ("bid, contact data", "opened", "opened-phone", PARTIES),
    ("bid, file", "opened", "opened-file", PARTIES),
    ("opening record", "opened", "opening-record", PARTIES | {"other_bidder"}),
    ("bid, text", "review", "eligible-text", PARTIES | SEATED),
    ("bid, leader", "review", "eligible-leader", PARTIES | SEATED),
    ("bid, contact data", "review", "eligible-phone", PARTIES),
    ("bid, file", "review", "eligible-file", PARTIES | SEATED),
    ("bid, text", "blind review", "blind-text", WITH_OWNER | SEATED),
    ("bid, leader", "blind review", "blind-leader", WITH_OWNER),
    ("bid, contact data", "blind review", "blind-phone", WITH_OWNER),
    ("bid, named file", "blind review", "blind-file", WITH_OWNER),
    ("bid, blind copy", "blind review", "blind-copy", WITH_OWNER | SEATED),
    ("conflict declared", "review", "conflict", CONDUCT | {"recused"}),
    ("score sheet of the chair", "one sheet still open", "running-chair", frozenset({"supervisor", "chair"})),
    (
        "score sheet of a member",
        "one sheet still open",
        "running-expert",
        frozenset({"supervisor", "expert"}),
    ),
    ("score sheet in work", "one sheet still open", "running-last", frozenset({"supervisor"})),
    ("score sheet of the chair", "all locked", "concluded-chair", CONDUCT | PANEL),
    ("score sheet of a member", "all locked", "concluded-expert", CONDUCT | PANEL),
    ("score sheet of a member", "on notice", "noticed-expert", CONDUCT | PANEL),
    ("report of the panel", "signed", "concluded-report", CONDUCT | PANEL),
    ("report of the panel", "on notice", "noticed-report", CONDUCT | PANEL),
    ("name of an expert", "round keeps names", "expert-name", CONDUCT | {"other_organizer", "expert"}),
    ("name of an expert", "round publishes names", "published-expert", ALL),
    ("objector, name", "admitted", "objector-name", frozenset({"second_organizer", "supervisor"})),
    ("objector, contact", "admitted", "objector-contact", frozenset({"second_organizer", "supervisor"})),
    (
        "objection, facts",
        "admitted",
        "objection-facts",
        frozenset({"second_organizer", "supervisor", "other_bidder"}),
    ),
    ("objection, evidence", "admitted", "evidence-file", frozenset({"second_organizer", "supervisor"})),
    ("contract", "in force", "contract", CONTRACT),
    ("contract, scan", "in force", "scan-file", CONTRACT),
    ("milestone, report", "submitted", "milestone", CONTRACT),
    ("milestone, evidence", "submitted", "milestone-file", CONTRACT),
    ("milestone, name of evidence", "submitted", "milestone-file-name", CONTRACT),
    ("payment, voucher", "paid", "voucher-file", CONTRACT),
    ("change request", "filed", "change", CONTRACT),
    ("change request, file", "filed", "change-file", CONTRACT),
    ("acceptance package", "in review", "acceptance", CONTRACT | PANEL),
    ("acceptance package, file", "in review", "package-file", CONTRACT | PANEL),
    ("acceptance sheet", "all locked", "acceptance-sheet", CONDUCT | PANEL),
    ("demonstration", "being written", "record", CONTRACT),
    ("demonstration", "listed", "catalogue", ALL),
    ("interest in a demonstration", "registered", "interest", CONTRACT),
    ("message", "in an inbox", "message", frozenset({"other_bidder"})),
)

# The winner's total, which stands in no single sheet, at each moment.
TOTALS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("93.00", "review concluded", CONDUCT | PANEL),
    ("83.00", "decision recorded", WITH_OWNER | PANEL),
    ("77.00", "on notice, the round publishes scores", ALL),
    ("67.00", "on notice, the round publishes no scores", PARTIES),
)

# Page, thing, everybody who gets it.
PAGES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("/demands/", "draft", frozenset({"owner"})),
    ("/demands/", "submitted", WITH_OWNER | {"recommender"}),
    ("/demands/", "listed", ALL),
    ("/bids/", "sealed", frozenset({"bidder"})),
    ("/bids/", "unit_sealed", frozenset({"unit"})),
    ("/bids/", "opened", PARTIES),
    ("/bids/", "eligible", PARTIES | SEATED),
    ("/bids/", "blind", WITH_OWNER | SEATED),
    ("/panels/", "panel", CONDUCT),
    ("/seats/", "seat", CONDUCT | {"expert"}),
    ("/seats/", "unpledged_seat", CONDUCT | {"unpledged"}),
    ("/seats/", "reserve_seat", CONDUCT),
    ("/sheets/", "running_chair", frozenset({"supervisor", "chair"})),
    ("/sheets/", "running_expert", frozenset({"supervisor", "expert"})),
    ("/sheets/", "concluded_sheet", CONDUCT | PANEL),
    ("/awards/", "decided_award", WITH_OWNER),
    ("/awards/", "award", PARTIES),
    ("/awards/", "won", CONTRACT),
    ("/notices/", "notice", ALL),
    ("/objections/", "objection", CONDUCT | {"other_bidder"}),
    ("/contracts/", "contract", CONTRACT),
    ("/milestones/", "milestone", CONTRACT),
    ("/changes/", "change", CONTRACT),
    ("/acceptances/", "acceptance", CONTRACT | PANEL),
    ("/demonstrations/", "record", CONTRACT),
    ("/demonstrations/", "catalogue", ALL),
    ("/replications/", "interest", CONTRACT),
)

FILES: tuple[tuple[str, frozenset[str]], ...] = (
    ("picture-file", ALL),
    ("letter-file", WITH_OWNER | {"recommender"}),
    ("description-file", PARTIES),
    ("sealed", frozenset({"bidder"})),
    ("unit_sealed", frozenset({"unit"})),
    ("opened", PARTIES),
    ("eligible", PARTIES | SEATED),
    ("blind", WITH_OWNER),
    ("blind_copy", WITH_OWNER | SEATED),
    ("evidence-file", frozenset({"second_organizer", "supervisor"})),
    ("scan-file", CONTRACT),
    ("milestone-file", CONTRACT),
    ("voucher-file", CONTRACT),
    ("change-file", CONTRACT),
    ("package-file", CONTRACT | PANEL),
)
OF_A_THING = re.compile(r"/[a-z_-]+/[0-9a-f]{8}-[0-9a-f-]{27}")


def test_looks_with_everybody(sights: Sights) -> None:
    assert set(sights.readers) == ALL


@pytest.mark.parametrize(
    ("text", "expected"),
    [pytest.param(text, seen, id=f"{thing}: {moment}: {text}") for thing, moment, text, seen in TEXTS],
)
def test_shows_a_text_to_those_of_the_matrix_alone(
    sights: Sights, text: str, expected: frozenset[str]
) -> None:
    places = sights.crawl.places(planted(text))
    strangers = {reader: places[reader][:5] for reader in places if reader not in expected}
    assert strangers == {}
    assert expected - set(places) == set()


@pytest.mark.parametrize(
    ("total", "expected"), [pytest.param(total, seen, id=moment) for total, moment, seen in TOTALS]
)
def test_tells_a_total_to_those_of_the_matrix_alone(
    sights: Sights, total: str, expected: frozenset[str]
) -> None:
    assert set(sights.crawl.places(total)) == expected


@pytest.mark.parametrize(
    ("kind", "name", "expected"), [pytest.param(*row, id=f"{row[0]}{row[1]}") for row in PAGES]
)
def test_opens_a_page_to_those_of_the_matrix_alone(
    sights: Sights, kind: str, name: str, expected: frozenset[str]
) -> None:
    assert_seen(sights, f"{kind}{sights.ids[name]}", expected)


@pytest.mark.parametrize(("name", "expected"), FILES)
def test_gives_a_file_to_those_of_the_matrix_alone(
    sights: Sights, name: str, expected: frozenset[str]
) -> None:
    assert_seen(sights, sights.files[name], expected)


def assert_seen(sights: Sights, url: str, expected: frozenset[str]) -> None:
    """The expected readers get the page, the others 404; a visitor may be sent to the sign-in page."""
    answers = {reader: sights.crawl.status(reader, url) for reader in sights.readers}
    assert {reader for reader, status in answers.items() if status == 200} == expected
    assert {status for status in answers.values() if status != 200} <= {404}


def test_opens_a_message_to_its_reader_alone(sights: Sights) -> None:
    url = f"/inbox/{sights.ids['message']}"
    answers = {reader: sights.crawl.status(reader, url) for reader in sights.readers}
    assert answers == dict.fromkeys(ALL, 404) | {"other_bidder": 302}


def test_names_the_unit_that_asked_and_bid_nowhere_but_in_the_register_of_units(sights: Sights) -> None:
    own = (sights.ids["unit"], sights.ids["membership"])
    found = [
        (reader, url)
        for reader, urls in sights.crawl.places(planted("unit")).items()
        for url in urls
        if reader != "unit"
        and url not in ("/organisations", "/offices")
        and not any(each in url for each in own)
    ]
    assert found == []
    people = sights.crawl.places(planted("unit-person"))
    assert set(people) == CONDUCT | {"operator", "other_organizer", "unit"}


def test_names_a_bidder_in_a_blind_stage_to_experts_in_the_declaration_alone(sights: Sights) -> None:
    places = sights.crawl.places(planted("blind-unit"))
    seat = f"/seats/{sights.ids['blind_seat']}"
    assert {reader: urls for reader, urls in places.items() if reader in {*PANEL, "recused", "reserve"}} == {
        "expert": [seat]
    }
    assert {"owner", *CONDUCT} <= set(places)
    assert not {"public", "bidder", "other_bidder", "recommender", "finance", "other_owner"} & set(places)


def test_names_an_expert_to_other_organizers_in_the_pool_alone(sights: Sights) -> None:
    urls = sights.crawl.places(planted("expert-name"))["other_organizer"]
    assert [url for url in urls if not url.startswith(("/experts", "/expert/"))] == []
    assert "/experts" in urls


def test_answers_every_page_without_an_error(sights: Sights) -> None:
    usual = {200, 302, 403, 404, 409}
    assert {answer.status for answer in sights.crawl.answers.values()} <= usual
    assert len(sights.crawl.answers) > 5000


def test_refuses_with_403_or_409_only_what_the_reader_sees(sights: Sights) -> None:
    crawl = sights.crawl
    found = []
    for reader, url, status in crawl.with_status(403, 409):
        thing = OF_A_THING.match(url)
        if thing is not None and crawl.status(reader, thing[0]) != 200:
            found.append((reader, url, status))
    assert found == []


def test_sends_visitors_to_the_sign_in_page_before_looking_at_anything(sights: Sights) -> None:
    doors = {status for (roles, _url), status in sights.crawl.doors.items() if roles == "public"}
    assert doors == {302}
    reached = {url for reader, url, _status in crawl_of_public(sights) if reader == "public"}
    assert not {url for url in reached if url.startswith(("/bids/", "/contracts/", "/sheets/", "/panels/"))}


def crawl_of_public(sights: Sights) -> list[tuple[str, str, int]]:
    """What a visitor got with 200."""
    return [each for each in sights.crawl.with_status(200) if each[0] == "public"]
