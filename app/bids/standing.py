"""Who bids: units, their standing, their ties, their limits and their history. Rules that read more than the text."""

from collections.abc import Iterable, Iterator

from app.bids import answers, credit, history, queries, ties
from app.bids.case import Case
from app.bids.likeness import SAME_TITLE
from app.core import uscc
from app.core.clock import day_of
from app.core.errors import Refusal
from app.core.i18n import Lazy, _l
from app.core.uscc import EntityKind
from app.models.codes import OrganisationType
from app.models.states import OrganisationState

LEADER_PROJECTS = 2
KIND_OF_TYPE = {
    OrganisationType.ENTERPRISE_SOE: EntityKind.ENTERPRISE,
    OrganisationType.ENTERPRISE_PRIVATE: EntityKind.ENTERPRISE,
    OrganisationType.ENTERPRISE_FOREIGN: EntityKind.ENTERPRISE,
    OrganisationType.INSTITUTION_HOSPITAL: EntityKind.PUBLIC_INSTITUTION,
    OrganisationType.INSTITUTION_SCHOOL: EntityKind.PUBLIC_INSTITUTION,
    OrganisationType.INSTITUTION_RESEARCH: EntityKind.PUBLIC_INSTITUTION,
    OrganisationType.INSTITUTION_OTHER: EntityKind.PUBLIC_INSTITUTION,
    OrganisationType.GOV_AGENCY: EntityKind.GOVERNMENT_ORGAN,
    OrganisationType.SOCIAL_ORG: EntityKind.SOCIAL_ORGANISATION,
}
"""The prefix that a unit's kind lets one expect; the others may have several."""


def edition(case: Case) -> Iterator[Refusal]:
    """A material correction is confirmed."""
    if case.bid.confirmed_edition < queries.last_material_edition(case.session, case.demand):
        yield Refusal(
            "edition_not_confirmed",
            _l("The listing was corrected: read the corrected text and confirm that your bid follows it."),
        )


def verified(case: Case) -> Iterator[Refusal]:
    """The lead unit may bid, and its code is right."""
    lead = case.bid.lead
    if lead.state is not OrganisationState.VERIFIED or not lead.can_bid:
        yield Refusal("lead_not_verified", _l("Your unit is not verified as a bidder."))
    if not uscc.is_valid(uscc.normalize(lead.uscc)):
        yield Refusal("bad_lead_uscc", _l("The unified social credit code of your unit is wrong."))


def kind_of_unit(case: Case) -> Iterator[Refusal]:
    """The first two characters of the code stand for the kind of unit that the profile names."""
    lead = case.bid.lead
    kind, expected = uscc.entity_kind(lead.uscc), KIND_OF_TYPE.get(lead.org_type)
    if kind is None:
        wording = _l("The credit code's prefix names no known kind of legal person.")
        yield Refusal("kind_unknown", wording)
    elif expected is not None and kind is not expected:
        wording = _l(
            "Your profile says “%(kind)s”, the first two characters of the credit code (%(prefix)s) say otherwise.",
            kind=lead.org_type.label,
            prefix=lead.uscc[:2],
        )
        yield Refusal("kind_differs", wording)


def consortium(case: Case) -> Iterator[Refusal]:
    """The members and their agreement, which was signed already."""
    yield from answers.consortium(case.content, case.demand)
    signed_on = case.content["agreement"]["signed_on"]
    if case.content["members"] and signed_on and signed_on > day_of(case.now).isoformat():
        wording = _l("The consortium agreement must be signed already: its day lies in the future.")
        yield Refusal("agreement_future", wording, "agreement_signed_on")


def not_owner(case: Case) -> Iterator[Refusal]:
    """Nobody bids on their own demand, nor takes part in a bid on it."""
    owner = case.demand.owner
    if owner.id == case.bid.lead_id:
        yield Refusal("own_demand", _l("Nobody bids on their own demand."))
    for code, field in case.codes.items():
        if field and code == owner.uscc:
            yield Refusal("owner_in_bid", _l("The demand owner cannot take part in a bid on it."), field)


def not_related(case: Case) -> Iterator[Refusal]:
    """Ties with the owner, each named; where the listing bans them the rule is named too."""
    for tie in ties.found_ties(case.bid, case.content):
        wording = tie.wording
        if case.demand.is_related_party_banned:
            wording = _l("%(tie)s This listing takes no related parties.", tie=tie.wording)
        yield Refusal(tie.code, wording, tie.field)


