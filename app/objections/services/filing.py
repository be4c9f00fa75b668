"""What the objector does: file, follow with a key, ask for a re-examination. No event ever names the objector."""

import secrets
import unicodedata
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.access import ANONYMOUS, Actor
from app.core.clock import day_of
from app.core.digests import sha256_hex
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.core.numbers import objection_number
from app.core.text import clean, clean_line, normalize_for_compare
from app.core.uscc import is_valid, normalize
from app.models.awards import Award, Notice, Objection
from app.models.procedure_codes import HoldReason, NoticeKind, ObjectionType, ObjectorKind
from app.objections import queries
from app.rounds.calendar import work_calendar
from app.workflow import move, record
from app.workflow.holds import set_hold

KEY_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
KEY_LENGTH = 20
MIN_FACTS = 10
ANONYMOUS_NAMES = frozenset(
    {
        "匿名",
        "匿名人",
        "匿名用户",
        "无名",
        "无",
        "保密",
        "某人",
        "某某",
        "群众",
        "anonymous",
        "anon",
        "none",
        "nobody",
        "na",
    }
)


def file_objection(
    session: Session,
    notice: Notice,
    *,
    by: Actor,
    now: datetime,
    objection_type: ObjectionType,
    facts: str,
    objector_kind: ObjectorKind,
    objector_name: str,
    objector_identity: str,
    objector_contact: str,
    evidence_note: str = "",
    wants_secrecy: bool = True,
    award_id: UUID | None = None,
) -> tuple[Objection, str | None]:
    """File an objection within the notice's window. Anyone may, under a real name and with facts.

    Whoever has no account gets a key to follow it with, which is not kept; otherwise the key is None."""
    session.refresh(notice, with_for_update=True)
    refusals = [*_late(notice, now)]
    refusals += _nameless(objector_kind, objector_name, objector_identity, objector_contact)
    if len(normalize_for_compare(facts)) < MIN_FACTS:
        wording = _l("State facts that can be checked: an objection without facts is not admitted.")
        refusals.append(Refusal("facts_missing", wording, "facts"))
    award, problem = _award(session, notice, award_id)
    if refusals or problem:
        raise RuleBroken([*refusals, *problem])
    key = None if by.is_signed_in else new_key()
    objection = Objection(
        number=objection_number(notice.number or "", queries.next_serial(session, notice.id)),
        notice=notice,
        award=award,
        objection_type=objection_type,
        facts=clean(facts),
        evidence_note=clean(evidence_note),
        objector_kind=objector_kind,
        objector_name=clean_line(objector_name),
        objector_identity=normalize(objector_identity),
        objector_contact=clean_line(objector_contact),
        wants_secrecy=wants_secrecy,
        author_id=by.user_id,
        follow_hash=key_hash(key) if key else None,
        filed_at=now,
    )
    session.add(objection)
    session.flush()
    record(session, objection, "file", by=ANONYMOUS, now=now, data={"type": objection_type.value})
    return objection, key


def new_key() -> str:
    """A key that nobody guesses and that can be read out over the telephone."""
    letters = "".join(secrets.choice(KEY_ALPHABET) for _n in range(KEY_LENGTH))
    return "-".join(letters[start : start + 5] for start in range(0, KEY_LENGTH, 5))


def key_hash(key: str) -> str:
    """What is kept of a key, however it was typed."""
    plain = "".join(
        char for char in unicodedata.normalize("NFKC", key).upper() if char.isalnum() and char.isascii()
    )
    return sha256_hex(f"follow:{plain}".encode())


def ask_reexamination(
    session: Session,
    objection: Objection,
    *,
    grounds: str,
    by: Actor,
    now: datetime,
    key: str | None = None,
    follow_hash: str | None = None,
) -> None:
    """Ask for a re-examination of a dismissal: its author may, by account or by key, within the round's working days.

    `follow_hash` stands for a key that was checked before. The award is held again until the re-examination is
    answered, by someone who did not dismiss the objection."""
    is_author = by.user_id is not None and objection.author_id == by.user_id
    given = key_hash(key) if key else follow_hash
    if not is_author and (given is None or given != objection.follow_hash):
        raise NotPermitted()
    if queries.reexamination_until(session, objection) and not queries.can_be_reexamined(
        session, objection, now
    ):
        raise RuleBroken(
            Refusal("reexamination_late", _l("The days for asking for a re-examination are over."))
        )
    objection.reexamination_grounds = clean(grounds)
    move(session, objection, "ask_reexamination", by=ANONYMOUS.as_system(), now=now)
    days = objection.notice.round.objection_reply_wd
    objection.reply_due_on = work_calendar(session).add_workdays(day_of(now), days)
    if objection.award is not None and not objection.award.is_held:
        set_hold(session, objection.award, HoldReason.OBJECTION, by=ANONYMOUS.as_system(), now=now)
    session.flush()


def _late(notice: Notice, now: datetime) -> list[Refusal]:
    if queries.is_in_window(notice, now):
        return []
    wording = _l(
        "Objections are taken from %(first)s to the end of %(last)s, while the notice is in force.",
        first=notice.first_on,
        last=notice.last_on,
    )
    return [Refusal("outside_window", wording)]


def _nameless(kind: ObjectorKind, name: str, identity: str, contact: str) -> list[Refusal]:
    found = []
    plain = normalize_for_compare(name)
    if len(plain) < 2 or plain in ANONYMOUS_NAMES:
        wording = _l("Give your real name: an anonymous objection is not admitted.")
        found.append(Refusal("anonymous", wording, "objector_name"))
    code = normalize(identity)
    if kind is ObjectorKind.UNIT and not is_valid(code):
        wording = _l("Give the unit's unified social credit code; its check character must be right.")
        found.append(Refusal("identity_invalid", wording, "objector_identity"))
    if kind is ObjectorKind.PERSON and not (6 <= len(code) <= 20 and code.isalnum()):
        wording = _l("Give the number of your identity document: 6 to 20 letters and digits.")
        found.append(Refusal("identity_invalid", wording, "objector_identity"))
    if len(normalize_for_compare(contact)) < 5:
        wording = _l("Give a telephone number or an address at which you can be reached.")
        found.append(Refusal("contact_missing", wording, "objector_contact"))
    return found


def _award(session: Session, notice: Notice, award_id: UUID | None) -> tuple[Award | None, list[Refusal]]:
    awards = queries.contested(session, notice)
    if award_id is not None:
        found = next((award for award in awards if award.id == award_id), None)
        problem = Refusal("award_unknown", _l("This award is not on this notice."), "award_id")
        return found, [] if found else [problem]
    if notice.kind is NoticeKind.AWARD and len(awards) == 1:
        return awards[0], []
    return None, []
