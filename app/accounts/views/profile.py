"""One's own account: profile, language, mail, password, memberships, and the organisation to act for."""

from uuid import UUID

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.accounts import queries, services
from app.accounts.forms.people import ChangePasswordForm, ProfileForm
from app.accounts.views import blueprint
from app.accounts.views.sign_in import landing
from app.core.errors import NotSeen, RuleBroken
from app.core.i18n import _
from app.models.accounts import User
from app.web import context
from app.web.access import signed_in, writes
from app.web.context import actor, db, now
from app.web.frame import safe_next


def person() -> User:
    """The signed-in person, in this request's session."""
    found = context.user()
    if found is None:
        raise NotSeen()
    return found


@blueprint.route("/account", methods=["GET", "POST"])
@signed_in
@writes
def profile() -> ResponseReturnValue:
    """What the person says about themselves, and their memberships."""
    me = person()
    form = ProfileForm(obj=me)
    if form.validate_on_submit():
        values = form.values()
        values["locale"] = values["locale"].value
        services.update_profile(db(), me, by=actor(), now=now(), **values)
        session["locale"] = me.locale
        flash(_("Saved."), "success")
        return redirect(url_for("accounts.profile"))
    page = render_template(
        "accounts/profile.html", form=form, me=me, memberships=queries.memberships_of(db(), me.id)
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/account/password", methods=["GET", "POST"])
@signed_in
@writes
def password() -> ResponseReturnValue:
    """Change the password. Everyone else who is signed in with the account is signed out."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        me = person()
        try:
            services.change_password(
                db(),
                me,
                current=form.current.data,
                password=form.password.data,
                by=actor(),
                now=now(),
            )
            acting_for = actor().organisation_id
            context.sign_in(me)
            if acting_for:
                context.act_for(acting_for)
            flash(_("Your password is changed. You are signed out everywhere else."), "success")
            return redirect(url_for("accounts.profile"))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return render_template("accounts/password.html", form=form), 422 if form.is_submitted() else 200


@blueprint.post("/account/organisation")
@signed_in
@writes
def switch_organisation() -> ResponseReturnValue:
    """Act for another of one's organisations."""
    wanted = request.form.get("organisation", "")
    mine = {str(each.organisation_id): each for each in queries.memberships_of(db(), person().id)}
    if wanted not in mine:
        raise NotSeen()
    context.act_for(UUID(wanted))
    flash(_("You now act for %(name)s.", name=mine[wanted].organisation.name), "success")
    return redirect(safe_next(request.form.get("next")) or landing())
