"""The figures of a bid: months, payments and money add up and keep to the listing. Pure rules, each naming a field."""

from collections.abc import Iterator

from app.bids.content import Content, fiscal_part
from app.bids.shape import all_sums, lead_percent
from app.core import money
from app.core.errors import Refusal
from app.core.i18n import _l
from app.core.text import normalize_for_compare
from app.models.demands import Demand

MIN_MILESTONES = 2
WHOLE = 100_00
SHARE_TOLERANCE = 1_00
"""How far a unit's share of the budget lines may lie from its share by the agreement: one percent of the price."""


def milestones(content: Content) -> Iterator[Refusal]:
    """At least two, within the duration, their payments one whole."""
    rows = content["milestones"]
    if len(rows) < MIN_MILESTONES:
        yield Refusal("too_few_milestones", _l("Plan at least two milestones."), "milestones")
    for index, row in enumerate(rows):
        yield from _milestone(index, row, content["duration_months"])
    if rows and sum(row["pay_percent"] or 0 for row in rows) != WHOLE:
        yield Refusal("pay_sum", _l("The milestones' payments must add up to 100 percent."), "milestones")


def _milestone(index: int, row: Content, duration: int | None) -> Iterator[Refusal]:
    place, shown = f"milestones.{index}", index + 1
    first, last = row["start_month"], row["end_month"]
    if not (row["name"] or "").strip() or first is None or last is None or row["pay_percent"] is None:
        yield Refusal(
            "milestone_incomplete",
            _l("Milestone %(row)s: give name, first and last month, and payment.", row=shown),
            f"{place}.name",
        )
        return
    if first < 1 or last < first:
        yield Refusal(
            "milestone_months",
            _l("Milestone %(row)s: the last month lies before the first.", row=shown),
            f"{place}.end_month",
        )
    if duration is not None and last > duration:
        yield Refusal(
            "milestone_too_late",
            _l("Milestone %(row)s ends after the project of %(n)s months.", row=shown, n=duration),
            f"{place}.end_month",
        )


def duration(content: Content, demand: Demand) -> Iterator[Refusal]:
    """The project ends within the months the listing gives."""
    months = content["duration_months"]
    if months is None or months < 1:
        yield Refusal("missing", _l("Give the duration in months."), "duration_months")
    elif months > demand.deadline_months:
        yield Refusal(
            "duration_too_long",
            _l("The listing asks for completion within %(n)s months.", n=demand.deadline_months),
            "duration_months",
        )


def money_sums(content: Content, demand: Demand) -> Iterator[Refusal]:
    """Sources are uses are the price, below the ceiling, and the fiscal ask is what the lines say."""
    price = content["price_fen"]
    if not price:
        yield Refusal("missing", _l("Give the price."), "price_fen")
        return
    if not demand.is_budget_hidden and price > demand.budget_fen:
        yield Refusal(
            "price_over_ceiling",
            _l(
                "The price lies above the listed amount of %(amount)s × CNY 10,000.",
                amount=money.format_wan(demand.budget_fen),
            ),
            "price_fen",
        )
    rows = content["budget"]
    for index, row in enumerate(rows):
        if not row["source"] or not row["item"] or not row["amount_fen"]:
            yield Refusal(
                "budget_incomplete",
                _l("Budget line %(row)s: give source, item and amount.", row=index + 1),
                f"budget.{index}.amount_fen",
            )
    total = sum(row["amount_fen"] or 0 for row in rows)
    if rows and total != price:
        yield Refusal(
            "budget_sum",
            _l(
                "The budget lines add up to %(total)s, the price is %(price)s (× CNY 10,000).",
                total=money.format_wan(total),
                price=money.format_wan(price),
            ),
            "budget",
        )
    yield from _fiscal(content, demand)


def _fiscal(content: Content, demand: Demand) -> Iterator[Refusal]:
    asked, lines = content["fiscal_ask_fen"] or 0, fiscal_part(content)
    if asked != lines:
        yield Refusal(
            "fiscal_sum",
            _l("The fiscal support asked for differs from the provincial and city lines of the budget."),
            "budget",
        )
    most = demand.round.fiscal_per_project_fen
    if most and max(asked, lines) > most:
        yield Refusal(
            "fiscal_over_limit",
            _l(
                "A project gets at most %(amount)s × CNY 10,000 of fiscal support.",
                amount=money.format_wan(most),
            ),
            "budget",
        )


def shares(content: Content, lead_name: str) -> Iterator[Refusal]:
    """Each unit's budget lines are the share that the consortium agreement gives it; only when all lines name units."""
    price, by_unit = content["price_fen"] or 0, dict(all_sums(content)["unit"])
    if not content["members"] or not price or None in by_unit:
        return
    found = {normalize_for_compare(name): amount for name, amount in by_unit.items()}
    agreed = [(lead_name, lead_percent(content))]
    agreed += [(row["name"], row["percent"] or 0) for row in content["members"]]
    for name, percent in agreed:
        given = found.pop(normalize_for_compare(name), 0) * WHOLE // price
        if abs(given - percent) > SHARE_TOLERANCE:
            wording = _l(
                "%(unit)s has %(given)s percent of the budget lines, by the agreement %(agreed)s percent.",
                unit=name,
                given=given // 100,
                agreed=percent // 100,
            )
            yield Refusal("share_differs", wording, "budget")
    if found:
        wording = _l("Some budget lines name a unit that is neither lead nor member.")
        yield Refusal("foreign_unit", wording, "budget")
