"""The page of a bid for each of its readers, and its text."""

from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import checks, content, queries, services
from app.bids.answers import PLEDGE_WORDING
from app.bids.gantt import chart
from app.bids.views.links import listed_files
from app.bids.views.site import blueprint, course, crumbs, found, offered_here, own, seen
from app.core.digests import digest
from app.core.i18n import _l
from app.models.bids import Bid
from app.models.procedure_codes import Role
from app.models.states import BidState, DemandState
from app.web.access import requires, signed_in, writes_on_get
from app.web.context import actor, db, now


@blueprint.get("/bids/<uuid:bid_id>")
@signed_in
def show(bid_id: UUID) -> ResponseReturnValue:
    """The bid: to its own people how far it is, to others what was opened."""
    bid = seen(bid_id)
    values: dict[str, Any] = {
        "bid": bid,
        "demand": bid.demand,
        "state": queries.state_shown(bid, actor(), now()),
        "crumbs": crumbs(bid),
        "points": queries.points_of(bid.cure_points),
    }
    if queries.is_own(bid, actor()):
        return render_template("bids/own.html", **values, **_own(bid))
    is_expert = queries.reads_as_expert(bid, actor())
    is_staff = actor().has(Role.ORGANIZER) or actor().has(Role.SUPERVISOR)
    return render_template(
        "bids/opened.html",
        **values,
        is_expert=is_expert,
        is_nameless=is_expert and bid.demand.round.is_blind,
        is_staff=is_staff,
        offers=[] if is_expert else offered_here(bid),
        entries=[] if is_expert else course(bid),
    )


@blueprint.get("/bids/<uuid:bid_id>/text")
@signed_in
@writes_on_get
def read(bid_id: UUID) -> ResponseReturnValue:
    """What the bid says, with its files; a reading by others than the bidder's own people is recorded."""
    bid = seen(bid_id)
    is_expert = queries.reads_as_expert(bid, actor())
    return render_template(
        "bids/read.html",
        **text_of(bid),
        is_own=queries.is_own(bid, actor()),
        is_nameless=is_expert and bid.demand.round.is_blind,
        crumbs=crumbs(bid, (_l("Text of the bid"), None)),
    )


@blueprint.get("/bids/<uuid:bid_id>/print")
@requires(Permission.BID_SUBMIT)
def print_view(bid_id: UUID) -> ResponseReturnValue:
    """The whole bid on paper for its own unit, with the line by which paper and sealed version can be compared."""
    bid = own(bid_id)
    version = found(queries.version(db(), bid, None))
    return render_template(
        "bids/print.html",
        **text_of(bid),
        version=version,
        text_digest=digest(version.content),
        is_nameless=False,
        crumbs=crumbs(bid, (_l("Print view"), None)),
    )


def text_of(bid: Bid) -> dict[str, Any]:
    """What the templates need to show a bid's text to this reader. A foreign reading is recorded."""
    text = content.read(db(), bid, by=actor(), now=now())
    return {
        "bid": bid,
        "demand": bid.demand,
        "text": text,
        "sums": content.all_sums(text),
        "gantt": chart(text),
        "lead_percent": content.lead_percent(text),
        "files": listed_files(bid, content.files(db(), bid, by=actor())),
        "indicators": {str(each.id): each for each in bid.demand.indicators},
        "codes": content.LABELS,
        "relations": {each.value: each.label for each in content.Relation},
        "pledges": PLEDGE_WORDING,
    }


def _own(bid: Bid) -> dict[str, Any]:
    newest = queries.version(db(), bid, None)
    return {
        "offers": offered_here(bid),
        "entries": course(bid),
        "versions": queries.sealed_versions(db(), bid),
        "newest": newest,
        "has_draft": newest is not None and newest.sealed_at is None,
        "fixed": services.why_fixed(bid, by=actor(), now=now()),
        "must_confirm": bid.state in (BidState.DRAFT, BidState.SUBMITTED)
        and bid.confirmed_edition < queries.last_material_edition(db(), bid.demand),
        "may_ask_review": bid.state is BidState.INELIGIBLE
        and bid.demand.state is DemandState.SCREENING
        and bid.check_review_requested_at is None,
        "is_running": bid.opened_at is None,
        "checkers": checks.CHECKERS,
    }
