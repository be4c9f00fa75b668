"""What each part of a demand is called, in the order of reading: one list for forms, pages and editions."""

from dataclasses import dataclass

from app.core.i18n import Lazy, _l
from app.workflow.demand_rules import REQUIRED


@dataclass(frozen=True, slots=True)
class Section:
    """A group of fields: its code is also the anchor on the form."""

    code: str
    label: Lazy
    fields: tuple[str, ...]


SECTIONS: tuple[Section, ...] = (
    Section(
        "who",
        _l("Owner and contact"),
        (
            "owner",
            "owner_type",
            "region",
            "public_phone",
            "legal_rep",
            "contact_name",
            "contact_title",
            "contact_phone",
            "contact_email",
            "recommender_id",
        ),
    ),
    Section(
        "what",
        _l("The scenario"),
        (
            "number",
            "title",
            "demand_type",
            "field",
            "categories",
            "site",
            "pain_point",
            "goal",
            "content_required",
            "out_of_scope",
            "novelty",
        ),
    ),
    Section(
        "targets",
        _l("Indicators and results"),
        ("indicators", "deliverables", "acceptance_methods", "acceptance_note", "milestones"),
    ),
    Section(
        "means",
        _l("Conditions provided"),
        (
            "data_provided",
            "compute_provided",
            "test_environment",
            "safety_requirements",
            "safety_note",
            "interface_constraints",
            "restricted_edition",
        ),
    ),
    Section(
        "money",
        _l("Money and payment"),
        (
            "budget_fen",
            "is_budget_hidden",
            "budget_band",
            "fundings",
            "pay_schedule",
            "is_public_money",
            "procurement_route",
            "purchase_commitment",
        ),
    ),
    Section(
        "terms",
        _l("Terms of taking it on"),
        (
            "closes_at",
            "deadline_months",
            "finish_by",
            "ip_ownership",
            "ip_clause",
            "benefit_sharing",
            "conditions",
            "is_consortium_allowed",
            "max_members",
            "award_mode",
            "lanes",
            "min_valid_bids",
            "process",
            "is_related_party_banned",
            "is_standing",
        ),
    ),
    Section(
        "value",
        _l("Expected value"),
        ("expected_benefit", "benefits", "replicability", "replicability_note"),
    ),
    Section("pledges", _l("Pledges"), ("has_credit_pledge", "has_integrity_pledge")),
    Section("files", _l("Public files"), ("files",)),
)

LABELS: dict[str, Lazy] = {
    **REQUIRED,
    "owner": _l("Unit that posts the demand"),
    "owner_type": _l("Kind of unit"),
    "region": _l("Region of the unit"),
    "public_phone": _l("Public switchboard number"),
    "contact_title": _l("Position of the contact person"),
    "recommender_id": _l("Recommending unit of the demand"),
    "number": _l("Listing number"),
    "demand_type": _l("Kind of demand"),
    "field": _l("Key field"),
    "out_of_scope": _l("Not included"),
    "novelty": _l("State of the art, and why it cannot be solved in-house"),
    "indicators": _l("Assessment indicators"),
    "acceptance_note": _l("Note on acceptance"),
    "milestones": _l("Prescribed milestones"),
    "data_provided": _l("Data provided"),
    "compute_provided": _l("Computing power provided"),
    "test_environment": _l("Test environment and site conditions"),
    "safety_note": _l("Note on safety and compliance"),
    "interface_constraints": _l("Systems, interfaces and protection level to connect to"),
    "restricted_edition": _l("Version of the restricted part"),
    "budget_fen": _l("Listed amount"),
    "is_budget_hidden": _l("Publish only a band, not the amount"),
    "budget_band": _l("Published band of the amount"),
    "is_public_money": _l("Paid with public money"),
    "procurement_route": _l("Procurement route"),
    "purchase_commitment": _l("Commitment to buy after success"),
    "closes_at": _l("Closing time of bidding"),
    "deadline_months": _l("Time limit of the project (months)"),
    "finish_by": _l("To be finished by"),
    "ip_ownership": _l("Ownership of intellectual property"),
    "benefit_sharing": _l("Sharing of benefits"),
    "is_consortium_allowed": _l("Consortia are accepted"),
    "max_members": _l("Most members beside the lead"),
    "award_mode": _l("How many take it on"),
    "lanes": _l("Number of winners or lanes"),
    "min_valid_bids": _l("Least number of valid bids"),
    "process": _l("Order of bidding and agreement"),
    "is_related_party_banned": _l("Bidders must not be related to the owner"),
    "is_standing": _l("Standing listing"),
    "replicability": _l("Where the result can spread"),
    "files": _l("Public files"),
}

# The cells of repeatable rows.
CELLS: dict[str, dict[str, Lazy]] = {
    "indicators": {
        "name": _l("Indicator name"),
        "category": _l("Indicator kind"),
        "baseline": _l("Present value"),
        "operator": _l("Comparison"),
        "target": _l("Target value"),
        "target_high": _l("Upper end of the range"),
        "unit": _l("Unit of measure"),
        "condition": _l("Test condition"),
        "method": _l("Test method or standard"),
        "evidence": _l("Evidence to hand in"),
        "weight": _l("Weight (%)"),
        "is_hard": _l("Hard indicator (veto)"),
        "stage": _l("Milestone no."),
    },
    "milestones": {
        "name": _l("Milestone name"),
        "due_month": _l("Due in month"),
        "deliverable": _l("What is handed over"),
        "check": _l("How it is checked"),
    },
    "fundings": {
        "source": _l("Source of money"),
        "amount_fen": _l("Amount of this source"),
        "condition": _l("Condition of payment"),
    },
    "deliverables": {
        "kind": _l("Kind of deliverable"),
        "name": _l("Name of deliverable"),
        "quantity": _l("Quantity"),
    },
    "data_provided": {
        "name": _l("Name of the data"),
        "kind": _l("Kind of data"),
        "volume": _l("Volume"),
        "period": _l("Period covered"),
        "is_labelled": _l("Labelled"),
        "sensitivity": _l("Sensitivity"),
        "access": _l("Way of access"),
        "is_desensitised": _l("Desensitised"),
        "legal_basis": _l("Legal basis for providing it"),
    },
    "compute_provided": {
        "kind": _l("Kind of computing power"),
        "amount": _l("Amount of computing power"),
        "period": _l("Period of use"),
        "place": _l("Place of use"),
    },
    "pay_schedule": {"label": _l("Payment point"), "percent": _l("Share of payment (%)")},
    "conditions": {
        "text": _l("Condition"),
        "kind": _l("Kind of condition"),
        "is_hard": _l("Hard condition (failing it excludes)"),
        "why": _l("Why it is needed"),
    },
    "benefits": {
        "indicator": _l("Benefit indicator"),
        "baseline": _l("Present figure"),
        "target": _l("Expected figure"),
    },
    "files": {"name": _l("File name"), "sha256": _l("SHA-256 of the file")},
}


def label_of(path: str) -> Lazy:
    """The wording of a field, or of a field's cell given as `rows.index.cell`."""
    name = path.partition(".")[0]
    return LABELS.get(name, name)


def section_of(path: str) -> Section:
    """The section in which a field stands; the first one for a field that none lists."""
    name = path.partition(".")[0]
    return next((each for each in SECTIONS if name in each.fields), SECTIONS[0])
