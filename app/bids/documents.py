"""The files a bid needs, each with the rule that asks for it, and what the blind copy gives away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.bids import credit
from app.bids.blind.search import Find, Kind, search, secrets_of
from app.bids.case import Case
from app.bids.content import Content
from app.core.clock import day_of
from app.core.errors import Refusal
from app.core.i18n import Lazy, _l
from app.models.bids import BidVersion
from app.models.codes import BudgetSource, Process
from app.models.demands import Demand
from app.models.procedure_codes import BidSlot

MOST_NAMED = 20
"""Findings in the blind copy that are named one by one."""


@dataclass(frozen=True, slots=True)
class FileRule:
    """When a slot must hold a file, in words and as a rule."""

    slot: BidSlot
    when: Lazy
    needs: Callable[[Content, Demand], bool]


def _always(_content: Content, _demand: Demand) -> bool:
    return True


def has_own_funds(content: Content) -> bool:
    """Whether the budget has self-raised funds."""
    return any(row["source"] == BudgetSource.SELF.value for row in content["budget"])


FILE_RULES: tuple[FileRule, ...] = (
    FileRule(BidSlot.PROPOSAL, _l("every bid needs it"), _always),
    FileRule(BidSlot.LICENCE, _l("every bid needs it"), _always),
    FileRule(BidSlot.COMMITMENT, _l("every bid needs it"), _always),
    FileRule(
        BidSlot.CONSORTIUM, _l("the bid has members"), lambda content, _demand: bool(content["members"])
    ),
    FileRule(
        BidSlot.SELF_FUNDING,
        _l("the budget has self-raised funds: a bank statement or proof of reserves"),
        lambda content, _demand: has_own_funds(content),
    ),
    FileRule(
        BidSlot.CASES, _l("the bid names former cases"), lambda content, _demand: bool(content["cases"])
    ),
    FileRule(
        BidSlot.INTENT,
        _l("in this round bidder and owner agree first"),
        lambda _content, demand: demand.process is Process.MATCH_FIRST,
    ),
    FileRule(
        BidSlot.BLIND,
        _l("experts of this round read without names"),
        lambda _content, demand: demand.round.is_blind,
    ),
)


def rule_of(slot: BidSlot) -> FileRule | None:
    """The rule that may ask for the slot; None for one that is never asked for."""
    return next((each for each in FILE_RULES if each.slot is slot), None)


def missing(case: Case) -> Iterator[Refusal]:
    """The mandatory slots that hold no file, each with its rule."""
    return missing_files(case.version, case.content, case.demand)


def missing_files(version: BidVersion, content: Content, demand: Demand) -> Iterator[Refusal]:
    """The same, for a version by itself."""
    present = {row.slot for row in version.files}
    for rule in FILE_RULES:
        if rule.slot not in present and rule.needs(content, demand):
            wording = _l(
                "This file is missing: %(slot)s. Rule: %(rule)s.", slot=rule.slot.label, rule=rule.when
            )
            yield Refusal("file_missing", wording, f"file_{rule.slot.value}")


def blind_copy(case: Case) -> Iterator[Refusal]:
    """Names, contact data and document properties in the blind copy; only a new file answers them."""
    if not case.demand.round.is_blind:
        return
    for row in case.version.files:
        if row.slot is BidSlot.BLIND and row.passages is None:
            wording = _l(
                "The text of “%(name)s” cannot be read: hand in a PDF with text or a DOCX.", name=row.name
            )
            yield Refusal("blind_unread", wording, "file_blind")
    for found in blind_findings(case):
        if found.kind.blocks:
            yield _refusal(found)


def blind_hints(case: Case) -> Iterator[Refusal]:
    """What may give somebody away, or not."""
    if case.demand.round.is_blind:
        for found in blind_findings(case):
            if not found.kind.blocks:
                yield _refusal(found)


def blind_findings(case: Case) -> list[Find]:
    """What the blind copy gives away, at most twenty findings."""
    secrets = secrets_of(case.bid, case.content)
    found: list[Find] = []
    for row in case.version.files:
        if row.slot is BidSlot.BLIND:
            found += search(row.passages or [], secrets)
    return found[:MOST_NAMED]


def credit_report(case: Case) -> Iterator[Refusal]:
    """A credit report is there, and its day is near."""
    if not any(row.slot is BidSlot.CREDIT_REPORT for row in case.version.files):
        wording = _l("There is no credit report among the files: officers will ask for it.")
        yield Refusal("credit_report_missing", wording, "file_credit_report")
        return
    day = case.content["unit"]["credit_report_on"]
    if not day:
        wording = _l("Give the day of the credit report.")
        yield Refusal("credit_report_undated", wording, "unit_credit_report_on")
    elif day < (day_of(case.now) - timedelta(days=credit.OLD_AFTER.days)).isoformat():
        wording = _l("The credit report of %(day)s is older than 30 days.", day=day)
        yield Refusal("credit_report_old", wording, "unit_credit_report_on")


def _refusal(found: Find) -> Refusal:
    kind: Kind = found.kind
    wording = _l(
        "Blind copy, %(place)s: %(kind)s “%(excerpt)s”. Hand in a new file without it.",
        place=found.place,
        kind=kind.label,
        excerpt=found.excerpt,
    )
    return Refusal(f"blind_{kind.value}", wording, "file_blind")
