"""Forms of organisations and their members."""

from types import SimpleNamespace
from typing import Any

from wtforms import BooleanField, EmailField, SearchField, TelField

from app.core.i18n import _l
from app.models.accounts import Organisation
from app.models.codes import OrganisationType, Region
from app.models.procedure_codes import Role
from app.models.states import OrganisationState
from app.web.fields import CodeField, CountField, DayField, LongText, MoneyField, ShortText, UsccField
from app.web.forms import FilterForm, Form
from app.web.validators import Email, Length, Pattern, Required

DOMAIN = Pattern(r"[a-z0-9-]+(\.[a-z0-9-]+)+", _l("A domain looks like example.cn, without @."))
LINE = Pattern(r"[0-9+() -]{5,40}", _l("A phone number holds digits, blanks and the signs + - ( )."))


class ProfileFields(Form):
    """What an organisation may change at any time."""

    address = ShortText(_l("Address"), 200)
    phone = TelField(_l("Public phone number"), [LINE, Length(max=40)])
    email_domain = ShortText(
        _l("E-mail domain"),
        120,
        [DOMAIN],
        description=_l("For example example.cn. It helps to find conflicts of interest."),
    )
    introduction = LongText(_l("About the organisation"), 2000)
    founded_on = DayField(_l("Founded on"))
    registered_capital_fen = MoneyField(_l("Registered capital"))
    staff_count = CountField(_l("Number of staff"))
    rd_staff_count = CountField(_l("Research staff"))
    revenue_fen = MoneyField(_l("Revenue of the last year"))
    rd_spend_fen = MoneyField(_l("Research spending of the last year"))
    is_high_tech = BooleanField(_l("National high-tech enterprise"))
    is_specialised = BooleanField(_l("Specialised and innovative enterprise"))
    wants_post = BooleanField(_l("Post demands (demand owner)"))
    wants_bid = BooleanField(_l("Bid for listings (bidder)"))


class OrganisationForm(ProfileFields):
    """Registration, and changes before the verification: identity and profile."""

    name = ShortText(_l("Full name of the organisation"), 120, [Required()])
    uscc = UsccField(_l("Unified social credit code"), [Required()])
    org_type = CodeField(_l("Type of organisation"), OrganisationType, [Required()])
    region = CodeField(_l("Region"), Region, [Required()])
    legal_rep = ShortText(_l("Name of the legal representative"), 80, [Required()])


class VerifyForm(Form):
    """What a verified organisation may do."""

    can_post = BooleanField(_l("May post demands"))
    can_bid = BooleanField(_l("May bid"))
    can_recommend = BooleanField(_l("May recommend demands of its region"))
    can_organise = BooleanField(_l("May run rounds"))


class RegisterFilter(FilterForm):
    """The officers' list of organisations."""

    q = SearchField(_l("Name or credit code"), [Length(max=100)])
    state = CodeField(_l("State of the organisation"), OrganisationState)


class RoleForm(Form):
    """A role in an organisation, and whether its holder manages the members."""

    role = CodeField(_l("Role"), Role, [Required()])
    is_admin = BooleanField(
        _l("Administrator of the organisation"),
        description=_l(
            "Administrators invite members, change their roles, and edit the organisation's data."
        ),
    )


class InviteForm(RoleForm):
    """An invitation by mail."""

    email = EmailField(_l("E-mail address"), [Required(), Email(), Length(max=254)])


class OfficeForm(Form):
    """An office of the site, given to a person who has an account."""

    email = EmailField(
        _l("E-mail address"),
        [Required(), Email(), Length(max=254)],
        description=_l("The address of an account that is confirmed."),
    )
    organisation = CodeField(_l("Organisation"), (), [Required()])
    role = CodeField(_l("Role"), Role, [Required()])
    is_admin = BooleanField(_l("Administrator of the organisation"))


def as_choices(organisations: list[Organisation]) -> list[Any]:
    """Organisations as entries of a code field."""
    return [SimpleNamespace(value=str(each.id), label=each.name, organisation=each) for each in organisations]
