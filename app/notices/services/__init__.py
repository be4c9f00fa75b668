"""Publishing a notice: number, text, annex and window are frozen with their hash; and what its end brings about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.clock import day_of, end_of_day
from app.core.digests import digest
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.core.numbers import notice_number
from app.models.awards import Award, Notice
from app.models.bids import Bid
from app.models.contracts import Contract
from app.models.demands import Demand
from app.models.outcomes import Acceptance, Demonstration
from app.models.procedure_codes import NoticeKind, PartyRole
from app.models.rounds import Round
from app.models.states import AwardState, DemandState, NoticeState
from app.notices import queries
from app.notices.services.texts import standard_body, standard_title
from app.rounds.calendar import work_calendar
from app.workflow import move

PUBLISHED = (NoticeState.IN_FORCE, NoticeState.CLOSED_CLEAN, NoticeState.CLOSED_WITH_OBJECTION)
HALF_YEAR_IN_WORKING_DAYS = 130


def publish_notice(
    session: Session,
    *,
    kind: NoticeKind,
    round_: Round,
    title: str | None,
    annex: Sequence[Mapping[str, Any]],
    by: Actor,
    now: datetime,
    demand: Demand | None = None,
    acceptance: Acceptance | None = None,
    demonstration: Demonstration | None = None,
    contract: Contract | None = None,
    body: Mapping[str, Any] | None = None,
    working_days: int | None = None,
    supersedes: Notice | None = None,
) -> Notice:
    """Freeze a notice and publish it at once. Keys of the annex rows are those of `app.notices.views.annex`.

    `body` replaces standard parts (legal_basis, steps, how_to_object, receiver, supervision, address) and may hold
    `experts`. The window follows the round's days and start rule; a calendar year that is not loaded is refused."""
    notice = Notice(
        kind=kind,
        round=round_,
        demand_id=demand.id if demand else None,
        demand=demand,
        acceptance_id=acceptance.id if acceptance else None,
        demonstration_id=demonstration.id if demonstration else None,
        contract_id=contract.id if contract else None,
        supersedes_id=supersedes.id if supersedes else None,
        title=(title or "").strip() or standard_title(kind, round_),
        body=standard_body(kind, round_, dict(body or {})),
        annex=[dict(row) for row in annex],
        working_days=working_days or days_of(round_, kind),
        author_id=by.user_id,
        created_at=now,
        state=NoticeState.DRAFT,
    )
    if not can(by, Permission.NOTICE_PUBLISH, notice):
        raise NotPermitted()
    if not notice.annex:
        raise RuleBroken(Refusal("annex_empty", _l("There is nothing to put on notice."), "annex"))
    _set_window(session, notice, now)
    session.flush()
    session.refresh(round_, with_for_update=True)
    notice.number = notice_number(round_.number, queries.next_serial(session, round_.id))
    notice.digest = digest(queries.frozen_content(notice))
    session.add(notice)
    session.flush()
    move(session, notice, "publish", by=by, now=now, data={"number": notice.number, "digest": notice.digest})
    return notice


def days_of(round_: Round, kind: NoticeKind) -> int:
    """For how many working days a notice of this kind stands in the round."""
    return round_.acceptance_notice_wd if kind is NoticeKind.ACCEPTANCE else round_.notice_wd


def _set_window(session: Session, notice: Notice, now: datetime) -> None:
    if not 1 <= notice.working_days <= HALF_YEAR_IN_WORKING_DAYS:
        raise RuleBroken(
            Refusal("working_days_range", _l("A notice stands for 1 to 130 working days."), "working_days")
        )
    notice.document_on = day_of(now)
    notice.first_on, notice.last_on = work_calendar(session).notice_window(
        notice.document_on, notice.working_days, notice.round.notice_start_rule
    )
    notice.ends_at = end_of_day(notice.last_on)


def publish_award_notice(
    session: Session,
    demand: Demand,
    *,
    by: Actor,
    now: datetime,
    title: str | None = None,
    working_days: int | None = None,
    **texts: str | None,
) -> Notice:
    """Put the pending awards of a demand on notice. A former award notice is superseded and the clock starts anew.

    Nothing is published again while an objection to a former notice is open."""
    _reload(session, demand)
    former = [each for each in demand.notices if each.kind is NoticeKind.AWARD and each.state in PUBLISHED]
    _check_publishing(demand, former)
    awards = pending_awards(demand)
    body: dict[str, Any] = {**texts, "experts": queries.published_experts(session, demand)}
    notice = publish_notice(
        session,
        kind=NoticeKind.AWARD,
        round_=demand.round,
        title=title,
        annex=award_annex(demand, awards),
        body=body,
        by=by,
        now=now,
        demand=demand,
        working_days=working_days,
        supersedes=former[-1] if former else None,
    )
    for each in former:
        if not queries.led_to_award(session, each):
            move(session, each, "supersede", by=by.as_system(), now=now, data={"by": notice.number})
    _reload(session, demand)
    if demand.state is not DemandState.IN_NOTICE:
        move(session, demand, "publish_notice", by=by, now=now, data={"notice": notice.number})
    return notice


