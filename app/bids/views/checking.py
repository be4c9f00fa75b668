"""The formal check: the list per demand, the sixteen points, both officers' results, the decision and the cure."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import checks, content, queries
from app.bids.forms.checking import CheckForm, CureForm, DecisionForm
from app.bids.hints import hints
from app.bids.views.site import blueprint, crumbs, offered_here, seen
from app.core.errors import RuleBroken
from app.core.i18n import _, _l
from app.models.bids import Bid, FormalCheck
from app.models.procedure_codes import CheckPoint, OfficerDuty, Role
from app.web.access import requires, writes, writes_on_get
from app.web.context import actor, db, now
from app.web.loading import load
from app.workflow import state_at


@blueprint.get("/demands/<uuid:demand_id>/checks")
@requires(Permission.BID_CHECK, Permission.EVENT_READ)
def check_list(demand_id: UUID) -> ResponseReturnValue:
    """The opened bids of a demand and how far the formal check is."""
    demand = load(db(), queries.demands_in_check(actor()), demand_id)
    bids = queries.opened_bids(db(), demand)
    attempts = queries.attempts(db(), bids)
    done = {bid.id: [each for each in bid.checks if each.attempt == attempts[bid.id]] for bid in bids}
    return render_template(
        "bids/check_list.html",
        demand=demand,
        bids=bids,
        done=done,
        mine={bid.id for bid in bids if any(each.officer_id == actor().user_id for each in done[bid.id])},
        states={bid.id: state_at(bid, now()) for bid in bids},
        officers=[each.user for each in queries.officers(db(), demand, OfficerDuty.CHECK)],
        is_officer=queries.is_officer(demand, actor(), OfficerDuty.CHECK),
        progress=checks.progress(demand, bids),
    )


@blueprint.route("/bids/<uuid:bid_id>/check", methods=["GET", "POST"])
@requires(Permission.BID_CHECK)
@writes_on_get
def check(bid_id: UUID) -> ResponseReturnValue:
    """One officer's verdict on the sixteen points, with what a machine found beside each."""
    bid = seen(bid_id)
    form = CheckForm()
    if form.is_submitted() and form.validate():
        try:
            checks.record_check(
                db(), bid, verdicts=form.verdicts(), note=form.note.data or "", by=actor(), now=now()
            )
            flash(_("Your check has been recorded."), "success")
            return redirect(url_for("bids.check_result", bid_id=bid.id))
        except RuleBroken as error:
            db().rollback()
            form.add_refusals(error.refusals)
    bid = seen(bid_id)
    if not form.is_submitted() and not _may_check(bid):
        return redirect(url_for("bids.check_result", bid_id=bid.id))
    version = content.version_for(db(), bid, by=actor())
    text = content.read(db(), bid, by=actor(), now=now())
    return (
        render_template(
            "bids/check.html",
            bid=bid,
            form=form,
            points=list(CheckPoint),
            hints=hints(db(), bid, version, text, now=now()),
            crumbs=crumbs(bid, (_l("Formal check"), None)),
        ),
        422 if form.is_submitted() else 200,
    )


@blueprint.get("/bids/<uuid:bid_id>/check-result")
@requires(Permission.BID_CHECK, Permission.EVENT_READ)
def check_result(bid_id: UUID) -> ResponseReturnValue:
    """Both officers' verdicts side by side, once this person may read them, and what can be decided."""
    bid = seen(bid_id)
    done = _present_checks(bid)
    shown = checks.readable_checks(done, actor(), is_supervisor=actor().has(Role.SUPERVISOR))
    return render_template(
        "bids/check_result.html",
        bid=bid,
        state=state_at(bid, now()),
        done=done,
        shown=shown,
        points=list(CheckPoint),
        result=checks.result_of(shown),
        may_check=_may_check(bid),
        offers=offered_here(bid) if actor().has(Role.ORGANIZER) else [],
        crumbs=crumbs(bid, (_l("Formal check"), None)),
    )


@blueprint.route("/bids/<uuid:bid_id>/decide", methods=["GET", "POST"])
@requires(Permission.BID_CHECK)
@writes
def decide(bid_id: UUID) -> ResponseReturnValue:
    """Pass or fail the bid."""
    bid = seen(bid_id)
    form = DecisionForm()
    if form.validate_on_submit():
        try:
            passes = form.passes.data == "yes"
            checks.decide(db(), bid, passes=passes, by=actor(), now=now(), reason=form.reason.data or None)
            flash(_("The formal check is decided."), "success")
            return redirect(url_for("bids.check_list", demand_id=bid.demand_id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    done = _present_checks(bid)
    shown = checks.readable_checks(done, actor(), is_supervisor=False)
    values = {"bid": bid, "form": form, "result": checks.result_of(shown), "points": list(CheckPoint)}
    page = render_template(
        "bids/decide.html", **values, crumbs=crumbs(bid, (_l("Decision of the check"), None))
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/bids/<uuid:bid_id>/ask-cure", methods=["GET", "POST"])
@requires(Permission.BID_CHECK)
@writes
def ask_cure(bid_id: UUID) -> ResponseReturnValue:
    """Ask the bidder for a cure of curable points."""
    bid = seen(bid_id)
    form = CureForm()
    result = checks.result_of(_present_checks(bid))
    form.points.use([each for each in CheckPoint if each.value in result.curable])
    if form.is_submitted() and form.validate():
        try:
            checks.ask_cure(
                db(), bid, points=form.points.codes, request=form.request.data, by=actor(), now=now()
            )
            flash(_("The bidder has been asked for a cure."), "success")
            return redirect(url_for("bids.check_list", demand_id=bid.demand_id))
        except RuleBroken as error:
            db().rollback()
            bid = seen(bid_id)
            form.add_refusals(error.refusals)
    days = bid.demand.round.cure_wd
    page = render_template(
        "bids/ask_cure.html", bid=bid, form=form, days=days, crumbs=crumbs(bid, (_l("Cure"), None))
    )
    return page, 422 if request.method == "POST" else 200


def _present_checks(bid: Bid) -> list[FormalCheck]:
    return queries.checks_of(db(), bid, queries.attempts(db(), [bid])[bid.id])


def _may_check(bid: Bid) -> bool:
    return checks.may_record(bid, _present_checks(bid), by=actor())
