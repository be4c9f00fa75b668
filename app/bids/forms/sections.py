"""The sections of the bid form. Each reads some keys of the content and gives them back; a draft may be incomplete."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from app.bids import identity
from app.bids.answers import PLEDGE_WORDING, REQUIRED
from app.bids.content import MAX_INNOVATIONS, Content, Relation, fiscal_part, shaped
from app.bids.forms.rows import (
    BudgetRow,
    CaseRow,
    InnovationRow,
    MemberRow,
    MilestoneRow,
    PersonRow,
    ResponseRow,
    RightRow,
    RiskRow,
    ShareholderRow,
    TieRow,
    WorkRow,
)
from app.bids.shape import prefix_of
from app.core.i18n import Lazy, _, _l
from app.web.fields import CodeField, CountField, DayField, LongText, MoneyField, ShortText
from app.web.forms import Form
from app.web.rows import RowsField
from app.web.validators import Email

HELP_RESPONSES = _l("Every indicator needs an answer. A hard indicator cannot be promised below its target.")
HELP_BUDGET = _l("Each line says whose money pays for what. All lines together must equal the price.")


class SectionForm(Form):
    """The base of a section. `keys` are the keys of the content it covers; `groups` are flattened as `group_key`."""

    keys: ClassVar[tuple[str, ...]] = ()
    groups: ClassVar[tuple[str, ...]] = ()

    base = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in REQUIRED:
            if name in self._fields:
                self._fields[name].flags.required = True

    @classmethod
    def data_of(cls, content: Content) -> dict[str, Any]:
        """The form's data for a content."""
        data = {key: content[key] for key in cls.keys if key not in cls.groups}
        for group in cls.groups:
            data |= {f"{prefix_of(group)}_{key}": _typed(key, value) for key, value in content[group].items()}
        return data

    def part(self) -> Content:
        """The keys of the content as the form has them now, in plain values."""
        values = self.values()
        given: dict[str, Any] = {key: values[key] for key in self.keys if key not in self.groups}
        for group in self.groups:
            start = f"{prefix_of(group)}_"
            given[group] = {
                name.removeprefix(start): value for name, value in values.items() if name.startswith(start)
            }
        whole = shaped(given)
        return {key: whole[key] for key in self.keys}


def _typed(key: str, value: Any) -> Any:
    """A day, kept as text, as the form's data."""
    return date.fromisoformat(value) if key.endswith("_on") and value else value


