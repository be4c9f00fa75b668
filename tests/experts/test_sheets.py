"""Experts and credit lists from spreadsheets, on both databases; the pool as a file."""

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import jobs
from app.bids.credit_sheets import COLUMNS as CREDIT
from app.experts.importing import COLUMNS as EXPERTS
from app.models.bids import CreditListing
from app.models.jobs import SheetImport
from app.models.records import Event
from app.models.reviews import Expert
from app.web.context import job_tools
from tests.browsing import FussyClient
from tests.factories import World, make_user

pytestmark = pytest.mark.both_databases


def sheet(columns: Any, rows: list[dict[str, Any]]) -> BytesIO:
    book = openpyxl.Workbook()
    book.active.append([column.zh for column in columns])
    for row in rows:
        book.active.append([row.get(column.id) for column in columns])
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def work(app: Any, session: Session) -> None:
    session.commit()
    with app.app_context():
        jobs.run_due(job_tools(app))
    session.expire_all()


def checked(app: Any, client: FussyClient, session: Session, url: str, data: dict[str, Any]) -> SheetImport:
    address = client.submit(url, data).location
    work(app, session)
    assert client.get(address).status_code == 200
    return session.scalars(select(SheetImport).order_by(SheetImport.created_at.desc(), SheetImport.id)).all()[
        -1
    ]


def said(made: SheetImport) -> set[tuple[int, str, str]]:
    return {(each["row"], each["id"], each["code"]) for each in made.report["faults"]}


def expert_row(person: Any, **changed: Any) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "unit_name": "江城示例大学",
        "region": "武汉市",
        "kind": "technical",
        "fields": "F08；智慧教育",
        "max_load": 6,
    } | changed


def test_take_experts_in_from_a_sheet(app: Any, client: FussyClient, world: World, session: Session) -> None:
    fresh = [make_user(world, name=f"新专家{letter}") for letter in "甲乙"]
    seated = world.experts[0].user
    client.sign_in(world.organizer)
    bad = [
        expert_row(fresh[0]),
        expert_row(fresh[1], name="别人"),
        expert_row(fresh[0]),
        expert_row(seated),
        expert_row(world.supervisor),
        expert_row(fresh[1], email="nobody@test.example"),
        expert_row(fresh[1], fields="F99", email="x"),
    ]
    made = checked(app, client, session, "/experts/import", {"file": (sheet(EXPERTS, bad), "专家.xlsx")})
    assert said(made) == {
        (3, "name", "other_name"),
        (4, "email", "expert_twice"),
        (5, "email", "expert_twice"),
        (6, "email", "expert_supervises"),
        (7, "email", "no_account"),
        (8, "email", "email_wrong"),
        (8, "fields", "code_unknown"),
    }
    good = sheet(EXPERTS, [expert_row(each) for each in fresh])
    made = checked(app, client, session, "/experts/import", {"file": (good, "专家.xlsx")})
    pages = [each for each in session.scalars(select(SheetImport)) if each.is_clean]
    address = f"/imports/{pages[0].id}"
    client.submit(f"{address}/write", page=address)
    work(app, session)
    taken = session.scalars(select(Expert).where(Expert.user_id.in_([each.id for each in fresh]))).all()
    assert {(each.unit_name, tuple(each.fields), each.max_load) for each in taken} == {
        ("江城示例大学", ("F08", "F07"), 6)
    }
    assert len({each.number for each in session.scalars(select(Expert))}) == len(world.experts) + 2
    events = session.scalars(select(Event).where(Event.action == "enroll")).all()
    assert {each.thing_id for each in events} >= {each.id for each in taken}
    assert client.get(f"/experts/{taken[0].id}").status_code == 200


def test_give_the_pool_out_with_masked_phones(client: FussyClient, world: World) -> None:
    world.experts[0].user.phone = "13812345678"
    client.sign_in(world.organizer)
    page = openpyxl.load_workbook(BytesIO(client.get("/experts/pool.xlsx").data))["专家库"]
    header = [cell.value for cell in page[1]]
    assert header == ["编号", "姓名", "单位", "职称", "专业领域", "手机", "是否在库", "入库时间"]
    values = [[cell.value for cell in row] for row in page.iter_rows(min_row=3)]
    assert len(values) == len(world.experts)
    assert "138****5678" in [row[5] for row in values]
    one = client.get("/experts/pool.xlsx?q=" + world.experts[0].number)
    assert openpyxl.load_workbook(BytesIO(one.data))["专家库"].max_row == 3
    for other in (world.supervisor, world.owner, world.bidder):
        assert client.sign_in(other).get("/experts/pool.xlsx").status_code == 403


def test_replace_a_credit_list_from_a_sheet(
    app: Any, client: FussyClient, world: World, session: Session
) -> None:
    code, other = world.bidder_org.uscc, world.owner_org.uscc
    client.sign_in(world.organizer)
    assert len(openpyxl.load_workbook(BytesIO(client.get("/credit-lists/template").data)).sheetnames) == 2
    data = {"list_code": "serious", "listed_on": "2026-03-01"}
    bad = sheet(
        CREDIT,
        [
            {"uscc": code, "name": "甲"},
            {"uscc": code, "name": "乙"},
            {"uscc": 9.1e17, "name": "丙"},
            {"uscc": other},
        ],
    )
    made = checked(app, client, session, "/credit-lists", data | {"file": (bad, "名单.xlsx")})
    assert said(made) == {
        (3, "uscc", "listed_twice"),
        (4, "uscc", "uscc_ruined"),
        (5, "name", "required"),
    }
    good = sheet(CREDIT, [{"uscc": code, "name": "甲", "reason": "失信"}])
    checked(app, client, session, "/credit-lists", data | {"file": (good, "名单.xlsx")})
    clean = next(each for each in session.scalars(select(SheetImport)) if each.is_clean)
    address = f"/imports/{clean.id}"
    client.submit(f"{address}/write", page=address)
    work(app, session)
    [listing] = session.scalars(select(CreditListing)).all()
    assert (listing.uscc, listing.list_code, listing.reason, listing.listed_on) == (
        code,
        "serious",
        "失信",
        date(2026, 3, 1),
    )
    assert client.get("/credit-lists").status_code == 200
    assert client.sign_in(world.owner).get("/credit-lists/template").status_code == 403
