"""What a demand must satisfy: pure checks over the row and its relations, used by the table, the form and the pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.core.errors import Refusal
from app.core.i18n import Lazy, _l
from app.core.numbers import trimmed_mean
from app.models.codes import DemandType, Operator
from app.models.demands import Demand, DemandIndicator
from app.models.procedure_codes import NoticeKind, PanelPurpose, RubricKind, VettingMode
from app.models.reviews import Panel, Sheet
from app.models.rounds import Round
from app.models.states import (
    AssignmentState,
    AwardState,
    BidState,
    ContractState,
    NoticeState,
    RoundState,
    SheetState,
)

MIN_INDICATORS = 3

REQUIRED: dict[str, Lazy] = {
    "title": _l("Title of the demand"),
    "site": _l("Site and scale of the scenario"),
    "pain_point": _l("Present state and pain point"),
    "goal": _l("Goal and expected effect"),
    "content_required": _l("Main content and technical requirements"),
    "legal_rep": _l("Legal representative"),
    "contact_name": _l("Contact person"),
    "contact_phone": _l("Contact phone"),
    "contact_email": _l("Contact e-mail"),
    "categories": _l("AI plus categories"),
    "deliverables": _l("Deliverables"),
    "acceptance_methods": _l("Ways of acceptance"),
    "safety_requirements": _l("Safety and compliance"),
    "pay_schedule": _l("Payment schedule"),
    "fundings": _l("Funding plan"),
    "ip_clause": _l("Clause on intellectual property"),
    "conditions": _l("Conditions on bidders"),
    "expected_benefit": _l("Expected economic and social benefit"),
    "benefits": _l("Benefit figures"),
    "replicability_note": _l("How the result can spread"),
    "has_credit_pledge": _l("Credit pledge"),
    "has_integrity_pledge": _l("Integrity pledge"),
}


# What people type where they have nothing to say.
PLACEHOLDERS = frozenset({"", "无", "暂无", "没有", "略", "待定", "/", "\\", "-", "—", "none", "n/a", "tbd"})


def is_given(text: str) -> bool:
    """Whether the text says anything."""
    return text.strip().rstrip("。.").lower() not in PLACEHOLDERS


def is_measurable(indicator: DemandIndicator) -> bool:
    """A target has a number, an operator with a unit, and a test condition; a range has both ends."""
    if indicator.target is None or not indicator.unit.strip() or not is_given(indicator.condition):
        return False
    if indicator.operator is not Operator.RANGE:
        return True
    return indicator.target_high is not None and indicator.target_high > indicator.target


def missing_fields(demand: Demand, _now: datetime) -> list[Refusal]:
    """Required fields that are empty, by name."""
    names = [name for name in REQUIRED if not getattr(demand, name)]
    found = [
        Refusal(f"missing_{name}", _l("Missing: %(field)s.", field=REQUIRED[name]), name) for name in names
    ]
    if demand.demand_type is DemandType.TECH_RD and not demand.novelty.strip():
        found.append(
            Refusal(
                "missing_novelty",
                _l("Technology research must say why it cannot be solved in-house."),
                "novelty",
            )
        )
    if demand.budget_fen <= 0:
        found.append(Refusal("missing_budget", _l("Give the listed amount."), "budget_fen"))
    return found


def has_measurable_indicators(demand: Demand, _now: datetime) -> list[Refusal]:
    """At least three indicators, each with number, operator, unit and test condition."""
    found = [
        Refusal(
            "not_measurable",
            _l(
                "Indicator %(no)s cannot be measured: it needs a number, a unit and a test condition.",
                no=indicator.position,
            ),
            "indicators",
        )
        for indicator in demand.indicators
        if not is_measurable(indicator)
    ]
    if len(demand.indicators) < MIN_INDICATORS:
        few = _l("At least three assessment indicators are needed.")
        found.append(Refusal("too_few_indicators", few, "indicators"))
    return found


def sums_add_up(demand: Demand, _now: datetime) -> list[Refusal]:
    """Funding sources total the listed amount; payment percentages total 100."""
    found = []
    if sum(row.amount_fen for row in demand.fundings) != demand.budget_fen:
        found.append(
            Refusal("funding_sum", _l("The funding sources must add up to the listed amount."), "fundings")
        )
    if sum(int(row["percent"]) for row in demand.pay_schedule) != 100_00:
        found.append(Refusal("pay_sum", _l("The payment schedule must add up to 100 %."), "pay_schedule"))
    return found


def terms_fit_round(demand: Demand, _now: datetime) -> list[Refusal]:
    """Deadline, members and process stay within the round."""
    found = []
    if not 1 <= demand.deadline_months <= demand.round.project_max_months:
        found.append(
            Refusal(
                "deadline_too_long",
                _l("The project may last at most %(n)s months.", n=demand.round.project_max_months),
                "deadline_months",
            )
        )
    if not 0 <= demand.max_members <= demand.round.max_members:
        found.append(
            Refusal(
                "too_many_members",
                _l("A consortium has at most %(n)s members beside the lead.", n=demand.round.max_members),
                "max_members",
            )
        )
    return found


def findings_are_answered(demand: Demand, _now: datetime) -> list[Refusal]:
    """Every finding of the fairness check has an answer; a target that cannot be measured blocks by itself."""
    if any(not str(row.get("answer") or "").strip() for row in demand.findings):
        return [Refusal("findings_open", _l("Answer every finding of the fairness check."), "findings")]
    return []


def collection_is_open(demand: Demand, now: datetime) -> Refusal | None:
    """Demands come in while the round is open and within its window; a re-listing needs the open round only."""
    if demand.round.state is not RoundState.OPEN and not (
        demand.relists_id and demand.round.state is RoundState.CLOSED
    ):
        return Refusal("round_not_open", _l("The round is not open."))
    is_first = demand.relists_id is None and demand.submitted_at is None
    if is_first and now >= demand.round.collection_closes_at:
        return Refusal("collection_closed", _l("The collection of demands has ended."))
    return None


def needs_no_recommender(demand: Demand, _now: datetime) -> Refusal | None:
    """Only where the round asks for no recommender does a demand go straight into vetting."""
    if demand.round.has_recommender:
        return Refusal("recommender_needed", _l("This round asks for a recommendation first."))
    return None


def opinion_is_given(demand: Demand, _now: datetime) -> Refusal | None:
    """A recommendation carries an opinion."""
    if not (demand.recommend_opinion or "").strip():
        return Refusal("opinion_missing", _l("Write the recommendation opinion."), "recommend_opinion")
    return None


def vetting_total(round_: Round, totals: Sequence[int]) -> int:
    """The total of vetting sheets by the round's published rule, in hundredths; one sheet at least."""
    return trimmed_mean(totals, trim_from=round_.trim_from_size if round_.has_trimmed_mean else None)


