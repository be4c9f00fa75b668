"""Looking into files: drawn anew for whoever may download them, recorded, stored nowhere, and never at any price."""

import io
from pathlib import Path
from time import monotonic

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bids import services as bid_services
from app.core import rendering
from app.models.bids import BidFile
from app.models.procedure_codes import Role, Visibility
from app.models.records import Attachment, Event
from app.models.states import DemandState
from seed.demo.pdf import small_pdf
from tests.browsing import FussyClient
from tests.core.sample_files import PDF
from tests.factories import make_demand
from tests.factories.world import World

GPS = {1: "N", 2: (30.0, 35.0, 0.0), 3: "E", 4: (114.0, 18.0, 0.0)}


def photograph(width: int = 60, height: int = 40) -> bytes:
    """A JPEG as a telephone makes it: lying on its side, with place and device."""
    picture = Image.new("RGB", (width, height), (200, 30, 30))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "Huawei", GPS
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"taken at home")
    return out.getvalue()


def put(client: FussyClient, url: str, slot: str, content: bytes, name: str):
    sent = {slot: (io.BytesIO(content), name), "csrf_token": client.token()}
    answer = client.post(url, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return answer


@pytest.mark.both_databases
def test_shows_pages_to_those_who_may_download(
    client: FussyClient, world: World, session: Session, app: Flask
) -> None:
    demand = make_demand(world, DemandState.DRAFT)
    client.sign_in(world.owner)
    put(client, f"/demands/{demand.id}/files", "description", small_pdf("接口清单"), "接口清单.pdf")
    row = session.scalars(select(Attachment)).one()
    page = client.get(f"/files/{row.id}/view?page=99")
    picture = page.tree.find(".//main//img")
    assert picture.get("src") == f"/files/{row.id}/pages/1.png"
    assert "接口清单.pdf" in picture.get("alt")
    before = sorted(Path(app.config["FILES_DIR"]).rglob("*"))
    with client.get(picture.get("src")) as drawn:
        assert Image.open(io.BytesIO(drawn.data)).format == "PNG"
        assert drawn.headers["Cache-Control"] == "no-store"
        assert drawn.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert drawn.headers["X-Content-Type-Options"] == "nosniff"
    assert sorted(Path(app.config["FILES_DIR"]).rglob("*")) == before
    read = [each.data for each in session.scalars(select(Event).where(Event.action == "read_file"))]
    assert read == [{"sha256": row.sha256, "page": 1}]
    assert client.get(f"/files/{row.id}/pages/2.png").status_code == 404
    client.sign_in(world.bidder)
    for address in ("", "/view", "/pages/1.png"):
        assert client.get(f"/files/{row.id}{address}").status_code == 404


def test_pages_of_a_sealed_bid_are_the_bidders_alone(
    client: FussyClient, world: World, session: Session
) -> None:
    demand = make_demand(world, DemandState.OPEN)
    bid = bid_services.start_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)
    client.sign_in(world.bidder)
    put(client, f"/bids/{bid.id}/files/cases", "file_cases", small_pdf("案例"), "案例.pdf")
    row = session.scalars(select(BidFile)).one()
    base = f"/bids/{bid.id}/files/{row.id}"
    assert client.get(f"{base}/view").status_code == 200
    with client.get(f"{base}/pages/1.png") as drawn:
        assert (drawn.status_code, drawn.headers["Cache-Control"]) == (200, "no-store")
    for person in (world.owner, world.organizer, world.supervisor, world.other_bidder, world.operator):
        client.sign_in(person)
        for address in ("", "/view", "/pages/1.png"):
            assert client.get(base + address).status_code in (403, 404), (person.name, address)


def test_public_pictures_lose_what_the_camera_wrote(
    client: FussyClient, world: World, session: Session
) -> None:
    demand = make_demand(world, DemandState.DRAFT)
    client.sign_in(world.owner)
    put(client, f"/demands/{demand.id}/files", "picture", photograph(), "现场.jpg")
    row = session.scalars(select(Attachment)).one()
    assert row.visibility is Visibility.PUBLIC
    with client.get(f"/files/{row.id}") as answer:
        content = answer.data
    assert (len(content), b"Huawei" in content, b"taken at home" in content) == (row.size, False, False)
    shown = Image.open(io.BytesIO(content))
    assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (40, 60), {})
    with client.get(f"/files/{row.id}/pages/1.png") as drawn:
        assert Image.open(io.BytesIO(drawn.data)).size == (40, 60)


def test_a_picture_that_cannot_be_decoded_is_not_published(client: FussyClient, world: World) -> None:
    demand = make_demand(world, DemandState.DRAFT)
    client.sign_in(world.owner)
    client.get("/language/en")
    good = photograph(400, 400)
    broken = good[:200] + bytes(len(good) - 202) + good[-2:]
    sent = {"picture": (io.BytesIO(broken), "坏.jpg"), "csrf_token": client.token()}
    answer = client.post(f"/demands/{demand.id}/files", data=sent, content_type="multipart/form-data")
    assert (answer.status_code, "“坏.jpg”: The file is damaged" in answer.text) == (422, True)


def test_gives_up_on_what_cannot_be_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "document"
    path.write_bytes(PDF)
    with pytest.raises(rendering.NotRendered):
        rendering.draw(path, "application/pdf", 1)
    with pytest.raises(rendering.NotRendered):
        rendering.draw(path, "application/pdf", rendering.MAX_PAGES + 1)
    path.write_bytes(small_pdf("页"))
    monkeypatch.setattr(rendering, "SECONDS", 0.001)
    began = monotonic()
    with pytest.raises(rendering.NotRendered):
        rendering.draw(path, "application/pdf", 1)
    assert monotonic() - began < 5


def test_draws_no_more_than_a_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "document"
    path.write_bytes(small_pdf("页"))
    monkeypatch.setattr(rendering, "WAIT_SECONDS", 0.01)
    with rendering.AT_A_TIME, rendering.AT_A_TIME, pytest.raises(rendering.Busy):
        rendering.draw(path, "application/pdf", 1)
    assert rendering.draw(path, "application/pdf", 1).read(8) == b"\x89PNG\r\n\x1a\n"


def test_a_huge_page_is_drawn_small(tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(small_pdf("页").replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 14400 14400]"))
    drawn = Image.open(rendering.draw(path, "application/pdf", 1))
    assert drawn.size[0] * drawn.size[1] <= 4_010_000
