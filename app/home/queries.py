"""What the public home page shows: figures and the newest things, counted from the records themselves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from app.core.db import without_texts
from app.models.accounts import Organisation
from app.models.awards import Notice
from app.models.bids import Bid
from app.models.contracts import Contract
from app.models.demands import Demand
from app.models.outcomes import Acceptance, Demonstration
from app.models.rounds import Round
from app.models.states import AcceptanceState, ContractState, DemonstrationState, NoticeState, RoundState


@dataclass(frozen=True, slots=True)
class Figures:
    """Published scenarios, units whose bids were opened, signed contract money in fen, acceptances passed."""

    listings: int
    bidders: int
    contracted_fen: int
    accepted: int


def figures(session: Session) -> Figures:
    """The four figures of the home page. Bids count from their opening on: before it nobody knows of them."""
    listings = select(func.count(Demand.id)).where(Demand.published_at.is_not(None))
    has_opened_bid = exists().where(Bid.lead_id == Organisation.id, Bid.opened_at.is_not(None))
    bidders = select(func.count(Organisation.id)).where(has_opened_bid)
    contracted = select(func.coalesce(func.sum(Contract.amount_fen), 0)).where(
        Contract.activated_at.is_not(None), Contract.state != ContractState.CANCELLED
    )
    accepted = select(func.count(Acceptance.id)).where(Acceptance.state == AcceptanceState.PASSED)
    row = session.execute(
        select(
            listings.scalar_subquery(),
            bidders.scalar_subquery(),
            contracted.scalar_subquery(),
            accepted.scalar_subquery(),
        )
    ).one()
    return Figures(int(row[0]), int(row[1]), int(row[2]), int(row[3]))


def newest_listings(session: Session, *, limit: int = 6) -> list[Demand]:
    """The listings published last, with their owners."""
    query = (
        select(Demand)
        .where(Demand.published_at.is_not(None))
        .options(joinedload(Demand.owner), joinedload(Demand.round), *without_texts(Demand))
        .order_by(Demand.published_at.desc(), Demand.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def running_notices(session: Session, now: datetime, *, limit: int = 5) -> list[Notice]:
    """The notices that stand now, the one that ends first on top."""
    query = (
        select(Notice)
        .where(Notice.state == NoticeState.IN_FORCE, Notice.ends_at > now)
        .options(*without_texts(Notice))
        .order_by(Notice.ends_at, Notice.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def newest_demonstrations(session: Session, *, limit: int = 6) -> list[Demonstration]:
    """The demonstration projects listed last."""
    query = (
        select(Demonstration)
        .where(Demonstration.state == DemonstrationState.LISTED)
        .options(*without_texts(Demonstration))
        .order_by(Demonstration.listed_at.desc(), Demonstration.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def open_calls(session: Session, now: datetime, *, limit: int = 3) -> list[Round]:
    """The rounds that take demands now, the one that closes first on top."""
    query = (
        select(Round)
        .where(
            Round.state == RoundState.OPEN,
            Round.collection_opens_at <= now,
            Round.collection_closes_at > now,
        )
        .order_by(Round.collection_closes_at, Round.id)
        .limit(limit)
    )
    return list(session.scalars(query))
