"""The list of contracts, the page of one, and what differs from demand and bid."""

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import content as bids
from app.contracts import queries, services
from app.contracts.forms import ContractFilter
from app.contracts.views import blueprint
from app.core.i18n import _
from app.core.text import mask_name
from app.models.contracts import Contract
from app.models.procedure_codes import NoticeKind, Role
from app.models.states import ContractState
from app.web.access import requires, signed_in, writes_on_get
from app.web.actions import Button, button, buttons, may
from app.web.attachments import attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.timeline import timeline

P = Permission


@blueprint.get("/contracts")
@requires(P.CONTRACT_DRAFT, P.CONTRACT_SIGN, P.CONTRACT_END, P.EVENT_READ, P.SUBSIDY_PAY)
def index() -> ResponseReturnValue:
    """The reader's contracts, and the awards that wait for one."""
    form = ContractFilter(request.args)
    page = paginate(db(), queries.listing(actor(), **form.chosen()))
    return render_template(
        "contracts/index.html", form=form, page=page, waiting=queries.awards_to_contract(db(), actor())
    )


@blueprint.get("/contracts/<uuid:contract_id>")
@signed_in
def show(contract_id: UUID) -> ResponseReturnValue:
    """One contract."""
    contract = load(db(), queries.visible_to(actor()), contract_id)
    return render_template(
        "contracts/show.html",
        contract=contract,
        demand=contract.award.demand,
        bid=contract.award.bid,
        leader=_leader(contract),
        buttons=[*_steps(contract), *buttons(contract)],
        sums=queries.sum_rows(contract),
        target_text=queries.target_text,
        notices=[each for each in contract.notices if each.kind is NoticeKind.TERMINATION],
        files=listed(attachments_of(db(), contract)),
        can_compare=_may_compare(contract),
        entries=timeline(db(), contract),
    )


@blueprint.get("/contracts/<uuid:contract_id>/differences")
@signed_in
@writes_on_get
def differences(contract_id: UUID) -> ResponseReturnValue:
    """Demand, bid and contract side by side. Reading the bid is recorded."""
    contract = load(db(), queries.visible_to(actor()), contract_id)
    bid = bids.read(db(), contract.award.bid, by=actor(), now=now())
    return render_template(
        "contracts/differences.html",
        contract=contract,
        demand=contract.award.demand,
        bid=bid,
        indicators=queries.indicator_rows(contract, bid),
        milestones=queries.milestone_pairs(contract, bid),
        sums=queries.sum_rows(contract),
    )


def _steps(contract: Contract) -> list[Button]:
    """Steps that move no state by themselves: editing, signing, preparing the end."""
    found = []
    if contract.state is ContractState.DRAFT and may(P.CONTRACT_DRAFT, contract):
        found.append(button(_("Edit the draft"), url_for("contracts.edit", contract_id=contract.id)))
    is_ours = may(P.CONTRACT_SIGN, contract) and not services.has_signed(contract, actor().organisation_id)
    if contract.state is ContractState.IN_SIGNATURE and is_ours:
        url = url_for("contracts.sign", contract_id=contract.id)
        found.append(button(_("Sign the contract"), url, style="primary"))
    if contract.state is ContractState.ACTIVE and may(P.CONTRACT_END, contract):
        url = url_for("contracts.set_end", contract_id=contract.id)
        found.append(button(_("Prepare an early end"), url, style="danger"))
        if contract.end_reason is not None:
            url = url_for("contracts.publish_termination", contract_id=contract.id)
            found.append(button(_("Publish the notice on the end"), url))
    return found


def _may_compare(contract: Contract) -> bool:
    who = actor()
    return who.has(Role.SUPERVISOR) or who.organisation_id in (
        contract.owner_id,
        contract.lead_id,
        contract.organiser_id,
    )


def _leader(contract: Contract) -> str:
    """The leader's name for parties, organiser and supervision; masked for others."""
    return contract.leader_name if _may_compare(contract) else mask_name(contract.leader_name)
