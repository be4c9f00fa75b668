"""What a unit did before: awards it won, bids it made elsewhere, projects that run."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.bids import queries
from app.bids.content import Content, shaped
from app.bids.likeness import NEAR_TITLE, SAME_TEXT, SAME_TITLE, scope_of, text_likeness, title_likeness
from app.models.accounts import Organisation
from app.models.awards import Award
from app.models.bids import Bid, BidParty, BidVersion
from app.models.contracts import Contract
from app.models.states import BidState, ContractState

MOST_COMPARED = 200
"""Bids compared at most, the newest first."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A former bid that is like this one: its number (or its listing's), and how alike in percent."""

    number: str
    title: str
    percent: int
    has_won: bool


def active_projects(session: Session, bid: Bid) -> int:
    """How many contracts the lead unit is working on."""
    return session.scalar(_contracts(bid)) or 0


def projects_led(session: Session, bid: Bid, leader: str) -> int:
    """How many running contracts of the lead unit this person leads."""
    return session.scalar(_contracts(bid).where(Contract.leader_name == leader)) or 0 if leader else 0


def won_before(session: Session, bid: Bid, title: str, codes: Iterable[str]) -> list[Repeat]:
    """Awards in force of these units, as lead or member, whose title is near this one; the nearest first."""
    units = list(codes)
    is_member = exists().where(BidParty.bid_id == Bid.id, BidParty.uscc.in_(units))
    ours = is_member | Bid.lead.has(Organisation.uscc.in_(units))
    query = (
        select(Bid)
        .where(Bid.state == BidState.AWARDED, Bid.demand_id != bid.demand_id, ours)
        .options(joinedload(Bid.demand))
        .order_by(Bid.opened_at.desc(), Bid.id)
    )
    found = [
        Repeat(each.number or "", each.title or "", title_likeness(title, each.title or ""), has_won=True)
        for each in session.scalars(query.limit(MOST_COMPARED))
    ]
    return sorted((each for each in found if each.percent >= NEAR_TITLE), key=lambda each: -each.percent)


def repeated_elsewhere(session: Session, bid: Bid, content: Content) -> list[Repeat]:
    """The lead unit's own bids on other listings whose title or text this one repeats; its awards are `won_before`."""
    others = aliased(Bid)
    query = (
        select(others, BidVersion)
        .join(BidVersion, (BidVersion.bid_id == others.id) & (BidVersion.number == others.sealed_version))
        .where(
            others.lead_id == bid.lead_id,
            others.demand_id != bid.demand_id,
            others.state.not_in((BidState.WITHDRAWN, BidState.AWARDED)),
        )
        .options(joinedload(others.demand))
        .order_by(others.submitted_at.desc(), others.id)
    )
    scope, title = scope_of(content), content["title"]
    found = []
    for other, version in session.execute(query.limit(MOST_COMPARED)):
        text = shaped(version.content)
        alike = text_likeness(scope, scope_of(text))
        if title_likeness(title, text["title"]) >= SAME_TITLE:
            alike = max(alike, SAME_TITLE)
        if alike >= SAME_TEXT:
            number = other.number or other.demand.number or ""
            found.append(Repeat(number, text["title"], alike, has_won=False))
    return found


def text_shared_with(session: Session, bid: Bid, content: Content) -> list[Repeat]:
    """For officers, after the opening: bids of other units, on this listing or awarded, whose text is like this one."""
    query = (
        select(Bid, BidVersion)
        .join(BidVersion, (BidVersion.bid_id == Bid.id) & (BidVersion.number == Bid.sealed_version))
        .where(
            Bid.id != bid.id,
            Bid.lead_id != bid.lead_id,
            Bid.opened_at.is_not(None),
            (Bid.demand_id == bid.demand_id) | (Bid.state == BidState.AWARDED),
        )
        .order_by((Bid.demand_id != bid.demand_id), Bid.opened_at.desc(), Bid.id)
    )
    scope = scope_of(content)
    found = []
    for other, version in session.execute(query.limit(MOST_COMPARED)):
        alike = text_likeness(scope, scope_of(shaped(version.content)))
        if alike >= SAME_TEXT:
            has_won = other.state is BidState.AWARDED
            found.append(Repeat(other.number or "", other.title or "", alike, has_won=has_won))
    return found


def people_shared_with(session: Session, bid: Bid, content: Content) -> list[tuple[str, str]]:
    """For officers, after the opening: people of this bid who stand in another one on the listing, with its number.

    The leader by the hash of the identity number, everybody else by name, which may be shared by chance."""
    mine, identity = _people(content), content["leader"]["identity"]
    found = []
    for other in queries.opened_bids(session, bid.demand):
        version = queries.version(session, other, other.sealed_version) if other.id != bid.id else None
        if version is None:
            continue
        text = shaped(version.content)
        shared = mine & _people(text)
        if identity and identity == text["leader"]["identity"]:
            shared.add(content["leader"]["name"])
        found += [(name, other.number or "") for name in sorted(shared)]
    return found


def _people(content: Content) -> set[str]:
    named = [content["leader"]["name"], *(row["name"] for row in content["team"])]
    return {name.strip() for name in named if name.strip()}


def _contracts(bid: Bid) -> Select[int]:
    return (
        select(func.count())
        .select_from(Contract)
        .join(Award, Contract.award_id == Award.id)
        .join(Bid, Award.bid_id == Bid.id)
        .where(Bid.lead_id == bid.lead_id, Contract.state == ContractState.ACTIVE)
    )
