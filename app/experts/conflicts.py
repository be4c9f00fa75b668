"""Conflicts that the system can see: unit, credit code, e-mail domain, mobile number, part in the demand."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.core.text import normalize_for_compare
from app.models.accounts import Membership, Organisation, User
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.procedure_codes import ConflictReason as R
from app.models.records import Event
from app.models.reviews import Conflict, Expert, Sheet
from app.models.states import DemandState

MOBILE = re.compile(r"1[3-9]\d{9}")
# Mail services open to everyone, and names reserved for examples: sharing one of them says nothing.
OPEN_DOMAINS = frozenset(
    {
        *("qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn", "sohu.com"),
        *("139.com", "189.cn", "wo.cn", "aliyun.com", "gmail.com", "outlook.com", "hotmail.com", "live.com"),
        *("icloud.com", "yahoo.com", "example.com", "example.org", "example.net", "example.cn"),
    }
)
RESERVED = (".example", ".test", ".invalid", ".localhost")
# Who did one of these to the demand wrote, recommended or vetted it.
AUTHORING = ("create", "edit", "submit", "recommend", "return_to_owner", "send_back", "approve", "vet")


@dataclass(frozen=True, slots=True)
class Found:
    """A conflict that the system found: why, and through which bid, or through the owner when None."""

    reason: R
    bid_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A side of a demand: the owner, or a unit of a bid, and how it can be recognised."""

    bid_id: UUID | None
    names: frozenset[str]
    codes: frozenset[str]
    domains: frozenset[str]
    phones: frozenset[str]
    people: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Person:
    """An expert as the comparison sees one: own unit and the organisations they are a member of."""

    user_id: UUID
    names: frozenset[str]
    codes: frozenset[str]
    domain: str
    phone: str


def found_conflicts(session: Session, expert: Expert, demand: Demand) -> list[Found]:
    """What the system finds between one expert and a demand with all of its opened bids."""
    sides = parties_of(session, demand, opened_bids(session, demand))
    return conflicts_with(persons_of(session, [expert])[expert.id], sides, authors_of(session, demand))


def opened_bids(session: Session, demand: Demand) -> list[Bid]:
    """The bids of the demand that were opened: before the opening nobody may know of any."""
    query = select(Bid).where(Bid.demand_id == demand.id, Bid.opened_at.is_not(None))
    query = query.options(selectinload(Bid.parties), selectinload(Bid.author), selectinload(Bid.lead))
    return list(session.scalars(query.order_by(Bid.number, Bid.id)))


def conflicts_with(person: Person, sides: Iterable[Party], authors: frozenset[UUID]) -> list[Found]:
    """The conflicts of one person, each reason once for each side."""
    found = [Found(R.WROTE_OR_VETTED)] if person.user_id in authors else []
    for side in sides:
        if person.names & side.names or person.codes & side.codes:
            found.append(Found(R.SAME_UNIT, side.bid_id))
        if person.user_id in side.people:
            found.append(Found(R.WROTE_OR_VETTED, side.bid_id))
        if person.domain in side.domains or person.phone in side.phones:
            found.append(Found(R.CONTACT_MATCH, side.bid_id))
    return list(dict.fromkeys(found))


def parties_of(session: Session, demand: Demand, bids: Sequence[Bid]) -> list[Party]:
    """The owner of the demand and every unit of the bids."""
    codes = {party.uscc for bid in bids for party in bid.parties}
    known = session.scalars(select(Organisation).where(Organisation.uscc.in_(codes)))
    by_code = {organisation.uscc: organisation for organisation in known}
    sides = [
        _party(
            None,
            [demand.owner],
            [demand.contact_email],
            [demand.contact_phone],
            people=[demand.author_id],
        )
    ]
    for bid in bids:
        units = [bid.lead, *(by_code[p.uscc] for p in bid.parties if p.uscc in by_code)]
        side = _party(bid.id, units, [bid.author.email], [bid.author.phone], people=[bid.author_id])
        names = side.names | {normalize_for_compare(party.name) for party in bid.parties}
        extra = side.codes | {party.uscc for party in bid.parties}
        sides.append(Party(bid.id, names, extra, side.domains, side.phones, side.people))
    return sides


