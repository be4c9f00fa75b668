"""Members of an organisation, invitations, and the offices of the site."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.accounts import queries, services
from app.accounts.forms.organisations import InviteForm, OfficeForm, RoleForm, as_choices
from app.accounts.services.invitations import find_invitation
from app.accounts.services.memberships import BY_SEAT
from app.accounts.services.people import find_user
from app.accounts.views import blueprint
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _, _l
from app.models.accounts import Membership, Organisation, User
from app.models.procedure_codes import Role
from app.web import context
from app.web.access import requires, signed_in, writes
from app.web.context import actor, db, now
from app.web.forms import Form
from app.web.frame import choose_locale
from app.web.loading import load

NO_ACCOUNT = Refusal("no_account", _l("There is no confirmed account with this address."), "email")


@blueprint.route("/organisations/<uuid:organisation_id>/members", methods=["GET", "POST"])
@signed_in
@writes
def members(organisation_id: UUID) -> ResponseReturnValue:
    """The members, the open invitations, and the form that sends one."""
    found = _managed(organisation_id)
    form = InviteForm()
    form.role.use(_roles(found))
    if form.validate_on_submit():
        try:
            services.invite(db(), found, by=actor(), now=now(), locale=choose_locale(), **form.values())
            flash(_("The invitation is on its way to %(email)s.", email=form.email.data), "success")
            return redirect(url_for("accounts.members", organisation_id=found.id))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template(
        "accounts/members.html",
        organisation=found,
        form=form,
        members=queries.members_of(db(), found),
        invitations=list(db().scalars(queries.open_invitations(found, now()))),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/memberships/<uuid:membership_id>/change", methods=["GET", "POST"])
@signed_in
@writes
def change_membership(membership_id: UUID) -> ResponseReturnValue:
    """Give a member another role, or make them an administrator."""
    found = load(db(), queries.memberships_visible_to(actor()), membership_id, lock=request.method == "POST")
    form = RoleForm(obj=found)
    form.role.use(_roles(found.organisation, found.role))
    if form.validate_on_submit():
        try:
            services.change_membership(db(), found, by=actor(), now=now(), **form.values())
            flash(_("Saved. It counts from the person's next page on."), "success")
            return redirect(_back(found))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("accounts/membership.html", form=form, membership=found, back=_back(found))
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/memberships/<uuid:membership_id>/end", methods=["GET", "POST"])
@signed_in
@writes
def end_membership(membership_id: UUID) -> ResponseReturnValue:
    """End a membership, one's own or that of a member."""
    found = load(db(), queries.memberships_visible_to(actor()), membership_id, lock=request.method == "POST")
    form = Form()
    if form.validate_on_submit():
        back = _back(found)
        try:
            services.end_membership(db(), found, by=actor(), now=now())
            flash(_("The membership has ended."), "success")
            return redirect(back)
        except RuleBroken as error:
            form.form_errors.extend(each.wording for each in error.refusals)
    page = render_template("accounts/membership_end.html", form=form, membership=found, back=_back(found))
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/invitations/<uuid:invitation_id>/revoke")
@signed_in
@writes
def revoke_invitation(invitation_id: UUID) -> ResponseReturnValue:
    """Take an invitation back."""
    found = load(db(), queries.invitations_visible_to(actor()), invitation_id, lock=True)
    services.revoke_invitation(db(), found, by=actor(), now=now())
    flash(_("The invitation is taken back."), "success")
    return redirect(url_for("accounts.members", organisation_id=found.organisation_id))


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@signed_in
@writes
def invitation(token: str) -> ResponseReturnValue:
    """Accept an invitation that was sent to one's own address."""
    found = find_invitation(db(), token, by=actor(), now=now())
    form = Form()
    if form.validate_on_submit():
        try:
            services.accept_invitation(db(), token, by=actor(), now=now())
            context.act_for(found.organisation_id)
            flash(_("You are a member of %(name)s now.", name=found.organisation.name), "success")
            return redirect(url_for("accounts.organisation", organisation_id=found.organisation_id))
        except RuleBroken as error:
            form.form_errors.extend(each.wording for each in error.refusals)
    page = render_template("accounts/invitation.html", form=form, invitation=found)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/offices", methods=["GET", "POST"])
@requires(Permission.MEMBERSHIP_MANAGE)
@writes
def offices() -> ResponseReturnValue:
    """Who holds an office of the site, and the form that gives one."""
    form = OfficeForm()
    form.organisation.use(as_choices(queries.verified_organisations(db())))
    form.role.use(role for role in Role if role not in BY_SEAT)
    if form.validate_on_submit():
        values = form.values()
        try:
            person = _confirmed(values["email"])
            unit = values["organisation"].organisation
            is_admin = values["is_admin"]
            services.grant_membership(
                db(), person, unit, values["role"], by=actor(), now=now(), is_admin=is_admin
            )
            flash(_("The role is given. It counts from the person's next page on."), "success")
            return redirect(url_for("accounts.offices"))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    page = render_template("accounts/offices.html", form=form, officers=queries.officers(db()))
    return page, 422 if form.is_submitted() else 200


def _confirmed(email: str) -> User:
    person = find_user(db(), email)
    if person is None or person.email_confirmed_at is None:
        raise RuleBroken(NO_ACCOUNT)
    return person


def _managed(organisation_id: UUID) -> Organisation:
    found = load(db(), queries.visible_to(actor()), organisation_id, lock=request.method == "POST")
    if not queries.may_manage(db(), actor(), found):
        raise NotPermitted()
    return found


def _roles(found: Organisation, present: Role | None = None) -> list[Role]:
    offered = queries.roles_offered(found)
    return offered if present is None or present in offered else [present, *offered]


def _back(found: Membership) -> str:
    if found.user_id == actor().user_id:
        return url_for("accounts.profile")
    return url_for("accounts.members", organisation_id=found.organisation_id)
