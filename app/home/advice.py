"""What a person can do next when nothing waits for them, by the role they act in."""

from dataclasses import dataclass, field
from typing import Any

from app.access import Actor
from app.core.i18n import Lazy, _l
from app.models.accounts import Organisation
from app.models.procedure_codes import Role
from app.models.states import OrganisationState


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence, and the page to go to: its endpoint with arguments, left out when the site has no such page."""

    title: Lazy
    sentence: Lazy
    label: Lazy | None = None
    endpoint: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


BY_ROLE: dict[Role, Advice] = {
    Role.OPERATOR: Advice(
        _l("No organisation waits for verification"),
        _l("New organisations appear here as soon as they register."),
        _l("All organisations"),
        "accounts.organisations",
    ),
    Role.ORGANIZER: Advice(
        _l("No decision waits for you"),
        _l("Demands, bids and notices of your rounds appear here when it is your turn."),
        _l("Rounds"),
        "rounds.index",
    ),
    Role.RECOMMENDER: Advice(
        _l("No demand waits for your recommendation"),
        _l("Demands of your region appear here when they are submitted."),
        _l("Listings"),
        "demands.listings",
    ),
    Role.DEMAND_OWNER: Advice(
        _l("Nothing waits for your organisation"),
        _l("While a round collects demands you can describe a scenario that you want solved."),
        _l("Rounds that collect demands"),
        "rounds.index",
    ),
    Role.BIDDER: Advice(
        _l("No bid of yours waits"),
        _l("Look through the listings that are open and take one on."),
        _l("Open listings"),
        "demands.listings",
    ),
    Role.EXPERT: Advice(
        _l("No review waits for you"),
        _l("You are invited here and by mail when you are drawn for a panel."),
    ),
    Role.SUPERVISOR: Advice(
        _l("Nothing asks for the supervisor"),
        _l("Objections and requests to withdraw appear here as soon as they are filed."),
        _l("Public notices"),
        "notices.index",
    ),
    Role.FINANCE: Advice(
        _l("No payment waits for you"),
        _l("Payments and fiscal support appear here when they are due to be recorded."),
        _l("Results"),
        "awards.results",
    ),
}
NO_ORGANISATION = Advice(
    _l("You act for no organisation yet"),
    _l("Register your organisation with its credit code, or ask one of its administrators to invite you."),
    _l("Register your organisation"),
    "accounts.create_organisation",
)
NO_ROLE = Advice(
    _l("Your role is not open yet"),
    _l("The organisation was not verified for what your role does. Ask the platform operator."),
)
SHOW_ORGANISATION = _l("To the organisation")


def standing(organisation: Organisation | None, actor: Actor) -> Advice | None:
    """What stands between the person and any work: no organisation, or one that is not verified."""
    if organisation is None:
        return None if actor.roles else NO_ORGANISATION
    values = {"organisation_id": organisation.id}
    page = "accounts.organisation"
    if organisation.state is OrganisationState.REGISTERED:
        sentence = _l("The platform operator checks the organisation. You are told when it is done.")
        return Advice(_l("Your organisation awaits verification"), sentence, SHOW_ORGANISATION, page, values)
    if organisation.state is OrganisationState.REJECTED:
        title = _l("The verification of your organisation was refused")
        sentence = organisation.state_reason or ""
        return Advice(title, sentence, _l("Correct the data"), "accounts.edit_organisation", values)
    if organisation.state is OrganisationState.SUSPENDED:
        sentence = organisation.state_reason or ""
        return Advice(_l("Your organisation is suspended"), sentence, SHOW_ORGANISATION, page, values)
    return None if actor.roles else NO_ROLE


def next_steps(actor: Actor) -> list[Advice]:
    """What one can do next, one entry per role held."""
    return [advice for role, advice in BY_ROLE.items() if actor.has(role)]