def _check_publishing(demand: Demand, former: list[Notice]) -> None:
    if not pending_awards(demand):
        raise RuleBroken(Refusal("award_not_decided", _l("Record the decision first.")))
    if any(objection.is_open for each in former for objection in each.objections):
        raise RuleBroken(
            Refusal("objection_open", _l("An objection to the former notice is still open: settle it first."))
        )


def pending_awards(demand: Demand) -> list[Award]:
    """The decided awards of the demand that are not in force yet, by slot."""
    return [award for award in demand.awards if award.state is AwardState.PENDING]


def award_annex(demand: Demand, awards: Sequence[Award]) -> list[dict[str, Any]]:
    """The annex of an award notice. Score and rank appear if the round publishes them, a hidden amount never."""
    round_ = demand.round
    alone = len(awards) == 1 and sum(bid.opened_at is not None for bid in demand.bids) == 1
    rows = []
    for award in awards:
        bid = award.bid
        row: dict[str, Any] = {
            "demand_number": demand.number,
            "demand_title": demand.title,
            "owner": demand.owner.name,
            "lead": bid.lead.name,
            "members": sorted(each.name for each in bid.parties if each.role is PartyRole.MEMBER),
            "field": demand.field.value,
            "region": demand.region.value,
            "score": bid.total if round_.is_publishing_scores else None,
            "rank": bid.rank if round_.is_publishing_ranking else None,
            "listed_fen": None if demand.is_budget_hidden else demand.budget_fen,
            "amount_fen": award.amount_fen,
            "fiscal_fen": award.fiscal_fen,
            "months": bid.duration_months or demand.deadline_months,
            "remark": remark(demand, award, len(awards), alone),
            "award_id": str(award.id),
        }
        rows.append(row)
    return rows


def remark(demand: Demand, award: Award, count: int, is_alone: bool) -> list[dict[str, Any]]:
    """What the annex remarks on an award: codes with numbers, put into words by the page."""
    found: list[dict[str, Any]] = []
    if count > 1:
        found.append({"code": demand.award_mode.value, "n": count, "lane": award.lane.value})
    elif is_alone:
        found.append({"code": "only_one"})
    if award.is_next_rank:
        found.append({"code": "next_rank"})
    if not award.is_in_rank_order:
        found.append({"code": "out_of_rank"})
    return found


def publish_demand_notice(
    session: Session,
    round_: Round,
    demands: Sequence[Demand],
    *,
    by: Actor,
    now: datetime,
    title: str | None = None,
    working_days: int | None = None,
    **texts: str | None,
) -> Notice:
    """Put the demands chosen for listing on notice. It is optional and bars nothing."""
    return publish_notice(
        session,
        kind=NoticeKind.DEMAND_SELECTION,
        round_=round_,
        title=title,
        annex=demand_annex(demands),
        body=texts,
        by=by,
        now=now,
        working_days=working_days,
    )


def demand_annex(demands: Sequence[Demand]) -> list[dict[str, Any]]:
    """The annex of a notice on the selection of demands."""
    return [
        {
            "demand_number": demand.number,
            "demand_title": demand.title,
            "owner": demand.owner.name,
            "field": demand.field.value,
            "region": demand.region.value,
            "listed_fen": None if demand.is_budget_hidden else demand.budget_fen,
            "months": demand.deadline_months,
        }
        for demand in demands
    ]


def finish_award(session: Session, demand: Demand, *, by: Actor, now: datetime) -> int:
    """Award the demand and bring its pending awards into force, as far as nothing stands against it.

    Done when the notice ends; what was on hold then is done when the hold is lifted. Returns the awards activated."""
    _reload(session, demand)
    pending = [each for each in pending_awards(demand) if not each.is_held and not each.bid.is_held]
    if demand.is_held or not pending or not queries.is_final(demand):
        return 0
    system = by.as_system()
    if demand.state is DemandState.IN_NOTICE:
        move(session, demand, "award", by=system, now=now)
    for award in pending:
        move(session, award, "activate", by=system, now=now)
        session.expire(award.bid, ["award"])
        move(session, award.bid, "win", by=system, now=now)
    return len(pending)


def finish_waiting_awards(session: Session, now: datetime) -> int:
    """The clock's part: awards whose notice is over and whose hold was lifted since."""
    return sum(
        finish_award(session, demand, by=Actor(is_system=True), now=now)
        for demand in session.scalars(queries.waiting_for_award())
    )


def _reload(session: Session, demand: Demand) -> None:
    """Lock the demand and forget what was read of its awards and notices: others may have written them."""
    session.flush()
    session.refresh(demand, with_for_update=True)
    session.expire(demand, ["awards", "notices", "bids"])
    for award in session.scalars(select(Award).where(Award.demand_id == demand.id)):
        session.expire(award, ["objections"])
    for notice in session.scalars(select(Notice).where(Notice.demand_id == demand.id)):
        session.expire(notice, ["objections"])
    for bid in session.scalars(select(Bid).where(Bid.demand_id == demand.id)):
        session.expire(bid, ["award"])
