"""Before closing no page tells whether there are bids: each is the same letter for letter with them and without."""

import re

from flask import Flask
from sqlalchemy.orm import Session

from app.models.states import BidState, DemandState
from tests.bids.making import submitted_bid, written_bid
from tests.factories import World, make_bid, make_demand
from tests.factories.world import PEOPLE
from tests.visibility.crawling import Reader, addresses, read_all
from tests.visibility.stage import reader_of

TOKEN = re.compile(r'name="csrf_token"[^>]*>|value="[\w.-]{60,}"|data-ticket="[^"]*"')
READERS = ("owner", "organizer", "recommender", "operator", "finance", "other_bidder")


def readers(world: World, *names: str) -> dict[str, Reader]:
    return {name: reader_of(world.people[name], PEOPLE[name][2]) for name in names}


def test_show_no_trace_of_bids_before_closing(app: Flask, world: World, session: Session) -> None:
    demand = make_demand(world, DemandState.OPEN)
    places = addresses(app, session, [demand, demand.round, world.bidder_org])
    everybody = {"public": Reader(None, "public")} | readers(world, *READERS)
    session.commit()
    before = read_all(app, everybody, places)
    for name in ("bidder", "third_bidder"):
        submitted_bid(session, demand, by=world.actor_of(world.people[name]), now=world.now)
    written_bid(session, demand, by=world.actor_of(world.adopter_bidder, world.adopter_org), now=world.now)
    session.commit()
    after = read_all(app, everybody, places)
    assert sorted(before) == sorted(after)
    assert len(before) > 100
    differing = [key for key in before if TOKEN.sub("", before[key]) != TOKEN.sub("", after[key])]
    assert differing == []


def test_show_bids_after_the_opening_to_whom_it_concerns(app: Flask, world: World, session: Session) -> None:
    demand = make_demand(world, DemandState.SCREENING)
    places = [each for each in addresses(app, session, [demand]) if each.url.startswith("/demands/")]
    both = readers(world, "organizer", "other_bidder")
    session.commit()
    before = read_all(app, both, places)
    make_bid(world, BidState.OPENED, demand=demand)
    session.commit()
    after = read_all(app, both, places)
    differing = {key[0] for key in before if TOKEN.sub("", before[key]) != TOKEN.sub("", after[key])}
    assert differing == {"organizer"}
