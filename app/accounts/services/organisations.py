"""Organisations: registered by a member of theirs, verified by an officer, who opens their capabilities."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.accounts import queries
from app.accounts.services.memberships import add_membership
from app.core import uscc as codes
from app.core.errors import NotPermitted, Refusal, RuleBroken
from app.core.i18n import _l
from app.models.accounts import Membership, Organisation, User
from app.models.codes import OrganisationType, Region
from app.models.procedure_codes import Role
from app.models.states import OrganisationState
from app.notifications.audiences import holders
from app.notifications.services import notify
from app.workflow import move, record

# What an officer has verified: it changes only before that.
IDENTITY = ("name", "uscc", "org_type", "region", "legal_rep")
PROFILE = (
    "address",
    "phone",
    "email_domain",
    "introduction",
    "founded_on",
    "registered_capital_fen",
    "staff_count",
    "rd_staff_count",
    "revenue_fen",
    "rd_spend_fen",
    "is_high_tech",
    "is_specialised",
    "wants_post",
    "wants_bid",
)


def create_organisation(
    session: Session,
    *,
    by: Actor,
    now: datetime,
    name: str,
    uscc: str,
    org_type: OrganisationType,
    region: Region,
    legal_rep: str,
    wants_post: bool,
    wants_bid: bool,
    **more: Any,
) -> Organisation:
    """Register an organisation; who does it becomes its administrator, with the roles it asks for.

    A unit that a sheet of demands named and that has no people yet is taken over by the first who registers it. The
    roles count once an officer has verified it. Raises RuleBroken for a code that does not check or is taken, and when
    neither posting nor bidding is wanted."""
    if by.user_id is None:
        raise NotPermitted()
    code = codes.normalize(uscc)
    organisation = _awaiting_people(session, code)
    if organisation is None:
        _check_code(session, code)
        organisation = Organisation(id=uuid4(), uscc=code, created_at=now)
    _check_wishes(wants_post, wants_bid)
    told = {"name": name, "org_type": org_type, "region": region, "legal_rep": legal_rep}
    for column, value in (told | more).items():
        setattr(organisation, column, value)
    organisation.wants_post, organisation.wants_bid = wants_post, wants_bid
    session.add(organisation)
    session.flush()
    record(session, organisation, "register", by=by, now=now)
    person = session.get_one(User, by.user_id)
    for role, is_wanted in ((Role.DEMAND_OWNER, wants_post), (Role.BIDDER, wants_bid)):
        if is_wanted:
            add_membership(session, person, organisation, role, by=by, now=now, is_admin=True)
    _tell_operators(session, organisation, "organisation.register", by=by, now=now)
    return organisation


def edit_organisation(
    session: Session, organisation: Organisation, *, by: Actor, now: datetime, values: dict[str, Any]
) -> None:
    """Change an organisation's data: all of it before verification, afterwards all but its identity.

    Its administrators and those who act for it may. A refused one comes back before the officers."""
    if not queries.may_edit(session, by, organisation):
        raise NotPermitted()
    is_verified = organisation.state in (OrganisationState.VERIFIED, OrganisationState.SUSPENDED)
    names = PROFILE if is_verified else (*IDENTITY, *PROFILE)
    if not is_verified and "uscc" in values:
        values = values | {"uscc": codes.normalize(values["uscc"])}
        if values["uscc"] != organisation.uscc:
            _check_code(session, values["uscc"])
    _check_wishes(
        values.get("wants_post", organisation.wants_post), values.get("wants_bid", organisation.wants_bid)
    )
    changed = [name for name in names if name in values and values[name] != getattr(organisation, name)]
    for name in changed:
        setattr(organisation, name, values[name])
    if not changed:
        return
    session.flush()
    record(session, organisation, "edit", by=by, now=now, data={"fields": changed})
    if organisation.state is OrganisationState.REJECTED:
        _tell_operators(session, organisation, "organisation.edit", by=by, now=now)


def verify_organisation(
    session: Session,
    organisation: Organisation,
    *,
    by: Actor,
    now: datetime,
    can_post: bool,
    can_bid: bool,
    can_recommend: bool = False,
    can_organise: bool = False,
) -> None:
    """Verify the organisation and open its capabilities; for a verified one, change them.

    Nobody verifies an organisation of which they are a member, unless they are the operator of the site. Raises
    RuleBroken when no capability is opened to one that asked for some."""
    if not can(by, Permission.ORGANISATION_VERIFY, organisation):
        raise NotPermitted()
    if can_organise and not by.has(Role.OPERATOR):
        wording = _l("Only the platform operator lets an organisation run rounds.")
        raise RuleBroken(Refusal("organise_reserved", wording, "can_organise"))
    opened = {
        "can_post": can_post,
        "can_bid": can_bid,
        "can_recommend": can_recommend,
        "can_organise": can_organise,
    }
    for name, is_open in opened.items():
        setattr(organisation, name, is_open)
    if organisation.state is OrganisationState.VERIFIED:
        record(session, organisation, "set_capabilities", by=by, now=now, data=opened)
    else:
        move(session, organisation, "verify", by=by, now=now, data=opened)


def _awaiting_people(session: Session, code: str) -> Organisation | None:
    """The unverified unit of this code that came in with a sheet of demands and that nobody has joined yet."""
    return session.scalar(
        select(Organisation).where(
            Organisation.uscc == code,
            Organisation.state == OrganisationState.REGISTERED,
            ~exists().where(Membership.organisation_id == Organisation.id),
        )
    )


def _check_code(session: Session, code: str) -> None:
    if not codes.is_valid(code):
        wording = _l("This is not a valid unified social credit code: check each character.")
        raise RuleBroken(Refusal("uscc_invalid", wording, "uscc"))
    if session.scalar(select(Organisation.id).where(Organisation.uscc == code)) is not None:
        wording = _l("This organisation is registered already. Ask one of its administrators to invite you.")
        raise RuleBroken(Refusal("uscc_taken", wording, "uscc"))


def _check_wishes(wants_post: bool, wants_bid: bool) -> None:
    if not wants_post and not wants_bid:
        wording = _l("Choose at least one: post demands, or bid for them.")
        raise RuleBroken(Refusal("no_wish", wording, "wants_post"))


def _tell_operators(
    session: Session, organisation: Organisation, kind: str, *, by: Actor, now: datetime
) -> None:
    told = holders(session, Role.OPERATOR) - {by.user_id}
    data = {"title": organisation.name, "number": organisation.uscc}
    notify(session, told, kind, now=now, data=data, thing=organisation)