def authors_of(session: Session, demand: Demand) -> frozenset[UUID]:
    """Everyone who wrote, recommended or vetted the demand."""
    sheets = select(Sheet.author_id).where(Sheet.demand_id == demand.id)
    if demand.state is DemandState.VETTING:
        # Those who sit on the vetting panel are no conflict with themselves.
        sheets = sheets.where(Sheet.assignment_id.is_(None))
    vetted = session.scalars(sheets)
    acted = session.scalars(
        select(Event.actor_id).where(
            Event.thing_type == Demand.__tablename__,
            Event.thing_id == demand.id,
            Event.action.in_(AUTHORING),
            Event.actor_id.is_not(None),
        )
    )
    return frozenset({demand.author_id, *vetted, *(each for each in acted if each)})


def persons_of(session: Session, experts: Sequence[Expert]) -> dict[UUID, Person]:
    """The experts as persons, by expert id, in a fixed number of queries."""
    ids = [expert.user_id for expert in experts]
    users = {user.id: user for user in session.scalars(select(User).where(User.id.in_(ids)))}
    units: dict[UUID, list[Organisation]] = {}
    rows = session.execute(
        select(Membership.user_id, Organisation)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id.in_(ids), Membership.ended_at.is_(None))
    )
    for row in rows:
        units.setdefault(row[0], []).append(row[1])
    return {
        expert.id: _person(expert, users[expert.user_id], units.get(expert.user_id, [])) for expert in experts
    }


def recorded(session: Session, demand: Demand) -> set[UUID]:
    """The experts who have a conflict with the demand on record, by expert id."""
    return set(session.scalars(select(Conflict.expert_id).where(Conflict.demand_id == demand.id)))


def domain_of(address: str | None) -> str:
    """The mail domain that tells one unit from another; empty for services open to everyone and example names."""
    domain = (address or "").rpartition("@")[2].strip().lower()
    return "" if domain in OPEN_DOMAINS or domain.endswith(RESERVED) else domain


def _party(
    bid_id: UUID | None,
    units: Sequence[Organisation],
    addresses: Iterable[str | None],
    phones: Iterable[str | None],
    *,
    people: Iterable[UUID],
) -> Party:
    # A domain that a unit names as its own counts even if it looks like an example; an open service never does.
    own = {(unit.email_domain or "").strip().lower() for unit in units} - OPEN_DOMAINS
    return Party(
        bid_id=bid_id,
        names=frozenset(normalize_for_compare(unit.name) for unit in units),
        codes=frozenset(unit.uscc for unit in units),
        domains=frozenset({*own, *(domain_of(each) for each in addresses)} - {""}),
        phones=frozenset({_mobile(each) for each in (*phones, *(unit.phone for unit in units))} - {""}),
        people=frozenset(people),
    )


def _person(expert: Expert, user: User, units: Sequence[Organisation]) -> Person:
    codes = {unit.uscc for unit in units} | ({expert.unit_uscc} if expert.unit_uscc else set())
    names = {normalize_for_compare(unit.name) for unit in units} | {normalize_for_compare(expert.unit_name)}
    own = (user.email or "").rpartition("@")[2].lower()
    return Person(
        user_id=user.id,
        names=frozenset(names - {""}),
        codes=frozenset(codes),
        domain="" if own in OPEN_DOMAINS else own,
        phone=_mobile(user.phone),
    )


def _mobile(phone: str | None) -> str:
    """A mobile number; a switchboard is shared by whole buildings and proves nothing."""
    digits = re.sub(r"\D", "", phone or "").removeprefix("86")
    return digits if MOBILE.fullmatch(digits) else ""
