"""Contract changes: the list, filing, the page of a request, consent and approval."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.contracts import queries as contracts
from app.core.errors import RuleBroken
from app.core.i18n import _, _l
from app.core.money import format_wan
from app.milestones import queries, services
from app.milestones.forms.changes import change_form
from app.milestones.views.base import blueprint
from app.milestones.views.work import SLOTS, blocking
from app.models.contracts import ChangeRequest, Contract
from app.models.procedure_codes import ChangeKind
from app.models.states import ChangeState, ContractState
from app.web.access import requires, signed_in, writes
from app.web.actions import Button, button, buttons, may
from app.web.attachments import attach, attachments_of, listed
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.reasons import ReasonForm
from app.web.timeline import timeline


@blueprint.get("/changes")
@signed_in
def changes() -> ResponseReturnValue:
    """The change requests of one's contracts."""
    return render_template("milestones/changes.html", page=paginate(db(), queries.change_list(actor())))


@blueprint.route("/contracts/<uuid:contract_id>/changes/new", methods=["GET", "POST"])
@requires(Permission.CHANGE_FILE)
@writes
def file_change(contract_id: UUID) -> ResponseReturnValue:
    """File a request to change a contract."""
    contract = load(db(), contracts.visible_to(actor()), contract_id, lock=request.method == "POST")
    kind = _kind()
    form = change_form(contract, kind)
    is_sent = request.method == "POST" and not form.row_command()
    if is_sent and form.validate():
        try:
            payload, reason = form.payload(contract), form.reason.data
            change = services.file_change(
                db(), contract, kind=kind, reason=reason, payload=payload, by=actor(), now=now()
            )
            attach(db(), change, form.proof.files, "proof", by=actor(), now=now())
            flash(_("The request was filed. The demand owner is asked for consent."), "success")
            return redirect(url_for("milestones.show_change", change_request_id=change.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    tabs = [
        {
            "label": each.label,
            "url": url_for("milestones.file_change", contract_id=contract.id, kind=each.value),
            "active": each is kind,
        }
        for each in ChangeKind
    ]
    refused = services.filing_refusals(contract, kind)
    return (
        render_template(
            "milestones/file_change.html",
            contract=contract,
            form=form,
            kind=kind,
            tabs=tabs,
            refused=[] if is_sent else refused,
            latest_end=services.latest_end(contract),
        ),
        422 if is_sent else 200,
    )


@blueprint.get("/changes/<uuid:change_request_id>")
@signed_in
def show_change(change_request_id: UUID) -> ResponseReturnValue:
    """One request with what it would change."""
    change = load(db(), queries.changes_visible_to(actor()), change_request_id)
    return render_template(
        "milestones/show_change.html",
        change=change,
        contract=change.contract,
        differences=differences(change),
        actions=[*_consent_button(change), *buttons(change)],
        files=listed(attachments_of(db(), change), SLOTS),
        entries=timeline(db(), change),
    )


@blueprint.route("/changes/<uuid:change_request_id>/consent", methods=["GET", "POST"])
@requires(Permission.CHANGE_CONSENT)
@writes
def consent(change_request_id: UUID) -> ResponseReturnValue:
    """The demand owner's consent."""
    change = load(db(), queries.changes_visible_to(actor()), change_request_id, lock=request.method == "POST")
    form = ReasonForm()
    if form.validate_on_submit():
        services.consent(db(), change, by=actor(), now=now())
        flash(_("Your consent was recorded."), "success")
        return redirect(url_for("milestones.show_change", change_request_id=change.id))
    return render_template(
        "milestones/decide_change.html",
        change=change,
        form=form,
        differences=differences(change),
        blocked=None,
        title=_("Consent to the change"),
        sentence=_("You agree to this change of the contract as its demand owner."),
        confirm=_("Give consent"),
    )


@blueprint.route("/changes/<uuid:change_request_id>/approve", methods=["GET", "POST"])
@requires(Permission.CHANGE_DECIDE)
@writes
def approve_change(change_request_id: UUID) -> ResponseReturnValue:
    """Approve the request; the contract changes at once."""
    change = load(db(), queries.changes_visible_to(actor()), change_request_id, lock=request.method == "POST")
    form = ReasonForm()
    status = 200
    if form.validate_on_submit():
        try:
            services.approve_change(db(), change, by=actor(), now=now())
            flash(_("The change was approved, the contract has a new version."), "success")
            return redirect(url_for("contracts.show", contract_id=change.contract_id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
            status = 422
    return (
        render_template(
            "milestones/decide_change.html",
            change=change,
            form=form,
            differences=differences(change),
            blocked=blocking(change, "approve"),
            title=_("Approve the change"),
            sentence=_("The contract changes at once and gets a new version; the present one is kept."),
            confirm=_("Approve and apply"),
        ),
        status,
    )


def change_buttons(contract: Contract) -> list[Button]:
    """The button that files a request, on the page of a contract in force."""
    if contract.state is not ContractState.ACTIVE or not may(Permission.CHANGE_FILE, contract):
        return []
    url = url_for("milestones.file_change", contract_id=contract.id)
    refused = [each for each in services.filing_refusals(contract) if each.code == "contract_on_hold"]
    return [button(_l("Request a change"), url, refusal=refused[0] if refused else None)]


def differences(change: ChangeRequest) -> list[tuple[Any, Any, Any]]:
    """What the request changes: label, before, after; only what differs."""
    reader = {
        ChangeKind.INDICATORS: _target_rows,
        ChangeKind.BUDGET: _budget_rows,
        ChangeKind.MEMBER: _member_rows,
    }.get(change.kind, _plain_rows)
    return [row for row in reader(change) if row[1] != row[2]]


def _plain_rows(change: ChangeRequest) -> list[tuple[Any, Any, Any]]:
    before = change.payload.get("before", {})
    labels = {
        "ends_on": _l("End of the project"),
        "leader_name": _l("Project leader"),
        "objectives": _l("Objectives and technical route"),
        "title": _l("Project name"),
    }
    return [
        (label, before.get(key), change.payload[key])
        for key, label in labels.items()
        if key in change.payload
    ]


def _target_rows(change: ChangeRequest) -> list[tuple[Any, Any, Any]]:
    before = {each["indicator_id"]: each for each in change.payload.get("before", {}).get("targets", [])}
    after = {each["indicator_id"]: each for each in change.payload["targets"]}
    return [
        (
            each.name,
            _bounds(each, before.get(str(each.id), {})),
            _bounds(each, after.get(str(each.id), {})),
        )
        for each in change.contract.indicators
    ]


def _bounds(indicator: Any, row: dict[str, Any]) -> str:
    high = f" ~ {row['target_high']}" if row.get("target_high") is not None else ""
    return f"{indicator.operator.label} {row.get('target') or '—'}{high} {indicator.unit}".strip()


def _budget_rows(change: ChangeRequest) -> list[tuple[Any, Any, Any]]:
    before = {
        each["line_id"]: each["amount_fen"] for each in change.payload.get("before", {}).get("lines", [])
    }
    after = {each["line_id"]: each["amount_fen"] for each in change.payload["lines"]}
    return [
        (
            f"{each.year} · {each.source.label} · {each.item.label}",
            format_wan(before.get(str(each.id), 0)),
            format_wan(after.get(str(each.id), 0)),
        )
        for each in change.contract.budget
    ]


def _member_rows(change: ChangeRequest) -> list[tuple[Any, Any, Any]]:
    def lines(members: list[dict[str, Any]]) -> str:
        return (
            "\n".join(" · ".join(str(v) for v in (m.get("name"), m.get("tasks")) if v) for m in members)
            or "—"
        )

    return [
        (
            _l("Members"),
            lines(change.payload.get("before", {}).get("members", [])),
            lines(change.payload["members"]),
        )
    ]


def _kind() -> ChangeKind:
    asked = request.args.get("kind", "")
    return next((each for each in ChangeKind if each.value == asked), ChangeKind.EXTENSION)


def _consent_button(change: ChangeRequest) -> list[Button]:
    is_open = change.state is ChangeState.FILED and not change.has_owner_consent
    if not is_open or not may(Permission.CHANGE_CONSENT, change):
        return []
    url = url_for("milestones.consent", change_request_id=change.id)
    return [button(_l("Consent to the change"), url, style="primary")]
