"""Importing over the wire: template, upload, progress, report, marked copy, mended sheet, writing; the command."""

from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from click.testing import Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import jobs
from app.jobs import queue
from app.models.accounts import Organisation
from app.models.demands import Demand
from app.models.jobs import SheetImport
from app.models.procedure_codes import Role
from app.models.states import DemandState, JobState
from app.web.context import job_tools
from tests.browsing import FussyClient, text_of
from tests.demands.sheets_of import code, right_row, sheet, write
from tests.factories import World, make_demand


@pytest.fixture
def office(client: FussyClient, world: World) -> FussyClient:
    """The organizer's browser, while the round collects demands."""
    assert world.round.number
    return client.sign_in(world.organizer)


def upload(client: FussyClient, world: World, file: BytesIO, name: str = "需求汇总表.xlsx") -> Any:
    return client.submit("/demands/import", {"round_id": str(world.round.id), "file": (file, name)})


def work(app: Any, session: Session) -> None:
    session.commit()
    with app.app_context():
        jobs.run_due(job_tools(app))
    session.expire_all()


def newest(session: Session) -> SheetImport:
    return session.scalars(select(SheetImport).order_by(SheetImport.created_at.desc())).first()


def main_text(answer: Any) -> str:
    return text_of(answer.tree.find(".//main"))


def test_walk_from_the_template_to_the_drafts(
    app: Any, office: FussyClient, world: World, session: Session
) -> None:
    page = office.get("/demands/import")
    links = [each.get("href") for each in page.tree.iter("a") if "/template/" in (each.get("href") or "")]
    assert len(links) == 2
    template = openpyxl.load_workbook(BytesIO(office.get(links[0]).data))
    form = template["需求汇总表"]
    assert [cell.value for cell in form[1]][:5] == [
        "序号",
        "市州",
        "推荐单位",
        "需求单位",
        "统一社会信用代码",
    ]
    assert form.row_dimensions[2].hidden
    assert form.cell(3, 1).value == "示例"
    assert len(form.data_validations.dataValidation) == 5
    assert world.round.title in template["填表说明"].cell(1, 1).value

    # Filled in below the example, with two faults.
    columns = [cell.value for cell in form[2]]
    for place, row in enumerate(
        [right_row(0), right_row(1, contact_phone="123"), right_row(2, title="")], start=4
    ):
        for column, each in enumerate(columns, start=1):
            form.cell(place, column).value = row[each]
    file = BytesIO()
    template.save(file)
    file.seek(0)
    answer = upload(office, world, file)
    assert answer.status_code == 302
    address = answer.location

    waiting = office.get(address)
    assert waiting.tree.find(".//progress") is not None
    assert waiting.tree.find(".//noscript/p/a").get("href").startswith(address)
    assert "排队等待处理" in main_text(waiting)

    work(app, session)
    report = office.get(address)
    assert report.tree.find(".//progress") is None
    rows = [text_of(each) for each in report.tree.find(".//table/tbody")]
    assert ["S5" in rows[0], "123" in rows[0], "G6" in rows[1], "必填" in rows[1]] == [True] * 4
    assert "2 处需要改正" in main_text(report)

    marked = openpyxl.load_workbook(BytesIO(office.get(f"{address}/marked").data))["需求汇总表"]
    header = [cell.value for cell in marked[1]]
    assert header[-1] == "错误说明"
    phone = marked.cell(4, columns.index("contact_phone") + 1)
    assert (phone.value, phone.fill.fgColor.rgb, phone.comment.text[:6]) == (
        "123",
        "FFFFC7CE",
        "不是电话号码",
    )
    assert marked.cell(3, len(header)).value is None
    assert marked.cell(5, len(header)).value == "需求名称：必填"

    # The marked copy itself is mended and comes back.
    marked.cell(4, columns.index("contact_phone") + 1).value = "13800000000"
    marked.cell(5, columns.index("title") + 1).value = "补上名称的需求"
    mended = BytesIO()
    marked.parent.save(mended)
    mended.seek(0)
    address = upload(office, world, mended).location
    work(app, session)
    assert "共 3 行，没有错误" in main_text(office.get(address))
    before = session.scalar(select(func.count()).select_from(Demand))
    session.commit()

    assert office.submit(f"{address}/write", page=address).status_code == 302
    assert office.get(address).tree.find(".//progress") is not None
    # A second press finds the work under way and asks for nothing more.
    office.submit(f"{address}/write", exact=True)
    work(app, session)
    assert "3 行已于" in main_text(office.get(address))
    assert session.scalar(select(func.count()).select_from(Demand)) == before + 3
    assert (
        session.scalar(select(func.count()).select_from(Organisation).where(Organisation.uscc == code(0)))
        == 1
    )


