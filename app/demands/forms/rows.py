"""The repeatable rows of a demand: indicators, milestones, money, data and conditions, a row class each."""

from wtforms import BooleanField, HiddenField

from app.core.i18n import Lazy, _l
from app.demands.labels import CELLS
from app.models.codes import (
    ConditionKind,
    DataAccess,
    Deliverable,
    FundingSource,
    IndicatorCategory,
    Operator,
    Sensitivity,
)
from app.web.fields import CodeField, CountField, ExactField, HundredthsField, LongText, MoneyField, ShortText
from app.web.forms import Row
from app.web.rows import RowsField


def _cell(rows: str, name: str) -> Lazy:
    return CELLS[rows][name]


class IndicatorRow(Row):
    """One assessment indicator."""

    id = HiddenField()
    name = ShortText(
        _cell("indicators", "name"), max=120, description=_l("For example: sensitivity of lesion detection")
    )
    category = CodeField(
        _cell("indicators", "category"), IndicatorCategory, default=IndicatorCategory.TECHNICAL, blank=None
    )
    baseline = ShortText(_cell("indicators", "baseline"), max=80, description=_l("For example: 88%"))
    operator = CodeField(_cell("indicators", "operator"), Operator, default=Operator.GE, blank=None)
    target = ExactField(_cell("indicators", "target"), description=_l("A number, for example: 95"))
    target_high = ExactField(_cell("indicators", "target_high"), description=_l("Only with “Range”"))
    unit = ShortText(
        _cell("indicators", "unit"), max=40, description=_l("For example: %, seconds, cases a day")
    )
    condition = LongText(
        _cell("indicators", "condition"),
        max=500,
        lines=2,
        description=_l("Data, sample and working condition. For example: 10,000 real slides of three months"),
    )
    method = LongText(
        _cell("indicators", "method"),
        max=500,
        lines=2,
        description=_l("For example: double-blind sampling by a third-party laboratory"),
    )
    evidence = ShortText(_cell("indicators", "evidence"), max=200, description=_l("For example: test report"))
    weight = CountField(
        _cell("indicators", "weight"), maximum=100, description=_l("All together 100, or leave all empty")
    )
    stage = CountField(_cell("indicators", "stage"), maximum=20, description=_l("Due at which milestone"))
    is_hard = BooleanField(_cell("indicators", "is_hard"))


class MilestoneRow(Row):
    """One prescribed milestone."""

    id = HiddenField()
    name = ShortText(
        _cell("milestones", "name"), max=120, description=_l("For example: trial run in two wards")
    )
    due_month = CountField(
        _cell("milestones", "due_month"),
        maximum=120,
        description=_l("Months after the start, for example: 6"),
    )
    deliverable = ShortText(
        _cell("milestones", "deliverable"), max=300, description=_l("For example: prototype and test record")
    )
    check = ShortText(
        _cell("milestones", "check"), max=300, description=_l("For example: on-site check by three experts")
    )


class FundingRow(Row):
    """One source of money."""

    id = HiddenField()
    source = CodeField(
        _cell("fundings", "source"), FundingSource, default=FundingSource.OWNER_PAID, blank=None
    )
    amount_fen = MoneyField(_cell("fundings", "amount_fen"), description=_l("For example: 240.00"))
    condition = ShortText(
        _cell("fundings", "condition"), max=300, description=_l("For example: after acceptance is passed")
    )


class DeliverableRow(Row):
    """One deliverable."""

    kind = CodeField(_cell("deliverables", "kind"), Deliverable, default=Deliverable.SYSTEM, blank=None)
    name = ShortText(
        _cell("deliverables", "name"),
        max=200,
        description=_l("For example: slide analysis system, source code"),
    )
    quantity = CountField(
        _cell("deliverables", "quantity"), maximum=100_000, description=_l("For example: 1")
    )


class DataRow(Row):
    """One kind of data that the owner provides."""

    name = ShortText(
        _cell("data_provided", "name"), max=120, description=_l("For example: historical slide images")
    )
    kind = ShortText(
        _cell("data_provided", "kind"), max=80, description=_l("For example: images, text, time series")
    )
    volume = ShortText(
        _cell("data_provided", "volume"), max=80, description=_l("For example: 120,000 images")
    )
    period = ShortText(_cell("data_provided", "period"), max=80, description=_l("For example: 2020 to 2025"))
    sensitivity = CodeField(
        _cell("data_provided", "sensitivity"), Sensitivity, default=Sensitivity.INTERNAL, blank=None
    )
    access = CodeField(_cell("data_provided", "access"), DataAccess, default=DataAccess.ON_SITE, blank=None)
    legal_basis = ShortText(
        _cell("data_provided", "legal_basis"),
        max=300,
        description=_l("Needed for protected data. For example: approval of the ethics committee"),
    )
    is_labelled = BooleanField(_cell("data_provided", "is_labelled"))
    is_desensitised = BooleanField(_cell("data_provided", "is_desensitised"))


class ComputeRow(Row):
    """Computing power that the owner provides."""

    kind = ShortText(
        _cell("compute_provided", "kind"), max=80, description=_l("For example: training cluster")
    )
    amount = ShortText(_cell("compute_provided", "amount"), max=80, description=_l("For example: 10 PFLOPS"))
    period = ShortText(_cell("compute_provided", "period"), max=80, description=_l("For example: six months"))
    place = ShortText(
        _cell("compute_provided", "place"), max=120, description=_l("For example: the city's centre")
    )


class PayRow(Row):
    """One point of payment and its share."""

    label = ShortText(_cell("pay_schedule", "label"), max=120, description=_l("For example: contract signed"))
    percent = HundredthsField(_cell("pay_schedule", "percent"), description=_l("For example: 30"))


class ConditionRow(Row):
    """One condition on bidders."""

    text = LongText(
        _cell("conditions", "text"),
        max=500,
        lines=2,
        description=_l("For example: two delivered projects of medical imaging in the last three years"),
    )
    kind = CodeField(
        _cell("conditions", "kind"), ConditionKind, default=ConditionKind.QUALIFICATION, blank=None
    )
    why = ShortText(
        _cell("conditions", "why"),
        max=300,
        description=_l(
            "Required for hard conditions. For example: images are connected to running equipment"
        ),
    )
    is_hard = BooleanField(_cell("conditions", "is_hard"))


class BenefitRow(Row):
    """One figure of the expected benefit."""

    indicator = ShortText(
        _cell("benefits", "indicator"), max=120, description=_l("For example: mean time to report")
    )
    baseline = ShortText(_cell("benefits", "baseline"), max=80, description=_l("For example: 72 hours"))
    target = ShortText(_cell("benefits", "target"), max=80, description=_l("For example: 24 hours"))


class ReturnRow(Row):
    """What is to be changed at one field of a returned demand."""

    field = CodeField(_l("Field to change"))
    message = ShortText(_l("What to change"), max=300)


def list_of(row: type[Row], label: Lazy, help_text: Lazy, add_label: Lazy, *, shown: int = 1) -> RowsField:
    """A repeatable list with its help and the wording of its button."""
    return RowsField(row, label, description=help_text, add_label=add_label, shown=shown, max_rows=40)