class BasicsForm(SectionForm):
    """What the bid is, who leads it, what it costs and how long it takes."""

    keys = ("title", "keywords", "leader", "price_fen", "duration_months")
    groups = ("leader",)

    title = ShortText(_l("Title of the bid"), max=120)
    keywords = ShortText(_l("Keywords"), max=120)
    leader_name = ShortText(_l("Project leader"), max=80)
    leader_title = ShortText(_l("Title or position of the leader"), max=120)
    leader_identity = ShortText(
        _l("Identity number of the project leader"), max=24, render_kw={"autocomplete": "off"}
    )
    leader_phone = ShortText(_l("Phone of the project leader"), max=40)
    leader_email = ShortText(_l("E-mail of the project leader"), max=254, validators=[Email()])
    price_fen = MoneyField(_l("Price of the bid"))
    duration_months = CountField(_l("Duration in months"), minimum=1, maximum=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.price_fen.flags.required = True
        self.duration_months.flags.required = True

    @classmethod
    def data_of(cls, content: Content) -> dict[str, Any]:
        """The identity number is never shown again: what is kept of it cannot be read."""
        return super().data_of(content) | {"leader_identity": ""}

    def validate_leader_identity(self, field: ShortText) -> None:
        """A number that cannot be one is told while it can still be corrected."""
        if field.data and not identity.is_valid(identity.normalize(field.data)):
            raise ValidationError(_("This is no valid identity number; check each character"))


class UnitForm(SectionForm):
    """Facts of the lead unit; the form begins with what its profile says."""

    keys = ("unit",)
    groups = ("unit",)

    unit_legal_rep = ShortText(_l("Legal representative of the lead unit"), max=80)
    unit_founded_on = DayField(_l("Founded on"))
    unit_registered_capital_fen = MoneyField(_l("Registered capital"))
    unit_staff_count = CountField(_l("Staff"), maximum=10_000_000)
    unit_rd_staff_count = CountField(_l("Staff in research and development"), maximum=10_000_000)
    unit_revenue_fen = MoneyField(_l("Revenue of last year"))
    unit_rd_spend_fen = MoneyField(_l("Spending on research and development last year"))
    unit_is_high_tech = BooleanField(_l("Recognised high-tech enterprise"))
    unit_is_specialised = BooleanField(_l("Specialised and innovative enterprise"))
    unit_credit_report_on = DayField(_l("Day of the credit report"))


class ConsortiumForm(SectionForm):
    """The members beside the lead, and their signed agreement."""

    keys = ("members", "agreement")
    groups = ("agreement",)

    members = RowsField(MemberRow, _l("Members of the consortium"), max_rows=20, add_label=_l("Add a member"))
    agreement_signed_on = DayField(_l("Agreement signed on"))
    agreement_ip_share = ShortText(_l("The lead's share of intellectual property"), max=200)
    agreement_tasks = LongText(_l("Tasks of the lead unit"), max=1000, lines=3)


class DeclarationsForm(SectionForm):
    """Ties with the demand owner, and the shareholders."""

    keys = ("relation", "related", "shareholders")

    relation = CodeField(_l("Ties of your unit or a member with the demand owner"), Relation, radio=True)
    related = RowsField(TieRow, _l("List of the ties"), max_rows=20, add_label=_l("Add a tie"))
    shareholders = RowsField(
        ShareholderRow,
        _l("Shareholders with 5 percent or more, or in control"),
        max_rows=30,
        add_label=_l("Add a shareholder"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relation.flags.required = True


class ResponsesForm(SectionForm):
    """One answer per indicator; rows are neither added nor removed."""

    keys = ("responses",)

    responses = RowsField(ResponseRow, _l("Answers to the indicators"), max_rows=100, shown=0)

    def part(self) -> Content:
        """All answers, the empty ones too: each stands for its indicator."""
        rows = [entry.data for entry in self.responses.entries]
        return {"responses": shaped({"responses": rows})["responses"]}

    def add_refusals(self, refusals: Any) -> None:
        """Beside the cell of the indicator's own row, whether or not other rows are empty."""
        left = []
        for refusal in refusals:
            name, _dot, rest = (refusal.field or "").partition(".")
            index, _dot, cell = rest.partition(".")
            entries = self.responses.entries
            if name == "responses" and index.isdecimal() and int(index) < len(entries):
                field = entries[int(index)].form[cell]
                field.errors = [*field.errors, refusal.wording]
            else:
                left.append(refusal)
        super().add_refusals(left)


class SolutionForm(SectionForm):
    """The technical part."""

    keys = (
        "understanding",
        "architecture",
        "data_and_model",
        "key_problems",
        "innovation",
        "risks",
        "safety",
        "localisation",
    )

    understanding = LongText(_l("Understanding of the demand"), max=4000, lines=8)
    architecture = LongText(_l("Technical architecture and route"), max=8000, lines=10)
    data_and_model = LongText(_l("Data and models"), max=4000, lines=8)
    key_problems = LongText(_l("Key problems and how they are solved"), max=4000, lines=8)
    innovation = RowsField(
        InnovationRow, _l("Innovations"), max_rows=MAX_INNOVATIONS, add_label=_l("Add an innovation")
    )
    risks = RowsField(RiskRow, _l("Risks and measures"), max_rows=20, add_label=_l("Add a risk"))
    safety = LongText(_l("Safety and compliance of the solution"), max=4000, lines=6)
    localisation = LongText(_l("Localisation and compatibility"), max=2000, lines=4)

    @classmethod
    def data_of(cls, content: Content) -> dict[str, Any]:
        """Innovations are texts in the content and rows on the form."""
        data = super().data_of(content)
        return data | {"innovation": [{"text": each} for each in content["innovation"]]}

    def part(self) -> Content:
        """As the form has them, innovations as texts."""
        rows = [row["text"] for row in self.innovation.data]
        plain = {key: value for key, value in self.values().items() if key in self.keys}
        whole = shaped(plain | {"innovation": rows})
        return {key: whole[key] for key in self.keys}


class PlanForm(SectionForm):
    """The milestones."""

    keys = ("milestones",)

    milestones = RowsField(
        MilestoneRow, _l("Milestones of the plan"), max_rows=24, shown=2, add_label=_l("Add a milestone")
    )


class TeamForm(SectionForm):
    """People, representative works and cases."""

    keys = ("team", "works", "cases")

    team = RowsField(PersonRow, _l("Team"), max_rows=60, add_label=_l("Add a person"))
    works = RowsField(WorkRow, _l("Representative works"), max_rows=25, add_label=_l("Add a work"))
    cases = RowsField(CaseRow, _l("Cases delivered before"), max_rows=20, add_label=_l("Add a case"))


class BudgetForm(SectionForm):
    """The budget; the fiscal support asked for is what the lines ask of province and city."""

    keys = ("budget", "fiscal_ask_fen")

    budget = RowsField(
        BudgetRow, _l("Budget lines"), max_rows=100, shown=2, add_label=_l("Add a budget line")
    )

    @classmethod
    def data_of(cls, content: Content) -> dict[str, Any]:
        """The lines alone are typed."""
        return {"budget": content["budget"]}

    def part(self) -> Content:
        """The lines and what follows from them."""
        whole = shaped({"budget": self.budget.data})
        return {"budget": whole["budget"], "fiscal_ask_fen": fiscal_part(whole)}


class TermsForm(SectionForm):
    """Intellectual property and the spread of the result."""

    keys = ("ip", "ip_items", "promotion")
    groups = ("ip", "promotion")

    ip_items = RowsField(
        RightRow, _l("Rights the project builds on"), max_rows=30, add_label=_l("Add a right")
    )
    ip_background = LongText(_l("Background intellectual property"), max=2000, lines=4)
    ip_foreground = LongText(_l("New intellectual property and who owns it"), max=2000, lines=4)
    ip_licences = LongText(_l("Third-party and open-source licences"), max=2000, lines=4)
    promotion_plan = LongText(_l("Plan to spread the result"), max=2000, lines=4)
    promotion_pricing = LongText(_l("Pricing after the project"), max=1000, lines=3)
    promotion_after_sales = LongText(_l("Service after delivery"), max=1000, lines=3)


class PledgesForm(SectionForm):
    """The five pledges."""

    keys = ("pledges",)
    groups = ("pledges",)

    pledge_integrity = BooleanField(PLEDGE_WORDING["integrity"])
    pledge_truth = BooleanField(PLEDGE_WORDING["truth"])
    pledge_unrelated = BooleanField(PLEDGE_WORDING["unrelated"])
    pledge_no_repeat = BooleanField(PLEDGE_WORDING["no_repeat"])
    pledge_confidentiality = BooleanField(PLEDGE_WORDING["confidentiality"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            if field.name.startswith("pledge_"):
                field.flags.required = True


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its code in addresses, its name, its form, its template, the beginnings of the fields it shows."""

    code: str
    label: Lazy
    form: type[SectionForm]
    starts: tuple[str, ...]

    @property
    def template(self) -> str:
        """The file that lays it out."""
        return f"bids/sections/{self.code}.html"


SECTIONS: tuple[Section, ...] = (
    Section(
        "basics", _l("Basics"), BasicsForm, ("title", "keywords", "leader_", "price_fen", "duration_months")
    ),
    Section("unit", _l("Lead unit"), UnitForm, ("unit_",)),
    Section("consortium", _l("Consortium"), ConsortiumForm, ("members", "agreement_")),
    Section("declarations", _l("Declarations"), DeclarationsForm, ("relat", "shareholders")),
    Section("responses", _l("Indicators"), ResponsesForm, ("responses",)),
    Section(
        "solution",
        _l("Technical solution"),
        SolutionForm,
        tuple(key for key in SolutionForm.keys),
    ),
    Section("plan", _l("Plan of work"), PlanForm, ("milestones",)),
    Section("team", _l("Team and cases"), TeamForm, ("team", "works", "cases")),
    Section("budget", _l("Budget"), BudgetForm, ("budget",)),
    Section("terms", _l("IP and promotion"), TermsForm, ("ip_", "promotion_")),
    Section("pledges", _l("Pledges"), PledgesForm, ("pledge_",)),
)
FILES = "files"


def section_of(field: str | None) -> str | None:
    """The code of the section that shows a field; `files` for a file's slot; None for what stands in none."""
    if not field:
        return None
    if field.startswith("file_"):
        return FILES
    name = field.partition(".")[0]
    return next((each.code for each in SECTIONS if name.startswith(each.starts)), None)


def find_section(code: str) -> Section | None:
    """The section of this code."""
    return next((each for each in SECTIONS if each.code == code), None)


def next_code(code: str) -> str:
    """The section after this one; after the last come the files."""
    codes = [each.code for each in SECTIONS] + [FILES]
    return codes[codes.index(code) + 1]
