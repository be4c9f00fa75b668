"""The blueprint of bidding, where a bid's actions are done, and how its pages load it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, url_for
from werkzeug.exceptions import NotFound

from app.bids import queries
from app.bids.forms.sections import FILES, SECTIONS, section_of
from app.core.clock import local
from app.core.errors import Refusal
from app.core.i18n import Lazy, _, _l
from app.models.bids import Bid
from app.models.states import BidState
from app.web.actions import PLACES, Button, buttons, register_place
from app.web.context import actor, db
from app.web.loading import load
from app.web.longform import unsaved_parts
from app.web.timeline import Entry, timeline
from app.workflow import BID

T = TypeVar("T")

blueprint = Blueprint("bids", __name__)

# What the panel's and the decision's pages do with a bid is offered there, not on the bid's own page.
ELSEWHERE = {
    "open",
    "score",
    "shortlist",
    "recommend",
    "put_in_reserve",
    "not_select",
    "promote",
    "score_again",
}
# What would tell how a bid fared before the outcome is out.
OF_THE_OUTCOME = (
    "score",
    "recompute",
    "give_satisfaction",
    "shortlist",
    "recommend",
    "put_in_reserve",
    "not_select",
    "promote",
    "score_again",
)
UNTOLD = {
    "own": ("save", "add_file", "remove_file", "record_check"),
    "others": ("start", "save", "add_file", "remove_file", "confirm_edition"),
}


def register_bid_place() -> None:
    """Say where bids are shown and where each action on them is done; once per process."""
    if BID.name in PLACES:
        return
    register_place(
        blueprint,
        BID,
        show="bids.show",
        visible_to=queries.visible_to,
        title=lambda bid: bid.title or bid.demand.title,
        plain={"withdraw", "take_up_again", "disqualify", "readmit", "check_again"},
        consequences={
            "withdraw": (
                _l(
                    "The sealed version no longer counts; until the opening nobody but your unit can read it."
                ),
                _l("The receipt stays in your list: it proves what was sealed and when, and nothing more."),
                _l("The units of the bid may take part in another bid on this listing at once."),
                _l(
                    "Until the closing time you may take the bid up again and submit it; that gives a new receipt."
                ),
            ),
            "take_up_again": (
                _l(
                    "The bid becomes a draft with the text of the last version. Only what you submit again counts."
                ),
            ),
        },
        pages={
            "submit": "bids.submit",
            "replace": "bids.submit",
            "open": "bids.opening_of",
            "ask_cure": "bids.ask_cure",
            "cure": "bids.cure",
            "pass_check": "bids.decide",
            "fail_check": "bids.decide",
            "decline": "awards.decline_award",
            "promote": "awards.promote",
            "score_again": "reviews.score_again",
            **dict.fromkeys(
                ("score", "shortlist", "recommend", "put_in_reserve", "not_select"), "reviews.rank_bid"
            ),
        },
    )


@blueprint.app_template_global()
def seconds(moment: datetime | None) -> str:
    """A moment in Shanghai to the second: what receipts and records need."""
    return local(moment).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def seen(bid_id: UUID) -> Bid:
    """The bid, if this person may see it; 404 otherwise."""
    return load(db(), queries.visible_to(actor()), bid_id)


def own(bid_id: UUID) -> Bid:
    """The bid, if this person's unit leads it; 404 otherwise."""
    return load(db(), queries.mine(actor()), bid_id)


def offered_here(bid: Bid) -> list[Button]:
    """The buttons of the bid's own page. What a cure asks for is written on the page its button leads to."""
    found = [each for each in buttons(bid) if each.action not in ELSEWHERE]
    return [replace(each, refusal=None) if _is_described_there(each) else each for each in found]


def course(bid: Bid) -> list[Entry]:
    """What happened to the bid, as far as this person is told."""
    kind = "own" if queries.is_own(bid, actor()) else "others"
    without = UNTOLD[kind]
    if queries.learns_outcome_later(bid, actor()):
        without += OF_THE_OUTCOME
    return timeline(db(), bid, without=without)


def crumbs(bid: Bid, *more: tuple[Lazy | str, str | None]) -> list[tuple[Lazy | str, str | None]]:
    """The way to a page of the bid."""
    if queries.is_own(bid, actor()):
        above = (_l("My bids"), url_for("bids.index"))
    else:
        above = (bid.demand.number or "", url_for("demands.show", demand_id=bid.demand_id))
    here = bid.number or _("Bid on %(number)s", number=bid.demand.number)
    return [above, (here, url_for("bids.show", bid_id=bid.id) if more else None), *more]


def tabs(bid: Bid, refusals: Iterable[Refusal], active: str) -> list[dict[str, object]]:
    """The sections, the files and the check as `section_progress` shows them: what is open in each, what waits."""
    places = [section_of(refusal.field) for refusal in refusals]
    unsaved = unsaved_parts(bid)
    items: list[dict[str, object]] = [
        {
            "label": each.label,
            "url": url_for("bids.section", bid_id=bid.id, code=each.code),
            "active": each.code == active,
            "missing": places.count(each.code),
            "unsaved": each.code in unsaved,
        }
        for each in SECTIONS
    ]
    is_curing = bid.state is BidState.NEEDS_CURE
    last = ("bids.cure", _l("Hand in the cure")) if is_curing else ("bids.submit", _l("Check and submit"))
    for label, endpoint, code, missing in (
        (_l("Files"), "bids.files", FILES, places.count(FILES)),
        (last[1], last[0], "submit", len(places)),
    ):
        url = url_for(endpoint, bid_id=bid.id)
        items.append({"label": label, "url": url, "active": code == active, "missing": missing})
    return items


def fix_url(bid: Bid, field: str | None) -> str | None:
    """Where what concerns a field is mended; None for what stands in no section."""
    code = section_of(field)
    if code is None:
        return None
    if code == FILES:
        return url_for("bids.files", bid_id=bid.id, check=1)
    return url_for("bids.section", bid_id=bid.id, code=code, check=1)


def _is_described_there(offer: Button) -> bool:
    return offer.refusal is not None and offer.refusal.code == "cure_not_described"


def found(thing: T | None) -> T:
    """The thing; 404 when there is none."""
    if thing is None:
        raise NotFound()
    return thing
