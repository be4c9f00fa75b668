"""Register, confirm, sign in and out, and set a forgotten password."""

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms.widgets import PasswordInput

from app.accounts import services
from app.accounts.demo import DemoAccount, demo_accounts
from app.accounts.forms.people import ConfirmForm, ForgottenForm, NewPasswordForm, RegisterForm, SignInForm
from app.accounts.services import tokens
from app.accounts.views import blueprint
from app.core.errors import RuleBroken
from app.core.i18n import LOCALES, _
from app.models.accounts import User
from app.web import context
from app.web.access import public, writes
from app.web.context import actor, db, now
from app.web.frame import choose_locale, safe_next


@blueprint.route("/register", methods=["GET", "POST"])
@public
@writes
def register() -> ResponseReturnValue:
    """Open an account. The answer is the same whether or not the address is known."""
    form = RegisterForm()
    if form.validate_on_submit():
        values = {name: form[name].data for name in ("email", "password", "name", "phone")}
        try:
            services.register(db(), locale=choose_locale(), now=now(), **values)
            return redirect(url_for("accounts.mail_sent"))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return render_template("accounts/register.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/register/sent")
@public
def mail_sent() -> ResponseReturnValue:
    """What to do after registering."""
    return render_template("accounts/mail_sent.html")


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@public
@writes
def confirm(token: str) -> ResponseReturnValue:
    """Confirm an address by the link from the mail and the password; signs in."""
    tokens.find(db(), token, tokens.CONFIRM, now=now())
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            person = services.confirm_email(db(), token, now=now(), password=form.password.data)
            _begin(person)
            flash(_("Your address is confirmed. Welcome!"), "success")
            return redirect(landing())
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return render_template("accounts/confirm.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@writes
def sign_in() -> ResponseReturnValue:
    """Sign in. What a failure writes is kept although the answer is a refusal."""
    form = SignInForm()
    if form.validate_on_submit():
        source = context.client_address()
        try:
            person = services.authenticate(
                db(), form.email.data, form.password.data, source=source, now=now()
            )
            _begin(person)
            return redirect(safe_next(form.next.data) or landing())
        except RuleBroken as error:
            db().commit()
            form.add_refusals(error.refusals)
    accounts = demo_accounts(db()) if current_app.config["DEMO"] else []
    if not form.is_submitted():
        if actor().is_signed_in:
            return redirect(safe_next(request.args.get("next")) or landing())
        form.next.data = safe_next(request.args.get("next")) or ""
        _fill_in(form, accounts)
    page = render_template("accounts/sign_in.html", form=form, accounts=accounts)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/sign-out")
@public
@writes
def sign_out() -> ResponseReturnValue:
    """End this session."""
    context.sign_out()
    flash(_("You are signed out."), "success")
    return redirect(_home())


@blueprint.route("/forgotten", methods=["GET", "POST"])
@public
@writes
def forgotten() -> ResponseReturnValue:
    """Ask for a mail with which to set a new password. The answer is the same for every address."""
    form = ForgottenForm()
    if form.validate_on_submit():
        services.request_reset(db(), form.email.data, now=now())
        flash(_("If there is an account with this address, a mail with a link is on its way."), "success")
        return redirect(url_for("accounts.sign_in"))
    return render_template("accounts/forgotten.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
@writes
def reset(token: str) -> ResponseReturnValue:
    """Set a new password by the link from the mail; ends every session of the account."""
    tokens.find(db(), token, tokens.RESET, now=now())
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            services.reset_password(db(), token, form.password.data, now=now())
            context.sign_out()
            flash(_("Your password is set. Sign in with it."), "success")
            return redirect(url_for("accounts.sign_in"))
        except RuleBroken as error:
            form.add_refusals(error.refusals)
    return render_template("accounts/reset.html", form=form), 422 if form.is_submitted() else 200


def _fill_in(form: SignInForm, accounts: list[DemoAccount]) -> None:
    """Fill in the demonstration account that was chosen; its password is published on the same page."""
    chosen = next((each for each in accounts if each.email == request.args.get("account")), None)
    if chosen is not None:
        form.email.data, form.password.data = chosen.email, chosen.password
        form.password.widget = PasswordInput(hide_value=False)


def _begin(person: User) -> None:
    context.sign_in(person)
    if person.locale in LOCALES:
        session.setdefault("locale", person.locale)


def landing() -> str:
    """Where one goes after signing in: the desk."""
    return url_for("home.desk") if "home.desk" in current_app.view_functions else url_for("accounts.profile")


def _home() -> str:
    return (
        url_for("home.index") if "home.index" in current_app.view_functions else url_for("accounts.sign_in")
    )
