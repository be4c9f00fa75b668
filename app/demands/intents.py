"""Match-first (先谈后审): an intent is registered, confirmed, and agreed on by two signatures before the bid."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.digests import digest
from app.core.errors import NotPermitted, NotSeen, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import Lazy, _l
from app.demands import queries
from app.demands.dialogue import check_open
from app.demands.telling import subject
from app.models.codes import Process
from app.models.demands import Demand, Intent
from app.models.procedure_codes import Role
from app.models.records import Attachment
from app.notifications import audiences as to
from app.notifications.services import notify
from app.workflow import record

P = Permission
SCAN = "agreement_scan"
VERSION = 1
CLAUSES: tuple[Lazy, ...] = (
    _l("Both sides have talked about the demand named above and intend to carry it out together."),
    _l(
        "The bidder hands in a bid that carries this agreement. It gives no right to the award: the experts decide."
    ),
    _l("The demand owner may sign such agreements with several bidders, and tells none of them of another."),
    _l("Both keep to themselves what they learnt of each other for this purpose, whatever the outcome."),
    _l(
        "It ends when the listing ends without an award to the bidder, or when the bidder withdraws the intent."
    ),
)


def register_intent(session: Session, demand: Demand, *, statement: str, by: Actor, now: datetime) -> Intent:
    """Register the acting unit's intent under match-first, once; again after it was withdrawn."""
    if by.user_id is None or not can(by, P.INTENT_REGISTER, demand):
        raise NotPermitted()
    check_open(session, demand, now)
    if demand.process is not Process.MATCH_FIRST:
        raise RuleBroken(Refusal("not_match_first", _l("This listing takes bids without a prior intent.")))
    if not statement.strip():
        raise RuleBroken(Refusal("statement_missing", _l("Say what your unit offers."), "statement"))
    intent = _of_unit(session, demand.id, by.organisation_id)
    if intent is not None and intent.withdrawn_at is None:
        raise StateMovedOn(_l("Your unit has registered an intent already."))
    if intent is None:
        intent = Intent(id=uuid4(), demand=demand, organisation_id=by.organisation_id)
        session.add(intent)
    _begin_anew(intent)
    intent.user_id, intent.statement, intent.created_at = by.user_id, statement.strip(), now
    event = record(session, intent, "register", by=by, now=now)
    _tell(session, intent, to.owner(session, demand), event, now=now)
    return intent


def withdraw_intent(session: Session, intent: Intent, *, by: Actor, now: datetime) -> Intent:
    """The bidder takes its intent back before closing; a signed agreement ends with it."""
    _check_own(intent, by)
    check_open(session, intent.demand, now)
    _check_alive(intent)
    intent.withdrawn_at = now
    event = record(session, intent, "withdraw", by=by, now=now)
    _tell(session, intent, to.owner(session, intent.demand), event, now=now)
    return intent


def confirm_intent(session: Session, intent: Intent, *, by: Actor, now: datetime) -> Intent:
    """The owner confirms an intent; both sides then sign the agreement that the bid carries."""
    _check_answerable(session, intent, by=by, now=now)
    intent.confirmed_at = now
    intent.confirmed_by_id = by.user_id
    event = record(session, intent, "confirm", by=by, now=now)
    _tell(session, intent, {intent.user_id}, event, now=now)
    return intent


def decline_intent(session: Session, intent: Intent, *, reason: str, by: Actor, now: datetime) -> Intent:
    """The owner does not go on with an intent, and says why; the bidder may withdraw it and register another."""
    _check_answerable(session, intent, by=by, now=now)
    if not reason.strip():
        raise RuleBroken(Refusal("reason_missing", _l("Give a reason."), "reason"))
    intent.declined_at, intent.decline_reason = now, reason.strip()
    event = record(session, intent, "decline", by=by, now=now)
    _tell(session, intent, {intent.user_id}, event, now=now)
    return intent


def agreement_of(intent: Intent) -> dict[str, Any]:
    """The agreement's own data: as it was signed, or as it would be signed now. Texts and numbers only."""
    if intent.agreement is not None:
        return intent.agreement
    demand, bidder = intent.demand, intent.organisation
    edition = demand.editions[-1] if demand.editions else None
    return {
        "version": VERSION,
        "number": demand.number or "",
        "title": demand.title,
        "edition": demand.edition,
        "edition_digest": edition.digest if edition else "",
        "owner": {"name": demand.owner.name, "uscc": demand.owner.uscc},
        "bidder": {"name": bidder.name, "uscc": bidder.uscc},
        "statement": intent.statement,
    }