def counted_sheets(demand: Demand) -> list[Sheet]:
    """The locked vetting sheets that count: of officers, or of the panel where the round says so."""
    locked = (SheetState.SUBMITTED, SheetState.FINAL)
    by_panel = demand.round.demand_vetting is VettingMode.PANEL
    return [
        sheet
        for sheet in demand.vetting_sheets
        if sheet.state in locked and not sheet.is_void and (sheet.assignment_id is not None) is by_panel
    ]


def panel_has_scored(demand: Demand, _now: datetime) -> Refusal | None:
    """Where a panel vets, every member has locked a sheet."""
    if demand.round.demand_vetting is not VettingMode.PANEL:
        return None
    panel = live_panel(demand)
    if panel is None or panel.purpose is not PanelPurpose.VETTING:
        return Refusal("panel_missing", _l("Draw the panel first."))
    seated = {a.id for a in panel.assignments if not a.is_reserve and a.state is AssignmentState.ACCEPTED}
    scored = {sheet.assignment_id for sheet in counted_sheets(demand)}
    if len(seated) < panel.size or not seated <= scored:
        return Refusal("panel_not_done", _l("Not every member of the panel has locked a sheet yet."))
    return None


def vetting_line_is_met(demand: Demand, _now: datetime) -> Refusal | None:
    """The total of the locked vetting sheets reaches the line, and no criterion lies below its floor (fairness)."""
    sheets = counted_sheets(demand)
    rubric = demand.round.rubric(RubricKind.DEMAND)
    if not sheets or rubric is None:
        return Refusal("not_vetted", _l("At least one vetting sheet must be locked first."))
    for criterion in rubric.criteria:
        if criterion.floor_score is None:
            continue
        values = [
            s.current_scores()[criterion.id].value for s in sheets if criterion.id in s.current_scores()
        ]
        if any(value < criterion.floor_score for value in values):
            return Refusal("below_floor", _l("The score for open and fair conditions lies below its floor."))
    if vetting_total(demand.round, [s.total or 0 for s in sheets]) < rubric.pass_line:
        return Refusal("below_line", _l("The vetting score does not reach the line."))
    return None


