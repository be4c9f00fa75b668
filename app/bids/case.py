"""What a check of a bid looks at: the bid, its newest version, and the moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.bids.content import Content
from app.core import uscc
from app.models.bids import Bid, BidVersion
from app.models.demands import Demand


@dataclass(frozen=True, slots=True)
class Case:
    """One bid under check. `content` has the full shape."""

    session: Session
    bid: Bid
    version: BidVersion
    content: Content
    now: datetime

    @property
    def demand(self) -> Demand:
        """The listing."""
        return self.bid.demand

    @property
    def codes(self) -> dict[str, str | None]:
        """The units of the bid by credit code, see `unit_codes`."""
        return unit_codes(self.bid, self.content)


def unit_codes(bid: Bid, content: Content) -> dict[str, str | None]:
    """The credit codes of lead and members in their normal form, with the field that names each."""
    codes: dict[str, str | None] = {bid.lead.uscc: None}
    for index, row in enumerate(content["members"]):
        codes.setdefault(uscc.normalize(row["uscc"] or ""), f"members.{index}.uscc")
    return codes
