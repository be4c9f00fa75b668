"""People, organisations, memberships: who is here, and for whom each acts."""

from flask import Flask

from app.access import Permission
from app.accounts import queries
from app.accounts.demo import demo_accounts_command
from app.accounts.views import blueprint, commands, members, organisations, profile, sign_in
from app.core.i18n import _l
from app.web.actions import register_place
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow import ORGANISATION

PAGES = (sign_in, profile, organisations, members)
"""The modules whose pages stand on the blueprint."""

DONE_WORDING = {
    "user.register": _l("Account registered"),
    "user.confirm_email": _l("Address confirmed"),
    "user.edit_profile": _l("Profile edited"),
    "user.reset_password": _l("Password set anew"),
    "user.change_password": _l("Password changed"),
    "organisation.register": _l("Organisation registered, waiting for verification"),
    "organisation.register_imported": _l("Units named in a sheet of demands wait for verification"),
    "sheet_import.upload": _l("Sheet uploaded"),
    "sheet_import.write": _l("Sheet written"),
    "organisation.edit": _l("Data of the organisation edited"),
    "organisation.set_capabilities": _l("What the organisation may do was changed"),
    "membership.grant": _l("Role in an organisation given"),
    "membership.set_administrator": _l("Administrator named or relieved"),
    "membership.end": _l("Role in an organisation ended"),
    "invitation.invite": _l("Invitation sent"),
    "invitation.revoke": _l("Invitation taken back"),
    "invitation.accept": _l("Invitation to the organisation accepted"),
}


def init_app(app: Flask) -> None:
    """Register pages, the place of organisations, wordings, work areas and commands."""
    DONE.update(DONE_WORDING)
    register_place(
        blueprint,
        ORGANISATION,
        show="accounts.organisation",
        visible_to=queries.visible_to,
        title=lambda organisation: organisation.name,
        plain={"reject", "suspend", "reinstate"},
        pages={"verify": "accounts.verify"},
    )
    app.register_blueprint(blueprint)
    app.cli.add_command(demo_accounts_command)
    app.cli.add_command(commands.appoint_operator_command)
    office = _l("Platform")
    add_desk_item(
        office,
        _l("Organisations"),
        "accounts.organisations",
        Permission.ORGANISATION_VERIFY,
        Permission.MEMBERSHIP_MANAGE,
        Permission.EVENT_READ,
        order=90,
    )
    add_desk_item(office, _l("Offices"), "accounts.offices", Permission.MEMBERSHIP_MANAGE, order=91)
