"""Reading acceptances and certificates: who may see what, the panel and results of an attempt."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from app.access import Actor
from app.core.digests import digest
from app.milestones.queries import of_visible_contracts, with_contract
from app.models.awards import Notice
from app.models.outcomes import Acceptance, AcceptanceResult, Certificate
from app.models.procedure_codes import NoticeKind
from app.models.records import Attachment
from app.models.reviews import Assignment, Panel, Sheet
from app.models.states import AcceptanceState, AssignmentState, NoticeState
from app.scoring import queries as scoring

PUBLISHED = (NoticeState.IN_FORCE, NoticeState.CLOSED_CLEAN, NoticeState.CLOSED_WITH_OBJECTION)
ON_PANEL = (AssignmentState.INVITED, AssignmentState.ACCEPTED, AssignmentState.DONE)
SEATED = (AssignmentState.ACCEPTED, AssignmentState.DONE)


def visible_to(actor: Actor) -> Select[Acceptance]:
    """Acceptances of contracts the actor may see, and those on whose panel the actor sits with a signed pledge."""
    reach = of_visible_contracts(Acceptance.contract_id, actor)
    if actor.expert_id is not None:
        pledged = (
            select(Panel.acceptance_id)
            .join(Assignment, Assignment.panel_id == Panel.id)
            .where(
                Panel.acceptance_id.is_not(None),
                Assignment.expert_id == actor.expert_id,
                Assignment.is_reserve.is_(False),
                Assignment.pledged_at.is_not(None),
                Assignment.state.in_(ON_PANEL),
            )
        )
        reach = or_(reach, Acceptance.id.in_(pledged))
    return select(Acceptance).where(reach)


def acceptance_list(actor: Actor, *, state: AcceptanceState | None = None) -> Select[Acceptance]:
    """The actor's acceptances, the latest first."""
    query = with_contract(visible_to(actor), Acceptance.contract)
    if state is not None:
        query = query.where(Acceptance.state == state)
    return query.order_by(Acceptance.requested_at.desc(), Acceptance.id)


def reader() -> Callable[[Session, Actor, Attachment], bool]:
    """A reader of the files of an acceptance."""

    def may_read(session: Session, actor: Actor, attachment: Attachment) -> bool:
        return session.scalar(visible_to(actor).where(Acceptance.id == attachment.thing_id)) is not None

    return may_read


def results_of(acceptance: Acceptance, attempt: int | None = None) -> list[AcceptanceResult]:
    """The indicator rows of an attempt, the present one unless told otherwise, in their order."""
    wanted = acceptance.attempt if attempt is None else attempt
    return [each for each in acceptance.results if each.attempt == wanted]


def seats_of(panel: Panel) -> list[Assignment]:
    """The members of a panel who accepted their seat, in order."""
    return [each for each in panel.assignments if not each.is_reserve and each.state in SEATED]


def seat_on(panel: Panel | None, actor: Actor) -> Assignment | None:
    """The actor's own accepted seat on the panel, or None."""
    if panel is None or actor.expert_id is None:
        return None
    return next((each for each in seats_of(panel) if each.expert_id == actor.expert_id), None)


def sheet_of(session: Session, seat: Assignment) -> Sheet | None:
    """The score sheet written from this seat, or None before the first draft."""
    return session.scalar(select(Sheet).where(Sheet.assignment_id == seat.id, Sheet.is_void.is_(False)))


def sheets_open_to(session: Session, panel: Panel, actor: Actor) -> list[Sheet]:
    """Sheets of the panel that the actor may read: one's own, or all once all are locked."""
    query = (
        scoring.visible_to(actor)
        .join(Assignment, Sheet.assignment_id == Assignment.id)
        .where(Assignment.panel_id == panel.id, Sheet.is_void.is_(False))
        .order_by(Assignment.position, Sheet.id)
    )
    return list(session.scalars(query))


def panel_of_attempt(acceptance: Acceptance, attempt: int) -> Panel | None:
    """The panel that judged an attempt: the live one for the present, the one that left its report for the first."""
    if attempt == acceptance.attempt:
        return next((each for each in acceptance.panels if each.is_live), None)
    return next((each for each in acceptance.panels if (each.report or {}).get("attempt") == attempt), None)


def result_notice(session: Session, acceptance: Acceptance) -> Notice | None:
    """The published notice of the result, the latest if there are several."""
    return session.scalar(
        select(Notice)
        .where(
            Notice.acceptance_id == acceptance.id,
            Notice.kind == NoticeKind.ACCEPTANCE,
            Notice.state.in_(PUBLISHED),
        )
        .order_by(Notice.published_at.desc(), Notice.id)
        .limit(1)
    )


def certificate_by_number(session: Session, number: str) -> Certificate | None:
    """The certificate with exactly this number."""
    return session.scalar(
        select(Certificate).where(Certificate.number == number).options(joinedload(Certificate.acceptance))
    )


def certificate_of(session: Session, acceptance_id: UUID) -> Certificate | None:
    """The certificate of an acceptance, or None."""
    return session.scalar(select(Certificate).where(Certificate.acceptance_id == acceptance_id))


def is_genuine(certificate: Certificate) -> bool:
    """Whether the content still gives the digest with which the certificate was issued."""
    return digest(certificate.content) == certificate.digest