def test_move_the_bar_while_the_check_runs(
    app: Any, office: FussyClient, world: World, session: Session
) -> None:
    address = upload(office, world, sheet([right_row(0)])).location
    tools = job_tools(app)
    job_id = newest(session).check_job_id
    session.commit()
    taken = queue.take(tools.database, tools.clock(), job_id)
    queue.keep(tools.database, taken, tools.clock(), done=50, total=200, step="checking")
    page = office.get(address)
    bar = page.tree.find(".//progress")
    assert (bar.get("value"), bar.get("max"), bar.get("aria-label")) == ("25", "100", "逐行检查")
    assert "逐行检查: 50 / 200" in main_text(page)


def test_show_a_sheet_to_nobody_but_its_author(
    app: Any, office: FussyClient, world: World, session: Session
) -> None:
    address = upload(office, world, sheet([right_row(0)])).location
    for other in (world.second_organizer, world.operator, world.supervisor, world.owner):
        office.sign_in(other)
        assert [office.get(f"{address}{tail}").status_code for tail in ("", "/marked")] == [404, 404]
    assert newest(session).author_id == world.organizer.id


def test_let_a_unit_send_the_form_of_one_demand(
    app: Any, client: FussyClient, world: World, session: Session
) -> None:
    assert world.round.number
    client.sign_in(world.owner)
    page = client.get("/demands/import")
    links = [each.get("href") for each in page.tree.iter("a") if (each.get("href") or "").endswith("/form")]
    book = openpyxl.load_workbook(BytesIO(client.get(links[0]).data))
    form = book["需求表"]
    typed = {
        "region": "武汉市",
        "contact_name": "演示联系人",
        "contact_phone": "027-88880000",
        "title": "门诊分诊智能化",
        "demand_type": "技术攻关类",
        "field": "智慧医疗",
        "categories": "人工智能+医疗健康；A1",
        "content_required": "按主诉和体征给出分诊建议。",
        "budget_fen": 200,
        "deadline_months": 18,
        "ip_ownership": "双方共有",
        "is_public_money": "否",
    }
    for row in form.iter_rows(min_row=3):
        if row[3].value in typed:
            row[1].value = typed[row[3].value]
    for name, rows in {
        "考核指标": [["分诊准确率", "性能", "90%", "≥", 95, None, "%", "门诊数据1万例", "抽样复核", "是"]],
        "资金构成": [["需求方出资", 150, "验收后"], ["需求方出资", 49, ""]],
        "支付节点": [["签订合同", 30], ["验收通过", 60]],
    }.items():
        for cells in rows:
            book[name].append(cells)

    def sent() -> tuple[str, SheetImport]:
        file = BytesIO()
        book.save(file)
        file.seek(0)
        where = upload(client, world, file, "需求表.xlsx").location
        work(app, session)
        return where, session.get(SheetImport, UUID(where.rpartition("/")[2]))

    _where, first = sent()
    said = {(each["sheet"], each["id"], each["code"]) for each in first.report["faults"]}
    assert said == {
        ("需求表", "budget_fen", "fundings_differ"),
        ("支付节点", "percent", "percents_differ"),
    }
    book["资金构成"].cell(5, 2).value = 50
    book["支付节点"].cell(5, 2).value = 70
    where, second = sent()
    assert second.is_clean, (second.refusal, second.report)
    client.submit(f"{where}/write", page=where)
    work(app, session)
    demand = session.scalars(select(Demand).where(Demand.title == "门诊分诊智能化")).one()
    assert (demand.owner_id, demand.author_id) == (world.owner_org.id, world.owner.id)
    assert (demand.budget_fen, demand.deadline_months, demand.categories) == (200_000_000, 18, ["C2", "A1"])
    assert [row.amount_fen for row in demand.fundings] == [150_000_000, 50_000_000]
    assert [row["percent"] for row in demand.pay_schedule] == [3000, 7000]
    assert [(each.name, each.is_hard) for each in demand.indicators] == [("分诊准确率", True)]
    assert client.get(f"/demands/{demand.id}").status_code == 200
    assert client.get("/desk/demands").status_code == 200


def test_open_a_demand_from_a_sheet_like_any_draft(
    app: Any, client: FussyClient, world: World, session: Session
) -> None:
    own = world.owner_org
    client.sign_in(world.owner)
    row = right_row(0, uscc=own.uscc, unit=own.name, unit_type="医院", recommender="")
    address = upload(client, world, sheet([row])).location
    work(app, session)
    client.submit(f"{address}/write", page=address)
    work(app, session)
    demand = session.scalars(select(Demand).where(Demand.title == row["title"])).one()
    assert demand.recommend_opinion is None
    for tail in ("", "/edit", "/findings", "/submit"):
        assert client.get(f"/demands/{demand.id}{tail}", follow_redirects=True).status_code == 200, tail


