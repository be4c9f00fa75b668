"""The list of acceptances, the page of one, and the package that the contractor hands in."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.acceptances import queries, services
from app.acceptances.forms import SLOTS, AcceptanceFilter, PackageForm, file_field, package_form
from app.acceptances.views.base import blueprint, load_acceptance
from app.access import Permission
from app.contracts import queries as contracts
from app.core.errors import RuleBroken
from app.core.i18n import _, _l
from app.milestones.views.work import blocking
from app.models.contracts import Contract
from app.models.outcomes import Acceptance
from app.models.reviews import Panel
from app.models.states import AcceptanceState, ContractState
from app.web.access import requires, signed_in, writes
from app.web.actions import Button, button, buttons, may
from app.web.attachments import attach, attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.timeline import timeline
from app.workflow.outcomes import live_panel

DECISIONS = ("pass", "require_rectification", "conclude", "fail", "fail_unrectified")


@blueprint.get("/acceptances")
@signed_in
def index() -> ResponseReturnValue:
    """The acceptances one may see."""
    form = AcceptanceFilter(request.args)
    page = paginate(db(), queries.acceptance_list(actor(), **form.chosen()))
    return render_template("acceptances/index.html", form=form, page=page)


@blueprint.get("/acceptances/<uuid:acceptance_id>")
@signed_in
def show(acceptance_id: UUID) -> ResponseReturnValue:
    """One acceptance: the package, the panel's work, the decision, the course."""
    acceptance = load_acceptance(acceptance_id)
    panel = live_panel(acceptance)
    return render_template(
        "acceptances/show.html",
        acceptance=acceptance,
        contract=acceptance.contract,
        rows=queries.results_of(acceptance),
        former=queries.results_of(acceptance, 1) if acceptance.attempt == 2 else [],
        panel=panel,
        panel_url=_panel_url(panel),
        seats=queries.seats_of(panel) if panel else [],
        signed=services.count_signed(acceptance, panel),
        sheets=queries.sheets_open_to(db(), panel, actor()) if panel else [],
        certificate=queries.certificate_of(db(), acceptance.id),
        notice=queries.result_notice(db(), acceptance),
        actions=page_buttons(acceptance),
        files=listed(attachments_of(db(), acceptance), SLOTS),
        pass_line=services.pass_line(acceptance),
        entries=timeline(db(), acceptance),
    )


@blueprint.route("/contracts/<uuid:contract_id>/acceptance/new", methods=["GET", "POST"])
@requires(Permission.ACCEPTANCE_REQUEST)
@writes
def request_acceptance(contract_id: UUID) -> ResponseReturnValue:
    """Ask for acceptance and hand in the package."""
    contract = load(db(), contracts.visible_to(actor()), contract_id, lock=request.method == "POST")
    form = package_form(contract)
    is_sent = request.method == "POST" and not form.row_command()
    if is_sent and form.validate():
        try:
            values, results = form.package(), form.results(contract)
            acceptance = services.request_acceptance(
                db(), contract, values=values, results=results, by=actor(), now=now()
            )
            _attach(acceptance, form)
            flash(_("Acceptance was requested. The organizer will draw the panel."), "success")
            return redirect(url_for("acceptances.show", acceptance_id=acceptance.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    refused = services.request_refusals(db(), contract) if not is_sent else []
    return (
        render_template(
            "acceptances/package.html",
            contract=contract,
            acceptance=None,
            form=form,
            slots=[file_field(slot) for slot in SLOTS],
            refused=refused,
        ),
        422 if is_sent else 200,
    )


@blueprint.route("/acceptances/<uuid:acceptance_id>/resubmit", methods=["GET", "POST"])
@requires(Permission.ACCEPTANCE_REQUEST)
@writes
def resubmit(acceptance_id: UUID) -> ResponseReturnValue:
    """Hand in the rectified results."""
    acceptance = load_acceptance(acceptance_id)
    contract = acceptance.contract
    form = package_form(contract, acceptance)
    is_sent = request.method == "POST" and not form.row_command()
    if is_sent and form.validate():
        try:
            _attach(acceptance, form)
            values, results = form.package(), form.results(contract)
            services.resubmit(db(), acceptance, values=values, results=results, by=actor(), now=now())
            flash(_("The rectified results were handed in. A new panel will be drawn."), "success")
            return redirect(url_for("acceptances.show", acceptance_id=acceptance.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    blocked = blocking(acceptance, "resubmit")
    return (
        render_template(
            "acceptances/package.html",
            contract=contract,
            acceptance=acceptance,
            form=form,
            slots=[file_field(slot) for slot in SLOTS],
            refused=[blocked] if blocked and not is_sent else [],
        ),
        422 if is_sent else 200,
    )


def acceptance_buttons(contract: Contract) -> list[Button]:
    """The button that asks for acceptance, on the page of a contract in force that has none yet."""
    if contract.state is not ContractState.ACTIVE or contract.acceptance is not None:
        return []
    if not may(Permission.ACCEPTANCE_REQUEST, contract):
        return []
    refused = services.request_refusals(db(), contract)
    url = url_for("acceptances.request_acceptance", contract_id=contract.id)
    return [button(_l("Request acceptance"), url, style="primary", refusal=refused[0] if refused else None)]


def page_buttons(acceptance: Acceptance) -> list[Button]:
    """What the actor may do: the four decisions stand behind one button."""
    offered = buttons(acceptance)
    found = [each for each in offered if each.action not in DECISIONS]
    here: dict[str, Any] = {"acceptance_id": acceptance.id}
    state = acceptance.state
    is_open = state in (AcceptanceState.REQUESTED, AcceptanceState.IN_REVIEW)
    is_reviewing = state is AcceptanceState.IN_REVIEW
    if (
        state is AcceptanceState.REQUESTED
        and live_panel(acceptance) is None
        and may(Permission.PANEL_DRAW, acceptance)
    ):
        found.insert(0, button(_l("Draw the panel"), url_for("acceptances.draw", **here), style="primary"))
    seat = queries.seat_on(live_panel(acceptance), actor())
    if is_reviewing and seat is not None:
        found.append(button(_l("Score the results"), url_for("acceptances.score", **here), style="primary"))
        if acceptance.opinion:
            found.append(button(_l("Sign the opinion"), url_for("acceptances.sign", **here)))
    if is_open and may(Permission.ACCEPTANCE_OPINION, acceptance):
        found.append(button(_l("Give the opinion of the owner"), url_for("acceptances.give_opinion", **here)))
    if is_reviewing and may(Permission.ACCEPTANCE_DECIDE, acceptance):
        found.append(
            button(_l("Record the findings of the panel"), url_for("acceptances.set_verdicts", **here))
        )
    if any(each.action in DECISIONS for each in offered):
        found.append(button(_l("Decide"), url_for("acceptances.decide", **here), style="primary"))
    is_decided = state in _DECIDED and may(Permission.NOTICE_PUBLISH, acceptance)
    if is_decided and queries.result_notice(db(), acceptance) is None:
        url = url_for("acceptances.publish_result", **here)
        found.append(button(_l("Publish the result"), url, style="primary"))
    return found


_DECIDED = (AcceptanceState.PASSED, AcceptanceState.CONCLUDED, AcceptanceState.FAILED)


def _panel_url(panel: Panel | None) -> str | None:
    if panel is None or not may(Permission.PANEL_DRAW, panel.assignments[0]):
        return None
    return url_for("experts.panel", panel_id=panel.id)


def _attach(acceptance: Acceptance, form: PackageForm) -> None:
    for slot, uploads in form.uploads():
        attach(db(), acceptance, uploads, slot, by=actor(), now=now())
