"""A summary sheet of 2,000 rows: every seeded fault is named by its cell; nothing or everything is written."""

import resource
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import jobs
from app.access import Permission, can
from app.core.errors import RuleBroken
from app.core.files import Upload
from app.documents.columns import letter
from app.documents.imports import ask_write, upload_sheet
from app.models.accounts import Organisation
from app.models.demands import Demand, DemandFunding, DemandIndicator
from app.models.jobs import SheetImport
from app.models.procedure_codes import Role, SheetKind
from app.models.records import Event, Message
from app.models.states import DemandState, JobState, OrganisationState
from app.web.context import job_tools
from app.workflow.events import covered, digest
from tests.demands.sheets_of import FIRST_ROW, IDS, SPOILT, code, right_row, sheet
from tests.factories import World, make_demand

pytestmark = pytest.mark.both_databases

ROWS = {"sqlite": 2_000, "postgresql": 300}


def spoilt_rows(world: World, count: int) -> tuple[list[dict[str, Any]], set[tuple[int, str, str]]]:
    """Rows of which some are spoilt, and what must be reported: row, column letter, code."""
    make_demand(world, DemandState.DRAFT, title="现有草稿需求", owner=world.owner_org)
    rows = [right_row(index) for index in range(count)]
    expected = set()
    step = (count - 10) // len(SPOILT)
    for number, (column, said, changed) in enumerate(SPOILT):
        index = 5 + number * step
        rows[index] |= changed
        expected.add((index + FIRST_ROW, letter(IDS.index(column)), said))
    # Of the sheet as a whole: a name twice, a name that exists, and (by the caller) merged cells.
    rows[count - 2] = right_row(count - 2, uscc=code(1), unit=rows[1]["unit"], title=rows[1]["title"] + "。")
    expected.add((count - 2 + FIRST_ROW, letter(IDS.index("title")), "twice_in_sheet"))
    own = world.owner_org
    rows[count - 1] = right_row(
        count - 1, uscc=own.uscc, unit=own.name, unit_type="医院", title="现有草稿需求"
    )
    expected.add((count - 1 + FIRST_ROW, letter(IDS.index("title")), "exists_draft"))
    expected.add((4 + FIRST_ROW, letter(IDS.index("contact_name")), "cell_merged"))
    return rows, expected


def kept(
    app: Any, world: World, rows: list[dict[str, Any]], by: Role = Role.ORGANIZER, **how: Any
) -> SheetImport:
    """The sheet uploaded by somebody, not yet checked."""
    file = sheet(rows, **how)
    saved = app.extensions["files"].save(file, limit=10**8)
    upload = Upload(saved.storage_name, saved.sha256, saved.size, "application/vnd", "需求汇总表.xlsx")
    made = upload_sheet(
        world.session, SheetKind.DEMANDS, upload, by=world.actor(by), now=world.now, round_=world.round
    )
    world.session.commit()
    return made


def work(app: Any, session: Session) -> int:
    """Do what is queued, as a worker does."""
    session.commit()
    with app.app_context():
        count = jobs.run_due(job_tools(app))
    session.expire_all()
    return count


def counts(session: Session) -> list[int]:
    return [
        session.scalar(select(func.count()).select_from(model)) or 0
        for model in (Demand, DemandIndicator, DemandFunding, Organisation)
    ]


def found_in(made: SheetImport) -> set[tuple[int, str, str]]:
    return {(each["row"], each["column"], each["code"]) for each in made.report["faults"]}


