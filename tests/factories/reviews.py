"""Panels, seats and score sheets."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.core.digests import digest
from app.models.bids import Bid
from app.models.demands import Demand
from app.models.outcomes import Acceptance
from app.models.procedure_codes import PanelPurpose, RubricKind, SheetAdvice
from app.models.reviews import Assignment, Expert, Panel, Score, Sheet
from app.models.rounds import Rubric
from app.models.states import AssignmentState as A
from app.models.states import BidState, DemandState
from app.models.states import SheetState as S
from tests.factories.bids import make_bid
from tests.factories.demands import make_demand

if TYPE_CHECKING:
    from tests.factories.world import World

READY = (A.ACCEPTED, A.DONE)


def make_panel(
    world: "World",
    *,
    demand: Demand | None = None,
    acceptance: Acceptance | None = None,
    seats: A = A.ACCEPTED,
    size: int = 5,
    reserves: int = 2,
    experts: list[Expert] | None = None,
    is_signed: bool = False,
    **more: Any,
) -> Panel:
    """A panel of the first experts of the world with reserves, every seat in the state `seats`; the first is the chair.

    For an acceptance if one is given, else for a demand (made in review if not given). `is_signed`: with a report
    under which every member has signed."""
    if acceptance is None and demand is None:
        demand = make_demand(world, DemandState.SCREENING)
    purpose = PanelPurpose.ACCEPTANCE if acceptance is not None else PanelPurpose.REVIEW
    kind = RubricKind.ACCEPTANCE if acceptance is not None else RubricKind.BID
    root = acceptance.demand if acceptance is not None else demand
    values: dict[str, Any] = {
        "purpose": purpose,
        "demand_id": demand.id if acceptance is None else None,
        "acceptance_id": acceptance.id if acceptance is not None else None,
        "rubric_id": root.round.rubric(kind).id,
        "size": size,
        "seed": "5e" * 32,
        "draw": {
            "seed": "5e" * 32,
            "rules": {},
            "candidates": [],
            "excluded": [],
            "seats": [],
            "reserves": [],
        },
        "drawn_at": world.now - timedelta(days=2),
        "drawn_by_id": world.organizer.id,
        "rubric_frozen_at": world.now - timedelta(days=2),
    }
    if is_signed:
        values |= {
            "report_text": "专家组一致同意推荐排名第一的单位。",
            "report": {"opinions": []},
            "report_digest": digest({"report": "专家组一致同意推荐排名第一的单位。"}),
            "report_drafted_at": world.now,
            "report_signed_at": world.now,
        }
    panel = world.add(Panel(**(values | more)))
    chosen = (experts or world.experts)[: size + reserves]
    for position, expert in enumerate(chosen, start=1):
        is_reserve = position > size
        make_assignment(
            world,
            A.DRAWN if is_reserve else seats,
            panel=panel,
            expert=expert,
            position=position - size if is_reserve else position,
            is_reserve=is_reserve,
            is_chair=position == 1 and seats in READY,
            **(
                {"signed_at": world.now, "signed_digest": panel.report_digest}
                if is_signed and not is_reserve
                else {}
            ),
        )
    world.session.refresh(panel)
    return panel


def make_assignment(
    world: "World",
    state: A = A.DRAWN,
    *,
    panel: Panel | None = None,
    expert: Expert | None = None,
    **more: Any,
) -> Assignment:
    """A seat in the state. Without a panel, the second seat of a new one; without an expert, a new one."""
    if panel is None:
        seat = make_panel(world, seats=state).assignments[1]
        for name, value in more.items():
            setattr(seat, name, value)
        world.session.flush()
        return seat
    if expert is None:
        taken = {each.expert_id for each in panel.assignments}
        expert = next(each for each in world.experts if each.id not in taken)
    now = world.now
    values: dict[str, Any] = {"position": len(panel.assignments) + 1, "created_at": now - timedelta(days=2)}
    if state is not A.DRAWN:
        values["invited_at"] = now - timedelta(days=2)
    if state in (*READY, A.DECLINED, A.RECUSED):
        values["answered_at"] = now - timedelta(days=1)
    if state in READY:
        values |= {
            "declared_at": now - timedelta(days=1),
            "pledged_at": now - timedelta(days=1),
            "pledge_digest": digest({"pledge": 1}),
        }
    if state is A.DONE:
        values["done_at"] = now
    return world.add(Assignment(panel_id=panel.id, expert_id=expert.id, state=state, **(values | more)))


def make_sheet(
    world: "World",
    state: S = S.SUBMITTED,
    *,
    seat: Assignment | None = None,
    bid: Bid | None = None,
    demand: Demand | None = None,
    acceptance: Acceptance | None = None,
    percent: int = 82,
    **more: Any,
) -> Sheet:
    """A sheet with every criterion scored at the same percentage of its maximum, by the expert of the seat.

    On a bid by default (made with demand and panel if not given); with `demand` it is an officer's vetting sheet and
    has no seat; with `acceptance`, a sheet of its panel."""
    rubric = None
    if demand is not None:
        rubric = demand.round.rubric(RubricKind.DEMAND)
        author_id = world.organizer.id
    else:
        if acceptance is None and bid is None:
            under_review = seat.panel.demand if seat else make_demand(world, DemandState.REVIEWING)
            bid = make_bid(world, BidState.ELIGIBLE, demand=under_review)
        if seat is None:
            seat = _first_seat(world, bid, acceptance)
        rubric = seat.panel.rubric
        author_id = seat.expert.user_id
    now = world.now
    values: dict[str, Any] = {
        "rubric_id": rubric.id,
        "author_id": author_id,
        "assignment_id": seat.id if seat else None,
        "bid_id": bid.id if bid else None,
        "demand_id": demand.id if demand else None,
        "acceptance_id": acceptance.id if acceptance else None,
        "strengths": "技术路线清晰，与场景结合紧密。",
        "weaknesses": "对扫描仪格式差异的应对还需细化。",
        "advice_text": "建议在合同中明确数据不出院。",
        "advice": SheetAdvice.RECOMMEND,
        "created_at": now - timedelta(hours=5),
        "submitted_at": None if state is S.DRAFT else now - timedelta(hours=1),
        "returned_at": now if state is S.RETURNED else None,
    } | more
    sheet = Sheet(state=state, **values)
    sheet.scores = _scores(rubric, percent, has_seat=seat is not None)
    sheet.total = sum(score.value for score in sheet.scores) if state is not S.DRAFT else None
    return world.add(sheet)


def _first_seat(world: "World", bid: Bid | None, acceptance: Acceptance | None) -> Assignment:
    panels = acceptance.panels if acceptance is not None else bid.demand.panels
    panel = next((each for each in panels if each.is_live), None)
    if panel is None:
        panel = make_panel(
            world, acceptance=acceptance, demand=None if acceptance is not None else bid.demand
        )
    return panel.assignments[0]


def _scores(rubric: Rubric, percent: int, *, has_seat: bool) -> list[Score]:
    return [
        Score(
            criterion_id=criterion.id,
            value=criterion.max_score * percent // 100,
            comment="依据申报材料评分。" if has_seat else "",
        )
        for criterion in rubric.criteria
    ]
