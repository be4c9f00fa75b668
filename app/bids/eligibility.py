"""May this bid be submitted? Every rule a machine can check, each refusal naming its field (eligibility, 申报资格)."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bids import credit, queries
from app.bids.answers import check_content
from app.bids.content import Content, shaped
from app.core import uscc
from app.core.clock import day_of
from app.core.errors import Refusal
from app.core.i18n import Lazy, _l
from app.models.awards import Award
from app.models.bids import Bid, BidVersion
from app.models.codes import Process
from app.models.contracts import Contract
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot
from app.models.states import ContractState, OrganisationState
from app.workflow.bids import bidding_is_open

MANDATORY = (BidSlot.PROPOSAL, BidSlot.LICENCE, BidSlot.COMMITMENT)


def check_bid(session: Session, bid: Bid, *, now: datetime, with_rivals: bool = True) -> list[Refusal]:
    """Every reason why the newest version of the bid cannot be submitted now.

    `with_rivals=False` leaves out what only other bids on the same listing would tell: a page that anyone may call
    again and again must not answer the question who else is bidding. Submitting always asks it."""
    version = queries.version(session, bid, None)
    if version is None:
        return [Refusal("nothing_written", _l("Nothing is written yet."))]
    content = shaped(version.content)
    codes = unit_codes(bid, content)
    found = [
        *_moment(bid, now),
        *_lead(bid),
        *check_content(content, bid.demand),
        *_owner(bid, content),
        *missing_files(version, content, bid.demand),
        *_edition(session, bid),
        *_credit(session, codes),
        *_caps(session, bid, [bid.lead.uscc]),
    ]
    if with_rivals:
        members = [code for code in codes if code != bid.lead.uscc]
        found += [*_caps(session, bid, members, has_projects=False), *rival_units(session, bid, codes)]
    return found


def unit_codes(bid: Bid, content: Content) -> dict[str, str | None]:
    """The credit codes of lead and members in their normal form, with the field that names each."""
    codes: dict[str, str | None] = {bid.lead.uscc: None}
    for index, row in enumerate(content["members"]):
        codes.setdefault(uscc.normalize(row["uscc"] or ""), f"members.{index}.uscc")
    return codes


def missing_files(version: BidVersion, content: Content, demand: Demand) -> Iterator[Refusal]:
    """The mandatory slots that hold no file."""
    needed = list(MANDATORY)
    if content["members"]:
        needed.append(BidSlot.CONSORTIUM)
    if demand.process is Process.MATCH_FIRST:
        needed.append(BidSlot.INTENT)
    if demand.round.is_blind:
        needed.append(BidSlot.BLIND)
    present = {row.slot for row in version.files}
    for slot in needed:
        if slot not in present:
            yield Refusal(
                "file_missing", _l("This file is missing: %(slot)s.", slot=slot.label), f"file_{slot.value}"
            )


def rival_units(session: Session, bid: Bid, codes: dict[str, str | None]) -> Iterator[Refusal]:
    """A unit stands in one bid per listing, whether as lead or as member."""
    for party in queries.in_other_bids(session, bid, codes):
        wording: Lazy = _l(
            "%(unit)s stands in another bid on this listing: a unit takes part in one bid only, as lead or as member.",
            unit=party.name if codes.get(party.uscc) else _l("Your unit"),
        )
        yield Refusal("unit_in_other_bid", wording, codes.get(party.uscc))


def active_projects(session: Session, bid: Bid) -> int:
    """How many contracts the lead unit is working on."""
    query = (
        select(func.count())
        .select_from(Contract)
        .join(Award, Contract.award_id == Award.id)
        .join(Bid, Award.bid_id == Bid.id)
        .where(Bid.lead_id == bid.lead_id, Contract.state == ContractState.ACTIVE)
    )
    return session.scalar(query) or 0


def _moment(bid: Bid, now: datetime) -> Iterator[Refusal]:
    if refusal := bidding_is_open(bid, now):
        yield refusal


def _lead(bid: Bid) -> Iterator[Refusal]:
    if bid.lead.state is not OrganisationState.VERIFIED or not bid.lead.can_bid:
        yield Refusal("lead_not_verified", _l("Your unit is not verified as a bidder."))
    if not uscc.is_valid(uscc.normalize(bid.lead.uscc)):
        yield Refusal("bad_lead_uscc", _l("The unified social credit code of your unit is wrong."))


def _owner(bid: Bid, content: Content) -> Iterator[Refusal]:
    owner = bid.demand.owner
    if owner.id == bid.lead_id:
        yield Refusal("own_demand", _l("Nobody bids on their own demand."))
    for code, field in unit_codes(bid, content).items():
        if field and code == owner.uscc:
            yield Refusal("owner_in_bid", _l("The demand owner cannot take part in a bid on it."), field)


def _edition(session: Session, bid: Bid) -> Iterator[Refusal]:
    material = queries.last_material_edition(session, bid.demand)
    if bid.confirmed_edition < material:
        yield Refusal(
            "edition_not_confirmed",
            _l("The listing was corrected: read the corrected text and confirm that your bid follows it."),
        )


def _credit(session: Session, codes: dict[str, str | None]) -> Iterator[Refusal]:
    for row in queries.credit_hits(session, codes):
        yield Refusal(
            "credit_listed",
            _l(
                "%(unit)s stands on the list “%(list)s” of %(day)s.",
                unit=row.name,
                list=credit.label_of(row.list_code),
                day=day_of(row.imported_at).isoformat(),
            ),
            codes.get(row.uscc),
        )


def _caps(session: Session, bid: Bid, codes: list[str], *, has_projects: bool = True) -> Iterator[Refusal]:
    most = bid.demand.round.max_bids_per_unit
    for code, count in sorted(queries.bids_in_round(session, bid, codes).items()):
        if count >= most:
            yield Refusal(
                "too_many_bids",
                _l(
                    "%(code)s takes part in %(n)s bids of this round already: that is the limit.",
                    code=code,
                    n=count,
                ),
                None if code == bid.lead.uscc else "members",
            )
    limit = bid.demand.round.max_active_projects
    if has_projects and active_projects(session, bid) >= limit:
        yield Refusal(
            "too_many_projects",
            _l("Your unit is working on %(n)s projects already: that is the limit of this round.", n=limit),
        )