def test_report_exactly_the_seeded_faults_and_write_nothing(
    app: Any, world: World, session: Session, database_kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    count = ROWS[database_kind]
    rows, expected = spoilt_rows(world, count)
    assert len(SPOILT) + 3 == len(expected) == 37
    before = counts(session)
    made = kept(app, world, rows, merge="R7:S7")

    started = time.process_time()
    tracemalloc.start()
    work(app, session)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    spent = time.process_time() - started

    assert made.check_job.state is JobState.DONE
    assert found_in(made) == expected
    assert made.fault_count == 37
    assert made.report["rows"] == count
    assert counts(session) == before
    assert peak < 120 * 2**20
    with capsys.disabled():
        print(
            f"\ncheck {count} rows on {database_kind}: {spent:.2f} s CPU traced, {peak / 2**20:.1f} MiB peak"
        )
    with pytest.raises(RuleBroken):
        ask_write(session, made, by=world.actor(Role.ORGANIZER), now=world.now)


def test_write_every_row_of_the_mended_sheet(
    app: Any, world: World, session: Session, database_kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    count = ROWS[database_kind]
    before = counts(session)
    made = kept(app, world, [right_row(index) for index in range(count)])
    work(app, session)
    assert made.is_clean, made.report["faults"][:5]
    assert counts(session) == before

    ask_write(session, made, by=world.actor(Role.ORGANIZER), now=world.now)
    started = time.perf_counter()
    work(app, session)
    spent = time.perf_counter() - started

    assert made.write_job.state is JobState.DONE, made.write_job.fault
    assert made.write_job.result == {"written": count}
    after = counts(session)
    assert [b - a for a, b in zip(before, after, strict=True)] == [count, 3 * count, count, count]
    with capsys.disabled():
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"\nwrite {count} rows on {database_kind}: {spent:.2f} s, peak of the test process {rss:.0f} MiB"
        )


def test_write_drafts_of_units_that_wait_for_verification(app: Any, world: World, session: Session) -> None:
    made = kept(app, world, [right_row(0)])
    work(app, session)
    ask_write(session, made, by=world.actor(Role.ORGANIZER), now=world.now)
    work(app, session)
    demand = session.scalars(select(Demand).where(Demand.title == "第0号车间质量检测智能化")).one()
    assert demand.state is DemandState.DRAFT
    assert demand.author_id == world.organizer.id
    assert demand.owner.state is OrganisationState.REGISTERED
    assert demand.owner.uscc == code(0)
    assert demand.recommender_id == world.recommender_org.id
    assert demand.recommend_opinion == "需求真实，同意推荐"
    assert demand.budget_fen == 120_500_000
    assert [row.amount_fen for row in demand.fundings] == [120_500_000]
    assert demand.fundings[0].condition == "其中支付揭榜方 100.00 万元"
    first = demand.indicators[0]
    assert (first.name, first.operator.value, str(first.target), first.unit, first.condition) == (
        "缺陷检出率",
        "ge",
        "98.5",
        "%",
        "测试集1万件",
    )
    assert [row["kind"] for row in demand.conditions] == ["experience", "experience"]
    event = session.scalars(select(Event).where(Event.thing_id == demand.id)).one()
    assert (event.action, event.actor_id, event.round_id) == ("import", world.organizer.id, world.round.id)
    assert event.digest == digest(covered(demand))
    operators = session.scalars(select(Message).where(Message.user_id == world.operator.id)).all()
    assert [each.kind for each in operators] == ["organisation.register_imported"]


def test_tell_the_people_of_a_unit_that_is_known(app: Any, world: World, session: Session) -> None:
    own = world.owner_org
    made = kept(app, world, [right_row(0, uscc=own.uscc, unit=own.name, unit_type="医院")])
    work(app, session)
    assert made.is_clean, made.report["faults"]
    ask_write(session, made, by=world.actor(Role.ORGANIZER), now=world.now)
    work(app, session)
    message = session.scalars(select(Message).where(Message.user_id == world.owner.id)).one()
    assert message.kind == "demand.import"
    assert session.get(Demand, message.thing_id).owner_id == own.id


def test_write_nothing_when_a_name_was_taken_since_the_check(
    app: Any, world: World, session: Session
) -> None:
    own = world.owner_org
    made = kept(app, world, [right_row(1), right_row(0, uscc=own.uscc, unit=own.name, unit_type="医院")])
    work(app, session)
    ask_write(session, made, by=world.actor(Role.ORGANIZER), now=world.now)
    make_demand(world, DemandState.DRAFT, title=right_row(0)["title"], owner=own)
    before = counts(session)
    work(app, session)
    assert (made.write_job.state, made.write_job.fault) == (JobState.FAILED, "sheet_moved_on")
    assert made.written_at is None
    assert counts(session) == before


def test_refuse_a_stored_file_that_is_not_the_one_checked(app: Any, world: World, session: Session) -> None:
    made = kept(app, world, [right_row(0)])
    path: Path = app.extensions["files"].path(made.storage_name)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")
    work(app, session)
    assert made.refusal == {"code": "sheet_changed", "details": {}}


@pytest.mark.parametrize(
    ("role", "changed", "said"),
    [
        (Role.RECOMMENDER, {"region": "宜昌市"}, ("region", "region_not_ours")),
        (Role.RECOMMENDER, {"recommender": "宜昌市场景推荐中心"}, ("recommender", "recommender_not_you")),
        (Role.DEMAND_OWNER, {}, ("uscc", "unit_not_ours")),
        (Role.ORGANIZER, {"uscc": "bidder"}, ("unit", "unit_other_name")),
    ],
)
def test_hold_everybody_to_their_reach(
    app: Any, world: World, session: Session, role: Role, changed: dict[str, Any], said: tuple[str, str]
) -> None:
    if changed.get("uscc") == "bidder":
        changed = {"uscc": world.bidder_org.uscc}
    made = kept(app, world, [right_row(0, **changed)], by=role)
    work(app, session)
    assert [(each["id"], each["code"]) for each in made.report["faults"]] == [said]


def test_let_nobody_import_into_a_round_that_others_run(world: World) -> None:
    elsewhere = world.actor_of(world.other_organizer, world.other_organizer_org)
    assert not can(elsewhere, Permission.DEMAND_IMPORT, world.round)
    assert not can(world.actor(Role.BIDDER), Permission.DEMAND_IMPORT, world.round)
    assert can(world.actor(Role.ORGANIZER), Permission.DEMAND_IMPORT, world.round)
