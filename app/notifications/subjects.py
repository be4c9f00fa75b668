"""What a message is about, in two plain values: the title and the number of the thing or of what it belongs to."""

from collections.abc import Callable
from typing import Any


def _own(thing: Any) -> tuple[Any, Any]:
    return thing.title, thing.number


def _of_demand(thing: Any) -> tuple[Any, Any]:
    return (thing.demand.title, thing.demand.number) if thing.demand is not None else ("", "")


def _of_contract(thing: Any) -> tuple[Any, Any]:
    return thing.contract.title, thing.contract.number


def _of_seat(assignment: Any) -> tuple[Any, Any]:
    if assignment.demand is not None:
        return _of_demand(assignment)
    return _own(assignment.panel.rubric.round)


def _of_sheet(sheet: Any) -> tuple[Any, Any]:
    return _of_demand(sheet) if sheet.demand is not None else _own(sheet.rubric.round)


SUBJECTS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "organisation": lambda thing: (thing.name, thing.uscc),
    "expert": lambda thing: (thing.unit_name, thing.number),
    "round": _own,
    "demand": _own,
    "bid": _of_demand,
    "assignment": _of_seat,
    "sheet": _of_sheet,
    "award": _of_demand,
    "notice": _own,
    "objection": lambda thing: (thing.notice.title, thing.number),
    "contract": _own,
    "milestone": lambda thing: (f"{thing.contract.title} · {thing.name}", thing.contract.number),
    "payment_line": _of_contract,
    "change_request": _of_contract,
    "subsidy": _of_contract,
    "acceptance": _of_contract,
    "demonstration": _own,
    "replication": lambda thing: _own(thing.demonstration),
}


def subject(thing: Any) -> dict[str, str]:
    """The data of a message about the thing: its `title` and `number`, empty where there is none."""
    title, number = SUBJECTS[type(thing).__tablename__](thing)
    return {"title": title or "", "number": number or ""}
