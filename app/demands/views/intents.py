"""Match-first: intents, their confirmation, and the agreement that both sides sign."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.errors import RuleBroken
from app.core.i18n import _
from app.demands import services
from app.demands.forms.small import IntentForm, SignatureForm
from app.demands.intents import CLAUSES, SCAN, agreement_of, is_agreed, load_intent, side_of
from app.demands.views import blueprint
from app.demands.views.filling import back_to, filled_in, load_demand
from app.demands.views.showing import standing
from app.models.demands import Demand, Intent
from app.web.access import requires, signed_in, writes
from app.web.attachments import attach, attachments_of, listed
from app.web.context import actor, db, now
from app.web.reasons import ReasonForm

P = Permission


@blueprint.route("/demands/<uuid:demand_id>/intent", methods=["GET", "POST"])
@requires(P.INTENT_REGISTER)
@writes
def register_intent(demand_id: UUID) -> ResponseReturnValue:
    """Register an intent under match-first."""
    demand = load_demand(demand_id)
    form = IntentForm()
    return filled_in(
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
    demand = load_demand(demand_id)
    intent = _load(demand, intent_id)
    services.confirm_intent(db(), intent, by=actor(), now=now())
    flash(_("Intent confirmed. Now both sides sign the agreement."), "success")
    return redirect(_agreement_page(intent))


@blueprint.route("/demands/<uuid:demand_id>/intents/<uuid:intent_id>/decline", methods=["GET", "POST"])
@requires(P.QUESTION_ANSWER)
@writes
def decline_intent(demand_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    """The owner does not go on with an intent, and says why."""
    demand = load_demand(demand_id)
    intent = _load(demand, intent_id)
    form = ReasonForm()
    return filled_in(
        demand,
        form,
        "demands/intent_decline.html",
        lambda: services.decline_intent(db(), intent, reason=form.reason.data, by=actor(), now=now()),
        done=_("The bidder is told that you do not go on, and why."),
        anchor="intents",
        intent=intent,
    )


@blueprint.post("/demands/<uuid:demand_id>/intents/<uuid:intent_id>/withdraw")
@requires(P.INTENT_REGISTER)
@writes
def withdraw_intent(demand_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    """The bidder takes its intent back."""
    demand = load_demand(demand_id)
    services.withdraw_intent(db(), _load(demand, intent_id), by=actor(), now=now())
    flash(_("Your intent is withdrawn. You may register another before closing."), "success")
    return redirect(back_to(demand, "intents"))


@blueprint.get("/demands/<uuid:demand_id>/intents/<uuid:intent_id>/agreement")
@signed_in
def agreement(demand_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    """The intent agreement, to read, print and sign."""
    demand = load_demand(demand_id)
    return _agreement(demand, _load(demand, intent_id), SignatureForm())


@blueprint.post("/demands/<uuid:demand_id>/intents/<uuid:intent_id>/agreement")
@requires(P.INTENT_REGISTER, P.QUESTION_ANSWER)
@writes
def sign_agreement(demand_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    """Sign for one's own side, here or with the stamped scan."""
    demand = load_demand(demand_id)
    intent = _load(demand, intent_id)
    form = SignatureForm()

    if form.validate():
        try:
            scans = attach(db(), intent, form.scan.files, SCAN, by=actor(), now=now())
            services.sign_agreement(db(), intent, scan=next(iter(scans), None), by=actor(), now=now())
            flash(_("Signed for your side."), "success")
            return redirect(_agreement_page(intent))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return _agreement(demand, intent, form), 422


def _agreement(demand: Demand, intent: Intent, form: SignatureForm) -> str:
    side = side_of(intent, actor())
    has_signed = side is not None and getattr(intent, f"{side}_signed_at") is not None
    is_due = intent.confirmed_at is not None and intent.withdrawn_at is None and not has_signed
    return render_template(
        "demands/agreement.html",
        demand=demand,
        intent=intent,
        text=agreement_of(intent),
        clauses=CLAUSES,
        form=form,
        can_sign=side is not None and is_due and standing(demand).is_open,
        is_agreed=is_agreed(intent),
        scans=listed(attachments_of(db(), intent)),
    )


def _agreement_page(intent: Intent) -> str:
    return url_for("demands.agreement", demand_id=intent.demand_id, intent_id=intent.id)


def _load(demand: Demand, intent_id: UUID) -> Intent:
    return load_intent(db(), demand, intent_id, actor())
