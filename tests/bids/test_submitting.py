"""Writing, sealing, replacing and withdrawing a bid, at the edges of time and of two people at once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.bids import content, queries, services, shape
from app.bids.sealing import file_hashes, problem_of
from app.core.coediting import fingerprint
from app.core.digests import commitment
from app.core.errors import NotPermitted, RuleBroken, StateMovedOn
from app.models.bids import Bid, BidParty, BidVersion
from app.models.procedure_codes import BidSlot, Role
from app.models.records import Event
from app.models.states import BidState
from app.workflow import move, settle
from tests.bids.making import (
    AGREEMENT,
    ALWAYS,
    good_content,
    member,
    open_demand,
    sealed,
    stored,
    submitted_bid,
    written_bid,
)
from tests.factories.world import World

pytestmark = pytest.mark.both_databases
SECOND = timedelta(seconds=1)


def codes(caught: pytest.ExceptionInfo[RuleBroken]) -> set[str]:
    return caught.value.codes


def test_seals_with_receipt_and_commitment(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = submitted_bid(session, demand, by=by, now=world.now)
    version = sealed(session, bid)
    assert bid.state is BidState.SUBMITTED
    assert (version.number, version.sealed_at, version.closes_at) == (1, world.now, demand.closes_at)
    nonce = bytes.fromhex(version.nonce or "")
    assert version.commitment == commitment(version.content, file_hashes(version), nonce)
    assert version.receipt_number is not None
    assert version.receipt_number.startswith("R20260316-")
    assert version.content["lead"]["uscc"] == world.bidder_org.uscc
    assert [(each.uscc, each.role.value) for each in bid.parties] == [(world.bidder_org.uscc, "lead")]
    event = session.scalars(select(Event).where(Event.thing_id == bid.id).order_by(Event.seq.desc())).first()
    assert event is not None
    assert event.data == {"version": 1, "receipt": version.receipt_number, "commitment": version.commitment}


@pytest.mark.parametrize(("before", "is_taken"), [(SECOND, True), (timedelta(0), False), (-SECOND, False)])
def test_takes_a_bid_up_to_the_closing_moment_though_no_job_ran(
    world: World, session: Session, before: timedelta, is_taken: bool
) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = written_bid(session, demand, by=by, now=world.now)
    assert demand.closes_at is not None
    moment = demand.closes_at - before
    if is_taken:
        services.submit_bid(session, bid, by=by, now=moment)
        assert bid.state is BidState.SUBMITTED
        return
    with pytest.raises(RuleBroken) as caught:
        services.submit_bid(session, bid, by=by, now=moment)
    assert codes(caught) == {"bidding_closed"}


def test_lets_the_database_refuse_a_late_seal(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = written_bid(session, demand, by=by, now=world.now)
    version = queries.version(session, bid, None)
    assert version is not None
    version.commitment = "0" * 64
    version.closes_at = demand.closes_at
    version.sealed_at = demand.closes_at
    with pytest.raises(IntegrityError, match="sealed_in_time"):
        session.flush()


def test_seals_once_when_submitted_twice(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = written_bid(session, demand, by=by, now=world.now)
    first = services.submit_bid(session, bid, by=by, now=world.now, number=1)
    again = services.submit_bid(session, bid, by=by, now=world.now + SECOND, number=1)
    assert again.id == first.id
    assert [each.receipt_number for each in queries.sealed_versions(session, bid)] == [first.receipt_number]
    with pytest.raises(StateMovedOn):
        services.submit_bid(session, bid, by=by, now=world.now + SECOND)


def test_replaces_with_a_new_version_and_keeps_the_old_one(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = submitted_bid(session, demand, by=by, now=world.now)
    old = sealed(session, bid).content
    later = world.clock.advance(hours=1)
    services.save_bid(session, bid, content=good_content(demand, title="改进后的方案"), by=by, now=later)
    assert (bid.state, bid.sealed_version) == (BidState.SUBMITTED, 1)
    services.submit_bid(session, bid, by=by, now=later)
    kept = queries.version(session, bid, 1)
    assert kept is not None
    assert kept.content == old
    assert problem_of(kept) == ""
    assert (bid.sealed_version, sealed(session, bid).content["title"]) == (2, "改进后的方案")
    assert len(sealed(session, bid).files) == len(ALWAYS)


def test_copies_the_files_before_one_is_taken_out_of_a_sealed_bid(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = submitted_bid(session, demand, by=by, now=world.now)
    first = sealed(session, bid).files[0]
    services.remove_file(session, bid, first.id, by=by, now=world.now)
    newest = queries.version(session, bid, None)
    assert newest is not None
    assert (newest.number, len(newest.files), len(sealed(session, bid).files)) == (
        2,
        len(ALWAYS) - 1,
        len(ALWAYS),
    )


def test_refuses_the_save_of_one_who_started_from_an_older_text(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = services.start_bid(session, demand, by=by, now=world.now)
    newest = queries.version(session, bid, None)
    assert newest is not None
    base = newest.saved_at
    services.save_bid(
        session, bid, content=good_content(demand), by=by, now=world.clock.advance(minutes=1), base=base
    )
    with pytest.raises(StateMovedOn):
        services.save_bid(
            session, bid, content=good_content(demand, title="第二人"), by=by, now=world.now, base=base
        )
    assert content.read(session, bid, by=by, now=world.now)["title"] == good_content(demand)["title"]


def test_lets_two_members_save_two_sections(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = services.start_bid(session, demand, by=by, now=world.now)
    text = content.read(session, bid, by=by, now=world.now)
    for part in ({"safety": "数据不出院"}, {"price_fen": 100_00}):
        base = fingerprint(shape.flat(text, part))
        services.save_part(session, bid, part=part, base=base, by=by, now=world.now)
    after = content.read(session, bid, by=by, now=world.now)
    assert (after["safety"], after["price_fen"]) == ("数据不出院", 100_00)
    with pytest.raises(StateMovedOn):
        base = fingerprint(shape.flat(text, ["safety"]))
        services.save_part(session, bid, part={"safety": "别的"}, base=base, by=by, now=world.now)


def test_refuses_a_unit_that_stands_in_another_bid(world: World, session: Session) -> None:
    demand = open_demand(world)
    submitted_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)
    other = world.actor_of(world.other_bidder)
    members = [member(world.bidder_org.uscc)]
    more = {"members": members, "agreement": AGREEMENT, "slots": (BidSlot.CONSORTIUM,)}
    bid = written_bid(session, demand, by=other, now=world.now, **more)
    with pytest.raises(RuleBroken) as caught:
        services.submit_bid(session, bid, by=other, now=world.now)
    assert [(each.code, each.field) for each in caught.value.refusals] == [
        ("unit_in_other_bid", "members.0.uscc")
    ]
    quiet = services.check_bid(session, bid, now=world.now, with_rivals=False)
    assert quiet == []


def test_lets_the_database_refuse_a_unit_twice_on_one_listing(world: World, session: Session) -> None:
    demand = open_demand(world)
    bid = submitted_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)
    other = services.start_bid(session, demand, by=world.actor_of(world.other_bidder), now=world.now)
    party = bid.parties[0]
    session.add(
        BidParty(bid_id=other.id, demand_id=demand.id, uscc=party.uscc, name=party.name, role=party.role)
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_withdraws_frees_the_units_and_submits_again(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = submitted_bid(session, demand, by=by, now=world.now)
    services.withdraw_bid(session, bid, by=by, now=world.now)
    assert (bid.state, [each.is_live for each in bid.parties]) == (BidState.WITHDRAWN, [False])
    with pytest.raises(RuleBroken):
        services.save_bid(session, bid, content=good_content(demand), by=by, now=world.now)
    services.take_up_bid(session, bid, by=by, now=world.now)
    services.submit_bid(session, bid, by=by, now=world.clock.advance(minutes=1))
    assert (bid.state, bid.sealed_version) == (BidState.SUBMITTED, 2)
    assert [each.is_live for each in bid.parties] == [True]
    assert session.scalar(select(func.count()).select_from(Bid)) == 1


def test_refuses_to_withdraw_at_the_closing_moment(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = submitted_bid(session, demand, by=by, now=world.now)
    assert demand.closes_at is not None
    with pytest.raises(RuleBroken) as caught:
        services.withdraw_bid(session, bid, by=by, now=demand.closes_at)
    assert codes(caught) == {"bidding_closed"}


def test_lapses_drafts_and_keeps_sealed_bids_at_the_closing(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    kept = submitted_bid(session, demand, by=by, now=world.now)
    services.save_bid(session, kept, content=good_content(demand, title="未提交"), by=by, now=world.now)
    draft = services.start_bid(session, demand, by=world.actor_of(world.other_bidder), now=world.now)
    assert demand.closes_at is not None
    settle(session, demand, demand.closes_at)
    assert (kept.state, draft.state) == (BidState.SUBMITTED, BidState.LAPSED)


def test_starts_one_bid_per_unit_and_listing(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    first = services.start_bid(session, demand, by=by, now=world.now)
    assert services.start_bid(session, demand, by=by, now=world.now).id == first.id


def test_refuses_to_start_on_the_own_or_a_closed_listing(world: World, session: Session) -> None:
    own = open_demand(world, owner=world.bidder_org)
    with pytest.raises(NotPermitted):
        services.start_bid(session, own, by=world.actor(Role.BIDDER), now=world.now)
    demand = open_demand(world)
    assert demand.closes_at is not None
    with pytest.raises(RuleBroken) as caught:
        services.start_bid(session, demand, by=world.actor(Role.BIDDER), now=demand.closes_at)
    assert codes(caught) == {"bidding_closed"}


def test_lets_nobody_else_write(world: World, session: Session) -> None:
    bid = services.start_bid(session, open_demand(world), by=world.actor(Role.BIDDER), now=world.now)
    for person in (world.other_bidder, world.organizer, world.owner, world.supervisor, world.operator):
        by = world.actor_of(person)
        for act in (
            lambda by: services.save_bid(session, bid, content={}, by=by, now=world.now),
            lambda by: services.add_file(
                session, bid, slot=BidSlot.PROPOSAL, saved=stored(), by=by, now=world.now
            ),
            lambda by: services.submit_bid(session, bid, by=by, now=world.now),
            lambda by: services.withdraw_bid(session, bid, by=by, now=world.now),
        ):
            with pytest.raises(NotPermitted):
                act(by)


def test_limits_files_per_slot_and_refuses_the_same_twice(world: World, session: Session) -> None:
    by = world.actor(Role.BIDDER)
    bid = services.start_bid(session, open_demand(world), by=by, now=world.now)

    def add(slot: BidSlot, name: str) -> Any:
        return services.add_file(session, bid, slot=slot, saved=stored(name), by=by, now=world.now)

    add(BidSlot.LICENCE, "一.pdf")
    with pytest.raises(RuleBroken) as twice:
        add(BidSlot.LICENCE, "一.pdf")
    add(BidSlot.LICENCE, "二.pdf")
    with pytest.raises(RuleBroken) as full:
        add(BidSlot.LICENCE, "三.pdf")
    assert (codes(twice), codes(full)) == ({"file_twice"}, {"slot_full"})


def test_takes_no_bid_while_the_listing_is_on_hold(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = written_bid(session, demand, by=by, now=world.now)
    demand.hold_reason, demand.hold_since_at = "other", world.now
    session.flush()
    with pytest.raises(RuleBroken) as caught:
        services.submit_bid(session, bid, by=by, now=world.now)
    assert codes(caught) == {"listing_on_hold"}


def test_holds_no_float_in_a_content(world: World, session: Session) -> None:
    by = world.actor(Role.BIDDER)
    bid = services.start_bid(session, open_demand(world), by=by, now=world.now)
    with pytest.raises(TypeError):
        services.save_bid(session, bid, content={"price_fen": 1.5}, by=by, now=world.now)


def test_counts_no_version_of_a_bid_that_only_the_clock_could_lapse(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = written_bid(session, demand, by=by, now=world.now)
    with pytest.raises(NotPermitted):
        move(session, bid, "lapse", by=by, now=world.now)
    sealed_rows = select(func.count()).select_from(BidVersion).where(BidVersion.sealed_at.is_not(None))
    assert session.scalar(sealed_rows) == 0
