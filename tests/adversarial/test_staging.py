"""Uploads in pieces, broken lines, strangers, limits, and the sweep that never takes what a row names."""

import hashlib
import io
import os
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.files import FileStore
from app.models.files import StagedUpload, StoredFile
from app.models.records import Attachment
from app.models.states import DemandState
from app.web import storage
from app.web.storage import drop_expired, sweep
from app.workflow.ticking import keep_house
from tests.browsing import FussyClient, text_of
from tests.core.sample_files import PDF
from tests.factories import make_demand
from tests.factories.world import World
from tests.moments import Clock

pytestmark = pytest.mark.both_databases
CHUNK = 2**20
BIG = b"%PDF-1.4\n" + os.urandom(16).hex().encode() * 80_000 + b"\n%%EOF\n"


class Browser:
    """What upload.js does, by hand."""

    def __init__(self, client: FussyClient, url: str, slot: str = "description") -> None:
        self.client, self.url, self.slot = client, url, slot
        page = client.get(url).tree
        box = next(each for each in page.iter("ul") if each.get("data-name") == f"{slot}-kept")
        self.base, self.ticket = box.get("data-upload"), box.get("data-ticket")

    def post(self, path: str = "", body: bytes | None = None, **fields: str):
        headers = {"X-CSRFToken": self.client.token()}
        if body is not None:
            return self.client.post(self.base + path, data=body, headers=headers)
        return self.client.post(self.base + path, data={"ticket": self.ticket} | fields, headers=headers)

    def start(self, content: bytes, name: str = "总体方案.pdf", **fields: str):
        sha256 = hashlib.sha256(content).hexdigest()
        return self.post(name=name, size=str(len(content)), **({"sha256": sha256} | fields))

    def chunk(self, upload_id: str, content: bytes, offset: int):
        return self.post(f"/{upload_id}/chunk?offset={offset}", body=content[offset : offset + CHUNK])

    def send(self, content: bytes, name: str = "总体方案.pdf"):
        upload_id = self.start(content, name).json["id"]
        for offset in range(0, len(content), CHUNK):
            assert self.chunk(upload_id, content, offset).status_code == 200
        return self.post(f"/{upload_id}/finish")

    def kept(self) -> list[str]:
        page = self.client.get(self.url).tree
        return [each.get("value") for each in page.iter("input") if each.get("name") == f"{self.slot}-kept"]


@pytest.fixture
def url(world: World) -> str:
    return f"/demands/{make_demand(world, DemandState.DRAFT).id}/files"


@pytest.fixture
def browser(client: FussyClient, world: World, url: str) -> Browser:
    client.sign_in(world.owner)
    return Browser(client, url)


def test_goes_on_where_it_broke_off(
    browser: Browser, app: Flask, session: Session, client: FussyClient
) -> None:
    upload_id = browser.start(BIG).json["id"]
    assert browser.chunk(upload_id, BIG, 0).json == {"received": CHUNK}
    # The server dies after the bytes reached the disk and before the row knew of them.
    row = session.scalars(select(StagedUpload)).one()
    part = app.extensions["files"].part(row.storage_name)
    part.write_bytes(part.read_bytes() + b"half a chunk")
    session.commit()
    # The page is loaded again: it names what was interrupted, and the same file goes on.
    assert "总体方案.pdf" in text_of(client.get(browser.url).tree)
    assert browser.kept() == []
    again = Browser(client, browser.url)
    assert again.start(BIG).json == {"id": upload_id, "received": CHUNK, "size": len(BIG)}
    assert again.chunk(upload_id, BIG, 0).status_code == 409
    assert client.get(f"/uploads/{upload_id}").json["received"] == CHUNK
    assert again.post(f"/{upload_id}/finish").status_code == 409
    for offset in range(CHUNK, len(BIG), CHUNK):
        assert again.chunk(upload_id, BIG, offset).status_code == 200
    done = again.post(f"/{upload_id}/finish")
    assert (done.status_code, done.json["sha256"]) == (200, hashlib.sha256(BIG).hexdigest())
    assert again.post(f"/{upload_id}/finish").json == done.json
    assert again.kept() == [upload_id]

    assert client.submit(browser.url).status_code == 302
    kept = session.scalars(select(Attachment)).one()
    assert (kept.name, kept.sha256) == ("总体方案.pdf", done.json["sha256"])
    assert session.scalar(select(func.count()).select_from(StagedUpload)) == 0
    with client.get(f"/files/{kept.id}") as answer:
        assert answer.data == BIG


def test_another_file_does_not_go_on_in_its_place(browser: Browser) -> None:
    first = browser.start(BIG).json
    browser.chunk(first["id"], BIG, 0)
    other = BIG[:-7] + b" %%EOF\n"
    assert len(other) == len(BIG)
    assert browser.start(other).json["id"] != first["id"]


