"""What a machine can say beside each point of the formal check. Hints inform the two officers; they decide nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy.orm import Session

from app.bids import answers, credit, documents, figures, history, queries, ties
from app.bids.case import Case, unit_codes
from app.bids.content import Content
from app.core import uscc
from app.core.clock import day_of
from app.core.errors import Refusal
from app.core.i18n import Lazy, _l
from app.core.text import normalize_for_compare
from app.models.bids import Bid, BidVersion
from app.models.procedure_codes import BidSlot, CheckPoint
from app.models.states import OrganisationState

P = CheckPoint


@dataclass(frozen=True, slots=True)
class Hint:
    """One finding: `level` is ok, warn or bad."""

    point: CheckPoint
    level: str
    wording: Lazy


# Which point a refusal of the check at submission speaks to.
POINT_OF = {
    "missing": P.IN_TIME,
    "too_many_innovations": P.IN_TIME,
    "too_many_works": P.IN_TIME,
    "no_consortium": P.CONSORTIUM,
    "too_many_members": P.CONSORTIUM,
    "bad_uscc": P.CONSORTIUM,
    "member_twice": P.CONSORTIUM,
    "member_incomplete": P.CONSORTIUM,
    "members_share": P.CONSORTIUM,
    "agreement_incomplete": P.CONSORTIUM,
    "relation_open": P.NOT_RELATED,
    "ties_missing": P.NOT_RELATED,
    "tie_incomplete": P.NOT_RELATED,
    "shareholder_incomplete": P.NOT_RELATED,
    "shareholders_sum": P.NOT_RELATED,
    "indicator_not_answered": P.INDICATORS,
    "range_reversed": P.INDICATORS,
    "hard_indicator_worse": P.INDICATORS,
    "too_few_milestones": P.DURATION,
    "milestone_incomplete": P.DURATION,
    "milestone_months": P.DURATION,
    "milestone_too_late": P.DURATION,
    "duration_too_long": P.DURATION,
    "pay_sum": P.PRICE,
    "price_over_ceiling": P.PRICE,
    "budget_incomplete": P.PRICE,
    "budget_sum": P.PRICE,
    "fiscal_sum": P.PRICE,
    "fiscal_over_limit": P.PRICE,
    "pledge_unrelated": P.NOT_RELATED,
    "pledge_no_repeat": P.NO_REPEAT,
    "pledge_confidentiality": P.DATA_PLEDGE,
    "pledge_integrity": P.INTEGRITY,
    "pledge_truth": P.INTEGRITY,
}
POINT_OF_FILE = {
    BidSlot.PROPOSAL: P.SEAL,
    BidSlot.LICENCE: P.LEGAL_PERSON,
    BidSlot.COMMITMENT: P.INTEGRITY,
    BidSlot.CONSORTIUM: P.CONSORTIUM,
    BidSlot.SELF_FUNDING: P.PRICE,
    BidSlot.CASES: P.QUALIFICATIONS,
    BidSlot.INTENT: P.IN_TIME,
    BidSlot.BLIND: P.BLIND_COPY,
}
# Points where a machine finds nothing wrong as soon as no refusal speaks to them.
CLEAR = {P.CONSORTIUM, P.INDICATORS, P.PRICE, P.DURATION, P.DATA_PLEDGE, P.INTEGRITY}


# Files that are a unit's own: the same one in two bids needs an explanation.
COMPARED = {BidSlot.PROPOSAL, BidSlot.LICENCE, BidSlot.COMMITMENT, BidSlot.CASES}


def hints(
    session: Session, bid: Bid, version: BidVersion, content: Content, *, now: datetime
) -> dict[CheckPoint, list[Hint]]:
    """The findings on each point, in the order of the points."""
    case = Case(session, bid, version, content, now)
    found = [
        *_from_checks(case),
        *_receipt(bid, version),
        *_edition(session, bid),
        *_lead(bid),
        *_leader(session, bid),
        *_related(bid, content),
        *_people(case),
        *_credit(session, bid, version, content, now),
        *_money(bid, content),
        *_repeats(session, bid, version, content),
        *_blind(case),
    ]
    spoken = {hint.point for hint in found}
    found += [Hint(point, "ok", _l("Nothing found by the machine.")) for point in CLEAR - spoken]
    return {point: [hint for hint in found if hint.point is point] for point in CheckPoint}


def _from_checks(case: Case) -> Iterator[Hint]:
    content, demand = case.content, case.demand
    rules = (
        answers.texts(content),
        answers.innovations(content),
        answers.works(content),
        answers.consortium(content, demand),
        answers.declarations(content),
        answers.responses(content, demand),
        figures.milestones(content),
        figures.duration(content, demand),
        figures.money_sums(content, demand),
        answers.pledges(content),
    )
    for refusal in chain.from_iterable(rules):
        point = P.IP_STATEMENT if refusal.field == "ip_foreground" else POINT_OF.get(refusal.code, P.IN_TIME)
        yield Hint(point, "bad", refusal.wording)
    for refusal in figures.shares(content, case.bid.lead.name):
        yield Hint(P.CONSORTIUM, "warn", refusal.wording)
    for refusal in documents.missing(case):
        yield Hint(_point_of_file(refusal), "bad", refusal.wording)


def _point_of_file(refusal: Refusal) -> CheckPoint:
    code = (refusal.field or "").removeprefix("file_")
    return next((point for slot, point in POINT_OF_FILE.items() if slot.value == code), P.IN_TIME)


def _receipt(bid: Bid, version: BidVersion) -> Iterator[Hint]:
    if bid.has_seal_problem:
        yield Hint(P.IN_TIME, "bad", _l("At the opening the content did not match its receipt."))
    if version.is_cure:
        yield Hint(P.IN_TIME, "warn", _l("This is the cured version; it was handed in after the closing."))
    else:
        yield Hint(P.IN_TIME, "ok", _l("Sealed before the closing time."))


def _edition(session: Session, bid: Bid) -> Iterator[Hint]:
    if bid.confirmed_edition < queries.last_material_edition(session, bid.demand):
        yield Hint(
            P.IN_TIME, "warn", _l("The bidder did not confirm the bid after the last material correction.")
        )


def _lead(bid: Bid) -> Iterator[Hint]:
    lead = bid.lead
    if not uscc.is_valid(lead.uscc) or lead.state is not OrganisationState.VERIFIED or not lead.can_bid:
        yield Hint(P.LEGAL_PERSON, "bad", _l("The lead unit is not verified, or its credit code is wrong."))
    else:
        yield Hint(P.LEGAL_PERSON, "ok", _l("Credit code right, unit verified."))
    if uscc.entity_kind(lead.uscc) is None:
        yield Hint(
            P.LEGAL_PERSON, "warn", _l("The credit code's prefix names no known kind of legal person.")
        )


def _leader(session: Session, bid: Bid) -> Iterator[Hint]:
    count, limit = history.active_projects(session, bid), bid.demand.round.max_active_projects
    yield Hint(
        P.LEADER,
        "warn" if count >= limit else "ok",
        _l("The lead unit is working on %(n)s projects; the limit is %(limit)s.", n=count, limit=limit),
    )


def _related(bid: Bid, content: Content) -> Iterator[Hint]:
    owner = bid.demand.owner
    same = [tie.wording for tie in ties.found_ties(bid, content)]
    if owner.uscc in unit_codes(bid, content) or owner.id == bid.lead_id:
        same.append(_l("The demand owner is among the units of the bid."))
    if owner.email_domain and owner.email_domain == bid.lead.email_domain:
        same.append(_l("Owner and lead have the same e-mail domain."))
    for wording in same:
        yield Hint(P.NOT_RELATED, "warn", wording)
    if not same:
        yield Hint(
            P.NOT_RELATED,
            "ok",
            _l("No common representative, shareholder, phone, e-mail domain or code found."),
        )


def _people(case: Case) -> Iterator[Hint]:
    for name, number in history.people_shared_with(case.session, case.bid, case.content):
        wording = _l(
            "%(name)s stands in bid %(number)s on this listing too: ask for an explanation.",
            name=name,
            number=number,
        )
        yield Hint(P.LEADER, "warn", wording)


def _credit(
    session: Session, bid: Bid, version: BidVersion, content: Content, now: datetime
) -> Iterator[Hint]:
    hits = queries.credit_hits(session, unit_codes(bid, content))
    for row in hits:
        label, day = credit.label_of(row.list_code), day_of(row.imported_at).isoformat()
        wording = _l("%(unit)s stands on the list “%(list)s” of %(day)s.", unit=row.name, list=label, day=day)
        yield Hint(P.CREDIT, "bad", wording)
    lists = queries.credit_lists(session)
    if not lists:
        yield Hint(P.CREDIT, "warn", _l("No credit list has been imported: check by hand."))
    elif not hits:
        oldest = min(imported_at for imported_at, _count in lists.values())
        level = "warn" if credit.is_old(oldest, now) else "ok"
        wording = _l("No hit; the oldest list is of %(day)s.", day=day_of(oldest).isoformat())
        yield Hint(P.CREDIT, level, wording)
    if not any(row.slot is BidSlot.CREDIT_REPORT for row in version.files):
        yield Hint(P.CREDIT, "warn", _l("There is no credit report among the files."))


def _money(bid: Bid, content: Content) -> Iterator[Hint]:
    price, demand = content["price_fen"] or 0, bid.demand
    if demand.is_budget_hidden and price > demand.budget_fen:
        yield Hint(P.PRICE, "bad", _l("The price lies above the ceiling that was not published."))


def _repeats(session: Session, bid: Bid, version: BidVersion, content: Content) -> Iterator[Hint]:
    title = normalize_for_compare(content["title"])
    for other in queries.submitted_elsewhere(session, bid):
        if title and normalize_for_compare(other.title or "") == title:
            wording = _l("The same title was handed in as %(number)s.", number=other.number)
            yield Hint(P.NO_REPEAT, "warn", wording)
    own = [row.sha256 for row in version.files if row.slot in COMPARED]
    if queries.files_shared_with_others(session, bid, own):
        yield Hint(P.NO_REPEAT, "warn", _l("Another bid on this listing holds the very same file."))

    for each in history.text_shared_with(session, bid, content):
        wording = _l(
            "%(percent)s percent of the text stands in bid %(number)s of another unit.",
            percent=each.percent,
            number=each.number,
        )
        yield Hint(P.NO_REPEAT, "warn", wording)


def _blind(case: Case) -> Iterator[Hint]:
    if not case.demand.round.is_blind:
        yield Hint(P.BLIND_COPY, "ok", _l("This round has no blind stage: not applicable."))
        return
    found = list(documents.blind_copy(case))
    for refusal in found:
        yield Hint(P.BLIND_COPY, "bad", refusal.wording)
    if not found and any(row.slot is BidSlot.BLIND for row in case.version.files):
        yield Hint(
            P.BLIND_COPY, "ok", _l("No name, contact data or document property found in the blind copy.")
        )
