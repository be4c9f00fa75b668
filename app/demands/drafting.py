"""Writing a demand: draft, copy, answers to the fairness check, submission."""

from collections.abc import Mapping
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app.access import Actor, Permission, can
from app.core.errors import NotPermitted, Refusal, RuleBroken, StateMovedOn
from app.core.i18n import _l
from app.core.text import normalize_for_compare
from app.demands import queries
from app.demands.completeness import gaps
from app.demands.content import plain
from app.demands.fairness import Finding, answered, found_in, keep_answers
from app.models.accounts import Organisation, User
from app.models.base import Rows
from app.models.codes import DemandType, FundingSource, IndicatorCategory, Operator
from app.models.demands import Demand, DemandFunding, DemandIndicator, DemandMilestone
from app.models.rounds import Round
from app.models.states import DemandState, OrganisationState, RoundState
from app.workflow import move, record, settle
from app.workflow.demand_rules import findings_are_answered
from app.workflow.unsaved import forget_unsaved

P = Permission
EDITABLE = (DemandState.DRAFT, DemandState.RETURNED)
SIMILAR = 0.85

TEXTS = [
    "legal_rep",
    "contact_name",
    "contact_title",
    "contact_phone",
    "contact_email",
    "public_phone",
    "title",
    "site",
    "pain_point",
    "goal",
    "content_required",
    "out_of_scope",
    "novelty",
    "acceptance_note",
    "test_environment",
    "interface_constraints",
    "safety_note",
    "budget_band",
    "purchase_commitment",
    "ip_clause",
    "benefit_sharing",
    "expected_benefit",
    "replicability_note",
]
FLAGS = [
    "has_credit_pledge",
    "has_integrity_pledge",
    "is_budget_hidden",
    "is_public_money",
    "is_consortium_allowed",
    "is_related_party_banned",
    "is_standing",
]
NUMBERS = ["budget_fen", "deadline_months", "max_members", "lanes", "min_valid_bids"]
CODES = [
    "region",
    "demand_type",
    "field",
    "procurement_route",
    "ip_ownership",
    "award_mode",
    "process",
    "replicability",
]
DAYS = ["finish_by"]
LISTS = [
    "categories",
    "deliverables",
    "acceptance_methods",
    "data_provided",
    "compute_provided",
    "safety_requirements",
    "pay_schedule",
    "conditions",
    "benefits",
]
CHILDREN: dict[str, type[Any]] = {
    "indicators": DemandIndicator,
    "milestones": DemandMilestone,
    "fundings": DemandFunding,
}
CHILD_CELLS: dict[str, dict[str, Any]] = {
    "indicators": {
        "name": "",
        "category": IndicatorCategory.TECHNICAL,
        "baseline": "",
        "operator": Operator.GE,
        "target": None,
        "target_high": None,
        "unit": "",
        "condition": "",
        "method": "",
        "evidence": "",
        "weight": 0,
        "is_hard": False,
        "stage": None,
    },
    "milestones": {"name": "", "due_month": 0, "deliverable": "", "check": ""},
    "fundings": {"source": FundingSource.OWNER_PAID, "amount_fen": 0, "condition": ""},
}
# What a copy takes over; the rest belongs to the course of the former demand.
COPIED = (*TEXTS, *FLAGS, *NUMBERS, *CODES, *LISTS)
NOT_COPIED = frozenset({"has_credit_pledge", "has_integrity_pledge", "is_standing"})


def create_demand(session: Session, *, round_: Round, by: Actor, now: datetime, **values: Any) -> Demand:
    """A draft of the acting organisation in an open round, filled with what is known of unit and person.

    Raises NotPermitted without the right to post, RuleBroken outside the round's window."""
    owner = _poster(session, by)
    check_window(round_, now)
    demand = _blank(session, round_, owner, by=by, now=now)
    apply_values(session, demand, values)
    return _begun(session, demand, by=by, now=now, data={})


