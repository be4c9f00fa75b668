"""The seal: a version is frozen with a commitment to its exact content and files, and answered with a receipt.

The commitment is `app.core.digests.commitment` over the canonical content, the files' SHA-256 by slot, hash and
name, and 32 random bytes. Whoever holds the version can compute it again; nobody can guess a content from it."""

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.bids import standing
from app.bids.case import Case, unit_codes
from app.bids.content import Content, in_order, shaped
from app.bids.promises import answered
from app.core.clock import local
from app.core.digests import NONCE_BYTES, commitment
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _l
from app.models.bids import Bid, BidFile, BidParty, BidVersion
from app.models.procedure_codes import PartyRole

# Says what is wrong with a stored file (a code), or nothing.
FileCheck = Callable[[BidFile], str]


def seal(session: Session, bid: Bid, version: BidVersion, *, now: datetime) -> None:
    """Freeze the version: lead, nonce, commitment, receipt number, and the closing time it was in time for."""
    lead, demand, nonce = bid.lead, bid.demand, secrets.token_bytes(NONCE_BYTES)
    content = answered(shaped(version.content), demand) | {
        "lead": {
            "name": lead.name,
            "uscc": lead.uscc,
            "org_type": lead.org_type.value,
            "region": lead.region.value,
        }
    }
    promise = commitment(content, file_hashes(version), nonce)
    version.content = content
    version.nonce = nonce.hex()
    version.commitment = promise
    version.closes_at = demand.closes_at
    version.demand_edition = demand.edition
    version.sealed_at = now
    version.receipt_number = receipt_number(now)
    bid.sealed_version = version.number
    session.flush()


def receipt_number(now: datetime) -> str:
    """A number at random behind the day: one that counted would tell how many others have bid."""
    return f"R{local(now):%Y%m%d}-{secrets.token_hex(5).upper()}"


def file_hashes(version: BidVersion) -> list[str]:
    """The files' SHA-256 in the order in which the commitment takes them."""
    return [row.sha256 for row in in_order(version)]


def problem_of(version: BidVersion, check_file: FileCheck | None = None) -> str:
    """What is wrong with a sealed version: `commitment`, or what the file check says; empty when nothing is."""
    try:
        nonce = bytes.fromhex(version.nonce or "")
        found = commitment(version.content, file_hashes(version), nonce)
    except (ValueError, TypeError):
        return "commitment"
    if found != version.commitment:
        return "commitment"
    checks = (check_file(row) for row in in_order(version)) if check_file else ()
    return next((said for said in checks if said), "")


def bind_parties(session: Session, bid: Bid, version: BidVersion, *, now: datetime) -> None:
    """Write the units that the sealed bid binds, in place of the former ones.

    Raises RuleBroken when the database finds one of them in another live bid on the listing, which the check before
    may have missed by a moment."""
    content: Content = shaped(version.content)
    codes = unit_codes(bid, content)
    names = {bid.lead.uscc: bid.lead.name}
    rows = zip(list(codes)[1:], content["members"], strict=False)
    names |= {code: row["name"] for code, row in rows}
    try:
        with session.begin_nested():
            session.execute(delete(BidParty).where(BidParty.bid_id == bid.id))
            session.expire(bid, ["parties"])
            session.add_all(
                BidParty(
                    bid_id=bid.id,
                    demand_id=bid.demand_id,
                    uscc=code,
                    name=names[code],
                    role=PartyRole.MEMBER if field else PartyRole.LEAD,
                )
                for code, field in codes.items()
            )
            session.flush()
    except IntegrityError as error:
        refusals = list(standing.rival_units(Case(session, bid, version, content, now)))
        wording = _l("A unit of this bid stands in another bid on this listing.")
        raise RuleBroken(refusals or Refusal("unit_in_other_bid", wording, "members")) from error


def release_parties(session: Session, bid: Bid) -> None:
    """Let the units of a withdrawn bid take part in another one."""
    for party in bid.parties:
        party.is_live = False
    session.flush()
