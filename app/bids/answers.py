"""What a bid's text must satisfy, by itself and against the listing: pure rules, each refusal naming its field."""

from collections import Counter
from collections.abc import Iterator

from app.bids.content import (
    MAX_INNOVATIONS,
    MAX_WORKS_PER_KIND,
    PLEDGES,
    Content,
    Relation,
    WorkKind,
)
from app.bids.promises import is_softer, number
from app.core import uscc
from app.core.errors import Refusal
from app.core.i18n import Lazy, _l
from app.models.codes import Deviation, Operator
from app.models.demands import Demand, DemandIndicator

WHOLE = 100_00

REQUIRED: dict[str, Lazy] = {
    "title": _l("Title of the bid"),
    "leader_name": _l("Project leader"),
    "leader_identity": _l("Identity number of the project leader"),
    "leader_phone": _l("Phone of the project leader"),
    "unit_legal_rep": _l("Legal representative of the lead unit"),
    "understanding": _l("Understanding of the demand"),
    "architecture": _l("Technical architecture and route"),
    "key_problems": _l("Key problems and how they are solved"),
    "safety": _l("Safety and compliance of the solution"),
    "team": _l("Team"),
    "budget": _l("Budget lines"),
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


def texts(content: Content) -> Iterator[Refusal]:
    """What must be written is written."""
    for name, label in REQUIRED.items():
        group, _dash, key = name.partition("_")
        holder = content.get(group)
        value = holder[key] if isinstance(holder, dict) else content[name]
        if not str(value or "").strip():
            yield Refusal("missing", _l("Still empty: %(field)s.", field=label), name)


def innovations(content: Content) -> Iterator[Refusal]:
    """At most five innovations."""
    if len(content["innovation"]) > MAX_INNOVATIONS:
        yield Refusal("too_many_innovations", _l("Name at most five innovations."), "innovation")


def works(content: Content) -> Iterator[Refusal]:
    """At most five representative works of each class."""
    kinds = Counter(row["kind"] for row in content["works"])
    for kind in WorkKind:
        if kinds[kind.value] > MAX_WORKS_PER_KIND:
            yield Refusal(
                "too_many_works",
                _l("At most five representative works of one class: %(kind)s.", kind=kind.label),
                "works",
            )


def consortium(content: Content, demand: Demand) -> Iterator[Refusal]:
    """The members are within the limits, right, and their agreement is complete."""
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
        yield from _member(index, row, seen)
    if sum(row["percent"] or 0 for row in rows) > WHOLE:
        yield Refusal("members_share", _l("The members' shares of the budget exceed 100 percent."), "members")
    if rows:
        yield from _agreement(content["agreement"])


def declarations(content: Content) -> Iterator[Refusal]:
    """The bidder says whether it is tied to the owner, names the ties, and its shareholders in full."""
    if not content["relation"]:
        wording = _l("Declare whether your unit or a member has ties with the demand owner.")
        yield Refusal("relation_open", wording, "relation")
    if content["relation"] == Relation.SOME.value and not content["related"]:
        yield Refusal("ties_missing", _l("You declare ties with the demand owner: list them."), "related")
    for index, row in enumerate(content["related"]):
        if not row["name"].strip() or not row["relation"].strip():
            wording = _l("Tie %(row)s: give name and kind of the tie.", row=index + 1)
            yield Refusal("tie_incomplete", wording, f"related.{index}.name")
    for index, row in enumerate(content["shareholders"]):
        if not row["name"].strip() or row["percent"] is None:
            wording = _l("Shareholder %(row)s: give name and share.", row=index + 1)
            yield Refusal("shareholder_incomplete", wording, f"shareholders.{index}.name")
    if sum(row["percent"] or 0 for row in content["shareholders"]) > WHOLE:
        wording = _l("The shares of the shareholders exceed 100 percent.")
        yield Refusal("shareholders_sum", wording, "shareholders")


def responses(content: Content, demand: Demand) -> Iterator[Refusal]:
    """Every indicator is answered, and no hard one is promised worse."""
    rows = {row["indicator_id"]: row for row in content["responses"]}
    for index, indicator in enumerate(demand.indicators):
        yield from _response(index, indicator, rows.get(str(indicator.id), {}))


def pledges(content: Content) -> Iterator[Refusal]:
    """All five pledges are given."""
    for name in PLEDGES:
        if not content["pledges"][name]:
            yield Refusal(
                f"pledge_{name}",
                _l("Not pledged yet: %(pledge)s", pledge=PLEDGE_WORDING[name]),
                f"pledge_{name}",
            )


def _member(index: int, row: Content, seen: set[str]) -> Iterator[Refusal]:
    place, shown = f"members.{index}", index + 1
    code = uscc.normalize(row["uscc"] or "")
    if not uscc.is_valid(code):
        wording = _l("Row %(row)s: the unified social credit code is wrong.", row=shown)
        yield Refusal("bad_uscc", wording, f"{place}.uscc")
    elif code in seen:
        yield Refusal(
            "member_twice", _l("Row %(row)s: this unit is named twice.", row=shown), f"{place}.uscc"
        )
    seen.add(code)
    for name in ("name", "tasks"):
        if not (row[name] or "").strip():
            wording = _l("Row %(row)s: give the member's name and tasks.", row=shown)
            yield Refusal("member_incomplete", wording, f"{place}.{name}")
    if row["percent"] is None:
        wording = _l("Row %(row)s: give the member's share of the budget, 0 if it gets none.", row=shown)
        yield Refusal("member_incomplete", wording, f"{place}.percent")
    if not (row["ip_share"] or "").strip():
        wording = _l("Row %(row)s: say what share of intellectual property the member gets.", row=shown)
        yield Refusal("member_incomplete", wording, f"{place}.ip_share")


def _agreement(agreement: Content) -> Iterator[Refusal]:
    if not agreement["signed_on"]:
        wording = _l("Give the day on which the consortium agreement was signed.")
        yield Refusal("agreement_incomplete", wording, "agreement_signed_on")
    if not agreement["tasks"].strip():
        wording = _l("Say which tasks of the consortium your own unit takes.")
        yield Refusal("agreement_incomplete", wording, "agreement_tasks")
    if not agreement["ip_share"].strip():
        wording = _l("Say what share of intellectual property your own unit gets.")
        yield Refusal("agreement_incomplete", wording, "agreement_ip_share")


def _response(index: int, indicator: DemandIndicator, row: Content) -> Iterator[Refusal]:
    place = f"responses.{index}"
    value, high = number(row.get("promised_value")), number(row.get("promised_high"))
    if value is None:
        wording = _l("Indicator “%(name)s”: give the value you promise.", name=indicator.name)
        yield Refusal("indicator_not_answered", wording, f"{place}.promised_value")
    elif not row.get("deviation"):
        wording = _l("Indicator “%(name)s”: say whether it deviates from the target.", name=indicator.name)
        yield Refusal("indicator_not_answered", wording, f"{place}.deviation")
    if not (row.get("basis") or "").strip():
        wording = _l("Indicator “%(name)s”: say what the promise rests on.", name=indicator.name)
        yield Refusal("indicator_not_answered", wording, f"{place}.basis")
    if value is None:
        return
    if indicator.operator is Operator.RANGE and high is not None and high < value:
        yield Refusal(
            "range_reversed",
            _l("Indicator “%(name)s”: the upper value lies below the lower one.", name=indicator.name),
            f"{place}.promised_high",
        )
    says_worse = row.get("deviation") == Deviation.WORSE.value
    if indicator.is_hard and (says_worse or is_softer(indicator, value, high)):
        yield Refusal(
            "hard_indicator_worse",
            _l(
                "Indicator “%(name)s” is hard: nothing below the target can be promised.", name=indicator.name
            ),
            f"{place}.promised_value",
        )
