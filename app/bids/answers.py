"""What a bid's content must satisfy, by itself and against the listing: pure checks, each naming its field."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from app.bids.content import (
    MAX_INNOVATIONS,
    MAX_WORKS_PER_KIND,
    PLEDGES,
    Content,
    WorkKind,
    fiscal_part,
)
from app.core import money, uscc
from app.core.errors import Refusal
from app.core.i18n import Lazy, _l
from app.models.codes import Deviation, Operator
from app.models.demands import Demand, DemandIndicator

MIN_MILESTONES = 2
WHOLE = 100_00

REQUIRED: dict[str, Lazy] = {
    "title": _l("Title of the bid"),
    "leader_name": _l("Project leader"),
    "leader_phone": _l("Phone of the project leader"),
    "understanding": _l("Understanding of the demand"),
    "architecture": _l("Technical architecture and route"),
    "key_problems": _l("Key problems and how they are solved"),
    "safety": _l("Safety and compliance of the solution"),
    "ip_foreground": _l("New intellectual property and who owns it"),
    "promotion_plan": _l("Plan to spread the result"),
}
PLEDGE_WORDING: dict[str, Lazy] = {
    "integrity": _l("We keep to the rules of integrity and give nobody an advantage."),
    "truth": _l("Everything in this bid is true; we answer for false material."),
    "unrelated": _l("Neither we nor any member is related to the demand owner."),
    "no_repeat": _l("The same content has not been funded before and is not applied for elsewhere."),
    "confidentiality": _l("We keep the owner's data and documents confidential and protect data security."),
}


def check_content(content: Content, demand: Demand) -> list[Refusal]:
    """Every refusal of the content, in the order of the form's sections."""
    parts = (
        _texts(content),
        _lists(content),
        _members(content, demand),
        _responses(content, demand),
        _milestones(content),
        _duration(content, demand),
        _money(content, demand),
        _pledges(content),
    )
    return [refusal for part in parts for refusal in part]


def is_softer(indicator: DemandIndicator, value: Decimal | None, high: Decimal | None = None) -> bool:
    """Whether a value falls short of the indicator's target. One with ≈ is not compared."""
    target = indicator.target
    if target is None or value is None:
        return False
    if indicator.operator is Operator.GE:
        return value < target
    if indicator.operator is Operator.LE:
        return value > target
    if indicator.operator is Operator.EQ:
        return value != target
    if indicator.operator is Operator.RANGE:
        upper = indicator.target_high if indicator.target_high is not None else target
        return value < target or (high if high is not None else value) > upper
    return False


def number(text: object) -> Decimal | None:
    """A decimal kept as text, or None when it is empty or no number."""
    try:
        return Decimal(str(text)) if text not in (None, "") else None
    except InvalidOperation:
        return None


def _texts(content: Content) -> Iterator[Refusal]:
    for name, label in REQUIRED.items():
        group, _dash, key = name.partition("_")
        holder = content.get(group)
        value = holder[key] if isinstance(holder, dict) else content[name]
        if not str(value or "").strip():
            yield Refusal("missing", _l("Still empty: %(field)s.", field=label), name)


def _lists(content: Content) -> Iterator[Refusal]:
    if len(content["innovation"]) > MAX_INNOVATIONS:
        yield Refusal("too_many_innovations", _l("Name at most five innovations."), "innovation")
    kinds = Counter(row["kind"] for row in content["works"])
    for kind in WorkKind:
        if kinds[kind.value] > MAX_WORKS_PER_KIND:
            yield Refusal(
                "too_many_works",
                _l("At most five representative works of one class: %(kind)s.", kind=kind.label),
                "works",
            )


