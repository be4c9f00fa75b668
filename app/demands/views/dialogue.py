"""Questions, visits, intents, watching, and the restricted part."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import NotSeen, RuleBroken
from app.core.i18n import _
from app.demands import queries, services
from app.demands.files import LABELS
from app.demands.forms.small import AnswerForm, IntentForm, PledgeForm, QuestionForm, VisitForm
from app.demands.pledges import PLEDGE
from app.demands.views import blueprint
from app.models.demands import Demand, Intent, Question, SiteVisit
from app.models.procedure_codes import Visibility
from app.web.access import requires, signed_in, writes, writes_on_get
from app.web.attachments import attachments_of, listed
from app.web.context import actor, db, now
from app.web.forms import Form
from app.web.loading import load

P = Permission


@blueprint.route("/demands/<uuid:demand_id>/ask", methods=["GET", "POST"])
@requires(P.QUESTION_ASK)
@writes
def ask(demand_id: UUID) -> ResponseReturnValue:
    """Ask a question."""
    demand = _load(demand_id)
    form = QuestionForm()
    return _filled_in(
        demand,
        form,
        "demands/ask.html",
        lambda: services.ask_question(db(), demand, text=form.text.data, by=actor(), now=now()),
        done=_("Your question is with the demand owner; the answer goes to everyone."),
        anchor="questions",
        cutoff=services.question_cutoff(demand),
    )


@blueprint.route("/demands/<uuid:demand_id>/questions/<uuid:question_id>/answer", methods=["GET", "POST"])
@requires(P.QUESTION_ANSWER)
@writes
def answer(demand_id: UUID, question_id: UUID) -> ResponseReturnValue:
    """Answer a question to everyone."""
    demand = _load(demand_id)
    question = _of(demand, Question, question_id)
    form = AnswerForm()
    return _filled_in(
        demand,
        form,
        "demands/answer.html",
        lambda: services.answer_question(db(), question, answer=form.answer.data, by=actor(), now=now()),
        done=_("The answer is published."),
        anchor="questions",
        question=question,
    )


@blueprint.route("/demands/<uuid:demand_id>/visits/new", methods=["GET", "POST"])
@requires(P.VISIT_KEEP)
@writes
def plan_visit(demand_id: UUID) -> ResponseReturnValue:
    """Announce a visit to the site."""
    demand = _load(demand_id)
    form = VisitForm()
    return _filled_in(
        demand,
        form,
        "demands/visit.html",
        lambda: services.plan_visit(db(), demand, by=actor(), now=now(), **form.values()),
        done=_("The visit is announced."),
        anchor="visits",
    )


@blueprint.post("/demands/<uuid:demand_id>/visits/<uuid:visit_id>/<any(join, leave):act>")
@requires(P.QUESTION_ASK)
@writes
def visit(demand_id: UUID, visit_id: UUID, act: str) -> ResponseReturnValue:
    """Take or give back the unit's place on a visit."""
    demand = _load(demand_id)
    found = _of(demand, SiteVisit, visit_id)
    if act == "join":
        services.join_visit(db(), found, by=actor(), now=now())
        flash(_("Your unit is on the list."), "success")
    else:
        services.leave_visit(db(), found, by=actor(), now=now())
        flash(_("Your unit is off the list."), "success")
    return redirect(_back(demand, "visits"))


@blueprint.route("/demands/<uuid:demand_id>/intent", methods=["GET", "POST"])
@requires(P.INTENT_REGISTER)
@writes
def register_intent(demand_id: UUID) -> ResponseReturnValue:
    """Register an intent under match-first."""
    demand = _load(demand_id)
    form = IntentForm()
    return _filled_in(
        demand,
        form,
        "demands/intent.html",
        lambda: services.register_intent(db(), demand, statement=form.statement.data, by=actor(), now=now()),
        done=_("Your intent is with the demand owner."),
        anchor="intents",
    )


@blueprint.post("/demands/<uuid:demand_id>/intents/<uuid:intent_id>/confirm")
@requires(P.QUESTION_ANSWER)
@writes
def confirm_intent(demand_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    """The owner confirms an intent."""
    demand = _load(demand_id)
    services.confirm_intent(db(), _of(demand, Intent, intent_id), by=actor(), now=now())
    flash(_("Intent confirmed. Sign the agreement; the bidder hands it in with the bid."), "success")
    return redirect(_back(demand, "intents"))


@blueprint.post("/demands/<uuid:demand_id>/<any(watch, unwatch):act>")
@signed_in
@writes
def watching(demand_id: UUID, act: str) -> ResponseReturnValue:
    """Watch a listing, or no longer."""
    demand = _load(demand_id)
    if act == "watch":
        services.watch(db(), demand, by=actor(), now=now())
        flash(_("You will be told of corrections, answers and results."), "success")
    else:
        services.unwatch(db(), demand, by=actor())
        flash(_("You will no longer be told of this listing."), "success")
    return redirect(_back(demand))


@blueprint.get("/demands/<uuid:demand_id>/restricted")
@signed_in
@writes_on_get
def restricted(demand_id: UUID) -> ResponseReturnValue:
    """The restricted part, for those to whom it is open; the reading is recorded."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    services.read_restricted(db(), demand, by=actor(), now=now())
    files = [each for each in attachments_of(db(), demand) if each.visibility is Visibility.RESTRICTED]
    return render_template("demands/restricted.html", demand=demand, files=listed(files, LABELS))


@blueprint.route("/demands/<uuid:demand_id>/pledge", methods=["GET", "POST"])
@requires(P.BID_CREATE)
@writes
def pledge(demand_id: UUID) -> ResponseReturnValue:
    """The pledge that opens the restricted part to a unit."""
    demand = _load(demand_id)
    form = PledgeForm()
    if form.validate_on_submit():
        try:
            services.sign_restricted_pledge(db(), demand, by=actor(), now=now())
            flash(_("Pledge signed."), "success")
            return redirect(url_for("demands.restricted", demand_id=demand.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("demands/pledge.html", demand=demand, form=form, lines=PLEDGE)
    return page, 422 if form.is_submitted() else 200


def _filled_in(
    demand: Demand,
    form: Form,
    template: str,
    act: Callable[[], Any],
    *,
    done: str,
    anchor: str,
    **more: Any,
) -> ResponseReturnValue:
    """A page with one form: do the act when it is sent and right, else show it (again)."""
    if form.validate_on_submit():
        try:
            act()
            flash(done, "success")
            return redirect(_back(demand, anchor))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(template, demand=demand, form=form, **more)
    return page, 422 if form.is_submitted() else 200


def _back(demand: Demand, anchor: str | None = None) -> str:
    return url_for("demands.show", demand_id=demand.id, _anchor=anchor)


def _load(demand_id: UUID) -> Demand:
    return load(db(), queries.visible_to(actor()), demand_id, lock=request.method == "POST")


def _of(demand: Demand, model: type[Any], thing_id: UUID) -> Any:
    found = db().get(model, thing_id)
    if found is None or found.demand_id != demand.id:
        raise NotSeen()
    return found
