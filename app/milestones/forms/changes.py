"""One form per kind of contract change; `payload()` gives what the service takes."""

from typing import Any

from app.core.i18n import _l
from app.models.contracts import Contract
from app.models.procedure_codes import ChangeKind
from app.web.fields import DayField, ExactField, LongText, MoneyField, ShortText, UsccField
from app.web.forms import Form, Row
from app.web.rows import RowsField
from app.web.slots import FileSlot
from app.web.validators import Required

K = ChangeKind


class ChangeForm(Form):
    """What every request has: a reason and its proof."""

    reason = LongText(_l("Reason for the change"), 4000, [Required()])
    proof = FileSlot(_l("Proof of the change"), multiple=True)

    def payload(self, contract: Contract) -> dict[str, Any]:
        """The change as `app.milestones.services.changes` describes it."""
        raise NotImplementedError


class ExtensionForm(ChangeForm):
    """A later end."""

    ends_on = DayField(_l("New end of the project"), [Required()])

    def payload(self, contract: Contract) -> dict[str, Any]:
        """The new end."""
        return {"ends_on": self.values()["ends_on"].isoformat()}


class IndicatorsForm(ChangeForm):
    """New targets; `change_form` adds the fields."""

    def payload(self, contract: Contract) -> dict[str, Any]:
        """The target of every indicator."""
        return {
            "targets": [
                {
                    "indicator_id": str(each.id),
                    "target": self._number(f"target_{index}"),
                    "target_high": self._number(f"target_high_{index}"),
                }
                for index, each in enumerate(contract.indicators)
            ]
        }

    def _number(self, name: str) -> str | None:
        field = self._fields.get(name)
        return None if field is None or field.data is None else format(field.data, "f")


class LeaderForm(ChangeForm):
    """Another project leader."""

    leader_name = ShortText(_l("New project leader"), 80, [Required()])

    def payload(self, contract: Contract) -> dict[str, Any]:
        """The new leader."""
        return {"leader_name": self.leader_name.data}


class MemberRow(Row):
    """A member of the consortium."""

    name = ShortText(_l("Member unit"), 120, [Required()])
    uscc = UsccField(_l("Unified social credit code"), [Required()])
    tasks = ShortText(_l("Task in the project"), 200)


class MemberForm(ChangeForm):
    """The consortium as it shall be."""

    members = RowsField(MemberRow, _l("Members after the change"), add_label=_l("Add a member"))

    def payload(self, contract: Contract) -> dict[str, Any]:
        """All members after the change. What else the contract says of a member that stays is kept."""
        known = {each.get("uscc"): each for each in contract.members}
        return {
            "members": [
                {
                    **known.get(row["uscc"], {}),
                    "name": row["name"],
                    "uscc": row["uscc"],
                    "tasks": row["tasks"] or "",
                }
                for row in self.members.data
            ]
        }


class BudgetForm(ChangeForm):
    """Amounts moved between lines; `change_form` adds the fields."""

    def payload(self, contract: Contract) -> dict[str, Any]:
        """The amount of every line, in fen."""
        return {
            "lines": [
                {"line_id": str(each.id), "amount_fen": self[f"amount_{index}"].data}
                for index, each in enumerate(contract.budget)
            ]
        }


class RouteForm(ChangeForm):
    """Another way to the same indicators."""

    objectives = LongText(_l("Objectives and technical route after the change"), 8000, [Required()], lines=12)

    def payload(self, contract: Contract) -> dict[str, Any]:
        """The new text."""
        return {"objectives": self.objectives.data}


class NameForm(ChangeForm):
    """Another name for the project."""

    title = ShortText(_l("New name of the project"), 120, [Required()])

    def payload(self, contract: Contract) -> dict[str, Any]:
        """The new name."""
        return {"title": self.title.data}


FORMS: dict[ChangeKind, type[ChangeForm]] = {
    K.EXTENSION: ExtensionForm,
    K.INDICATORS: IndicatorsForm,
    K.LEADER: LeaderForm,
    K.MEMBER: MemberForm,
    K.BUDGET: BudgetForm,
    K.ROUTE: RouteForm,
    K.NAME: NameForm,
}


def change_form(contract: Contract, kind: ChangeKind) -> ChangeForm:
    """The form of a kind of change, filled with what the contract says now."""
    cells: dict[str, Any] = {}
    start: dict[str, Any] = {}
    if kind is K.INDICATORS:
        for index, each in enumerate(contract.indicators):
            if each.target is not None:
                cells[f"target_{index}"] = ExactField(_l("New target"), [Required()], default=each.target)
            if each.target_high is not None:
                cells[f"target_high_{index}"] = ExactField(
                    _l("New upper target"), [Required()], default=each.target_high
                )
    elif kind is K.BUDGET:
        for index, line in enumerate(contract.budget):
            cells[f"amount_{index}"] = MoneyField(
                _l("Amount after the change"), [Required()], default=line.amount_fen
            )
    elif kind is K.MEMBER:
        start = {"members": [dict(each) for each in contract.members]}
    elif kind is K.ROUTE:
        start = {"objectives": contract.objectives}
    found: ChangeForm = type("ChangeFormOfContract", (FORMS[kind],), cells)(data=start)
    return found
