"""Checking and sealing a bid, its receipts, the confirmation after a correction, and handing in a cure."""

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import checks, content, queries, sealing, services
from app.bids.eligibility import blocking, report
from app.bids.forms.checking import ReviewRequestForm, SubmitForm
from app.bids.views.reading import text_of
from app.bids.views.site import blueprint, crumbs, fix_url, found, own, tabs
from app.core.digests import canonical_json
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _, _l
from app.models.bids import Bid, BidVersion
from app.web.access import requires, writes
from app.web.context import actor, db, now


@blueprint.route("/bids/<uuid:bid_id>/submit", methods=["GET", "POST"])
@requires(Permission.BID_SUBMIT)
@writes
def submit(bid_id: UUID) -> ResponseReturnValue:
    """Everything that was written and what every check says of it; with nothing against it, seal and submit."""
    bid = own(bid_id)
    form = SubmitForm()
    if form.validate_on_submit():
        try:
            version = services.submit_bid(db(), bid, by=actor(), now=now(), number=_number(form.number.data))
            return redirect(url_for("bids.receipt", bid_id=bid.id, number=version.number))
        except RuleBroken as error:
            return render_template("bids/submit.html", **_report(bid, form, error.refusals)), 422
    return render_template("bids/submit.html", **_report(bid, form))


@blueprint.get("/bids/<uuid:bid_id>/receipts/<int:number>")
@requires(Permission.BID_SUBMIT)
def receipt(bid_id: UUID, number: int) -> ResponseReturnValue:
    """The receipt of a sealed version, fit for printing."""
    bid = own(bid_id)
    version = _sealed(bid, number)
    return render_template(
        "bids/receipt.html",
        bid=bid,
        version=version,
        files=content.in_order(version),
        crumbs=crumbs(bid, (_l("Receipt"), None)),
    )


@blueprint.get("/bids/<uuid:bid_id>/receipts/<int:number>/data")
@requires(Permission.BID_SUBMIT)
def receipt_data(bid_id: UUID, number: int) -> ResponseReturnValue:
    """All that the commitment was computed from, for the bidder's own records: whoever has it can compute it again."""
    bid = own(bid_id)
    version = _sealed(bid, number)
    data = {
        "receipt": version.receipt_number,
        "sealed_at": version.sealed_at,
        "version": version.number,
        "demand": bid.demand.number,
        "content": version.content,
        "file_hashes": sealing.file_hashes(version),
        "nonce": version.nonce,
        "commitment": version.commitment,
    }
    answer = Response(canonical_json(data), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{version.receipt_number}.json"'
    return answer


@blueprint.post("/bids/<uuid:bid_id>/confirm-edition")
@requires(Permission.BID_EDIT)
@writes
def confirm_edition(bid_id: UUID) -> ResponseReturnValue:
    """Say that the bid follows the listing as corrected."""
    bid = own(bid_id)
    services.confirm_edition(db(), bid, by=actor(), now=now())
    flash(_("You have confirmed the bid for the corrected listing."), "success")
    return redirect(url_for("bids.show", bid_id=bid.id))


@blueprint.route("/bids/<uuid:bid_id>/cure", methods=["GET", "POST"])
@requires(Permission.BID_CURE)
@writes
def cure(bid_id: UUID) -> ResponseReturnValue:
    """Hand in the cure."""
    bid = own(bid_id)
    form = SubmitForm()
    refusals: list[Refusal] = []
    if form.validate_on_submit():
        try:
            version = checks.hand_in_cure(db(), bid, by=actor(), now=now())
            return redirect(url_for("bids.receipt", bid_id=bid.id, number=version.number))
        except RuleBroken as error:
            refusals = error.refusals
    elif refusal := services.why_fixed(bid, by=actor(), now=now()):
        refusals = [refusal]
    status = 422 if form.is_submitted() else 200
    values = _report(bid, form, refusals)
    return render_template("bids/cure.html", **values, points=queries.points_of(bid.cure_points)), status


@blueprint.route("/bids/<uuid:bid_id>/check-review", methods=["GET", "POST"])
@requires(Permission.BID_CURE)
@writes
def ask_review(bid_id: UUID) -> ResponseReturnValue:
    """Ask for a second look at a failed formal check."""
    bid = own(bid_id)
    form = ReviewRequestForm()
    if form.validate_on_submit():
        try:
            checks.request_check_review(db(), bid, text=form.text.data, by=actor(), now=now())
            flash(_("Your request has been handed in."), "success")
            return redirect(url_for("bids.show", bid_id=bid.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    status = 422 if form.is_submitted() else 200
    return render_template(
        "bids/ask_review.html", bid=bid, form=form, crumbs=crumbs(bid, (_l("Review of the check"), None))
    ), status


def _report(bid: Bid, form: SubmitForm, refused: list[Refusal] | None = None) -> dict[str, Any]:
    """What the page shows. `refused` is what stood against an attempt, with what only other bids tell."""
    newest = queries.version(db(), bid, None)
    if not request.form:
        form.number.data = str(newest.number if newest else "")
    outcomes = report(db(), bid, now=now(), with_rivals=False)
    standing = blocking(outcomes)
    against = standing if refused is None else refused
    return {
        **text_of(bid),
        "form": form,
        "is_unchanged": newest is not None
        and newest.sealed_at is not None
        and bid.sealed_version == newest.number,
        "is_refused": bool(refused),
        "points_open": [(each, fix_url(bid, each.field)) for each in against],
        "outcomes": outcomes,
        "fix_url": lambda refusal: fix_url(bid, refusal.field),
        "tabs": tabs(bid, standing, "submit"),
        "crumbs": crumbs(bid, (_l("Check and submit"), None)),
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 6 else None


def _sealed(bid: Bid, number: int) -> BidVersion:
    sealed = queries.sealed_versions(db(), bid)
    return found(next((each for each in sealed if each.number == number), None))