def _members(content: Content, demand: Demand) -> Iterator[Refusal]:
    rows = content["members"]
    if rows and not demand.is_consortium_allowed:
        yield Refusal("no_consortium", _l("This listing takes no consortium."), "members")
    most = min(demand.max_members, demand.round.max_members)
    if demand.is_consortium_allowed and len(rows) > most:
        yield Refusal(
            "too_many_members",
            _l("A consortium has at most %(n)s members beside the lead.", n=most),
            "members",
        )
    seen: set[str] = set()
    for index, row in enumerate(rows):
        code = uscc.normalize(row["uscc"] or "")
        if not uscc.is_valid(code):
            yield Refusal(
                "bad_uscc",
                _l("Row %(row)s: the unified social credit code is wrong.", row=index + 1),
                f"members.{index}.uscc",
            )
        elif code in seen:
            yield Refusal(
                "member_twice",
                _l("Row %(row)s: this unit is named twice.", row=index + 1),
                f"members.{index}.uscc",
            )
        seen.add(code)
        for name in ("name", "tasks"):
            if not (row[name] or "").strip():
                yield Refusal(
                    "member_incomplete",
                    _l("Row %(row)s: give the member's name and tasks.", row=index + 1),
                    f"members.{index}.{name}",
                )
    if sum(row["percent"] or 0 for row in rows) > WHOLE:
        yield Refusal("members_share", _l("The members' shares of the budget exceed 100 percent."), "members")


def _responses(content: Content, demand: Demand) -> Iterator[Refusal]:
    rows = {row["indicator_id"]: row for row in content["responses"]}
    for index, indicator in enumerate(demand.indicators):
        yield from _response(index, indicator, rows.get(str(indicator.id), {}))


def _response(index: int, indicator: DemandIndicator, row: Content) -> Iterator[Refusal]:
    place = f"responses.{index}"
    value, high = number(row.get("promised_value")), number(row.get("promised_high"))
    if value is None or not row.get("deviation") or not (row.get("basis") or "").strip():
        yield Refusal(
            "indicator_not_answered",
            _l("Indicator “%(name)s”: give value, deviation and basis.", name=indicator.name),
            f"{place}.promised_value",
        )
        return
    if indicator.operator is Operator.RANGE and high is not None and high < value:
        yield Refusal(
            "range_reversed",
            _l("Indicator “%(name)s”: the upper value lies below the lower one.", name=indicator.name),
            f"{place}.promised_high",
        )
    says_worse = row["deviation"] == Deviation.WORSE.value
    if indicator.is_hard and (says_worse or is_softer(indicator, value, high)):
        yield Refusal(
            "hard_indicator_worse",
            _l(
                "Indicator “%(name)s” is hard: nothing below the target can be promised.", name=indicator.name
            ),
            f"{place}.promised_value",
        )
    elif is_softer(indicator, value, high) and not says_worse:
        yield Refusal(
            "deviation_hidden",
            _l("Indicator “%(name)s”: the value falls short of the target; say so.", name=indicator.name),
            f"{place}.deviation",
        )


def _milestones(content: Content) -> Iterator[Refusal]:
    rows = content["milestones"]
    if len(rows) < MIN_MILESTONES:
        yield Refusal("too_few_milestones", _l("Plan at least two milestones."), "milestones")
    duration = content["duration_months"]
    for index, row in enumerate(rows):
        yield from _milestone(index, row, duration)
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


def _duration(content: Content, demand: Demand) -> Iterator[Refusal]:
    months = content["duration_months"]
    if months is None or months < 1:
        yield Refusal("missing", _l("Give the duration in months."), "duration_months")
    elif months > demand.deadline_months:
        yield Refusal(
            "duration_too_long",
            _l("The listing asks for completion within %(n)s months.", n=demand.deadline_months),
            "duration_months",
        )


def _money(content: Content, demand: Demand) -> Iterator[Refusal]:
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
    if total != price:
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


def _pledges(content: Content) -> Iterator[Refusal]:
    for name in PLEDGES:
        if not content["pledges"][name]:
            yield Refusal(
                f"pledge_{name}",
                _l("Not pledged yet: %(pledge)s", pledge=PLEDGE_WORDING[name]),
                f"pledge_{name}",
            )
