"""Pages of contracts."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contracts.services import draft_contract
from app.models.contracts import Contract
from app.models.procedure_codes import Role
from app.models.states import AwardState, ContractState, DemandState
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_award, make_contract


@pytest.fixture
def draft(world: World, session: Session) -> Contract:
    award = make_award(world, AwardState.ACTIVE)
    return draft_contract(session, award, by=world.actor(Role.DEMAND_OWNER), now=world.now)


def shown(client: FussyClient, url: str) -> str:
    """What one reads on the page."""
    answer: Any = client.get(url)
    assert answer.status_code == 200
    return text_of(answer.tree)


def test_index_offers_awards_that_wait(client: FussyClient, world: World) -> None:
    award = make_award(world, AwardState.ACTIVE)
    client.sign_in(world.owner)
    assert f"/awards/{award.id}/contract" in client.get("/contracts").get_data(as_text=True)
    client.sign_in(world.bidder)
    assert f"/awards/{award.id}/contract" not in client.get("/contracts").get_data(as_text=True)


def test_draft_by_the_owner(client: FussyClient, world: World, session: Session) -> None:
    award = make_award(world, AwardState.ACTIVE)
    client.sign_in(world.owner)
    answer = client.submit(f"/awards/{award.id}/contract")
    contract = session.scalars(select(Contract)).one()
    assert answer.location == f"/contracts/{contract.id}"


@pytest.mark.parametrize("person", ["bidder", "organizer"])
def test_draft_is_closed_to_others(client: FussyClient, world: World, person: str) -> None:
    award = make_award(world, AwardState.ACTIVE)
    client.sign_in(world.people[person])
    assert client.get(f"/awards/{award.id}/contract").status_code in (403, 404)


@pytest.mark.parametrize("state", list(ContractState))
@pytest.mark.parametrize("person", ["owner", "bidder", "organizer", "supervisor", "finance"])
def test_show_in_every_state(client: FussyClient, world: World, state: ContractState, person: str) -> None:
    contract = make_contract(world, state)
    client.sign_in(world.people[person])
    assert contract.number in shown(client, f"/contracts/{contract.id}")


def test_show_masks_the_leader_for_finance(client: FussyClient, world: World) -> None:
    contract = make_contract(world, ContractState.DRAFT)
    client.sign_in(world.finance)
    page = shown(client, f"/contracts/{contract.id}")
    assert "柯**" in page
    assert "柯北辰" not in page


@pytest.mark.parametrize("person", ["other_owner", "other_bidder", "other_organizer", "operator"])
def test_show_is_closed_to_others(client: FussyClient, world: World, person: str) -> None:
    contract = make_contract(world, ContractState.ACTIVE)
    client.sign_in(world.people[person])
    assert client.get(f"/contracts/{contract.id}").status_code == 404


def test_edit_saves_and_keeps_the_links(client: FussyClient, world: World, draft: Contract) -> None:
    client.sign_in(world.owner)
    before = [each.demand_indicator_id for each in draft.indicators]
    answer = client.submit(f"/contracts/{draft.id}/edit", {"title": "新标题", "indicators-0-target": "97.5"})
    assert answer.location == f"/contracts/{draft.id}"
    assert (draft.title, draft.indicators[0].target) == ("新标题", Decimal("97.5"))
    assert [each.demand_indicator_id for each in draft.indicators] == before
    assert len(draft.payments) == 3


def test_edit_adds_a_row_without_saving(client: FussyClient, world: World, draft: Contract) -> None:
    client.sign_in(world.owner)
    answer = client.submit(f"/contracts/{draft.id}/edit", {"title": "未保存", "add_row": "milestones"})
    assert answer.status_code == 200
    assert 'name="milestones-3-name"' in answer.get_data(as_text=True)
    assert draft.title != "未保存"


def test_edit_keeps_what_was_typed_when_refused(client: FussyClient, world: World, draft: Contract) -> None:
    client.sign_in(world.owner)
    answer = client.submit(
        f"/contracts/{draft.id}/edit", {"title": "保留我", "milestones-1-due_on": "2030-01-01"}
    )
    assert answer.status_code == 422
    assert "保留我" in answer.get_data(as_text=True)
    assert "milestones-1-due_on-error" in answer.get_data(as_text=True)


def test_differences_show_softening(client: FussyClient, world: World, draft: Contract) -> None:
    draft.indicators[0].target = Decimal("90")
    client.sign_in(world.bidder)
    page = client.get(f"/contracts/{draft.id}/differences").get_data(as_text=True)
    assert "jb-notice-danger" in page
    assert "≥ 90 %" in page


def test_sign_by_both_on_the_pages(client: FussyClient, world: World, draft: Contract) -> None:
    client.sign_in(world.owner)
    client.submit(f"/contract/{draft.id}/do/send_for_signature")
    url = f"/contracts/{draft.id}/sign"
    assert client.submit(url).status_code == 422
    client.submit(url, {"is_authorised": "y"})
    client.sign_in(world.bidder)
    client.submit(url, {"is_authorised": "y"})
    assert (draft.state, draft.award.demand.state) == (ContractState.ACTIVE, DemandState.COMPLETED)


def test_cancel_tells_what_follows(client: FussyClient, world: World, draft: Contract) -> None:
    client.sign_in(world.organizer)
    client.submit(f"/contracts/{draft.id}/cancel", {"reason": "知识产权条款未谈成"})
    assert draft.state is ContractState.CANCELLED
    assert "知识产权条款未谈成" in shown(client, f"/contracts/{draft.id}")


def test_end_early_on_the_pages(client: FussyClient, world: World) -> None:
    contract = make_contract(world, ContractState.ACTIVE)
    client.sign_in(world.organizer)
    client.submit(f"/contracts/{contract.id}/end", {"end_reason": "fraud", "clawback_fen": "0"})
    client.submit(f"/contracts/{contract.id}/termination-notice")
    assert len(contract.notices) == 1
    assert f"/notices/{contract.notices[0].id}" in client.get(f"/contracts/{contract.id}").get_data(
        as_text=True
    )
    world.clock.advance(days=20)
    client.submit(f"/contract/{contract.id}/do/terminate", {"reason": "经核查材料造假"})
    assert contract.state is ContractState.TERMINATED


def test_listing_shows_key_terms_without_persons(client: FussyClient, world: World) -> None:
    contract = make_contract(world, ContractState.ACTIVE)
    page = shown(client, f"/demands/{contract.award.demand_id}")
    assert contract.number in page
    assert "280.00" in page
    assert contract.leader_name not in page
    assert contract.ip_clause not in page
