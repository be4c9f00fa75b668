"""What a recommending unit does: recommend within the quota of the round, one by one or together, and issue letters."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can, grants
from app.core.clock import day_of
from app.core.digests import digest
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.models.accounts import Organisation
from app.models.demands import Demand
from app.models.records import Event
from app.models.rounds import Round
from app.models.selection import LetterLine, RecommendationLetter
from app.workflow import move, record

P = Permission


def recommend_demand(session: Session, demand: Demand, *, opinion: str, by: Actor, now: datetime) -> Event:
    """Recommend the demand with the unit's opinion; it goes into vetting. Refused when the unit's quota is used up."""
    if not can(by, P.DEMAND_RECOMMEND, demand):
        raise NotPermitted()
    check_quota(session, demand, by=by)
    demand.recommend_opinion = opinion.strip()
    demand.recommender_id = by.organisation_id
    return move(session, demand, "recommend", by=by, now=now)


def recommend_together(
    session: Session, opinions: Sequence[tuple[Demand, str]], *, by: Actor, now: datetime
) -> list[Demand]:
    """Recommend several demands, each with its opinion: all or, when one is refused, none (the caller rolls back).

    A refusal names its demand and points at `opinion_<position>`, counted from 0."""
    found: list[Refusal] = []
    for index, (demand, opinion) in enumerate(opinions):
        try:
            recommend_demand(session, demand, opinion=opinion, by=by, now=now)
        except RuleBroken as refused:
            found += [
                Refusal(
                    each.code,
                    _l("%(title)s: %(why)s", title=demand.title, why=each.wording),
                    f"opinion_{index}",
                )
                for each in refused.refusals
            ]
    if found:
        raise RuleBroken(found)
    return [demand for demand, _opinion in opinions]


def check_quota(session: Session, demand: Demand, *, by: Actor) -> None:
    """Raises RuleBroken when the unit has recommended as many demands of the round as the round allows."""
    # Two who recommend at once count one after the other.
    round_ = session.get_one(Round, demand.round_id, with_for_update=True)
    if not round_.recommend_quota or by.organisation_id is None:
        return
    if used(session, by.organisation_id, round_.id, besides=demand.id) >= round_.recommend_quota:
        wording = _l("Your unit has used all %(n)s recommendations of this round.", n=round_.recommend_quota)
        raise RuleBroken(Refusal("quota_used", wording))


def used(session: Session, organisation_id: UUID, round_id: UUID, *, besides: UUID | None = None) -> int:
    """How many demands of the round the unit has recommended; one that was sent back still holds its place."""
    query = select(func.count()).where(
        Demand.round_id == round_id,
        Demand.recommender_id == organisation_id,
        Demand.recommended_at.is_not(None),
    )
    return session.scalar(query.where(Demand.id != besides) if besides else query) or 0


def issue_letter(
    session: Session, round_: Round, demands: Sequence[Demand], *, opinion: str, by: Actor, now: datetime
) -> RecommendationLetter:
    """Freeze a letter that recommends these demands, in their order. Each must be recommended by the unit itself."""
    unit = session.get(Organisation, by.organisation_id) if by.organisation_id else None
    if unit is None or not grants(by, P.DEMAND_RECOMMEND):
        raise NotPermitted()
    _check_letter(round_, demands, unit, opinion)
    session.get_one(Round, round_.id, with_for_update=True)
    own = (RecommendationLetter.round_id == round_.id, RecommendationLetter.organisation_id == unit.id)
    serial = 1 + (session.scalar(select(func.max(RecommendationLetter.serial)).where(*own)) or 0)
    number = f"{round_.number}-T{unit.region.value}-{unit.uscc[-4:]}-{serial:02d}"
    content = _content(round_, demands, unit, number, opinion.strip(), now)
    letter = RecommendationLetter(
        round=round_,
        organisation=unit,
        serial=serial,
        number=number,
        content=content,
        digest=digest(content),
        issued_at=now,
        issued_by_id=by.user_id,
        lines=[LetterLine(demand_id=each.id, position=at) for at, each in enumerate(demands, start=1)],
    )
    session.add(letter)
    data = {"number": number, "digest": letter.digest, "demands": len(demands)}
    record(session, letter, "issue", by=by, now=now, data=data)
    return letter


def is_genuine(letter: RecommendationLetter) -> bool:
    """Whether the kept content still gives the digest of the day of issue."""
    return digest(letter.content) == letter.digest


def _check_letter(round_: Round, demands: Sequence[Demand], unit: Organisation, opinion: str) -> None:
    found = []
    if not demands:
        found.append(
            Refusal("letter_empty", _l("Choose at least one demand that you have recommended."), "demands")
        )
    for demand in demands:
        if demand.round_id != round_.id or demand.recommender_id != unit.id or demand.recommended_at is None:
            wording = _l("%(title)s is not recommended by your unit in this round.", title=demand.title)
            found.append(Refusal("letter_unfit", wording, "demands"))
    if not opinion.strip():
        found.append(Refusal("opinion_missing", _l("Write the recommendation opinion."), "opinion"))
    if found:
        raise RuleBroken(found)


def _content(
    round_: Round, demands: Sequence[Demand], unit: Organisation, number: str, opinion: str, now: datetime
) -> dict[str, Any]:
    rows: list[Mapping[str, Any]] = [
        {
            "title": each.title,
            "owner": each.owner.name,
            "field": each.field.value,
            "region": each.region.value,
            "budget_fen": each.budget_fen,
            "opinion": each.recommend_opinion or "",
        }
        for each in demands
    ]
    return {
        "number": number,
        "round": f"{round_.number} {round_.title}",
        "organiser": round_.organiser.name,
        "unit": unit.name,
        "opinion": opinion,
        "issued_on": day_of(now).isoformat(),
        "demands": rows,
    }