def test_changed_or_hostile_content_is_refused_at_the_end(
    browser: Browser, app: Flask, session: Session
) -> None:
    browser.client.get("/language/en")
    upload_id = browser.start(PDF, sha256="0" * 64).json["id"]
    browser.chunk(upload_id, PDF, 0)
    changed = browser.post(f"/{upload_id}/finish")
    assert (changed.status_code, changed.json["code"]) == (422, "file_changed")
    hostile = browser.send(PDF.replace(b"/Root", b"/Encrypt 5 0 R /Root"), "加密.pdf")
    assert hostile.json == {
        "code": "file_encrypted",
        "error": "“加密.pdf”: The file is encrypted or protected by a password. Remove the protection first.",
    }
    assert session.scalar(select(func.count()).select_from(StagedUpload)) == 0
    assert [path for path in Path(app.config["FILES_DIR"]).rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "程序.exe", "size": "10"}, "file_kind"),
        ({"name": "空.pdf", "size": "0"}, "file_empty"),
        ({"name": "大.pdf", "size": str(20 * 2**20 + 1)}, "file_too_large"),
    ],
)
def test_limits_are_those_of_the_form(browser: Browser, fields: dict[str, str], code: str) -> None:
    answer = browser.post(**fields)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_takes_no_chunk_that_is_too_large_or_too_much(browser: Browser) -> None:
    upload_id = browser.start(PDF).json["id"]
    assert browser.post(f"/{upload_id}/chunk?offset=0", body=bytes(CHUNK + 1)).status_code == 413
    assert browser.post(f"/{upload_id}/chunk?offset=0", body=PDF + b"x").status_code == 409
    assert browser.post(f"/{upload_id}/chunk?offset=-1", body=PDF).status_code == 409


def test_is_nobody_elses(browser: Browser, client: FussyClient, world: World, session: Session) -> None:
    upload_id = browser.send(PDF).json["id"]
    part_id = browser.start(BIG).json["id"]
    client.sign_in(world.other_owner)
    for path in (upload_id, part_id):
        assert client.get(f"/uploads/{path}").status_code == 404
        assert browser.post(f"/{path}/remove").status_code == 404
        assert browser.post(f"/{path}/finish").status_code == 404
        assert browser.post(f"/{path}/chunk?offset=0", body=PDF).status_code == 404
    assert browser.start(PDF).status_code == 404, "a ticket is its holder's alone"
    foreign = f"/demands/{make_demand(world, DemandState.DRAFT, owner=world.other_owner_org).id}/files"
    client.get("/language/en")
    stolen = client.post(foreign, data={"csrf_token": client.token(), "description-kept": upload_id})
    assert (stolen.status_code, "no longer kept" in text_of(stolen.tree)) == (422, True)
    assert "总体方案.pdf" not in stolen.text
    client.sign_in(world.owner)
    assert browser.kept() == [upload_id]


def test_belongs_to_its_form_alone(
    browser: Browser, client: FussyClient, world: World, session: Session
) -> None:
    upload_id = browser.send(PDF).json["id"]
    second = f"/demands/{make_demand(world, DemandState.DRAFT).id}/files"
    for address, field in ((second, "description-kept"), (browser.url, "pledge-kept")):
        answer = client.post(address, data={"csrf_token": client.token(), field: upload_id})
        assert answer.status_code == 422
    assert session.scalar(select(func.count()).select_from(Attachment)) == 0


def test_can_be_removed_with_and_without_script(
    browser: Browser, client: FussyClient, session: Session
) -> None:
    first, second = (browser.send(PDF, name).json["id"] for name in ("一.pdf", "二.pdf"))
    assert browser.post(f"/{first}/remove").json == {"removed": True}
    answer = client.submit(browser.url, {"drop_upload": second})
    assert answer.status_code == 422
    assert "二.pdf" not in text_of(answer.tree)
    assert browser.kept() == []
    assert session.scalar(select(func.count()).select_from(Attachment)) == 0


def test_is_used_once(browser: Browser, client: FussyClient, session: Session) -> None:
    upload_id = browser.send(PDF).json["id"]
    sent = {"csrf_token": client.token(), "description-kept": upload_id}
    assert client.post(browser.url, data=sent).status_code == 302
    assert client.post(browser.url, data=sent).status_code == 422
    assert session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_a_unit_may_keep_so_much_and_no_more(browser: Browser, app: Flask, client: FussyClient) -> None:
    client.get("/language/en")
    app.config["UNIT_FILE_BYTES"] = len(PDF) + 10
    assert browser.send(PDF).status_code == 200
    said = "Your unit has used up its 0 MB for files."
    second = browser.start(PDF + b"\n", "二.pdf")
    assert (second.status_code, said in second.json["error"]) == (422, True)
    plain = {"csrf_token": client.token(), "description": (io.BytesIO(PDF), "三.pdf")}
    answer = client.post(browser.url, data=plain, content_type="multipart/form-data")
    assert (answer.status_code, said in text_of(answer.tree)) == (422, True)


