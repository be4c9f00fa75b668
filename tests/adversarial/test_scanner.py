"""What the site does with what the malware scanner says, or does not say."""

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.files import FileStore
from app.core.scanner import Scanner, Verdict
from app.models.files import ScanState, StagedUpload, StoredFile
from app.models.procedure_codes import Visibility
from app.models.records import Attachment
from app.models.states import DemandState
from app.web.storage import scan_again
from config import Config, ConfigError
from tests.adversarial.clamd import Clamd, eicar, running_clamd
from tests.browsing import FussyClient, text_of
from tests.core.sample_files import PDF
from tests.factories import make_demand
from tests.factories.world import World
from tests.moments import Clock

INFECTED = PDF.replace(b"trailer", b"% " + eicar() + b"\ntrailer")


@pytest.fixture
def clamd():
    with running_clamd() as server:
        yield server


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample"
    path.write_bytes(PDF * 2000)
    return path


def test_asks_by_stream(clamd: Clamd, sample: Path) -> None:
    assert Scanner(clamd.address).scan(sample) == Verdict("clean")
    assert clamd.heard == sample.read_bytes()
    sample.write_bytes(eicar())
    assert Scanner(clamd.address).scan(sample) == Verdict("infected", "Eicar-Signature")


@pytest.mark.parametrize("mood", ["slow", "broken", "gone", "limited"])
def test_never_takes_a_failing_scanner_for_a_clean_file(mood: str, clamd: Clamd, sample: Path) -> None:
    clamd.mood = mood
    assert Scanner(clamd.address, seconds=0.5).scan(sample).code == "pending"


def test_a_scanner_that_is_down_is_told_apart(sample: Path) -> None:
    with running_clamd() as gone:
        address = gone.address
        assert Scanner(address).is_up()
    assert not Scanner(address, seconds=0.5).is_up()
    assert Scanner(address, seconds=0.5).scan(sample).code == "pending"
    assert Scanner(str(sample.with_name("no.socket")), seconds=0.5).scan(sample).code == "pending"


@pytest.mark.parametrize("address", ["localhost", "clamd:port", "relative/path", "http://x:3310"])
def test_refuses_an_address_that_cannot_be_one(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CLAMD_ADDRESS"):
        Config.from_environ({"CLAMD_ADDRESS": address, "VAR_DIR": str(tmp_path), "DEMO": "1"})


def upload(client: FussyClient, url: str, content: bytes):
    client.get("/language/en")
    sent = {"description": (io.BytesIO(content), "图纸.pdf"), "csrf_token": client.token()}
    return client.post(url, data=sent, content_type="multipart/form-data")


@pytest.mark.both_databases
def test_states_from_upload_to_reading(
    app: Flask,
    client: FussyClient,
    world: World,
    session: Session,
    clamd: Clamd,
    database: Database,
    clock: Clock,
) -> None:
    demand = make_demand(world, DemandState.DRAFT)
    url = f"/demands/{demand.id}/files"
    client.sign_in(world.owner)
    assert upload(client, url, PDF).status_code == 302
    assert "no malware scanner" in text_of(client.get(url).tree)
    assert states(session) == [ScanState.NOT_SCANNED]

    app.config.update(CLAMD_ADDRESS=clamd.address, CLAMD_SECONDS=1)
    refused = upload(client, url, INFECTED)
    assert refused.status_code == 422
    assert "“图纸.pdf”: The malware scanner found Eicar-Signature in the file." in text_of(refused.tree)
    assert session.scalars(select(StagedUpload)).all() == []
    assert "no malware scanner" not in text_of(client.get(url).tree)

    clamd.mood = "broken"
    assert upload(client, url, PDF + b"\n").status_code == 302
    row = session.scalars(select(Attachment).order_by(Attachment.created_at, Attachment.size)).all()[-1]
    listing = make_demand(world, DemandState.OPEN)
    row.thing_id, row.visibility = listing.id, Visibility.PUBLIC
    assert session.get_one(StoredFile, row.storage_name).scan is ScanState.PENDING
    with client.get(f"/files/{row.id}") as own:
        assert (own.status_code, own.data) == (200, PDF + b"\n")
    client.sign_in(world.bidder).get("/language/en")
    for address in (f"/files/{row.id}", f"/files/{row.id}/view", f"/files/{row.id}/pages/1.png"):
        shut = client.get(address)
        assert (shut.status_code, "not been scanned" in text_of(shut.tree)) == (409, True), address
    page = client.get(f"/demands/{listing.id}")
    assert "scan for malware still to come" in text_of(page.tree)

    clamd.mood = "well"
    store: FileStore = app.extensions["files"]
    session.commit()
    assert scan_again(database, store, Scanner(clamd.address), clock.advance(minutes=6)) == 2
    assert set(states(session)) == {ScanState.CLEAN}
    assert scan_again(database, store, Scanner(clamd.address), clock.advance(minutes=6)) == 0
    with client.get(f"/files/{row.id}") as opened:
        assert opened.status_code == 200

    client.sign_in(world.owner)
    clamd.mood = "broken"
    assert upload(client, url, INFECTED).status_code == 302
    late = session.scalars(select(Attachment).where(Attachment.size == len(INFECTED))).one()
    clamd.mood = "well"
    session.commit()
    assert scan_again(database, store, Scanner(clamd.address), clock.advance(minutes=6)) == 1
    client.get("/language/en")
    found = client.get(f"/files/{late.id}")
    assert (found.status_code, "kept closed" in text_of(found.tree)) == (409, True)


def states(session: Session) -> list[ScanState]:
    session.expire_all()
    return [each.scan for each in session.scalars(select(StoredFile))]


def test_readyz_tells_of_the_scanner(app: Flask, client: FussyClient, clamd: Clamd) -> None:
    assert client.get("/readyz").json["scanner"] == "none"
    app.config.update(CLAMD_ADDRESS=clamd.address)
    assert client.get("/readyz").json["scanner"] == "up"
    app.config.update(CLAMD_ADDRESS="127.0.0.1:9", CLAMD_SECONDS=1)
    assert client.get("/readyz").json["scanner"] == "down"
