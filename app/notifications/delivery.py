"""Sending what stands in the outbox: after the commit, at least once, by a worker of which there may be several.

A mail is leased first, so that two workers do not both send it; one that died with a lease is taken over when the lease
ends. A failure is tried again after a growing wait."""

import logging
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask_babel import force_locale
from jinja2 import TemplateNotFound
from sqlalchemy import or_, select

from app.core.db import Database
from app.core.i18n import LOCALES, _
from app.core.text import clean_line
from app.models.accounts import User
from app.models.procedure_codes import Role
from app.models.records import Mail
from app.notifications.wording import headline

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
MAX_ATTEMPTS = 10
BATCH = 100
ROLE_LABELS = {role.value: role.label for role in Role}
LINKS = {
    "confirm_email": "/confirm/{secret}",
    "reset_password": "/reset/{secret}",
    "invitation": "/invitation/{secret}",
    "known_address": "/sign-in",
    "password_changed": "/forgotten",
}
"""Where the link of a mail leads; any other kind is a message, which opens through the inbox."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A leased mail, taken out of the database to be sent without a transaction."""

    id: UUID
    address: str
    locale: str
    kind: str
    data: dict[str, Any]
    name: str


def deliver(app: Flask, now: datetime) -> int:
    """Send what is due. Returns how many mails left."""
    database: Database = app.extensions["database"]
    sent = 0
    for letter in _lease(database, now):
        try:
            _send(app, render(app, letter, now), now)
        except Exception as error:
            # Whatever went wrong with one mail must not keep the others.
            log.warning("mail %s not sent: %s", letter.id, type(error).__name__)
            _note_failure(database, letter.id, type(error).__name__, now)
        else:
            _note_sent(database, letter.id, now)
            sent += 1
    return sent


def render(app: Flask, letter: Letter, now: datetime) -> EmailMessage:
    """The mail in the receiver's language. The first line of the template is the subject."""
    with app.app_context(), force_locale(letter.locale if letter.locale in LOCALES else "zh_Hans_CN"):
        values = _values(app, letter)
        text = _template(app, letter.kind).render(values).strip()
        subject, _break, body = text.partition("\n")
        framed = app.jinja_env.get_template("emails/frame.txt").render(values | {"body": body.strip()})
    message = EmailMessage(policy=policy.SMTP)
    # A line end in a name or title must not become a header: one line, and the policy refuses what is left.
    message["Subject"] = clean_line(subject)
    message["From"] = app.config["MAIL_FROM"]
    message["To"] = letter.address
    message["Date"] = now
    message["Message-ID"] = f"<{letter.id}@{app.config['MAIL_FROM'].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(framed)
    return message


def _values(app: Flask, letter: Letter) -> dict[str, Any]:
    base = str(app.config["PUBLIC_URL"]).rstrip("/")
    path = LINKS.get(letter.kind, "/inbox/{message}")
    role = letter.data.get("role")
    return {
        "title": "",
        "number": "",
        **letter.data,
        "role": ROLE_LABELS.get(str(role), ""),
        "headline": headline(letter.kind),
        "name": clean_line(letter.name),
        "site": _("AI Scenario Open Competition Platform"),
        "home": base + "/",
        "url": base
        + path.format(secret=letter.data.get("secret", ""), message=letter.data.get("message", "")),
    }


def _template(app: Flask, kind: str) -> Any:
    try:
        return app.jinja_env.get_template(f"emails/{kind}.txt")
    except TemplateNotFound:
        return app.jinja_env.get_template("emails/message.txt")


def _lease(database: Database, now: datetime) -> list[Letter]:
    due = (
        select(Mail)
        .where(
            Mail.sent_at.is_(None),
            Mail.due_at <= now,
            Mail.attempts < MAX_ATTEMPTS,
            or_(Mail.leased_until_at.is_(None), Mail.leased_until_at <= now),
        )
        .order_by(Mail.due_at, Mail.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    with database.unit() as session:
        mails = list(session.scalars(due))
        ids = {mail.user_id for mail in mails if mail.user_id}
        rows = session.execute(select(User.id, User.name).where(User.id.in_(ids))).all() if ids else []
        names: dict[UUID | None, str] = {row[0]: row[1] for row in rows}
        for mail in mails:
            mail.leased_until_at = now + LEASE
            mail.attempts += 1
        return [
            Letter(
                mail.id, mail.address, mail.locale, mail.kind, dict(mail.data), names.get(mail.user_id, "")
            )
            for mail in mails
        ]


def _note_sent(database: Database, mail_id: UUID, now: datetime) -> None:
    with database.unit() as session:
        mail = session.get_one(Mail, mail_id)
        mail.sent_at = now
        mail.leased_until_at = None
        mail.last_error = None
        mail.data = {name: value for name, value in mail.data.items() if name != "secret"}


def _note_failure(database: Database, mail_id: UUID, fault: str, now: datetime) -> None:
    with database.unit() as session:
        mail = session.get_one(Mail, mail_id)
        mail.leased_until_at = None
        mail.last_error = fault
        mail.due_at = now + min(FIRST_WAIT * 2 ** (mail.attempts - 1), LONGEST_WAIT)
        if mail.attempts >= MAX_ATTEMPTS:
            mail.data = {name: value for name, value in mail.data.items() if name != "secret"}


def _send(app: Flask, message: EmailMessage, now: datetime) -> None:
    if app.config["MAIL"] == "console":
        sys.stdout.write(f"{message.as_string(policy=policy.default)}\n")
        sys.stdout.flush()
        return
    folder = Path(app.config["MAIL_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{now.strftime('%Y%m%dT%H%M%S%f')}-{message['Message-ID'].strip('<>').partition('@')[0]}.eml"
    fresh = folder / f".{name}"
    fresh.write_bytes(message.as_bytes())
    fresh.rename(folder / name)
