"""Hostile uploads are refused by their own reason in both languages, and the rest of the form survives all of them."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bids import services as bid_services
from app.core.inspection import DOCUMENTS, inspect
from app.core.refused_files import FileRefused
from app.models.bids import BidFile
from app.models.procedure_codes import Role
from app.models.records import Attachment
from app.models.states import DemandState, MilestoneState
from tests.adversarial.hostile_files import hostile
from tests.browsing import FussyClient, text_of
from tests.core.sample_files import PDF, make_office, make_png
from tests.factories import make_demand, make_milestone
from tests.factories.world import World

LANGUAGES = ["zh_Hans_CN", "en"]
HOSTILE = hostile()
WRONG_KIND = {
    "工具.exe": b"MZ",
    "页面.html": b"<html>",
    "图.svg": b"<svg/>",
    "宏.docm": b"PK\x03\x04",
    "无扩展名": PDF,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_has_its_own_reason(name: str, tmp_path: Path) -> None:
    content, code = HOSTILE[name]
    assert refusal(name, content, tmp_path).code == code


def refusal(name: str, content: bytes, folder: Path) -> FileRefused:
    """Why the site refuses the file, when asked without any page."""
    path = folder / "upload"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as caught:
        inspect(path, name, allowed=DOCUMENTS)
    return caught.value


class Page:
    """A form with a slot for several files, sent again and again with one hostile file after the other."""

    def __init__(self, client: FussyClient, app: Flask, url: str, slot: str, tmp_path: Path) -> None:
        self.client, self.app, self.url, self.slot, self.folder = client, app, url, slot, tmp_path

    def send(self, typed: dict[str, Any], *uploads: tuple[bytes, str], kept: list[str] | None = None) -> Any:
        data = typed | {"csrf_token": self.client.token(), f"{self.slot}-kept": kept or []}
        data[self.slot] = [(io.BytesIO(content), name) for content, name in uploads]
        answer = self.client.post(self.url, data=data, content_type="multipart/form-data")
        answer.request.environ["wsgi.input"].close()  # The test client lays large bodies into a file.
        return answer

    def kept(self, answer: Any) -> list[str]:
        """The ids of the uploads that the page says it has."""
        return [
            each.get("value") for each in answer.tree.iter("input") if each.get("name") == f"{self.slot}-kept"
        ]

    def survive(self, typed: dict[str, str], good: tuple[bytes, str], locale: str) -> list[str]:
        """Send the good file once, with the first of the hostile ones; then every other. What is kept at the end."""
        self.client.get(f"/language/{locale}")
        kept: list[str] = []
        for name, (content, code) in HOSTILE.items():
            answer = self.send(typed, *([] if kept else [good]), (content, name), kept=kept)
            assert answer.status_code == 422, f"{name} answers {answer.status_code}"
            shown = text_of(answer.tree)
            assert self.sentence(name, content, locale) in shown, f"{name} ({code}): {shown[:600]}"
            assert good[1] in shown, f"the good file is lost beside {name}"
            kept = self.kept(answer)
            assert len(kept) == 1, f"{name}: {kept}"
            self.assert_typed(answer, typed)
        for name, content in WRONG_KIND.items():
            answer = self.send(typed, (content, name), kept=kept)
            assert (answer.status_code, self.kept(answer)) == (422, kept), name
            assert f"“{name}”" in text_of(answer.tree)
        return kept

    def sentence(self, name: str, content: bytes, locale: str) -> str:
        with self.app.test_request_context(), force_locale(locale):
            if not content:
                return f"“{name}”是空文件" if locale != "en" else f"“{name}” is empty"
            reason = str(refusal(name, content, self.folder).wording)
        assert bool(re.search("[一-鿿]", reason.replace(name, ""))) is (locale != "en"), (
            f"not in {locale}: {reason}"
        )
        return reason

    def assert_typed(self, answer: Any, typed: dict[str, str]) -> None:
        for name, text in typed.items():
            area = answer.tree.find(f".//textarea[@name='{name}']")
            assert area is not None, name
            assert (area.text or "").strip() == text


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_files_of_a_demand_survive(
    client: FussyClient, app: Flask, world: World, session: Session, tmp_path: Path, locale: str
) -> None:
    demand = make_demand(world, DemandState.DRAFT)
    client.sign_in(world.owner)
    page = Page(client, app, f"/demands/{demand.id}/files", "description", tmp_path)
    kept = page.survive({}, (make_office("docx"), "接口清单.docx"), locale)
    assert page.send({}, kept=kept).status_code == 302
    rows = session.scalars(select(Attachment).where(Attachment.thing_id == demand.id)).all()
    assert [row.name for row in rows] == ["接口清单.docx"]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_files_of_a_bid_survive(
    client: FussyClient, app: Flask, world: World, session: Session, tmp_path: Path, locale: str
) -> None:
    demand = make_demand(world, DemandState.OPEN)
    bid = bid_services.start_bid(session, demand, by=world.actor(Role.BIDDER), now=world.now)
    client.sign_in(world.bidder)
    page = Page(client, app, f"/bids/{bid.id}/files/cases", "file_cases", tmp_path)
    kept = page.survive({}, (PDF, "同类案例.pdf"), locale)
    assert page.send({}, kept=kept).status_code == 302
    assert [row.name for row in session.scalars(select(BidFile))] == ["同类案例.pdf"]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_report_with_evidence_survives(
    client: FussyClient, app: Flask, world: World, session: Session, tmp_path: Path, locale: str
) -> None:
    milestone = make_milestone(world)
    client.sign_in(world.bidder)
    page = Page(client, app, f"/milestones/{milestone.id}/submit", "evidence", tmp_path)
    typed = {"report": "已完成原型系统，三家医院试用，详见附件。"}
    kept = page.survive(typed, (make_png(), "现场照片.png"), locale)
    assert page.send(typed | {"measured_0": "95.6 %"}, kept=kept).status_code == 302
    assert milestone.state is MilestoneState.SUBMITTED
    assert [row.name for row in session.scalars(select(Attachment))] == ["现场照片.png"]


def test_too_large_is_refused_by_name_and_size(
    client: FussyClient, app: Flask, world: World, tmp_path: Path
) -> None:
    demand = make_demand(world, DemandState.DRAFT)
    client.sign_in(world.owner)
    page = Page(client, app, f"/demands/{demand.id}/files?lang=en", "description", tmp_path)
    client.get("/language/en")
    answer = page.send({}, (b"%PDF-1.4\n" + bytes(20 * 2**20), "全部图纸.pdf"))
    assert (answer.status_code, page.kept(answer)) == (422, [])
    assert "“全部图纸.pdf” is larger than 20 MB" in text_of(answer.tree)
