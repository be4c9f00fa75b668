"""The first page and the pages about the site: real counts, nothing that is not public, both languages."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.db import Database
from app.home import health, queries
from app.home.tables import machines
from app.models.rounds import CalendarDay, CalendarYear
from app.models.states import (
    AcceptanceState,
    BidState,
    ContractState,
    DemandState,
    DemonstrationState,
    NoticeState,
    OrganisationState,
)
from app.workflow import WORKFLOWS
from tests.browsing import FussyClient, text_of
from tests.factories import (
    World,
    make_acceptance,
    make_bid,
    make_contract,
    make_demand,
    make_demonstration,
    make_notice,
)
from tests.moments import Clock

PAGES = ["/", "/about", "/procedure", "/privacy", "/accessibility"]


def main_text(answer: object) -> str:
    return text_of(answer.tree.find(".//main"))  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_show_every_page_in_both_languages(client: FussyClient, path: str, language: str) -> None:
    client.get(f"/language/{language}")
    page = client.get(path)
    assert page.status_code == 200
    assert page.tree.get("lang") == ("en" if language == "en" else "zh-CN")  # type: ignore[attr-defined]


def test_show_an_empty_site_without_figures_made_up(client: FussyClient, session: Session) -> None:
    assert queries.figures(session) == queries.Figures(0, 0, 0, 0)
    said = main_text(client.get("/"))
    assert "真场景，等你来揭榜" in said
    assert "暂无榜单" in said


@pytest.mark.both_databases
def test_count_what_is_public_and_nothing_sealed(session: Session, world: World) -> None:
    make_demand(world, DemandState.APPROVED)
    make_bid(world, BidState.SUBMITTED, demand=make_demand(world, DemandState.OPEN), lead=world.bidder_org)
    assert queries.figures(session) == queries.Figures(1, 0, 0, 0)
    screening = make_demand(world, DemandState.SCREENING)
    make_bid(world, BidState.OPENED, demand=screening, lead=world.bidder_org)
    make_bid(world, BidState.OPENED, demand=screening, lead=world.other_bidder_org)
    make_bid(world, BidState.OPENED, demand=make_demand(world, DemandState.SCREENING), lead=world.bidder_org)
    assert queries.figures(session) == queries.Figures(3, 2, 0, 0)


def test_count_signed_contracts_and_passed_acceptances(session: Session, world: World) -> None:
    signed = make_contract(world, ContractState.ACTIVE)
    make_contract(world, ContractState.DRAFT)
    passed = make_acceptance(world, AcceptanceState.PASSED)
    make_acceptance(world, AcceptanceState.FAILED)
    found = queries.figures(session)
    failed = 1
    assert found.accepted == 1
    assert found.contracted_fen == signed.amount_fen + passed.contract.amount_fen * (1 + failed)


def test_show_published_listings_alone(client: FussyClient, world: World) -> None:
    draft = make_demand(world, DemandState.VETTING, title="尚未发布的需求")
    shown = make_demand(world, DemandState.OPEN, title="长江航道船舶违规行为智能识别")
    said = main_text(client.get("/"))
    assert shown.title in said
    assert draft.title not in said


def test_show_a_listing_as_closed_the_moment_it_closes(
    client: FussyClient, world: World, clock: Clock
) -> None:
    demand = make_demand(world, DemandState.OPEN)
    assert "揭榜中" in main_text(client.get("/"))
    clock.set(demand.closes_at)
    assert "揭榜中" not in main_text(client.get("/"))


def test_hide_an_amount_that_is_not_public(client: FussyClient, world: World) -> None:
    make_demand(world, DemandState.OPEN, is_budget_hidden=True, budget_band="100—500")
    said = main_text(client.get("/"))
    assert "100—500" in said
    assert "300.00" not in said


def test_show_running_notices_and_listed_demonstrations_alone(client: FussyClient, world: World) -> None:
    running = make_notice(world, NoticeState.IN_FORCE, title="关于拟揭榜单位的公示")
    draft = make_notice(world, NoticeState.DRAFT, title="起草中的公示")
    listed = make_demonstration(world, DemonstrationState.LISTED, title="基层医院病理辅助诊断示范工程")
    hidden = make_demonstration(world, DemonstrationState.EDITING, title="编制中的示范工程")
    said = main_text(client.get("/"))
    assert [each.title in said for each in (running, draft, listed, hidden)] == [True, False, True, False]


def test_ask_the_database_as_often_for_thirty_listings_as_for_one(
    client: FussyClient, database: Database, world: World, count_queries: "object"
) -> None:
    def fill(rows: int) -> None:
        for _ in range(rows):
            make_demand(world, DemandState.OPEN)
            make_notice(world, NoticeState.IN_FORCE)

    fill(1)
    few = count_queries(client, "/")  # type: ignore[operator]
    fill(29)
    assert count_queries(client, "/") == few  # type: ignore[operator]


def test_describe_every_state_of_every_thing() -> None:
    described = {machine.name: [row.state for row in machine.rows] for machine in machines()}
    assert described == {each.name: list(each.states) for each in WORKFLOWS.values()}


def test_name_who_takes_a_step_and_where_it_leads(client: FussyClient) -> None:
    page = client.get("/procedure")
    section = next(
        each
        for each in page.tree.iter("section")  # type: ignore[attr-defined]
        if each.get("aria-labelledby") == "state-organisation-registered"
    )
    said = text_of(section)
    assert str(OrganisationState.VERIFIED.label) in said or "已核验" in said
    assert "平台运营方" in said


def test_answer_that_the_process_lives(client: FussyClient) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


@pytest.mark.both_databases
def test_answer_that_the_site_is_ready(client: FussyClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "scanner": "none"})


def test_name_the_calendar_year_that_will_be_missing(client: FussyClient, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 1, 15, 59, 59, tzinfo=UTC))
    assert client.get("/readyz").json == {"status": "ok", "scanner": "none"}
    clock.set(datetime(2026, 11, 1, 16, 0, tzinfo=UTC))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "scanner": "none", "warnings": ["calendar_2027"]}


def test_name_the_present_year_when_it_is_missing(
    database: Database, session: Session, tmp_path: Path, clock: Clock
) -> None:
    session.query(CalendarDay).where(CalendarDay.year == 2026).delete()
    session.delete(session.get_one(CalendarYear, 2026))
    session.commit()
    assert health.failures(database, tmp_path, clock.now) == ["calendar_2026"]


def test_name_tables_that_are_missing(
    database: Database, session: Session, tmp_path: Path, clock: Clock
) -> None:
    session.execute(text("DROP TABLE sign_in_failure"))
    session.commit()
    assert health.failures(database, tmp_path, clock.now) == ["tables"]


def test_name_the_database_when_it_does_not_answer(tmp_path: Path, clock: Clock) -> None:
    gone = Database("postgresql+psycopg://nobody@127.0.0.1:9/none?connect_timeout=1")
    assert health.failures(gone, tmp_path, clock.now) == ["database"]


def test_name_a_folder_that_cannot_be_written(database: Database, tmp_path: Path, clock: Clock) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert health.failures(database, blocked / "files", clock.now) == ["folder"]


def test_leave_nothing_behind_in_the_folder(app: Flask, client: FussyClient) -> None:
    folder = Path(app.config["FILES_DIR"])
    shutil.rmtree(folder, ignore_errors=True)
    client.get("/readyz")
    assert list(folder.iterdir()) == []