def target_is_named(demand: Demand, _now: datetime) -> Refusal | None:
    """A merged demand says into which one, and never into itself."""
    if demand.merged_into_id is None or demand.merged_into_id == demand.id:
        return Refusal("merge_target", _l("Choose the demand to merge into."), "merged_into_id")
    return None


def window_is_long_enough(demand: Demand, now: datetime) -> Refusal | None:
    """The closing time leaves at least the round's days for bidding, counted from publication."""
    start = max(now, demand.publish_at or now)
    days = demand.round.bid_window_min_days
    if demand.closes_at is None or demand.closes_at < start + timedelta(days=days):
        return Refusal("window_too_short", _l("Bidders need at least %(n)s days.", n=days), "closes_at")
    return None


def has_number(demand: Demand, _now: datetime) -> Refusal | None:
    """A listing has a number before it is published."""
    return None if demand.number else Refusal("number_missing", _l("The listing has no number yet."))


def schedule_is_set(demand: Demand, _now: datetime) -> Refusal | None:
    """Publication by the clock needs the day and the closing time."""
    if demand.publish_at is None or demand.closes_at is None or not demand.number:
        return Refusal("not_scheduled", _l("Publication is not scheduled."))
    return None


def selection_notice_is_over(demand: Demand, _now: datetime) -> Refusal | None:
    """Where the round asks for it, the notice that names the demand has ended and no objection to it was upheld."""
    if not demand.round.has_selection_notice:
        return None
    naming = [
        notice
        for notice in demand.round.notices
        if notice.kind is NoticeKind.DEMAND_SELECTION
        and notice.published_at is not None
        and notice.state not in (NoticeState.SUPERSEDED, NoticeState.REVOKED)
        and any(row.get("demand_number") == demand.number for row in notice.annex)
    ]
    if not naming:
        return Refusal(
            "selection_not_on_notice", _l("This round puts the selection of demands on notice first.")
        )
    if any(notice.state is NoticeState.IN_FORCE for notice in naming):
        return Refusal("selection_notice_running", _l("The notice on the selection of demands is not over."))
    objections = [objection for notice in naming for objection in notice.objections]
    if any(each.is_open or each.remedy is not None for each in objections):
        return Refusal(
            "selection_objected", _l("An objection to the selection stands: put it on notice anew.")
        )
    return None


def is_before_closing(demand: Demand, now: datetime) -> Refusal | None:
    """Only before the closing time."""
    if demand.closes_at is not None and now >= demand.closes_at:
        return Refusal("bidding_closed", _l("Bidding has closed."))
    return None


def withdrawal_is_backed(demand: Demand, _now: datetime) -> Refusal | None:
    """After closing, the owner must have asked and the supervisor must have noted it."""
    if not demand.withdrawal_request or not demand.supervisor_note:
        return Refusal(
            "withdrawal_not_backed", _l("The owner's request and the supervisor's note are needed.")
        )
    return None


def opening_is_approved(demand: Demand, _now: datetime) -> Refusal | None:
    """Two of the officers whom the round names for the opening have agreed to it."""
    named = {officer.user_id for officer in demand.round.officers if officer.duty.value == "opening"}
    agreed = {approval.user_id for approval in demand.opening_approvals} & named
    if len(agreed) < 2:
        return Refusal("opening_not_approved", _l("Two of the named officers must agree to the opening."))
    return None


def live_panel(demand: Demand) -> Panel | None:
    """The panel in force, or None."""
    return next((panel for panel in demand.panels if panel.is_live), None)


def every_bid_is_decided(demand: Demand, _now: datetime) -> Refusal | None:
    """The formal check has decided every opened bid."""
    if any(bid.state in (BidState.OPENED, BidState.NEEDS_CURE) for bid in demand.bids):
        return Refusal("bids_undecided", _l("The formal check has not decided every bid."))
    return None


