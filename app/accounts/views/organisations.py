"""Organisations: register one's own, look at one, edit, verify."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.accounts import queries, services
from app.accounts.forms.organisations import OrganisationForm, ProfileFields, RegisterFilter, VerifyForm
from app.accounts.views import blueprint
from app.core.errors import NotPermitted, RuleBroken
from app.core.i18n import _, _l
from app.models.accounts import Organisation
from app.models.states import OrganisationState
from app.web import context
from app.web.access import public, requires, signed_in, writes
from app.web.actions import Button, button, buttons, may
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.pages import paginate
from app.web.timeline import timeline


@blueprint.get("/organisations")
@requires(Permission.ORGANISATION_VERIFY, Permission.MEMBERSHIP_MANAGE, Permission.EVENT_READ)
def organisations() -> ResponseReturnValue:
    """The register of organisations, for officers."""
    filters = RegisterFilter(request.args)
    chosen = filters.chosen()
    query = queries.register_of(actor(), state=chosen.get("state"), text=chosen.get("q", ""))
    return render_template("accounts/organisations.html", page=paginate(db(), query), filters=filters)


@blueprint.route("/organisations/new", methods=["GET", "POST"])
@signed_in
@writes
def create_organisation() -> ResponseReturnValue:
    """Register one's own organisation."""
    form = OrganisationForm()
    if form.validate_on_submit():
        try:
            made = services.create_organisation(db(), by=actor(), now=now(), **form.values())
            context.act_for(made.id)
            flash(_("Registered. The platform operator now verifies the organisation."), "success")
            _warn(made)
            return redirect(url_for("accounts.organisation", organisation_id=made.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("accounts/organisation_form.html", form=form, organisation=None)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/organisations/<uuid:organisation_id>")
@public
def organisation(organisation_id: UUID) -> ResponseReturnValue:
    """An organisation: little for everyone, all for its members and the officers."""
    found = load(db(), queries.visible_to(actor()), organisation_id)
    has_details = queries.reads_details(db(), actor(), found)
    is_officer = may(Permission.ORGANISATION_VERIFY, found)
    return render_template(
        "accounts/organisation.html",
        organisation=found,
        has_details=has_details,
        warnings=queries.code_warnings(found.uscc, found.org_type) if is_officer else [],
        members=queries.members_of(db(), found) if has_details else [],
        manages=queries.may_manage(db(), actor(), found),
        actions=_actions(found),
        entries=timeline(db(), found) if has_details else [],
    )


@blueprint.route("/organisations/<uuid:organisation_id>/edit", methods=["GET", "POST"])
@signed_in
@writes
def edit_organisation(organisation_id: UUID) -> ResponseReturnValue:
    """Change the data of an organisation."""
    found = load(db(), queries.visible_to(actor()), organisation_id, lock=request.method == "POST")
    if not queries.may_edit(db(), actor(), found):
        raise NotPermitted()
    form = _form_for(found)
    if form.validate_on_submit():
        try:
            services.edit_organisation(db(), found, by=actor(), now=now(), values=form.values())
            flash(_("Saved."), "success")
            _warn(found)
            return redirect(url_for("accounts.organisation", organisation_id=found.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("accounts/organisation_form.html", form=form, organisation=found)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/organisations/<uuid:organisation_id>/verify", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_VERIFY)
@writes
def verify(organisation_id: UUID) -> ResponseReturnValue:
    """Verify an organisation, and say what it may do."""
    found = load(db(), queries.visible_to(actor()), organisation_id, lock=request.method == "POST")
    form = VerifyForm(obj=found)
    if not form.is_submitted() and found.state is not OrganisationState.VERIFIED:
        form.can_post.data, form.can_bid.data = found.wants_post, found.wants_bid
    if form.validate_on_submit():
        try:
            services.verify_organisation(db(), found, by=actor(), now=now(), **form.values())
            flash(_("The organisation is verified and may do what you ticked."), "success")
            return redirect(url_for("accounts.organisation", organisation_id=found.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(
        "accounts/verify.html",
        form=form,
        organisation=found,
        warnings=queries.code_warnings(found.uscc, found.org_type),
    )
    return page, 422 if form.is_submitted() else 200


def _form_for(found: Organisation) -> ProfileFields:
    is_verified = found.state in (OrganisationState.VERIFIED, OrganisationState.SUSPENDED)
    form: ProfileFields = ProfileFields(obj=found) if is_verified else OrganisationForm(obj=found)
    return form


def _actions(found: Organisation) -> list[Button]:
    offered = buttons(found)
    if found.state is OrganisationState.VERIFIED and may(Permission.ORGANISATION_VERIFY, found):
        address = url_for("accounts.verify", organisation_id=found.id)
        offered.insert(0, button(_l("Change what it may do"), address))
    if queries.may_manage(db(), actor(), found):
        address = url_for("accounts.members", organisation_id=found.id)
        offered.insert(0, button(_l("Members and invitations"), address))
    if queries.may_edit(db(), actor(), found):
        address = url_for("accounts.edit_organisation", organisation_id=found.id)
        offered.insert(0, button(_l("Edit the data"), address))
    return offered


def _warn(found: Organisation) -> None:
    for wording in queries.code_warnings(found.uscc, found.org_type):
        flash(str(wording), "warning")
