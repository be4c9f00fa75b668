"""Ties between a bidder and the demand owner (关联方): what the bid declares, and what the records show."""

import re
from collections.abc import Iterator

from app.bids.content import Content, Relation
from app.core import uscc
from app.core.errors import Refusal
from app.core.i18n import _l
from app.core.text import clean_line, normalize_for_compare
from app.models.bids import Bid

LEAST_DIGITS = 7


def found_ties(bid: Bid, content: Content) -> Iterator[Refusal]:
    """Every tie with the owner, each naming what matches and the field that says it."""
    if content["relation"] == Relation.SOME.value:
        yield Refusal("tie_declared", _l("You declare ties with the demand owner."), "relation")
    yield from _representatives(bid, content)
    yield from _contacts(bid, content)
    yield from _shareholders(bid, content)


def _representatives(bid: Bid, content: Content) -> Iterator[Refusal]:
    owners = _names(bid.demand.owner.legal_rep, bid.demand.legal_rep)
    if owners & _names(bid.lead.legal_rep, content["unit"]["legal_rep"]):
        wording = _l("The demand owner and your unit have the same legal representative.")
        yield Refusal("tie_representative", wording, "unit_legal_rep")


def _contacts(bid: Bid, content: Content) -> Iterator[Refusal]:
    demand = bid.demand
    owners = _phones(demand.owner.phone, demand.contact_phone, demand.public_phone)
    if owners & _phones(bid.lead.phone, content["leader"]["phone"]):
        wording = _l("The demand owner and your unit have the same contact phone.")
        yield Refusal("tie_phone", wording, "leader_phone")
    mail = clean_line(content["leader"]["email"]).casefold()
    if mail and mail == demand.contact_email.casefold():
        wording = _l("The demand owner and your unit have the same contact e-mail.")
        yield Refusal("tie_email", wording, "leader_email")


def _shareholders(bid: Bid, content: Content) -> Iterator[Refusal]:
    owner = bid.demand.owner
    representatives = _names(owner.legal_rep, bid.demand.legal_rep)
    for index, row in enumerate(content["shareholders"]):
        is_owner = uscc.normalize(row["uscc"]) == owner.uscc or _names(row["name"]) & _names(owner.name)
        if is_owner:
            wording = _l("The demand owner is a shareholder of your unit.")
            yield Refusal("tie_shareholder", wording, f"shareholders.{index}.name")
        elif _names(row["name"]) & representatives:
            wording = _l("The legal representative of the demand owner is a shareholder of your unit.")
            yield Refusal("tie_shareholder", wording, f"shareholders.{index}.name")


def _names(*given: str | None) -> set[str]:
    return {normalize_for_compare(each) for each in given if each} - {""}


def _phones(*given: str | None) -> set[str]:
    digits = {re.sub(r"\D", "", each).removeprefix("86") for each in given if each}
    return {each for each in digits if len(each) >= LEAST_DIGITS}
