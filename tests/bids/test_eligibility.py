"""Each rule of eligibility names its field; a good bid breaks none."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.bids import services
from app.bids.credit import CreditList, import_list, read_rows
from app.bids.eligibility import check_bid
from app.bids.promises import is_softer
from app.core import uscc
from app.core.digests import digest
from app.core.errors import NotPermitted, RuleBroken
from app.models.bids import Bid
from app.models.codes import Operator, Process
from app.models.demands import Demand, DemandEdition, DemandIndicator
from app.models.procedure_codes import BidSlot, Role
from app.models.states import ContractState, OrganisationState
from tests.bids.making import AGREEMENT, good_content, member, open_demand, submitted_bid, written_bid
from tests.factories.awards import make_award
from tests.factories.contracts import make_contract
from tests.factories.world import World

Change = Callable[[dict[str, Any]], None]
MEMBER = member(uscc.fictional("420600", "91", 77))


def _with(*members: dict[str, Any], **agreement: Any) -> Change:
    """A consortium with a complete agreement."""
    return lambda text: text.update(members=list(members), agreement=AGREEMENT | agreement)


def found(session: Session, bid: Bid, world: World) -> list[tuple[str, str | None]]:
    return [(each.code, each.field) for each in check_bid(session, bid, now=world.now)]


def test_finds_nothing_against_a_good_bid(world: World, session: Session) -> None:
    bid = written_bid(session, open_demand(world), by=world.actor(Role.BIDDER), now=world.now)
    assert found(session, bid, world) == []


def _set(key: str, value: Any) -> Change:
    return lambda text: text.update({key: value})


def _row(key: str, index: int, **values: Any) -> Change:
    return lambda text: text[key][index].update(values)


CHANGES: list[tuple[str, Change, list[tuple[str, str | None]]]] = [
    ("no title", _set("title", ""), [("missing", "title")]),
    ("no leader", lambda text: text["leader"].update(name=""), [("missing", "leader_name")]),
    ("no understanding", _set("understanding", " "), [("missing", "understanding")]),
    ("no foreground", lambda text: text["ip"].update(foreground=""), [("missing", "ip_foreground")]),
    ("six innovations", _set("innovation", ["新"] * 6), [("too_many_innovations", "innovation")]),
    ("six papers", _set("works", [{"kind": "paper"}] * 6), [("too_many_works", "works")]),
    (
        "unanswered",
        _row("responses", 1, promised_value=None),
        [("indicator_not_answered", "responses.1.promised_value")],
    ),
    (
        "hard and worse",
        _row("responses", 0, promised_value="94.9", deviation="worse"),
        [("hard_indicator_worse", "responses.0.promised_value")],
    ),
    (
        "hard and secretly worse",
        _row("responses", 0, promised_value="94.9"),
        [("hard_indicator_worse", "responses.0.promised_value")],
    ),
    (
        "without basis",
        _row("responses", 1, basis=" "),
        [("indicator_not_answered", "responses.1.basis")],
    ),
    ("soft and worse", _row("responses", 1, promised_value="61"), []),
    (
        "one milestone",
        lambda text: text.update(milestones=[text["milestones"][0] | {"pay_percent": 100_00}]),
        [("too_few_milestones", "milestones")],
    ),
    ("ninety percent", _row("milestones", 2, pay_percent=40_00), [("pay_sum", "milestones")]),
    ("months reversed", _row("milestones", 1, end_month=2), [("milestone_months", "milestones.1.end_month")]),
    (
        "milestone after the end",
        _row("milestones", 2, end_month=11),
        [("milestone_too_late", "milestones.2.end_month")],
    ),
    (
        "milestone unfinished",
        _row("milestones", 0, end_month=None),
        [("milestone_incomplete", "milestones.0.name")],
    ),
    ("thirteen months", _set("duration_months", 13), [("duration_too_long", "duration_months")]),
    ("no duration", _set("duration_months", None), [("missing", "duration_months")]),
    ("no price", _set("price_fen", None), [("missing", "price_fen")]),
    (
        "above the ceiling",
        lambda text: (text.update(price_fen=3_000_000_01), text["budget"][0].update(amount_fen=2_200_000_01)),
        [("price_over_ceiling", "price_fen")],
    ),
    ("sum differs", _row("budget", 0, amount_fen=1_999_999_99), [("budget_sum", "budget")]),
    ("fiscal differs", _set("fiscal_ask_fen", 1), [("fiscal_sum", "budget")]),
    (
        "no item",
        _row("budget", 2, item=None),
        [("budget_incomplete", "budget.2.amount_fen")],
    ),
    (
        "not pledged",
        lambda text: text["pledges"].update(unrelated=False),
        [("pledge_unrelated", "pledge_unrelated")],
    ),
    ("members without agreement", _with(MEMBER), [("file_missing", "file_consortium")]),
    (
        "bad code",
        _with(MEMBER | {"uscc": "91420600XXX0000277"}),
        [("bad_uscc", "members.0.uscc"), ("file_missing", "file_consortium")],
    ),
    (
        "twice",
        _with(MEMBER, MEMBER),
        [("member_twice", "members.1.uscc"), ("file_missing", "file_consortium")],
    ),
    (
        "too large a share",
        _with(MEMBER | {"percent": 100_01}),
        [("members_share", "members"), ("file_missing", "file_consortium")],
    ),
    (
        "without tasks",
        _with(MEMBER | {"tasks": ""}),
        [("member_incomplete", "members.0.tasks"), ("file_missing", "file_consortium")],
    ),
    (
        "without shares",
        _with(MEMBER | {"percent": None, "ip_share": ""}),
        [
            ("member_incomplete", "members.0.percent"),
            ("member_incomplete", "members.0.ip_share"),
            ("file_missing", "file_consortium"),
        ],
    ),
    (
        "agreement not dated",
        _with(MEMBER, signed_on=None),
        [("agreement_incomplete", "agreement_signed_on"), ("file_missing", "file_consortium")],
    ),
    (
        "agreement of tomorrow",
        _with(MEMBER, signed_on="2026-03-17"),
        [("agreement_future", "agreement_signed_on"), ("file_missing", "file_consortium")],
    ),
    ("nothing declared", _set("relation", None), [("relation_open", "relation")]),
    (
        "ties declared",
        lambda text: text.update(
            relation="some", related=[{"name": "某公司", "uscc": "", "relation": "参股"}]
        ),
        [("tie_declared", "relation")],
    ),
    (
        "ties not named",
        _set("relation", "some"),
        [("ties_missing", "related"), ("tie_declared", "relation")],
    ),
    (
        "shareholder without share",
        _set("shareholders", [{"name": "某人", "uscc": "", "percent": None, "is_controlling": False}]),
        [("shareholder_incomplete", "shareholders.0.name")],
    ),
    (
        "shares above one whole",
        _set("shareholders", [{"name": "某人", "percent": 60_00}, {"name": "他人", "percent": 50_00}]),
        [("shareholders_sum", "shareholders")],
    ),
    (
        "cases without proof",
        _set("cases", [{"title": "某系统"}]),
        [("file_missing", "file_cases")],
    ),
]


@pytest.mark.parametrize(
    ("change", "expected"), [each[1:] for each in CHANGES], ids=[each[0] for each in CHANGES]
)
def test_names_rule_and_field(
    world: World, session: Session, change: Change, expected: list[tuple[str, str | None]]
) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = written_bid(session, demand, by=by, now=world.now)
    text = good_content(demand)
    change(text)
    services.save_bid(session, bid, content=text, by=by, now=world.now)
    assert found(session, bid, world) == expected


def test_names_the_owner_among_the_members(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    members = [MEMBER | {"uscc": world.owner_org.uscc.lower()}]
    more = {"members": members, "agreement": AGREEMENT, "slots": (BidSlot.CONSORTIUM,)}
    bid = written_bid(session, demand, by=by, now=world.now, **more)
    assert found(session, bid, world) == [("owner_in_bid", "members.0.uscc")]


def test_asks_for_the_intent_and_the_blind_copy_where_the_round_does(world: World, session: Session) -> None:
    demand = open_demand(world, process=Process.MATCH_FIRST)
    demand.round.is_blind = True
    session.flush()
    bid = written_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)
    assert found(session, bid, world) == [
        ("intent_not_agreed", "file_intent"),
        ("file_missing", "file_intent"),
        ("file_missing", "file_blind"),
    ]


def test_refuses_members_beyond_the_listing_s_limits(world: World, session: Session) -> None:
    by = world.actor(Role.BIDDER)
    rows = [MEMBER | {"uscc": uscc.fictional("420600", "91", 80 + n), "percent": 10_00} for n in range(3)]
    for more, code in (
        ({"max_members": 2}, "too_many_members"),
        ({"is_consortium_allowed": False}, "no_consortium"),
    ):
        demand = open_demand(world, **more)
        values = {"members": rows, "agreement": AGREEMENT, "slots": (BidSlot.CONSORTIUM,)}
        bid = written_bid(session, demand, by=by, now=world.now, **values)
        assert found(session, bid, world) == [(code, "members")]


def test_does_not_tell_a_hidden_ceiling(world: World, session: Session) -> None:
    demand = open_demand(world, is_budget_hidden=True, budget_band="200至300万元")
    text: dict[str, Any] = good_content(demand)
    text["price_fen"] = 3_100_000_00
    text["budget"][0]["amount_fen"] = 2_300_000_00
    bid = written_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now, **text)
    assert found(session, bid, world) == []


def test_blocks_a_unit_on_a_credit_list_and_names_its_day(world: World, session: Session) -> None:
    bid = written_bid(session, open_demand(world), by=world.actor(Role.BIDDER), now=world.now)
    rows = [{"name": world.bidder_org.name, "uscc": world.bidder_org.uscc, "reason": "拒不履行"}]
    import_list(session, CreditList.SERIOUS, rows, by=world.actor_of(world.organizer), now=world.now)
    refusals = check_bid(session, bid, now=world.now)
    assert [each.code for each in refusals] == ["credit_listed"]
    import_list(session, CreditList.SERIOUS, [], by=world.actor_of(world.organizer), now=world.now)
    assert check_bid(session, bid, now=world.now) == []


def test_lets_only_organizers_import_a_list(world: World, session: Session) -> None:
    with pytest.raises(NotPermitted):
        import_list(session, CreditList.SERIOUS, [], by=world.actor(Role.BIDDER), now=world.now)


def test_reads_a_list_as_csv_and_json_and_names_bad_rows() -> None:
    code = MEMBER["uscc"]
    expected = [{"name": "甲公司", "uscc": code, "reason": "失信"}]
    assert read_rows(f"\ufeffname,uscc,reason\n甲公司,{code},失信\n甲公司,{code},失信\n") == expected
    assert read_rows(f'[{{"name": "甲公司", "uscc": "{code}", "reason": "失信"}}]') == expected
    with pytest.raises(RuleBroken) as caught:
        read_rows(f"name,uscc\n甲,123\n,{code}\n")
    assert [each.code for each in caught.value.refusals] == ["bad_uscc", "name_missing"]
    for text in ("", "a,b\n1,2\n", "[1]", "[", "name,uscc\n"):
        with pytest.raises(RuleBroken):
            read_rows(text)


def test_limits_bids_per_unit_in_a_round(world: World, session: Session) -> None:
    by = world.actor(Role.BIDDER)
    world.round.max_bids_per_unit = 1
    first = submitted_bid(session, open_demand(world), by=by, now=world.now)
    second = written_bid(session, open_demand(world), by=by, now=world.now)
    assert found(session, second, world) == [("too_many_bids", None)]
    services.withdraw_bid(session, first, by=by, now=world.now)
    assert found(session, second, world) == []


def test_limits_running_projects(world: World, session: Session) -> None:
    world.round.max_active_projects = 1
    bid = written_bid(session, open_demand(world), by=world.actor(Role.BIDDER), now=world.now)
    assert found(session, bid, world) == []
    make_contract(world, ContractState.ACTIVE, award=make_award(world))
    award_lead = session.query(Bid).filter(Bid.id != bid.id).one().lead_id
    assert award_lead == world.bidder_org.id
    assert found(session, bid, world) == [("too_many_projects", None)]


def test_refuses_a_lead_that_is_no_longer_verified(world: World, session: Session) -> None:
    bid = written_bid(session, open_demand(world), by=world.actor(Role.BIDDER), now=world.now)
    bid.lead.state = OrganisationState.SUSPENDED
    session.flush()
    assert found(session, bid, world) == [("lead_not_verified", None)]


def test_asks_for_a_confirmation_after_a_material_correction(world: World, session: Session) -> None:
    demand, by = open_demand(world), world.actor(Role.BIDDER)
    bid = written_bid(session, demand, by=by, now=world.now)
    for number, is_material in ((2, False), (3, True)):
        _edition(world, demand, number, is_material=is_material)
        assert found(session, bid, world) == ([("edition_not_confirmed", None)] if is_material else [])
    services.confirm_edition(session, bid, by=by, now=world.now)
    assert (bid.confirmed_edition, found(session, bid, world)) == (3, [])


def _edition(world: World, demand: Demand, number: int, *, is_material: bool) -> None:
    demand.edition = number
    world.add(
        DemandEdition(
            demand_id=demand.id,
            number=number,
            content={},
            digest=digest({}),
            is_material=is_material,
            closes_at=demand.closes_at,
            published_at=world.now + timedelta(minutes=number),
        )
    )


@pytest.mark.parametrize(
    ("operator", "value", "high", "expected"),
    [
        (Operator.GE, "9.99", None, True),
        (Operator.GE, "10", None, False),
        (Operator.LE, "10.01", None, True),
        (Operator.LE, "10", None, False),
        (Operator.EQ, "10.0", None, False),
        (Operator.EQ, "11", None, True),
        (Operator.APPROX, "1", None, False),
        (Operator.RANGE, "10", "20", False),
        (Operator.RANGE, "9", "20", True),
        (Operator.RANGE, "10", "21", True),
        (Operator.RANGE, "21", None, True),
    ],
)
def test_compares_a_promise_with_the_target(
    operator: Operator, value: str, high: str | None, expected: bool
) -> None:
    indicator = DemandIndicator(operator=operator, target=Decimal(10), target_high=Decimal(20))
    assert is_softer(indicator, Decimal(value), Decimal(high) if high else None) is expected
