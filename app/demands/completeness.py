"""What a demand still lacks before it can be submitted: the rules of the workflow, and those of its rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core import clock
from app.core.errors import Refusal
from app.core.i18n import _l
from app.demands.labels import SECTIONS, Section, section_of
from app.models.codes import (
    HUBEI_REGIONS,
    AwardMode,
    ProcurementRoute,
    Region,
    SafetyRequirement,
    Sensitivity,
)
from app.models.demands import Demand
from app.workflow import demand_rules as rules

CHECKED = (
    rules.missing_fields,
    rules.has_measurable_indicators,
    rules.sums_add_up,
    rules.terms_fit_round,
)
PROTECTED = (Sensitivity.PERSONAL.value, Sensitivity.IMPORTANT.value, Sensitivity.SENSITIVE.value)


@dataclass(frozen=True, slots=True)
class Progress:
    """A section of the form and what it still lacks."""

    section: Section
    gaps: list[Refusal]


def gaps(demand: Demand, now: datetime) -> list[Refusal]:
    """Everything that stands against submission, except the window of the round and open findings."""
    found: list[Refusal] = []
    for rule in CHECKED:
        found.extend(rule(demand, now))
    found.extend(row_gaps(demand))
    found.extend(_finish(demand, now))
    return found


def progress(demand: Demand, now: datetime) -> list[Progress]:
    """The sections of the form, each with what it lacks; the last ones are pledges and findings."""
    found = gaps(demand, now)
    sections = [section for section in SECTIONS if section.code != "files"]
    return [
        Progress(section, [each for each in found if section_of(each.field or "") is section])
        for section in sections
    ]


def row_gaps(demand: Demand) -> list[Refusal]:
    """Rules on rows and on fields that belong together, for a demand that is about to be submitted or corrected."""
    return [
        *_rows(demand),
        *_place(demand),
        *_money(demand),
        *_award(demand),
        *_safety(demand),
    ]


def _rows(demand: Demand) -> Iterator[Refusal]:
    last = 0
    for index, milestone in enumerate(demand.milestones):
        if not milestone.name.strip() or not 1 <= milestone.due_month <= max(demand.deadline_months, 1):
            yield Refusal(
                "milestone_incomplete",
                _l("Milestone %(no)s needs a name and a month within the time limit.", no=index + 1),
                f"milestones.{index}.due_month",
            )
        elif milestone.due_month < last:
            yield Refusal(
                "milestone_order",
                _l("Milestone %(no)s is due before the one above it.", no=index + 1),
                f"milestones.{index}.due_month",
            )
        last = max(last, milestone.due_month)
    for index, indicator in enumerate(demand.indicators):
        if not indicator.name.strip():
            yield Refusal(
                "indicator_unnamed",
                _l("Indicator %(no)s has no name.", no=index + 1),
                f"indicators.{index}.name",
            )
    for index, row in enumerate(demand.conditions):
        if not str(row.get("text") or "").strip():
            yield Refusal(
                "condition_empty",
                _l("Condition %(no)s has no text.", no=index + 1),
                f"conditions.{index}.text",
            )
    weights = [indicator.weight for indicator in demand.indicators]
    if any(weights) and sum(weights) != 100:
        yield Refusal(
            "weights_sum",
            _l("The weights of the indicators add up to %(sum)s instead of 100.", sum=sum(weights)),
            "indicators",
        )


def _place(demand: Demand) -> Iterator[Refusal]:
    if demand.region not in HUBEI_REGIONS and demand.region is not Region.HUBEI:
        yield Refusal("region_outside", _l("The scenario must lie in Hubei Province."), "region")


def _money(demand: Demand) -> Iterator[Refusal]:
    if demand.is_budget_hidden and not demand.budget_band.strip():
        yield Refusal("band_missing", _l("Give the band that is published instead."), "budget_band")
    if demand.is_public_money and demand.procurement_route is ProcurementRoute.PRIVATE_CONTRACT:
        yield Refusal(
            "route_missing",
            _l("Public money cannot be spent by a private contract: choose the procurement route."),
            "procurement_route",
        )


def _award(demand: Demand) -> Iterator[Refusal]:
    if demand.award_mode is AwardMode.SINGLE and demand.lanes != 1:
        yield Refusal("lanes_single", _l("With one winner the number is 1."), "lanes")
    if demand.award_mode is not AwardMode.SINGLE and not 2 <= demand.lanes <= 9:
        yield Refusal("lanes_missing", _l("Several winners or lanes: give a number from 2 to 9."), "lanes")
    if not 1 <= demand.min_valid_bids <= 9:
        yield Refusal("min_bids", _l("The least number of valid bids is 1 to 9."), "min_valid_bids")


def _finish(demand: Demand, now: datetime) -> Iterator[Refusal]:
    if demand.finish_by is None:
        return
    if demand.finish_by <= clock.local(now).date():
        yield Refusal("finish_too_early", _l("The day to be finished by lies in the past."), "finish_by")
    months = demand.round.project_max_months
    # From now to the day, bidding and review included: longer than the longest project plus a year is a slip.
    if demand.finish_by > clock.local(now).date() + timedelta(days=31 * (months + 12)):
        yield Refusal(
            "finish_too_late",
            _l("The day to be finished by lies beyond the %(n)s months that a project may last.", n=months),
            "finish_by",
        )


def _safety(demand: Demand) -> Iterator[Refusal]:
    codes = set(demand.safety_requirements)
    if SafetyRequirement.NONE.value in codes and len(codes) > 1:
        yield Refusal(
            "safety_contradiction",
            _l("“No special requirement” cannot stand beside other requirements."),
            "safety_requirements",
        )
    for index, row in enumerate(demand.data_provided):
        if not str(row.get("name") or "").strip():
            yield Refusal(
                "data_unnamed",
                _l("Data row %(no)s has no name.", no=index + 1),
                f"data_provided.{index}.name",
            )
        if row.get("sensitivity") in PROTECTED and not str(row.get("legal_basis") or "").strip():
            yield Refusal(
                "legal_basis_missing",
                _l("Data row %(no)s is protected: say on what legal basis it is provided.", no=index + 1),
                f"data_provided.{index}.legal_basis",
            )
