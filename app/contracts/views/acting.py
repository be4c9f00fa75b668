"""Drafting, editing, signing, cancelling and ending a contract."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.access import Permission
from app.awards import queries as awards
from app.contracts import queries, services
from app.contracts.forms import CancelForm, ContractForm, EndForm, SignForm
from app.contracts.views import blueprint
from app.core.errors import RuleBroken
from app.core.i18n import _
from app.models.awards import Award
from app.models.contracts import Contract
from app.models.procedure_codes import NoticeKind
from app.notices.forms import NoticeForm
from app.notices.services import days_of
from app.notices.services.texts import standard_body, standard_title
from app.notices.views.annex import lay_out
from app.web.access import requires, writes
from app.web.actions import may
from app.web.attachments import attach
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.reasons import ReasonForm
from app.workflow import CONTRACT, move, offered

P = Permission


@blueprint.route("/awards/<uuid:award_id>/contract", methods=["GET", "POST"])
@requires(P.CONTRACT_DRAFT)
@writes
def draft(award_id: UUID) -> ResponseReturnValue:
    """Draft the contract of an award."""
    award = load(db(), awards.visible_to(actor()), award_id, lock=request.method == "POST")
    if not may(P.CONTRACT_DRAFT, award):
        raise NotFound()
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            contract = services.draft_contract(db(), award, by=actor(), now=now())
            flash(_("The draft is copied from the bid. Check it and send it for signature."), "success")
            return redirect(url_for("contracts.show", contract_id=contract.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("contracts/draft.html", award=award, form=form, existing=_live_contract(award))
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/contracts/<uuid:contract_id>/edit", methods=["GET", "POST"])
@requires(P.CONTRACT_DRAFT)
@writes
def edit(contract_id: UUID) -> ResponseReturnValue:
    """Edit a draft."""
    contract = _load(contract_id, P.CONTRACT_DRAFT)
    form = ContractForm(obj=contract)
    is_row_command = form.is_submitted() and form.row_command()
    if not is_row_command and form.validate_on_submit():
        try:
            services.edit_contract(db(), contract, values=form.values(), by=actor(), now=now())
            flash(_("The draft is saved."), "success")
            return redirect(url_for("contracts.show", contract_id=contract.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("contracts/edit.html", contract=contract, form=form)
    return page, 422 if form.is_submitted() and not is_row_command else 200


@blueprint.route("/contracts/<uuid:contract_id>/sign", methods=["GET", "POST"])
@requires(P.CONTRACT_SIGN)
@writes
def sign(contract_id: UUID) -> ResponseReturnValue:
    """Sign for the organisation one acts for."""
    contract = _load(contract_id, P.CONTRACT_SIGN)
    form = SignForm()

    def act() -> None:
        rows = attach(db(), contract, form.scan.files, "scan", by=actor(), now=now())
        db().flush()
        services.sign_contract(
            db(), contract, by=actor(), now=now(), attachment_id=rows[0].id if rows else None
        )

    return _step(
        contract,
        form,
        "contracts/sign.html",
        act,
        _("Signed."),
        fingerprint=services.fingerprint(contract),
    )


@blueprint.route("/contracts/<uuid:contract_id>/cancel", methods=["GET", "POST"])
@requires(P.CONTRACT_END)
@writes
def cancel(contract_id: UUID) -> ResponseReturnValue:
    """Record that the talks failed."""
    contract = _load(contract_id, P.CONTRACT_END)
    form = CancelForm()
    return _step(
        contract,
        form,
        "contracts/cancel.html",
        lambda: move(db(), contract, "cancel", by=actor(), now=now(), reason=form.reason.data),
        CONTRACT.by_action["cancel"].done,
        blocked=next(
            (each.refusal for each in offered(contract, actor(), now()) if each.action == "cancel"), None
        ),
    )


@blueprint.route("/contracts/<uuid:contract_id>/end", methods=["GET", "POST"])
@requires(P.CONTRACT_END)
@writes
def set_end(contract_id: UUID) -> ResponseReturnValue:
    """Write down why the contract ends early."""
    contract = _load(contract_id, P.CONTRACT_END)
    form = EndForm(obj=contract)
    return _step(
        contract,
        form,
        "contracts/set_end.html",
        lambda: services.set_end(db(), contract, by=actor(), now=now(), **form.values()),
        _("Saved. Now publish the notice on the end of the contract."),
    )


@blueprint.route("/contracts/<uuid:contract_id>/termination-notice", methods=["GET", "POST"])
@requires(P.CONTRACT_END)
@writes
def publish_termination(contract_id: UUID) -> ResponseReturnValue:
    """Preview and publish the notice on the end of the contract."""
    contract = _load(contract_id, P.CONTRACT_END)
    round_ = contract.award.demand.round
    form = NoticeForm(
        data={
            "title": standard_title(NoticeKind.TERMINATION, round_),
            "working_days": days_of(round_, NoticeKind.TERMINATION),
            **standard_body(NoticeKind.TERMINATION, round_),
        }
    )
    return _step(
        contract,
        form,
        "contracts/publish_termination.html",
        lambda: services.publish_termination(db(), contract, by=actor(), now=now(), **form.values()),
        _("The notice is published. Afterwards the contract can be terminated or revoked."),
        annex=lay_out([services.termination_row(contract)]),
    )


def _load(contract_id: UUID, permission: Permission) -> Contract:
    contract = load(db(), queries.visible_to(actor()), contract_id, lock=request.method == "POST")
    if not may(permission, contract):
        raise NotFound()
    return contract


def _live_contract(award: Award) -> Contract | None:
    return next((each for each in award.contracts if each.state.value != "cancelled"), None)


def _step(
    contract: Contract, form: Any, template: str, act: Callable[[], object], done: Any, **shown: Any
) -> ResponseReturnValue:
    """Show the form of a step; sent, do it and go back to the contract, or say beside the field why not."""
    if form.validate_on_submit():
        try:
            act()
            flash(done, "success")
            return redirect(url_for("contracts.show", contract_id=contract.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(template, contract=contract, form=form, **shown)
    return page, 422 if form.is_submitted() else 200