def copy_demand(session: Session, source: Demand, *, round_: Round, by: Actor, now: datetime) -> Demand:
    """A new draft with the text of a former demand of the same unit; pledges must be given anew."""
    owner = _poster(session, by)
    if source.owner_id != owner.id:
        raise NotPermitted()
    check_window(round_, now)
    demand = copy_of(session, source, round_=round_, by=by, now=now)
    return _begun(session, demand, by=by, now=now, data={"copied_from": str(source.id)})


def edit_demand(
    session: Session,
    demand: Demand,
    *,
    by: Actor,
    now: datetime,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> Demand:
    """Save the draft as it is, complete or not; the fairness check runs over it.

    `values` may hold rows under indicators, milestones, fundings. Raises RuleBroken when someone saved since the
    `expected_version` was read."""
    check_editable(session, demand, by=by, now=now)
    if expected_version is not None and expected_version != demand.version:
        raise RuleBroken(
            Refusal(
                "changed_meanwhile",
                _l("Someone else has saved this draft in the meantime. Open it again before you save."),
            )
        )
    apply_values(session, demand, values)
    refresh_findings(session, demand)
    record(session, demand, "edit", by=by, now=now)
    return demand


def answer_findings(
    session: Session, demand: Demand, *, answers: Mapping[int, str], by: Actor, now: datetime
) -> Demand:
    """Write the author's answers beside the findings, by their position."""
    check_editable(session, demand, by=by, now=now)
    demand.findings = answered(demand.findings, answers, by=by, now=now)
    record(session, demand, "answer_findings", by=by, now=now, data={"count": len(demand.findings)})
    return demand


def submit_demand(session: Session, demand: Demand, *, by: Actor, now: datetime) -> Demand:
    """Submit the demand: every required field, measurable indicators, sums, answered findings.

    Where the round asks for no recommendation it goes on into vetting in the same act."""
    if not can(by, P.DEMAND_SUBMIT, demand):
        raise NotPermitted()
    settle(session, demand, now)
    if demand.state in EDITABLE:
        refresh_findings(session, demand)
        found = [*gaps(demand, now), *findings_are_answered(demand, now)]
        if found:
            raise RuleBroken(found)
    move(session, demand, "submit", by=by, now=now)
    demand.returned_fields = []
    forget_unsaved(session, demand)
    if not demand.round.has_recommender:
        move(session, demand, "pass_on", by=by.as_system(), now=now)
    return demand


def refresh_findings(session: Session, demand: Demand) -> Rows:
    """Run the fairness check, with the titles of published listings, and keep the answers already given."""
    session.flush()
    demand.findings = findings_now(session, demand)
    return demand.findings


def findings_now(session: Session, demand: Demand) -> Rows:
    """What the fairness check finds at this moment, without writing it down."""
    return keep_answers(demand, [*found_in(demand), *_similar_titles(session, demand)])


def check_editable(session: Session, demand: Demand, *, by: Actor, now: datetime) -> None:
    """Raises unless the actor may change the text of this draft now."""
    if not can(by, P.DEMAND_EDIT, demand):
        raise NotPermitted()
    settle(session, demand, now)
    if demand.state not in EDITABLE:
        raise StateMovedOn()
    if demand.is_held:
        raise RuleBroken(Refusal("on_hold", _l("On hold: nothing moves until the hold is lifted.")))


def apply_values(session: Session, demand: Demand, values: Mapping[str, Any]) -> None:
    """Set fields by name, rows included; a name that a demand does not have is a KeyError."""
    # Rows are written at once, which needs the demand's own columns: they come last.
    for name, value in sorted(values.items(), key=lambda item: item[0] in CHILDREN):
        if name in CHILDREN:
            set_rows(session, demand, name, value)
        elif name in LISTS:
            setattr(demand, name, plain(value))
        elif name in TEXTS:
            setattr(demand, name, value or "")
        elif name in FLAGS:
            setattr(demand, name, bool(value))
        elif name in NUMBERS:
            setattr(demand, name, value or 0)
        elif name == "recommender_id" or name in DAYS:
            setattr(demand, name, value)
        elif name in CODES:
            if value is not None:
                setattr(demand, name, value)
        else:
            raise KeyError(name)


def set_rows(session: Session, demand: Demand, name: str, rows: list[Any]) -> None:
    """Replace indicators, milestones or fundings. Rows that carry the `id` of a present one change it in place."""
    model, cells = CHILDREN[name], CHILD_CELLS[name]
    present = {str(each.id): each for each in getattr(demand, name) if each.id is not None}
    chosen = []
    for row in rows:
        thing = present.pop(str(cell_of(row, "id") or ""), None) or model(id=uuid4())
        for cell, default in cells.items():
            value = cell_of(row, cell)
            setattr(thing, cell, default if value is None else value)
        chosen.append(thing)
    # Positions are unique: move everything out of the way before the new order is written.
    for index, thing in enumerate(chosen, start=1):
        thing.position = -index
    setattr(demand, name, chosen)
    session.add(demand)
    session.flush()
    for index, thing in enumerate(chosen, start=1):
        thing.position = index
    session.flush()


def copy_of(session: Session, source: Demand, *, round_: Round, by: Actor, now: datetime) -> Demand:
    """A draft with the text of another demand, not yet recorded."""
    demand = _blank(session, round_, source.owner, by=by, now=now)
    for name in COPIED:
        if name not in NOT_COPIED:
            setattr(demand, name, getattr(source, name))
    demand.recommender_id = source.recommender_id
    demand.findings = [dict(row) for row in source.findings]
    session.add(demand)
    session.flush()
    for name, cells in CHILD_CELLS.items():
        rows = [{cell: getattr(each, cell) for cell in cells} for each in getattr(source, name)]
        set_rows(session, demand, name, rows)
    return demand


def _poster(session: Session, by: Actor) -> Organisation:
    owner = session.get(Organisation, by.organisation_id) if by.organisation_id else None
    if owner is None or not can(by, P.DEMAND_CREATE, owner):
        raise NotPermitted()
    if not owner.can_post or owner.state is not OrganisationState.VERIFIED:
        raise NotPermitted()
    return owner


def check_window(round_: Round, now: datetime) -> None:
    """Raises RuleBroken unless the round takes demands in now."""
    if round_.state is not RoundState.OPEN or round_.is_held:
        raise RuleBroken(Refusal("round_not_open", _l("This round takes no demands."), "round_id"))
    if not round_.collection_opens_at <= now < round_.collection_closes_at:
        raise RuleBroken(
            Refusal("collection_closed", _l("This round does not collect demands now."), "round_id")
        )


def _blank(session: Session, round_: Round, owner: Organisation, *, by: Actor, now: datetime) -> Demand:
    person = session.get_one(User, by.user_id)
    return Demand(
        id=uuid4(),
        round=round_,
        owner=owner,
        author=person,
        owner_type=owner.org_type,
        region=owner.region,
        legal_rep=owner.legal_rep,
        contact_name=person.name,
        contact_phone=person.phone or "",
        contact_email=person.email,
        public_phone=owner.phone or "",
        title="",
        demand_type=DemandType.SCENARIO_BUILD,
        process=round_.process,
        award_mode=round_.award_mode,
        lanes=round_.lanes,
        min_valid_bids=round_.min_valid_bids,
        max_members=round_.max_members,
        state=DemandState.DRAFT,
        findings=[],
        created_at=now,
    )


def _begun(session: Session, demand: Demand, *, by: Actor, now: datetime, data: dict[str, Any]) -> Demand:
    session.add(demand)
    refresh_findings(session, demand)
    record(session, demand, "create", by=by, now=now, data=data)
    return demand


def _similar_titles(session: Session, demand: Demand) -> list[Finding]:
    own = normalize_for_compare(demand.title)
    if not own:
        return []
    return [
        ("similar_title", "title", f"{number} {title}".strip())
        for number, title in queries.published_titles(session, demand)
        if SequenceMatcher(None, own, normalize_for_compare(title), autojunk=False).ratio() >= SIMILAR
    ]


def cell_of(row: Any, name: str) -> Any:
    """A cell of a row, which is a mapping on a form and an object in the database."""
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
