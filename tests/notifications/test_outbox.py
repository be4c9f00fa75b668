"""Inbox and outbox: wording in the reader's language, one delivery, patience with failures, safe headers."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.records import Mail, Message
from app.notifications import delivery
from app.notifications.delivery import deliver
from app.notifications.services import notify, send_mail
from tests.browsing import FussyClient, text_of
from tests.factories import World, make_demand
from tests.moments import Clock


def sent(app: Flask) -> list[EmailMessage]:
    """The mails in the sink, oldest first."""
    folder = Path(app.config["MAIL_DIR"])
    files = sorted(folder.glob("*.eml")) if folder.exists() else []
    return [message_from_bytes(each.read_bytes(), policy=policy.default) for each in files]


def tell_owner(session: Session, world: World, title: str = "江汉油田设备巡检", **more: str) -> Message:
    [message] = notify(
        session,
        [world.owner.id],
        "demand.approve",
        now=world.now,
        data={"title": title, "number": "HB-1"} | more,
    )
    return message


def test_send_a_message_in_the_receivers_language(app: Flask, session: Session, world: World) -> None:
    tell_owner(session, world)
    world.owner.locale = "en"
    tell_owner(session, world)
    session.commit()
    assert deliver(app, world.now) == 2
    mails = {mail["Subject"]: mail for mail in sent(app)}
    assert set(mails) == {
        "需求已列入拟发榜清单：江汉油田设备巡检",
        "Demand approved for listing: 江汉油田设备巡检",
    }
    english = mails["Demand approved for listing: 江汉油田设备巡检"]
    assert english["To"] == world.owner.email
    assert "Hello 游若水," in english.get_content()
    assert "http://localhost/inbox/" in english.get_content()


@pytest.mark.both_databases
def test_send_each_mail_once(app: Flask, session: Session, world: World) -> None:
    tell_owner(session, world)
    session.commit()
    assert (deliver(app, world.now), deliver(app, world.now)) == (1, 0)
    assert len(sent(app)) == 1


def test_pass_over_those_who_want_no_mail_or_have_no_open_account(
    app: Flask, session: Session, world: World
) -> None:
    world.owner.wants_mail = False
    world.bidder.disabled_at = world.now
    world.finance.email_confirmed_at = None
    receivers = [world.owner.id, world.bidder.id, world.finance.id]
    messages = notify(session, receivers, "demand.approve", now=world.now, data={})
    assert [each.user_id for each in messages] == [world.owner.id]
    assert session.scalars(select(Mail)).all() == []


def test_erase_a_secret_once_it_has_left(app: Flask, session: Session, world: World) -> None:
    mail = send_mail(
        session,
        world.owner.email,
        "reset_password",
        locale="zh_Hans_CN",
        now=world.now,
        data={"secret": "s3cret"},
        user_id=world.owner.id,
    )
    session.commit()
    deliver(app, world.now)
    session.refresh(mail)
    assert mail.data == {}
    assert "http://localhost/reset/s3cret" in sent(app)[0].get_content()


def test_try_again_after_a_growing_wait(
    app: Flask, session: Session, world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise OSError("no space")

    tell_owner(session, world)
    session.commit()
    with monkeypatch.context() as edge:
        edge.setattr(delivery, "_send", broken)
        assert deliver(app, clock.now) == 0
        assert deliver(app, clock.advance(seconds=59)) == 0
        assert deliver(app, clock.advance(seconds=1)) == 0
    mail = session.scalars(select(Mail)).one()
    assert (mail.attempts, mail.last_error, mail.due_at) == (2, "OSError", clock.now + timedelta(minutes=2))
    session.rollback()
    assert deliver(app, clock.advance(minutes=2)) == 1


def test_keep_the_others_when_one_cannot_be_sent(app: Flask, session: Session, world: World) -> None:
    send_mail(session, "a@b\nBcc: x@y.example", "known_address", locale="en", now=world.now, data={})
    tell_owner(session, world)
    session.commit()
    assert deliver(app, world.now) == 1
    assert [mail["To"] for mail in sent(app)] == [world.owner.email]


@pytest.mark.both_databases
def test_take_over_a_lease_that_has_ended(app: Flask, session: Session, world: World, clock: Clock) -> None:
    tell_owner(session, world)
    session.commit()
    database = app.extensions["database"]
    assert len(delivery._lease(database, clock.now)) == 1
    assert deliver(app, clock.advance(minutes=4, seconds=59)) == 0
    assert deliver(app, clock.advance(seconds=1)) == 1


def test_keep_line_ends_out_of_headers(app: Flask, session: Session, world: World) -> None:
    world.owner.name = "游若水\r\nBcc: a@b.example"
    tell_owner(session, world, title="巡检\r\nBcc: victim@b.example\r\n\r\n正文")
    session.commit()
    deliver(app, world.now)
    [mail] = sent(app)
    assert mail["Bcc"] is None
    assert mail["Subject"].endswith("巡检")
    assert mail.keys() == [
        "Subject",
        "From",
        "To",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    ]


def test_take_links_from_the_public_address(app: Flask, session: Session, world: World) -> None:
    app.config["PUBLIC_URL"] = "https://jiebang.example"
    tell_owner(session, world)
    session.commit()
    deliver(app, world.now)
    assert "https://jiebang.example/inbox/" in sent(app)[0].get_content()


def test_print_mails_on_the_console(
    app: Flask, session: Session, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    app.config["MAIL"] = "console"
    tell_owner(session, world)
    session.commit()
    assert deliver(app, world.now) == 1
    assert "To: owner@test.example" in capsys.readouterr().out
    assert sent(app) == []


def test_read_an_own_message_and_go_where_it_leads(
    client: FussyClient, session: Session, world: World
) -> None:
    demand = make_demand(world)
    [message] = notify(
        session, [world.owner.id], "demand.approve", now=world.now, data={"title": demand.title}, thing=demand
    )
    client.sign_in(world.bidder)
    assert client.get(f"/inbox/{message.id}").status_code == 404
    client.sign_in(world.owner)
    page = client.get("/inbox")
    assert demand.title in text_of(page.tree.find(".//main"))  # type: ignore[attr-defined]
    answer = client.get(f"/inbox/{message.id}")
    session.rollback()
    assert answer.location == f"/demands/{demand.id}"
    assert session.get_one(Message, message.id).read_at == world.now


def test_mark_all_own_messages_as_read(client: FussyClient, session: Session, world: World) -> None:
    notify(session, [world.owner.id, world.bidder.id], "demand.approve", now=world.now, data={})
    client.sign_in(world.owner)
    assert client.submit("/inbox/read", page="/inbox").location == "/inbox"
    session.rollback()
    unread = session.scalars(select(Message.user_id).where(Message.read_at.is_(None)))
    assert list(unread) == [world.bidder.id]


@pytest.mark.parametrize("path", ["/inbox", "/inbox?unread=1", "/inbox?page=99"])
def test_show_an_empty_inbox(client: FussyClient, world: World, path: str) -> None:
    client.sign_in(world.owner)
    assert client.get(path).status_code == 200
