"""What accounts do: people and their passwords, organisations, memberships and invitations."""

from app.accounts.services.invitations import accept_invitation, invite, revoke_invitation
from app.accounts.services.memberships import (
    appoint_operator,
    change_membership,
    end_membership,
    grant_membership,
)
from app.accounts.services.organisations import create_organisation, edit_organisation, verify_organisation
from app.accounts.services.passwords import change_password, request_reset, reset_password
from app.accounts.services.people import confirm_email, register, update_profile
from app.accounts.services.sign_in import authenticate

__all__ = [
    "accept_invitation",
    "appoint_operator",
    "authenticate",
    "change_membership",
    "change_password",
    "confirm_email",
    "create_organisation",
    "edit_organisation",
    "end_membership",
    "grant_membership",
    "invite",
    "register",
    "request_reset",
    "reset_password",
    "revoke_invitation",
    "update_profile",
    "verify_organisation",
]
