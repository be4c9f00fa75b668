"""Forms of acceptance. Those about indicators have fields numbered by the indicator's place in the contract, from 0."""

from collections.abc import Sequence
from typing import Any

from app.core.i18n import Lazy, _l
from app.models.base import Coded
from app.models.codes import Deliverable
from app.models.contracts import Contract
from app.models.outcomes import Acceptance, AcceptanceResult
from app.models.procedure_codes import IndicatorVerdict
from app.models.states import AcceptanceState
from app.web.fields import CodeField, CountField, DayField, ExactField, LongText, MoneyField, ShortText
from app.web.forms import FilterForm, Form, Row
from app.web.rows import RowsField
from app.web.slots import FileSlot
from app.web.validators import Required

# The files of the package, by slot.
SLOTS: dict[str, Lazy] = {
    "report": _l("Summary report"),
    "third_party_test": _l("Third-party test report"),
    "user_report": _l("User report"),
    "audit": _l("Audit report"),
    "handover": _l("Handover list"),
    "security": _l("Security report"),
    "other": _l("Other material of the acceptance"),
}


class Part(Coded):
    """Whether a part of the acceptance passed."""

    YES = "yes", _l("Part passed")
    NO = "no", _l("Part not passed")


class Outcome(Coded):
    """What the organiser decides; the codes are those of the workflow's actions."""

    PASS = "pass", _l("Passed: issue the certificate")
    RECTIFY = "require_rectification", _l("To be rectified, once")
    CONCLUDE = "conclude", _l("Concluded without pass, no fault of the contractor")
    FAIL = "fail", _l("Not passed")
    UNRECTIFIED = "fail_unrectified", _l("Not passed: nothing was rectified in time")


class HandoverRow(Row):
    """Something handed over to the demand owner."""

    kind = CodeField(_l("Kind of deliverable"), Deliverable)
    name = ShortText(_l("What is handed over"), 120, [Required()])
    quantity = CountField(_l("Quantity"), minimum=1)


class PackageForm(Form):
    """What the contractor hands in; `package_form` adds the indicators."""

    summary = LongText(_l("Summary report"), 8000, [Required()], lines=8)
    self_assessment = LongText(_l("Self-assessment"), 4000)
    running_since_on = DayField(_l("In operation since"))
    user_report = LongText(_l("How the users work with it"), 4000)
    spent_fen = MoneyField(_l("Money spent"), [Required()])
    financial_report = LongText(_l("Report on the use of money"), 4000)
    handover = RowsField(HandoverRow, _l("Handover list"), add_label=_l("Add an item"))
    report = FileSlot(SLOTS["report"], multiple=True)
    third_party_test = FileSlot(SLOTS["third_party_test"], multiple=True)
    user_report_file = FileSlot(SLOTS["user_report"], multiple=True)
    audit = FileSlot(SLOTS["audit"], multiple=True)
    handover_file = FileSlot(SLOTS["handover"], multiple=True)
    security = FileSlot(SLOTS["security"], multiple=True)
    other = FileSlot(SLOTS["other"], multiple=True)

    def package(self) -> dict[str, Any]:
        """The values that the service takes."""
        return {
            "summary": self.summary.data,
            "self_assessment": self.self_assessment.data or "",
            "running_since_on": self.running_since_on.data,
            "user_report": self.user_report.data or "",
            "spent_fen": self.spent_fen.data,
            "financial_report": self.financial_report.data or "",
            "handover": [
                {
                    "kind": row["kind"].value if row["kind"] else None,
                    "name": row["name"],
                    "quantity": row["quantity"],
                }
                for row in self.handover.data
            ],
        }

    def results(self, contract: Contract) -> list[dict[str, Any]]:
        """The row of each indicator."""
        return [
            {
                "indicator_id": each.id,
                "measured": self[f"measured_{index}"].data,
                "measured_text": self[f"measured_text_{index}"].data or "",
                "evidence": self[f"evidence_{index}"].data or "",
            }
            for index, each in enumerate(contract.indicators)
        ]

    def uploads(self) -> list[tuple[str, list[Any]]]:
        """The files by slot."""
        return [(slot, self[file_field(slot)].files) for slot in SLOTS]


