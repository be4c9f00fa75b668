"""Reading every page of the site as everybody, and noting where which planted text turned up."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.bids.forms.sections import SECTIONS
from app.models import (
    Acceptance,
    Assignment,
    Attachment,
    Award,
    Bid,
    Certificate,
    ChangeRequest,
    Contract,
    Demand,
    DemandEdition,
    Demonstration,
    Expert,
    Intent,
    Membership,
    Message,
    Milestone,
    Notice,
    Objection,
    Organisation,
    Panel,
    PaymentLine,
    Question,
    RecommendationLetter,
    Replication,
    Round,
    Sheet,
    SiteVisit,
    Subsidy,
)
from app.models.bids import BidFile, BidVersion
from app.models.files import StagedUpload
from app.models.jobs import SheetImport
from app.models.procedure_codes import RubricKind
from app.web.actions import PLACES
from app.web.context import SIGNED_IN_KEY

# Addresses without a thing behind them, or that lead elsewhere whatever one is.
SKIPPED = {"static", "frame.language", "accounts.confirm", "accounts.invitation", "accounts.reset"}
NOBODY = UUID(int=7)
NOT_FOUND = 404
SHUT = (302, 403)
# Texts that `stage.planted` made, and the totals of reviews, which no other figure of the stage equals.
PLANTED = re.compile(r"QZ-[a-z0-9-]+?-ZQ|(?<![\d.,])(?:93|83|77|67)\.00(?!\d)")

ROWS: dict[str, Any] = {
    "acceptance_id": Acceptance,
    "assignment_id": Assignment,
    "attachment_id": Attachment,
    "award_id": Award,
    "bid_id": Bid,
    "change_request_id": ChangeRequest,
    "contract_id": Contract,
    "demand_id": Demand,
    "demonstration_id": Demonstration,
    "expert_id": Expert,
    "letter_id": RecommendationLetter,
    "membership_id": Membership,
    "message_id": Message,
    "milestone_id": Milestone,
    "notice_id": Notice,
    "objection_id": Objection,
    "organisation_id": Organisation,
    "panel_id": Panel,
    "payment_line_id": PaymentLine,
    "replication_id": Replication,
    "round_id": Round,
    "sheet_id": Sheet,
    "sheet_import_id": SheetImport,
    "subsidy_id": Subsidy,
    "upload_id": StagedUpload,
}
# How many of a kind are asked for where the stage names none.
FEW = 2


@dataclass
class Answer:
    """What one address gave to one reader."""

    status: int
    planted: frozenset[str]


@dataclass(frozen=True)
class Reader:
    """Who looks: the mark that the session cookie keeps (visitors have none), and the roles that open doors."""

    mark: str | None
    roles: str


@dataclass
class Crawl:
    """All answers by reader and address."""

    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    # By roles and address: what a page of nothing answered, where that was not 404.
    doors: dict[tuple[str, str], int] = field(default_factory=dict)

    def status(self, reader: str, url: str) -> int:
        """What the reader got; a door that is shut to its roles counts as not found."""
        answer = self.answers.get((reader, url))
        return answer.status if answer is not None else NOT_FOUND

    def places(self, text: str) -> dict[str, list[str]]:
        """Who met the planted text, and where."""
        found: dict[str, list[str]] = {}
        for (reader, url), answer in self.answers.items():
            if text in answer.planted:
                found.setdefault(reader, []).append(url)
        return found

    def with_status(self, *statuses: int) -> list[tuple[str, str, int]]:
        """Reader, address and status of the answers with one of these."""
        return [
            (reader, url, each.status)
            for (reader, url), each in self.answers.items()
            if each.status in statuses
        ]


@dataclass(frozen=True)
class Address:
    """A page of one thing; `probe` is the same page of a thing that does not exist, or the page itself."""

    url: str
    probe: str


def addresses(app: Flask, session: Session, things: Iterable[Any]) -> list[Address]:
    """Every address that can be read, with the given things, or a few of a kind of which none is given."""
    given: dict[Any, list[Any]] = {}
    for thing in things:
        given.setdefault(type(thing), []).append(thing.id)
    ids = {
        name: given.get(model) or list(session.scalars(select(model.id).order_by(model.id).limit(FEW)))
        for name, model in ROWS.items()
    }
    adapter = app.url_map.bind("localhost")
    return [
        Address(adapter.build(rule.endpoint, values), adapter.build(rule.endpoint, _nothing(values)))
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in SKIPPED
        for values in _values(session, rule, ids)
    ]


def _nothing(values: dict[str, Any]) -> dict[str, Any]:
    return {name: NOBODY if isinstance(value, UUID) else value for name, value in values.items()}


def _values(session: Session, rule: Rule, ids: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    names = sorted(rule.arguments)
    if not names:
        yield {}
    elif names == ["action", "thing_id"]:
        table = rule.rule.split("/")[1]
        for thing_id in ids[f"{table}_id"]:
            yield {"thing_id": thing_id, "action": sorted(PLACES[table].plain)[0]}
    elif len(names) == 1 and names[0] in ids:
        yield from ({names[0]: each} for each in ids[names[0]])
    else:
        yield from PAIRS["-".join(names)](session, ids)


def _bids(ids: dict[str, list[Any]], key: str, values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    yield from ({"bid_id": bid_id, key: value} for bid_id in ids["bid_id"] for value in values)


def _bid_files(session: Session, ids: Any) -> Iterator[dict[str, Any]]:
    query = select(BidVersion.bid_id, BidFile.id).join(BidFile, BidFile.version_id == BidVersion.id)
    query = query.where(BidVersion.bid_id.in_(ids["bid_id"]))
    yield from ({"bid_id": row[0], "file_id": row[1]} for row in session.execute(query))


def _demand_bids(session: Session, ids: Any) -> Iterator[dict[str, Any]]:
    query = select(Bid.demand_id, Bid.id).where(Bid.id.in_(ids["bid_id"]))
    yield from ({"demand_id": row[0], "bid_id": row[1]} for row in session.execute(query))


def _editions(session: Session, _ids: Any) -> Iterator[dict[str, Any]]:
    query = select(DemandEdition.demand_id, DemandEdition.number)
    yield from ({"demand_id": row[0], "number": row[1]} for row in session.execute(query))


def _sections(_session: Session, ids: Any) -> Iterator[dict[str, Any]]:
    # Asked for with the reader's unsaved text: whoever has none gets the section as it is saved.
    yield from (
        {"demand_id": demand_id, "code": code, "unsaved": "1"}
        for demand_id in ids["demand_id"]
        for code in ("who", "what", "means")
    )


def _questions(session: Session, _ids: Any) -> Iterator[dict[str, Any]]:
    query = select(Question.demand_id, Question.id)
    yield from ({"demand_id": row[0], "question_id": row[1]} for row in session.execute(query))


def _visits(session: Session, _ids: Any) -> Iterator[dict[str, Any]]:
    query = select(SiteVisit.demand_id, SiteVisit.id)
    yield from ({"demand_id": row[0], "visit_id": row[1]} for row in session.execute(query))


def _intents(session: Session, _ids: Any) -> Iterator[dict[str, Any]]:
    query = select(Intent.demand_id, Intent.id)
    yield from ({"demand_id": row[0], "intent_id": row[1]} for row in session.execute(query))


def _certificates(session: Session, _ids: Any) -> Iterator[dict[str, Any]]:
    yield from ({"number": number} for number in session.scalars(select(Certificate.number)))


def _pictures(_session: Session, ids: Any) -> Iterator[dict[str, Any]]:
    for demonstration_id, attachment_id in zip(ids["demonstration_id"], ids["attachment_id"], strict=False):
        yield {"demonstration_id": demonstration_id, "attachment_id": attachment_id}


PAIRS: dict[str, Any] = {
    "round_id-shape": lambda _session, ids: (
        {"round_id": each, "shape": "summary"} for each in ids["round_id"]
    ),
    "bid_id-code": lambda _session, ids: _bids(ids, "code", [each.code for each in SECTIONS][:2]),
    "bid_id-number": lambda _session, ids: _bids(ids, "number", [1]),
    "bid_id-file_id": _bid_files,
    "bid_id-file_id-number": lambda session, ids: (
        {**each, "number": 1} for each in _bid_files(session, ids)
    ),
    "attachment_id-number": lambda _session, ids: (
        {"attachment_id": each, "number": 1} for each in ids["attachment_id"]
    ),
    "bid_id-demand_id": _demand_bids,
    "code-demand_id": _sections,
    "demand_id-number": _editions,
    "demand_id-question_id": _questions,
    "demand_id-visit_id": _visits,
    "demand_id-intent_id": _intents,
    "number": _certificates,
    "attachment_id-demonstration_id": _pictures,
    "kind-round_id": lambda _session, ids: (
        {"round_id": each, "kind": kind.value} for each in ids["round_id"] for kind in list(RubricKind)[:2]
    ),
}


def browser(app: Flask, mark: str | None) -> FlaskClient:
    """A plain client of whom the mark stands for: pages are looked at for what they tell, not for their shape."""
    made = FlaskClient(app, app.response_class, use_cookies=True)
    if mark is not None:
        with made.session_transaction() as kept:
            kept[SIGNED_IN_KEY] = mark
            kept.permanent = True
    return made


def crawl(app: Flask, readers: dict[str, Reader], places: list[Address]) -> Crawl:
    """Every address as every reader.

    Each is first asked for a thing that does not exist, once for all readers of the same roles. What answers 403 or
    with the sign-in page then shuts its door before it looks at any thing, and tells nothing of those that exist."""
    found = Crawl()
    doors: dict[tuple[str, str], int] = {}
    for name, reader in readers.items():
        client = browser(app, reader.mark)
        for place in places:
            door = (reader.roles, place.probe)
            if place.probe != place.url and door not in doors:
                doors[door] = _answer(client, place.probe).status
            if doors.get(door) not in SHUT:
                found.answers[name, place.url] = _answer(client, place.url)
    found.doors = {each: status for each, status in doors.items() if status != NOT_FOUND}
    return found


def _answer(client: FlaskClient, url: str) -> Answer:
    with client.get(url) as answer:
        text = answer.get_data().decode(errors="replace")
        return Answer(answer.status_code, frozenset(PLANTED.findall(text)))


def read_all(app: Flask, readers: dict[str, Reader], places: list[Address]) -> dict[tuple[str, str], str]:
    """The texts of all pages that the readers get, by reader and address."""
    found = {}
    for name, reader in readers.items():
        client = browser(app, reader.mark)
        for url in {place.url: None for place in places}:
            with client.get(url) as answer:
                if answer.status_code == 200:
                    found[name, url] = answer.get_data().decode(errors="replace")
    return found


def dump(found: Crawl, *more: dict[str, str]) -> str:
    """A crawl and what belongs to it as text, for another process."""
    answers = [[*key, each.status, sorted(each.planted)] for key, each in found.answers.items()]
    doors = [[*key, status] for key, status in found.doors.items()]
    return json.dumps([answers, doors, *more])


def load(text: str) -> tuple[Any, ...]:
    """What `dump` wrote."""
    answers, doors, *more = json.loads(text)
    found = Crawl(
        {(reader, url): Answer(status, frozenset(said)) for reader, url, status, said in answers},
        {(roles, url): status for roles, url, status in doors},
    )
    return found, *more
