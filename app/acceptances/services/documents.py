"""What is put on paper: the acceptance opinion (验收意见书) and the certificate, as data frozen at the decision."""

from typing import Any

from app.acceptances import queries
from app.acceptances.services.judging import has_signed
from app.core.clock import day_of
from app.models.outcomes import Acceptance, AcceptanceResult
from app.models.procedure_codes import RubricKind
from app.models.reviews import Panel


def opinion_document(acceptance: Acceptance, panel: Panel | None) -> dict[str, Any]:
    """The opinion of the present attempt: background, indicators, money, result, problems, opinion, signatures.

    Amounts in fen, scores in hundredths, days in ISO form, codes for everything that has a wording."""
    seats = queries.seats_of(panel) if panel is not None else []
    signed = [each for each in seats if has_signed(acceptance, each)]
    contract = acceptance.contract
    return {
        "attempt": acceptance.attempt,
        **background(acceptance),
        "summary": acceptance.summary,
        "running_since_on": _day(acceptance.running_since_on),
        "indicators": [indicator_row(each) for each in queries.results_of(acceptance)],
        "amount_fen": contract.amount_fen,
        "spent_fen": acceptance.spent_fen,
        "financial_report": acceptance.financial_report,
        "has_passed_technical": acceptance.has_passed_technical,
        "has_passed_financial": acceptance.has_passed_financial,
        "total": acceptance.total,
        "pass_line": pass_line(acceptance),
        "outcome": acceptance.state.value,
        "reason": acceptance.state_reason,
        "problems": acceptance.problems,
        "rectify_due_on": _day(acceptance.rectify_due_on),
        "opinion": acceptance.opinion,
        "owner_opinion": acceptance.owner_opinion,
        "owner_opinion_on": _day(
            day_of(acceptance.owner_opinion_at) if acceptance.owner_opinion_at else None
        ),
        "panel_size": panel.size if panel is not None else 0,
        "signatures": len(signed),
        "dissents": [each.dissent for each in signed if each.dissent],
        "decided_on": _day(day_of(acceptance.decided_at) if acceptance.decided_at else None),
    }


def certificate_content(acceptance: Acceptance, panel: Panel | None, number: str) -> dict[str, Any]:
    """What a certificate says; no personal data, for everyone may read it."""
    return {
        "number": number,
        **background(acceptance),
        "attempt": acceptance.attempt,
        "indicators": [indicator_row(each) for each in queries.results_of(acceptance)],
        "total": acceptance.total,
        "pass_line": pass_line(acceptance),
        "panel_size": panel.size if panel is not None else 0,
        "accepted_on": _day(day_of(acceptance.decided_at) if acceptance.decided_at else None),
    }


def background(acceptance: Acceptance) -> dict[str, Any]:
    """What was agreed between whom."""
    contract = acceptance.contract
    demand = acceptance.demand
    return {
        "contract_number": contract.number,
        "title": contract.title,
        "demand_number": demand.number,
        "demand_title": demand.title,
        "field": demand.field.value,
        "region": demand.region.value,
        "organiser": demand.round.organiser.name,
        "owner": demand.owner.name,
        "lead": contract.award.bid.lead.name,
        "members": [str(each.get("name", "")) for each in contract.members],
        "starts_on": _day(contract.starts_on),
        "ends_on": _day(contract.ends_on),
    }


def indicator_row(result: AcceptanceResult) -> dict[str, Any]:
    """An indicator as planned, measured and judged; numbers as texts, exactly as written."""
    indicator = result.indicator
    number = "" if result.measured is None else f"{result.measured:f} {indicator.unit}".strip()
    return {
        "name": indicator.name,
        "operator": indicator.operator.value,
        "target": None if indicator.target is None else format(indicator.target, "f"),
        "target_high": None if indicator.target_high is None else format(indicator.target_high, "f"),
        "unit": indicator.unit,
        "is_hard": indicator.is_hard,
        "measured": result.measured_text or number,
        "evidence": result.evidence,
        "verdict": result.verdict.value if result.verdict else None,
    }


def pass_line(acceptance: Acceptance) -> int | None:
    """The line of the acceptance rubric in hundredths, or None when the round has none."""
    rubric = acceptance.demand.round.rubric(RubricKind.ACCEPTANCE)
    return rubric.pass_line if rubric is not None else None


def _day(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())
