"""What a demand in a sheet must satisfy beyond the form of its cells: its unit, its scope, its sums, its name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from app.core.i18n import _l
from app.core.text import normalize_for_compare
from app.demands.importing import known
from app.demands.importing.known import Scope
from app.demands.importing.plan import NewUnit, Plan
from app.documents import wording
from app.documents.imports import Task
from app.documents.wording import SheetRefused
from app.models.accounts import Organisation
from app.models.states import DemandState, OrganisationState

wording.WORDING.update(
    {
        "amount_zero": _l("must be more than nothing"),
        "fundings_differ": _l("is not the sum of the sources of money"),
        "percents_differ": _l("does not make the payments add up to the whole"),
        "paid_above_budget": _l("is more than the planned money"),
        "region_not_ours": _l("lies outside your region"),
        "unit_not_ours": _l("is not your own unit, for which alone you may import"),
        "unit_other_name": _l("belongs to another name on this site: %(name)s"),
        "unit_differs": _l("stands in row %(row)s with another name or kind"),
        "unit_closed": _l("belongs to a unit that is suspended or was refused"),
        "unit_cannot_post": _l("belongs to a unit that may not post demands; ask an operator to open that"),
        "recommender_unknown": _l("is no recommending unit of this site"),
        "recommender_not_you": _l("is not your own unit; leave it empty or write your unit's name"),
        "line_too_long": _l("line %(line)s has more than %(most)s characters"),
        "twice_in_sheet": _l("stands in row %(row)s already, for the same unit"),
        "exists_draft": _l("is there already as a draft of this unit; it is not overwritten"),
        "exists_locked": _l("is there already and locked: submitted or listed (%(number)s)"),
        "lacks_name": _l("“%(text)s” has no name"),
        "lacks_number": _l("“%(text)s”: no number could be read; complete it on the form"),
        "lacks_unit": _l("“%(text)s” has no unit"),
        "lacks_condition": _l("“%(text)s” has no test condition"),
    }
)

Problem = tuple[str, str, dict[str, Any]]
"""Column, code, details."""


@dataclass
class Rules:
    """The rules over all demands of one sheet, which remember what they have seen."""

    task: Task
    scope: Scope
    units: dict[str, Organisation]
    existing: dict[tuple[UUID, str], known.Existing]
    recommenders: dict[str, UUID]
    plan: Plan = field(default_factory=Plan)
    _units_in_sheet: dict[str, tuple[int, tuple[Any, ...]]] = field(default_factory=dict)
    _titles: dict[tuple[str, str], int] = field(default_factory=dict)

    def problems(self, row: int, values: dict[str, Any]) -> Iterator[Problem]:
        """What stands against this demand. Values are by column id, None where a cell is empty or faulty."""
        yield from self._amounts(values)
        yield from self._scope(values)
        yield from self._unit(row, values)
        yield from self._title(row, values)

    def know_own_unit(self) -> None:
        """Take the acting unit among those the sheet names, which names none."""
        session = self.task.session
        self.units |= known.units_by_code(session, [self.scope.unit_uscc])
        self.existing |= known.demands_by_title(session, [self.scope.unit])

    def owner_id(self, row: int, values: dict[str, Any]) -> UUID:
        """The unit that the demand is written for; a unit nobody knows yet is planned."""
        code = values["uscc"]
        if code not in self.plan.owners:
            unit = self.units.get(code)
            if unit is None:
                new = NewUnit(
                    uuid4(),
                    code,
                    values["unit"],
                    values["unit_type"],
                    values["region"],
                    values.get("legal_rep") or "",
                )
                self.plan.units[code] = new
            self.plan.owners[code] = unit.id if unit is not None else self.plan.units[code].id
        return self.plan.owners[code]

    def recommender_id(self, values: dict[str, Any]) -> UUID | None:
        """The recommending unit: the named one, or the one that imports."""
        name = values.get("recommender")
        if name:
            return self.recommenders.get(normalize_for_compare(name))
        return self.scope.unit if self.scope.region is not None else None

    @staticmethod
    def _amounts(values: dict[str, Any]) -> Iterator[Problem]:
        budget, paid = values.get("budget_fen"), values.get("paid_fen")
        if budget == 0:
            yield "budget_fen", "amount_zero", {}
        if budget is not None and paid is not None and paid > budget:
            yield "paid_fen", "paid_above_budget", {}

    def _scope(self, values: dict[str, Any]) -> Iterator[Problem]:
        region, code, name = values.get("region"), values.get("uscc"), values.get("recommender")
        if self.scope.region is not None and region is not None and region is not self.scope.region:
            yield "region", "region_not_ours", {}
        if self.scope.is_own_unit and code is not None and code != self.scope.unit_uscc:
            yield "uscc", "unit_not_ours", {}
        if name and self.scope.region is not None:
            if normalize_for_compare(name) != normalize_for_compare(self.scope.unit_name):
                yield "recommender", "recommender_not_you", {}
        elif name and normalize_for_compare(name) not in self.recommenders:
            yield "recommender", "recommender_unknown", {}

    def _unit(self, row: int, values: dict[str, Any]) -> Iterator[Problem]:
        code, name = values.get("uscc"), values.get("unit")
        if code is None or name is None:
            return
        same_name = normalize_for_compare(name)
        if (unit := self.units.get(code)) is not None:
            if normalize_for_compare(unit.name) != same_name:
                yield "unit", "unit_other_name", {"name": unit.name}
            elif unit.state in (OrganisationState.SUSPENDED, OrganisationState.REJECTED) or unit.is_held:
                yield "uscc", "unit_closed", {}
            elif unit.state is OrganisationState.VERIFIED and not unit.can_post:
                yield "uscc", "unit_cannot_post", {}
            return
        said = (same_name, values.get("unit_type"))
        first_row, first = self._units_in_sheet.setdefault(code, (row, said))
        if first != said:
            yield "unit", "unit_differs", {"row": first_row}

    def _title(self, row: int, values: dict[str, Any]) -> Iterator[Problem]:
        code, title = values.get("uscc"), values.get("title")
        if code is None or title is None:
            return
        same = normalize_for_compare(title)
        first = self._titles.setdefault((code, same), row)
        unit = self.units.get(code)
        found = self.existing.get((unit.id, same)) if unit is not None else None
        if first != row:
            yield "title", "twice_in_sheet", {"row": first}
        elif found is not None and found.state is DemandState.DRAFT:
            yield "title", "exists_draft", {}
        elif found is not None:
            yield "title", "exists_locked", {"number": found.number or str(found.state.value)}


def rules_for(task: Task, codes: set[str]) -> Rules:
    """The rules for a sheet that names these unit codes. Raises NotPermitted, SheetRefused without a round."""
    if task.sheet.round is None:
        raise SheetRefused("sheet_unreadable")
    units = known.units_by_code(task.session, codes)
    return Rules(
        task,
        known.scope_of(task.session, task.by, task.sheet.round),
        units,
        known.demands_by_title(task.session, [unit.id for unit in units.values()]),
        known.recommenders_by_name(task.session),
    )
