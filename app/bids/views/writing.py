"""The bidder's own pages: the list of bids, starting one, and its sections."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import content, queries, services
from app.bids.eligibility import check_bid
from app.bids.forms.sections import FILES, Section, SectionForm, find_section, next_code, section_of
from app.bids.views.site import blueprint, crumbs, found, own, tabs
from app.core.errors import Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _, _l
from app.models.bids import Bid
from app.models.states import BidState
from app.web.access import requires, writes
from app.web.context import actor, db, now
from app.web.fields import CodeField
from app.web.forms import FilterForm
from app.web.loading import load
from app.web.pages import paginate


class BidFilter(FilterForm):
    """Own bids by state."""

    state = CodeField(_l("State of the bid"), BidState)


@blueprint.get("/bids")
@requires(Permission.BID_CREATE)
def index() -> ResponseReturnValue:
    """The bids of the actor's unit."""
    form = BidFilter(request.args)
    state = form.chosen().get("state")
    query = queries.mine(actor()) if state is None else queries.mine_shown_as(actor(), state)
    return render_template(
        "bids/index.html",
        page=paginate(db(), query),
        form=form,
        state_at=lambda bid, moment: queries.state_shown(bid, actor(), moment),
    )


@blueprint.route("/demands/<uuid:demand_id>/bid", methods=["GET", "POST"])
@requires(Permission.BID_CREATE)
@writes
def start(demand_id: UUID) -> ResponseReturnValue:
    """Begin a bid on a listing; with one begun before, go on with it."""
    demand = load(db(), queries.listed_demands(actor()), demand_id)
    refusals: list[Refusal] = []
    if request.method == "POST":
        try:
            bid = services.start_bid(db(), demand, by=actor(), now=now())
            return redirect(url_for("bids.show", bid_id=bid.id))
        except RuleBroken as error:
            refusals = error.refusals
    organisation_id = actor().organisation_id
    known = queries.live_bid(db(), demand.id, organisation_id) if organisation_id else None
    if known is not None:
        return redirect(url_for("bids.show", bid_id=known.id))
    status = 422 if request.method == "POST" else 200
    return render_template("bids/start.html", demand=demand, refusals=refusals), status


@blueprint.route("/bids/<uuid:bid_id>/sections/<code>", methods=["GET", "POST"])
@requires(Permission.BID_EDIT)
@writes
def section(bid_id: UUID, code: str) -> ResponseReturnValue:
    """One section of the bid's form."""
    bid = own(bid_id)
    part = found(find_section(code))
    if refusal := services.why_fixed(bid, by=actor(), now=now()):
        flash(refusal.wording, "warning")
        return redirect(url_for("bids.show", bid_id=bid.id))
    text = content.with_every_response(content.read(db(), bid, by=actor(), now=now()), bid.demand)
    form = part.form(data=part.form.data_of(text) | {"base": services.part_digest(text, part.form.keys)})
    status = 200
    if request.method == "POST" and not form.row_command():
        status = _save(bid, form)
        if status == 302:
            return _saved(bid, part)
    return _page(bid, part, form, text, status)


def _save(bid: Bid, form: SectionForm) -> int:
    """Keep the section; the status of the answer."""
    if not form.validate():
        return 422
    try:
        services.save_part(db(), bid, part=form.part(), base=form.base.data or None, by=actor(), now=now())
    except RuleBroken as error:
        form.add_refusals(error.refusals)
        return 422
    except StateMovedOn as error:
        db().rollback()
        form.form_errors.append(error.wording)
        saved = content.read(db(), own(bid.id), by=actor(), now=now())
        form.base.data = services.part_digest(saved, form.keys)
        return 409
    return 302


def _saved(bid: Bid, part: Section) -> ResponseReturnValue:
    flash(_("Section “%(name)s” saved.", name=part.label), "success")
    if request.form.get("stay"):
        return redirect(url_for("bids.section", bid_id=bid.id, code=part.code))
    following = next_code(part.code)
    if following == FILES:
        return redirect(url_for("bids.files", bid_id=bid.id))
    return redirect(url_for("bids.section", bid_id=bid.id, code=following))


def _page(
    bid: Bid, part: Section, form: SectionForm, text: content.Content, status: int
) -> ResponseReturnValue:
    refusals = check_bid(db(), bid, now=now(), with_rivals=False)
    if request.method == "GET" and request.args.get("check"):
        form.add_refusals(each for each in refusals if section_of(each.field) == part.code)
    shown: dict[str, Any] = text
    if request.method == "POST":
        shown = text | form.part()
    return (
        render_template(
            "bids/section.html",
            bid=bid,
            demand=bid.demand,
            form=form,
            text=shown,
            sums={key: content.sums(shown, key) for key in ("source", "item")},
            codes=content.LABELS,
            indicators={str(each.id): each for each in bid.demand.indicators},
            part=part,
            tabs=tabs(bid, refusals, part.code),
            crumbs=crumbs(bid, (part.label, None)),
            is_stale=status == 409,
        ),
        status,
    )
