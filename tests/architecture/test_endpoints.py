"""Every address says who may call it and whether it writes; a look never writes; every action has a page."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.db import Database
from app.web.access import check_endpoints, declared, public, signed_in, writes
from app.web.actions import PLACES, unreachable
from app.workflow import WORKFLOWS
from tests.architecture.source import whole
from tests.browsing import FussyClient

# Readings that leave an event or a mark, so that a GET writes.
WRITES_ON_GET = {
    "bids.check": "the content of a bid is read",
    "bids.download": "a file of a bid is read",
    "bids.file_page": "a file of a bid is read",
    "bids.read": "the content of a bid is read",
    "bids.view_file": "a file of a bid is read",
    "contracts.differences": "the content of a bid is read",
    "demands.restricted": "the restricted part of a demand is read",
    "files.download": "a protected file is read",
    "files.page": "a protected file is read",
    "inbox.open_message": "the message is marked as read",
    "objections.identity": "the name of an objector is unmasked",
    "reviews.read_bid": "the content of a bid is read",
    "vetting.seat": "the restricted part of a demand is read",
}


def view() -> str:
    return "nothing"


def test_refuse_to_start_with_an_endpoint_that_declares_nothing() -> None:
    app = Flask(__name__)
    app.add_url_rule("/secret", "secret", view)
    with pytest.raises(RuntimeError, match="secret declares no access"):
        check_endpoints(app)


@pytest.mark.parametrize("declare", [public, signed_in])
def test_refuse_to_start_with_a_post_that_declares_no_writing(declare: object) -> None:
    app = Flask(__name__)
    app.add_url_rule("/change", "change", declare(lambda: "nothing"), methods=["POST"])  # type: ignore[operator]
    with pytest.raises(RuntimeError, match="does not declare @writes"):
        check_endpoints(app)


def test_start_with_endpoints_that_declare_all() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/change", "change", public(writes(lambda: "nothing")), methods=["POST"])
    app.add_url_rule("/look", "look", signed_in(lambda: "nothing"))
    check_endpoints(app)


def test_declare_access_everywhere(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            assert declared(app.view_functions[rule.endpoint]) is not None, rule.endpoint


def test_write_on_get_only_where_named(app: Flask) -> None:
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and (looks := getattr(app.view_functions[rule.endpoint], "looks", None)) is not None
        and "GET" not in looks
    }
    assert found == set(WRITES_ON_GET)


def test_change_nothing_by_anything_but_post(app: Flask) -> None:
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.both_databases
def test_a_reader_cannot_write(database: Database) -> None:
    with database.reading() as session, pytest.raises(DBAPIError):
        session.execute(text("DELETE FROM calendar_day"))
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM calendar_day")) > 0


@whole
def test_give_every_action_of_the_tables_a_page(app: Flask) -> None:
    assert unreachable() == []
    assert {workflow.name for workflow in WORKFLOWS.values()} == set(PLACES)


@whole
def test_lead_every_action_to_an_address_that_exists(app: Flask) -> None:
    for place in PLACES.values():
        for endpoint in {place.show, *place.pages.values()}:
            assert endpoint in app.view_functions, f"{place.workflow.name}: {endpoint}"


@whole
def test_ask_visitors_to_sign_in_wherever_it_is_not_public(client: FussyClient, app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        access = declared(app.view_functions[rule.endpoint]) if rule.endpoint != "static" else None
        if access is None or access.is_public or "GET" not in (rule.methods or ()) or rule.arguments:
            continue
        answer = client.get(rule.rule)
        assert answer.status_code == 302, rule.rule
        assert "/sign-in" in answer.headers["Location"], rule.rule
