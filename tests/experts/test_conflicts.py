"""What the system sees between an expert and the parties of a demand, and what proves nothing."""

import pytest

from app.experts.conflicts import Found, domain_of, found_conflicts
from app.models.bids import BidParty
from app.models.demands import Demand
from app.models.procedure_codes import ConflictReason as R
from app.models.procedure_codes import PartyRole, Role
from app.models.states import BidState
from app.workflow import record
from tests.factories import World, make_bid, make_membership, make_sheet


def conflicts(world: World, demand: Demand, **changes):
    expert = world.experts[0]
    for name, value in changes.items():
        setattr(expert.user if name in ("email", "phone") else expert, name, value)
    world.session.flush()
    return found_conflicts(world.session, expert, demand)


def test_find_nothing_between_strangers(world: World, demand: Demand) -> None:
    assert conflicts(world, demand) == []


def test_find_the_unit_by_its_code_or_its_name(world: World, demand: Demand) -> None:
    bid = demand.bids[0]
    assert conflicts(world, demand, unit_uscc=bid.lead.uscc) == [Found(R.SAME_UNIT, bid.id)]
    assert conflicts(world, demand, unit_uscc=None, unit_name=f" {bid.lead.name}（分部）") == []
    spaced = f"{bid.lead.name[:4]} {bid.lead.name[4:]}"
    assert conflicts(world, demand, unit_name=spaced) == [Found(R.SAME_UNIT, bid.id)]
    assert conflicts(world, demand, unit_name=demand.owner.name) == [Found(R.SAME_UNIT)]


def test_find_a_member_of_the_consortium(world: World, demand: Demand) -> None:
    bid = demand.bids[1]
    world.add(
        BidParty(
            bid_id=bid.id,
            demand_id=demand.id,
            uscc=world.third_bidder_org.uscc,
            name="改过的名称",
            role=PartyRole.MEMBER,
        )
    )
    world.session.refresh(bid)
    assert conflicts(world, demand, unit_uscc=world.third_bidder_org.uscc) == [Found(R.SAME_UNIT, bid.id)]
    assert conflicts(world, demand, unit_uscc=None, unit_name="改过的名称") == [Found(R.SAME_UNIT, bid.id)]


def test_find_a_membership_in_a_party(world: World, demand: Demand) -> None:
    bid = demand.bids[0]
    make_membership(world, world.experts[0].user, bid.lead, Role.BIDDER)
    assert conflicts(world, demand) == [Found(R.SAME_UNIT, bid.id)]


@pytest.mark.parametrize(
    ("theirs", "own", "is_found"),
    [
        ("lab.hust.edu.cn", "someone@lab.hust.edu.cn", True),
        ("lab.hust.edu.cn", "someone@hust.edu.cn", False),
        ("qq.com", "someone@qq.com", False),
        ("unit.example", "someone@unit.example", True),
    ],
)
def test_compare_the_mail_domain_of_a_unit(
    world: World, demand: Demand, theirs: str, own: str, is_found: bool
) -> None:
    bid = demand.bids[0]
    bid.lead.email_domain = theirs
    found = conflicts(world, demand, email=own)
    assert found == ([Found(R.CONTACT_MATCH, bid.id)] if is_found else [])


@pytest.mark.parametrize(
    ("theirs", "own", "is_found"),
    [
        ("13800001111", "138 0000 1111", True),
        ("+86 13800001111", "13800001111", True),
        ("027-87650000", "027-87650000", False),
        ("13800001112", "13800001111", False),
    ],
)
def test_compare_mobile_numbers_only(
    world: World, demand: Demand, theirs: str, own: str, is_found: bool
) -> None:
    demand.contact_phone = theirs
    found = conflicts(world, demand, phone=own)
    assert found == ([Found(R.CONTACT_MATCH)] if is_found else [])


def test_find_who_vetted_the_demand(world: World, demand: Demand) -> None:
    make_sheet(world, demand=demand, author_id=world.experts[0].user_id)
    assert conflicts(world, demand) == [Found(R.WROTE_OR_VETTED)]


def test_find_who_recommended_the_demand(world: World, demand: Demand) -> None:
    expert = world.experts[0]
    record(world.session, demand, "recommend", by=world.actor_of(expert.user), now=world.now)
    record(world.session, demand, "watch", by=world.actor_of(world.experts[1].user), now=world.now)
    assert conflicts(world, demand) == [Found(R.WROTE_OR_VETTED)]
    assert found_conflicts(world.session, world.experts[1], demand) == []


def test_know_nothing_of_bids_before_the_opening(world: World) -> None:
    bid = make_bid(world, BidState.SUBMITTED)
    assert conflicts(world, bid.demand, unit_uscc=bid.lead.uscc) == []


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@Lab.Hust.edu.cn", "lab.hust.edu.cn"),
        ("a@163.com", ""),
        ("a@b.test", ""),
        (None, ""),
        ("nonsense", "nonsense"),
    ],
)
def test_domain_of_tells_units_apart(address: str | None, domain: str) -> None:
    assert domain_of(address) == domain