def enough_valid_bids(demand: Demand, _now: datetime) -> Refusal | None:
    """At least the minimum of valid bids passed the formal check."""
    valid = sum(bid.state is BidState.ELIGIBLE for bid in demand.bids)
    if valid < max(1, demand.min_valid_bids):
        return Refusal("too_few_bids", _l("There are fewer valid bids than the minimum."))
    return None


def panel_is_complete(demand: Demand, _now: datetime) -> Refusal | None:
    """Every seat is taken by an expert who accepted, declared and signed the pledge, and the rubric is frozen."""
    panel = live_panel(demand)
    if panel is None or panel.rubric_frozen_at is None:
        return Refusal("panel_missing", _l("Draw the panel first."))
    ready = {AssignmentState.ACCEPTED, AssignmentState.DONE}
    seated = [a for a in panel.assignments if not a.is_reserve and a.state in ready and a.pledged_at]
    if len(seated) < panel.size:
        return Refusal(
            "panel_incomplete", _l("Not every member of the panel has accepted and signed the pledge.")
        )
    if not any(seat.is_chair for seat in seated):
        return Refusal("chair_missing", _l("The panel has no chair yet."))
    return None


def report_is_signed(demand: Demand, _now: datetime) -> Refusal | None:
    """The panel's report is signed by every member."""
    panel = live_panel(demand)
    if panel is None or panel.report_signed_at is None:
        return Refusal("report_not_signed", _l("Every member of the panel must sign the report first."))
    return None


def someone_reached_the_line(demand: Demand, _now: datetime) -> Refusal | None:
    """At least one bid is recommended or on the reserve list."""
    if not any(
        bid.state in (BidState.RECOMMENDED, BidState.SHORTLISTED, BidState.RESERVE) for bid in demand.bids
    ):
        return Refusal("nobody_above_line", _l("No bid reached the line."))
    return None


def award_is_decided(demand: Demand, _now: datetime) -> Refusal | None:
    """A decision stands: at least one award is pending."""
    if not any(award.state is AwardState.PENDING for award in demand.awards):
        return Refusal("award_not_decided", _l("Record the decision first."))
    return None


def notice_is_over(demand: Demand, _now: datetime) -> Refusal | None:
    """The award notice has ended and no objection to it is open."""
    ended = {NoticeState.CLOSED_CLEAN, NoticeState.CLOSED_WITH_OBJECTION}
    notices = [n for n in demand.notices if n.kind.value == "award" and n.state is not NoticeState.SUPERSEDED]
    if not any(notice.state in ended for notice in notices):
        return Refusal("notice_running", _l("The public notice is not over."))
    if any(objection.is_open for notice in notices for objection in notice.objections):
        return Refusal("objection_open", _l("An objection is still open."))
    return None


def every_award_is_contracted(demand: Demand, _now: datetime) -> Refusal | None:
    """Every award in force has a signed contract."""
    active = [award for award in demand.awards if award.state is AwardState.ACTIVE]
    signed = {ContractState.ACTIVE, ContractState.CLOSED, ContractState.TERMINATED, ContractState.REVOKED}
    if not active or any(not any(c.state in signed for c in award.contracts) for award in active):
        return Refusal("contract_missing", _l("Not every award has a signed contract."))
    return None


def no_award_in_force(demand: Demand, _now: datetime) -> Refusal | None:
    """No award of the demand is in force or pending."""
    if any(award.state in (AwardState.ACTIVE, AwardState.PENDING) for award in demand.awards):
        return Refusal("award_in_force", _l("An award is still in force."))
    return None


def next_rank_is_left(demand: Demand, _now: datetime) -> Refusal | None:
    """The next rank is invited once, and there must be one."""
    if demand.has_used_next_rank:
        return Refusal("next_rank_used", _l("The next rank was invited already: it is invited once."))
    if not any(bid.state is BidState.RESERVE for bid in demand.bids):
        return Refusal("no_reserve", _l("There is no bid left on the reserve list."))
    return no_slot_taken(demand)


def no_slot_taken(demand: Demand) -> Refusal | None:
    """At least one award has fallen away, so that a place is free."""
    gone = {AwardState.DECLINED, AwardState.CANCELLED, AwardState.UNSUCCESSFUL}
    if not any(award.state in gone for award in demand.awards):
        return Refusal("award_stands", _l("The award stands: no place is free."))
    return None
