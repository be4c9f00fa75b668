"""Forms of people: register, sign in, passwords, profile."""

from types import SimpleNamespace

from wtforms import BooleanField, EmailField, HiddenField, PasswordField, TelField

from app.core.i18n import LOCALES, _l
from app.core.passwords import MAX_LENGTH, MIN_LENGTH
from app.web.fields import CodeField, ShortText
from app.web.forms import Form
from app.web.validators import Email, Length, Pattern, Required, SameAs

EMAIL_MAX = 254
PHONE = Pattern(
    r"(1[3-9]\d{9})|(0\d{2,3}-?\d{7,8}(-\d{1,6})?)",
    _l("A phone number has 11 digits, or an area code such as 027-87650000."),
)
LANGUAGES = [SimpleNamespace(value=code, label=name) for code, name in LOCALES.items()]


class RegisterForm(Form):
    """Open an account."""

    name = ShortText(_l("Your name"), 80, [Required()], render_kw={"autocomplete": "name"})
    email = EmailField(
        _l("E-mail address"),
        [Required(), Email(), Length(max=EMAIL_MAX)],
        render_kw={"autocomplete": "email"},
    )
    phone = TelField(_l("Phone number"), [PHONE, Length(max=20)], render_kw={"autocomplete": "tel"})
    password = PasswordField(
        _l("Password"),
        [Required()],
        description=_l("%(min)s to %(max)s characters. A sentence is fine.", min=MIN_LENGTH, max=MAX_LENGTH),
        render_kw={"autocomplete": "new-password"},
    )
    password_again = PasswordField(
        _l("Password once more"),
        [Required(), SameAs("password", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )
    has_read_privacy = BooleanField(_l("I have read the privacy notice"), [Required()])


class SignInForm(Form):
    """Sign in; `next` is where one wanted to go."""

    email = EmailField(
        _l("E-mail address"),
        [Required(), Length(max=EMAIL_MAX)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(_l("Password"), [Required()], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class ConfirmForm(Form):
    """Confirm an address with the password chosen at registration."""

    password = PasswordField(_l("Password"), [Required()], render_kw={"autocomplete": "current-password"})


class ForgottenForm(Form):
    """Ask for a new password."""

    email = EmailField(
        _l("E-mail address"),
        [Required(), Email(), Length(max=EMAIL_MAX)],
        render_kw={"autocomplete": "username"},
    )


class NewPasswordForm(Form):
    """Choose a new password."""

    password = PasswordField(
        _l("New password"),
        [Required()],
        description=_l("%(min)s to %(max)s characters. A sentence is fine.", min=MIN_LENGTH, max=MAX_LENGTH),
        render_kw={"autocomplete": "new-password"},
    )
    password_again = PasswordField(
        _l("New password once more"),
        [Required(), SameAs("password", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """Change the password by giving the present one."""

    current = PasswordField(
        _l("Present password"), [Required()], render_kw={"autocomplete": "current-password"}
    )


class ProfileForm(Form):
    """What a person says about themselves."""

    name = ShortText(_l("Your name"), 80, [Required()], render_kw={"autocomplete": "name"})
    phone = TelField(_l("Phone number"), [PHONE, Length(max=20)], render_kw={"autocomplete": "tel"})
    locale = CodeField(_l("Language of pages and mails"), LANGUAGES, [Required()], radio=True)
    wants_mail = BooleanField(_l("Send me each message by mail too"))