def file_field(slot: str) -> str:
    """The name of the form field for a slot: some slots share their name with a text."""
    return f"{slot}_file" if slot in ("user_report", "handover") else slot


def package_form(contract: Contract, former: Acceptance | None = None) -> PackageForm:
    """The form for a contract's results, filled with what was handed in before."""
    cells: dict[str, Any] = {}
    start: dict[str, Any] = {}
    known = (
        {} if former is None else {r.indicator_id: r for r in former.results if r.attempt == former.attempt}
    )
    for index, each in enumerate(contract.indicators):
        cells[f"measured_{index}"] = ExactField(_l("Measured value"))
        cells[f"measured_text_{index}"] = ShortText(_l("Measured in words, if no number"), 120)
        cells[f"evidence_{index}"] = LongText(_l("Evidence, with file and page"), 1000, [Required()], lines=2)
        if each.id in known:
            start[f"measured_{index}"] = known[each.id].measured
            start[f"measured_text_{index}"] = known[each.id].measured_text
            start[f"evidence_{index}"] = known[each.id].evidence
    if former is not None:
        for name in (
            "summary",
            "self_assessment",
            "running_since_on",
            "user_report",
            "spent_fen",
            "financial_report",
        ):
            start[name] = getattr(former, name)
        start["handover"] = [dict(each) for each in former.handover]
    found: PackageForm = type("PackageFormOfContract", (PackageForm,), cells)(data=start)
    return found


class OpinionForm(Form):
    """The demand owner's opinion."""

    owner_opinion = LongText(
        _l("Opinion of the demand owner"),
        4000,
        [Required()],
        lines=8,
        description=_l(
            "As the user: does it work, does it do what was promised, do you agree to the acceptance?"
        ),
    )


class VerdictForm(Form):
    """What the panel found; `verdict_form` adds a verdict per indicator."""

    technical = CodeField(_l("Technical part"), Part, [Required()], radio=True)
    financial = CodeField(_l("Financial part"), Part, [Required()], radio=True)
    problems = LongText(_l("Problems and advice"), 4000)
    opinion = LongText(_l("Acceptance opinion of the panel"), 8000, [Required()], lines=8)

    def verdicts(self, rows: Sequence[AcceptanceResult]) -> dict[Any, IndicatorVerdict]:
        """The verdict of each indicator by its id."""
        return {each.indicator_id: self[f"verdict_{index}"].data for index, each in enumerate(rows)}


def verdict_form(acceptance: Acceptance, rows: Sequence[AcceptanceResult]) -> VerdictForm:
    """The form with a verdict for each row, filled with what is recorded."""
    cells: dict[str, Any] = {}
    start: dict[str, Any] = {"opinion": acceptance.opinion, "problems": acceptance.problems}
    for index, each in enumerate(rows):
        cells[f"verdict_{index}"] = CodeField(
            _l("Indicator verdict"), IndicatorVerdict, [Required()], radio=True
        )
        start[f"verdict_{index}"] = each.verdict
    for name, value in (
        ("technical", acceptance.has_passed_technical),
        ("financial", acceptance.has_passed_financial),
    ):
        start[name] = None if value is None else (Part.YES if value else Part.NO)
    found: VerdictForm = type("VerdictFormOfAcceptance", (VerdictForm,), cells)(data=start)
    return found


class DecisionForm(Form):
    """The organiser's decision."""

    outcome = CodeField(_l("Decision on the acceptance"), Outcome, [Required()], radio=True)
    opinion = LongText(_l("Acceptance opinion of the panel"), 8000, lines=8)
    reason = LongText(
        _l("Reason"), 4000, description=_l("Required unless the results pass; the parties read it.")
    )


class SignForm(Form):
    """A panel member's signature."""

    dissent = LongText(_l("Dissenting opinion, if you have one"), 2000)


class LookupForm(FilterForm):
    """The number of a certificate."""

    number = ShortText(_l("Number of the certificate"), 40)


class AcceptanceFilter(FilterForm):
    """Which acceptances are listed."""

    state = CodeField(_l("State of acceptance"), AcceptanceState)