def test_keep_the_round_that_was_chosen_when_the_file_is_refused(office: FussyClient, world: World) -> None:
    for name, content in (("表.xls", b"\xd0\xcf\x11\xe0"), ("表.xlsm", b"PK"), ("表.xlsx", b"no archive")):
        answer = upload(office, world, BytesIO(content), name)
        assert answer.status_code == 422
        chosen = [
            each.get("value") for each in answer.tree.iter("option") if each.get("selected") is not None
        ]
        assert chosen == [str(world.round.id)]


def test_offer_only_rounds_one_may_import_into(client: FussyClient, world: World) -> None:
    assert client.sign_in(world.bidder).get("/demands/import").status_code == 403
    assert client.sign_in(world.other_organizer).get("/demands/import").status_code == 200
    url = f"/demands/import/template/{world.round.id}/summary"
    assert client.get(url).status_code == 404
    assert client.sign_in(world.recommender).get(url).status_code == 200


def command(app: Any, session: Session, *words: str) -> Result:
    session.commit()
    result = app.test_cli_runner().invoke(args=["import", *words])
    session.expire_all()
    return result


def test_import_from_the_command_line(app: Any, world: World, session: Session, tmp_path: Path) -> None:
    good = write(tmp_path / "good.xlsx", [right_row(index) for index in range(3)])
    bad = write(tmp_path / "bad.xlsx", [right_row(0), right_row(1, budget_fen="若干")])
    shared = ["--round", world.round.number, "--as", world.organizer.email]
    before = session.scalar(select(func.count()).select_from(Demand))

    failed = command(app, session, "demands", str(bad), *shared)
    assert failed.exit_code == 1
    assert "需求汇总表 M4 拟投入资金(万元): '若干'" in failed.output
    assert "2 rows, 1 faults" in failed.output

    dry = command(app, session, "demands", str(good), *shared, "--dry-run")
    assert (dry.exit_code, "3 rows, 0 faults" in dry.output, "written" in dry.output) == (0, True, False)
    assert session.scalar(select(func.count()).select_from(Demand)) == before

    done = command(app, session, "demands", str(good), *shared)
    assert (done.exit_code, "3 written" in done.output) == (0, True), done.output
    assert "check" in done.output
    assert "write" in done.output
    assert session.scalar(select(func.count()).select_from(Demand)) == before + 3

    again = command(app, session, "demands", str(good), *shared)
    assert again.exit_code == 1

    wrong = tmp_path / "note.csv"
    wrong.write_bytes(b"a,b\n\x00,1\n")
    refused = command(app, session, "demands", str(wrong), *shared)
    assert (refused.exit_code, "NUL" in refused.output) == (2, True)

    stranger = command(
        app, session, "demands", str(good), "--round", world.round.number, "--as", world.bidder.email
    )
    assert stranger.exit_code == 1
    assert "may not import" in stranger.output


def test_take_a_unit_over_that_came_with_a_sheet(
    app: Any, office: FussyClient, world: World, session: Session
) -> None:
    address = upload(office, world, sheet([right_row(0)])).location
    work(app, session)
    office.submit(f"{address}/write", page=address)
    work(app, session)
    from app.accounts.services import create_organisation, verify_organisation

    newcomer = world.stranger(Role.DEMAND_OWNER)
    unit = create_organisation(
        session,
        by=world.actor_of(newcomer, None),
        now=world.now,
        name="武汉演示单位0号（演示）",
        uscc=code(0),
        org_type=session.scalars(select(Organisation).where(Organisation.uscc == code(0))).one().org_type,
        region=world.owner_org.region,
        legal_rep="演示法人",
        wants_post=True,
        wants_bid=False,
    )
    verify_organisation(
        session, unit, by=world.actor(Role.OPERATOR), now=world.now, can_post=True, can_bid=False
    )
    session.commit()
    office.sign_in(newcomer).acting_for(unit)
    assert "第0号车间质量检测智能化" in main_text(office.get("/desk/demands"))


def test_say_why_work_failed_and_offer_another_check(
    app: Any, office: FussyClient, world: World, session: Session
) -> None:
    own = world.owner_org
    row = right_row(0, uscc=own.uscc, unit=own.name, unit_type="医院")
    address = upload(office, world, sheet([row])).location
    work(app, session)
    office.submit(f"{address}/write", page=address)
    make_demand(world, DemandState.DRAFT, title=row["title"], owner=own)
    work(app, session)
    page = office.get(address)
    assert "检查之后情况有变化" in main_text(page)
    office.submit(f"{address}/check", page=address)
    work(app, session)
    made = newest(session)
    assert (made.check_job.state, [each["code"] for each in made.report["faults"]]) == (
        JobState.DONE,
        ["exists_draft"],
    )