def leader_load(case: Case) -> Iterator[Refusal]:
    """A leader of two running projects may be short of time."""
    name = case.content["leader"]["name"]
    count = history.projects_led(case.session, case.bid, name)
    if count >= LEADER_PROJECTS:
        wording = _l("%(name)s leads %(n)s running projects of your unit.", name=name, n=count)
        yield Refusal("leader_load", wording, "leader_name")


def credit_hits(case: Case) -> Iterator[Refusal]:
    """No unit of the bid stands on a credit list."""
    for row in queries.credit_hits(case.session, case.codes):
        wording = _l(
            "%(unit)s stands on the list “%(list)s” of %(day)s.",
            unit=row.name,
            list=credit.label_of(row.list_code),
            day=day_of(row.imported_at).isoformat(),
        )
        yield Refusal("credit_listed", wording, case.codes.get(row.uscc))


def credit_age(case: Case) -> Iterator[Refusal]:
    """The copies of the lists are there and not old."""
    lists = queries.credit_lists(case.session)
    if not lists:
        yield Refusal("credit_none", _l("No credit list has been imported: officers check by hand."))
        return
    oldest = min(imported_at for imported_at, _count in lists.values())
    if credit.is_old(oldest, case.now):
        wording = _l(
            "The oldest credit list is of %(day)s, more than 30 days ago: officers check by hand.",
            day=day_of(oldest).isoformat(),
        )
        yield Refusal("credit_old", wording)


def own_round_limit(case: Case) -> Iterator[Refusal]:
    """The lead unit's other bids of the round are fewer than its limit."""
    return _round_limit(case, [case.bid.lead.uscc])


def member_round_limit(case: Case) -> Iterator[Refusal]:
    """The same for every member."""
    return _round_limit(case, [code for code, field in case.codes.items() if field])


def project_limit(case: Case) -> Iterator[Refusal]:
    """The lead unit's running projects are fewer than the round's limit."""
    limit = case.demand.round.max_active_projects
    if history.active_projects(case.session, case.bid) >= limit:
        yield Refusal(
            "too_many_projects",
            _l("Your unit is working on %(n)s projects already: that is the limit of this round.", n=limit),
        )


def won_before(case: Case) -> Iterator[Refusal]:
    """What a unit of the bid has won is not applied for again."""
    for each in _near_awards(case):
        if each.percent >= SAME_TITLE:
            wording = _l(
                "A unit of this bid was awarded the same before: %(number)s “%(title)s”.",
                number=each.number,
                title=each.title,
            )
            yield Refusal("won_before", wording, "title")


def like_won(case: Case) -> Iterator[Refusal]:
    """What is only near an award of a unit is pointed out."""
    for each in _near_awards(case):
        if each.percent < SAME_TITLE:
            wording = _l(
                "The title is near that of an award of a unit of this bid: %(number)s “%(title)s”.",
                number=each.number,
                title=each.title,
            )
            yield Refusal("like_won", wording, "title")


def repeats(case: Case) -> Iterator[Refusal]:
    """The unit's own bids elsewhere that say the same."""
    for each in history.repeated_elsewhere(case.session, case.bid, case.content):
        wording = _l(
            "%(percent)s percent alike your bid %(number)s “%(title)s”: the same content is applied for once only.",
            percent=each.percent,
            number=each.number,
            title=each.title,
        )
        yield Refusal("repeat", wording, "title")


def rival_units(case: Case) -> Iterator[Refusal]:
    """A unit stands in one bid per listing, whether as lead or as member."""
    for party in queries.in_other_bids(case.session, case.bid, case.codes):
        field = case.codes.get(party.uscc)
        wording: Lazy = _l(
            "%(unit)s stands in another bid on this listing: a unit takes part in one bid only, as lead or as member.",
            unit=party.name if field else _l("Your unit"),
        )
        yield Refusal("unit_in_other_bid", wording, field)


def _round_limit(case: Case, codes: Iterable[str]) -> Iterator[Refusal]:
    most = case.demand.round.max_bids_per_unit
    for code, count in sorted(queries.bids_in_round(case.session, case.bid, codes).items()):
        if count >= most:
            yield Refusal(
                "too_many_bids",
                _l(
                    "%(code)s takes part in %(n)s bids of this round already: that is the limit.",
                    code=code,
                    n=count,
                ),
                None if code == case.bid.lead.uscc else "members",
            )


def _near_awards(case: Case) -> list[history.Repeat]:
    return history.won_before(case.session, case.bid, case.content["title"], case.codes)