def sign_agreement(
    session: Session, intent: Intent, *, by: Actor, now: datetime, scan: Attachment | None = None
) -> Intent:
    """Sign for the acting side, in the system or with the stamped `scan`. The first signature freezes the text."""
    check_open(session, intent.demand, now)
    side = side_of(intent, by)
    if side is None:
        raise NotPermitted()
    _check_alive(intent)
    if intent.confirmed_at is None:
        raise RuleBroken(Refusal("not_confirmed", _l("The demand owner has not confirmed this intent yet.")))
    if getattr(intent, f"{side}_signed_at") is not None:
        raise StateMovedOn(_l("Your side has signed already."))
    if intent.agreement is None:
        intent.agreement = agreement_of(intent)
        intent.agreement_digest = digest(intent.agreement)
    setattr(intent, f"{side}_signed_at", now)
    setattr(intent, f"{side}_signed_by_id", by.user_id)
    data = {"side": side, "digest": intent.agreement_digest, "scan": scan.sha256 if scan else ""}
    event = record(session, intent, "sign", by=by, now=now, data=data)
    others = {intent.user_id} if side == "owner" else to.owner(session, intent.demand)
    _tell(session, intent, others, event, now=now)
    return intent


def side_of(intent: Intent, actor: Actor) -> str | None:
    """For which side the actor signs: "owner", "bidder", or None."""
    if can(actor, P.QUESTION_ANSWER, intent.demand):
        return "owner"
    is_own = actor.organisation_id is not None and intent.organisation_id == actor.organisation_id
    return "bidder" if is_own and can(actor, P.INTENT_REGISTER, intent.demand) else None


def is_agreed(intent: Intent) -> bool:
    """Whether both sides have signed and the intent stands."""
    signed = intent.owner_signed_at is not None and intent.bidder_signed_at is not None
    return signed and intent.withdrawn_at is None


def agreed_intent(session: Session, demand_id: UUID, organisation_id: UUID) -> Intent | None:
    """The intent of a unit on a demand that both sides have signed, or None: without it no bid under match-first."""
    intent = _of_unit(session, demand_id, organisation_id)
    return intent if intent is not None and is_agreed(intent) else None


def may_read(session: Session, actor: Actor, intent: Intent) -> bool:
    """Whether the actor reads the intent: its unit, the owner, the organiser, a supervisor."""
    if queries.reads_as_party(actor, intent.demand):
        return True
    return actor.has(Role.BIDDER) and intent.organisation_id == actor.organisation_id


def may_read_scan(session: Session, actor: Actor, attachment: Attachment) -> bool:
    """Whether the actor reads a stamped scan: as the intent itself."""
    intent = session.get(Intent, attachment.thing_id)
    return intent is not None and may_read(session, actor, intent)


def load_intent(session: Session, demand: Demand, intent_id: UUID, actor: Actor) -> Intent:
    """The intent on the demand, or NotSeen for whom it does not concern."""
    intent = session.get(Intent, intent_id)
    if intent is None or intent.demand_id != demand.id or not may_read(session, actor, intent):
        raise NotSeen()
    return intent


def _of_unit(session: Session, demand_id: UUID, organisation_id: UUID | None) -> Intent | None:
    query = select(Intent).where(Intent.demand_id == demand_id, Intent.organisation_id == organisation_id)
    return session.scalar(query)


def _begin_anew(intent: Intent) -> None:
    """What an earlier intent of the unit left: its events keep the history."""
    for name in ("withdrawn_at", "confirmed_at", "confirmed_by_id", "declined_at", "agreement"):
        setattr(intent, name, None)
    for name in ("agreement_digest", "owner_signed_at", "owner_signed_by_id"):
        setattr(intent, name, None)
    intent.bidder_signed_at = intent.bidder_signed_by_id = None
    intent.decline_reason = ""


def _check_own(intent: Intent, by: Actor) -> None:
    if side_of(intent, by) != "bidder":
        raise NotPermitted()


def _check_alive(intent: Intent) -> None:
    if intent.withdrawn_at is not None:
        raise StateMovedOn(_l("This intent was withdrawn."))


def _check_answerable(session: Session, intent: Intent, *, by: Actor, now: datetime) -> None:
    if not can(by, P.QUESTION_ANSWER, intent.demand):
        raise NotPermitted()
    check_open(session, intent.demand, now)
    _check_alive(intent)
    if intent.confirmed_at is not None:
        raise StateMovedOn(_l("This intent has been confirmed already."))
    if intent.declined_at is not None:
        raise StateMovedOn(_l("This intent has been declined already."))


def _tell(session: Session, intent: Intent, people: set[UUID], event: Any, *, now: datetime) -> None:
    demand = intent.demand
    notify(
        session, people, f"intent.{event.action}", now=now, data=subject(demand), thing=demand, event=event
    )
