"""The rows of a bid's repeatable parts, each with the cells of `app.bids.content`."""

from typing import Any

from wtforms import BooleanField, HiddenField

from app.bids.content import RightKind, WorkKind
from app.core.i18n import _l
from app.models.codes import BudgetSource, CostItem, Deviation
from app.web.fields import (
    CodeField,
    CountField,
    ExactField,
    HundredthsField,
    LongText,
    MoneyField,
    ShortText,
    UsccField,
)
from app.web.forms import Row


class DecimalText(ExactField):
    """A decimal number whose data is its text: what a bid's content keeps."""

    def read(self, text: str) -> Any:
        """The number without an exponent, as text."""
        return format(super().read(text), "f")

    def write(self, data: Any) -> str:
        """The text itself."""
        return str(data)


class MemberRow(Row):
    """A member of the consortium beside the lead."""

    name = ShortText(_l("Unit's full name"), max=120)
    uscc = UsccField(_l("Unified social credit code"))
    role = ShortText(_l("Part in the project"), max=120)
    percent = HundredthsField(_l("Share of the budget, percent"))
    ip_share = ShortText(_l("Share of intellectual property"), max=200)
    contact = ShortText(_l("Contact person and phone"), max=120)
    tasks = LongText(_l("Tasks of the unit"), max=1000, lines=3)


class TieRow(Row):
    """A tie with the demand owner."""

    name = ShortText(_l("Unit or person"), max=120)
    uscc = UsccField(_l("Unified social credit code"))
    relation = ShortText(_l("Kind of the tie"), max=200)


class ShareholderRow(Row):
    """A shareholder with 5 percent or more, or in control."""

    name = ShortText(_l("Name of the shareholder"), max=120)
    uscc = UsccField(_l("Unified social credit code"))
    percent = HundredthsField(_l("Share, percent"))
    is_controlling = BooleanField(_l("Controls the unit"))


class RightRow(Row):
    """A right that the project builds on."""

    kind = CodeField(_l("Kind of right"), RightKind)
    title = ShortText(_l("Name of the right"), max=200)
    number = ShortText(_l("Patent or registration number"), max=80)
    holder = ShortText(_l("Holder of the right"), max=120)


class ResponseRow(Row):
    """The answer to one indicator of the demand."""

    indicator_id = HiddenField()
    promised_value = DecimalText(_l("Promised value"))
    promised_high = DecimalText(_l("Promised upper value"))
    deviation = CodeField(_l("Deviation"), Deviation)
    basis = LongText(_l("Basis of the promise"), max=1000, lines=3)
    test_plan = LongText(_l("Test plan"), max=1000, lines=3)


class InnovationRow(Row):
    """One innovation."""

    text = LongText(_l("Innovation"), max=600, lines=3)


class RiskRow(Row):
    """A risk and what is done about it."""

    risk = LongText(_l("Risk"), max=600, lines=2)
    measure = LongText(_l("Countermeasure"), max=600, lines=2)


class MilestoneRow(Row):
    """A milestone of the plan; months count from the start."""

    name = ShortText(_l("Milestone"), max=120)
    start_month = CountField(_l("First month"), minimum=1, maximum=120)
    end_month = CountField(_l("Last month"), minimum=1, maximum=120)
    pay_percent = HundredthsField(_l("Payment, percent"))
    deliverable = LongText(_l("What is delivered"), max=1000, lines=2)
    check = LongText(_l("How it is checked"), max=1000, lines=2)


class PersonRow(Row):
    """A person of the team."""

    name = ShortText(_l("Person's name"), max=80)
    role = ShortText(_l("Role in the team"), max=120)
    title = ShortText(_l("Title or position"), max=120)
    unit = ShortText(_l("Unit"), max=120)
    person_months = CountField(_l("Person-months"), maximum=600)
    works = LongText(_l("Related work"), max=600, lines=2)


class WorkRow(Row):
    """A representative work."""

    kind = CodeField(_l("Class of work"), WorkKind)
    title = ShortText(_l("Title of the work"), max=200)
    year = CountField(_l("Calendar year"), minimum=1980, maximum=2100)
    note = LongText(_l("What it shows"), max=600, lines=2)


class CaseRow(Row):
    """A case delivered before."""

    title = ShortText(_l("Project"), max=200)
    client = ShortText(_l("Client"), max=120)
    year = CountField(_l("Calendar year"), minimum=1980, maximum=2100)
    amount_fen = MoneyField(_l("Contract amount"))
    contact = ShortText(_l("Contact for proof"), max=120)
    result = LongText(_l("Result of the case"), max=600, lines=2)


class BudgetRow(Row):
    """A line of the budget: whose money, for what, how much."""

    source = CodeField(_l("Source of money"), BudgetSource)
    item = CodeField(_l("Cost item"), CostItem)
    amount_fen = MoneyField(_l("Amount of money"))
    year = CountField(_l("Calendar year"), minimum=2020, maximum=2100)
    unit = ShortText(_l("Unit that spends it"), max=120)
    basis = LongText(_l("Basis of the calculation"), max=600, lines=2)