def test_a_slot_holds_so_many_and_no_more(
    browser: Browser, client: FussyClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/language/en")
    monkeypatch.setattr("app.web.attachments.MAX_FILES_OF_SLOT", 1)
    browser.send(PDF)
    assert client.submit(browser.url).status_code == 302
    browser.send(PDF + b"\n", "二.pdf")
    full = client.submit(browser.url)
    assert (full.status_code, "At most 1 files can be kept here" in text_of(full.tree)) == (422, True)
    assert len(browser.kept()) == 1
    monkeypatch.setattr("app.web.attachments.MAX_FILES_OF_SLOT", 9)
    monkeypatch.setattr("app.web.attachments.MAX_BYTES_OF_SLOT", len(PDF) + 5)
    assert "together" in text_of(client.submit(browser.url).tree)


def test_uploads_of_one_holder_have_an_end(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MAX_STAGED_BYTES", len(PDF))
    assert browser.send(PDF).status_code == 200
    assert browser.start(PDF, "二.pdf").json["code"] == "staging_full"


def old(store: FileStore, name: str, days: float, now: datetime) -> None:
    moment = (now - timedelta(days=days)).timestamp()
    for path in (store.path(name), store.part(name)):
        if path.exists():
            os.utime(path, (moment, moment))


def test_the_sweep_takes_only_what_is_old_and_named_by_no_row(
    browser: Browser, app: Flask, database: Database, session: Session, clock: Clock
) -> None:
    store: FileStore = app.extensions["files"]
    staged = browser.send(PDF).json["id"]
    part = browser.start(BIG).json["id"]
    names = {str(row.id): row.storage_name for row in session.scalars(select(StagedUpload))}
    session.commit()
    orphan, young, lost_part = (store.save(io.BytesIO(b"x"), limit=9).storage_name for _ in range(3))
    store.path(lost_part).rename(store.part(lost_part))
    for name in [*names.values(), orphan, lost_part]:
        old(store, name, 3, clock.now)
    old(store, young, 0.9, clock.now)
    assert sweep(database, store, clock.now) == 2
    assert not store.exists(orphan)
    assert not store.part(lost_part).exists()
    assert store.exists(young)
    assert store.exists(names[staged])
    assert store.part(names[part]).exists()
    clock.advance(days=3)
    assert drop_expired(session, clock.now) == 2
    assert session.scalar(select(func.count()).select_from(StagedUpload)) == 0
    session.commit()
    assert sweep(database, store, clock.now) == 3
    assert session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_the_sweep_races_with_forms_that_take_uploads(
    browser: Browser, client: FussyClient, app: Flask, database: Database, session: Session, clock: Clock
) -> None:
    """While files pass from staged rows to attachments, the sweep runs without pause and takes none of them."""
    store: FileStore = app.extensions["files"]
    stop, swept, faults = threading.Event(), [], []

    def run() -> None:
        while not stop.is_set():
            try:
                swept.append(sweep(database, store, clock.now))
            except Exception as fault:
                faults.append(fault)

    worker = threading.Thread(target=run)
    worker.start()
    try:
        for number in range(6):
            browser.send(PDF + b"\n" * number, f"{number}.pdf")
            for name in session.scalars(select(StagedUpload.storage_name)):
                old(store, name, 3, clock.now)
            session.commit()
            assert client.submit(browser.url).status_code == 302
    finally:
        stop.set()
        worker.join()
    assert (faults, sum(swept)) == ([], 0)
    assert len(swept) > 6
    rows = session.scalars(select(Attachment)).all()
    assert len(rows) == 6
    assert all(store.exists(row.storage_name) for row in rows)


def test_keep_house_looks_after_the_store(
    browser: Browser, app: Flask, database: Database, session: Session, clock: Clock
) -> None:
    browser.send(PDF)
    clock.advance(days=3)
    session.commit()
    with app.app_context():
        assert keep_house(database, clock.now) >= 1
    assert session.scalar(select(func.count()).select_from(StagedUpload)) == 0


def test_survives_the_end_of_a_sign_in(browser: Browser, client: FussyClient, world: World) -> None:
    upload_id = browser.send(PDF).json["id"]
    client.sign_out()
    expired = browser.post(f"/{upload_id}/chunk?offset=0", body=PDF)
    assert (expired.status_code, "/sign-in" in expired.location) == (302, True)
    client.sign_in(world.owner)
    assert browser.kept() == [upload_id]
