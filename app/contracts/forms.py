"""Forms of contracts."""

from wtforms import BooleanField, HiddenField

from app.core.i18n import _l
from app.models.codes import BudgetSource, CostItem, Operator
from app.models.procedure_codes import EndReason
from app.models.states import ContractState
from app.web.fields import (
    CodeField,
    CountField,
    DayField,
    ExactField,
    HundredthsField,
    LongText,
    MoneyField,
    ShortText,
)
from app.web.forms import FilterForm, Form, Row
from app.web.rows import RowsField
from app.web.slots import FileSlot
from app.web.validators import Required


class IndicatorRow(Row):
    """A target as it will be signed."""

    demand_indicator_id = HiddenField()
    name = ShortText(_l("Name of the indicator"), 120, [Required()])
    operator = CodeField(_l("Operator"), Operator, [Required()])
    target = ExactField(_l("Target value"), [Required()])
    target_high = ExactField(_l("Upper end of the range"))
    unit = ShortText(_l("Unit of measure"), 40)
    is_hard = BooleanField(_l("Hard indicator"))
    condition = LongText(_l("Test condition"), 500, lines=2)
    method = LongText(_l("Test method"), 500, lines=2)


class MilestoneRow(Row):
    """A milestone with the share of every payer's money that it makes due."""

    name = ShortText(_l("Milestone"), 120, [Required()])
    due_on = DayField(_l("Due on"), [Required()])
    percent = HundredthsField(_l("Share of payment (%)"), [Required()], maximum=100_00)
    deliverable = LongText(_l("Deliverable"), 500, lines=2)
    check = LongText(_l("How it is checked"), 500, lines=2)


class BudgetRow(Row):
    """A line of the budget."""

    source = CodeField(_l("Source of money"), BudgetSource, [Required()])
    item = CodeField(_l("Cost item"), CostItem, [Required()])
    unit_name = ShortText(_l("Unit that spends it"), 120)
    year = CountField(_l("Year of spending"), [Required()], minimum=2000, maximum=2100)
    amount_fen = MoneyField(_l("Amount of the line"), [Required()])
    note = ShortText(_l("Basis of the amount"), 500)


class MemberRow(Row):
    """A joint unit and its part."""

    name = ShortText(_l("Joint unit"), 120, [Required()])
    uscc = ShortText(_l("Unified social credit code"), 18)
    percent = HundredthsField(_l("Share of budget (%)"), maximum=100_00)
    tasks = LongText(_l("Tasks"), 500, lines=2)
    ip_share = ShortText(_l("Share of intellectual property"), 200)


class ContractForm(Form):
    """A draft contract. The amount is the award's and is not asked."""

    title = ShortText(_l("Title of the contract"), 120, [Required()])
    starts_on = DayField(_l("First day of the contract"), [Required()])
    ends_on = DayField(_l("Last day of the contract"), [Required()])
    leader_name = ShortText(_l("Project leader"), 80, [Required()])
    has_task_book = BooleanField(_l("A task book with the organizer is part of it (fiscal money)"))
    objectives = LongText(_l("Objectives"), 2000, [Required()])
    indicators = RowsField(IndicatorRow, _l("Targets"), min_rows=1, add_label=_l("Add a target"))
    milestones = RowsField(MilestoneRow, _l("Milestones"), min_rows=1, add_label=_l("Add a milestone"))
    budget = RowsField(BudgetRow, _l("Budget"), min_rows=1, max_rows=80, add_label=_l("Add a budget line"))
    members = RowsField(MemberRow, _l("Joint units of the contract"), shown=0, max_rows=10)
    ip_clause = LongText(_l("Intellectual property and sharing of results"), 3000)
    data_clause = LongText(_l("Data and secrecy"), 3000)
    breach_clause = LongText(_l("Change and breach"), 3000)
    promotion_duty = LongText(_l("Duty to spread the result"), 2000)


class SignForm(Form):
    """A signature, in the system or with a scan."""

    scan = FileSlot(_l("Signed and sealed scan (if signed on paper)"), types=("pdf", "png", "jpg", "jpeg"))
    is_authorised = BooleanField(
        _l("I have read the whole text and am authorised to sign it for my organization."), [Required()]
    )


class EndForm(Form):
    """Why a contract ends early."""

    end_reason = CodeField(_l("Ground for ending the contract"), EndReason, [Required()], radio=True)
    clawback_fen = MoneyField(_l("Money to be returned"), [Required()], default=0)


class CancelForm(Form):
    """Why the talks failed."""

    reason = LongText(_l("Why the talks failed"), 2000, [Required()])


class ContractFilter(FilterForm):
    """Filters of the list."""

    state = CodeField(_l("State of the contract"), ContractState)
    q = ShortText(_l("Title or number"), 60)
