"""May this bid be submitted? One table of named checks: run as a report before, and again when submitting."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.bids import answers, documents, figures, queries, standing
from app.bids.case import Case
from app.bids.content import shaped
from app.bids.promises import answered
from app.core.errors import Refusal
from app.core.i18n import Lazy, _l
from app.demands.intents import agreed_intent
from app.models.bids import Bid
from app.models.codes import Process
from app.workflow.bids import bidding_is_open

Find = Callable[[Case], Iterable[Refusal]]


def _always(_case: Case) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its code, its title and what it reads, in words; what it finds; whether that blocks or only warns.

    `is_of_rivals` marks what other bids would tell: it is asked only when the bid is submitted."""

    code: str
    title: Lazy
    reads: Lazy
    find: Find
    blocks: Callable[[Case], bool] = _always
    is_of_rivals: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check said: `status` is pass, warn, fail, or later for what is only asked at submission."""

    check: Check
    status: str
    refusals: tuple[Refusal, ...] = ()


def _never(_case: Case) -> bool:
    return False


def _moment(case: Case) -> Iterator[Refusal]:
    if refusal := bidding_is_open(case.bid, case.now):
        yield refusal


def _agreement(case: Case) -> Iterator[Refusal]:
    """Under match-first both sides have signed the intent agreement in force."""
    is_asked = case.demand.process is Process.MATCH_FIRST
    if is_asked and agreed_intent(case.session, case.bid.demand_id, case.bid.lead_id) is None:
        wording = _l("The demand owner and your unit must both have signed the intent agreement first.")
        yield Refusal("intent_not_agreed", wording, "file_intent")


# In the order of the form, what concerns the whole bid first.
CHECKS: tuple[Check, ...] = (
    Check("in_time", _l("Bidding is open"), _l("Closing time and holds of the listing"), _moment),
    Check(
        "edition",
        _l("Confirmed after the last correction"),
        _l("Editions of the listing"),
        standing.edition,
    ),
    Check("agreement", _l("Intent agreement signed by both"), _l("Intents on the listing"), _agreement),
    Check("verified", _l("Your unit is verified"), _l("Profile of the unit"), standing.verified),
    Check(
        "kind_of_unit",
        _l("Kind of unit and credit code fit"),
        _l("Profile of the unit, first two characters of the code"),
        standing.kind_of_unit,
        _never,
    ),
    Check(
        "texts",
        _l("Everything required is written"),
        _l("All sections"),
        lambda case: answers.texts(case.content),
    ),
    Check(
        "duration",
        _l("Duration within the listing's limit"),
        _l("Basics"),
        lambda case: figures.duration(case.content, case.demand),
    ),
    Check(
        "consortium",
        _l("Consortium within the limits, agreement complete"),
        _l("Consortium"),
        standing.consortium,
    ),
    Check(
        "declarations",
        _l("Declarations complete"),
        _l("Declarations"),
        lambda case: answers.declarations(case.content),
    ),
    Check(
        "not_owner",
        _l("The demand owner takes no part"),
        _l("Credit codes of lead and members"),
        standing.not_owner,
    ),
    Check(
        "not_related",
        _l("No ties with the demand owner"),
        _l("Declarations, legal representatives, contact data, shareholders"),
        standing.not_related,
        lambda case: case.demand.is_related_party_banned,
    ),
    Check(
        "indicators",
        _l("Every indicator answered, no hard one worse"),
        _l("Indicators"),
        lambda case: answers.responses(case.content, case.demand),
    ),
    Check(
        "innovations",
        _l("At most five innovations"),
        _l("Technical solution"),
        lambda case: answers.innovations(case.content),
    ),
    Check(
        "milestones",
        _l("Milestones within the duration, payments add up"),
        _l("Plan of work"),
        lambda case: figures.milestones(case.content),
    ),
    Check(
        "works",
        _l("At most five works of each class"),
        _l("Team and cases"),
        lambda case: answers.works(case.content),
    ),
    Check(
        "leader_load",
        _l("The project leader has time"),
        _l("Running contracts of the unit"),
        standing.leader_load,
        _never,
    ),
    Check(
        "money",
        _l("Sources, uses and price are the same, below the ceiling"),
        _l("Budget"),
        lambda case: figures.money_sums(case.content, case.demand),
    ),
    Check(
        "shares",
        _l("Budget lines follow the agreed shares"),
        _l("Budget, consortium"),
        lambda case: figures.shares(case.content, case.bid.lead.name),
        _never,
    ),
    Check("pledges", _l("All pledges given"), _l("Pledges"), lambda case: answers.pledges(case.content)),
    Check("files", _l("Every mandatory file is there"), _l("Files"), documents.missing),
    Check("blind_copy", _l("The blind copy names nobody"), _l("Blind copy"), documents.blind_copy),
    Check(
        "blind_hints",
        _l("The blind copy holds no web addresses"),
        _l("Blind copy"),
        documents.blind_hints,
        _never,
    ),
    Check(
        "credit_report",
        _l("Credit report at most 30 days old"),
        _l("Files, day of the report"),
        documents.credit_report,
        _never,
    ),
    Check("credit", _l("On no credit list"), _l("Imported credit lists"), standing.credit_hits),
    Check(
        "credit_age",
        _l("Credit lists at most 30 days old"),
        _l("Days of import"),
        standing.credit_age,
        _never,
    ),
    Check(
        "round_limit",
        _l("Within the bids a unit may make in this round"),
        _l("Your unit's other bids"),
        standing.own_round_limit,
    ),
    Check(
        "project_limit",
        _l("Within the projects a unit may run"),
        _l("Running contracts of the unit"),
        standing.project_limit,
    ),
    Check(
        "won_before",
        _l("Not awarded before"),
        _l("Awards of the units, by title"),
        standing.won_before,
    ),
    Check(
        "like_won",
        _l("Unlike what was awarded before"),
        _l("Awards of the units, by title"),
        standing.like_won,
        _never,
    ),
    Check(
        "repeat",
        _l("Not handed in elsewhere"),
        _l("Your unit's other bids, by title and text"),
        standing.repeats,
        _never,
    ),
    Check(
        "member_limit",
        _l("Members within the bids a unit may make in this round"),
        _l("Other bids of the round"),
        standing.member_round_limit,
        is_of_rivals=True,
    ),
    Check(
        "one_bid",
        _l("Each unit in one bid on this listing only"),
        _l("Leads and members of the other bids"),
        standing.rival_units,
        is_of_rivals=True,
    ),
)


def report(session: Session, bid: Bid, *, now: datetime, with_rivals: bool = True) -> list[Outcome]:
    """What every check says of the newest version of the bid, in the order of the form.

    `with_rivals=False` leaves open what only other bids would tell: a page that anyone may call again and again must
    not answer the question who else is bidding. Submitting always asks it."""
    version = queries.version(session, bid, None)
    if version is None:
        nothing = Refusal("nothing_written", _l("Nothing is written yet."))
        return [Outcome(CHECKS[0], "fail", (nothing,))]
    content = answered(shaped(version.content), bid.demand)
    case = Case(session, bid, version, content, now)
    return [_run(check, case, with_rivals=with_rivals) for check in CHECKS]


def check_bid(session: Session, bid: Bid, *, now: datetime, with_rivals: bool = True) -> list[Refusal]:
    """Every reason why the newest version of the bid cannot be submitted now, in the order of the form."""
    return blocking(report(session, bid, now=now, with_rivals=with_rivals))


def blocking(outcomes: Iterable[Outcome]) -> list[Refusal]:
    """The refusals of the checks that failed."""
    return [refusal for each in outcomes if each.status == "fail" for refusal in each.refusals]


def _run(check: Check, case: Case, *, with_rivals: bool) -> Outcome:
    if check.is_of_rivals and not with_rivals:
        return Outcome(check, "later")
    found = tuple(check.find(case))
    if not found:
        return Outcome(check, "pass")
    return Outcome(check, "fail" if check.blocks(case) else "warn", found)
